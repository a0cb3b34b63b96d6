/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rungs of a ladder: what each line of the drawing says. Nothing here knows
 * of columns.
 */
#ifndef _TOOLS_LADDER_RUNGS_H
#define _TOOLS_LADDER_RUNGS_H

#include "views/first_data.h"
#include "views/ladder_words.h"
#include "views/view_ladder.h"

/**
 * rungs_max() - how many lines a connection can need
 * @c: the connection
 *
 * Return: room for rungs_make().
 */
static inline unsigned int rungs_max(const struct conn *c)
{
	return 3 * c->nr_phases + 8 + FIRST_STEPS;
}

unsigned int rungs_make(const struct conn *c, const struct ladder_options *opt,
			const struct ladder_row *rows, unsigned int nr,
			struct rung *rungs);

#endif /* _TOOLS_LADDER_RUNGS_H */
