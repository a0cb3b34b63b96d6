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
#include "output/fmt.h"
#include "output/sorted.h"
#include "output/terminal.h"
#include "views/view_groups.h"

#define BAR_MAX	40u	/* columns of the longest bar */

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

	return !groups_add(g->groups, &c->sum, false);
}

static void sort(struct grouping *g)
{
	for (size_t i = 0; i < groups_nr(g->groups); i++)
		if (sorted_add(&g->rows, groups_at(g->groups, i)))
			break;
	sorted_sort(&g->rows);
	if (g->opt.count && g->opt.count < g->rows.nr)
		g->rows.nr = (size_t)g->opt.count;
}

static void end_table(struct pipeline *w)
{
	struct grouping *g = w->ctx;

	sort(g);
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

static void put_ns(struct out *out, uint64_t ns)
{
	char text[FMT_ROOM];

	if (ns == SYNFIN_NS_NONE)
		strcpy(text, "-");
	else
		*fmt_duration(text, ns, 6) = '\0';
	out_printf(out, " %7s", text);
}

static void put_percentiles(struct out *out, const char *name, const struct spread *s)
{
	out_printf(out, "  %-12s", name);
	put_ns(out, spread_percentile(s, 50));
	put_ns(out, spread_percentile(s, 90));
	put_ns(out, spread_percentile(s, 99));
	put_ns(out, s->nr ? s->most : SYNFIN_NS_NONE);
	out_text(out, "\n");
}

/* A bar is as long as its share of the longest, and seen at all if there is any. */
static void put_bar(struct out *out, uint64_t count, uint64_t most, unsigned int width,
		    bool utf8)
{
	unsigned int len = (unsigned int)((count * width + most - 1) / most);

	while (len--)
		out_text(out, utf8 ? "█" : "#");
}

static void put_bars(struct out *out, const char *name, const struct spread *s,
		     const struct options *opt)
{
	uint64_t most = 0, doubling[SPREAD_BUCKETS / 4 + 1] = { 0 };
	unsigned int first = 0, last = 0, width;
	bool bounded;

	if (!s->nr)
		return;
	for (unsigned int i = 0; i < SPREAD_BUCKETS; i++)
		doubling[i / 4] += s->count[i];
	for (unsigned int i = 0; i < ARRAY_SIZE(doubling); i++) {
		if (!doubling[i])
			continue;
		first = most ? first : i;
		last = i;
		most = doubling[i] > most ? doubling[i] : most;
	}
	width = terminal_width(&bounded);
	width = !bounded || width > BAR_MAX + 28 ? BAR_MAX :
		width > 38 ? width - 28 : 10;
	out_printf(out, "\n  %s\n", name);
	for (unsigned int i = first; i <= last; i++) {
		out_text(out, "  ");
		put_ns(out, spread_lower(4 * i));
		out_printf(out, " %9llu  ", (unsigned long long)doubling[i]);
		put_bar(out, doubling[i], most, width, opt->utf8);
		out_text(out, "\n");
	}
}

static void show_latency(struct out *out, const struct grouping *g,
			 const struct group *group)
{
	char number[FMT_ROOM];

	*fmt_grouped(number, group->conns) = '\0';
	for (unsigned int i = 0; i < g->nr; i++)
		out_printf(out, "%s%s", i ? " " : "", group->key[i]);
	out_printf(out, "  (%s connection%s", number, group->conns == 1 ? "" : "s");
	if (group->failed) {
		*fmt_grouped(number, group->failed) = '\0';
		out_printf(out, ", %s failed", number);
	}
	out_printf(out, ")\n  %-12s %7s %7s %7s %7s\n", "", "p50", "p90", "p99", "max");
	put_percentiles(out, "server", &group->server);
	put_percentiles(out, "client", &group->client);
	put_percentiles(out, "handshake", &group->handshake);
	put_percentiles(out, "close", &group->closing);
	/* Where first bytes were looked at. */
	if (group->request.nr || group->response.nr) {
		put_percentiles(out, "request", &group->request);
		put_percentiles(out, "response", &group->response);
	}
	if (group->tls.nr)
		put_percentiles(out, "tls", &group->tls);
	put_bars(out, "the server's side, from", &group->server, &g->opt);
	put_bars(out, "the client's side, from", &group->client, &g->opt);
}

static void end_latency(struct pipeline *w)
{
	struct grouping *g = w->ctx;

	if (g->opt.json || g->opt.csv) {
		end_table(w);
		return;
	}
	sort(g);
	for (size_t i = 0; i < g->rows.nr; i++) {
		if (i)
			out_text(&w->out, "\n");
		show_latency(&w->out, g, sorted_row(&g->rows, i));
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
