// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table's memory, from load to unload.
 */
#include "table_private.h"

#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

static void free_tables(void)
{
	kvfree(synfin_table_fast.filter);
	kvfree(synfin_table.chains);
	kvfree(synfin_table.stripes);
}

static int alloc_tables(unsigned long max_flows)
{
	struct synfin_table *t = &synfin_table;
	size_t chains = roundup_pow_of_two(max(max_flows, SYNFIN_TABLE_STRIPE_CHAINS));
	unsigned int i, w, bits;

	bits = min(ilog2(chains / SYNFIN_TABLE_STRIPE_CHAINS), SYNFIN_TABLE_STRIPE_BITS);
	t->nr_stripes = 1U << bits;
	t->stripe_shift = 32 - bits;
	synfin_table_fast.shift = 64 - ilog2(chains * SYNFIN_TABLE_BUCKETS);
	t->stripes = kvcalloc(t->nr_stripes, sizeof(*t->stripes), GFP_KERNEL);
	t->chains = kvcalloc(chains, sizeof(*t->chains), GFP_KERNEL);
	synfin_table_fast.filter = kvcalloc(chains, SYNFIN_TABLE_BUCKETS / 8, GFP_KERNEL);
	if (!t->stripes || !t->chains || !synfin_table_fast.filter) {
		free_tables();
		return -ENOMEM;
	}
	for (i = 0; i < t->nr_stripes; i++) {
		raw_spin_lock_init(&t->stripes[i].lock);
		for (w = 0; w < SYNFIN_WAIT_NR; w++)
			INIT_LIST_HEAD(&t->stripes[i].waits[w]);
	}
	return 0;
}

/**
 * synfin_table_setup() - make the table
 * @limits:	how many flows, how long each wait
 * @report:	told of flows that the table lets go
 *
 * Context: module load; may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
int synfin_table_setup(const struct synfin_table_limits *limits,
		       synfin_table_report report)
{
	struct synfin_table *t = &synfin_table;
	unsigned int wait;
	int err;

	t->limits = *limits;
	t->shortest_ns = limits->wait_ns[SYNFIN_WAIT_LINGER] + SYNFIN_TABLE_SLACK_NS;
	for (wait = 0; wait < SYNFIN_WAIT_LINGER; wait++)
		if (limits->wait_ns[wait])
			t->shortest_ns = min(t->shortest_ns, limits->wait_ns[wait]);
	t->report = report;
	t->max_embryonic = max(limits->max_flows / 4, 1u);

	err = alloc_tables(limits->max_flows);
	if (err)
		return err;
	err = synfin_table_stock_setup(limits->max_flows);
	if (err) {
		free_tables();
		return err;
	}
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
	synfin_table_stock_teardown();
	free_tables();
}
