/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's figures: counters, histograms of durations, the state of its ring.
 */
#ifndef _TOOLS_COUNTERS_H
#define _TOOLS_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/counters.h"
#include "commands/options.h"

#define COUNTERS_MAX		128u
#define COUNTERS_BUCKETS		256u

/**
 * struct counter - a line of /proc/net/synfin/stats
 * @name:	of the counter
 * @value:	of it
 */
struct counter {
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
	} bucket[COUNTERS_BUCKETS];
};

/**
 * struct counters - all of them
 * @nr:		counters
 * @counter:	in the order of the file
 * @nr_histograms: of them
 * @histogram:	in the order of the file
 * @ring_known:	the ring could be read, and so the rest is known
 * @ring_kept:	records that are in it now
 * @ring_cpus:	CPUs that have written any
 * @ring_oldest_ns: when the oldest of them was written, since 1970, 0 for never
 */
struct counters {
	unsigned int nr;
	struct counter counter[COUNTERS_MAX];
	unsigned int nr_histograms;
	struct histogram histogram[16];
	bool ring_known;
	uint64_t ring_kept;
	unsigned int ring_cpus;
	uint64_t ring_oldest_ns;
};

int counters_read_numbers(struct counters *f);
int counters_read(struct counters *f, const struct options *opt);
uint64_t counters_get(const struct counters *f, const char *name);
const struct histogram *counters_histogram(const struct counters *f,
					   const char *name);
uint64_t counters_percentile(const struct histogram *h, unsigned int percent);
const char *counters_meaning(const char *name);
bool counters_is_reason(const char *name);

#endif /* _TOOLS_COUNTERS_H */
