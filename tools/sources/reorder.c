// SPDX-License-Identifier: GPL-2.0
/*
 * Segments in the order of their times: see reorder.h.
 */
#include "sources/reorder.h"

static unsigned int at(const struct reorder *r, unsigned int i)
{
	return (r->first + i) % REORDER_MAX;
}

static bool pop(struct reorder *r, struct capture *cap, const struct sink *sink)
{
	unsigned int i = r->first;

	r->first = at(r, 1);
	r->nr--;
	return capture_segment(cap, &r->slot[i].seg, r->slot[i].ns, sink);
}

/**
 * reorder_flush() - hand on all that is held back
 * @r:		what is held back
 * @cap:	takes the segments
 * @sink:	takes the records that come of them
 *
 * Return: false if no more are wanted.
 */
bool reorder_flush(struct reorder *r, struct capture *cap, const struct sink *sink)
{
	while (r->nr)
		if (!pop(r, cap, sink))
			return false;
	return true;
}

/* Make room for one with that time, in front of which nothing will come. */
static bool make_room(struct reorder *r, struct capture *cap, uint64_t ns,
		      const struct sink *sink)
{
	if (r->nr && ns + REORDER_NS < r->slot[at(r, r->nr - 1)].ns)
		return reorder_flush(r, cap, sink);
	while (r->nr == REORDER_MAX ||
	       (r->nr && r->slot[r->first].ns + REORDER_NS < ns))
		if (!pop(r, cap, sink))
			return false;
	return true;
}

/**
 * reorder_push() - a segment was captured
 * @r:		what is held back
 * @cap:	takes the segments that need not wait any longer
 * @seg:	the segment
 * @ns:		when, nanoseconds since 1970
 * @sink:	takes the records that come of them
 *
 * Return: false if no more are wanted.
 */
bool reorder_push(struct reorder *r, struct capture *cap,
		  const struct synfin_segment *seg, uint64_t ns,
		  const struct sink *sink)
{
	unsigned int i;

	if (!make_room(r, cap, ns, sink))
		return false;
	for (i = r->nr++; i && r->slot[at(r, i - 1)].ns > ns; i--)
		r->slot[at(r, i)] = r->slot[at(r, i - 1)];
	r->slot[at(r, i)].ns = ns;
	r->slot[at(r, i)].seg = *seg;
	return true;
}
