// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table's memory, from load to unload.
 */
#include "table_private.h"

#include <linux/bug.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

static void free_tables(void)
{
	kvfree(synfin_table.ended);
	kvfree(synfin_table.sources);
	kvfree(synfin_table_fast.answers);
	kvfree(synfin_table_fast.filter);
	kvfree(synfin_table.chains);
	kvfree(synfin_table.stripes);
}

static int alloc_tables(unsigned long max_flows)
{
	struct synfin_table *t = &synfin_table;
	size_t chains = roundup_pow_of_two(max(max_flows, SYNFIN_TABLE_STRIPE_CHAINS));
	unsigned int i, w, bits;

	bits = min_t(unsigned int, ilog2(chains / SYNFIN_TABLE_STRIPE_CHAINS),
		     SYNFIN_TABLE_STRIPE_BITS);
	t->nr_stripes = 1U << bits;
	t->stripe_shift = 32 - bits;
	synfin_table_fast.shift = 64 - ilog2(chains * SYNFIN_TABLE_BUCKETS);
	t->stripes = kvcalloc(t->nr_stripes, sizeof(*t->stripes), GFP_KERNEL);
	t->chains = kvcalloc(chains, sizeof(*t->chains), GFP_KERNEL);
	synfin_table_fast.filter = kvcalloc(chains, SYNFIN_TABLE_BUCKETS / 8, GFP_KERNEL);
	synfin_table_fast.answers = kvcalloc(chains, SYNFIN_TABLE_BUCKETS / 8, GFP_KERNEL);
	bits = min_t(unsigned int, ilog2(chains), 16);
	t->source_shift = 16 - bits;
	t->sources = kvcalloc(1U << bits, sizeof(*t->sources), GFP_KERNEL);
	if (synfin_table_ended_setup(chains) || !t->stripes || !t->chains ||
	    !synfin_table_fast.filter || !synfin_table_fast.answers || !t->sources) {
		free_tables();
		return -ENOMEM;
	}
	for (i = 0; i < t->nr_stripes; i++) {
		raw_spin_lock_init(&t->stripes[i].lock);
		for (w = 0; w < SYNFIN_LIST_NR; w++)
			INIT_LIST_HEAD(&t->stripes[i].lists[w]);
	}
	return 0;
}

/**
 * synfin_table_setup() - make the table
 * @max_flows:	how many flows it takes
 * @report:	told of flows that the table lets go
 *
 * Flows wait for ever until synfin_table_limit() says how long.
 *
 * Context: module load; may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
int __init synfin_table_setup(unsigned int max_flows, synfin_table_report report)
{
	struct synfin_table *t = &synfin_table;
	struct synfin_flow *any = kzalloc(sizeof(*any), GFP_KERNEL);
	int err;

	if (!any)
		return -ENOMEM;
	synfin_table_list_setup(any);
	kfree(any);
	t->shortest_ns = SYNFIN_TABLE_ASK_NS;
	t->report = report;
	t->max_flows = max_flows;
	t->max_embryonic = max(max_flows / 4, 1u);

	err = alloc_tables(max_flows);
	if (err)
		return err;
	err = synfin_table_stock_setup(max_flows);
	if (err) {
		free_tables();
		return err;
	}
	INIT_WORK(&t->recall_work, synfin_table_recall_work);
	INIT_DELAYED_WORK(&t->expiry, synfin_table_expire_work);
	schedule_delayed_work(&t->expiry, HZ);
	return 0;
}

/**
 * synfin_table_teardown() - undo synfin_table_setup()
 *
 * Context: module unload, after the last namespace has gone and with it the last
 * flow; may sleep.
 */
void synfin_table_teardown(void)
{
	cancel_delayed_work_sync(&synfin_table.expiry);
	synfin_table_recall_teardown();
	synfin_table_stock_teardown();
	free_tables();
	/* Nobody is left to await anything. */
	WARN_ON_ONCE(memchr_inv(synfin_table_ports, 0, sizeof(synfin_table_ports)));
}

/**
 * synfin_table_limit() - say how long a wait may last
 * @wait:	which
 * @ns:		how long
 *
 * It holds for flows that wait already, too.
 *
 * Context: may sleep; one at a time.
 */
void synfin_table_limit(enum synfin_wait wait, u64 ns)
{
	struct synfin_table *t = &synfin_table;
	u64 shortest = SYNFIN_TABLE_ASK_NS;
	unsigned long flags;
	unsigned int i;

	WRITE_ONCE(t->wait_ns[wait], ns);
	for (i = 0; i < SYNFIN_WAIT_NR; i++)
		if (t->wait_ns[i])
			shortest = min(shortest, t->wait_ns[i]);
	WRITE_ONCE(t->shortest_ns, shortest);
	/* Each is looked at anew: when it is due was told by another limit. */
	for (i = 0; i < t->nr_stripes; i++) {
		raw_spin_lock_irqsave(&t->stripes[i].lock, flags);
		WRITE_ONCE(t->stripes[i].due, 0);
		raw_spin_unlock_irqrestore(&t->stripes[i].lock, flags);
	}
}

static size_t answer_longs(void)
{
	return BITS_TO_LONGS(1UL << (64 - synfin_table_fast.shift));
}

/**
 * synfin_table_doubt_answers() - of each bucket it is not known if an answer is awaited
 *
 * Context: before first bytes are wanted: nobody else writes what is written here.
 */
void synfin_table_doubt_answers(void)
{
	memset(synfin_table_fast.answers, 0xff, answer_longs() * sizeof(long));
}

/**
 * synfin_table_learn_answers() - where an answer is awaited, now that it is kept
 *
 * As long as nobody waited for first bytes, whoever waited for anything did for one.
 *
 * Context: may sleep; just after first bytes are wanted, before any flow waits for them.
 */
void synfin_table_learn_answers(void)
{
	struct synfin_table *t = &synfin_table;
	size_t word, longs = answer_longs() / t->nr_stripes;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < t->nr_stripes; i++) {
		raw_spin_lock_irqsave(&t->stripes[i].lock, flags);
		/* The fast path looks at them meanwhile. */
		for (word = i * longs; word < (i + 1) * longs; word++)
			WRITE_ONCE(synfin_table_fast.answers[word],
				   synfin_table_fast.filter[word]);
		raw_spin_unlock_irqrestore(&t->stripes[i].lock, flags);
	}
}
