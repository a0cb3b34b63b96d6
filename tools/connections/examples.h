/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A few connections of many, kept whole: the slowest, or one of each kind.
 */
#ifndef _TOOLS_EXAMPLES_H
#define _TOOLS_EXAMPLES_H

#include <stdint.h>

#include "connections/conn.h"

#define EXAMPLES_MAX	48u

/**
 * struct example - a connection that is kept
 * @conn:	the connection, with its phases
 * @weight:	what it is kept for
 * @nr:		how many there were like it
 */
struct example {
	struct conn conn;
	uint64_t weight;
	uint64_t nr;
};

/**
 * struct examples - connections that are kept
 * @limit:	how many there may be, EXAMPLES_MAX at most
 * @nr:		how many there are
 * @left_out:	connections like none of them, for which there was no room
 * @example:	they
 */
struct examples {
	unsigned int limit;
	unsigned int nr;
	uint64_t left_out;
	struct example example[EXAMPLES_MAX];
};

int examples_add_heaviest(struct examples *e, const struct conn *c, uint64_t weight);
int examples_add_kind(struct examples *e, const struct conn *c);
void examples_sort(struct examples *e);
void examples_free(struct examples *e);

#endif /* _TOOLS_EXAMPLES_H */
