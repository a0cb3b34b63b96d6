// SPDX-License-Identifier: GPL-2.0
/*
 * Where things stand in a ladder, as the terminal's width allows.
 */
#include "views/ladder_columns.h"

#include "views/ladder_canvas.h"

#define SHAFT_MAX	52	/* columns between the ends, if more are not needed */
#define HALF_STATE	5	/* ESTABLISHED stands five columns out on each side */
#define LABEL_AFTER	4	/* columns of a shaft after its label */
#define NR_LEVELS	8

/*
 * What is given up as the terminal gets narrower: the indent, long remarks,
 * remarks, sequence numbers, a column for the numbers of phases, times.
 */
static const struct level {
	int indent;
	int remark;
	int time;
	bool numbers;
	bool tight;
} levels[NR_LEVELS] = {
	{ 2, 17, 8, true, false },
	{ 0, 17, 8, true, false },
	{ 0,  6, 8, true, false },
	{ 0,  0, 8, true, false },
	{ 0,  6, 8, false, false },
	{ 0,  0, 8, false, false },
	{ 0,  0, 8, false, true },
	{ 0,  0, 0, false, true },
};

static void measure_labels(struct ladder_columns *at, const struct rung *rungs,
			   unsigned int nr)
{
	at->step = 0;
	at->name = 0;
	for (; nr--; rungs++) {
		int step = canvas_columns(rungs->step);
		int name = canvas_columns(rungs->name);

		if (rungs->kind != RUNG_ARROW)
			continue;
		if (step > at->step)
			at->step = step;
		if (name > at->name)
			at->name = name;
	}
}

static int label_columns(const struct ladder_columns *at,
			 const struct rung *rung)
{
	int n = (ladder_has_step(at, rung) ? at->step + 2 : 0) +
		(rung->wall ? LADDER_WALL_ROOM : 0);

	if (!at->numbers || !rung->numbers[0])
		return n + canvas_columns(rung->name);
	return n + at->name + 2 + canvas_columns(rung->numbers);
}

/* Columns that the widest line needs between the two ends. */
static int shaft_needed(const struct ladder_columns *at,
			const struct rung *rungs, unsigned int nr)
{
	int most = LADDER_LABEL_AT + LABEL_AFTER, n;

	for (; nr--; rungs++) {
		if (rungs->kind == RUNG_ARROW)
			n = LADDER_LABEL_AT + label_columns(at, rungs) +
			    LABEL_AFTER;
		else
			n = canvas_columns(ladder_text_of(rungs, at->numbers)) +
			    2;
		if (n > most)
			most = n;
	}
	return most;
}

static int beyond_right(const struct ladder_columns *at)
{
	int n = (at->time ? 3 + at->time : 0) +
		(at->remark ? 2 + at->remark : 0);

	return n > HALF_STATE ? n : HALF_STATE;
}

static void try_level(struct ladder_columns *at, const struct level *level)
{
	at->indent = level->indent;
	at->left = level->indent + HALF_STATE;
	at->remark = level->remark;
	at->time = level->time;
	at->numbers = level->numbers;
	at->tight = level->tight;
	at->brief = level->remark < levels[0].remark;
}

/**
 * ladder_columns() - place a ladder's columns
 * @at:		filled in: the fullest drawing that fits
 * @width:	of the terminal; what is still too wide will be cut off
 * @rungs:	the lines
 * @nr:		how many
 */
void ladder_columns(struct ladder_columns *at, int width,
		    const struct rung *rungs, unsigned int nr)
{
	int room = 0, need = 0;
	unsigned int i;

	measure_labels(at, rungs, nr);
	for (i = 0; i < NR_LEVELS; i++) {
		try_level(at, &levels[i]);
		room = width - at->left - 2 - beyond_right(at);
		need = shaft_needed(at, rungs, nr);
		if (need <= room)
			break;
	}
	if (room > SHAFT_MAX)
		room = need > SHAFT_MAX ? need : SHAFT_MAX;
	if (room < LADDER_LABEL_AT + LABEL_AFTER)
		room = LADDER_LABEL_AT + LABEL_AFTER;
	at->right = at->left + 1 + room;
	at->total = at->right + 1 + beyond_right(at);
	if (at->total > width)
		at->total = width;
}
