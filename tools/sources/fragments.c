// SPDX-License-Identifier: GPL-2.0
/*
 * IP fragments: see fragments.h.
 */
#include <string.h>

#include "sources/fragments.h"

static bool same_packet(const struct fragment_set *set, const struct ip *ip,
			uint64_t lane)
{
	return set->used && set->id == ip->frag_id && set->proto == ip->proto &&
		set->lane == lane && synfin_same_addr(&set->src, &ip->src) &&
		synfin_same_addr(&set->dst, &ip->dst);
}

static struct fragment_set *find(struct fragments *f, const struct ip *ip,
				 uint64_t lane)
{
	for (unsigned int i = 0; i < FRAGMENTS_MAX; i++)
		if (same_packet(&f->set[i], ip, lane))
			return &f->set[i];
	return NULL;
}

static struct fragment_set *free_set(struct fragments *f,
				     struct fragment_set *evicted)
{
	struct fragment_set *set;

	for (unsigned int i = 0; i < FRAGMENTS_MAX; i++)
		if (!f->set[i].used)
			return &f->set[i];
	set = &f->set[f->next++ % FRAGMENTS_MAX];
	*evicted = *set;
	fragments_done(f, set);
	return set;
}

/**
 * fragments_add() - a fragment was captured
 * @f:		what is being put together
 * @ip:		what its header says
 * @lane:	where it was seen
 * @len:	bytes of its part
 * @ns:		when
 * @evicted:	what made room for it, if @evicted->used
 *
 * Return: the packet that it is a part of.
 */
struct fragment_set *fragments_add(struct fragments *f, const struct ip *ip,
				   uint64_t lane, uint32_t len, uint64_t ns,
				   struct fragment_set *evicted)
{
	struct fragment_set *set = find(f, ip, lane);

	evicted->used = false;
	if (!set) {
		set = free_set(f, evicted);
		memset(set, 0, sizeof(*set));
		set->used = true;
		set->proto = ip->proto;
		set->id = ip->frag_id;
		set->lane = lane;
		set->src = ip->src;
		set->dst = ip->dst;
		set->ns = ns;
		f->nr++;
	} else if (!ip->offset && set->read && !set->held) {
		/* The next packet of the same number, or a copy of the last one. */
		set->end = 0;
		set->total = 0;
		set->ns = ns;
	}
	set->nr++;
	if (ip->offset + len > set->end)
		set->end = ip->offset + len;
	if (!ip->more)
		set->total = ip->offset + len;
	return set;
}

/**
 * fragments_due() - is there a packet whose rest has been waited for too long?
 * @f:		what is being put together
 * @ns:		the time
 * @due:	filled in; it is there no longer
 *
 * Return: true if there was one.
 */
bool fragments_due(struct fragments *f, uint64_t ns, struct fragment_set *due)
{
	if (!f->nr || (ns < f->look_ns && f->look_ns - ns < 2 * FRAGMENTS_NS))
		return false;
	f->look_ns = ns;
	for (unsigned int i = 0; i < FRAGMENTS_MAX; i++) {
		struct fragment_set *set = &f->set[i];

		if (!set->used || (ns >= set->ns && ns - set->ns < FRAGMENTS_NS))
			continue;
		*due = *set;
		fragments_done(f, set);
		return true;
	}
	f->look_ns = ns + FRAGMENTS_NS / 4;
	return false;
}

/**
 * fragments_done() - nothing more is wanted of a packet
 * @f:		what is being put together
 * @set:	the packet
 */
void fragments_done(struct fragments *f, struct fragment_set *set)
{
	set->used = false;
	f->nr--;
}

/**
 * fragments_length() - how long a segment is, as far as its fragments tell
 * @set: the packet
 *
 * Return: bytes of payload; without its last fragment, at least so many.
 */
uint32_t fragments_length(const struct fragment_set *set)
{
	uint32_t end = set->total ? set->total : set->end;

	return end > set->header ? end - set->header : 0;
}
