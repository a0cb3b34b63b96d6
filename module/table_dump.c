// SPDX-License-Identifier: GPL-2.0
/*
 * Looking at the flow table from /proc: copies, taken under the lock of a stripe
 * and printed after it.
 */
#include "table_private.h"

#include <linux/cpumask.h>
#include <linux/minmax.h>
#include <linux/percpu.h>

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
				   unsigned int skip,
				   struct synfin_flow_copy *out, unsigned int max)
{
	struct synfin_stripe *s = &synfin_table.stripes[stripe];
	struct synfin_flow *flow;
	unsigned int list, n = 0;
	unsigned long flags;

	/* In most it has none: others are not held up for nothing. */
	if (!test_bit(stripe, sn->stripes))
		return 0;
	raw_spin_lock_irqsave(&s->lock, flags);
	for (list = 0; list < SYNFIN_LIST_NR; list++) {
		list_for_each_entry(flow, &s->lists[list], wait) {
			if (!is_of(flow, sn) ||
			    flow->conn.state == SYNFIN_STATE_DONE)
				continue;
			if (skip) {
				skip--;
				continue;
			}
			if (n == max)
				goto unlock;
			out[n].conn = flow->conn;
			out[n].owner = flow->owner;
			out[n++].ftp_control = flow->conn.flags & SYNFIN_FLAG_ANNOUNCED ?
					       flow->first.control : 0;
		}
	}
unlock:
	raw_spin_unlock_irqrestore(&s->lock, flags);
	return n;
}

static u64 sum_of(const struct synfin_net *sn, enum synfin_gauge gauge)
{
	s64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(sn->counters, cpu)->gauge[gauge]);
	/* A flow may have moved on while we looked. */
	return max_t(s64, sum, 0);
}

/**
 * synfin_table_gauges() - how many flows there are
 * @sn:	the namespace
 * @g:	to be filled
 *
 * Context: any; no lock.
 */
void synfin_table_gauges(struct synfin_net *sn, struct synfin_gauges *g)
{
	struct synfin_table *t = &synfin_table;

	*g = (struct synfin_gauges) {
		.opening = sum_of(sn, SYNFIN_GAUGE_OPENING),
		.open = sum_of(sn, SYNFIN_GAUGE_OPEN),
		.closing = sum_of(sn, SYNFIN_GAUGE_CLOSING),
		.lingering = sum_of(sn, SYNFIN_GAUGE_LINGERING),
		.embryonic = atomic_read(&t->embryonic),
		.total = atomic_read(&t->total),
		.max = t->max_flows,
	};
}
