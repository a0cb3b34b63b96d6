// SPDX-License-Identifier: GPL-2.0
/*
 * synfin report: a page about what there is. What it takes does not grow with the
 * number of connections.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/interrupt.h"
#include "commands/pipeline.h"
#include "output/complain.h"
#include "output/save.h"
#include "views/view_report.h"

/**
 * struct reporter - the report, and where it is written to
 * @report:	what it says
 * @page:	its file
 * @save:	the same
 * @to_stdout:	it is none
 * @broken:	memory was short
 */
struct reporter {
	struct report report;
	struct out page;
	struct save save;
	bool to_stdout;
	bool broken;
};

static bool on_conn(struct pipeline *w, const struct conn *c)
{
	const struct synfin_record_conn *sum = &c->sum;
	enum outcome_class class = outcome_class(sum);
	struct reporter *reporter = w->ctx;
	struct report *r = &reporter->report;
	int err;

	timeline_add(&r->time, sum);
	r->outcomes[outcome_of(sum)]++;
	r->odd += class == OUTCOME_ODD;
	r->failed += class == OUTCOME_FAILED;
	spread_add(&r->spread[REPORT_SERVER], sum->server_rtt_ns);
	spread_add(&r->spread[REPORT_CLIENT], sum->client_rtt_ns);
	spread_add(&r->spread[REPORT_HANDSHAKE], sum->handshake_ns);
	spread_add(&r->spread[REPORT_CLOSE], sum->close_ns);
	err = groups_add(r->services, sum, false);
	if (class != OUTCOME_ORDINARY) {
		err |= groups_add(r->failures, sum, false);
		err |= examples_add_kind(class == OUTCOME_FAILED ? &r->kinds :
					 &r->resets, c);
	}
	if (sum->handshake_ns != SYNFIN_NS_NONE)
		err |= examples_add_heaviest(&r->slowest, c, sum->handshake_ns);
	reporter->broken = err;
	return !err;
}

static void write_page(struct pipeline *w)
{
	struct reporter *reporter = w->ctx;
	struct out text;

	if (reporter->broken || out_open(&text, -1, "memory"))
		return;
	if (w->src->settle)
		w->src->settle(w->src);
	totals_put(&w->totals, w->src, &text);
	text.buf[text.len] = '\0';
	reporter->report.closing = text.buf;
	report_page(&reporter->page, &reporter->report);
	free(text.buf);
}

static int open_page(struct reporter *r, const struct options *opt)
{
	if (r->to_stdout)
		return out_open(&r->page, STDOUT_FILENO, "stdout");
	if (save_open(&r->save, opt->output))
		return -1;
	if (!out_open(&r->page, r->save.fd, opt->output))
		return 0;
	save_close(&r->save, false);
	return -1;
}

static int close_page(struct reporter *r, bool good)
{
	/* Who has read enough of it has gone. */
	int err = (out_flush(&r->page) && !r->page.closed) || r->page.failed;

	good = good && !err;
	if (!r->to_stdout && save_close(&r->save, good))
		err = -1;
	out_close(&r->page);
	return err ? -1 : 0;
}

static int report_to(struct reporter *reporter, struct options *opt)
{
	static const struct view view = { .conn = on_conn, .end = write_page };
	struct pipeline w = { .opt = opt, .view = &view, .ctx = reporter };
	int status = EXIT_FAILURE;
	bool good;

	/* What is said, is said on stderr if the page goes to stdout. */
	if (out_open(&w.out, reporter->to_stdout ? STDERR_FILENO : STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	w.src = source_open(opt);
	if (w.src)
		status = pipeline_run(&w);
	else
		out_close(&w.out);
	/* What was good before its input broke is good still. */
	good = !reporter->broken && (status == EXIT_SUCCESS || w.totals.conns);
	if (close_page(reporter, good))
		status = EXIT_FAILURE;
	return reporter->broken ? EXIT_FAILURE : status;
}

static int make_groups(struct report *r)
{
	static const enum group_key service[] = { GROUP_SERVICE };
	static const enum group_key failure[] = { GROUP_OUTCOME, GROUP_SERVER };

	r->services = groups_new(service, ARRAY_SIZE(service), r->numeric);
	r->failures = groups_new(failure, ARRAY_SIZE(failure), r->numeric);
	return r->services && r->failures ? 0 : -1;
}

static void clean(struct report *r)
{
	groups_free(r->services);
	groups_free(r->failures);
	examples_free(&r->slowest);
	examples_free(&r->kinds);
	examples_free(&r->resets);
}

/**
 * cmd_report() - write a page about what there is
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_report(const struct options *opt)
{
	static struct reporter r;
	static char host[HOST_NAME_MAX + 1];
	struct options own = *opt;
	int status = EXIT_FAILURE;

	r.to_stdout = !strcmp(opt->output, "-");
	if (r.to_stdout && isatty(STDOUT_FILENO)) {
		complain("stdout: a page is not for a terminal: try: -o report.html");
		return 2;
	}
	if (!opt->file && gethostname(host, sizeof(host) - 1))
		strcpy(host, "this host");
	r.report.source = !opt->file ? host : strcmp(opt->file, "-") ? opt->file :
			  "standard input";
	r.report.more = opt->nr_files > 1 ? opt->nr_files - 1 : 0;
	r.report.numeric = opt->numeric;
	r.report.slowest.limit = 6;
	r.report.kinds.limit = EXAMPLES_MAX;
	r.report.resets.limit = EXAMPLES_MAX;
	/* What there is now, unless it is told to wait for more. */
	if (!opt->follow_given && !opt->seconds)
		own.follow = false;
	if (!make_groups(&r.report) && !open_page(&r, opt))
		status = report_to(&r, &own);
	clean(&r.report);
	return status;
}
