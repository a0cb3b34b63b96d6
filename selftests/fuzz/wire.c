// SPDX-License-Identifier: GPL-2.0
/*
 * The packet parser: any bytes, any length on the wire. The first two bytes say how
 * much longer the packet was before it was cut.
 *
 * What comes out must not depend on what lies behind the packet, and must be a
 * segment that the machine may be shown.
 */
#include "core/wire.h"
#include "fuzz.h"

int fuzz_one(const uint8_t *data, size_t size)
{
	struct synfin_segment seg = {};
	enum synfin_counter reason;
	__u32 more, len;

	if (size < 2)
		return 0;
	more = data[0] << 8 | data[1];
	len = size - 2 + more;
	reason = synfin_wire_ip(data + 2, size - 2, len, &seg);
	HOLDS(reason < SYNFIN_CNT_NR);
	HOLDS(!reason || reason >= SYNFIN_CNT_FIRST_REASON);
	if (reason)
		return 0;
	HOLDS(seg.kind < SYNFIN_KIND_NR);
	HOLDS(seg.family == 4 || seg.family == 6);
	/* An IP header may speak of more than was sent. */
	HOLDS(seg.len <= len || seg.len <= 0xffff);
	if (seg.family == 4)
		HOLDS(!seg.src.w[1] && !seg.src.w[2] && !seg.src.w[3] &&
		      !seg.dst.w[1] && !seg.dst.w[2] && !seg.dst.w[3]);
	HOLDS((seg.kind == SYNFIN_KIND_RST) == !!(seg.flags & SYNFIN_TCP_RST));
	HOLDS(seg.kind != SYNFIN_KIND_ICMP || !seg.flags);
	return 0;
}
