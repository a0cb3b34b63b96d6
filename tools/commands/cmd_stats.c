// SPDX-License-Identifier: GPL-2.0
/*
 * synfin stats: one screen of what was counted, --explain every counter with its
 * meaning.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "output/complain.h"
#include "commands/counters.h"
#include "output/fmt.h"
#include "output/json.h"
#include "output/out.h"
#include "output/terminal.h"

#define LABEL	15u	/* columns of a line's name */
#define NUMBER	9u	/* and of its number, right after it */

/* Columns of a counter and of its value, and where its meaning begins. */
#define EXPLAIN_NAME	20u
#define EXPLAIN_VALUE	13u
#define EXPLAIN_AT	(EXPLAIN_NAME + EXPLAIN_VALUE + 3)

/* A line of the screen, which goes on below itself if it is too long. */
struct stats_line {
	struct out *out;
	unsigned int width;
	unsigned int used;
};

static void item(struct stats_line *l, const char *text)
{
	unsigned int len = (unsigned int)strlen(text);

	/* Below the number, or, if there is no room, almost at the edge. */
	if (l->used + 2 + len > l->width) {
		unsigned int indent = LABEL + NUMBER + 22 < l->width ?
				      LABEL + NUMBER : 0;

		out_printf(l->out, "\n%*s", (int)indent, "");
		l->used = indent;
	}
	out_printf(l->out, "  %s", text);
	l->used += 2 + len;
}

static void begin(struct stats_line *l, const char *name, uint64_t number)
{
	char text[FMT_ROOM];
	int label = LABEL + NUMBER <= l->width ? (int)LABEL : (int)strlen(name) + 1;

	*fmt_grouped(text, number) = '\0';
	l->used = (unsigned int)out_printf(l->out, "%-*s%*s", label, name,
					   LABEL + NUMBER <= l->width ? (int)NUMBER : 0,
					   text);
}

static void end(struct stats_line *l)
{
	out_text(l->out, "\n");
}

static void item_number(struct stats_line *l, const char *name, uint64_t value)
{
	char text[FMT_ROOM], *p = text;

	p = fmt_text(p, name);
	*p++ = ' ';
	p = fmt_grouped(p, value);
	*p = '\0';
	item(l, text);
}

/* The counters with a prefix, but those named in @but: their sum and each. */
static void line_of(const struct counters *f, struct stats_line *l, const char *name,
		    const char *prefix, const char *const but[2])
{
	size_t len = strlen(prefix);
	char word[32];
	uint64_t sum = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			begin(l, name, sum);
		for (unsigned int i = 0; i < f->nr; i++) {
			const struct counter *counter = &f->counter[i];

			if (strncmp(counter->name, prefix, len) ||
			    !strcmp(counter->name, but[0]) ||
			    !strcmp(counter->name, but[1]) || !counter->value)
				continue;
			sum += counter->value;
			if (!pass)
				continue;
			strcpy(word, counter->name + len);
			for (char *c = word; *c; c++)
				*c = *c == '_' ? '-' : *c;
			item_number(l, word, counter->value);
		}
	}
	end(l);
}

static void line_live(const struct counters *f, struct stats_line *l)
{
	begin(l, "live now", counters_get(f, "flows_live"));
	item_number(l, "opening", counters_get(f, "flows_opening"));
	item_number(l, "established", counters_get(f, "flows_open"));
	item_number(l, "closing", counters_get(f, "flows_closing"));
	end(l);
}

static void put_latency(const struct counters *f, struct stats_line *l,
			const char *histogram, const char *name)
{
	const struct histogram *h = counters_histogram(f, histogram);
	char text[FMT_ROOM], *p = text;

	if (!h)
		return;
	p = fmt_text(p, name);
	p = FMT_LITERAL(p, "p50 ");
	p = fmt_duration(p, counters_percentile(h, 50), 6);
	if (l->width < 30) {
		*p = '\0';
		item(l, text);
		p = fmt_text(text, name);
	} else {
		*p++ = ' ';
	}
	p = FMT_LITERAL(p, "p99 ");
	p = fmt_duration(p, counters_percentile(h, 99), 6);
	*p = '\0';
	item(l, text);
}

static void line_handshake(const struct counters *f, struct stats_line *l)
{
	const struct histogram *h = counters_histogram(f, "handshake");

	begin(l, "handshake", h ? h->total : 0);
	put_latency(f, l, "handshake", "");
	put_latency(f, l, "server_rtt", "server ");
	put_latency(f, l, "client_rtt", "client ");
	end(l);
}

/* If first bytes are looked at. */
static void line_first(const struct counters *f, struct stats_line *l)
{
	const struct histogram *h = counters_histogram(f, "first_response");

	if (!h || !h->total)
		return;
	begin(l, "first bytes", h->total);
	put_latency(f, l, "first_response", "response ");
	put_latency(f, l, "first_request", "request ");
	put_latency(f, l, "tls_handshake", "tls ");
	end(l);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void line_recorder(const struct counters *f, struct stats_line *l)
{
	uint64_t written = counters_get(f, "records"), now = now_ns();
	char text[FMT_ROOM], *p = text;

	begin(l, "recorder", written);
	if (!f->ring_known) {
		item(l, "(what is kept of them, only root can read)");
		end(l);
		return;
	}
	p = FMT_LITERAL(p, "records on ");
	p = fmt_u64(p, f->ring_cpus);
	p = fmt_text(p, f->ring_cpus == 1 ? " CPU" : " CPUs");
	*p = '\0';
	item(l, text);
	p = FMT_LITERAL(text, "the last ");
	p = fmt_grouped(p, f->ring_kept);
	p = FMT_LITERAL(p, " are there");
	*p = '\0';
	item(l, text);
	if (f->ring_oldest_ns && now > f->ring_oldest_ns) {
		p = FMT_LITERAL(text, "the oldest is ");
		p = fmt_duration(p, now - f->ring_oldest_ns, 6);
		p = FMT_LITERAL(p, " old");
		*p = '\0';
		item(l, text);
	}
	end(l);
}

static void line_reasons(const struct counters *f, struct stats_line *l)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < f->nr; i++)
		if (counters_is_reason(f->counter[i].name))
			sum += f->counter[i].value;
	begin(l, "not recorded", sum);
	for (unsigned int i = 0; i < f->nr; i++)
		if (f->counter[i].value && counters_is_reason(f->counter[i].name))
			item_number(l, f->counter[i].name, f->counter[i].value);
	if (sum && l->width > 40)
		item(l, "(--explain says what each means)");
	end(l);
}

static void show_screen(const struct counters *f, struct out *out)
{
	static const char *const none[2] = { "", "" };
	static const char *const not_closed[2] = { "close_none", "close_open" };
	bool bounded;
	struct stats_line l = { .out = out, .width = terminal_width(&bounded) };

	line_of(f, &l, "opened", "open_", none);
	line_of(f, &l, "closed", "close_", not_closed);
	line_live(f, &l);
	line_handshake(f, &l);
	line_first(f, &l);
	if (counters_get(f, "ring_records"))
		line_recorder(f, &l);
	line_reasons(f, &l);
}

/* Text that goes on below itself. */
static void put_meaning(struct out *out, const char *text, unsigned int column,
			unsigned int width)
{
	unsigned int used = column;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (used > column && used + 1 + len > width) {
			out_printf(out, "\n%*s", (int)column, "");
			used = column;
		}
		out_printf(out, "%s%.*s", used > column ? " " : "", (int)len, text);
		used += (unsigned int)len + (used > column);
		text += len;
		text += strspn(text, " ");
	}
	out_text(out, "\n");
}

/* On a narrow terminal what a counter means stands below it. */
static void show_explained(const struct counters *f, struct out *out,
			   const struct options *opt)
{
	bool bounded;
	unsigned int width = terminal_width(&bounded);
	bool below = bounded && width < EXPLAIN_AT + 20;
	char text[FMT_ROOM];

	if (opt->headings && (!bounded || width > EXPLAIN_NAME + EXPLAIN_VALUE))
		out_printf(out, "%-*s %*s  %s\n", (int)EXPLAIN_NAME, "COUNTER",
			   (int)EXPLAIN_VALUE, "VALUE", below ? "" : "MEANING");
	for (unsigned int i = 0; i < f->nr; i++) {
		*fmt_grouped(text, f->counter[i].value) = '\0';
		if (bounded && width <= EXPLAIN_NAME + EXPLAIN_VALUE)
			out_printf(out, "%s\n  %s", f->counter[i].name, text);
		else
			out_printf(out, "%-*s %*s", (int)EXPLAIN_NAME,
				   f->counter[i].name, (int)EXPLAIN_VALUE, text);
		out_text(out, below ? "\n  " : "  ");
		put_meaning(out, counters_meaning(f->counter[i].name),
			    below ? 2 : EXPLAIN_AT, bounded ? width : UINT32_MAX);
	}
}

static void put_percentile(struct json *j, const char *name, const struct histogram *h,
			   unsigned int percent)
{
	json_ns(j, name, h->total ? counters_percentile(h, percent) : SYNFIN_NS_NONE);
}

static void put_histogram(struct json *j, const struct histogram *h)
{
	json_open(j, h->name, '{');
	json_number(j, "count", h->total);
	put_percentile(j, "p50_ns", h, 50);
	put_percentile(j, "p90_ns", h, 90);
	put_percentile(j, "p99_ns", h, 99);
	json_close(j, '}');
}

static void show_json(const struct counters *f, struct out *out)
{
	struct json j;

	json_begin(&j, out);
	for (unsigned int i = 0; i < f->nr; i++)
		json_number(&j, f->counter[i].name, f->counter[i].value);
	json_open(&j, "latency", '{');
	for (unsigned int i = 0; i < f->nr_histograms; i++)
		put_histogram(&j, &f->histogram[i]);
	json_close(&j, '}');
	if (f->ring_known) {
		json_open(&j, "ring", '{');
		json_number(&j, "kept", f->ring_kept);
		json_number(&j, "cpus", f->ring_cpus);
		if (f->ring_oldest_ns)
			json_seconds(&j, "oldest", f->ring_oldest_ns);
		else
			json_text(&j, "oldest", NULL);
		json_close(&j, '}');
	} else {
		json_text(&j, "ring", NULL);
	}
	json_end(&j);
}

/**
 * cmd_stats() - what was counted
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_stats(const struct options *opt)
{
	static struct counters counters;
	struct out out;

	if (counters_read(&counters, opt) ||
	    out_open(&out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	if (opt->json)
		show_json(&counters, &out);
	else if (opt->explain)
		show_explained(&counters, &out, opt);
	else
		show_screen(&counters, &out);
	out_close(&out);
	return out.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
