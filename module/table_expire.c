// SPDX-License-Identifier: GPL-2.0
/*
 * Room in the flow table: eviction when it is full, expiry when a wait is over,
 * and the end of a namespace.
 *
 * Flows are taken out under the lock of their stripe and reported after it.
 */
#include "table_private.h"
#include "stats.h"

#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

/* Flows taken out of a stripe in one go, with interrupts off. */
#define BATCH	16

/* In so many steps the worker goes through all stripes in a second. */
#define SLICES	4

/* A quarter of a second or so: the unit in which a stripe remembers when it is due. */
#define DUE_SHIFT 28

/* Stripes to look into for a flow that can go, if one's own has none. */
#define REACH	16

static struct synfin_flow *oldest(struct synfin_stripe *stripe, unsigned int wait)
{
	return list_first_entry_or_null(&stripe->waits[wait], struct synfin_flow,
					wait);
}

static struct synfin_flow *oldest_embryonic(struct synfin_stripe *stripe)
{
	struct synfin_flow *flow, *best = NULL;
	unsigned int wait;

	for (wait = 0; synfin_table_wait_is_embryonic(wait); wait++) {
		flow = oldest(stripe, wait);
		if (flow && (!best || flow->conn.last_ns < best->conn.last_ns))
			best = flow;
	}
	return best;
}

/* One that has ended, or else one that nothing proved. */
static struct synfin_flow *worthless(struct synfin_stripe *stripe)
{
	return oldest(stripe, SYNFIN_WAIT_LINGER) ?: oldest_embryonic(stripe);
}

/* One that was proved, only if need be. */
static struct synfin_flow *least_worth(struct synfin_stripe *stripe)
{
	return oldest(stripe, SYNFIN_WAIT_CLOSING) ?:
	       oldest(stripe, SYNFIN_WAIT_HALF_CLOSED) ?:
	       oldest(stripe, SYNFIN_WAIT_OPEN);
}

/* What picks the flow of a locked stripe that has to go. */
typedef struct synfin_flow *(*chooser)(struct synfin_stripe *stripe);

/* From another stripe, unless somebody holds it: nobody waits for two locks. */
static struct synfin_flow *take_from(struct synfin_stripe *other, chooser choose)
{
	struct synfin_flow *flow;

	if (!raw_spin_trylock(&other->lock))
		return NULL;
	flow = choose(other);
	if (flow)
		synfin_table_unlink(other, flow);
	raw_spin_unlock(&other->lock);
	return flow;
}

/* Unlink what @choose finds in a stripe, or else in one of those after it. */
static struct synfin_flow *take(struct synfin_stripe *stripe, chooser choose)
{
	struct synfin_table *t = &synfin_table;
	struct synfin_flow *flow = choose(stripe);
	unsigned int i, own = stripe - t->stripes;

	if (flow)
		synfin_table_unlink(stripe, flow);
	for (i = 1; !flow && i < min(t->nr_stripes, REACH); i++)
		flow = take_from(&t->stripes[(own + i) % t->nr_stripes], choose);
	return flow;
}

/* In a chain that is too long: what has ended, what nothing proved, what goes on. */
static const u8 worth[SYNFIN_WAIT_NR] = {
	[SYNFIN_WAIT_LINGER] = 0,
	[SYNFIN_WAIT_UNANSWERED] = 1,
	[SYNFIN_WAIT_UNACKNOWLEDGED] = 1,
	[SYNFIN_WAIT_DOUBTED] = 1,
	[SYNFIN_WAIT_UNPROVEN] = 1,
	[SYNFIN_WAIT_CLOSING] = 2,
	[SYNFIN_WAIT_HALF_CLOSED] = 3,
	[SYNFIN_WAIT_OPEN] = 4,
};

static bool is_worth_less(const struct synfin_conn *one,
			  const struct synfin_conn *other)
{
	u8 a = worth[one->mark[1]], b = worth[other->mark[1]];

	return a < b || (a == b && one->last_ns < other->last_ns);
}

/* Unlink the least worthy flow of a chain, the oldest of these. */
static noinline struct synfin_flow *shorten(const struct synfin_table_hold *hold)
{
	struct synfin_flow *flow, *least = NULL;

	hlist_for_each_entry(flow, synfin_table_chain_of(hold->hash), chain)
		if (!least || is_worth_less(&flow->conn, &least->conn))
			least = flow;
	synfin_table_unlink(hold->stripe, least);
	synfin_stats_inc(least->sn, SYNFIN_CNT_chain_full);
	return least;
}

/* Count one more flow, unless the table is full: exact, whoever else does it too. */
static bool reserve(void)
{
	struct synfin_table *t = &synfin_table;

	return atomic_add_unless(&t->total, 1, t->limits.max_flows);
}

/**
 * synfin_table_make_room() - see that one more flow fits, and count it
 * @hold:	where it goes, locked
 * @full:	set if none fits
 *
 * Return: a flow that had to go, unlinked, for synfin_table_evict() once the lock
 * is released; or NULL.
 */
struct synfin_flow *synfin_table_make_room(const struct synfin_table_hold *hold,
					   bool *full)
{
	struct synfin_stripe *stripe = hold->stripe;
	struct synfin_table *t = &synfin_table;
	struct synfin_flow *victim = NULL;

	lockdep_assert_held(&stripe->lock);
	*full = false;
	if (unlikely(hold->length >= SYNFIN_TABLE_CHAIN_MAX))
		victim = shorten(hold);
	if (unlikely(!reserve())) {
		if (!victim)
			victim = take(stripe, worthless) ?: take(stripe, least_worth);
		*full = !reserve();
	} else if (unlikely(atomic_read(&t->embryonic) >= t->max_embryonic)) {
		/* One at a time. */
		*full = victim;
		if (!victim) {
			victim = take(stripe, oldest_embryonic);
			*full = !victim;
		}
		if (*full)
			atomic_dec(&t->total);
	}
	return victim;
}

/**
 * synfin_table_supersede() - report a flow that is over, as another has opened
 * @flow: the flow, unlinked
 *
 * Context: any context of a hook; no lock held.
 */
void synfin_table_supersede(struct synfin_flow *flow)
{
	struct synfin_result res SYNFIN_UNINITIALIZED;

	synfin_phase_finish(&flow->conn, &res);
	synfin_stats_inc(flow->sn, SYNFIN_CNT_flows_ended);
	synfin_table_release(flow, &res);
}

/**
 * synfin_table_evict() - report a flow that had to make room, and free it
 * @flow: the flow, unlinked
 *
 * Context: any context of a hook; no lock held.
 */
void synfin_table_evict(struct synfin_flow *flow)
{
	bool done = flow->conn.state == SYNFIN_STATE_DONE;
	struct synfin_result res SYNFIN_UNINITIALIZED;

	synfin_phase_evict(&flow->conn, &res);
	synfin_stats_inc(flow->sn, done ? SYNFIN_CNT_flows_ended :
					  SYNFIN_CNT_flows_evicted);
	synfin_table_release(flow, &res);
}

/* Until when the oldest flow of a list may wait; 0 for ever. */
static u64 deadline(struct synfin_stripe *stripe, unsigned int wait)
{
	u64 limit = synfin_table.limits.wait_ns[wait];
	struct synfin_flow *flow;

	if (list_empty(&stripe->waits[wait]) || !limit)
		return 0;
	flow = list_first_entry(&stripe->waits[wait], struct synfin_flow, wait);
	return flow->conn.last_ns + limit;
}

/*
 * The oldest flow of a list waits longer than the others there: it goes to their end.
 * So it is looked at once more each time; that counts as much as taking it.
 */
static bool stays(struct synfin_stripe *stripe, unsigned int wait, u64 now, u64 *due)
{
	struct synfin_flow *flow = oldest(stripe, wait);

	if (likely(flow->conn.deadline_ns <= now))
		return false;
	*due = min(*due, flow->conn.deadline_ns);
	list_move_tail(&flow->wait, &stripe->waits[wait]);
	return true;
}

/* Of most that have ended nothing is left to report. */
static bool recycle_ended(struct synfin_flow *flow)
{
	if (flow->conn.state != SYNFIN_STATE_DONE || !synfin_table_recycle(flow))
		return false;
	synfin_stats_inc(flow->sn, SYNFIN_CNT_flows_ended);
	return true;
}

/*
 * Unlink up to BATCH flows; those to be reported are put in @out. A flow that comes
 * later waits for the shortest wait at least. Returns whether there may be more.
 */
static bool take_expired(struct synfin_stripe *stripe, u64 now,
			 struct synfin_flow **out, unsigned int *nr)
{
	u64 until, due = now + synfin_table.shortest_ns;
	unsigned int wait, taken = 0, stayed = 0;
	struct synfin_flow *flow;

	*nr = 0;
	for (wait = 0; wait < SYNFIN_WAIT_NR; wait++) {
		/* Most are. */
		if (list_empty(&stripe->waits[wait]))
			continue;
		while ((until = deadline(stripe, wait))) {
			if (taken == BATCH || until > now) {
				if (wait == SYNFIN_WAIT_LINGER)
					until += SYNFIN_TABLE_SLACK_NS;
				due = min(due, until);
				break;
			}
			taken++;
			if (unlikely(stays(stripe, wait, now, &due))) {
				if (++stayed == BATCH / 2)
					break;
				continue;
			}
			flow = oldest(stripe, wait);
			synfin_table_unlink(stripe, flow);
			if (!recycle_ended(flow))
				out[(*nr)++] = flow;
		}
	}
	stripe->due = (due >> DUE_SHIFT) + 1;
	return taken == BATCH && !stayed;
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

/**
 * synfin_table_expire_work() - end the flows whose wait is over
 * @work: the table's
 *
 * A slice of the stripes at a time, all of them in a second: what a second's
 * connections leave behind comes bit by bit, and is used again for the next ones. Each
 * stripe is locked for a few flows at a time, and left alone while no wait in it can
 * be over.
 */
void synfin_table_expire_work(struct work_struct *work)
{
	struct synfin_table *t = &synfin_table;
	u64 now = ktime_get_ns();
	unsigned int i;

	if (!atomic_read(&t->total)) {
		schedule_delayed_work(&t->expiry, HZ);
		return;
	}
	for (i = 0; i < t->nr_stripes / SLICES; i++) {
		struct synfin_stripe *stripe = &t->stripes[t->slice++];

		if (!READ_ONCE(stripe->flows) || now >> DUE_SHIFT < stripe->due)
			continue;
		expire_stripe(stripe, now);
		cond_resched();
	}
	t->slice %= t->nr_stripes;
	schedule_delayed_work(&t->expiry, HZ / SLICES);
}

static unsigned int take_of_net(struct synfin_stripe *stripe,
				const struct synfin_net *sn,
				struct synfin_flow **out)
{
	struct synfin_flow *flow, *tmp;
	unsigned int wait, n = 0;

	for (wait = 0; wait < SYNFIN_WAIT_NR; wait++) {
		list_for_each_entry_safe(flow, tmp, &stripe->waits[wait], wait) {
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
 * Hooks of other namespaces and the worker may have taken flows of @sn out of the
 * table and not reported them yet: it must stay until a grace period has passed.
 *
 * Context: may sleep.
 */
void synfin_table_net_exit(struct synfin_net *sn)
{
	struct synfin_flow *flows[BATCH] SYNFIN_UNINITIALIZED;
	unsigned int i, s, n;
	unsigned long flags;

	for (s = 0; s < synfin_table.nr_stripes; s++) {
		struct synfin_stripe *stripe = &synfin_table.stripes[s];

		do {
			raw_spin_lock_irqsave(&stripe->lock, flags);
			n = take_of_net(stripe, sn, flows);
			raw_spin_unlock_irqrestore(&stripe->lock, flags);
			for (i = 0; i < n; i++)
				synfin_table_evict(flows[i]);
			cond_resched();
		} while (n == BATCH);
	}
}
