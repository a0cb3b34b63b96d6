// SPDX-License-Identifier: GPL-2.0
/*
 * synfin alone: how this machine's connections fare, on one screen, and what to type
 * next. All of it is in files of /proc that anybody can read.
 */
#include <stdlib.h>
#include <string.h>

#include "commands/interrupt.h"
#include "commands/overview.h"
#include "commands/parse.h"
#include "output/terminal.h"
#include "sources/proc.h"

#define BLANKS		" \t\n"

/* Openings that failed, as counters have them. */
const struct overview_failure overview_failures[OVERVIEW_FAILURES] = {
	{ "open_refused", "refused" },
	{ "open_unreachable", "unreachable" },
	{ "open_unanswered", "unanswered" },
	{ "open_unacknowledged", "unacknowledged" },
	{ "open_aborted", "aborted" },
};

/**
 * overview_opened() - how many openings came to an end, well or not
 * @f: the counters
 *
 * Return: how many.
 */
uint64_t overview_opened(const struct counters *f)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < f->nr; i++)
		if (!strncmp(f->counter[i].name, "open_", 5))
			sum += f->counter[i].value;
	return sum;
}

/**
 * overview_failed() - how many of them failed
 * @f: the counters
 *
 * Return: how many.
 */
uint64_t overview_failed(const struct counters *f)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < OVERVIEW_FAILURES; i++)
		sum += counters_get(f, overview_failures[i].counter);
	return sum;
}

static void take_cell(struct overview_service *s, const char *name, uint64_t value)
{
	if (!strncmp(name, "open_", 5))
		s->opened += value;
	for (unsigned int i = 0; i < OVERVIEW_FAILURES; i++)
		if (!strcmp(name, overview_failures[i].counter))
			s->failed += value;
	if (!strcmp(name, "server_rtt_count"))
		s->rtt_count = value;
	else if (!strcmp(name, "server_rtt_sum_ns"))
		s->rtt_sum = value;
	else if (!strcmp(name, "first_response_count"))
		s->response_count = value;
	else if (!strcmp(name, "first_response_sum_ns"))
		s->response_sum = value;
	else if (!strcmp(name, "tls_handshake_count"))
		s->tls_count = value;
	else if (!strcmp(name, "tls_handshake_sum_ns"))
		s->tls_sum = value;
	else if (!strcmp(name, "port"))
		s->port = (uint16_t)value;
}

/* The headings say what the columns are. */
static void take_service(struct overview *v, const char *heading, char *line)
{
	struct overview_service *s = &v->service[v->nr_services];
	char name[32], *rest = NULL, *word;
	int used;

	*s = (struct overview_service){ .port = 0 };
	for (word = strtok_r(line, BLANKS, &rest); word;
	     word = strtok_r(NULL, BLANKS, &rest)) {
		if (sscanf(heading, "%31s%n", name, &used) != 1)
			break;
		heading += used;
		take_cell(s, name, strtoull(word, NULL, 10));
	}
	v->nr_services++;
}

static int read_services(struct overview *v)
{
	FILE *file = proc_open(PROC_SERVICES);
	char *line = NULL, *heading = NULL;
	size_t size = 0;

	if (!file)
		return -1;
	while (v->nr_services < OVERVIEW_SERVICES && getline(&line, &size, file) > 0) {
		if (heading)
			take_service(v, heading, line);
		else
			heading = strdup(line);
	}
	free(heading);
	free(line);
	return proc_close(file, PROC_SERVICES);
}

/* What is opened in a second is known after a second; copies stand still. */
static int measure(struct overview *v)
{
	static struct counters before;
	uint64_t then, now;

	if (counters_read(&v->now, v->opt) || read_services(v))
		return -1;
	if (v->opt->proc)
		return 0;
	before = v->now;
	then = parse_now();
	while (!interrupted && parse_now() < then + 1000000000ull)
		interrupt_wait(-1, 100);
	now = parse_now();
	if (counters_read(&v->now, v->opt))
		return -1;
	v->measured = now > then;
	if (v->measured)
		v->rate = (double)(overview_opened(&v->now) - overview_opened(&before)) * 1e9 /
			  (double)(now - then);
	return 0;
}

/**
 * cmd_overview() - how this machine's connections fare
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_overview(const struct options *opt)
{
	static struct overview v;
	bool bounded;

	v.opt = opt;
	v.width = terminal_width(&bounded);
	if (!bounded || opt->json)
		v.width = UINT32_MAX;
	return measure(&v) ? EXIT_FAILURE : overview_show(&v);
}
