/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A segment passes, with the short cut for what was expected and without: both must
 * come to the same. Whoever throws segments at the machine does it with this.
 */
#ifndef _BOTH_WAYS_H
#define _BOTH_WAYS_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/phase.h"

static inline void both_ways_differ(const void *one, const void *other, size_t size)
{
	const unsigned char *a = one, *b = other;

	for (size_t i = 0; i < size; i++)
		if (a[i] != b[i])
			fprintf(stderr, "# byte %zu: %#x, by the handlers %#x\n", i, a[i],
				b[i]);
}

static inline void segment_both_ways(struct synfin_conn *conn,
				     const struct synfin_segment *seg, __u64 now,
				     struct synfin_result *res)
{
	struct synfin_conn before = *conn, slow = *conn;
	struct synfin_result other;
	size_t size;

	synfin_phase_segment(conn, seg, now, res);
	synfin_phase_by_handlers(&slow, seg, now, &other);
	size = offsetof(struct synfin_result, step) + res->nr * sizeof(res->step[0]);
	if (!memcmp(conn, &slow, sizeof(slow)) && !memcmp(res, &other, size))
		return;
	fprintf(stderr, "# the short cut differs in state %u: kind %u, flags %#x, length %u\n",
		before.state, seg->kind, seg->flags, seg->len);
	both_ways_differ(conn, &slow, sizeof(slow));
	both_ways_differ(res, &other, size);
	abort();
}

#endif /* _BOTH_WAYS_H */
