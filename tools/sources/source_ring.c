// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of the module, mapped read-only. The writer knows nothing of us, so
 * all of the care is on this side: see the uapi header for the protocol.
 *
 * Rings are merged by time, a batch at once. Read all heads (h1), then all heads
 * again (h2): whatever came causally before a record below h1 is below h2. So
 * with T the latest time of records below h1, all records up to T can be handed
 * on; what is below h2 but later than T waits for the next batch.
 */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/complain.h"
#include "sources/merge.h"
#include "sources/record_check.h"
#include "sources/ring_map.h"
#include "commands/interrupt.h"

/* Own place in one ring. */
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
 * Copies words, but for the first. How many is a constant wherever it is called:
 * nothing is counted while it runs.
 */
static inline void copy_words(union synfin_record *rec,
			      const struct synfin_slot *slot, unsigned int nr)
{
#pragma GCC unroll 32
	for (unsigned int i = 1; i < nr; i++)
		rec->words[i] = __atomic_load_n(&slot->record.words[i],
						__ATOMIC_RELAXED);
}

/* Of a record as long as none that is known nothing is copied. */
static inline bool copy_record(union synfin_record *rec, const struct synfin_slot *slot)
{
	rec->words[0] = __atomic_load_n(&slot->record.words[0], __ATOMIC_RELAXED);
	switch (rec->head.words) {
	case RECORD_HEAD_WORDS + RECORD_STEP_WORDS:
		copy_words(rec, slot, RECORD_HEAD_WORDS + RECORD_STEP_WORDS);
		return true;
	case RECORD_HEAD_WORDS + 2 * RECORD_STEP_WORDS:
		copy_words(rec, slot, RECORD_HEAD_WORDS + 2 * RECORD_STEP_WORDS);
		return true;
	case RECORD_HEAD_WORDS + 3 * RECORD_STEP_WORDS:
		copy_words(rec, slot, RECORD_HEAD_WORDS + 3 * RECORD_STEP_WORDS);
		return true;
	case RECORD_HEAD_WORDS + 4 * RECORD_STEP_WORDS:
		copy_words(rec, slot, RECORD_HEAD_WORDS + 4 * RECORD_STEP_WORDS);
		return true;
	case RECORD_FTP_WORDS:
		copy_words(rec, slot, RECORD_FTP_WORDS);
		return true;
	case RECORD_ICMP_WORDS:
		copy_words(rec, slot, RECORD_ICMP_WORDS);
		return true;
	case SYNFIN_WORDS_MAX:
		copy_words(rec, slot, SYNFIN_WORDS_MAX);
		return true;
	default:
		return false;
	}
}

static_assert(RECORD_CONN_WORDS == SYNFIN_WORDS_MAX, "a summary fills a slot");
static_assert(SYNFIN_STEPS_MAX == 4, "one to four phases are copied");

/*
 * Copies record @n. The acquire load of the sequence matches the writer's release
 * store of it; the fence keeps the copy before the second look, and matches the
 * writer's barrier between its odd sequence and its payload.
 */
static inline enum copied copy(const struct synfin_slot *slot, uint64_t n,
			       union synfin_record *rec)
{
	uint64_t seq = __atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE);
	bool known;

	if (seq != 2 * (n + 1))
		return OVERWRITTEN;
	known = copy_record(rec, slot);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&slot->seq, __ATOMIC_RELAXED) != seq)
		return OVERWRITTEN;
	return known && record_is_known(&rec->head) && record_is_sound(rec) ?
	       COPIED : ALIEN;
}

/*
 * Goes on with the oldest record that is still there; at least one is not. If that
 * one is overwritten as well, in the same batch, the writer is faster than we are:
 * a quarter of the ring is left to it, or each record would be lost in turn.
 */
static void skip(struct ring *r, unsigned int ring, bool again)
{
	uint64_t head = ring_map_head(&r->map, ring);
	uint64_t first = ring_map_first(&r->map, ring, head);
	struct place *p = &r->places[ring];

	if (again)
		first += ring_map_nr_slots(&r->map, ring) / 4;
	if (first <= p->next)
		first = p->next + 1;
	r->src.lost += first - p->next;
	p->next = first;
}

/*
 * Takes over the records of a ring below h2, as many as there is room for, and
 * raises @newest to the time of those below h1.
 *
 * Return: false if there was no room for all.
 */
static bool take(struct ring *r, unsigned int ring, uint64_t *newest)
{
	struct merge_queue *q = merge_queue(r->merge, ring);
	const uint8_t *slots = ring_map_slots(&r->map, ring);
	uint32_t nr = ring_map_nr_slots(&r->map, ring);
	struct place *p = &r->places[ring];
	union synfin_record *rec;
	bool below, skipped = false;

	/* What still waits was below the last h2, so it is below this h1. */
	if (merge_waiting(q) && p->last > *newest)
		*newest = p->last;
	while (p->next < p->head) {
		rec = merge_slot(q);
		if (!rec)
			return false;
		switch (copy(ring_map_slot(&r->map, slots, nr, p->next), p->next, rec)) {
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
			skip(r, ring, skipped);
			skipped = true;
			break;
		}
	}
	return true;
}

/* One batch: takes over what is there, and says up to when it is complete. */
static uint64_t take_all(struct ring *r)
{
	unsigned int ring, nr = r->map.nr_rings;
	uint64_t newest = 0, full = UINT64_MAX;

	for (ring = 0; ring < nr; ring++)
		r->places[ring].seen = ring_map_head(&r->map, ring);
	for (ring = 0; ring < nr; ring++)
		r->places[ring].head = ring_map_head(&r->map, ring);
	for (ring = 0; ring < nr; ring++)
		if (!take(r, ring, &newest) && r->places[ring].last < full)
			full = r->places[ring].last;
	return newest < full ? newest : full;
}

/* Without following, what was there when it was opened is all. */
static uint64_t take_rest(struct ring *r)
{
	uint64_t newest = 0, full = UINT64_MAX;

	for (unsigned int ring = 0; ring < r->map.nr_rings; ring++)
		if (!take(r, ring, &newest) && r->places[ring].last < full)
			full = r->places[ring].last;
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

/* A quarter of the smallest ring: there is time to read them before it is full. */
static uint64_t watermark(const struct ring_map *map)
{
	uint32_t nr = ring_map_nr_slots(map, 0);

	for (unsigned int k = 1; k < map->h.nr_rings; k++)
		if (ring_map_nr_slots(map, k) < nr)
			nr = ring_map_nr_slots(map, k);
	return nr > 4 ? nr / 4 : 1;
}

/*
 * The position of the file says how many records have to be there before the module
 * wakes us: so many are worth it. What is below is looked for ten times a second. If
 * we were woken for nothing, as by a plain file, that descriptor is left out.
 */
static void ring_wait(struct source *src)
{
	struct ring *r = (struct ring *)src;
	uint64_t position = watermark(&r->map) - 1;

	for (unsigned int ring = 0; ring < r->map.nr_rings; ring++)
		position += r->places[ring].next;
	lseek(r->map.fd, (off_t)position, SEEK_SET);
	r->woken = interrupt_wait(r->woken ? -1 : r->map.fd, 100);
}

static size_t ring_places(struct source *src, uint64_t *place, size_t nr)
{
	struct ring *r = (struct ring *)src;

	for (unsigned int ring = 0; ring < r->map.nr_rings && ring < nr; ring++)
		place[ring] = r->places[ring].next -
			      merge_waiting(merge_queue(r->merge, ring));
	return r->map.nr_rings;
}

/* Somebody else had read up to there, and goes on here. */
static void ring_resume(struct source *src, const uint64_t *place, size_t nr)
{
	struct ring *r = (struct ring *)src;

	for (unsigned int ring = 0; ring < r->map.nr_rings && ring < nr; ring++)
		if (place[ring] < r->places[ring].next)
			src->lost += r->places[ring].next - place[ring];
}

static void ring_go_on(struct source *src, const uint64_t *place, size_t nr)
{
	struct ring *r = (struct ring *)src;

	ring_resume(src, place, nr);
	for (unsigned int ring = 0; ring < r->map.nr_rings && ring < nr; ring++)
		if (place[ring] > r->places[ring].next &&
		    place[ring] <= r->places[ring].head)
			r->places[ring].next = place[ring];
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
	r = calloc(1, sizeof(*r) + map.nr_rings * sizeof(r->places[0]));
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
		.places = ring_places,
		.resume = ring_resume,
		.go_on = ring_go_on,
		.late = !follow,
		.live = follow,
	};
	r->merge = merge_new(map.nr_rings);
	if (!r->merge) {
		ring_close(&r->src);
		return NULL;
	}
	for (unsigned int ring = 0; ring < map.nr_rings; ring++) {
		head = ring_map_head(&map, ring);
		r->places[ring].next = ring_map_first(&map, ring, head);
		r->places[ring].head = head;
		r->places[ring].seen = head;
	}
	return &r->src;
}
