// SPDX-License-Identifier: GPL-2.0
/*
 * synfin conns, phases and ladder.
 */
#include <stdlib.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "output/complain.h"
#include "output/term.h"
#include "views/view_json.h"
#include "views/view_ladder.h"
#include "views/view_table.h"
#include "commands/watch.h"

static int run(struct watch *w, const struct options *opt,
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
	return watch_run(w);
}

static bool conn_json(struct watch *w, const struct conn *c)
{
	json_conn(&w->out, c);
	return true;
}

static bool conn_row(struct watch *w, const struct conn *c)
{
	table_row(w->ctx, &w->out, c);
	return true;
}

/* The headings stand there while the first connection is waited for. */
static bool heading(struct watch *w)
{
	table_heading(w->ctx, &w->out);
	return true;
}

/**
 * cmd_conns() - a line for each connection that has ended
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_conns(const struct options *opt)
{
	static const struct view json = { .conn = conn_json };
	static const struct view rows = {
		.conn = conn_row,
		.bare = true,
		.idle = heading,
	};
	struct watch w = { .opt = opt };
	struct table table;

	if (opt->json)
		return run(&w, opt, &json, NULL);
	if (table_init(&table, table_conns, opt))
		return 2;
	return run(&w, opt, &rows, &table);
}

static bool show_phase(struct watch *w, const struct phase *phase)
{
	w->totals.phases++;
	if (w->opt->json)
		json_phase(&w->out, phase);
	else
		table_row(w->ctx, &w->out, phase);
	return !w->opt->count || w->totals.phases < w->opt->count;
}

static bool phase_record(struct watch *w, const union synfin_record *rec)
{
	struct phase phase = { .head = &rec->head, .step = rec->phases.step };
	uint32_t nr;

	if (rec->head.type == SYNFIN_RECORD_CONN)
		totals_conn(&w->totals, &rec->conn);
	if (rec->head.type != SYNFIN_RECORD_PHASES)
		return true;
	for (nr = synfin_record_steps(&rec->head); nr; nr--, phase.step++)
		if (!show_phase(w, &phase))
			return false;
	return true;
}

/* Which connections fail is known when they have: their phases come then. */
static bool phases_of_conn(struct watch *w, const struct conn *c)
{
	struct synfin_record_step step;
	struct phase phase = { .head = &c->sum.head, .step = &step };

	for (unsigned int i = 0; i < c->nr_phases; i++) {
		step_unpack(&c->phases[i], &step);
		if (!show_phase(w, &phase))
			return false;
	}
	return true;
}

/**
 * cmd_phases() - a line for each segment that opened or closed a connection
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_phases(const struct options *opt)
{
	struct view view = { .idle = opt->json ? NULL : heading };
	struct watch w = { .opt = opt };
	struct table table;

	if (opt->filter.failed)
		view.conn = phases_of_conn;
	else
		view.record = phase_record;
	if (!opt->json && table_init(&table, table_phases, opt))
		return 2;
	return run(&w, opt, &view, &table);
}

struct ladder {
	struct ladder_options opt;
	FILE *stream;
};

static bool conn_ladder(struct watch *w, const struct conn *c)
{
	struct ladder *ladder = w->ctx;

	ladder_draw(ladder->stream, c, &ladder->opt);
	fputc('\n', ladder->stream);
	fflush(ladder->stream);
	return true;
}

/**
 * cmd_ladder() - a drawing of each connection that has ended
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_ladder(const struct options *opt)
{
	static const struct view view = { .conn = conn_ladder };
	struct watch w = { .opt = opt };
	struct ladder ladder;
	bool bounded;
	int status;

	ladder.opt = (struct ladder_options){
		.ascii = !opt->utf8,
		.absolute = opt->absolute,
		.color = opt->color,
		.width = (int)term_width(&bounded),
		.numeric = opt->numeric,
	};
	if (opt->json) {
		complain("ladder has no --json: try: synfin conns --json");
		return 2;
	}
	if (out_open(&w.out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	ladder.stream = out_stream(&w.out);
	if (!ladder.stream) {
		out_close(&w.out);
		return EXIT_FAILURE;
	}
	status = run(&w, opt, &view, &ladder);
	fclose(ladder.stream);
	return status;
}
