// SPDX-License-Identifier: GPL-2.0
/*
 * synfin top: what connects how often, and how it fares, refreshed each second; down to
 * single connections and their ladders.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/parse.h"
#include "commands/top.h"
#include "output/complain.h"
#include "output/fmt.h"
#include "output/sorted.h"
#include "output/terminal.h"
#include "views/view_groups.h"
#include "views/view_ladder.h"

static const enum group_key keys[TOP_VIEWS] = {
	[TOP_BY_SERVICE] = GROUP_SERVICE, [TOP_BY_SERVER] = GROUP_SERVER,
	[TOP_BY_CLIENT] = GROUP_CLIENT,
};

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- what comes --- */

/* Keeps a copy, in the place of the oldest. */
static void keep(struct top *top, const struct conn *c)
{
	struct conn *place = &top->kept[top->nr_kept % TOP_KEPT];
	struct conn copy;

	if (conn_keep(&copy, c))
		return;
	conn_free(place);
	*place = copy;
	top->nr_kept++;
}

static bool on_conn(struct pipeline *w, const struct conn *c)
{
	uint64_t end = c->sum.head.time_ns;
	struct top *top = w->ctx;
	bool fresh;

	if (c->sum.duration_ns != SYNFIN_NS_NONE)
		end += c->sum.duration_ns;
	fresh = end >= top->begun_ns;
	for (unsigned int i = 0; i < TOP_VIEWS; i++)
		if (groups_add(top->groups[i], &c->sum, fresh))
			return false;
	/* What one looks at stays. */
	if (!top->paused && top->screen == TOP_GROUPS)
		keep(top, c);
	return true;
}

/* --- what is shown --- */

static uint64_t known(uint64_t ns)
{
	return ns == SYNFIN_NS_NONE ? 0 : ns;
}

static double rank(const struct group *g, enum top_order order)
{
	switch (order) {
	case TOP_RATE:
		return g->rate;
	case TOP_FAILED:
		return (double)g->failed;
	case TOP_RESETS:
		return (double)g->resets;
	case TOP_SERVER_RTT:
		return (double)known(spread_percentile(&g->server, 50));
	case TOP_CLIENT_RTT:
		return (double)known(spread_percentile(&g->client, 50));
	default:
		return (double)g->conns;
	}
}

/* Equal ones stay in an order that does not change from second to second. */
static int by_rank(const void *a, const void *b, void *ctx)
{
	const struct group *x = *(const struct group *const *)a;
	const struct group *y = *(const struct group *const *)b;
	double difference = rank(y, *(enum top_order *)ctx) -
			    rank(x, *(enum top_order *)ctx);

	if (difference != 0)
		return difference < 0 ? -1 : 1;
	if (x->conns != y->conns)
		return x->conns > y->conns ? -1 : 1;
	return strcmp(x->key[0], y->key[0]);
}

/**
 * top_sort() - put the groups that are shown into their order
 * @top: the screen
 */
void top_sort(struct top *top)
{
	const struct groups *g = top->groups[top->view];

	top->nr_rows = 0;
	for (size_t i = 0; i < groups_nr(g) && i <= GROUPS_MAX; i++)
		if (strcasestr(groups_at(g, i)->key[0], top->filter))
			top->row[top->nr_rows++] = groups_at(g, i);
	qsort_r(top->row, top->nr_rows, sizeof(top->row[0]), by_rank, &top->order);
}

/**
 * top_find() - find the connections of the chosen group that are kept
 * @top: the screen
 */
void top_find(struct top *top)
{
	uint64_t nr = top->nr_kept < TOP_KEPT ? top->nr_kept : TOP_KEPT;
	char key[GROUP_TEXT];

	top->nr_found = 0;
	for (uint64_t i = 0; i < nr; i++) {
		uint32_t at = (uint32_t)((top->nr_kept - 1 - i) % TOP_KEPT);

		groups_key(&top->kept[at].sum, keys[top->view], top->opt->numeric, key);
		if (!strcmp(key, top->key))
			top->found[top->nr_found++] = at;
	}
}

/**
 * top_draw_ladder() - draw the connection that was chosen
 * @top: the screen
 */
void top_draw_ladder(struct top *top)
{
	struct ladder_options opt = {
		.ascii = !top->opt->utf8, .numeric = top->opt->numeric,
	};
	bool bounded;
	size_t size;
	FILE *stream;

	free(top->ladder);
	top->ladder = NULL;
	top->nr_lines = 0;
	opt.width = (int)terminal_width(&bounded);
	stream = open_memstream(&top->ladder, &size);
	if (!stream)
		return;
	ladder_draw(stream, &top->kept[top->found[top->selected[TOP_CONNS]]], &opt);
	fclose(stream);
	for (const char *p = top->ladder; (p = strchr(p, '\n')); p++)
		top->nr_lines++;
}

static bool tick(struct pipeline *w, double now)
{
	struct top *top = w->ctx;

	if (now - top->drawn < 1)
		return false;
	if (w->src->settle)
		w->src->settle(w->src);
	for (unsigned int i = 0; i < TOP_VIEWS; i++)
		groups_tick(top->groups[i], top->drawn > 0 ? now - top->drawn : 1);
	top->drawn = now;
	top->lost = w->src->lost;
	return true;
}

static bool on_idle(struct pipeline *w)
{
	struct top *top = w->ctx;
	bool changed = false;

	if (!top_keys(top, &changed))
		return false;
	if ((tick(w, now_seconds()) && !top->paused) || changed)
		top_draw(top);
	return true;
}

/* --- without a screen --- */

static bool on_batch(struct pipeline *w)
{
	static struct column columns[GROUP_COLUMNS];
	struct top *top = w->ctx;
	char clock[FMT_ROOM];
	struct table table;
	bool bounded;

	/* What was in the ring before is not of this second. */
	if (!tick(w, now_seconds()))
		return true;
	group_columns(columns, &keys[top->view], 1);
	if (table_init(&table, columns, top->opt) != TABLE_READY)
		return false;
	*fmt_clock(clock, parse_now(), 3) = '\0';
	out_printf(&w->out, "%ssynfin %.8s%s%llu connections,%c%llu records lost\n",
		   top->rounds ? "\n" : "", clock,
		   terminal_width(&bounded) < 60 && bounded ? "\n" : "  ",
		   (unsigned long long)w->totals.conns,
		   terminal_width(&bounded) < 40 && bounded ? '\n' : ' ',
		   (unsigned long long)top->lost);
	top_sort(top);
	table_heading(&table, &w->out);
	for (size_t i = 0; i < top->nr_rows && i < 20; i++)
		table_row(&table, &w->out, top->row[i]);
	out_flush(&w->out);
	return ++top->rounds != w->opt->count;
}

static void on_end(struct pipeline *w)
{
	(void)w;
	top_end();
}

static int run(struct top *top, const struct options *opt)
{
	struct view view = { .conn = on_conn };
	struct pipeline w = { .opt = opt, .view = &view, .ctx = top };

	w.src = source_open(opt);
	if (!w.src)
		return EXIT_FAILURE;
	if (out_open(&w.out, STDOUT_FILENO, "stdout") ||
	    (!opt->batch && top_begin(opt))) {
		w.src->close(w.src);
		free(w.out.buf);
		return EXIT_FAILURE;
	}
	view.idle = opt->batch ? on_batch : on_idle;
	view.end = opt->batch ? NULL : on_end;
	top->totals = &w.totals;
	return pipeline_run(&w);
}

/**
 * cmd_top() - what connects how often, as it happens
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_top(const struct options *opt)
{
	static struct top top;
	int status = EXIT_FAILURE;
	unsigned int i;

	if (!opt->batch && !terminal_is_terminal()) {
		complain("top needs a terminal: try: synfin top --batch -n 3");
		return 2;
	}
	setlocale(LC_ALL, "");
	top.opt = opt;
	top.order = opt->batch ? TOP_CONNECTIONS : TOP_RATE;
	top.begun_ns = parse_now();
	for (i = 0; i < TOP_VIEWS; i++) {
		top.groups[i] = groups_new(&keys[i], 1, opt->numeric);
		if (!top.groups[i])
			break;
	}
	if (i == TOP_VIEWS)
		status = run(&top, opt);
	while (i--)
		groups_free(top.groups[i]);
	for (i = 0; i < TOP_KEPT; i++)
		conn_free(&top.kept[i]);
	free(top.ladder);
	return status;
}
