// SPDX-License-Identifier: GPL-2.0
/*
 * How durations are spread.
 */
#include "connections/spread.h"
#include "uapi/synfin.h"

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int top;

	if (ns < 4)
		return (unsigned int)ns;
	top = 63 - (unsigned int)__builtin_clzll(ns);
	return (top - 1) * 4 + (unsigned int)(ns >> (top - 2) & 3);
}

/**
 * spread_lower() - where a bucket begins
 * @bucket: which, up to SPREAD_BUCKETS
 *
 * Return: nanoseconds.
 */
uint64_t spread_lower(unsigned int bucket)
{
	if (bucket < 4)
		return bucket;
	if (bucket >= SPREAD_BUCKETS)
		return UINT64_MAX;
	return (uint64_t)(4 + bucket % 4) << (bucket / 4 - 1);
}

/**
 * spread_add() - add a duration
 * @s: the spread
 * @ns: the duration, SYNFIN_NS_NONE if it is not known
 */
void spread_add(struct spread *s, uint64_t ns)
{
	if (ns == SYNFIN_NS_NONE)
		return;
	if (!s->nr++ || ns < s->least)
		s->least = ns;
	if (ns > s->most)
		s->most = ns;
	s->count[bucket_of(ns)]++;
}

/**
 * spread_merge() - add all durations of another spread
 * @s: the spread
 * @other: the other one
 */
void spread_merge(struct spread *s, const struct spread *other)
{
	if (!other->nr)
		return;
	if (!s->nr || other->least < s->least)
		s->least = other->least;
	if (other->most > s->most)
		s->most = other->most;
	s->nr += other->nr;
	for (unsigned int i = 0; i < SPREAD_BUCKETS; i++)
		s->count[i] += other->count[i];
}

/**
 * spread_percentile() - below how much so many in a hundred are
 * @s: the spread
 * @percent: how many
 *
 * Return: nanoseconds, by a straight line inside of the bucket; SYNFIN_NS_NONE if there
 * are none.
 */
uint64_t spread_percentile(const struct spread *s, unsigned int percent)
{
	uint64_t rank = (s->nr * percent + 99) / 100, before = 0, lower, ns;
	unsigned int i;

	if (!s->nr)
		return SYNFIN_NS_NONE;
	for (i = 0; i < SPREAD_BUCKETS - 1 && before + s->count[i] < rank; i++)
		before += s->count[i];
	lower = spread_lower(i);
	ns = lower + (uint64_t)((double)(spread_lower(i + 1) - lower) *
				((double)(rank - before) - 0.5) /
				(double)(s->count[i] ? s->count[i] : 1));
	if (ns < s->least)
		return s->least;
	return ns < s->most ? ns : s->most;
}
