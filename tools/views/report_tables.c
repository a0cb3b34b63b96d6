// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of a report: what came of connections, services, failures.
 */
#include <stdlib.h>

#include "output/fmt.h"
#include "output/markup.h"
#include "views/view_report.h"

#define ROWS	25u	/* of a table, at most */

/* Groups in some order. */
struct ranking {
	const struct group **group;
	size_t nr;
};

static int by_conns(const void *a, const void *b)
{
	const struct group *one = *(const struct group *const *)a;
	const struct group *two = *(const struct group *const *)b;

	return (one->conns < two->conns) - (one->conns > two->conns);
}

static bool rank(struct ranking *ranking, const struct groups *groups)
{
	ranking->nr = groups_nr(groups);
	ranking->group = calloc(ranking->nr + 1, sizeof(*ranking->group));
	if (!ranking->group)
		return false;
	for (size_t i = 0; i < ranking->nr; i++)
		ranking->group[i] = groups_at(groups, i);
	qsort(ranking->group, ranking->nr, sizeof(*ranking->group), by_conns);
	return true;
}

static void put_header(struct out *out, const char *label, const char *const *names)
{
	out_printf(out, "<div class=\"card scroll\" role=\"group\" aria-label=\"%s\" "
			"tabindex=\"0\"><table><caption class=\"unseen\">%s</caption><thead>"
			"<tr>",
		   label, label);
	for (; *names; names++) {
		/* What a narrow screen has no room for begins with a blank. */
		bool wide = **names == ' ';

		out_printf(out, "<th scope=\"col\"%s>%s</th>", wide ? " class=\"wide\"" : "",
			   *names + wide);
	}
	out_text(out, "</tr></thead><tbody>\n");
}

static void put_footer(struct out *out, size_t nr)
{
	out_text(out, "</tbody></table></div>\n");
	if (nr <= ROWS)
		return;
	out_text(out, "<p class=\"about\">");
	markup_number(out, nr - ROWS);
	out_text(out, " more are not shown.</p>\n");
}

static void put_count(struct out *out, uint64_t nr, uint64_t of, const char *class)
{
	out_printf(out, "<td%s>", nr ? class : "");
	if (nr) {
		markup_number(out, nr);
		out_text(out, " <small>");
		markup_share(out, nr, of);
		out_text(out, "</small>");
	} else {
		out_text(out, "<span class=\"zero\">0</span>");
	}
	out_text(out, "</td>");
}

static void put_ns(struct out *out, const struct spread *s, unsigned int percent,
		   const char *class)
{
	out_printf(out, "<td%s>", class);
	markup_ns(out, spread_percentile(s, percent));
	out_text(out, "</td>");
}

static void put_bytes(struct out *out, uint64_t bytes)
{
	char text[FMT_ROOM];

	*fmt_bytes(text, bytes) = '\0';
	out_printf(out, "<td class=\"wide\">%s</td>", text);
}

static void put_service(struct out *out, const struct group *g, unsigned int first,
			unsigned int last)
{
	out_text(out, "<tr><th scope=\"row\">");
	markup_text(out, g->key[0]);
	out_text(out, "</th><td>");
	markup_number(out, g->conns);
	out_text(out, "</td>");
	put_count(out, g->failed, g->conns, " class=\"is-failed\"");
	put_count(out, g->resets, g->conns, " class=\"is-odd\"");
	put_ns(out, &g->server, 50, "");
	put_ns(out, &g->server, 99, "");
	out_text(out, "<td class=\"wide\">");
	report_spark(out, &g->server, first, last);
	out_text(out, "</td>");
	put_ns(out, &g->client, 50, " class=\"wide\"");
	put_ns(out, &g->client, 99, " class=\"wide\"");
	put_bytes(out, g->up);
	put_bytes(out, g->down);
	out_text(out, "</tr>\n");
}

/**
 * report_services() - a table of services
 * @out: where to
 * @r:	 the report
 */
void report_services(struct out *out, const struct report *r)
{
	static const char *const names[] = {
		"service", "connections", "failed", "reset", "server, median", "99 %",
		" spread", " client, median", " 99 %", " bytes up", " down", NULL,
	};
	unsigned int first = 0, last = 0;
	struct ranking ranking;

	if (!rank(&ranking, r->services))
		return;
	report_range(&r->spread[REPORT_SERVER], 1, &first, &last);
	put_header(out, "How connections to each service fared", names);
	for (size_t i = 0; i < ranking.nr && i < ROWS; i++)
		put_service(out, ranking.group[i], first, last);
	put_footer(out, ranking.nr);
	free(ranking.group);
}

/**
 * report_failures() - a table of what failed, and at which server
 * @out: where to
 * @r:	 the report
 */
void report_failures(struct out *out, const struct report *r)
{
	static const char *const names[] = {
		"outcome", "server", "connections", " share", NULL,
	};
	struct ranking ranking;

	if (!groups_nr(r->failures)) {
		out_text(out, "<p class=\"none\">All that were followed opened, and none "
			      "was reset.</p>\n");
		return;
	}
	if (!rank(&ranking, r->failures))
		return;
	put_header(out, "What failed or was reset, and at which server", names);
	for (size_t i = 0; i < ranking.nr && i < ROWS; i++) {
		const struct group *g = ranking.group[i];

		out_printf(out, "<tr><td class=\"word %s\">", g->failed ? "is-failed" : "is-odd");
		markup_text(out, g->key[0]);
		out_text(out, "</td><th scope=\"row\">");
		markup_text(out, g->key[1]);
		out_text(out, "</th><td>");
		markup_number(out, g->conns);
		out_text(out, "</td><td class=\"wide\">");
		markup_share(out, g->conns, r->time.nr);
		out_text(out, "</td></tr>\n");
	}
	put_footer(out, ranking.nr);
	free(ranking.group);
}

static const char *class_of(unsigned int outcome)
{
	unsigned int closing = outcome - SYNFIN_OPEN_NR;

	if (outcome < SYNFIN_OPEN_NR)
		return outcome == SYNFIN_OPEN_OPENING ? "ordinary" : "failed";
	return closing == SYNFIN_CLOSE_RESET || closing == SYNFIN_CLOSE_HALF_CLOSED ||
	       closing == SYNFIN_CLOSE_EVICTED ? "odd" : "ordinary";
}

/**
 * report_outcomes() - what came of all connections, as bars
 * @out: where to
 * @r:	 the report
 */
void report_outcomes(struct out *out, const struct report *r)
{
	uint64_t most = 1;

	for (unsigned int i = 0; i < OUTCOMES; i++)
		most = r->outcomes[i] > most ? r->outcomes[i] : most;
	out_text(out, "<ul class=\"card outcomes\">\n");
	/* What opened before what did not. */
	for (unsigned int i = 0; i < OUTCOMES; i++) {
		unsigned int o = (i + SYNFIN_OPEN_NR) % OUTCOMES;
		uint64_t nr = r->outcomes[o];

		if (!nr)
			continue;
		out_text(out, "<li><span>");
		markup_text(out, outcome_word(o)->text);
		out_text(out, "</span><b>");
		markup_number(out, nr);
		out_text(out, "</b><small>");
		markup_share(out, nr, r->time.nr);
		out_printf(out, "</small><i class=\"%s\" style=\"width:%.2f%%\"></i></li>\n",
			   class_of(o), 100 * (double)nr / (double)most);
	}
	out_text(out, "</ul>\n");
}
