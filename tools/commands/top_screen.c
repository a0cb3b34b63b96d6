// SPDX-License-Identifier: GPL-2.0
/*
 * The screen of top. Right at 80 columns and 24 lines; a narrower one
 * leaves out the columns on the right.
 */
#include <ncurses.h>
#include <string.h>

#include "commands/parse.h"
#include "commands/top.h"
#include "output/table_cells.h"
#include "output/fmt.h"
#include "output/words.h"

#define TITLE	3	/* lines above the rows: a title, a hint, headings */

/* The key of an order is in top_keys.c. */
static const struct {
	const char *heading;
	int width;
} orders[TOP_ORDERS] = {
	[TOP_RATE] = { "CONN/s", 8 },
	[TOP_CONNECTIONS] = { "TOTAL", 10 },
	[TOP_FAILED] = { "FAILED", 8 },
	[TOP_RESETS] = { "RESET", 8 },
	[TOP_SERVER_RTT] = { "S-RTT", 8 },
	[TOP_CLIENT_RTT] = { "C-RTT", 8 },
};

static const char *const views[TOP_VIEWS] = { "SERVICE", "SERVER", "CLIENT" };

/* What does not fit into its columns, or on the screen, is left out or cut off. */
static int put_right(int y, int x, int width, const char *text)
{
	if (x + width <= COLS)
		mvprintw(y, x, "%*.*s", width, width, text);
	return x + width;
}

static int put_number(int y, int x, int width, uint64_t value, int attributes)
{
	char text[FMT_ROOM];

	*fmt_grouped(text, value) = '\0';
	if (value)
		attron(attributes);
	x = put_right(y, x, width, text);
	attroff(attributes);
	return x;
}

static int put_ns(int y, int x, int width, uint64_t ns)
{
	char text[FMT_ROOM] = "-";

	if (ns != SYNFIN_NS_NONE)
		*fmt_duration(text, ns, 6) = '\0';
	return put_right(y, x, width, text);
}

/* The key takes what the figures leave. */
static int key_width(void)
{
	int figures = 0;

	for (unsigned int i = 0; i < TOP_ORDERS; i++)
		figures += orders[i].width;
	return COLS - figures > 16 ? COLS - figures : 16;
}

static void draw_group(const struct group *g, int y)
{
	int x = key_width();
	char text[32];

	mvaddnstr(y, 0, g->key[0], x - 1 < COLS ? x - 1 : COLS);
	snprintf(text, sizeof(text), "%.1f", g->rate);
	if (g->rate > 0)
		attron(A_BOLD);
	x = put_right(y, x, orders[TOP_RATE].width, text);
	attroff(A_BOLD);
	x = put_number(y, x, orders[TOP_CONNECTIONS].width, g->conns, 0);
	x = put_number(y, x, orders[TOP_FAILED].width, g->failed,
		       COLOR_PAIR(COLOR_OF_FAILURE));
	x = put_number(y, x, orders[TOP_RESETS].width, g->resets,
		       COLOR_PAIR(COLOR_OF_ODD));
	x = put_ns(y, x, orders[TOP_SERVER_RTT].width, spread_percentile(&g->server, 50));
	put_ns(y, x, orders[TOP_CLIENT_RTT].width, spread_percentile(&g->client, 50));
}

static void draw_group_headings(const struct top *top)
{
	int x = key_width();

	attron(A_REVERSE);
	mvprintw(TITLE - 1, 0, "%-*.*s", COLS, COLS, views[top->view]);
	for (unsigned int i = 0; i < TOP_ORDERS; i++) {
		if (i == top->order)
			attron(A_BOLD | A_UNDERLINE);
		x = put_right(TITLE - 1, x, orders[i].width, orders[i].heading);
		attroff(A_BOLD | A_UNDERLINE);
	}
	attroff(A_REVERSE);
}

/* Whole, or not at all: a port that goes on in the next line would be another one. */
static void put_left(int y, int x, int width, const char *text)
{
	if (x + width <= COLS)
		mvaddstr(y, x, text);
}

static void draw_conn(const struct top *top, const struct conn *c, int y)
{
	static const int colors[] = {
		[OUTCOME_ODD] = COLOR_OF_ODD, [OUTCOME_FAILED] = COLOR_OF_FAILURE,
	};
	enum outcome_class class = outcome_class(&c->sum);
	const struct synfin_record_head *h = &c->sum.head;
	int ends = (COLS - 46) / 2 > 12 ? (COLS - 46) / 2 : 12, x;
	char text[256];

	*fmt_clock(text, h->time_ns, 3) = '\0';
	mvaddnstr(y, 0, text, COLS < 8 ? COLS : 8);
	*cell_endpoint(text, top->opt, (unsigned int)ends, h->family, h->client,
		       h->client_port, NULL) = '\0';
	put_left(y, 9, ends, text);
	*cell_endpoint(text, top->opt, (unsigned int)ends, h->family, h->server,
		       h->server_port, NULL) = '\0';
	put_left(y, 10 + ends, ends, text);
	x = 11 + 2 * ends;
	if (class != OUTCOME_ORDINARY)
		attron(COLOR_PAIR(colors[class]));
	put_left(y, x, 14, outcome_word(outcome_of(&c->sum))->text);
	if (class != OUTCOME_ORDINARY)
		attroff(COLOR_PAIR(colors[class]));
	x = put_ns(y, x + 14, 7, c->sum.server_rtt_ns);
	x = put_ns(y, x, 7, c->sum.client_rtt_ns);
	put_ns(y, x, 7, c->sum.duration_ns);
}

static void draw_conn_headings(void)
{
	int ends = (COLS - 46) / 2 > 12 ? (COLS - 46) / 2 : 12, x;

	attron(A_REVERSE);
	mvprintw(TITLE - 1, 0, "%-*.*s", COLS, COLS, "TIME");
	put_left(TITLE - 1, 9, ends, "CLIENT");
	put_left(TITLE - 1, 10 + ends, ends, "SERVER");
	put_left(TITLE - 1, 11 + 2 * ends, 14, "OUTCOME");
	x = put_right(TITLE - 1, 25 + 2 * ends, 7, "S-RTT");
	x = put_right(TITLE - 1, x, 7, "C-RTT");
	put_right(TITLE - 1, x, 7, "LIFE");
	attroff(A_REVERSE);
}

/* The row that is selected is on the screen. */
static void scroll_to(struct top *top)
{
	size_t *selected = &top->selected[top->screen];
	size_t *first = &top->first[top->screen], nr = top_nr(top);
	size_t room = 1;

	if (LINES - TITLE > 1)
		room = (size_t)(LINES - TITLE);
	if (*selected >= nr)
		*selected = nr ? nr - 1 : 0;
	if (top->screen == TOP_LADDER && *selected + room > nr)
		*selected = nr > room ? nr - room : 0;
	if (top->screen == TOP_LADDER)
		*first = *selected;
	else if (*selected < *first)
		*first = *selected;
	else if (*selected >= *first + room)
		*first = *selected - room + 1;
}

static void draw_line(const struct top *top, size_t number, int y)
{
	const char *line = top->ladder;

	/* There are as many ends of lines as lines. */
	for (; number && line; number--)
		line = strchr(line, '\n') + 1;
	if (line)
		mvaddnstr(y, 0, line, (int)strcspn(line, "\n"));
}

static void draw_rows(const struct top *top)
{
	size_t selected = top->selected[top->screen], nr = top_nr(top);

	for (size_t i = top->first[top->screen]; i < nr; i++) {
		int y = TITLE + (int)(i - top->first[top->screen]);

		if (y >= LINES)
			break;
		if (top->screen == TOP_GROUPS)
			draw_group(top->row[i], y);
		else if (top->screen == TOP_CONNS)
			draw_conn(top, &top->kept[top->found[i]], y);
		else
			draw_line(top, i, y);
		if (i == selected && top->screen != TOP_LADDER)
			mvchgat(y, 0, -1, A_REVERSE, 0, NULL);
	}
	if (!nr)
		mvaddstr(TITLE, 0, "nothing yet");
}

static void draw_title(const struct top *top)
{
	char number[FMT_ROOM], clock[FMT_ROOM], text[256];

	*fmt_clock(clock, parse_now(), 3) = '\0';
	*fmt_grouped(number, top->totals->conns) = '\0';
	snprintf(text, sizeof(text), "synfin %.8s  %s connections, %llu records lost%s",
		 clock, number, (unsigned long long)top->lost,
		 top->paused ? "  PAUSED" : "");
	mvaddnstr(0, 0, text, COLS);
	if (top->typing || *top->filter)
		snprintf(text, sizeof(text), "filter: %s%s", top->filter,
			 top->typing ? "_  (Enter, Esc)" : "  (/ changes it)");
	else if (top->screen == TOP_GROUPS)
		snprintf(text, sizeof(text),
			 "? help  q quit  Tab by service, server, client  / filter  p pause  Enter");
	else
		snprintf(text, sizeof(text), "%.60s: %s  Esc back  q quit", top->key,
			 top->screen == TOP_CONNS ? "the last ones  Enter ladder" :
						    "a connection");
	mvaddnstr(1, 0, text, COLS);
}

static void draw_help(void)
{
	static const char *const lines[] = {
		"up, down, page up, page down, home, end   move",
		"Enter, right     into a group, into a connection",
		"Esc, left        back",
		"Tab              by service, by server, by client",
		"r t f x s c      order: rate, total, failed, reset,",
		"                 the server's side, the client's side",
		"/                only rows with this text in them",
		"p, space         pause, and go on",
		"?                this",
		"q                quit",
		"",
		"Red: did not open. Yellow: ended by a reset, or on one side only.",
	};

	for (int i = 0; i < (int)ARRAY_SIZE(lines); i++)
		mvaddnstr(TITLE + i, 2, lines[i], COLS > 2 ? COLS - 2 : 1);
}

/**
 * top_draw() - draw the screen
 * @top: what it shows
 */
void top_draw(struct top *top)
{
	erase();
	if (top->screen == TOP_GROUPS)
		top_sort(top);
	else if (top->screen == TOP_CONNS)
		top_find(top);
	scroll_to(top);
	draw_title(top);
	if (top->help) {
		draw_help();
	} else {
		if (top->screen == TOP_GROUPS)
			draw_group_headings(top);
		else if (top->screen == TOP_CONNS)
			draw_conn_headings();
		draw_rows(top);
	}
	refresh();
}
