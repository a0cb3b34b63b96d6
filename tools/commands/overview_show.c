// SPDX-License-Identifier: GPL-2.0
/*
 * synfin alone, as it is shown: on a screen of any width, or as JSON.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/overview.h"
#include "output/fmt.h"
#include "output/json.h"
#include "output/service.h"
#include "output/table_cells.h"

#define WORST		5u
#define SERVICE_COLUMNS	5u

/* What these lines need at most. */
#define LATENCY_COLUMNS	51u
#define TRY_COLUMNS	51u

static const char *color(const struct overview *v, const char *sgr)
{
	return v->opt->color ? sgr : "";
}

static void put_rate(struct overview *v)
{
	char number[FMT_ROOM];

	*fmt_grouped(number, overview_opened(&v->now)) = '\0';
	out_printf(&v->out, "opened        ");
	if (v->measured)
		out_printf(&v->out, "%.0f a second now, ", v->rate);
	out_printf(&v->out, "%s since the module was loaded\n", number);
}

static void put_failures(struct overview *v)
{
	uint64_t bad = overview_failed(&v->now), all = overview_opened(&v->now);
	char number[FMT_ROOM];

	*fmt_grouped(number, bad) = '\0';
	out_text(&v->out, "failed        ");
	out_text(&v->out, color(v, bad ? SGR_RED : ""));
	out_printf(&v->out, "%.*f%% (%s)", bad && bad * 100 < all * 10 ? 2 : 0,
		   all ? 100.0 * (double)bad / (double)all : 0, number);
	out_text(&v->out, color(v, bad ? "\033[0m" : ""));
	for (unsigned int i = 0; i < OVERVIEW_FAILURES; i++) {
		uint64_t nr = counters_get(&v->now, overview_failures[i].counter);

		if (!nr)
			continue;
		*fmt_grouped(number, nr) = '\0';
		out_printf(&v->out, "  %s %s", overview_failures[i].word, number);
	}
	out_text(&v->out, "\n");
}

static void put_latency(struct overview *v, const char *histogram, const char *name)
{
	const struct histogram *h = counters_histogram(&v->now, histogram);
	char median[FMT_ROOM] = "-", most[FMT_ROOM] = "-";

	if (h) {
		*fmt_duration(median, counters_percentile(h, 50), 6) = '\0';
		*fmt_duration(most, counters_percentile(h, 99), 6) = '\0';
	}
	out_printf(&v->out, v->width < LATENCY_COLUMNS ? "%-13s half %6s, 99%% %6s\n" :
		   "%-13s half within %6s, 99%% within %6s\n", name, median, most);
}

static void put_now(struct overview *v)
{
	char number[4][FMT_ROOM];
	static const char *const names[] = {
		"flows_live", "flows_opening", "flows_open", "flows_closing",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		*fmt_grouped(number[i], counters_get(&v->now, names[i])) = '\0';
	out_printf(&v->out, "now           %s: half open %s, open %s, half closed or closing %s\n",
		   number[0], number[1], number[2], number[3]);
}

static int by_failures(const void *a, const void *b)
{
	const struct overview_service *x = a, *y = b;

	if (x->failed != y->failed)
		return x->failed < y->failed ? 1 : -1;
	if (x->opened != y->opened)
		return x->opened < y->opened ? 1 : -1;
	return x->port - y->port;
}

/* On average; a dash if there was none. */
static void average(char *text, uint64_t sum, uint64_t count)
{
	*(count ? fmt_duration(text, sum / count, 6) : fmt_text(text, "-")) = '\0';
}

static void put_service(struct overview *v, const struct overview_service *s, int name_columns,
			unsigned int columns)
{
	const char *name = s->port ? service_name(s->port) : "(others)";
	char text[SERVICE_COLUMNS][FMT_ROOM], port[FMT_ROOM];

	if (!name) {
		*fmt_u64(port, s->port) = '\0';
		name = port;
	}
	*fmt_u64(text[0], s->opened) = '\0';
	*fmt_u64(text[1], s->failed) = '\0';
	average(text[2], s->rtt_sum, s->rtt_count);
	average(text[3], s->tls_sum, s->tls_count);
	average(text[4], s->response_sum, s->response_count);
	out_printf(&v->out, "%-*.*s", name_columns, name_columns, name);
	for (unsigned int i = 0; i < columns; i++) {
		bool red = i == 1 && s->failed;

		out_printf(&v->out, " %s%9s%s", color(v, red ? SGR_RED : ""), text[i],
			   color(v, red ? "\033[0m" : ""));
	}
	out_text(&v->out, "\n");
}

/* As many columns as there is room for; each takes ten. */
static void put_services(struct overview *v)
{
	static const char *const headings[SERVICE_COLUMNS] = {
		"OPENED", "FAILED", "S-RTT", "TLS", "RESPONSE",
	};
	int name = v->width < 26 && v->width > 10 ? (int)v->width - 10 : 16;
	unsigned int columns = v->width < (unsigned int)name ? 0 :
			       (v->width - (unsigned int)name) / 10;

	if (columns > SERVICE_COLUMNS)
		columns = SERVICE_COLUMNS;
	qsort(v->service, v->nr_services, sizeof(v->service[0]), by_failures);
	if (!v->nr_services)
		return;
	out_printf(&v->out, "\n%-*s", name, name < 16 ? "WORST" : "WORST SERVICES");
	for (unsigned int i = 0; i < columns; i++)
		out_printf(&v->out, " %9s", headings[i]);
	out_text(&v->out, "\n");
	for (unsigned int i = 0; i < v->nr_services && i < WORST; i++)
		put_service(v, &v->service[i], name, columns);
}

/* A command must be whole, to be typed; what it is for, if there is room for it. */
static void try(struct overview *v, const char *command, const char *meaning)
{
	bool both = v->width >= TRY_COLUMNS + strlen(meaning);

	out_printf(&v->out, both ? "  synfin %-40s  %s\n" : "  synfin %s\n", command,
		   meaning);
}

static void put_next(struct overview *v)
{
	const struct counters *f = &v->now;

	out_text(&v->out, "\nTRY\n");
	if (overview_failed(f))
		try(v, "conns --failed --last", "what did not open");
	if (counters_get(f, "close_reset"))
		try(v, "conns --last --close reset", "what was reset");
	if (counters_get(f, "flows_closing"))
		try(v, "flows --state close-wait --sort age", "who forgets to close");
	try(v, "latency", "how long it takes whom");
	try(v, "top", "as it happens");
	try(v, "ladder --from now", "segment by segment");
}

static void show_json(struct overview *v)
{
	struct json j;

	json_begin(&j, &v->out);
	if (v->measured)
		json_real(&j, "opened_per_second", v->rate);
	else
		json_text(&j, "opened_per_second", NULL);
	json_number(&j, "opened", overview_opened(&v->now));
	json_number(&j, "failed", overview_failed(&v->now));
	for (unsigned int i = 0; i < OVERVIEW_FAILURES; i++)
		json_number(&j, overview_failures[i].word,
			    counters_get(&v->now, overview_failures[i].counter));
	json_number(&j, "live", counters_get(&v->now, "flows_live"));
	json_number(&j, "half_open", counters_get(&v->now, "flows_opening"));
	json_number(&j, "closing", counters_get(&v->now, "flows_closing"));
	json_end(&j);
}

static void show(struct overview *v)
{
	put_rate(v);
	put_failures(v);
	put_latency(v, "handshake", "handshake");
	put_latency(v, "server_rtt", "  server");
	put_latency(v, "client_rtt", "  client");
	put_latency(v, "close", "close");
	put_now(v);
	put_services(v);
	put_next(v);
}

/* Colours take no columns. */
static unsigned int columns_of(const char *text, size_t len)
{
	unsigned int columns = 0;
	bool escape = false;

	for (size_t i = 0; i < len; i++) {
		escape |= text[i] == '\033';
		columns += !escape;
		escape &= text[i] != 'm';
	}
	return columns;
}

/* A line that is longer than the terminal goes on below, between words. */
static void print(struct overview *v, struct out *out)
{
	const char *text = v->out.buf, *end = text + v->out.len;
	const unsigned int indent = v->width < LATENCY_COLUMNS ? 2 : 14;
	unsigned int column = 0;

	while (text < end) {
		size_t gap = strspn(text, " "), len = strcspn(text + gap, "\n ");
		unsigned int used = (unsigned int)gap + columns_of(text + gap, len);

		if (column > indent && column + used > v->width) {
			out_printf(out, "\n%*s", (int)indent, "");
			column = indent;
			used -= (unsigned int)gap;
			text += gap;
			gap = 0;
		}
		out_write(out, text, gap + len);
		column += used;
		text += gap + len;
		if (*text == '\n') {
			out_write(out, text++, 1);
			column = 0;
		}
	}
}

/**
 * overview_show() - show it
 * @v: what was read
 *
 * Return: the exit status.
 */
int overview_show(struct overview *v)
{
	struct out out;

	if (out_open(&v->out, -1, "memory") || out_open(&out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	if (v->opt->json)
		show_json(v);
	else
		show(v);
	print(v, &out);
	free(v->out.buf);
	out_close(&out);
	return out.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
