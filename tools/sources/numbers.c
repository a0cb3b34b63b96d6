// SPDX-License-Identifier: GPL-2.0
/*
 * What the numbers of two segments tell of their order: see numbers.h.
 */
#include "sources/numbers.h"

/* Numbers further apart than this tell nothing about each other. */
#define NEAR		(1 << 24)

/*
 * The same segment again after this is sent again, whatever the clock says: but what
 * another interface saw may stand behind all that the first one did.
 */
#define AGAIN_NS	1000000000ull

static bool is_near(int32_t distance)
{
	return distance > -NEAR && distance < NEAR;
}

static bool has_ack(const struct synfin_segment *seg)
{
	return seg->flags & SYNFIN_TCP_ACK;
}

/**
 * numbers_acked_by() - the number that acknowledges a segment
 * @seg: the segment
 *
 * Return: of the data of a SYN perhaps nothing is acknowledged (RFC 7413).
 */
uint32_t numbers_acked_by(const struct synfin_segment *seg)
{
	return seg->flags & SYNFIN_TCP_SYN ? seg->seq + 1 : synfin_segment_end(seg);
}

/**
 * numbers_answer() - does one acknowledge what the other took?
 * @b:	the one
 * @a:	the other, of its peer
 *
 * Return: true if it does.
 */
bool numbers_answer(const struct synfin_segment *b, const struct synfin_segment *a)
{
	uint32_t end = numbers_acked_by(a);
	int32_t beyond = (int32_t)(b->ack - end);

	return has_ack(b) && end != a->seq && beyond >= 0 && is_near(beyond);
}

/**
 * numbers_one_way() - are they of one sender, to one receiver?
 * @a:	one segment
 * @b:	another
 *
 * Return: true if they are.
 */
bool numbers_one_way(const struct synfin_segment *a, const struct synfin_segment *b)
{
	return a->sport == b->sport && a->dport == b->dport &&
		synfin_same_addr(&a->src, &b->src) && synfin_same_addr(&a->dst, &b->dst);
}

/**
 * numbers_other_way() - is each of the other's receiver?
 * @a:	one segment
 * @b:	another
 *
 * Return: true if it is.
 */
bool numbers_other_way(const struct synfin_segment *a, const struct synfin_segment *b)
{
	return a->sport == b->dport && a->dport == b->sport &&
		synfin_same_addr(&a->src, &b->dst) && synfin_same_addr(&a->dst, &b->src);
}

/**
 * numbers_follow() - of one sender, which comes first?
 * @b:	one segment
 * @a:	another
 *
 * Return: 1 if @b follows @a, -1 if it precedes it, 0 if they are the same.
 */
int numbers_follow(const struct synfin_segment *b, const struct synfin_segment *a)
{
	int32_t ahead = (int32_t)(b->seq - a->seq);

	if (!is_near(ahead))
		return 0;
	if (b->kind == SYNFIN_KIND_ICMP || a->kind == SYNFIN_KIND_ICMP)
		return ahead ? 0 : b->kind == SYNFIN_KIND_ICMP ? 1 : -1;
	/* Who resets says nothing after it; but somebody else may have made it up. */
	if (a->kind == SYNFIN_KIND_RST && b->kind != SYNFIN_KIND_RST)
		return -1;
	if (!ahead && has_ack(a) && has_ack(b))
		ahead = (int32_t)(b->ack - a->ack);
	if (!ahead)
		ahead = (int32_t)(synfin_segment_end(b) - synfin_segment_end(a));
	return (ahead > 0) - (ahead < 0);
}

/**
 * numbers_order() - which of two passed first?
 * @a:	a segment
 * @b:	one that is behind it in the file
 *
 * Return: 1 if @b passed after @a, -1 if it passed before it, 0 if they do not tell.
 */
int numbers_order(const struct captured *a, const struct captured *b)
{
	bool after, before;
	int same;

	if (numbers_one_way(&a->seg, &b->seg)) {
		same = numbers_follow(&b->seg, &a->seg);
		if (same || a->ns - b->ns < AGAIN_NS || a->interface != b->interface)
			return same;
		return 1;
	}
	if (!numbers_other_way(&a->seg, &b->seg))
		return 0;
	after = numbers_answer(&b->seg, &a->seg);
	before = numbers_answer(&a->seg, &b->seg);
	return after - before;
}
