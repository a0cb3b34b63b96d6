// SPDX-License-Identifier: GPL-2.0
/*
 * Merges the records of rings: a queue for each, and a heap of the queues by the
 * time of their first record.
 *
 * A summary bears the time of its connection's first segment, and an interrupt
 * can put a later record in front of an earlier one. So a record counts as no
 * older than the one before it in its ring, as long as that one waits: the order in
 * each ring is kept.
 */
#include <stdlib.h>

#include "output/complain.h"
#include "sources/merge.h"

/* The heap has the queues in which something waits. */
struct merge {
	unsigned int nr_queues;
	unsigned int nr_heap;
	struct merge_queue **heap;
	struct merge_queue queues[];
};

/**
 * merge_new() - set up
 * @nr_queues: how many rings there are
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

/**
 * merge_queue() - the queue of a ring
 * @m: the merge
 * @ring: the number of the ring
 *
 * Return: the queue.
 */
struct merge_queue *merge_queue(struct merge *m, unsigned int ring)
{
	return &m->queues[ring];
}

/**
 * merge_alloc() - for merge_slot(): memory for a queue that has none yet
 * @q: the queue
 *
 * It is taken for rings that are written only: a machine may have far more CPUs.
 *
 * Return: false if there is none.
 */
bool merge_alloc(struct merge_queue *q)
{
	q->ring = calloc(MERGE_QUEUE, sizeof(q->ring[0]));
	return q->ring;
}

/* At the same time a phase comes before the summary that it brought about. */
static bool before(const struct merge_queue *a, const struct merge_queue *b)
{
	const struct merge_record *x = merge_at(a, a->first);
	const struct merge_record *y = merge_at(b, b->first);

	if (x->time != y->time)
		return x->time < y->time;
	if (x->rec.head.type != y->rec.head.type)
		return x->rec.head.type == SYNFIN_RECORD_PHASES;
	return a < b;
}

static void swap(struct merge *m, unsigned int i, unsigned int j)
{
	struct merge_queue *kept = m->heap[i];

	m->heap[i] = m->heap[j];
	m->heap[j] = kept;
}

static void sift_up(struct merge *m, unsigned int i)
{
	for (; i && before(m->heap[i], m->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(m, i, (i - 1) / 2);
}

static void sift_down(struct merge *m)
{
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < m->nr_heap) {
		if (child + 1 < m->nr_heap &&
		    before(m->heap[child + 1], m->heap[child]))
			child++;
		if (!before(m->heap[child], m->heap[i]))
			return;
		swap(m, i, child);
		i = child;
	}
}

/**
 * merge_enter() - for merge_push(): something waits in a queue that was empty
 * @m: the merge
 * @q: the queue
 */
void merge_enter(struct merge *m, struct merge_queue *q)
{
	m->heap[m->nr_heap] = q;
	sift_up(m, m->nr_heap++);
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
	bool more = !*enough;
	size_t delivered = 0;

	while (m->nr_heap && more) {
		struct merge_queue *q = m->heap[0];
		struct merge_record *e = merge_at(q, q->first);

		if (e->time > until)
			break;
		more = sink->record(sink->ctx, &e->rec);
		delivered++;
		if (++q->first == q->end) {
			m->heap[0] = m->heap[--m->nr_heap];
			/* The next ones come to memory that has just been used. */
			q->first = 0;
			q->end = 0;
		}
		if (m->nr_heap > 1)
			sift_down(m);
	}
	*enough = !more;
	return delivered;
}
