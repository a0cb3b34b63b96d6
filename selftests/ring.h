/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader of the ring, written from uapi/synfin.h alone: what the tests hold
 * the module and its own reader against.
 */
#ifndef _SYNFIN_SELFTEST_RING_H
#define _SYNFIN_SELFTEST_RING_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "uapi/synfin.h"

#define RING_FILE "/proc/net/synfin/ring"

struct ring {
	int fd;
	const uint8_t *map;
	size_t size;
	struct synfin_ring_header header;
};

static inline size_t ring_size(const struct synfin_ring_header *h)
{
	return h->cpu_offset + h->nr_cpus * h->cpu_stride;
}

static inline int ring_open(struct ring *r)
{
	r->fd = open(RING_FILE, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return -1;
	if (read(r->fd, &r->header, sizeof(r->header)) != sizeof(r->header))
		goto err_close;
	r->size = ring_size(&r->header);
	r->map = mmap(NULL, r->size, PROT_READ, MAP_SHARED, r->fd, 0);
	if (r->map != MAP_FAILED)
		return 0;
err_close:
	close(r->fd);
	return -1;
}

static inline void ring_close(struct ring *r)
{
	munmap((void *)r->map, r->size);
	close(r->fd);
}

/* The rings of all CPUs are numbered: ring k of CPU i is i * nr_rings + k. */
static inline unsigned int ring_nr(const struct ring *r)
{
	return r->header.nr_cpus * r->header.nr_rings;
}

static inline const struct synfin_ring_cpu *ring_cpu(const struct ring *r,
						     unsigned int cpu)
{
	const uint8_t *at = r->map + r->header.head_offset;

	return (const void *)(at + cpu * r->header.head_stride);
}

static inline const struct synfin_ring_place *ring_place(const struct ring *r,
							 unsigned int ring)
{
	return &r->header.ring[ring % r->header.nr_rings];
}

static inline uint64_t ring_head(const struct ring *r, unsigned int ring)
{
	const struct synfin_ring_cpu *cpu = ring_cpu(r, ring / r->header.nr_rings);

	return __atomic_load_n(&cpu->head[ring % r->header.nr_rings],
			       __ATOMIC_ACQUIRE);
}

static inline uint64_t ring_heads(const struct ring *r)
{
	uint64_t sum = 0;
	unsigned int ring;

	for (ring = 0; ring < ring_nr(r); ring++)
		sum += ring_head(r, ring);
	return sum;
}

/* The oldest record that may still be there. */
static inline uint64_t ring_first(const struct ring *r, unsigned int ring,
				  uint64_t head)
{
	uint32_t nr = ring_place(r, ring)->nr_slots;

	return head > nr ? head - nr : 0;
}

static inline const struct synfin_slot *ring_slot(const struct ring *r,
						  unsigned int ring, uint64_t n)
{
	const struct synfin_ring_place *place = ring_place(r, ring);
	const uint8_t *at = r->map + r->header.cpu_offset;

	at += ring / r->header.nr_rings * r->header.cpu_stride + place->offset;
	return (const void *)(at + n % place->nr_slots * r->header.slot_size);
}

/* False if record n of the ring has been overwritten. */
static inline bool ring_read(const struct ring *r, unsigned int ring, uint64_t n,
			     union synfin_record *rec)
{
	const struct synfin_slot *slot = ring_slot(r, ring, n);
	uint64_t seq = __atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE);
	unsigned int i;

	if (seq != 2 * (n + 1))
		return false;
	for (i = 0; i < sizeof(*rec) / sizeof(rec->words[0]); i++)
		rec->words[i] = __atomic_load_n(&slot->record.words[i],
						__ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&slot->seq, __ATOMIC_RELAXED) == seq;
}

#endif /* _SYNFIN_SELFTEST_RING_H */
