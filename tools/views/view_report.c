// SPDX-License-Identifier: GPL-2.0
/*
 * A report: the page and its sections.
 */
#include <stdlib.h>
#include <time.h>

#include "output/fmt.h"
#include "output/markup.h"
#include "views/style.h"
#include "views/view_ladder_svg.h"
#include "views/view_report.h"
#include "views/wireshark.h"

#define NS_PER_S	1000000000ull

/* Nothing is fetched, whatever the page says. */
static const char head[] =
	"<!doctype html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; img-src data:\">\n"
	"<meta name=\"generator\" content=\"synfin " SYNFIN_RELEASE "\">\n"
	"<link rel=\"icon\" href=\"data:,\">\n";

static void put_source(struct out *out, const struct report *r)
{
	markup_text(out, r->source);
	if (r->more)
		out_printf(out, " and %u more", r->more);
}

static void put_head(struct out *out, const struct report *r)
{
	out_text(out, head);
	out_text(out, "<title>Connections of ");
	put_source(out, r);
	out_text(out, "</title>\n<style>\n");
	out_text(out, style_colours);
	out_text(out, style_report);
	out_text(out, style_ladder);
	out_text(out, "</style>\n</head>\n<body>\n");
}

static bool on_one_day(uint64_t a_ns, uint64_t b_ns)
{
	time_t a = (time_t)(a_ns / NS_PER_S), b = (time_t)(b_ns / NS_PER_S);
	struct tm one = {}, two = {};

	localtime_r(&a, &one);
	localtime_r(&b, &two);
	return one.tm_yday == two.tm_yday && one.tm_year == two.tm_year;
}

static void put_span(struct out *out, const struct report *r)
{
	const struct timeline *t = &r->time;
	uint64_t last = t->last_ns;

	if (!t->nr)
		return;
	out_text(out, "<p class=\"when\">");
	report_moment(out, t->first_ns, "%d %B %Y, %H:%M:%S");
	out_text(out, " to ");
	report_moment(out, last, on_one_day(t->first_ns, last) ?
				 "%H:%M:%S %Z" : "%d %B %Y, %H:%M:%S %Z");
	out_text(out, " <span>(");
	report_length(out, last - t->first_ns);
	out_text(out, ")</span></p>\n");
}

static void put_header(struct out *out, const struct report *r)
{
	out_text(out, "<a class=\"skip\" href=\"#main\">To the report</a>\n<header>\n<p "
		      "class=\"mark\">synfin</p>\n<h1>Connections of <span>");
	put_source(out, r);
	out_text(out, "</span></h1>\n");
	put_span(out, r);
	out_text(out, "</header>\n<nav aria-label=\"Sections\"><ul>\n"
		      "<li><a href=\"#summary\">Summary</a></li>\n");
	if (r->time.nr)
		out_text(out, "<li><a href=\"#time\">Over time</a></li>\n"
			      "<li><a href=\"#latency\">Latency</a></li>\n"
			      "<li><a href=\"#services\">Services</a></li>\n"
			      "<li><a href=\"#failures\">Failures</a></li>\n");
	if (r->kinds.nr || r->resets.nr || r->slowest.nr)
		out_printf(out, "<li><a href=\"#%s\">Ladders</a></li>\n",
			   r->kinds.nr ? "failed" : r->resets.nr ? "reset" : "slowest");
	out_text(out, "</ul></nav>\n<main id=\"main\">\n");
}

static void put_tile(struct out *out, const char *class, uint64_t nr, uint64_t of,
		     const char *what)
{
	out_printf(out, "<div class=\"card tile%s%s\"><dt>%s</dt><dd>", *class ? " " : "",
		   nr ? class : "", what);
	markup_number(out, nr);
	if (of) {
		out_text(out, " <small>");
		markup_share(out, nr, of);
		out_text(out, "</small>");
	}
	out_text(out, "</dd></div>\n");
}

static void put_ns_tile(struct out *out, const struct spread *s, unsigned int percent,
			const char *what)
{
	out_printf(out, "<div class=\"card tile\"><dt>%s</dt><dd>", what);
	markup_ns(out, spread_percentile(s, percent));
	out_text(out, "</dd></div>\n");
}

static void put_summary(struct out *out, const struct report *r)
{
	uint64_t nr = r->time.nr;

	out_text(out, "<section id=\"summary\" aria-labelledby=\"h-summary\"><h2 "
		      "id=\"h-summary\">Summary</h2>\n<dl class=\"tiles\">\n");
	put_tile(out, "", nr, 0, "connections");
	put_tile(out, "is-failed", r->failed, nr, "failed to open");
	put_tile(out, "is-odd", r->odd, nr, "reset, or left half closed");
	put_ns_tile(out, &r->spread[REPORT_HANDSHAKE], 50, "handshake, median");
	put_ns_tile(out, &r->spread[REPORT_HANDSHAKE], 99, "handshake, 99 %");
	out_text(out, "</dl>\n");
	if (nr)
		report_outcomes(out, r);
	else
		out_text(out, "<p class=\"none\">No connection has ended.</p>\n");
	out_text(out, "</section>\n");
}

static void put_section(struct out *out, const struct report *r, const char *id,
			const char *title, void (*put)(struct out *out, const struct report *r))
{
	out_printf(out, "<section id=\"%s\" aria-labelledby=\"h-%s\"><h2 id=\"h-%s\">%s</h2>\n",
		   id, id, id, title);
	put(out, r);
	out_text(out, "</section>\n");
}

static void put_filter(struct out *out, const struct synfin_record_head *h)
{
	char part[WIRESHARK_PARTS][FMT_ROOM];
	unsigned int i, nr = wireshark_filter(part, h);

	out_text(out, "<p class=\"filter\">Wireshark: <code>");
	for (i = 0; i < nr; i++)
		out_printf(out, "%s%s", i ? " &amp;&amp; " : "", part[i]);
	out_text(out, "</code></p>\n");
}

static void put_ladder(struct out *out, const struct report *r, const struct example *e,
		       unsigned int number)
{
	static const char *const classes[] = {
		[OUTCOME_ORDINARY] = "", [OUTCOME_ODD] = " is-odd",
		[OUTCOME_FAILED] = " is-failed",
	};
	const struct conn *c = &e->conn;
	struct ladder_svg how = { .y = -1, .number = number };
	char outcome[FMT_ROOM];

	how.ladder.numeric = r->numeric;
	ladder_outcome(c, false, outcome, sizeof(outcome));
	out_printf(out, "<article class=\"card ladder\" aria-labelledby=\"h-ladder-%u\"><h3 "
			"id=\"h-ladder-%u\">",
		   number, number);
	ladder_svg_who(out, &c->sum.head, r->numeric);
	out_printf(out, "</h3>\n<p class=\"outcome%s\">", classes[outcome_class(&c->sum)]);
	markup_text(out, outcome);
	if (e->nr > 1) {
		out_text(out, " <small>one of ");
		markup_number(out, e->nr);
		out_text(out, " like it</small>");
	}
	out_text(out, "</p>\n<p class=\"began\">");
	report_moment(out, c->sum.head.time_ns, "%d %B %Y, %H:%M:%S");
	out_printf(out, ".%06u</p>\n", (unsigned int)(c->sum.head.time_ns % 1000000000 / 1000));
	ladder_svg_draw(out, c, &how);
	put_filter(out, &c->sum.head);
	out_text(out, "</article>\n");
}

static void put_ladders(struct out *out, const struct report *r, struct examples *e,
			unsigned int most, const char *id, const char *title,
			const char *about)
{
	static unsigned int number;

	if (!e->nr)
		return;
	examples_sort(e);
	out_printf(out, "<section id=\"%s\" aria-labelledby=\"h-%s\"><h2 "
			"id=\"h-%s\">%s</h2>\n<p class=\"about\">%s</p>\n<div "
			"class=\"ladders\">\n",
		   id, id, id, title, about);
	for (unsigned int i = 0; i < e->nr && i < most; i++)
		put_ladder(out, r, &e->example[i], ++number);
	out_text(out, "</div>\n</section>\n");
}

/**
 * report_page() - write the page
 * @out: where to
 * @r:	 the report; its examples are put in order
 */
void report_page(struct out *out, struct report *r)
{
	put_head(out, r);
	put_header(out, r);
	put_summary(out, r);
	if (r->time.nr) {
		put_section(out, r, "time", "Over time", report_time);
		put_section(out, r, "latency", "Latency", report_latency);
		put_section(out, r, "services", "Services", report_services);
		put_section(out, r, "failures", "Failures", report_failures);
	}
	put_ladders(out, r, &r->kinds, 9, "failed", "Failed connections",
		    "One of each kind: what came of it, and which server it was. The most "
		    "frequent first.");
	put_ladders(out, r, &r->resets, 6, "reset", "Connections that were reset",
		    "Those that opened, and ended by a reset or on one side only; one of "
		    "each kind.");
	put_ladders(out, r, &r->slowest, 6, "slowest", "Slowest handshakes",
		    "From the first SYN to the ACK, retransmissions included.");
	out_text(out, "</main>\n<footer><p>");
	markup_text(out, r->closing);
	out_text(out, "</p>\n<p>Made by synfin " SYNFIN_RELEASE
		      ". Sequence numbers are counted from the initial ones, x and y.</p>"
		      "</footer>\n</body>\n</html>\n");
}
