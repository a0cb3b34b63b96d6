// SPDX-License-Identifier: GPL-2.0
/*
 * synfin conns --group-by, and synfin latency: connections counted by what they have in
 * common.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/pipeline.h"
#include "output/complain.h"
#include "output/csv.h"
#include "output/sorted.h"
#include "views/view_groups.h"
#include "views/view_latency.h"

struct grouping {
	enum group_key by[GROUP_KEYS];
	unsigned int nr;
	struct groups *groups;
	struct column columns[GROUP_COLUMNS];
	struct table table;
	struct sorted rows;
	struct options opt;
};

static bool on_conn(struct pipeline *w, const struct conn *c)
{
	struct grouping *g = w->ctx;

	if (groups_add(g->groups, &c->sum, false))
		w->out.failed = true;
	return !w->out.failed;
}

/* False if it failed, now or before. */
static bool sort(struct pipeline *w)
{
	struct grouping *g = w->ctx;

	for (size_t i = 0; i < groups_nr(g->groups) && !w->out.failed; i++)
		w->out.failed = sorted_add(&g->rows, groups_at(g->groups, i));
	if (!w->out.failed)
		w->out.failed = sorted_sort(&g->rows);
	if (g->opt.count && g->opt.count < g->rows.nr)
		g->rows.nr = (size_t)g->opt.count;
	return !w->out.failed;
}

static void end_table(struct pipeline *w)
{
	struct grouping *g = w->ctx;

	if (!sort(w))
		return;
	for (size_t i = 0; i < g->rows.nr; i++) {
		const void *row = sorted_row(&g->rows, i);

		if (g->opt.csv)
			csv_row(&w->out, group_json, row, g->opt.headings);
		else if (g->opt.json)
			group_json(&w->out, row);
		else
			table_row(&g->table, &w->out, row);
	}
	if (g->opt.csv && !g->rows.nr)
		csv_empty(&w->out, group_json, &(struct group){ .conns = 0 },
			  g->opt.headings);
	else if (!g->opt.csv && !g->opt.json)
		table_heading(&g->table, &w->out);
}

static int grouping_init(struct grouping *g, const struct options *opt,
			 const char *by)
{
	int nr = groups_parse(by, g->by);

	if (nr < 0)
		return -1;
	g->opt = *opt;
	if (!g->opt.sort)
		g->opt.sort = "conns";
	g->nr = (unsigned int)nr;
	group_columns(g->columns, g->by, g->nr);
	group_json_keys(g->by, g->nr);
	return sorted_init(&g->rows, sizeof(struct group), g->columns, &g->opt);
}

static int run(struct grouping *g, const struct options *opt,
	       void (*end)(struct pipeline *w))
{
	struct view view = { .conn = on_conn, .bare = true, .end = end };
	struct pipeline w = { .opt = &g->opt, .view = &view, .ctx = g };
	int status = EXIT_FAILURE;

	/* pipeline_run() counts groups in the end, not connections. */
	g->opt.group_by = opt->group_by ? opt->group_by : "service";
	g->groups = groups_new(g->by, g->nr, opt->numeric);
	if (!g->groups)
		return EXIT_FAILURE;
	if (!out_open(&w.out, STDOUT_FILENO, "stdout")) {
		w.src = source_open(&g->opt);
		if (w.src)
			status = pipeline_run(&w);
		else
			out_close(&w.out);
	}
	sorted_free(&g->rows);
	groups_free(g->groups);
	return status;
}

/**
 * cmd_groups() - conns --group-by: a line for what connections have in common
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_groups(const struct options *opt)
{
	static struct grouping g;

	if (grouping_init(&g, opt, opt->group_by))
		return 2;
	if (!opt->json && !opt->csv) {
		enum table_result result = table_init(&g.table, g.columns, &g.opt);

		if (result != TABLE_READY)
			return result;
	}
	return run(&g, opt, end_table);
}

/* --- latency --- */

static void end_latency(struct pipeline *w)
{
	struct grouping *g = w->ctx;

	if (g->opt.json || g->opt.csv) {
		end_table(w);
		return;
	}
	if (!sort(w))
		return;
	for (size_t i = 0; i < g->rows.nr; i++) {
		if (i)
			out_text(&w->out, "\n");
		latency_show(&w->out, sorted_row(&g->rows, i), g->nr, g->opt.utf8);
	}
}

/**
 * cmd_latency() - how long handshakes took, on the server's and on the client's side
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_latency(const struct options *opt)
{
	static struct grouping g;

	if (grouping_init(&g, opt, opt->group_by ? opt->group_by : "service"))
		return 2;
	/* What there is now, unless it is told to wait for more. */
	if (!opt->follow_given && !opt->seconds)
		g.opt.follow = false;
	return run(&g, opt, end_latency);
}
