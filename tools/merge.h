/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts records of several CPUs into one order: that of time, and on each CPU that
 * in which they were written.
 */
#ifndef _TOOLS_MERGE_H
#define _TOOLS_MERGE_H

#include <stddef.h>

#include "source.h"

/* Records of one CPU that wait at most. */
#define MERGE_QUEUE	2048u

struct merge;

struct merge *merge_new(unsigned int nr_queues);
void merge_free(struct merge *m);
union synfin_record *merge_slot(struct merge *m, unsigned int queue);
bool merge_waiting(const struct merge *m, unsigned int queue);
uint64_t merge_push(struct merge *m, unsigned int queue);
size_t merge_deliver(struct merge *m, uint64_t until, const struct sink *sink,
		     bool *enough);

#endif /* _TOOLS_MERGE_H */
