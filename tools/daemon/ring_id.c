// SPDX-License-Identifier: GPL-2.0
/*
 * What a service wants to know of the ring before it reads it.
 */
#include "daemon/ring_id.h"
#include "sources/ring_map.h"

/**
 * ring_id() - identify the load of the module
 * @path:	of its ring
 * @boot:	a number that changes each time the module is loaded
 * @capacity:	records that there can be at once, at most
 *
 * Return: 0, or -1 after a message.
 */
int ring_id(const char *path, uint64_t *boot, size_t *capacity)
{
	struct ring_map map;

	if (ring_map_open(&map, path))
		return -1;
	*boot = map.h.boot_id;
	*capacity = map.size / map.h.slot_size;
	ring_map_close(&map);
	return 0;
}
