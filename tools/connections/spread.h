/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How durations are spread: four buckets for each doubling, as in the module.
 */
#ifndef _TOOLS_SPREAD_H
#define _TOOLS_SPREAD_H

#include <stdint.h>

#define SPREAD_BUCKETS	252u

/**
 * struct spread - durations of one kind
 * @nr:		how many
 * @least:	the shortest
 * @most:	the longest
 * @count:	by spread_bucket()
 */
struct spread {
	uint64_t nr;
	uint64_t least;
	uint64_t most;
	uint32_t count[SPREAD_BUCKETS];
};

void spread_add(struct spread *s, uint64_t ns);
void spread_merge(struct spread *s, const struct spread *other);
uint64_t spread_percentile(const struct spread *s, unsigned int percent);
uint64_t spread_lower(unsigned int bucket);

#endif /* _TOOLS_SPREAD_H */
