/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the first bytes of a connection were, one after the other, for views.
 */
#ifndef _TOOLS_FIRST_DATA_H
#define _TOOLS_FIRST_DATA_H

#include <stdint.h>

#include "connections/conn.h"

#define FIRST_FLIGHTS	5u	/* of TLS, at most */

/**
 * struct first_flight - what passed
 * @name:	what it was
 * @from:	enum synfin_from, who sent it
 * @time_ns:	when, since 1970
 */
struct first_flight {
	const char *name;
	uint8_t from;
	uint64_t time_ns;
};

/* From one time to another one, if both are known. */
static inline uint64_t first_span(uint64_t from_ns, uint64_t to_ns)
{
	if (from_ns == SYNFIN_NS_NONE || to_ns == SYNFIN_NS_NONE)
		return SYNFIN_NS_NONE;
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

/* Lines of a ladder that they take at most. */
#define FIRST_STEPS	FIRST_FLIGHTS

/**
 * struct first_step - what passed, as a ladder names it
 * @name:	what it was
 * @full:	what the time before it was spent on, at length
 * @brief:	the same in a word
 * @from:	enum synfin_from, who sent it
 * @time_ns:	when, since 1970
 */
struct first_step {
	char name[24];
	const char *full;
	const char *brief;
	uint8_t from;
	uint64_t time_ns;
};

void first_spent(const struct conn *c, bool ascii, char *text, size_t size);
void first_alert(const struct conn *c, char *text, size_t size);
unsigned int first_steps(const struct conn *c, struct first_step step[FIRST_STEPS]);
unsigned int first_flights(const struct conn *c,
			   struct first_flight flight[FIRST_FLIGHTS]);

#endif /* _TOOLS_FIRST_DATA_H */
