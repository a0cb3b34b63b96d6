// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for flows: a stock on each CPU, a depot behind the stocks, the allocator
 * behind that.
 *
 * The depot is filled at load, so that connections wait for no page. A flow goes back
 * to the stock of the CPU where it has ended; a stock that is full gives a pack to the
 * depot, and if that is full, too, the flow goes back to the allocator.
 *
 * With kmem_cache_alloc() and kmem_cache_free() alone a connection costs 1,100
 * instructions more (13,200 over nothing loaded, not 12,000; 6.1): new flows come from the
 * allocator's slow path, as those that end come back long after, in batches, from
 * another context.
 */
#include "table_private.h"

#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

/*
 * KASAN sees what is done with a flow that the allocator has back, not with one in stock:
 * there, little is kept, so that most go back, and this file's rare ways are common.
 */
#define MANY	(!IS_ENABLED(CONFIG_KASAN))

/* Flows that go from a stock to the depot, or back, at once. */
#define PACK	(MANY ? 64 : 8)

/* The most that a stock holds. */
#define STOCK_MAX (2 * PACK)

/* Packs in the depot after load, 5 MiB, and the most. */
#define DEPOT_FILL (MANY ? 128 : 1)
#define DEPOT_MAX (MANY ? 256 : 2)

/* Flows taken from the allocator at a time, if there is nothing else. */
#define REFILL	(PACK / 4)

/**
 * struct stock - flows at hand; its CPU's alone, with interrupts off
 * @first:	the first, linked by what is its place in a chain otherwise
 * @nr:		how many
 */
struct stock {
	struct synfin_flow	*first;
	unsigned int		nr;
};

static DEFINE_PER_CPU(struct stock, stocks);

/*
 * Packs of flows: the first of each is in the list by its @wait, the others hang on it
 * likewise. The lock is taken inside of a stripe's.
 */
static struct {
	raw_spinlock_t		lock;
	struct list_head	packs;
	unsigned int		nr;
} depot;

static struct kmem_cache *cache;

/* A free flow is in no chain: its place there links it to the next free one. */
static struct synfin_flow *next_of(const struct synfin_flow *flow)
{
	return hlist_entry_safe(flow->chain.next, struct synfin_flow, chain);
}

static void set_next(struct synfin_flow *flow, struct synfin_flow *next)
{
	flow->chain.next = next ? &next->chain : NULL;
}

static void stow(struct stock *stock, struct synfin_flow *flow)
{
	set_next(flow, stock->first);
	stock->first = flow;
	stock->nr++;
}

/* PACK flows, or NULL. */
static struct synfin_flow *take_pack(void)
{
	struct synfin_flow *pack;
	unsigned long flags;

	raw_spin_lock_irqsave(&depot.lock, flags);
	pack = list_first_entry_or_null(&depot.packs, struct synfin_flow, wait);
	if (pack) {
		list_del(&pack->wait);
		WRITE_ONCE(depot.nr, depot.nr - 1);
	}
	raw_spin_unlock_irqrestore(&depot.lock, flags);
	return pack;
}

static void give_pack(struct synfin_flow *pack)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&depot.lock, flags);
	list_add(&pack->wait, &depot.packs);
	WRITE_ONCE(depot.nr, depot.nr + 1);
	raw_spin_unlock_irqrestore(&depot.lock, flags);
}

/* Half of a stock that is full. */
static noinline struct synfin_flow *cut_pack(struct stock *stock)
{
	struct synfin_flow *pack = stock->first, *last = pack;
	unsigned int i;

	for (i = 1; i < PACK; i++)
		last = next_of(last);
	stock->first = next_of(last);
	stock->nr -= PACK;
	set_next(last, NULL);
	return pack;
}

/* Take flows from the allocator, several at once: one is returned, others stay. */
static noinline struct synfin_flow *refill(void)
{
	void *new[REFILL];
	unsigned long flags;
	struct stock *stock;
	int i;

	/* All or nothing: how many, or only whether, by the kernel. One may still be had. */
	if (!kmem_cache_alloc_bulk(cache, GFP_ATOMIC | __GFP_NOWARN, REFILL, new))
		return kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	local_irq_save(flags);
	stock = this_cpu_ptr(&stocks);
	for (i = 1; i < REFILL && stock->nr < STOCK_MAX; i++)
		stow(stock, new[i]);
	local_irq_restore(flags);
	for (; i < REFILL; i++)
		kmem_cache_free(cache, new[i]);
	return new[0];
}

/**
 * synfin_table_alloc() - memory for a flow
 *
 * Context: no lock held.
 *
 * Return: a flow with anything in it, or NULL.
 */
struct synfin_flow *synfin_table_alloc(void)
{
	struct stock *stock;
	struct synfin_flow *flow;
	unsigned long flags;

	local_irq_save(flags);
	stock = this_cpu_ptr(&stocks);
	flow = stock->first;
	if (unlikely(!flow)) {
		flow = take_pack();
		stock->nr = flow ? PACK : 0;
	}
	if (likely(flow)) {
		stock->first = next_of(flow);
		stock->nr--;
	}
	local_irq_restore(flags);
	if (unlikely(!flow))
		flow = refill();
	/* It may go back before it has been anybody's. */
	if (likely(flow))
		synfin_first_init(&flow->first);
	return flow;
}

/**
 * synfin_table_recycle() - a flow is not needed any more, while a stripe is locked
 * @flow: the flow, in no list
 *
 * Context: interrupts off.
 *
 * Return: false if there is no room for it: it is still the caller's.
 */
bool synfin_table_recycle(struct synfin_flow *flow)
{
	struct stock *stock = this_cpu_ptr(&stocks);

	if (flow->first.payload)
		synfin_first_give(&flow->first);
	if (!MANY && flow->hash & 3)
		return false;
	if (unlikely(stock->nr == STOCK_MAX)) {
		/* Each CPU may find room for one more at the same time. */
		if (READ_ONCE(depot.nr) >= DEPOT_MAX)
			return false;
		give_pack(cut_pack(stock));
	}
	stow(stock, flow);
	return true;
}

/**
 * synfin_table_free() - likewise, with no lock held
 * @flow: the flow, in no list
 *
 * Context: any.
 */
void synfin_table_free(struct synfin_flow *flow)
{
	unsigned long flags;
	bool kept;

	local_irq_save(flags);
	kept = synfin_table_recycle(flow);
	local_irq_restore(flags);
	if (!kept)
		kmem_cache_free(cache, flow);
}

/* If there is no memory now, there may be when it is needed. */
static void fill_depot(unsigned int packs)
{
	struct synfin_flow *pack;
	void *new[PACK];
	int i;

	while (depot.nr < packs) {
		if (!kmem_cache_alloc_bulk(cache, GFP_KERNEL | __GFP_NOWARN, PACK,
					   new))
			return;
		for (pack = NULL, i = 0; i < PACK; i++) {
			set_next(new[i], pack);
			pack = new[i];
		}
		list_add(&pack->wait, &depot.packs);
		depot.nr++;
	}
}

/**
 * synfin_table_stock_setup() - make the allocator's cache, and fill the depot
 * @max_flows: the most that are ever needed
 *
 * Context: module load; may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
int synfin_table_stock_setup(unsigned int max_flows)
{
	cache = KMEM_CACHE(synfin_flow, 0);
	if (!cache)
		return -ENOMEM;
	raw_spin_lock_init(&depot.lock);
	INIT_LIST_HEAD(&depot.packs);
	depot.nr = 0;
	fill_depot(min_t(unsigned int, DEPOT_FILL, max_flows / PACK));
	return 0;
}

static void free_pack(struct synfin_flow *pack)
{
	struct synfin_flow *next;

	for (; pack; pack = next) {
		next = next_of(pack);
		kmem_cache_free(cache, pack);
	}
}

/**
 * synfin_table_stock_teardown() - undo synfin_table_stock_setup()
 *
 * Context: module unload, after the last flow; may sleep.
 */
void synfin_table_stock_teardown(void)
{
	struct synfin_flow *pack;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct stock *stock = per_cpu_ptr(&stocks, cpu);

		free_pack(stock->first);
		*stock = (struct stock) {};
	}
	while ((pack = take_pack()))
		free_pack(pack);
	kmem_cache_destroy(cache);
}
