// SPDX-License-Identifier: GPL-2.0
/*
 * synfin export: counts connections as they end, and shows the counts, and the
 * module's own, to Prometheus.
 *
 *	source -> tally -> scrape -> HTTP, or a file
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands/interrupt.h"
#include "commands/pipeline.h"
#include "export/exporter.h"
#include "export/openmetrics.h"
#include "output/complain.h"
#include "daemon/ring_id.h"
#include "daemon/service.h"
#include "sources/proc.h"
#include "sources/ring_map.h"

static const char help[] =
"Usage: synfin export [OPTION...]\n"
"\n"
"Counts TCP connections as they end, for Prometheus.\n"
"\n"
"      --listen ADDRESS:PORT  serve /metrics there (127.0.0.1:9776)\n"
"      --textfile FILE        write node_exporter's textfile instead\n"
"      --interval SECONDS     from one writing of it to the next (15)\n"
"      --services COUNT       server ports with rows of their own (64)\n"
"      --netns                tell network namespaces apart\n"
"      --state FOLDER         keep the counts there: a restart goes on from them,\n"
"                             with what the ring still holds\n"
"  -r, --read FILE            a recording or a capture instead of what is live\n"
"      --ring-file FILE       another file than /proc/net/synfin/ring; - is stdin\n"
"  -h, --help                 this text\n";

enum {
	OPT_LISTEN = SERVICE_OPTION,
	OPT_TEXTFILE,
	OPT_INTERVAL,
	OPT_SERVICES,
	OPT_NETNS,
	OPT_STATE,
};

static const struct option longs[] = {
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "textfile", required_argument, NULL, OPT_TEXTFILE },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "services", required_argument, NULL, OPT_SERVICES },
	{ "netns", no_argument, NULL, OPT_NETNS },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "read", required_argument, NULL, 'r' },
	{ "ring-file", required_argument, NULL, SERVICE_RING_FILE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct arguments {
	struct exporter *exporter;
	unsigned int services;
	bool by_netns;
	const char *state;
};

static int take_option(void *ctx, int option)
{
	struct arguments *a = ctx;
	struct exporter *e = a->exporter;

	switch (option) {
	case OPT_LISTEN:
		e->listen = optarg;
		return serve_check(optarg);
	case OPT_TEXTFILE:
		e->textfile = optarg;
		return 0;
	case OPT_INTERVAL:
		return service_number("--interval", optarg, 86400, &e->interval);
	case OPT_SERVICES:
		return service_number("--services", optarg, TALLY_SERVICES_MAX,
				      &a->services);
	case OPT_NETNS:
		a->by_netns = true;
		return 0;
	case OPT_STATE:
		a->state = optarg;
		return 0;
	default:
		return -1;
	}
}

static int check_options(void *ctx)
{
	const struct arguments *a = ctx;
	struct exporter *e = a->exporter;

	if (e->listen && e->textfile)
		return complain("--listen, --textfile: one of them is enough");
	if (a->state && e->opt.file)
		return complain("--state: a file is counted from its beginning: leave it out");
	if (!e->textfile && !e->listen)
		e->listen = "127.0.0.1:9776";
	return 0;
}

/**
 * exporter_scrape() - what is to be shown now
 * @e:	the exporter
 * @old: in the format before OpenMetrics
 * @len: set to its length
 *
 * Return: to be freed, NULL if memory is short.
 */
char *exporter_scrape(struct exporter *e, bool old, size_t *len)
{
	struct counters *counters = malloc(sizeof(*counters));
	struct metrics m = { .counters = counters, .live = !e->opt.file };
	char *text = NULL;
	FILE *f = counters ? open_memstream(&text, len) : NULL;

	if (!f) {
		free(counters);
		return NULL;
	}
	m.loaded = m.live && !access(PROC_STATS, R_OK) &&
		   !counters_read_numbers(counters);
	pthread_mutex_lock(&e->lock);
	m.tally = &e->tally;
	m.lost = e->lost;
	openmetrics_write(f, &m, old);
	state_save(&e->state, &e->tally, e->lost);
	pthread_mutex_unlock(&e->lock);
	free(counters);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

/* A scrape shows whole batches, so that what is kept of it is whole as well. */
static void hold(struct exporter *e)
{
	if (!e->held)
		pthread_mutex_lock(&e->lock);
	e->held = true;
}

static void release(struct exporter *e)
{
	e->held = false;
	pthread_mutex_unlock(&e->lock);
}

static bool on_conn(struct pipeline *w, const struct conn *c)
{
	struct exporter *e = w->ctx;

	hold(e);
	tally_conn(&e->tally, &c->sum);
	return true;
}

static void on_end(struct pipeline *w)
{
	struct exporter *e = w->ctx;

	hold(e);
	e->lost = e->state.lost + w->src->lost;
	state_note(&e->state, w->src);
	release(e);
}

/* A file that cannot be written now may be writable later. */
static bool on_idle(struct pipeline *w)
{
	struct exporter *e = w->ctx;
	static time_t due;
	struct timespec now;

	on_end(w);
	if (!e->textfile)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < due)
		return true;
	due = now.tv_sec + e->interval;
	textfile_write(e);
	return true;
}

static int run(struct exporter *e)
{
	static const struct view view = {
		.conn = on_conn, .bare = true, .idle = on_idle, .end = on_end,
	};
	struct pipeline w = { .opt = &e->opt, .view = &view, .ctx = e };
	int status;

	w.src = source_open(&e->opt);
	if (!w.src)
		return EXIT_FAILURE;
	/* Who is scraped already looks at it. */
	hold(e);
	status = state_begin(&e->state, w.src);
	release(e);
	if (status || out_open(&w.out, STDOUT_FILENO, "stdout")) {
		w.src->close(w.src);
		return EXIT_FAILURE;
	}
	status = pipeline_run(&w);
	if (e->textfile)
		return textfile_write(e) ? EXIT_FAILURE : status;
	/* What was in a file is served until somebody ends that. */
	while (e->opt.file && status == EXIT_SUCCESS && !interrupted)
		interrupt_wait(-1, 1000);
	return status;
}

static int open_state(struct exporter *e, const char *state)
{
	uint64_t boot = 0;
	size_t capacity;

	if (state && ring_id(e->opt.ring ? e->opt.ring : RING_PATH, &boot, &capacity))
		return -1;
	if (state_open(&e->state, state, boot, &e->tally))
		return -1;
	e->lost = e->state.lost;
	return 0;
}

int main(int argc, char **argv)
{
	static struct exporter e = {
		.interval = 15, .lock = PTHREAD_MUTEX_INITIALIZER,
	};
	struct arguments a = { .exporter = &e, .services = 64 };
	const struct service service = {
		.name = "export", .help = help, .longs = longs, .take = take_option,
		.check = check_options, .ctx = &a, .opt = &e.opt,
	};
	struct MHD_Daemon *daemon = NULL;
	int status = service_begin(&service, argc, argv);

	if (status)
		return status;
	status = EXIT_FAILURE;
	if (interrupt_setup(0) || tally_init(&e.tally, a.services, a.by_netns) ||
	    open_state(&e, a.state))
		return EXIT_FAILURE;
	if (e.listen)
		daemon = serve_start(&e);
	if (!e.listen || daemon)
		status = run(&e);
	serve_stop(daemon);
	state_save(&e.state, &e.tally, e.lost);
	state_close(&e.state);
	tally_clean(&e.tally);
	return status;
}
