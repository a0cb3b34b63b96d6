/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What top has on its screen.
 */
#ifndef _TOOLS_TOP_H
#define _TOOLS_TOP_H

#include "commands/pipeline.h"
#include "connections/groups.h"

#define TOP_KEPT	2048u	/* connections that can be looked at */
#define TOP_FILTER	64u

enum top_view { TOP_BY_SERVICE, TOP_BY_SERVER, TOP_BY_CLIENT, TOP_VIEWS };
enum top_screen { TOP_GROUPS, TOP_CONNS, TOP_LADDER };
enum top_order {
	TOP_RATE, TOP_CONNECTIONS, TOP_FAILED, TOP_RESETS, TOP_SERVER_RTT,
	TOP_CLIENT_RTT, TOP_ORDERS,
};

/**
 * struct top - the screen, and what it shows
 * @opt:	the command line
 * @groups:	by enum top_view
 * @view:	enum top_view
 * @screen:	enum top_screen
 * @order:	enum top_order
 * @filter:	what a row must have in it
 * @typing:	the filter is being typed
 * @help:	keys are shown
 * @paused:	nothing moves
 * @selected:	row, on each screen
 * @first:	the first row that is shown, on each screen
 * @key:	of the group that was chosen
 * @row:	groups in their order
 * @nr_rows:	how many of @row are shown
 * @kept:	the last connections, the newest at @nr_kept - 1, modulo TOP_KEPT
 * @nr_kept:	how many there were
 * @found:	connections of the chosen group, the newest first, as numbers in @kept
 * @nr_found:	how many
 * @ladder:	the drawing, line by line
 * @nr_lines:	how many
 * @totals:	of all connections
 * @lost:	records
 * @begun_ns:	when top was started
 * @drawn:	when rates were made
 * @rounds:	tables that --batch has printed
 */
struct top {
	const struct options *opt;
	struct groups *groups[TOP_VIEWS];
	enum top_view view;
	enum top_screen screen;
	enum top_order order;
	char filter[TOP_FILTER];
	bool typing;
	bool help;
	bool paused;
	size_t selected[3];
	size_t first[3];
	char key[GROUP_TEXT];
	const struct group *row[GROUPS_MAX + 1];
	size_t nr_rows;
	struct conn kept[TOP_KEPT];
	uint64_t nr_kept;
	uint32_t found[TOP_KEPT];
	size_t nr_found;
	char *ladder;
	size_t nr_lines;
	const struct totals *totals;
	uint64_t lost;
	uint64_t begun_ns;
	double drawn;
	uint64_t rounds;
};

/* cmd_top.c */
void top_sort(struct top *top);
void top_find(struct top *top);
void top_draw_ladder(struct top *top);

/* top_terminal.c */
enum { COLOR_OF_FAILURE = 1, COLOR_OF_ODD };

int top_begin(const struct options *opt);
void top_end(void);

/* top_screen.c */
void top_draw(struct top *top);

/* top_keys.c */
bool top_keys(struct top *top, bool *changed);

/* Rows of the screen. */
static inline size_t top_nr(const struct top *top)
{
	return top->screen == TOP_GROUPS ? top->nr_rows :
	       top->screen == TOP_CONNS ? top->nr_found : top->nr_lines;
}

#endif /* _TOOLS_TOP_H */
