// SPDX-License-Identifier: GPL-2.0
/*
 * The time that passes in a capture: see clock.h.
 */
#include "sources/clock.h"

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
