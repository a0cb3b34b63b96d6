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
 * @nr_cpus:	rings in it
 * @nr_slots:	slots in each
 * @slot_size:	bytes from one slot to the next
 * @page:	bytes of the page in front of the slots
 * @cpu_offset:	where the first ring is
 * @cpu_stride:	from one ring to the next
 */
struct ring_map {
	int fd;
	const uint8_t *base;
	size_t size;
	uint32_t nr_cpus;
	uint32_t nr_slots;
	uint32_t slot_size;
	size_t page;
	uint64_t cpu_offset;
	uint64_t cpu_stride;
};

int ring_map_open(struct ring_map *map, const char *path);
void ring_map_close(struct ring_map *map);

static inline const struct synfin_ring_cpu *
ring_map_cpu(const struct ring_map *map, unsigned int cpu)
{
	return (const void *)(map->base + map->cpu_offset +
			      cpu * map->cpu_stride);
}

static inline const uint8_t *ring_map_slots(const struct ring_map *map,
					    unsigned int cpu)
{
	return (const uint8_t *)ring_map_cpu(map, cpu) + map->page;
}

/* Where record @n is, or was, in the @slots of a CPU. */
static inline const struct synfin_slot *
ring_map_slot(const struct ring_map *map, const uint8_t *slots, uint64_t n)
{
	return (const void *)(slots + (n & (map->nr_slots - 1)) * map->slot_size);
}

/* Matches the writer's release store of the head, which follows the slot. */
static inline uint64_t ring_map_head(const struct ring_map *map,
				     unsigned int cpu)
{
	return __atomic_load_n(&ring_map_cpu(map, cpu)->head, __ATOMIC_ACQUIRE);
}

/* The oldest record that has not been overwritten. */
static inline uint64_t ring_map_first(const struct ring_map *map, uint64_t head)
{
	return head > map->nr_slots ? head - map->nr_slots : 0;
}

#endif /* _TOOLS_RING_MAP_H */
