// SPDX-License-Identifier: GPL-2.0
/*
 * The time that passes in a capture: see clock.h.
 */
#include "sources/clock.h"

/* Of so many pauses one is as long as two clocks are apart, by chance. */
#define SURE	128u

static void remember(struct clock *clock, unsigned int from, uint64_t shift)
{
	for (unsigned int i = from; i; i--)
		clock->shift[i] = clock->shift[i - 1];
	clock->shift[0] = shift;
}

/* The one that nothing was added to must not be forgotten. */
static unsigned int oldest(const struct clock *clock)
{
	unsigned int last = CLOCK_SHIFTS - 1;

	return clock->shift[last] ? last : last - 1;
}

/**
 * clock_shift() - for clock_tick(): a packet's time goes back, or has before
 * @clock:	the clock
 * @ns:		the packet's time
 *
 * Of what was added before, what lets the least time pass is right.
 *
 * Return: what to add to @ns.
 */
uint64_t clock_shift(struct clock *clock, uint64_t ns)
{
	unsigned int best = CLOCK_SHIFTS;
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < CLOCK_SHIFTS; i++) {
		uint64_t then = ns + clock->shift[i];

		if (then >= ns && then >= clock->now && then - clock->now < least) {
			least = then - clock->now;
			best = i;
		}
	}
	if (best == CLOCK_SHIFTS)
		remember(clock, oldest(clock), clock->now - ns);
	else if (best)
		remember(clock, best, clock->shift[best]);
	clock->now = ns + clock->shift[0];
	return clock->shift[0];
}

static uint64_t apart(uint64_t one, uint64_t two)
{
	return one > two ? one - two : two - one;
}

/*
 * Is a packet by the other clock, or was there a pause? It would be just as long as the
 * clocks are apart, which a clock that was set back makes seldom. One that has gone back
 * again and again is of several processors, or files.
 */
static bool is_other(const struct clock *clock, unsigned int other, uint64_t off)
{
	return clock->backs > 1 ||
	       off <= apart(clock->shift[0], clock->shift[other]) / SURE;
}

/* The other shift that fits best; CLOCK_SHIFTS if none does. */
static unsigned int other_shift(const struct clock *clock, uint64_t ns)
{
	uint64_t then = ns + clock->shift[0], least = apart(then, clock->now);
	unsigned int best = CLOCK_SHIFTS;

	for (unsigned int i = 1; i < CLOCK_SHIFTS; i++) {
		uint64_t off = apart(ns + clock->shift[i], clock->now);

		if (off < least && is_other(clock, i, off)) {
			least = off;
			best = i;
		}
	}
	return best;
}

/**
 * clock_read() - a packet is the next in its file
 * @clock:	the clock
 * @ns:		the packet's time
 * @after:	it passed after what was before it, though its time is far before theirs
 *
 * Return: what to add to @ns. If that is before the time that has passed, the packet
 * only comes late in the file.
 */
uint64_t clock_read(struct clock *clock, uint64_t ns, bool after)
{
	bool back = clock_is_back(clock, ns);
	unsigned int other = CLOCK_SHIFTS;

	if (back || ns + clock->shift[0] > clock->now)
		other = other_shift(clock, ns);
	if (other != CLOCK_SHIFTS &&
	    !(after && ns + clock->shift[other] + CLOCK_APART_NS < clock->now)) {
		remember(clock, other, clock->shift[other]);
	} else if (after && back) {
		remember(clock, oldest(clock), clock->now - ns);
		clock->backs++;
	}
	if (ns + clock->shift[0] > clock->now)
		clock->now = ns + clock->shift[0];
	return clock->shift[0];
}
