// SPDX-License-Identifier: GPL-2.0
/*
 * synfin stats: one screen of what was counted, --explain every counter with its
 * meaning.
 */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "output/complain.h"
#include "commands/figures.h"
#include "output/fmt.h"
#include "output/out.h"
#include "output/term.h"

#define LABEL	15u	/* columns of a line's name */
#define NUMBER	9u	/* and of its number, right after it */

/* A line of the screen, which goes on below itself if it is too long. */
struct line {
	struct out *out;
	unsigned int width;
	unsigned int used;
};

static void item(struct line *l, const char *text)
{
	unsigned int len = (unsigned int)strlen(text);

	if (l->used + 2 + len > l->width) {
		out_printf(l->out, "\n%*s", (int)(LABEL + NUMBER), "");
		l->used = LABEL + NUMBER;
	}
	out_printf(l->out, "  %s", text);
	l->used += 2 + len;
}

static void begin(struct line *l, const char *name, uint64_t number)
{
	char text[FMT_ROOM];

	*fmt_grouped(text, number) = '\0';
	out_printf(l->out, "%-*s%*s", (int)LABEL, name, (int)NUMBER, text);
	l->used = LABEL + NUMBER;
}

static void end(struct line *l)
{
	out_text(l->out, "\n");
}

static void item_number(struct line *l, const char *name, uint64_t value)
{
	char text[FMT_ROOM], *p = text;

	p = fmt_text(p, name);
	*p++ = ' ';
	p = fmt_grouped(p, value);
	*p = '\0';
	item(l, text);
}

/* The counters with a prefix, but those named in @but: their sum and each. */
static void line_of(const struct figures *f, struct line *l, const char *name,
		    const char *prefix, const char *const but[2])
{
	size_t len = strlen(prefix);
	char word[32];
	uint64_t sum = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			begin(l, name, sum);
		for (unsigned int i = 0; i < f->nr; i++) {
			const struct figure *figure = &f->figure[i];

			if (strncmp(figure->name, prefix, len) ||
			    !strcmp(figure->name, but[0]) ||
			    !strcmp(figure->name, but[1]) || !figure->value)
				continue;
			sum += figure->value;
			if (!pass)
				continue;
			strcpy(word, figure->name + len);
			for (char *c = word; *c; c++)
				*c = *c == '_' ? '-' : *c;
			item_number(l, word, figure->value);
		}
	}
	end(l);
}

static void line_live(const struct figures *f, struct line *l)
{
	begin(l, "live now", figures_get(f, "flows_live"));
	item_number(l, "opening", figures_get(f, "flows_opening"));
	item_number(l, "established", figures_get(f, "flows_open"));
	item_number(l, "closing", figures_get(f, "flows_closing"));
	end(l);
}

static void put_latency(const struct figures *f, struct line *l,
			const char *histogram, const char *name)
{
	const struct histogram *h = figures_histogram(f, histogram);
	char text[FMT_ROOM], *p = text;

	if (!h)
		return;
	p = fmt_text(p, name);
	p = FMT_LITERAL(p, "p50 ");
	p = fmt_duration(p, figures_percentile(h, 50), 6);
	p = FMT_LITERAL(p, " p99 ");
	p = fmt_duration(p, figures_percentile(h, 99), 6);
	*p = '\0';
	item(l, text);
}

static void line_handshake(const struct figures *f, struct line *l)
{
	const struct histogram *h = figures_histogram(f, "handshake");

	begin(l, "handshake", h ? h->total : 0);
	put_latency(f, l, "handshake", "");
	put_latency(f, l, "server_rtt", "server ");
	put_latency(f, l, "client_rtt", "client ");
	end(l);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void line_recorder(const struct figures *f, struct line *l)
{
	uint64_t written = figures_get(f, "records"), now = now_ns();
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

static void line_reasons(const struct figures *f, struct line *l)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < f->nr; i++)
		if (figures_is_reason(f->figure[i].name))
			sum += f->figure[i].value;
	begin(l, "not recorded", sum);
	for (unsigned int i = 0; i < f->nr; i++)
		if (f->figure[i].value && figures_is_reason(f->figure[i].name))
			item_number(l, f->figure[i].name, f->figure[i].value);
	if (sum)
		item(l, "(--explain says what each means)");
	end(l);
}

static void show_screen(const struct figures *f, struct out *out)
{
	static const char *const none[2] = { "", "" };
	static const char *const not_closed[2] = { "close_none", "close_open" };
	bool bounded;
	struct line l = { .out = out, .width = term_width(&bounded) };

	line_of(f, &l, "opened", "open_", none);
	line_of(f, &l, "closed", "close_", not_closed);
	line_live(f, &l);
	line_handshake(f, &l);
	if (figures_get(f, "ring_records"))
		line_recorder(f, &l);
	line_reasons(f, &l);
}

/* Breaks a text into lines between its words; libsmartcols would do it in them. */
static void break_lines(char *text, size_t width)
{
	char *line = text, *blank = NULL;

	for (char *p = text; *p; p++) {
		if (*p == ' ')
			blank = p;
		if ((size_t)(p - line) >= width && blank) {
			*blank = '\n';
			line = blank + 1;
			blank = NULL;
		}
	}
}

static void explain(struct libscols_table *table, const struct figure *figure,
		    unsigned int width)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[FMT_ROOM], meaning[256];

	if (!line)
		return;
	*fmt_grouped(text, figure->value) = '\0';
	snprintf(meaning, sizeof(meaning), "%s", figures_meaning(figure->name));
	break_lines(meaning, width);
	scols_line_set_data(line, 0, figure->name);
	scols_line_set_data(line, 1, text);
	scols_line_set_data(line, 2, meaning);
}

static struct libscols_table *explain_table(const struct options *opt)
{
	struct libscols_table *table = scols_new_table();
	struct libscols_column *meaning;

	if (!table)
		return NULL;
	scols_table_enable_noheadings(table, !opt->headings);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	scols_table_new_column(table, "COUNTER", 0, 0);
	scols_table_new_column(table, "VALUE", 0, SCOLS_FL_RIGHT);
	meaning = scols_table_new_column(table, "MEANING", 0, SCOLS_FL_WRAP);
	if (meaning)
		scols_column_set_wrapfunc(meaning, scols_wrapnl_chunksize,
					  scols_wrapnl_nextchunk, NULL);
	return table;
}

static int show_explained(const struct figures *f, struct out *out,
			  const struct options *opt)
{
	struct libscols_table *table = explain_table(opt);
	FILE *stream = out_stream(out);
	unsigned int width;
	bool bounded;

	if (!table || !stream)
		return complain("out of memory");
	scols_table_set_stream(table, stream);
	/* The name and the number of a counter take the rest. */
	width = term_width(&bounded);
	width = !bounded ? UINT32_MAX : width > 60 ? width - 36 : 24;
	for (unsigned int i = 0; i < f->nr; i++)
		explain(table, &f->figure[i], width);
	scols_print_table(table);
	fclose(stream);
	scols_unref_table(table);
	return 0;
}

static void show_json(const struct figures *f, struct out *out)
{
	static const unsigned int percents[] = { 50, 90, 99 };

	out_text(out, "{");
	for (unsigned int i = 0; i < f->nr; i++)
		out_printf(out, "\"%s\":%llu,", f->figure[i].name,
			   (unsigned long long)f->figure[i].value);
	out_text(out, "\"latency\":{");
	for (unsigned int i = 0; i < f->nr_histograms; i++) {
		const struct histogram *h = &f->histogram[i];

		out_printf(out, "%s\"%s\":{\"count\":%llu", i ? "," : "",
			   h->name, (unsigned long long)h->total);
		for (size_t j = 0; j < ARRAY_SIZE(percents); j++)
			out_printf(out, ",\"p%u_ns\":%llu", percents[j],
				   (unsigned long long)figures_percentile(h, percents[j]));
		out_text(out, "}");
	}
	out_text(out, "},\"ring\":");
	if (f->ring_known)
		out_printf(out, "{\"kept\":%llu,\"cpus\":%u,\"oldest\":%llu.%09llu}",
			   (unsigned long long)f->ring_kept, f->ring_cpus,
			   (unsigned long long)(f->ring_oldest_ns / 1000000000),
			   (unsigned long long)(f->ring_oldest_ns % 1000000000));
	else
		out_text(out, "null");
	out_text(out, "}\n");
}

/**
 * cmd_stats() - what was counted
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_stats(const struct options *opt)
{
	static struct figures figures;
	struct out out;
	int err = 0;

	if (figures_read(&figures, opt) ||
	    out_open(&out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	if (opt->json)
		show_json(&figures, &out);
	else if (opt->explain)
		err = show_explained(&figures, &out, opt);
	else
		show_screen(&figures, &out);
	out_close(&out);
	return err || out.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
