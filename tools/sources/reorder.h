/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments in the order of their times.
 *
 * Several processors, or several files that were merged, put packets into a capture
 * a little out of order: a SYN-ACK before its SYN. A few are held back, and handed on
 * sorted.
 */
#ifndef _TOOLS_REORDER_H
#define _TOOLS_REORDER_H

#include "sources/capture.h"

/* Segments that are held back at most. */
#define REORDER_MAX	256u

/* A time further back than this is another clock, or the same set back. */
#define REORDER_NS	100000000ull

/**
 * struct reorder - segments that are held back
 * @first:	index of the oldest in @slot
 * @nr:		how many
 * @slot:	sorted by @ns; of equal ones, as they came
 */
struct reorder {
	unsigned int first;
	unsigned int nr;
	struct {
		uint64_t ns;
		struct synfin_segment seg;
	} slot[REORDER_MAX];
};

bool reorder_push(struct reorder *r, struct capture *cap,
		  const struct synfin_segment *seg, uint64_t ns,
		  const struct sink *sink);
bool reorder_flush(struct reorder *r, struct capture *cap, const struct sink *sink);

#endif /* _TOOLS_REORDER_H */
