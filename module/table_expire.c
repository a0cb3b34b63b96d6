// SPDX-License-Identifier: GPL-2.0
/*
 * What comes to its end in the flow table: a wait that is over, a connection without
 * sockets, a namespace.
 *
 * Flows are taken out under the lock of their stripe and reported after it.
 */
#include "table_private.h"
#include "stats.h"

#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#define BATCH	SYNFIN_TABLE_BATCH

static struct synfin_flow *oldest(struct synfin_stripe *stripe, unsigned int list)
{
	return list_first_entry_or_null(&stripe->lists[list], struct synfin_flow,
					wait);
}

/* How long the flows of a list may wait; 0 for ever, or until somebody else says. */
static u64 limit_of(unsigned int list)
{
	if (list == SYNFIN_LIST_SUSPECT)
		list = SYNFIN_WAIT_LINGER;
	return list < SYNFIN_WAIT_NR ? READ_ONCE(synfin_table.wait_ns[list]) : 0;
}

/* Until when the oldest flow of a list may wait; 0 for ever. */
static u64 deadline(struct synfin_stripe *stripe, unsigned int list, u64 now)
{
	struct synfin_flow *flow = oldest(stripe, list);
	u64 limit = limit_of(list);

	if (!flow || !limit)
		return 0;
	/* What is watched lives as long as segments come. */
	if (list == SYNFIN_WAIT_OPEN || list == SYNFIN_WAIT_HALF_CLOSED)
		return now - synfin_table_age(flow, now) + limit;
	return flow->conn.last_ns + limit;
}

/*
 * The oldest flow of a list waits longer than the others there: it goes to their end.
 * So it is looked at once more each time; that counts as much as taking it.
 */
static bool stays(struct synfin_stripe *stripe, unsigned int list, u64 now, u64 *due)
{
	struct synfin_flow *flow = oldest(stripe, list);

	if (likely(flow->conn.deadline_ns <= now))
		return false;
	*due = min(*due, flow->conn.deadline_ns);
	list_move_tail(&flow->wait, &stripe->lists[list]);
	return true;
}

/* Has what waits in a list ended? Of the rest nobody knows if it goes on. */
static bool is_of_ended(unsigned int list)
{
	return list == SYNFIN_WAIT_LINGER || list == SYNFIN_LIST_SUSPECT;
}

/* Of most that have ended nothing is left to report. */
static bool recycle_ended(struct synfin_flow *flow)
{
	struct synfin_net *sn = flow->sn;

	if (flow->conn.state != SYNFIN_STATE_DONE || !synfin_table_recycle(flow))
		return false;
	synfin_stats_inc(sn, SYNFIN_CNT_flows_ended);
	synfin_table_let_go(sn);
	return true;
}

/* Those that are not young any more go to the lists of what they wait for. */
static unsigned int settle(struct synfin_stripe *stripe, u64 now, u64 *due)
{
	u64 shortest = READ_ONCE(synfin_table.shortest_ns), age;
	struct synfin_flow *flow;
	unsigned int n;

	for (n = 0; n < BATCH; n++) {
		flow = oldest(stripe, SYNFIN_LIST_YOUNG);
		if (!flow)
			break;
		age = synfin_table_age(flow, now);
		if (age < shortest) {
			*due = min(*due, now - age + shortest);
			break;
		}
		synfin_table_settle(stripe, flow);
	}
	return n;
}

/* The first list from @list on that has flows. Most have none, and most stripes one. */
static unsigned int next_used(const struct synfin_stripe *stripe, unsigned int list)
{
	const struct list_head *head = &stripe->lists[list];
	const struct list_head *end = &stripe->lists[SYNFIN_LIST_NR];

	if (!stripe->flows)
		return SYNFIN_LIST_NR;
	while (head < end && list_empty(head))
		head++;
	return head - stripe->lists;
}

/*
 * Unlink up to BATCH flows; those to be reported are put in @out. A flow that comes
 * later waits for the shortest wait at least. Returns whether there may be more.
 */
static bool take_expired(struct synfin_stripe *stripe, u64 now,
			 struct synfin_flow **out, unsigned int *nr)
{
	u64 until, due = now + READ_ONCE(synfin_table.shortest_ns);
	unsigned int list, taken = 0, stayed = 0, settled;
	struct synfin_flow *flow;

	*nr = 0;
	settled = settle(stripe, now, &due);
	for (list = next_used(stripe, 0); list < SYNFIN_LIST_NR;
	     list = next_used(stripe, list + 1)) {
		while ((until = deadline(stripe, list, now))) {
			if (taken == BATCH || until > now) {
				if (list == SYNFIN_WAIT_LINGER)
					until += SYNFIN_TABLE_SLACK_NS;
				due = min(due, until);
				break;
			}
			taken++;
			if (unlikely(stays(stripe, list, now, &due))) {
				if (++stayed == BATCH / 2)
					break;
				continue;
			}
			flow = oldest(stripe, list);
			if (is_of_ended(list))
				synfin_table_ended_put(flow);
			synfin_table_unlink(stripe, flow);
			if (!recycle_ended(flow))
				out[(*nr)++] = flow;
		}
	}
	synfin_table_set_due(stripe, due);
	return settled == BATCH || (taken == BATCH && !stayed);
}

static void expire_stripe(struct synfin_stripe *stripe, u64 now)
{
	struct synfin_flow *flows[BATCH] SYNFIN_UNINITIALIZED;
	struct synfin_result res SYNFIN_UNINITIALIZED;
	unsigned long flags;
	unsigned int i, n;
	bool more;

	do {
		/* Until they are reported, their namespaces stay. */
		rcu_read_lock();
		raw_spin_lock_irqsave(&stripe->lock, flags);
		more = take_expired(stripe, now, flows, &n);
		raw_spin_unlock_irqrestore(&stripe->lock, flags);
		for (i = 0; i < n; i++) {
			synfin_phase_expire(&flows[i]->conn, now, &res);
			synfin_stats_inc(flows[i]->sn, SYNFIN_CNT_flows_ended);
			synfin_table_release(flows[i], &res);
		}
		rcu_read_unlock();
	} while (more);
}

static void watch_again(void)
{
	unsigned int s;

	for_each_set_bit(s, synfin_table.busy, synfin_table.nr_stripes) {
		synfin_table_watch_again(&synfin_table.stripes[s]);
		cond_resched();
	}
}

/* The stripes whose turn it is. */
static void expire_slice(u64 now)
{
	struct synfin_table *t = &synfin_table;
	unsigned int s = t->slice, end = s + t->nr_stripes / SYNFIN_TABLE_SLICES;

	for_each_set_bit_from(s, t->used, end) {
		struct synfin_stripe *stripe = &t->stripes[s];

		if (now >> SYNFIN_TABLE_DUE_SHIFT < READ_ONCE(stripe->due))
			continue;
		expire_stripe(stripe, now);
		if (synfin_table_ask(stripe, now))
			WRITE_ONCE(stripe->due, 0);
		cond_resched();
	}
	t->slice = end % t->nr_stripes;
}

/**
 * synfin_table_expire_work() - end the flows whose wait is over
 * @work: the table's
 *
 * A slice of the stripes at a time, all of them in a second: what a second's
 * connections leave behind comes bit by bit, and is used again for the next ones. Each
 * stripe is locked for a few flows at a time, and left alone while no wait in it can
 * be over. Those that hold what is busy are looked at each time.
 */
void synfin_table_expire_work(struct work_struct *work)
{
	bool idle = !atomic_read(&synfin_table.total);

	watch_again();
	if (!idle)
		expire_slice(ktime_get_ns());
	synfin_first_drain();
	synfin_table_recall_rest();
	WRITE_ONCE(synfin_table.idle, idle);
	schedule_delayed_work(&synfin_table.expiry, idle ? HZ : HZ / SYNFIN_TABLE_SLICES);
}

static unsigned int take_of_net(struct synfin_stripe *stripe,
				const struct synfin_net *sn,
				struct synfin_flow **out)
{
	struct synfin_flow *flow, *tmp;
	unsigned int list, n = 0;

	for (list = 0; list < SYNFIN_LIST_NR; list++) {
		list_for_each_entry_safe(flow, tmp, &stripe->lists[list], wait) {
			if (n == BATCH)
				return n;
			if (flow->sn != sn)
				continue;
			synfin_table_unlink(stripe, flow);
			out[n++] = flow;
		}
	}
	return n;
}

/**
 * synfin_table_net_exit() - evict the flows of a namespace that goes away
 * @sn: the namespace; its hooks have gone
 *
 * Only stripes in which it has had flows are looked into, and none if it has no more.
 *
 * Hooks of other namespaces and the worker may have taken flows of @sn out of the
 * table and not reported them yet: then it must stay until a grace period has passed.
 *
 * Context: may sleep.
 *
 * Return: true if nobody has anything of it any more.
 */
bool synfin_table_net_exit(struct synfin_net *sn)
{
	struct synfin_flow *flows[BATCH] SYNFIN_UNINITIALIZED;
	unsigned int i, s, n;
	unsigned long flags;

	for_each_set_bit(s, sn->stripes, synfin_table.nr_stripes) {
		struct synfin_stripe *stripe = &synfin_table.stripes[s];

		if (!atomic_read(&sn->flows))
			break;
		do {
			raw_spin_lock_irqsave(&stripe->lock, flags);
			n = take_of_net(stripe, sn, flows);
			raw_spin_unlock_irqrestore(&stripe->lock, flags);
			for (i = 0; i < n; i++)
				synfin_table_evict(flows[i]);
			cond_resched();
		} while (n == BATCH);
	}
	/* Pairs with whoever was the last to let go: what it did comes before. */
	return !atomic_read_acquire(&sn->flows);
}
