/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mapping of the ring: where things are in it.
 */
#ifndef _TOOLS_RING_MAP_H
#define _TOOLS_RING_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/synfin.h"

#define RING_PATH	"/proc/net/synfin/ring"

/**
 * struct ring_map - a mapped ring
 * @fd:		its file, to be polled
 * @base:	where it is mapped
 * @size:	bytes
 * @h:		its header, checked
 * @nr_rings:	rings in it, those of all CPUs: ring k of CPU i is number
 *		i * h.nr_rings + k
 */
struct ring_map {
	int fd;
	const uint8_t *base;
	size_t size;
	struct synfin_ring_header h;
	uint32_t nr_rings;
};

int ring_map_open(struct ring_map *map, const char *path);
void ring_map_close(struct ring_map *map);

/* How many slots a ring has. */
static inline uint32_t ring_map_nr_slots(const struct ring_map *map, unsigned int ring)
{
	return map->h.ring[ring % map->h.nr_rings].nr_slots;
}

static inline const uint8_t *ring_map_slots(const struct ring_map *map,
					    unsigned int ring)
{
	return map->base + map->h.cpu_offset +
	       ring / map->h.nr_rings * map->h.cpu_stride +
	       map->h.ring[ring % map->h.nr_rings].offset;
}

/* Where record @n is, or was, in the @slots of a ring, of which there are @nr. */
static inline const struct synfin_slot *
ring_map_slot(const struct ring_map *map, const uint8_t *slots, uint32_t nr, uint64_t n)
{
	return (const void *)(slots + (n & (nr - 1)) * map->h.slot_size);
}

/* Matches the writer's release store of the head, which follows the slot. */
static inline uint64_t ring_map_head(const struct ring_map *map, unsigned int ring)
{
	const struct synfin_ring_cpu *cpu =
		(const void *)(map->base + map->h.head_offset +
			       ring / map->h.nr_rings * map->h.head_stride);

	return __atomic_load_n(&cpu->head[ring % map->h.nr_rings], __ATOMIC_ACQUIRE);
}

/* The oldest record that has not been overwritten. */
static inline uint64_t ring_map_first(const struct ring_map *map, unsigned int ring,
				      uint64_t head)
{
	uint32_t nr = ring_map_nr_slots(map, ring);

	return head > nr ? head - nr : 0;
}

#endif /* _TOOLS_RING_MAP_H */
