// SPDX-License-Identifier: GPL-2.0
/*
 * The packet parser under libFuzzer: any bytes, any length on the wire.
 *
 * The first two bytes say how much longer the packet was before it was cut.
 */
#include <stddef.h>
#include <stdlib.h>

#include "core/wire.h"

/* The name that libFuzzer calls. */
int fuzz_packet(const __u8 *data, size_t size) __asm__("LLVMFuzzerTestOneInput");

int fuzz_packet(const __u8 *data, size_t size)
{
	struct synfin_segment seg = {};
	enum synfin_counter reason;
	__u32 more;

	if (size < 2)
		return 0;
	more = data[0] << 8 | data[1];
	reason = synfin_wire_ip(data + 2, size - 2, size - 2 + more, &seg);
	if (reason >= SYNFIN_CNT_NR)
		abort();
	if (reason)
		return 0;
	if (seg.kind >= SYNFIN_KIND_NR || (seg.family != 4 && seg.family != 6))
		abort();
	return 0;
}
