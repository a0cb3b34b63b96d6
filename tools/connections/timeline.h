/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections by the time at which they began, in a bounded number of spans of the same
 * length, which grows as needed.
 */
#ifndef _TOOLS_TIMELINE_H
#define _TOOLS_TIMELINE_H

#include "connections/spread.h"
#include "output/words.h"

#define TIMELINE_SPANS	160u

/**
 * struct timeline_span - connections that began in a span of time
 * @conns:	how many
 * @outcomes:	by outcome_of()
 * @odd:	those of OUTCOME_ODD
 * @failed:	those of OUTCOME_FAILED
 * @handshake:	how long handshakes took
 */
struct timeline_span {
	uint64_t conns;
	uint64_t odd;
	uint64_t failed;
	uint64_t outcomes[OUTCOMES];
	struct spread handshake;
};

/**
 * struct timeline - spans of time
 * @first_ns:	the first time that there was
 * @last_ns:	the last
 * @begin_ns:	of the first span
 * @span_ns:	how long each is: round on a clock
 * @nr:		connections
 * @span:	the spans
 */
struct timeline {
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t begin_ns;
	uint64_t span_ns;
	uint64_t nr;
	struct timeline_span span[TIMELINE_SPANS];
};

void timeline_add(struct timeline *t, const struct synfin_record_conn *c);
unsigned int timeline_used(const struct timeline *t, unsigned int *first);

#endif /* _TOOLS_TIMELINE_H */
