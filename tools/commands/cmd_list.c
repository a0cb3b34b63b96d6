// SPDX-License-Identifier: GPL-2.0
/*
 * synfin conns and phases.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "output/complain.h"
#include "output/csv.h"
#include "output/sorted.h"
#include "output/terminal.h"
#include "views/view_json.h"
#include "views/view_table.h"
#include "commands/pipeline.h"

static int run(struct pipeline *w, const struct options *opt,
	       const struct view *view, void *ctx)
{
	w->opt = opt;
	w->view = view;
	w->ctx = ctx;
	if (!w->out.buf && out_open(&w->out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	w->src = source_open(opt);
	if (!w->src) {
		out_close(&w->out);
		return EXIT_FAILURE;
	}
	return pipeline_run(w);
}

/* What conns and phases have: a table, or rows that are sorted first. */
struct listing {
	struct table table;
	struct sorted rows;
};

/* The headings stand there while the first connection is waited for. */
static bool heading(struct pipeline *w)
{
	struct listing *l = w->ctx;

	if (!w->opt->json && !w->opt->csv)
		table_heading(&l->table, &w->out);
	return true;
}

static enum table_result listing_init(struct listing *l, const struct options *opt,
				      const struct column *all, size_t size)
{
	enum table_result result;

	if (!opt->json && !opt->csv) {
		result = table_init(&l->table, all, opt);
		if (result != TABLE_READY)
			return result;
	}
	return sorted_init(&l->rows, size, all, opt) ? TABLE_WRONG : TABLE_READY;
}

/* --- conns --- */

static void conn_bare(struct out *out, const void *row)
{
	json_conn(out, row, true);
}

static void show_conn(struct pipeline *w, const struct conn *c)
{
	struct listing *l = w->ctx;

	if (w->opt->csv)
		csv_row(&w->out, conn_bare, c, w->opt->headings);
	else if (w->opt->json)
		json_conn(&w->out, c, w->opt->bare);
	else
		table_row(&l->table, &w->out, c);
}

static bool keep_conn(struct pipeline *w, const struct conn *c)
{
	struct listing *l = w->ctx;
	struct conn wanted = *c, copy;

	if (!w->opt->json || w->opt->bare)
		wanted.nr_phases = 0;
	if (!conn_keep(&copy, &wanted)) {
		if (!sorted_add(&l->rows, &copy))
			return true;
		conn_free(&copy);
	}
	w->out.failed = true;
	return false;
}

static bool on_conn(struct pipeline *w, const struct conn *c)
{
	if (w->opt->sort)
		return keep_conn(w, c);
	show_conn(w, c);
	return true;
}

static size_t rows_wanted(const struct pipeline *w, const struct listing *l)
{
	return w->opt->count && w->opt->count < l->rows.nr ?
	       (size_t)w->opt->count : l->rows.nr;
}

/* False if it failed, now or before: then nothing is shown. */
static bool sort(struct pipeline *w)
{
	struct listing *l = w->ctx;

	if (!w->out.failed)
		w->out.failed = sorted_sort(&l->rows);
	return !w->out.failed;
}

static void end_conns(struct pipeline *w)
{
	static const struct conn none = { .sum.head.family = 4 };
	struct listing *l = w->ctx;

	if (!sort(w))
		return;
	for (size_t i = 0; w->opt->sort && i < rows_wanted(w, l); i++)
		show_conn(w, sorted_row(&l->rows, i));
	if (w->opt->csv && !w->totals.conns)
		csv_empty(&w->out, conn_bare, &none, w->opt->headings);
	heading(w);
}

/**
 * cmd_conns() - a line for each connection that has ended
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_conns(const struct options *opt)
{
	struct view view = {
		.conn = on_conn,
		.bare = opt->csv || !opt->json || opt->bare,
		.idle = heading,
		.end = end_conns,
	};
	struct pipeline w = { .opt = opt };
	struct options failed;
	struct listing l;
	enum table_result result;
	int status;

	if (opt->group_by)
		return cmd_groups(opt);
	/* What has not opened has no times of its ends, but a reason. */
	if (opt->filter.failed && !opt->columns && terminal_is_terminal()) {
		failed = *opt;
		failed.columns = "client,server,why,life";
		opt = &failed;
	}
	result = listing_init(&l, opt, table_conns, sizeof(struct conn));
	if (result != TABLE_READY)
		return result;
	status = run(&w, opt, &view, &l);
	for (size_t i = 0; i < l.rows.nr; i++)
		conn_free((struct conn *)(l.rows.rows + i * l.rows.size));
	sorted_free(&l.rows);
	return status;
}

/* --- phases --- */

static void phase_json(struct out *out, const void *row)
{
	json_phase(out, row);
}

static void show_phase(struct pipeline *w, const struct phase *phase)
{
	struct listing *l = w->ctx;

	if (w->opt->csv)
		csv_row(&w->out, phase_json, phase, w->opt->headings);
	else if (w->opt->json)
		json_phase(&w->out, phase);
	else
		table_row(&l->table, &w->out, phase);
}

/* A phase and what it needs of its record. */
struct kept_phase {
	struct phase phase;
	struct synfin_record_head head;
	struct synfin_record_step step;
};

static bool keep_phase(struct pipeline *w, const struct phase *phase)
{
	struct kept_phase kept = { .head = *phase->head, .step = *phase->step };
	struct listing *l = w->ctx;

	w->out.failed |= sorted_add(&l->rows, &kept) != 0;
	return !w->out.failed;
}

/* They do not move any more. */
static void settle_phases(struct listing *l)
{
	for (size_t i = 0; i < l->rows.nr; i++) {
		struct kept_phase *kept = (void *)(l->rows.rows + i * l->rows.size);

		kept->phase = (struct phase){ &kept->head, &kept->step };
	}
}

static bool take_phase(struct pipeline *w, const struct phase *phase)
{
	w->totals.phases++;
	if (w->opt->sort)
		return keep_phase(w, phase);
	show_phase(w, phase);
	return !w->opt->count || w->totals.phases < w->opt->count;
}

static bool phase_record(struct pipeline *w, const union synfin_record *rec)
{
	struct phase phase = { .head = &rec->head, .step = rec->phases.step };
	uint32_t nr;

	if (rec->head.type == SYNFIN_RECORD_CONN)
		totals_conn(&w->totals, &rec->conn);
	if (rec->head.type != SYNFIN_RECORD_PHASES)
		return true;
	for (nr = synfin_record_steps(&rec->head); nr; nr--, phase.step++)
		if (!take_phase(w, &phase))
			return false;
	return true;
}

/* What comes of a connection is known when it has: its phases come then. */
static bool phases_of_conn(struct pipeline *w, const struct conn *c)
{
	struct synfin_record_step step;
	struct phase phase = { .head = &c->sum.head, .step = &step };

	for (unsigned int i = 0; i < c->nr_phases; i++) {
		step_unpack(&c->phases[i], &step);
		if (!take_phase(w, &phase))
			return false;
	}
	return true;
}

static void end_phases(struct pipeline *w)
{
	static const struct synfin_record_head head = { .family = 4 };
	static const struct synfin_record_step step;
	static const struct phase none = { &head, &step };
	struct listing *l = w->ctx;

	settle_phases(l);
	if (!sort(w))
		return;
	for (size_t i = 0; w->opt->sort && i < rows_wanted(w, l); i++)
		show_phase(w, sorted_row(&l->rows, i));
	if (w->opt->csv && !w->totals.phases)
		csv_empty(&w->out, phase_json, &none, w->opt->headings);
	heading(w);
}

/**
 * cmd_phases() - a line for each segment that opened or closed a connection
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_phases(const struct options *opt)
{
	struct view view = { .idle = heading, .end = end_phases };
	struct pipeline w = { .opt = opt };
	struct listing l;
	enum table_result result;
	int status;

	if (opt->filter.on_conn)
		view.conn = phases_of_conn;
	else
		view.record = phase_record;
	result = listing_init(&l, opt, table_phases,
			      sizeof(struct kept_phase));
	if (result != TABLE_READY)
		return result;
	status = run(&w, opt, &view, &l);
	sorted_free(&l.rows);
	return status;
}
