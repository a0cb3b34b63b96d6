/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Metrics as text: OpenMetrics, or the older format that node_exporter reads.
 */
#ifndef _TOOLS_OPENMETRICS_H
#define _TOOLS_OPENMETRICS_H

#include <stdio.h>

#include "commands/counters.h"
#include "export/tally.h"

/**
 * struct metrics - what is shown at one moment
 * @tally:	connections
 * @counters:	the module's counters; none if @loaded is false
 * @loaded:	the module is there
 * @live:	connections come from it, not from a file
 * @lost:	records that this reader lost
 */
struct metrics {
	const struct tally *tally;
	const struct counters *counters;
	bool loaded;
	bool live;
	uint64_t lost;
};

#define OPENMETRICS_TYPE \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"
#define OPENMETRICS_OLD_TYPE	"text/plain; version=0.0.4; charset=utf-8"

void openmetrics_write(FILE *f, const struct metrics *m, bool old);

#endif /* _TOOLS_OPENMETRICS_H */
