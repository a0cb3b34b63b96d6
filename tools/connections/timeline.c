// SPDX-License-Identifier: GPL-2.0
/*
 * Connections by the time at which they began. A time that no span holds makes all
 * of them longer, of several one, until one does.
 */
#include <string.h>

#include "connections/timeline.h"
#include "output/util.h"

#define NS_PER_MS	1000000ull

/* Lengths of spans, each a multiple of the one before; then each twice as long. */
static const uint32_t lengths_ms[] = {
	1, 5, 10, 50, 100, 500, 1000, 5000, 10000, 30000, 60000, 300000, 600000,
	1800000, 3600000, 7200000, 21600000, 43200000, 86400000,
};

static void add_span(struct timeline_span *to, const struct timeline_span *from)
{
	to->conns += from->conns;
	to->odd += from->odd;
	to->failed += from->failed;
	for (unsigned int i = 0; i < OUTCOMES; i++)
		to->outcomes[i] += from->outcomes[i];
	spread_merge(&to->handshake, &from->handshake);
}

static uint64_t longer_than(uint64_t ns)
{
	for (size_t i = 0; i < ARRAY_SIZE(lengths_ms); i++)
		if (lengths_ms[i] * NS_PER_MS > ns)
			return lengths_ms[i] * NS_PER_MS;
	return 2 * ns;
}

/* Spans begin at multiples of their length. */
static void lengthen(struct timeline *t)
{
	static const struct timeline_span empty;
	uint64_t longer = longer_than(t->span_ns);
	uint64_t begin = t->begin_ns - t->begin_ns % longer;
	unsigned int shift = (unsigned int)((t->begin_ns - begin) / t->span_ns);
	unsigned int factor = (unsigned int)(longer / t->span_ns);

	/* None moves further away from the first. */
	for (unsigned int i = 0; i < TIMELINE_SPANS; i++) {
		unsigned int to = (i + shift) / factor;

		if (to == i)
			continue;
		add_span(&t->span[to], &t->span[i]);
		t->span[i] = empty;
	}
	t->begin_ns = begin;
	t->span_ns = longer;
}

/* Moves all of it up, if what is there leaves room for an earlier beginning. */
static bool move_up(struct timeline *t, uint64_t ns)
{
	uint64_t begin = ns - ns % t->span_ns;
	uint64_t by = (t->begin_ns - begin) / t->span_ns;
	uint64_t last = (t->last_ns - t->begin_ns) / t->span_ns;

	if (by >= TIMELINE_SPANS || last + by >= TIMELINE_SPANS)
		return false;
	memmove(t->span + by, t->span, (size_t)(last + 1) * sizeof(*t->span));
	memset(t->span, 0, (size_t)by * sizeof(*t->span));
	t->begin_ns = begin;
	return true;
}

static struct timeline_span *span_of(struct timeline *t, uint64_t ns)
{
	if (!t->nr) {
		t->span_ns = NS_PER_MS;
		t->begin_ns = ns - ns % t->span_ns;
		t->first_ns = ns;
		t->last_ns = ns;
	}
	while (ns < t->begin_ns && !move_up(t, ns))
		lengthen(t);
	while ((ns - t->begin_ns) / t->span_ns >= TIMELINE_SPANS)
		lengthen(t);
	if (ns < t->first_ns)
		t->first_ns = ns;
	if (ns > t->last_ns)
		t->last_ns = ns;
	return &t->span[(ns - t->begin_ns) / t->span_ns];
}

/**
 * timeline_add() - add a connection
 * @t: the spans; at first all zero
 * @c: the connection
 */
void timeline_add(struct timeline *t, const struct synfin_record_conn *c)
{
	struct timeline_span *span = span_of(t, c->head.time_ns);

	t->nr++;
	span->conns++;
	span->outcomes[outcome_of(c)]++;
	span->odd += outcome_class(c) == OUTCOME_ODD;
	span->failed += outcome_class(c) == OUTCOME_FAILED;
	spread_add(&span->handshake, c->handshake_ns);
}

/**
 * timeline_used() - which spans there is something in
 * @t:		the spans
 * @first:	set to the first one
 *
 * Return: how many from there to the last one.
 */
unsigned int timeline_used(const struct timeline *t, unsigned int *first)
{
	*first = 0;
	if (!t->nr)
		return 0;
	*first = (unsigned int)((t->first_ns - t->begin_ns) / t->span_ns);
	return (unsigned int)((t->last_ns - t->begin_ns) / t->span_ns) - *first + 1;
}
