/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection drawn as the textbook draws it: two ends, an arrow per segment,
 * the states between.
 *
 *	phases -> ladder_states (rows, states) -> ladder_rungs (words)
 *	       -> view_ladder (layout, lines)
 */
#ifndef _TOOLS_VIEW_LADDER_H
#define _TOOLS_VIEW_LADDER_H

#include <stdio.h>
#include "connections/conn.h"

/**
 * struct ladder_options - how to draw
 * @ascii:	no character beyond ASCII
 * @absolute:	numbers as on the wire, not from the initial ones
 * @color:	terminal colours
 * @width:	columns there are, 0 for 80
 * @numeric:	ports, not the names of services
 * @filter:	with what finds it in Wireshark
 */
struct ladder_options {
	bool ascii;
	bool absolute;
	bool color;
	int width;
	bool numeric;
	bool filter;
};

void ladder_draw(FILE *out, const struct conn *c,
		 const struct ladder_options *opt);

/* ladder_words.c */
void ladder_outcome(const struct conn *c, bool ascii, char *buf, size_t size);

#endif /* _TOOLS_VIEW_LADDER_H */
