/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time that passes in a capture, which never goes back though its clock may.
 */
#ifndef _TOOLS_CLOCK_H
#define _TOOLS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SHIFTS	4u

/*
 * Processors that write to one capture may be so far apart, on a host that starves them:
 * no clock was set.
 */
#define CLOCK_APART_NS	250000000u

/**
 * struct clock - the time that passes
 * @now:	the time
 * @shift:	what may have to be added to a packet's time, newest first; one is 0
 * @backs:	how often it went back to where it had not been before
 */
struct clock {
	uint64_t now;
	uint64_t shift[CLOCK_SHIFTS];
	unsigned int backs;
};

uint64_t clock_shift(struct clock *clock, uint64_t ns);
uint64_t clock_read(struct clock *clock, uint64_t ns, bool after);

/**
 * clock_is_back() - is a packet's time far before the one that has passed?
 * @clock:	the clock
 * @ns:		the packet's time
 *
 * Then it comes late in the file, or the clock was set back: see clock_read().
 *
 * Return: true if it is.
 */
static inline bool clock_is_back(const struct clock *clock, uint64_t ns)
{
	return ns + clock->shift[0] + CLOCK_APART_NS < clock->now;
}

/**
 * clock_tick() - a packet passed
 * @clock:	the clock
 * @ns:		its time
 *
 * Return: what to add to @ns, so that time does not go back.
 */
static inline uint64_t clock_tick(struct clock *clock, uint64_t ns)
{
	if (ns >= clock->now && !clock->shift[0]) {
		clock->now = ns;
		return 0;
	}
	if (!clock->shift[0] && clock->now - ns < CLOCK_APART_NS)
		return 0;
	return clock_shift(clock, ns);
}

#endif /* _TOOLS_CLOCK_H */
