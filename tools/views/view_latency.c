// SPDX-License-Identifier: GPL-2.0
/*
 * synfin latency: percentiles of a group, and a bar for each doubling. A narrow terminal
 * gets fewer percentiles and shorter bars, or none: no line is longer than it is wide.
 */
#include "views/view_latency.h"

#include <stdio.h>
#include <string.h>

#include "output/fmt.h"
#include "output/terminal.h"

#define BAR_MAX		40u	/* columns of the longest bar */
#define BAR_LEAST	3u
#define BESIDE_BAR	22u	/* a duration and a count */
#define CELL		8u	/* a percentile */

/* What stands in a row, from the left, and which go first where there is no room. */
static const struct point {
	const char *name;
	unsigned int percent;
	unsigned int least;	/* is shown where at least so many are */
} points[] = { { "p50", 50, 1 }, { "p90", 90, 4 }, { "p99", 99, 2 }, { "max", 100, 3 } };

/**
 * struct page - how wide everything is
 * @out:	where it goes
 * @utf8:	bars may be of blocks
 * @name:	columns of a row's name, with what is before it
 * @points:	how many percentiles there is room for
 * @bar:	columns of the longest bar, 0 for none
 * @width:	of all
 */
struct page {
	struct out *out;
	bool utf8;
	unsigned int name;
	unsigned int points;
	unsigned int bar;
	unsigned int width;
};

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static struct page page_of(struct out *out, bool utf8)
{
	struct page page = { .out = out, .utf8 = utf8, .name = 14, .points = 4 };
	bool bounded;

	page.width = terminal_width(&bounded);
	if (!bounded)
		page.width = TERM_WIDTH;
	if (page.width < page.name + 4 * CELL) {
		page.name = 11;
		page.points = page.width > page.name ? (page.width - page.name) / CELL : 0;
		page.points = page.points ? smaller(page.points, 3) : 1;
	}
	if (page.width >= BESIDE_BAR + BAR_LEAST)
		page.bar = smaller(page.width - BESIDE_BAR, BAR_MAX);
	return page;
}

static void put_ns(struct out *out, uint64_t ns)
{
	char text[FMT_ROOM];

	if (ns == SYNFIN_NS_NONE)
		strcpy(text, "-");
	else
		*fmt_duration(text, ns, 6) = '\0';
	out_printf(out, " %7s", text);
}

static void put_points(const struct page *page, const char *name, const struct spread *s)
{
	out_printf(page->out, "  %-*s", page->name - 2, name);
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		if (points[i].least > page->points)
			continue;
		if (!s)
			out_printf(page->out, " %7s", points[i].name);
		else if (points[i].percent == 100)
			put_ns(page->out, s->nr ? s->most : SYNFIN_NS_NONE);
		else
			put_ns(page->out, spread_percentile(s, points[i].percent));
	}
	out_text(page->out, "\n");
}

/* As long as its share of the longest, and seen at all if there is any. */
static void put_bar(const struct page *page, uint64_t count, uint64_t most)
{
	unsigned int len = (unsigned int)((count * page->bar + most - 1) / most);

	if (len)
		out_text(page->out, "  ");
	while (len--)
		out_text(page->out, page->utf8 ? "█" : "#");
}

static void put_bars(const struct page *page, const char *side, const struct spread *s)
{
	uint64_t most = 0, doubling[SPREAD_BUCKETS / 4 + 1] = { 0 };
	unsigned int first = 0, last = 0;

	if (!s->nr)
		return;
	for (unsigned int i = 0; i < SPREAD_BUCKETS; i++)
		doubling[i / 4] += s->count[i];
	for (unsigned int i = 0; i < ARRAY_SIZE(doubling); i++) {
		if (!doubling[i])
			continue;
		first = most ? first : i;
		last = i;
		most = doubling[i] > most ? doubling[i] : most;
	}
	out_printf(page->out, page->width < 26 ? "\n  %s, from\n" :
		   "\n  the %s's side, from\n", side);
	for (unsigned int i = first; i <= last; i++) {
		out_text(page->out, "  ");
		put_ns(page->out, spread_lower(4 * i));
		out_printf(page->out, " %9llu", (unsigned long long)doubling[i]);
		put_bar(page, doubling[i], most);
		out_text(page->out, "\n");
	}
}

/* Who it is, and how many, on a line of its own where there is no room beside it. */
static void put_heading(const struct page *page, const struct group *group,
			unsigned int keys)
{
	char count[4 * FMT_ROOM], number[FMT_ROOM];
	unsigned int used = 0;
	int len;

	*fmt_grouped(number, group->conns) = '\0';
	len = snprintf(count, sizeof(count), "(%s connection%s", number,
		       group->conns == 1 ? "" : "s");
	if (group->failed) {
		*fmt_grouped(number, group->failed) = '\0';
		len += snprintf(count + len, sizeof(count) - (size_t)len, ",%c%s failed",
				page->width < 36 ? '\n' : ' ', number);
	}
	for (unsigned int i = 0; i < keys; i++) {
		unsigned int more = (unsigned int)strlen(group->key[i]) + !!i;

		if (i && used + more > page->width) {
			out_text(page->out, "\n");
			used = 0;
		}
		out_printf(page->out, "%s%s", i && used ? " " : "", group->key[i]);
		used += more;
	}
	out_printf(page->out, "%s%s)\n", used + 3 + (unsigned int)len > page->width ?
		   "\n" : "  ", count);
}

/**
 * latency_show() - show one group
 * @out:	where to
 * @group:	the group
 * @keys:	how many words it is named by
 * @utf8:	whether bars may be of blocks
 */
void latency_show(struct out *out, const struct group *group, unsigned int keys, bool utf8)
{
	struct page page = page_of(out, utf8);

	put_heading(&page, group, keys);
	put_points(&page, "", NULL);
	put_points(&page, "server", &group->server);
	put_points(&page, "client", &group->client);
	put_points(&page, "handshake", &group->handshake);
	put_points(&page, "close", &group->closing);
	/* Where first bytes were looked at. */
	if (group->request.nr || group->response.nr) {
		put_points(&page, "request", &group->request);
		put_points(&page, "response", &group->response);
	}
	if (group->tls.nr)
		put_points(&page, "tls", &group->tls);
	put_bars(&page, "server", &group->server);
	put_bars(&page, "client", &group->client);
}
