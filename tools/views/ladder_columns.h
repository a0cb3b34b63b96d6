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
 * @tight:	names without the number of a phase stand where numbers do
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
	bool tight;
};

/**
 * ladder_has_step() - is there a column for the number of the phase before a name?
 * @at:		where things stand
 * @rung:	the line
 *
 * Return: true if there is, with a number in it or not.
 */
static inline bool ladder_has_step(const struct ladder_columns *at,
				   const struct rung *rung)
{
	return !at->tight || rung->step[0];
}

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
