// SPDX-License-Identifier: GPL-2.0
/*
 * A pool: no allocation for each thing, and a bound on all of them.
 */
#include <stdlib.h>

#include "connections/pool.h"
#include "output/util.h"

#define FIRST_SLAB	1024u

static void grow(struct pool *pool)
{
	size_t nr = pool->total ? pool->total : FIRST_SLAB;
	char *slab;

	if (nr > pool->limit - pool->total)
		nr = pool->limit - pool->total;
	if (!nr || pool->nr_slabs == ARRAY_SIZE(pool->slabs))
		return;
	slab = malloc(nr * pool->size);
	if (!slab)
		return;
	pool->slabs[pool->nr_slabs++] = slab;
	pool->total += nr;
	for (size_t i = nr; i--;)
		pool_give(pool, slab + i * pool->size);
}

/**
 * pool_take() - take a thing
 * @pool: the pool
 *
 * Return: one whose content is anything; NULL if the limit is reached.
 */
void *pool_take(struct pool *pool)
{
	void *thing;

	if (!pool->free)
		grow(pool);
	thing = pool->free;
	if (thing)
		pool->free = *(void **)thing;
	return thing;
}

/**
 * pool_give() - give a thing back
 * @pool: the pool
 * @thing: of pool_take()
 */
void pool_give(struct pool *pool, void *thing)
{
	*(void **)thing = pool->free;
	pool->free = thing;
}

/**
 * pool_free() - give all memory back
 * @pool: the pool
 */
void pool_free(struct pool *pool)
{
	while (pool->nr_slabs)
		free(pool->slabs[--pool->nr_slabs]);
	pool->free = NULL;
	pool->total = 0;
}
