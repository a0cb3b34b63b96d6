// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of the module, mapped read-only. The writer knows nothing of us, so
 * all of the care is on this side: see the uapi header for the protocol.
 *
 * CPUs are merged by time, a batch at once. Read all heads (h1), then all heads
 * again (h2): whatever came causally before a record below h1 is below h2. So
 * with T the latest time of records below h1, all records up to T can be handed
 * on; what is below h2 but later than T waits for the next batch.
 */
#include <stdlib.h>

#include "output/complain.h"
#include "sources/merge.h"
#include "sources/ring_map.h"
#include "commands/stop.h"

/* Own place on one CPU. */
struct place {
	uint64_t next;		/* the record to read next */
	uint64_t seen;		/* h1 */
	uint64_t head;		/* h2 */
	uint64_t last;		/* when the last record that was taken was written */
};

struct ring {
	struct source src;
	struct ring_map map;
	struct merge *merge;
	bool follow;
	bool woken;
	bool taken;
	struct place places[];
};

enum copied { COPIED, OVERWRITTEN, ALIEN };

/*
 * Copies words, the first @size bytes but for @from words. The size is a constant
 * wherever it is called: nothing is counted while it runs.
 */
static inline void copy_words(union synfin_record *rec,
			      const struct synfin_slot *slot, unsigned int from,
			      size_t size)
{
#pragma GCC unroll 32
	for (unsigned int i = from; i < size / sizeof(rec->words[0]); i++)
		rec->words[i] = __atomic_load_n(&slot->record.words[i],
						__ATOMIC_RELAXED);
}

/*
 * Copies record @n. The acquire load of the sequence matches the writer's release
 * store of it; the fence keeps the copy before the second look, and matches the
 * writer's barrier between its odd sequence and its payload.
 */
static inline enum copied copy(const struct synfin_slot *slot, uint64_t n,
			       union synfin_record *rec)
{
	uint64_t seq = __atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE);
	enum copied copied = COPIED;

	if (seq != 2 * (n + 1))
		return OVERWRITTEN;
	copy_words(rec, slot, 0, sizeof(rec->words[0]));
	if (rec->head.type == SYNFIN_RECORD_PHASE)
		copy_words(rec, slot, 1, sizeof(rec->phase));
	else if (rec->head.type == SYNFIN_RECORD_CONN)
		copy_words(rec, slot, 1, sizeof(rec->conn));
	else
		copied = ALIEN;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&slot->seq, __ATOMIC_RELAXED) != seq)
		return OVERWRITTEN;
	return copied;
}

/*
 * Goes on with the oldest record that is still there; at least one is not. If that
 * one is overwritten as well, in the same batch, the writer is faster than we are:
 * a quarter of the ring is left to it, or each record would be lost in turn.
 */
static void skip(struct ring *r, unsigned int cpu, bool again)
{
	uint64_t first = ring_map_first(&r->map, ring_map_head(&r->map, cpu));
	struct place *p = &r->places[cpu];

	if (again)
		first += r->map.nr_slots / 4;
	if (first <= p->next)
		first = p->next + 1;
	r->src.lost += first - p->next;
	p->next = first;
}

/*
 * Takes over the records of a CPU below h2, as many as there is room for, and
 * raises @newest to the time of those below h1.
 *
 * Return: false if there was no room for all.
 */
static bool take(struct ring *r, unsigned int cpu, uint64_t *newest)
{
	struct merge_queue *q = merge_queue(r->merge, cpu);
	const uint8_t *slots = ring_map_slots(&r->map, cpu);
	struct place *p = &r->places[cpu];
	union synfin_record *rec;
	bool below, skipped = false;

	/* What still waits was below the last h2, so it is below this h1. */
	if (merge_waiting(q) && p->last > *newest)
		*newest = p->last;
	while (p->next < p->head) {
		rec = merge_slot(q);
		if (!rec)
			return false;
		switch (copy(ring_map_slot(&r->map, slots, p->next), p->next, rec)) {
		case COPIED:
			p->last = merge_push(r->merge, q);
			r->taken = true;
			below = p->next++ < p->seen;
			if (below && p->last > *newest)
				*newest = p->last;
			break;
		case ALIEN:
			p->next++;
			break;
		case OVERWRITTEN:
			skip(r, cpu, skipped);
			skipped = true;
			break;
		}
	}
	return true;
}

/* One batch: takes over what is there, and says up to when it is complete. */
static uint64_t take_all(struct ring *r)
{
	unsigned int cpu, nr = r->map.nr_cpus;
	uint64_t newest = 0, full = UINT64_MAX;

	for (cpu = 0; cpu < nr; cpu++)
		r->places[cpu].seen = ring_map_head(&r->map, cpu);
	for (cpu = 0; cpu < nr; cpu++)
		r->places[cpu].head = ring_map_head(&r->map, cpu);
	for (cpu = 0; cpu < nr; cpu++)
		if (!take(r, cpu, &newest) && r->places[cpu].last < full)
			full = r->places[cpu].last;
	return newest < full ? newest : full;
}

/* Without following, what was there when it was opened is all. */
static uint64_t take_rest(struct ring *r)
{
	uint64_t newest = 0, full = UINT64_MAX;

	for (unsigned int cpu = 0; cpu < r->map.nr_cpus; cpu++)
		if (!take(r, cpu, &newest) && r->places[cpu].last < full)
			full = r->places[cpu].last;
	return full;
}

static enum source_state ring_read(struct source *src, const struct sink *sink)
{
	struct ring *r = (struct ring *)src;
	bool enough = false;
	uint64_t until;

	r->taken = false;
	until = r->follow ? take_all(r) : take_rest(r);
	if (!merge_deliver(r->merge, until, sink, &enough) && !r->taken &&
	    r->follow)
		return SOURCE_IDLE;
	if (enough)
		return SOURCE_END;
	if (!r->follow)
		return until == UINT64_MAX ? SOURCE_END : SOURCE_MORE;
	r->woken = false;
	return SOURCE_MORE;
}

/*
 * The module wakes us when a watermark is crossed; what is below it is looked for
 * ten times a second. If we were woken for nothing, as by a plain file, that
 * descriptor is left out.
 */
static void ring_wait(struct source *src)
{
	struct ring *r = (struct ring *)src;

	r->woken = stop_wait(r->woken ? -1 : r->map.fd, 100);
}

static void ring_close(struct source *src)
{
	struct ring *r = (struct ring *)src;

	ring_map_close(&r->map);
	merge_free(r->merge);
	free(r);
}

/**
 * source_ring_open() - read the module's ring
 * @path: its file
 * @follow: go on for ever; or else end with what is there now
 *
 * Reading begins with the oldest record that is still there.
 *
 * Return: the source, NULL after a message.
 */
struct source *source_ring_open(const char *path, bool follow)
{
	struct ring_map map;
	struct ring *r;
	uint64_t head;

	if (ring_map_open(&map, path))
		return NULL;
	r = calloc(1, sizeof(*r) + map.nr_cpus * sizeof(r->places[0]));
	if (!r) {
		complain("out of memory");
		ring_map_close(&map);
		return NULL;
	}
	r->map = map;
	r->follow = follow;
	r->src = (struct source){
		.read = ring_read,
		.wait = ring_wait,
		.close = ring_close,
		.late = !follow,
		.live = follow,
	};
	r->merge = merge_new(map.nr_cpus);
	if (!r->merge) {
		ring_close(&r->src);
		return NULL;
	}
	for (unsigned int cpu = 0; cpu < map.nr_cpus; cpu++) {
		head = ring_map_head(&map, cpu);
		r->places[cpu].next = ring_map_first(&map, head);
		r->places[cpu].head = head;
		r->places[cpu].seen = head;
	}
	return &r->src;
}
