// SPDX-License-Identifier: GPL-2.0
/*
 * Looking at the flow table from /proc: copies, taken under the lock of a stripe
 * and printed after it.
 */
#include "table_private.h"

#include <linux/sched.h>

static bool is_of(const struct synfin_flow *flow, const struct synfin_net *sn)
{
	return flow->sn == sn;
}

/**
 * synfin_table_stripes() - how many stripes there are to be looked at
 *
 * Return: the number, the same from load to unload.
 */
unsigned int synfin_table_stripes(void)
{
	return synfin_table.nr_stripes;
}

/**
 * synfin_table_snapshot() - copy live flows of a namespace out of one stripe
 * @sn:		the namespace
 * @stripe:	which stripe
 * @skip:	pass over so many first
 * @out:	where to
 * @max:	room there
 *
 * Flows that have ended and linger are not live.
 *
 * Context: may be called wherever a lock with interrupts off may be taken.
 *
 * Return: how many were copied.
 */
unsigned int synfin_table_snapshot(struct synfin_net *sn, unsigned int stripe,
				   unsigned int skip, struct synfin_conn *out,
				  unsigned int max)
{
	struct synfin_stripe *s = &synfin_table.stripes[stripe];
	struct synfin_flow *flow;
	unsigned int wait, n = 0;
	unsigned long flags;

	raw_spin_lock_irqsave(&s->lock, flags);
	for (wait = 0; wait < SYNFIN_WAIT_NR; wait++) {
		list_for_each_entry(flow, &s->waits[wait], wait) {
			if (!is_of(flow, sn) ||
			    flow->conn.state == SYNFIN_STATE_DONE)
				continue;
			if (skip) {
				skip--;
				continue;
			}
			if (n == max)
				goto unlock;
			out[n++] = flow->conn;
		}
	}
unlock:
	raw_spin_unlock_irqrestore(&s->lock, flags);
	return n;
}

static void count(const struct synfin_conn *conn, struct synfin_gauges *g)
{
	if (conn->state == SYNFIN_STATE_DONE)
		g->lingering++;
	else if (conn->state < SYNFIN_STATE_OPEN)
		g->opening++;
	else if (conn->state == SYNFIN_STATE_OPEN &&
		 !conn->suspect.what)
		g->open++;
	else
		g->closing++;
}

/**
 * synfin_table_gauges() - how many flows there are
 * @sn:	the namespace
 * @g:	to be filled
 *
 * Context: may sleep; walks the whole table, stripe by stripe.
 */
void synfin_table_gauges(struct synfin_net *sn, struct synfin_gauges *g)
{
	struct synfin_table *t = &synfin_table;
	struct synfin_flow *flow;
	unsigned int i, wait;
	unsigned long flags;

	memset(g, 0, sizeof(*g));
	for (i = 0; i < t->nr_stripes; i++) {
		struct synfin_stripe *s = &t->stripes[i];

		raw_spin_lock_irqsave(&s->lock, flags);
		for (wait = 0; wait < SYNFIN_WAIT_NR; wait++)
			list_for_each_entry(flow, &s->waits[wait], wait)
				if (is_of(flow, sn))
					count(&flow->conn, g);
		raw_spin_unlock_irqrestore(&s->lock, flags);
		cond_resched();
	}
	g->embryonic = atomic_read(&t->embryonic);
	g->total = atomic_read(&t->total);
	g->max = t->limits.max_flows;
}
