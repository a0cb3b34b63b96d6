/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's figures: counters, histograms of durations, the state of its ring.
 */
#ifndef _TOOLS_FIGURES_H
#define _TOOLS_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/counters.h"
#include "commands/options.h"

#define FIGURES_MAX		128u
#define FIGURES_BUCKETS		256u

/**
 * struct figure - a line of /proc/net/synfin/stats
 * @name:	of the counter
 * @value:	of it
 */
struct figure {
	char name[32];
	uint64_t value;
};

/**
 * struct histogram - durations of one kind
 * @name:	of them
 * @nr:		buckets
 * @total:	how many durations
 * @bucket:	from @lower up to, and without, @upper there were @count
 */
struct histogram {
	char name[32];
	unsigned int nr;
	uint64_t total;
	struct {
		uint64_t lower;
		uint64_t upper;
		uint64_t count;
	} bucket[FIGURES_BUCKETS];
};

/**
 * struct figures - all of them
 * @nr:		counters
 * @figure:	in the order of the file
 * @nr_histograms: of them
 * @histogram:	in the order of the file
 * @ring_known:	the ring could be read, and so the rest is known
 * @ring_kept:	records that are in it now
 * @ring_cpus:	CPUs that have written any
 * @ring_oldest_ns: when the oldest of them was written, since 1970, 0 for never
 */
struct figures {
	unsigned int nr;
	struct figure figure[FIGURES_MAX];
	unsigned int nr_histograms;
	struct histogram histogram[16];
	bool ring_known;
	uint64_t ring_kept;
	unsigned int ring_cpus;
	uint64_t ring_oldest_ns;
};

int figures_read(struct figures *f, const struct options *opt);
uint64_t figures_get(const struct figures *f, const char *name);
const struct histogram *figures_histogram(const struct figures *f,
					  const char *name);
uint64_t figures_percentile(const struct histogram *h, unsigned int percent);
const char *figures_meaning(const char *name);
bool figures_is_reason(const char *name);

#endif /* _TOOLS_FIGURES_H */
