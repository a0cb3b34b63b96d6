/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page about many connections: HTML with its style and its pictures in it, which
 * needs no network and no scripts, and whose size does not grow with their number.
 *
 *	connections -> struct report (sums, spans of time, examples)
 *		    -> report_page (sections) -> report_charts, view_ladder_svg
 */
#ifndef _TOOLS_VIEW_REPORT_H
#define _TOOLS_VIEW_REPORT_H

#include "connections/examples.h"
#include "connections/groups.h"
#include "connections/timeline.h"
#include "output/out.h"

/* Durations whose spread is drawn. */
enum report_span {
	REPORT_SERVER,
	REPORT_CLIENT,
	REPORT_HANDSHAKE,
	REPORT_CLOSE,
	REPORT_SPANS,
};

/**
 * struct report - what the page says
 * @source:	the name of the file, or of the host
 * @more:	files besides
 * @closing:	the closing line: what came of connections, and what was lost
 * @numeric:	ports, not the names of services
 * @odd:	connections that were reset or left half closed
 * @failed:	that did not open
 * @outcomes:	by outcome_of()
 * @time:	when they were
 * @spread:	of durations, by enum report_span
 * @services:	by service
 * @failures:	by outcome and server, those that failed or were reset
 * @slowest:	whose handshake took longest
 * @kinds:	of those that failed, one of each kind
 * @resets:	likewise, of what was reset or left half closed
 */
struct report {
	const char *source;
	unsigned int more;
	const char *closing;
	bool numeric;
	uint64_t odd;
	uint64_t failed;
	uint64_t outcomes[OUTCOMES];
	struct timeline time;
	struct spread spread[REPORT_SPANS];
	struct groups *services;
	struct groups *failures;
	struct examples slowest;
	struct examples kinds;
	struct examples resets;
};

/* view_report.c */
void report_page(struct out *out, struct report *r);

/* report_tables.c */
void report_outcomes(struct out *out, const struct report *r);
void report_services(struct out *out, const struct report *r);
void report_failures(struct out *out, const struct report *r);

/* report_latency.c */
void report_latency(struct out *out, const struct report *r);
void report_spark(struct out *out, const struct spread *s, unsigned int first,
		  unsigned int last);
bool report_range(const struct spread *s, unsigned int nr, unsigned int *first,
		  unsigned int *last);

/* report_time.c */
void report_time(struct out *out, const struct report *r);
void report_length(struct out *out, uint64_t ns);
void report_moment(struct out *out, uint64_t ns, const char *format);

#endif /* _TOOLS_VIEW_REPORT_H */
