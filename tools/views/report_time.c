// SPDX-License-Identifier: GPL-2.0
/*
 * Connections over time, drawn: what came of them, why they failed, how long their
 * handshakes took.
 */
#include <time.h>

#include "output/fmt.h"
#include "output/markup.h"
#include "views/view_report.h"

#define NS_PER_S	1000000000ull
#define TICKS		6u	/* on an axis, about */
#define TICK_WIDTH	7.0	/* of one with its label, in hundredths of the axis */
#define TICK_NARROW	17.0	/* the same on a narrow screen */

/* A chart: the spans that it shows, and what is drawn of each. */
struct chart {
	const struct timeline *time;
	unsigned int first;
	unsigned int nr;
	uint64_t most;
};

/* What is piled up in a span, from below. */
struct layer {
	const char *class;
	const char *name;
	uint64_t (*of)(const struct timeline_span *span);
};

static uint64_t ordinary_of(const struct timeline_span *s)
{
	return s->conns - s->odd - s->failed;
}

static uint64_t odd_of(const struct timeline_span *s)
{
	return s->odd;
}

static uint64_t failed_of(const struct timeline_span *s)
{
	return s->failed;
}

static uint64_t refused_of(const struct timeline_span *s)
{
	return s->outcomes[SYNFIN_OPEN_REFUSED];
}

static uint64_t unreachable_of(const struct timeline_span *s)
{
	return s->outcomes[SYNFIN_OPEN_UNREACHABLE];
}

static uint64_t unanswered_of(const struct timeline_span *s)
{
	return s->outcomes[SYNFIN_OPEN_UNANSWERED];
}

static uint64_t unacknowledged_of(const struct timeline_span *s)
{
	return s->outcomes[SYNFIN_OPEN_UNACKNOWLEDGED];
}

static uint64_t aborted_of(const struct timeline_span *s)
{
	return s->outcomes[SYNFIN_OPEN_ABORTED];
}

static const struct layer all_layers[] = {
	{ "ordinary", "opened", ordinary_of },
	{ "odd", "opened, then reset or left half closed", odd_of },
	{ "failed", "failed", failed_of },
	{ NULL, NULL, NULL },
};

static const struct layer failure_layers[] = {
	{ "fail-1", "refused", refused_of },
	{ "fail-2", "unreachable", unreachable_of },
	{ "fail-3", "unanswered", unanswered_of },
	{ "fail-4", "unacknowledged", unacknowledged_of },
	{ "fail-5", "aborted", aborted_of },
	{ NULL, NULL, NULL },
};

static const struct timeline_span *span_at(const struct chart *c, unsigned int i)
{
	return &c->time->span[c->first + i];
}

static uint64_t start_of(const struct chart *c, unsigned int i)
{
	return c->time->begin_ns + (c->first + i) * c->time->span_ns;
}

static uint64_t sum_of(const struct timeline_span *span, const struct layer *layers)
{
	uint64_t sum = 0;

	for (; layers->of; layers++)
		sum += layers->of(span);
	return sum;
}

/**
 * report_moment() - write a time
 * @out:	where to
 * @ns:		since 1970
 * @format:	as of strftime()
 */
void report_moment(struct out *out, uint64_t ns, const char *format)
{
	time_t second = (time_t)(ns / NS_PER_S);
	char text[64] = "";
	struct tm tm;

	if (localtime_r(&second, &tm))
		strftime(text, sizeof(text), format, &tm);
	markup_text(out, text);
}

/**
 * report_length() - write how long something went on: 30 s, 1 h 20 min, 3 d
 * @out:	where to
 * @ns:		that
 */
void report_length(struct out *out, uint64_t ns)
{
	static const struct {
		uint32_t seconds;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	uint64_t left = (ns + NS_PER_S / 2) / NS_PER_S;
	unsigned int put = 0;

	if (ns < NS_PER_S) {
		out_printf(out, "%.4g ms", (double)ns / 1e6);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units) && put < 2; i++) {
		uint64_t nr = left / units[i].seconds;

		if (nr)
			out_printf(out, "%s%llu %s", put ? " " : "",
				   (unsigned long long)nr, units[i].unit);
		/* What follows the first is its next smaller one, or nothing. */
		put += nr || put;
		left %= units[i].seconds;
	}
}

/* With as much of a second as spans differ by. */
static void put_moment(struct out *out, uint64_t ns, uint64_t step)
{
	static const char *const formats[] = { "%H:%M:%S", "%H:%M", "%d %b %H:%M", "%d %b %Y" };
	unsigned int i = step < 60 * NS_PER_S ? 0 : step < 6 * 3600 * NS_PER_S ? 1 :
			 step < 86400 * NS_PER_S ? 2 : 3;

	report_moment(out, ns, formats[i]);
	if (step < NS_PER_S)
		out_printf(out, ".%03u", (unsigned int)(ns % NS_PER_S / 1000000));
}

/* The first step of a list by which there are few enough ticks. */
static uint64_t tick_step(uint64_t length)
{
	static const uint32_t seconds[] = {
		1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800,
		21600, 43200, 86400, 172800, 604800, 2592000,
	};
	static const uint32_t ms[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ms); i++)
		if (length / (ms[i] * 1000000ull) <= TICKS)
			return ms[i] * 1000000ull;
	for (i = 0; i < ARRAY_SIZE(seconds); i++)
		if (length / (seconds[i] * NS_PER_S) <= TICKS)
			return seconds[i] * NS_PER_S;
	return length / TICKS;
}

/* Ticks are where a clock on the wall is round. */
static void put_axis(struct out *out, const struct chart *c)
{
	uint64_t begin = start_of(c, 0), length = c->nr * c->time->span_ns;
	uint64_t step = tick_step(length), offset = 0, ns;
	time_t second = (time_t)(begin / NS_PER_S);
	struct tm tm;

	if (localtime_r(&second, &tm) && tm.tm_gmtoff > -86400)
		offset = (uint64_t)(tm.tm_gmtoff + 86400) * NS_PER_S % step;
	ns = begin - (begin + offset) % step;
	out_text(out, "<div class=\"axis times\" aria-hidden=\"true\">");
	for (unsigned int i = 0; i < 2 * TICKS + 2; i++, ns += step) {
		if (ns < begin || ns - begin > length)
			continue;
		markup_tick(out, 100 * (double)(ns - begin) / (double)length, TICK_WIDTH,
			    TICK_NARROW);
		put_moment(out, ns, step);
		out_text(out, "</span>");
	}
	out_text(out, "</div>\n");
}

static void put_layer(struct out *out, const struct chart *c, const struct layer *layers,
		      unsigned int which)
{
	double scale = 100 / (double)c->most;

	out_printf(out, "<path class=\"%s\" d=\"", layers[which].class);
	for (unsigned int i = 0; i < c->nr; i++) {
		uint64_t below = 0, nr = layers[which].of(span_at(c, i));

		for (unsigned int j = 0; j < which; j++)
			below += layers[j].of(span_at(c, i));
		if (nr)
			out_printf(out, "M%u %.4gv%.4gh10v%.4gz", i * 10,
				   100 - (double)below * scale, -(double)nr * scale,
				   (double)nr * scale);
	}
	out_text(out, "\"/>");
}

static void put_hints(struct out *out, const struct chart *c, const struct layer *layers)
{
	for (unsigned int i = 0; i < c->nr; i++) {
		const struct timeline_span *span = span_at(c, i);

		if (!sum_of(span, layers))
			continue;
		out_printf(out, "<rect class=\"hint\" x=\"%u\" y=\"0\" width=\"10\" "
				"height=\"100\"><title>",
			   i * 10);
		put_moment(out, start_of(c, i), c->time->span_ns);
		for (const struct layer *l = layers; l->of; l++)
			if (l->of(span))
				out_printf(out, ", %llu %s",
					   (unsigned long long)l->of(span), l->name);
		out_text(out, "</title></rect>");
	}
}

static void put_key(struct out *out, const struct report *r, const struct layer *layers)
{
	struct timeline_span all = {
		.conns = r->time.nr, .odd = r->odd, .failed = r->failed,
	};

	memcpy(all.outcomes, r->outcomes, sizeof(all.outcomes));
	out_text(out, "<ul class=\"key\">");
	for (; layers->of; layers++) {
		if (!layers->of(&all))
			continue;
		out_printf(out, "<li><i class=\"%s\"></i>%s <b>", layers->class,
			   layers->name);
		markup_number(out, layers->of(&all));
		out_text(out, "</b></li>");
	}
	out_text(out, "</ul>\n");
}

static void put_scale(struct out *out, const struct chart *c)
{
	out_text(out, "<div class=\"scale\" aria-hidden=\"true\"><span>");
	markup_number(out, c->most);
	out_text(out, "</span><span>0</span></div>\n");
}

static void put_table(struct out *out, const struct chart *c, const char *title,
		      const struct layer *layers)
{
	out_printf(out, "<details><summary>Counts<span class=\"unseen\">: %s</span></summary>"
			"<div class=\"scroll\" role=\"group\" aria-label=\"%s, counted\" "
			"tabindex=\"0\"><table><caption class=\"unseen\">%s, counted</caption>"
			"<thead><tr><th scope=\"col\">from</th>",
		   title, title, title);
	for (const struct layer *l = layers; l->of; l++)
		out_printf(out, "<th scope=\"col\">%s</th>", l->name);
	out_text(out, "</tr></thead><tbody>\n");
	for (unsigned int i = 0; i < c->nr; i++) {
		if (!sum_of(span_at(c, i), layers))
			continue;
		out_text(out, "<tr><th scope=\"row\">");
		put_moment(out, start_of(c, i), c->time->span_ns);
		out_text(out, "</th>");
		for (const struct layer *l = layers; l->of; l++) {
			out_text(out, "<td>");
			markup_number(out, l->of(span_at(c, i)));
			out_text(out, "</td>");
		}
		out_text(out, "</tr>\n");
	}
	out_text(out, "</tbody></table></div></details>\n");
}

static uint64_t most_of(const struct chart *c, const struct layer *layers)
{
	uint64_t most = 1;

	for (unsigned int i = 0; i < c->nr; i++) {
		uint64_t sum = sum_of(span_at(c, i), layers);

		most = sum > most ? sum : most;
	}
	return most;
}

/* To where an axis can end. */
static uint64_t round_up(uint64_t nr)
{
	static const unsigned int steps[] = { 2, 3, 4, 5, 6, 8, 10 };
	uint64_t power = 1;

	while (nr / power >= 10)
		power *= 10;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (steps[i] * power > nr)
			return steps[i] * power;
	return nr;
}

static void put_chart(struct out *out, const struct report *r, struct chart *c,
		      const char *title, const struct layer *layers)
{
	c->most = round_up(most_of(c, layers));
	out_printf(out, "<figure class=\"card chart\" aria-labelledby=\"h-time-%s\">"
			"<figcaption><h3 id=\"h-time-%s\">%s</h3> <span>in each ",
		   layers->class, layers->class, title);
	report_length(out, c->time->span_ns);
	out_text(out, "</span></figcaption>\n");
	put_key(out, r, layers);
	out_printf(out, "<div class=\"plot\"><svg viewBox=\"0 0 %u 100\" "
			"preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s: at most ",
		   c->nr * 10, title);
	markup_number(out, c->most);
	out_text(out, " in each span; the counts follow\">");
	for (unsigned int i = 0; layers[i].of; i++)
		put_layer(out, c, layers, i);
	put_hints(out, c, layers);
	out_text(out, "</svg>\n");
	put_scale(out, c);
	put_axis(out, c);
	out_text(out, "</div>\n");
	put_table(out, c, title, layers);
	out_text(out, "</figure>\n");
}

/**
 * report_time() - draw connections over time
 * @out: where to
 * @r:	 the report
 */
void report_time(struct out *out, const struct report *r)
{
	struct chart c = { .time = &r->time };

	c.nr = timeline_used(&r->time, &c.first);
	if (!c.nr)
		return;
	put_chart(out, r, &c, "Connections", all_layers);
	if (r->failed)
		put_chart(out, r, &c, "Failures", failure_layers);
}
