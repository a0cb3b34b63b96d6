/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where things stand in a ladder, as the terminal's width allows.
 */
#ifndef _TOOLS_LADDER_COLUMNS_H
#define _TOOLS_LADDER_COLUMNS_H

#include "views/ladder_rungs.h"

/* Columns of a shaft before its label. */
#define LADDER_LABEL_AT	3

/* Columns behind a wall, where a segment never came. */
#define LADDER_WALL_ROOM 3

/**
 * struct ladder_columns - where things stand
 * @indent:	of notes
 * @left:	the client's line
 * @right:	the server's line
 * @total:	columns that the drawing takes
 * @step:	width of the numbers of phases
 * @name:	width of the names of segments
 * @time:	width of the times, 0 if there is no room for them
 * @remark:	width of the remarks, 0 if there is no room for them
 * @numbers:	there is room for sequence numbers
 * @brief:	remarks are in a word
 */
struct ladder_columns {
	int indent;
	int left;
	int right;
	int total;
	int step;
	int name;
	int time;
	int remark;
	bool numbers;
	bool brief;
};

/**
 * ladder_text_of() - the words of a text
 * @rung:	the line
 * @full:	there is room
 *
 * Return: the words.
 */
static inline const char *ladder_text_of(const struct rung *rung, bool full)
{
	return full || !rung->brief[0] ? rung->name : rung->brief;
}

void ladder_columns(struct ladder_columns *at, int width,
		    const struct rung *rungs, unsigned int nr);

#endif /* _TOOLS_LADDER_COLUMNS_H */
