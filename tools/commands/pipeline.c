// SPDX-License-Identifier: GPL-2.0
/*
 * The loop: source -> filter -> (assembly) -> view, until the source ends, enough
 * was shown, a signal comes, or nobody reads what is written.
 */
#include <stdlib.h>

#include "output/complain.h"
#include "commands/interrupt.h"
#include "output/terminal.h"
#include "commands/pipeline.h"

#define DRAIN	64u	/* batches that are read when it is time to end */

static bool enough(const struct pipeline *w)
{
	return w->opt->count && !w->opt->sort && !w->opt->group_by && !w->opt->batch &&
	       w->totals.conns >= w->opt->count;
}

static bool on_conn(void *ctx, const struct conn *c)
{
	struct pipeline *w = ctx;

	if (!filter_conn(&w->opt->filter, c))
		return true;
	totals_conn(&w->totals, &c->sum);
	return w->view->conn(w, c) && !enough(w);
}

/* ICMP errors, where nothing else keeps them: the summary comes some seconds later. */
#define ERRORS	4096u
static struct synfin_record_icmp errors[ERRORS];

/* A summary is all that the view looks at. */
static noinline bool on_summary(struct pipeline *w,
				const struct synfin_record_conn *rec)
{
	const struct synfin_record_tls *tls = &w->tls[rec->head.id % PIPELINE_TLS];
	const struct synfin_record_ftp *ftp = &w->ftp[rec->head.id % PIPELINE_TLS];
	const struct synfin_record_icmp *icmp = &errors[rec->head.id % ERRORS];
	struct conn bare = { .sum = *rec, .ended = true };

	if (icmp->head.type == SYNFIN_RECORD_ICMP && icmp->head.id == rec->head.id)
		bare.icmp = icmp;
	if (tls->head.type == SYNFIN_RECORD_TLS && tls->head.id == rec->head.id)
		bare.tls = tls;
	if (ftp->head.type == SYNFIN_RECORD_FTP && ftp->head.id == rec->head.id)
		bare.ftp_control = ftp->control;
	return on_conn(w, &bare);
}

static bool on_record(void *ctx, const union synfin_record *rec)
{
	struct pipeline *w = ctx;

	if (w->assembly)
		return assemble_record(w->assembly, rec);
	if (w->view->record)
		return w->view->record(w, rec) && !enough(w);
	if (rec->head.type == SYNFIN_RECORD_TLS)
		w->tls[rec->head.id % PIPELINE_TLS] = rec->tls;
	if (rec->head.type == SYNFIN_RECORD_FTP)
		w->ftp[rec->head.id % PIPELINE_TLS] = rec->ftp;
	if (rec->head.type == SYNFIN_RECORD_ICMP)
		errors[rec->head.id % ERRORS] = rec->icmp;
	return rec->head.type != SYNFIN_RECORD_CONN || on_summary(w, &rec->conn);
}

static bool on_filtered_record(void *ctx, const union synfin_record *rec)
{
	struct pipeline *w = ctx;

	return !filter_head(&w->opt->filter, &rec->head) || on_record(w, rec);
}

/* Who is faster than we are is not waited for. */
static void drain(struct pipeline *w, const struct sink *sink)
{
	enum source_state state = SOURCE_MORE;

	for (unsigned int i = 0; i < DRAIN && state == SOURCE_MORE; i++)
		state = w->src->read(w->src, sink);
}

static enum source_state pump(struct pipeline *w)
{
	struct sink sink = {
		.record = w->opt->filter.on_head ? on_filtered_record : on_record,
		.ctx = w,
	};
	enum source_state state = SOURCE_MORE;

	while (!interrupted && !w->out.closed && !w->out.failed) {
		state = w->src->read(w->src, &sink);
		if (state == SOURCE_END || state == SOURCE_FAILED)
			return state;
		if (w->view->idle && !w->view->idle(w))
			return SOURCE_END;
		if (w->src->live || state == SOURCE_IDLE)
			out_flush(&w->out);
		if (state == SOURCE_IDLE)
			w->src->wait(w->src);
	}
	if (w->view->drain && w->src->live)
		drain(w, &sink);
	return SOURCE_END;
}

/* On a terminal it is the last line of the table; in a pipe it would be in the way. */
static void say_totals(struct pipeline *w)
{
	struct out text;

	if (w->opt->quiet || out_open(&text, -1, "memory"))
		return;
	totals_put(&w->totals, w->src, &text);
	text.buf[text.len] = '\0';
	/* Over the ^C that the terminal has echoed. */
	if (interrupted && terminal_is_terminal())
		out_text(&w->out, "\r");
	closing_line(&w->out, "%s", text.buf);
	free(text.buf);
}

/*
 * Phases are shown, or change a summary that they come after, or stand for one
 * that does not come.
 */
static bool needs_phases(const struct pipeline *w)
{
	return !w->view->bare || w->src->late || w->src->complete;
}

/**
 * pipeline_run() - show what a source has
 * @w: with @opt, @view and @ctx; @out and @src open. Closes both.
 *
 * Return: the exit status.
 */
int pipeline_run(struct pipeline *w)
{
	struct assemble_ops ops = {
		.conn = on_conn, .ctx = w, .late = w->src->late,
	};
	enum source_state state;
	int status = EXIT_FAILURE;

	if (w->view->conn && needs_phases(w)) {
		w->assembly = assemble_new(&ops);
		if (!w->assembly)
			goto close;
	}
	state = pump(w);
	if (w->assembly && !enough(w))
		assemble_rest(w->assembly, w->src->complete);
	if (w->assembly)
		w->totals.forgotten = assemble_forgotten(w->assembly);
	if (w->view->end)
		w->view->end(w);
	if (w->src->settle)
		w->src->settle(w->src);
	say_totals(w);
	out_flush(&w->out);
	if (state == SOURCE_FAILED)
		complain("%s", w->src->error);
	else if (!w->out.failed)
		status = EXIT_SUCCESS;
	assemble_free(w->assembly);
close:
	w->src->close(w->src);
	out_close(&w->out);
	return status;
}
