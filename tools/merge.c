// SPDX-License-Identifier: GPL-2.0
/*
 * Merges the records of CPUs: a queue for each, and a heap of the queues by the
 * time of their first record.
 *
 * A summary bears the time of its connection's first segment, and an interrupt
 * can put a later record in front of an earlier one. So a record counts as no
 * older than the one that its CPU wrote before it, as long as that one waits:
 * the order on each CPU is kept.
 */
#include <stdlib.h>

#include "complain.h"
#include "merge.h"

struct queued {
	uint64_t time;
	union synfin_record rec;
};

struct queue {
	struct queued *ring;
	unsigned int first;
	unsigned int nr;
	uint64_t last;
};

struct merge {
	unsigned int nr_queues;
	unsigned int nr_heap;
	unsigned int *heap;
	struct queue queues[];
};

/**
 * merge_new() - set up
 * @nr_queues: how many CPUs there are
 *
 * Return: to be freed with merge_free(); NULL after a message.
 */
struct merge *merge_new(unsigned int nr_queues)
{
	struct merge *m = calloc(1, sizeof(*m) + nr_queues * sizeof(m->queues[0]));

	if (m) {
		m->nr_queues = nr_queues;
		m->heap = calloc(nr_queues, sizeof(m->heap[0]));
	}
	if (!m || !m->heap) {
		free(m);
		complain("out of memory");
		return NULL;
	}
	return m;
}

/**
 * merge_free() - free it
 * @m: of merge_new(), or NULL
 */
void merge_free(struct merge *m)
{
	if (!m)
		return;
	for (unsigned int i = 0; i < m->nr_queues; i++)
		free(m->queues[i].ring);
	free(m->heap);
	free(m);
}

static struct queued *at(const struct queue *q, unsigned int i)
{
	return &q->ring[(q->first + i) % MERGE_QUEUE];
}

/**
 * merge_slot() - where the next record of a CPU goes
 * @m: the merge
 * @queue: the CPU
 *
 * Return: to be filled, then merge_push(); NULL if the queue is full. Memory is
 * taken for CPUs that write only: a machine may have far more possible ones.
 */
union synfin_record *merge_slot(struct merge *m, unsigned int queue)
{
	struct queue *q = &m->queues[queue];

	if (!q->ring)
		q->ring = calloc(MERGE_QUEUE, sizeof(q->ring[0]));
	if (!q->ring || q->nr == MERGE_QUEUE)
		return NULL;
	return &at(q, q->nr)->rec;
}

/* When it was written, as far as the record tells. */
static uint64_t written(const union synfin_record *rec)
{
	uint64_t time = rec->head.time_ns;

	if (rec->head.type == SYNFIN_RECORD_CONN &&
	    rec->conn.duration_ns != SYNFIN_NS_NONE)
		time += rec->conn.duration_ns;
	return time;
}

/* At the same time a phase comes before the summary that it brought about. */
static bool before(const struct merge *m, unsigned int a, unsigned int b)
{
	const struct queued *x = at(&m->queues[a], 0);
	const struct queued *y = at(&m->queues[b], 0);

	if (x->time != y->time)
		return x->time < y->time;
	if (x->rec.head.type != y->rec.head.type)
		return x->rec.head.type == SYNFIN_RECORD_PHASE;
	return a < b;
}

static void swap(struct merge *m, unsigned int i, unsigned int j)
{
	unsigned int kept = m->heap[i];

	m->heap[i] = m->heap[j];
	m->heap[j] = kept;
}

static void sift_up(struct merge *m, unsigned int i)
{
	for (; i && before(m, m->heap[i], m->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(m, i, (i - 1) / 2);
}

static void sift_down(struct merge *m)
{
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < m->nr_heap) {
		if (child + 1 < m->nr_heap &&
		    before(m, m->heap[child + 1], m->heap[child]))
			child++;
		if (!before(m, m->heap[child], m->heap[i]))
			return;
		swap(m, i, child);
		i = child;
	}
}

/**
 * merge_waiting() - is there any record of a CPU that was not handed on?
 * @m: the merge
 * @queue: the CPU
 *
 * Return: true if there is.
 */
bool merge_waiting(const struct merge *m, unsigned int queue)
{
	return m->queues[queue].nr;
}

/**
 * merge_push() - the record in merge_slot() is whole
 * @m: the merge
 * @queue: the CPU
 *
 * Return: the time that it counts as written.
 */
uint64_t merge_push(struct merge *m, unsigned int queue)
{
	struct queue *q = &m->queues[queue];
	struct queued *e = at(q, q->nr);

	e->time = written(&e->rec);
	if (q->nr && e->time < q->last)
		e->time = q->last;
	q->last = e->time;
	if (!q->nr++) {
		m->heap[m->nr_heap] = queue;
		sift_up(m, m->nr_heap++);
	}
	return e->time;
}

/**
 * merge_deliver() - hand on what is old enough
 * @m: the merge
 * @until: times up to this one
 * @sink: who takes them
 * @enough: set if it wants no more
 *
 * Return: how many records it took.
 */
size_t merge_deliver(struct merge *m, uint64_t until, const struct sink *sink,
		     bool *enough)
{
	size_t delivered = 0;

	while (m->nr_heap && !*enough) {
		struct queue *q = &m->queues[m->heap[0]];
		struct queued *e = at(q, 0);

		if (e->time > until)
			break;
		*enough = !sink->record(sink->ctx, &e->rec);
		delivered++;
		q->first = (q->first + 1) % MERGE_QUEUE;
		if (!--q->nr)
			m->heap[0] = m->heap[--m->nr_heap];
		sift_down(m);
	}
	return delivered;
}
