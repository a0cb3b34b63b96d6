// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for what is read of first bytes: a stock on each CPU, the allocator behind it.
 *
 * It is taken and given back under the lock of a flow, where nothing may be allocated or
 * freed; so the stock is filled before that lock is taken, and what does not fit in when
 * it is given back waits for the worker. There is at most one for every fourth flow
 * that the table may hold: if there is no more, what a flow says is not looked at.
 */
#include "first.h"
#include "compat.h"

#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/slab.h>

DEFINE_STATIC_KEY_FALSE(synfin_first_wanted);

/* Whether those are looked at that begin now. */
bool synfin_first_on __read_mostly;

/* Whether names in TLS are kept: they are personal data. */
bool synfin_first_names __read_mostly;

/* What is kept, and for how long. */
enum kind { KIND_PAYLOAD, KIND_TLS, KIND_NR };

/* KASAN sees only what is done with a piece that the allocator has back. */
#define STOCK_MAX	(IS_ENABLED(CONFIG_KASAN) ? 2u : 32u)

/**
 * struct stock - memory at hand; its CPU's alone, with interrupts off
 * @piece:	by enum kind
 * @nr:		how many of each
 */
struct stock {
	void		*piece[KIND_NR][STOCK_MAX];
	unsigned int	nr[KIND_NR];
};

static DEFINE_PER_CPU(struct stock, first_stocks);

/**
 * struct supply - where pieces of a kind come from
 * @cache:	the allocator's
 * @gone:	pieces that no stock had room for
 * @left:	how many may still be allocated
 */
struct supply {
	struct kmem_cache	*cache;
	struct llist_head	gone;
	atomic_t		left;
};

static struct supply supplies[KIND_NR];

static noinline void fill(enum kind kind)
{
	struct stock *stock;
	unsigned long flags;
	void *piece;

	if (atomic_dec_return(&supplies[kind].left) < 0)
		goto err_none;
	piece = kmem_cache_alloc(supplies[kind].cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!piece)
		goto err_none;
	local_irq_save(flags);
	stock = this_cpu_ptr(&first_stocks);
	if (stock->nr[kind] < STOCK_MAX) {
		stock->piece[kind][stock->nr[kind]++] = piece;
		piece = NULL;
	}
	local_irq_restore(flags);
	if (!piece)
		return;
	kmem_cache_free(supplies[kind].cache, piece);
err_none:
	atomic_inc(&supplies[kind].left);
}

/**
 * synfin_first_prepare() - have something in stock
 *
 * Context: any context of a hook; no raw lock held, irqs on.
 */
void synfin_first_prepare(void)
{
	unsigned int kind;

	/* Whatever is on this CPU when it is taken. */
	for (kind = 0; kind < KIND_NR; kind++)
		if (unlikely(!this_cpu_read(first_stocks.nr[kind])))
			fill(kind);
}

static void *take(enum kind kind)
{
	struct stock *stock = this_cpu_ptr(&first_stocks);

	lockdep_assert_irqs_disabled();
	return stock->nr[kind] ? stock->piece[kind][--stock->nr[kind]] : NULL;
}

/* A piece that waits is linked by its first words. */
static void give(enum kind kind, void *piece)
{
	struct stock *stock;
	unsigned long flags;

	local_irq_save(flags);
	stock = this_cpu_ptr(&first_stocks);
	if (likely(stock->nr[kind] < STOCK_MAX))
		stock->piece[kind][stock->nr[kind]++] = piece;
	else
		llist_add(piece, &supplies[kind].gone);
	local_irq_restore(flags);
}

/**
 * synfin_first_take() - memory for what a flow says
 *
 * Context: irqs off.
 *
 * Return: the memory, with anything in it; NULL if there is none.
 */
struct synfin_payload *synfin_first_take(void)
{
	return take(KIND_PAYLOAD);
}

/**
 * synfin_first_take_tls() - memory for TLS
 *
 * Context: irqs off.
 *
 * Return: the memory, zeroed; NULL if there is none.
 */
struct synfin_tls *synfin_first_take_tls(void)
{
	struct synfin_tls *tls = take(KIND_TLS);

	if (tls)
		memset(tls, 0, sizeof(*tls));
	return tls;
}

/**
 * synfin_first_give_tls() - nothing more of TLS is read
 * @payload: what was read
 *
 * Context: any.
 */
void synfin_first_give_tls(struct synfin_payload *payload)
{
	give(KIND_TLS, payload->tls);
	payload->tls = NULL;
}

/**
 * synfin_first_give() - a flow is over
 * @first: what was read of it
 *
 * Context: any.
 */
void synfin_first_give(struct synfin_first *first)
{
	struct synfin_payload *payload = first->payload;

	if (unlikely(payload->flags & SYNFIN_PAYLOAD_LISTENS))
		synfin_ftp_cease(payload->port);
	if (payload->tls)
		synfin_first_give_tls(payload);
	give(KIND_PAYLOAD, payload);
	first->payload = NULL;
}

/**
 * synfin_first_drain() - free what no stock had room for
 *
 * Context: a worker, or unload; may sleep.
 */
void synfin_first_drain(void)
{
	struct llist_node *piece, *next;
	unsigned int kind;

	for (kind = 0; kind < KIND_NR; kind++) {
		if (llist_empty(&supplies[kind].gone))
			continue;
		llist_for_each_safe(piece, next, llist_del_all(&supplies[kind].gone)) {
			kmem_cache_free(supplies[kind].cache, piece);
			atomic_inc(&supplies[kind].left);
		}
	}
}

/**
 * synfin_first_setup() - have memory for first bytes, once they are wanted
 * @names:	keep the names in TLS
 * @max_flows:	the most flows that there are
 *
 * Context: module load; may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
int synfin_first_setup(bool names, unsigned int max_flows)
{
	unsigned int kind;

	synfin_first_names = names;
	synfin_ftp_setup(max_flows, SYNFIN_FIRST_RECEIVED);
	supplies[KIND_PAYLOAD].cache = KMEM_CACHE(synfin_payload, 0);
	supplies[KIND_TLS].cache = KMEM_CACHE(synfin_tls, 0);
	for (kind = 0; kind < KIND_NR; kind++) {
		init_llist_head(&supplies[kind].gone);
		atomic_set(&supplies[kind].left, max_flows / 4);
	}
	if (!supplies[KIND_PAYLOAD].cache || !supplies[KIND_TLS].cache) {
		synfin_first_teardown();
		return -ENOMEM;
	}
	return 0;
}

/**
 * synfin_first_teardown() - undo synfin_first_setup()
 *
 * Context: module unload, after the last flow; may sleep.
 */
void synfin_first_teardown(void)
{
	struct stock *stock;
	unsigned int kind;
	int cpu;

	synfin_first_drain();
	for_each_possible_cpu(cpu) {
		stock = per_cpu_ptr(&first_stocks, cpu);
		for (kind = 0; kind < KIND_NR; kind++)
			while (stock->nr[kind])
				kmem_cache_free(supplies[kind].cache,
						stock->piece[kind][--stock->nr[kind]]);
	}
	for (kind = 0; kind < KIND_NR; kind++)
		kmem_cache_destroy(supplies[kind].cache);
}
