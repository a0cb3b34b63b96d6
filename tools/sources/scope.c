// SPDX-License-Identifier: GPL-2.0
/*
 * Where connections of the same endpoints were captured: see scope.h.
 *
 * Each direction of a connection has the lanes under which it was seen. What comes under
 * another one belongs to a connection whose other direction it answers, or whose
 * numbers it goes on with; else it is of one more.
 */
#include <stdlib.h>
#include <string.h>

#include "connections/keyed_hash.h"
#include "connections/pool.h"
#include "output/complain.h"
#include "sources/scope.h"

#define LIMIT		(256u * 1024)

/* Lanes of a direction: a copy of it may have one of its own. */
#define LANES		3u

/* Places in which the same endpoints are told apart. */
#define PLACES		16u

/* Numbers within so much of each other are of one connection. */
#define NEAR		(1 << 20)

/* Nobody sends a SYN again so soon: RFC 6298 has a second, stacks a quarter at least. */
#define SYN_AGAIN_NS	200000000ull

/* Attempts to open whose numbers are kept, of each direction. */
#define SYNS		4u

/**
 * struct side - a direction of a connection
 * @lane:	under which it was seen
 * @nr:		how many
 * @isn:	of its SYNs, the last ones
 * @nr_syns:	how many different ones were seen
 * @syn_ns:	when the last SYN was
 * @next:	the number that follows the highest that was seen
 * @moved:	it has gone on after its SYN
 */
struct side {
	uint64_t lane[LANES];
	unsigned int nr;
	uint32_t isn[SYNS];
	unsigned int nr_syns;
	uint64_t syn_ns;
	uint32_t next;
	bool moved;
};

/* Both endpoints, the lower first. */
struct ends {
	struct synfin_addr addr[2];
	uint16_t port[2];
	uint32_t family;
};

/**
 * struct vantage - where a connection was seen
 * @ends:	its endpoints
 * @hh:		of the first of several with the same endpoints
 * @prev:	the one that was used before it
 * @next:	the one that was used after it
 * @other:	with the same endpoints
 * @number:	tells it from others with the same endpoints
 * @side:	its directions, that of the lower endpoint first
 */
struct vantage {
	struct ends ends;
	UT_hash_handle hh;
	struct vantage *prev, *next;
	struct vantage *other;
	uint32_t number;
	struct side side[2];
};

struct scopes {
	struct vantage *table;
	struct vantage *firsts;	/* least recently used first */
	struct pool places;
	uint32_t last;
};

/**
 * scopes_new() - set up
 *
 * Return: to be freed with scopes_free(); NULL after a message.
 */
struct scopes *scopes_new(void)
{
	struct scopes *s = calloc(1, sizeof(*s));

	if (s)
		s->places = (struct pool){ .size = sizeof(struct vantage),
					   .limit = LIMIT };
	else
		complain("out of memory");
	return s;
}

/**
 * scopes_free() - free it
 * @s: of scopes_new(), or NULL
 */
void scopes_free(struct scopes *s)
{
	if (!s)
		return;
	HASH_CLEAR(hh, s->table);
	pool_free(&s->places);
	free(s);
}

static bool is_near(uint32_t a, uint32_t b)
{
	int32_t apart = (int32_t)(a - b);

	return apart > -NEAR && apart < NEAR;
}

static bool has_lane(const struct side *side, uint64_t lane)
{
	for (unsigned int i = 0; i < side->nr; i++)
		if (side->lane[i] == lane)
			return true;
	return false;
}

static bool has_ack(const struct synfin_segment *seg)
{
	return seg->flags & SYNFIN_TCP_ACK;
}

static bool has_syn(const struct side *side, uint32_t isn)
{
	for (unsigned int i = 0; i < side->nr_syns && i < SYNS; i++)
		if (side->isn[i] == isn)
			return true;
	return false;
}

/*
 * How well the first of a direction fits what the other one has sent; 0 not at all. It
 * may answer any of its attempts; or none, where it comes by the same way.
 */
static unsigned int answers(const struct side *other, const struct captured *c)
{
	bool same = has_lane(other, c->lane);
	unsigned int score = same ? 4 : 1;

	if (!has_ack(&c->seg) || !other->nr)
		return score;
	if (c->seg.ack == other->next || has_syn(other, c->seg.ack - 1))
		return score + 5;
	if (is_near(c->seg.ack, other->next))
		return score + 2;
	return same;
}

/*
 * Is a SYN sent again? Who has gone on by one way asks by another one for another
 * connection; so does who asks at once by both, with one number, as crafted captures do.
 */
static bool asks_again(const struct side *side, const struct captured *c, bool copy)
{
	if (!has_syn(side, c->seg.seq))
		return false;
	return copy || has_lane(side, c->lane) ||
	       (!side->moved && c->ns - side->syn_ns >= SYN_AGAIN_NS);
}

/* How well it goes on with what its direction has sent. */
static unsigned int goes_on(const struct side *side, const struct side *other,
			    const struct captured *c, bool copy)
{
	const struct synfin_segment *seg = &c->seg;

	if (seg->flags & SYNFIN_TCP_SYN)
		return asks_again(side, c, copy) ? 4 : 0;
	if (!is_near(seg->seq, side->next))
		return 0;
	if (has_ack(seg) && other->nr && !is_near(seg->ack, other->next))
		return 0;
	return 3;
}

/* An ICMP error goes the other way, and tells nothing but the number of the SYN. */
static unsigned int reports(const struct side *quoted, const struct captured *c)
{
	return has_syn(quoted, c->seg.seq) ? 2 : 1;
}

static unsigned int fits(const struct vantage *place, unsigned int way,
			 const struct captured *c, bool copy)
{
	const struct side *side = &place->side[way], *other = &place->side[!way];

	if (c->seg.kind == SYNFIN_KIND_ICMP)
		return reports(side, c);
	if (has_lane(side, c->lane))
		return 8 + goes_on(side, other, c, copy);
	return side->nr ? goes_on(side, other, c, copy) : answers(other, c);
}

static struct vantage *best_of(struct vantage *first, unsigned int way,
			       const struct captured *c, bool copy, unsigned int *nr)
{
	struct vantage *best = NULL;
	unsigned int score = 0;

	for (struct vantage *place = first; place; place = place->other) {
		unsigned int fit = fits(place, way, c, copy);

		++*nr;
		if (fit > score) {
			score = fit;
			best = place;
		}
	}
	return best;
}

static void forget(struct scopes *s, struct vantage *first)
{
	struct vantage *next;

	HASH_DEL(s->table, first);
	DL_DELETE(s->firsts, first);
	for (; first; first = next) {
		next = first->other;
		pool_give(&s->places, first);
	}
}

static struct vantage *take(struct scopes *s)
{
	struct vantage *place = pool_take(&s->places);

	if (!place && s->firsts) {
		forget(s, s->firsts);
		place = pool_take(&s->places);
	}
	if (place)
		memset(place, 0, sizeof(*place));
	return place;
}

static struct vantage *add_first(struct scopes *s, const struct ends *ends)
{
	struct vantage *place = take(s);

	if (!place)
		return NULL;
	place->ends = *ends;
	HASH_ADD(hh, s->table, ends, sizeof(place->ends), place);
	DL_APPEND(s->firsts, place);
	return place;
}

/* One more with the endpoints of @first, which stays. */
static struct vantage *add_other(struct scopes *s, struct vantage *first)
{
	struct vantage *place;

	DL_DELETE(s->firsts, first);
	DL_APPEND(s->firsts, first);
	place = take(s);
	if (!place)
		return first;
	place->number = ++s->last & 0xffffff;
	place->other = first->other;
	first->other = place;
	return place;
}

static void remember(struct side *side, const struct captured *c, bool copy)
{
	const struct synfin_segment *seg = &c->seg;
	uint32_t end = synfin_segment_end(seg);

	if (!has_lane(side, c->lane)) {
		if (side->nr < LANES)
			side->lane[side->nr++] = c->lane;
		else
			side->lane[LANES - 1] = c->lane;
	}
	if (copy)
		return;
	if (seg->flags & SYNFIN_TCP_SYN) {
		if (!has_syn(side, seg->seq))
			side->isn[side->nr_syns++ % SYNS] = seg->seq;
		side->syn_ns = c->ns;
		side->moved = false;
		side->next = end;
		return;
	}
	side->moved = true;
	if (side->nr == 1 || (int32_t)(end - side->next) > 0)
		side->next = end;
}

/**
 * scopes_find() - where the connection of a segment was captured
 * @s:		what is known of others
 * @c:		the segment
 * @copy:	it is a copy of one that was seen elsewhere
 *
 * Return: a number that tells it from others with the same endpoints, of 24 bits.
 */
uint32_t scopes_find(struct scopes *s, const struct captured *c, bool copy)
{
	const struct synfin_segment *seg = &c->seg;
	int order = memcmp(&seg->src, &seg->dst, sizeof(seg->src));
	bool swap = order > 0 || (!order && seg->sport > seg->dport);
	struct ends ends = {
		.addr = { swap ? seg->dst : seg->src, swap ? seg->src : seg->dst },
		.port = { swap ? seg->dport : seg->sport,
			  swap ? seg->sport : seg->dport },
		.family = seg->family,
	};
	struct vantage *first, *place;
	unsigned int nr = 0;

	HASH_FIND(hh, s->table, &ends, sizeof(ends), first);
	if (!first) {
		first = add_first(s, &ends);
		if (!first)
			return 0;
		place = first;
	} else {
		place = best_of(first, swap, c, copy, &nr);
		if (!place)
			place = nr < PLACES ? add_other(s, first) : first;
	}
	if (seg->kind != SYNFIN_KIND_ICMP)
		remember(&place->side[swap], c, copy);
	if (first->next) {
		DL_DELETE(s->firsts, first);
		DL_APPEND(s->firsts, first);
	}
	return place->number;
}
