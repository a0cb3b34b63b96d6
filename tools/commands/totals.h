/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The closing line: how many connections, what came of them, what was lost.
 */
#ifndef _TOOLS_TOTALS_H
#define _TOOLS_TOTALS_H

#include "sources/source.h"
#include "output/words.h"

/**
 * struct totals - what was shown
 * @conns:	connections
 * @phases:	phases, if those are what is shown
 * @records:	records, if those are
 * @forgotten:	connections that were too many to be kept until they ended
 * @outcomes:	connections by outcome_of()
 */
struct totals {
	uint64_t conns;
	uint64_t phases;
	uint64_t records;
	uint64_t forgotten;
	uint64_t outcomes[OUTCOMES];
};

void totals_conn(struct totals *t, const struct synfin_record_conn *c);
void totals_put(const struct totals *t, struct source *src, struct out *out);
void closing_line(struct out *out, const char *format, ...) __printf(2, 3);

#endif /* _TOOLS_TOTALS_H */
