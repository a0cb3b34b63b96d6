/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts records of several rings into one order: that of time, and in each ring that
 * in which they were written.
 */
#ifndef _TOOLS_MERGE_H
#define _TOOLS_MERGE_H

#include <stddef.h>

#include "sources/source.h"

/* Records of one ring that wait at most; a power of two. They fit in a cache. */
#define MERGE_QUEUE	512u

/**
 * struct merge_record - a record that waits
 * @time: when it was written, as far as is known
 * @rec: the record
 */
struct merge_record {
	uint64_t time;
	union synfin_record rec;
};

/**
 * struct merge_queue - the records of a ring that wait
 * @ring:	room for MERGE_QUEUE of them
 * @first:	the number of the first; its place is the rest by MERGE_QUEUE
 * @end:	the number of the next to come
 * @last:	the time of the last one that came
 */
struct merge_queue {
	struct merge_record *ring;
	unsigned int first;
	unsigned int end;
	uint64_t last;
};

struct merge;

struct merge *merge_new(unsigned int nr_queues);
void merge_free(struct merge *m);
struct merge_queue *merge_queue(struct merge *m, unsigned int ring);
bool merge_alloc(struct merge_queue *q);
void merge_enter(struct merge *m, struct merge_queue *q);
size_t merge_deliver(struct merge *m, uint64_t until, const struct sink *sink,
		     bool *enough);

static inline struct merge_record *merge_at(const struct merge_queue *q,
					    unsigned int number)
{
	return &q->ring[number % MERGE_QUEUE];
}

/**
 * merge_waiting() - how many records of a ring were not handed on?
 * @q: its queue
 *
 * Return: so many.
 */
static inline unsigned int merge_waiting(const struct merge_queue *q)
{
	return q->end - q->first;
}

/**
 * merge_slot() - where the next record of a ring goes
 * @q: its queue
 *
 * Return: to be filled, then merge_push(); NULL if the queue is full, or there is
 * no memory for it.
 */
static inline union synfin_record *merge_slot(struct merge_queue *q)
{
	if (q->end - q->first == MERGE_QUEUE || (!q->ring && !merge_alloc(q)))
		return NULL;
	return &merge_at(q, q->end)->rec;
}

/* When it was written, as far as the record tells. */
static inline uint64_t merge_written(const union synfin_record *rec)
{
	uint32_t nr = synfin_record_steps(&rec->head);

	if (rec->head.type == SYNFIN_RECORD_PHASES)
		return nr ? rec->phases.step[nr - 1].time_ns : rec->head.time_ns;
	/* Right before the summary, or a phase, in the same ring. */
	if (rec->head.type != SYNFIN_RECORD_CONN)
		return rec->head.time_ns;
	return rec->conn.duration_ns == SYNFIN_NS_NONE ?
	       rec->head.time_ns : rec->head.time_ns + rec->conn.duration_ns;
}

/**
 * merge_push() - the record in merge_slot() is whole
 * @m: the merge
 * @q: the queue of its ring
 *
 * Return: the time that it counts as written.
 */
static inline uint64_t merge_push(struct merge *m, struct merge_queue *q)
{
	struct merge_record *e = merge_at(q, q->end);
	uint64_t time = merge_written(&e->rec);
	bool waiting = merge_waiting(q);

	if (waiting && time < q->last)
		time = q->last;
	e->time = time;
	q->last = time;
	q->end++;
	if (!waiting)
		merge_enter(m, q);
	return time;
}

#endif /* _TOOLS_MERGE_H */
