// SPDX-License-Identifier: GPL-2.0
/*
 * synfin top: the busiest servers, refreshed each second.
 */
#include <locale.h>
#include <ncurses.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "output/cells.h"
#include "commands/cmd.h"
#include "output/complain.h"
#include "output/fmt.h"
#include "output/service.h"
#include "commands/stop.h"
#include "output/term.h"
#include "commands/top_rows.h"
#include "commands/watch.h"

#define FIGURES	58u	/* columns of a row behind the server */

enum { COLOR_OF_FAILURE = 1, COLOR_OF_ODD };

struct top {
	struct top_rows *rows;
	enum top_order order;
	uint64_t begun_ns;
	double drawn;
	bool changed;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void put(int y, unsigned int x, unsigned int width, const char *text,
		int attributes)
{
	if ((int)(x + width) > COLS)
		return;
	attron(attributes);
	mvprintw(y, (int)x, "%*s", (int)width, text);
	attroff(attributes);
}

static void put_number(int y, unsigned int x, unsigned int width, uint64_t value,
		       int attributes)
{
	char text[FMT_ROOM];

	*fmt_grouped(text, value) = '\0';
	put(y, x, width, text, value ? attributes : (int)A_DIM);
}

static void put_duration(int y, unsigned int x, unsigned int width, uint64_t ns)
{
	char text[FMT_ROOM];

	if (ns == SYNFIN_NS_NONE)
		return;
	*fmt_duration(text, ns, width) = '\0';
	put(y, x, width, text, 0);
}

static void put_bytes(int y, unsigned int x, unsigned int width, double bytes)
{
	char text[FMT_ROOM];

	*fmt_bytes(text, (uint64_t)bytes) = '\0';
	put(y, x, width, text, bytes >= 1 ? 0 : (int)A_DIM);
}

/* The server takes what the figures leave. */
static void draw_row(const struct watch *w, int y, const struct top_row *row)
{
	unsigned int width = COLS > 12 + (int)FIGURES ?
			     (unsigned int)COLS - FIGURES : 12;
	unsigned int x = width;
	char text[256];

	*cell_endpoint(text, w->opt, width, row->head.family, row->head.server,
		       row->head.server_port, w->opt->numeric ? NULL :
		       service_name(row->head.server_port)) = '\0';
	mvaddstr(y, 0, text);
	snprintf(text, sizeof(text), "%.1f", row->rate);
	put(y, x, 8, text, row->rate > 0 ? (int)A_BOLD : (int)A_DIM);
	put_number(y, x + 8, 11, row->total.conns, 0);
	put_number(y, x + 19, 8, row->total.failed, COLOR_PAIR(COLOR_OF_FAILURE));
	put_number(y, x + 27, 7, row->total.resets, COLOR_PAIR(COLOR_OF_ODD));
	put_duration(y, x + 34, 7, top_median(row->server_rtt, row->nr_samples));
	put_duration(y, x + 41, 7, top_median(row->client_rtt, row->nr_client));
	put_bytes(y, x + 48, 5, row->up_rate);
	put_bytes(y, x + 53, 5, row->down_rate);
}

static void draw_heading(const struct watch *w, const struct top *top)
{
	static const char *const orders[] = {
		[TOP_BY_RATE] = "rate", [TOP_BY_TOTAL] = "total",
		[TOP_BY_FAILED] = "failures", [TOP_BY_RTT] = "server's time",
	};
	unsigned int width = COLS > 12 + (int)FIGURES ?
			     (unsigned int)COLS - FIGURES : 12;
	char text[FMT_ROOM], clock[FMT_ROOM];

	*fmt_clock(clock, now_ns(CLOCK_REALTIME), 3) = '\0';
	*fmt_grouped(text, w->totals.conns) = '\0';
	mvprintw(0, 0, "synfin %.8s  %s connections, %llu records lost", clock,
		 text, (unsigned long long)w->src->lost);
	mvprintw(1, 0, "by %s: (r)ate (t)otal (f)ailures (s)erver's time, (q)uit",
		 orders[top->order]);
	attron(A_REVERSE);
	mvprintw(3, 0, "%-*s", COLS, "SERVER");
	put(3, width, 8, "CONN/s", A_REVERSE);
	put(3, width + 8, 11, "TOTAL", A_REVERSE);
	put(3, width + 19, 8, "FAILED", A_REVERSE);
	put(3, width + 27, 7, "RESET", A_REVERSE);
	put(3, width + 34, 7, "S-RTT", A_REVERSE);
	put(3, width + 41, 7, "C-RTT", A_REVERSE);
	put(3, width + 48, 5, "UP/s", A_REVERSE);
	put(3, width + 53, 5, "DN/s", A_REVERSE);
	attroff(A_REVERSE);
}

static void draw(const struct watch *w, struct top *top)
{
	const struct top_row **sorted;
	unsigned int nr = top_rows_sorted(top->rows, top->order, &sorted);

	erase();
	draw_heading(w, top);
	for (unsigned int i = 0; i < nr && 4 + (int)i < LINES; i++)
		draw_row(w, 4 + (int)i, sorted[i]);
	refresh();
}

/* Returns false for q. */
static bool keys(struct top *top)
{
	int key;

	while ((key = getch()) != ERR) {
		top->changed = true;
		switch (key) {
		case 'q':
			return false;
		case 'r':
			top->order = TOP_BY_RATE;
			break;
		case 't':
			top->order = TOP_BY_TOTAL;
			break;
		case 'f':
			top->order = TOP_BY_FAILED;
			break;
		case 's':
			top->order = TOP_BY_RTT;
			break;
		default:
			break;
		}
	}
	return true;
}

static bool on_idle(struct watch *w)
{
	struct top *top = w->ctx;
	double now = (double)now_ns(CLOCK_MONOTONIC) / 1e9;

	if (!keys(top))
		return false;
	if (now - top->drawn >= 1) {
		if (w->src->settle)
			w->src->settle(w->src);
		top_rows_tick(top->rows, top->drawn > 0 ? now - top->drawn : 1);
		top->drawn = now;
		top->changed = true;
	}
	if (top->changed)
		draw(w, top);
	top->changed = false;
	return true;
}

static bool on_record(struct watch *w, const union synfin_record *rec)
{
	const struct synfin_record_conn *c = &rec->conn;
	struct top *top = w->ctx;

	if (rec->head.type != SYNFIN_RECORD_CONN || !filter_conn(&w->opt->filter, c))
		return true;
	totals_conn(&w->totals, c);
	top_rows_add(top->rows, c, c->head.time_ns +
		     (c->duration_ns == SYNFIN_NS_NONE ? 0 : c->duration_ns) <
		     top->begun_ns);
	return true;
}

/* stdin is the keyboard; a terminal that curses does not know is an error. */
static int begin_screen(const struct options *opt)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);

	if (!screen)
		return complain("the terminal '%s' is not known: try: TERM=xterm",
				getenv("TERM") ? getenv("TERM") : "");
	cbreak();
	noecho();
	curs_set(0);
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	if (opt->color && has_colors()) {
		start_color();
		use_default_colors();
		init_pair(COLOR_OF_FAILURE, COLOR_RED, -1);
		init_pair(COLOR_OF_ODD, COLOR_YELLOW, -1);
	}
	return 0;
}

static void on_end(struct watch *w)
{
	(void)w;
	endwin();
}

/**
 * cmd_top() - the busiest servers
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_top(const struct options *opt)
{
	static const struct view view = {
		.record = on_record, .idle = on_idle, .end = on_end,
	};
	struct top top = { .begun_ns = now_ns(CLOCK_REALTIME) };
	struct watch w = { .opt = opt, .view = &view, .ctx = &top };
	int status = EXIT_FAILURE;

	if (!term_is_terminal()) {
		complain("top needs a terminal: try: synfin stats, or synfin conns --json");
		return 2;
	}
	setlocale(LC_ALL, "");
	top.rows = top_rows_new();
	if (!top.rows)
		return EXIT_FAILURE;
	w.src = source_open(opt);
	if (!w.src)
		goto free_rows;
	if (out_open(&w.out, STDOUT_FILENO, "stdout") || begin_screen(opt)) {
		w.src->close(w.src);
		free(w.out.buf);
		goto free_rows;
	}
	status = watch_run(&w);
free_rows:
	top_rows_free(top.rows);
	return status;
}
