// SPDX-License-Identifier: GPL-2.0
/*
 * synfin flows: the connections that are live now.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/totals.h"
#include "output/complain.h"
#include "output/csv.h"
#include "output/sorted.h"
#include "sources/live_flow.h"
#include "sources/proc.h"
#include "views/view_flows.h"

static bool is_wanted(const struct options *opt, const struct live_flow *f)
{
	if (opt->filter.on_head && !filter_head(&opt->filter, &f->head))
		return false;
	if (opt->older_ns &&
	    (f->number[LIVE_AGE] == SYNFIN_NS_NONE || f->number[LIVE_AGE] < opt->older_ns))
		return false;
	return rfc_match(&opt->states, f->state[0], f->state[1]) &&
	       filter_ftp(&opt->filter, f->number[LIVE_FTP_CONTROL] == SYNFIN_NS_NONE ? 0 :
			  f->number[LIVE_FTP_CONTROL]) &&
	       (!opt->filter.owned ||
		filter_owner(&opt->filter, &f->owner,
			     f->number[LIVE_CGROUP_ID] == SYNFIN_NS_NONE ? 0 :
			     f->number[LIVE_CGROUP_ID]));
}

/* Of a copy: somebody has changed it, or it was cut off. */
static int say_odd(uint64_t odd, uint64_t first)
{
	if (!odd)
		return 0;
	if (odd == 1)
		complain("flows: line %" PRIu64 " is no connection", first);
	else
		complain("flows: %" PRIu64 " lines are no connections, the first is line %"
			 PRIu64, odd, first);
	return -1;
}

static int read_flows(FILE *file, const struct options *opt, struct sorted *rows)
{
	uint64_t nr = 0, line = 0, odd = 0, first = 0;
	char *text = NULL;
	size_t size = 0;
	struct live_flow f;
	int err = 0;

	while (!err && getline(&text, &size, file) > 0) {
		line++;
		if (*text == '#')
			continue;
		if (!live_flow_parse(text, &f)) {
			first = odd++ ? first : line;
			continue;
		}
		if (!is_wanted(opt, &f))
			continue;
		err = sorted_add(rows, &f);
		/* The largest of all are known when all have been seen. */
		if (++nr == opt->count && !opt->sort)
			break;
	}
	free(text);
	return say_odd(odd, first) ? -1 : err;
}

static void say_total(const struct options *opt, struct out *out, size_t shown)
{
	if (opt->quiet || opt->json || opt->csv || !opt->headings)
		return;
	closing_line(out, "%zu live connection%s", shown, shown == 1 ? "" : "s");
}

static void show(const struct options *opt, struct out *out, struct table *table,
		 const struct sorted *rows)
{
	size_t nr = rows->nr;

	if (opt->count && opt->count < nr)
		nr = (size_t)opt->count;
	if (table)
		table_heading(table, out);
	for (size_t i = 0; i < nr; i++) {
		if (opt->csv)
			csv_row(out, flow_json, sorted_row(rows, i), opt->headings);
		else if (opt->json)
			flow_json(out, sorted_row(rows, i));
		else
			table_row(table, out, sorted_row(rows, i));
	}
	if (opt->csv && !nr)
		csv_empty(out, flow_json, &(struct live_flow){ .head.family = 4 },
			  opt->headings);
	say_total(opt, out, nr);
}

/**
 * cmd_flows() - the connections that are live now
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_flows(const struct options *opt)
{
	bool as_table = !opt->json && !opt->csv;
	struct sorted rows;
	struct table table;
	struct out out;
	FILE *file;
	int err;

	if (as_table) {
		enum table_result result = table_init(&table, flow_columns, opt);

		if (result != TABLE_READY)
			return result;
	}
	if (sorted_init(&rows, sizeof(struct live_flow), flow_columns, opt))
		return 2;
	if (filter_expr_check(&opt->filter))
		return EXIT_FAILURE;
	/* Copies are of another time, or another machine. */
	owner_live(!opt->proc);
	file = proc_open(PROC_FLOWS);
	if (!file)
		return EXIT_FAILURE;
	err = read_flows(file, opt, &rows);
	if (proc_close(file, PROC_FLOWS))
		err = -1;
	if (out_open(&out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	if (sorted_sort(&rows))
		err = -1;
	else
		show(opt, &out, as_table ? &table : NULL, &rows);
	sorted_free(&rows);
	out_close(&out);
	return err || out.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
