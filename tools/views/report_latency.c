// SPDX-License-Identifier: GPL-2.0
/*
 * How durations are spread, drawn: a bar for each quarter of a doubling, all charts
 * over the same axis, so that they can be compared.
 */
#include <stdio.h>

#include "output/markup.h"
#include "views/view_report.h"

/* Quarters of a doubling that an axis shows at least, and bars are high. */
#define QUARTERS_LEAST	12u
#define HIGH		100.0

/* How wide labels of the axis are in the narrowest chart, in hundredths of it. */
#define TICK_MARGIN	4.0
#define TICK_LETTER	3.0

static const struct {
	const char *title;
	const char *meaning;
} charts[REPORT_SPANS] = {
	[REPORT_SERVER] = { "The server’s side", "from SYN to SYN-ACK" },
	[REPORT_CLIENT] = { "The client’s side", "from SYN-ACK to ACK" },
	[REPORT_HANDSHAKE] = { "The handshake", "from the first SYN to the ACK" },
	[REPORT_CLOSE] = { "The close", "from the first FIN to the last ACK" },
};

/**
 * report_range() - between which buckets all of some spreads are
 * @s:		the spreads
 * @nr:		how many
 * @first:	set to the first bucket
 * @last:	set to the last
 *
 * Return: false if there is nothing.
 */
bool report_range(const struct spread *s, unsigned int nr, unsigned int *first,
		  unsigned int *last)
{
	bool any = false;

	for (; nr--; s++) {
		for (unsigned int i = 0; i < SPREAD_BUCKETS; i++) {
			if (!s->count[i])
				continue;
			*first = any && *first < i ? *first : i;
			*last = any && *last > i ? *last : i;
			any = true;
		}
	}
	if (!any)
		return false;
	for (; *last - *first < QUARTERS_LEAST; *last += *last < SPREAD_BUCKETS - 1)
		*first -= *first > 4;
	return true;
}

static uint64_t most_of(const struct spread *s, unsigned int first, unsigned int last)
{
	uint64_t most = 1;

	for (unsigned int i = first; i <= last; i++)
		most = s->count[i] > most ? s->count[i] : most;
	return most;
}

/* A bar is seen at all if there is anything. */
static double high(uint64_t count, uint64_t most)
{
	double share = HIGH * (double)count / (double)most;

	return count && share < 1.5 ? 1.5 : share;
}

static void put_bars(struct out *out, const struct spread *s, unsigned int first,
		     unsigned int last)
{
	uint64_t most = most_of(s, first, last);

	out_text(out, "<path class=\"bar\" d=\"");
	for (unsigned int i = first; i <= last; i++)
		if (s->count[i])
			out_printf(out, "M%u 100v%.4gh10v%.4gz", (i - first) * 10,
				   -high(s->count[i], most), high(s->count[i], most));
	out_text(out, "\"/>");
}

/**
 * report_spark() - draw a spread in the room of a word
 * @out:	where to
 * @s:		the spread
 * @first:	bucket at the left
 * @last:	at the right
 */
void report_spark(struct out *out, const struct spread *s, unsigned int first,
		  unsigned int last)
{
	if (!s->nr)
		return;
	out_printf(out, "<svg class=\"spark\" viewBox=\"0 0 %u 100\" "
			"preserveAspectRatio=\"none\" aria-hidden=\"true\">",
		   (last - first + 1) * 10);
	put_bars(out, s, first, last);
	out_text(out, "</svg>");
}

/* How far from the left a duration is, in hundredths of the whole axis. */
static double place(uint64_t ns, unsigned int first, unsigned int last)
{
	unsigned int i = first;
	uint64_t lower;

	while (i < last && spread_lower(i + 1) <= ns)
		i++;
	lower = spread_lower(i);
	return 100 * ((double)(i - first) + (double)(ns - lower) /
		      (double)(spread_lower(i + 1) - lower)) / (last - first + 1);
}

/* A power of ten. */
struct tick {
	double place;
	double width;
	char label[12];
};

static struct tick tick_at(uint64_t ns, unsigned int first, unsigned int last)
{
	static const char *const units[] = { "ns", "µs", "ms", "s" };
	struct tick tick = { .place = place(ns, first, last) };
	unsigned int unit = 0, digits;

	for (; unit < 3 && ns >= 1000; unit++)
		ns /= 1000;
	digits = (unsigned int)snprintf(tick.label, sizeof(tick.label), "%u %s",
					(unsigned int)ns, units[unit]);
	tick.width = TICK_MARGIN + TICK_LETTER * (digits - (unit == 1));
	return tick;
}

/* From where on the label of a tick takes room. */
static double left_of(const struct tick *tick)
{
	return tick->place + tick->width <= 100 ? tick->place : tick->place - tick->width;
}

/* The last tick has its label; of others those that have room before the next one. */
static void put_axis(struct out *out, unsigned int first, unsigned int last)
{
	uint64_t from = spread_lower(first), to = spread_lower(last + 1);
	double free = 100;
	struct tick tick[20];
	unsigned int nr = 0;

	for (uint64_t ns = 1; ns <= to && nr < ARRAY_SIZE(tick); ns *= 10)
		if (ns >= from)
			tick[nr++] = tick_at(ns, first, last);
	out_text(out, "<div class=\"axis\" aria-hidden=\"true\">");
	while (nr--) {
		double left = left_of(&tick[nr]);
		bool room = left + tick[nr].width <= free && left >= 0;

		markup_tick(out, tick[nr].place, room ? tick[nr].width : 0, 0);
		if (room) {
			out_text(out, tick[nr].label);
			free = left;
		}
		out_text(out, "</span>");
	}
	out_text(out, "</div>\n");
}

static void put_mark(struct out *out, const struct spread *s, unsigned int percent,
		     unsigned int first, unsigned int last)
{
	double x = place(spread_percentile(s, percent), first, last) *
		   (last - first + 1) / 10;

	out_printf(out, "<path class=\"mark p%u\" d=\"M%.2f 0V100\"/>", percent, x);
}

static void put_title(struct out *out, uint64_t ns, const char *before)
{
	out_text(out, before);
	markup_ns(out, ns);
}

/* The counts, for a mouse; the table below has them for everybody. */
static void put_hints(struct out *out, const struct spread *s, unsigned int first,
		      unsigned int last)
{
	for (unsigned int i = first; i <= last; i++) {
		if (!s->count[i])
			continue;
		out_printf(out, "<rect class=\"hint\" x=\"%u\" y=\"0\" width=\"10\" "
				"height=\"100\"><title>",
			   (i - first) * 10);
		put_title(out, spread_lower(i), "from ");
		put_title(out, spread_lower(i + 1), " to ");
		out_printf(out, ": %u</title></rect>", s->count[i]);
	}
}

static void put_summary(struct out *out, const struct spread *s)
{
	static const struct {
		const char *name;
		unsigned int percent;
	} points[] = { { "median", 50 }, { "90 %", 90 }, { "99 %", 99 }, { "longest", 100 } };

	out_text(out, "<dl class=\"points\">");
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		out_printf(out, "<div><dt>%s</dt><dd>", points[i].name);
		markup_ns(out, points[i].percent == 100 ? s->most :
			       spread_percentile(s, points[i].percent));
		out_text(out, "</dd></div>");
	}
	out_text(out, "</dl>\n");
}

/* Four quarters are a doubling, a row. */
static void put_table(struct out *out, const struct spread *s, const char *title,
		      unsigned int first, unsigned int last)
{
	out_printf(out, "<details><summary>Counts<span class=\"unseen\">: %s</span></summary>"
			"<table><caption class=\"unseen\">%s, counted</caption><thead><tr><th "
			"scope=\"col\">from</th><th scope=\"col\">to</th><th "
			"scope=\"col\">connections</th></tr></thead><tbody>\n",
		   title, title);
	for (unsigned int i = first & ~3u; i <= last; i += 4) {
		uint64_t nr = 0;

		for (unsigned int j = i; j < i + 4 && j < SPREAD_BUCKETS; j++)
			nr += s->count[j];
		if (!nr)
			continue;
		out_text(out, "<tr><th scope=\"row\">");
		markup_ns(out, spread_lower(i));
		out_text(out, "</th><td>");
		markup_ns(out, spread_lower(i + 4));
		out_text(out, "</td><td>");
		markup_number(out, nr);
		out_text(out, "</td></tr>\n");
	}
	out_text(out, "</tbody></table></details>\n");
}

static void put_chart(struct out *out, const struct report *r, enum report_span which,
		      unsigned int first, unsigned int last)
{
	const struct spread *s = &r->spread[which];

	out_printf(out, "<figure class=\"card chart\" aria-labelledby=\"h-spread-%u\">"
			"<figcaption><h3 id=\"h-spread-%u\">%s</h3> <span>%s</span>"
			"</figcaption>\n",
		   which, which, charts[which].title, charts[which].meaning);
	if (!s->nr) {
		out_text(out, "<p class=\"none\">None is known.</p></figure>\n");
		return;
	}
	put_summary(out, s);
	out_printf(out, "<div class=\"plot short\"><svg viewBox=\"0 0 %u 100\" "
			"preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s of ",
		   (last - first + 1) * 10, charts[which].title);
	markup_number(out, s->nr);
	put_title(out, spread_percentile(s, 50), " connections: median ");
	put_title(out, spread_percentile(s, 99), ", 99 percent below ");
	out_text(out, "\">");
	put_bars(out, s, first, last);
	put_mark(out, s, 50, first, last);
	put_mark(out, s, 99, first, last);
	put_hints(out, s, first, last);
	out_text(out, "</svg>\n");
	put_axis(out, first, last);
	out_text(out, "</div>\n");
	put_table(out, s, charts[which].title, first, last);
	out_text(out, "</figure>\n");
}

/**
 * report_latency() - draw how all durations are spread
 * @out: where to
 * @r:	 the report
 */
void report_latency(struct out *out, const struct report *r)
{
	unsigned int first, last;

	if (!report_range(r->spread, REPORT_SPANS, &first, &last)) {
		out_text(out, "<p class=\"none\">No handshake was seen.</p>\n");
		return;
	}
	out_text(out, "<p class=\"about\">All four over the same scale, in which each step "
		      "is ten times as long. The solid line is the median, the "
		      "dashed one the 99th percentile.</p>\n<div class=\"grid\">\n");
	for (unsigned int i = 0; i < REPORT_SPANS; i++)
		put_chart(out, r, (enum report_span)i, first, last);
	out_text(out, "</div>\n");
}
