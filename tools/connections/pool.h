/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for things of one size, such as connections: taken in slabs, each as
 * large as all before it, up to a limit; never given back before the end.
 */
#ifndef _TOOLS_POOL_H
#define _TOOLS_POOL_H

#include <stddef.h>

/**
 * struct pool - things of one size
 * @size:	of a thing, at least that of a pointer
 * @limit:	things there may be at most
 * @total:	things there are
 * @free:	those that are free, linked through their first word
 * @nr_slabs:	how many are in @slabs
 * @slabs:	what to free in the end
 */
struct pool {
	size_t size;
	size_t limit;
	size_t total;
	void *free;
	unsigned int nr_slabs;
	void *slabs[32];
};

void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *thing);
void pool_free(struct pool *pool);

#endif /* _TOOLS_POOL_H */
