// SPDX-License-Identifier: GPL-2.0
/*
 * What a flood has pushed out of the table before its answer came.
 *
 * What no ACK has proved may have a quarter of the table. A million made-up SYNs in a
 * second fill that in 65 ms, and a real client's answer may take longer. So an attempt that
 * has to go is not reported: what is needed to go on as if nothing had been is kept, 64
 * bytes instead of a flow's 570. When a segment comes that belongs to it, the phase machine
 * is shown again what it was shown then, with the times of then. Most are never
 * asked for; they are counted as evicted, and nothing is written of them, so that a flood
 * leaves the records alone. What is kept of each is table_attempt.c's.
 *
 * A set holds WAYS of them, and belongs to eight chains of a stripe, whose lock it is
 * under; when it is full, the oldest makes way. There are fifteen for each eight flows of the
 * table: that of a real client stays a third of a second at a million SYNs in a
 * second. The memory is taken when a quarter of that is full, and goes back
 * some time after the last attempt had to go: on a host that nobody floods there is none.
 */
#include "table_private.h"
#include "table_attempt.h"

#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

/* Attempts in a set: with @next, their hashes fill a cache line. */
#define WAYS	15

/* Chains that share a set. */
#define CHAINS_OF_SET	8

/* So long after the last attempt had to go its memory goes back. */
#define QUIET	(16 * HZ)

/**
 * struct synfin_recall_set - attempts of some chains
 * @hash:	of the endpoints of each; 0 if there is none
 * @next:	whose turn it is to make way, when it is full
 * @attempt:	what is known of them
 */
struct synfin_recall_set {
	u32			hash[WAYS];
	u32			next;
	struct synfin_attempt	attempt[WAYS];
} ____cacheline_aligned;

DEFINE_STATIC_KEY_FALSE(synfin_table_flooded);

/* When an attempt had to go, in jiffies; and whether there is memory, or will be. */
static unsigned long last_put;
static bool asked;

static struct synfin_recall_set *set_of(u32 hash)
{
	/*
	 * Pairs with the release in synfin_table_recall_work(): what is in them is read
	 * through this address. It may be gone by the next look.
	 */
	struct synfin_recall_set *sets = READ_ONCE(synfin_table.recall);

	return sets ? &sets[synfin_table_bit(hash) / SYNFIN_TABLE_BUCKETS /
			    CHAINS_OF_SET] : NULL;
}

static unsigned int nr_sets(void)
{
	return synfin_table_bit(~0U) / SYNFIN_TABLE_BUCKETS / CHAINS_OF_SET + 1;
}

/**
 * synfin_table_recall_awaits() - does what was pushed out await an ACK?
 * @bit: of the filter; its stripe is locked
 *
 * Return: true if any with that bit does.
 */
bool synfin_table_recall_awaits(u32 bit)
{
	const struct synfin_recall_set *set = set_of(bit << (synfin_table_fast.shift - 32));
	unsigned int i;

	if (!set)
		return false;
	for (i = 0; i < WAYS; i++)
		if (set->hash[i] && synfin_table_bit(set->hash[i]) == bit &&
		    synfin_attempt_is_answered(&set->attempt[i]))
			return true;
	return false;
}

/*
 * Where the next one goes: where one was that came back, or that of the oldest. A server
 * that is flooded sends its SYN-ACKs again, and each brings back an attempt and pushes
 * out another: what is there longest must not go for that.
 */
static unsigned int next_place(struct synfin_recall_set *set)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++)
		if (!set->hash[i])
			return i;
	i = set->next;
	set->next = (i + 1) % WAYS;
	return i;
}

/**
 * synfin_table_recall_put() - a flow has to go: keep what its answer needs
 * @stripe:	its stripe, locked
 * @flow:	the flow, still in its chain
 *
 * It is marked if it was kept: then nothing is to be reported of it.
 */
void synfin_table_recall_put(struct synfin_stripe *stripe, struct synfin_flow *flow)
{
	struct synfin_recall_set *set = set_of(flow->hash);
	unsigned int place;
	u32 gone;

	lockdep_assert_held(&stripe->lock);
	if (!set || !synfin_attempt_is_plain(flow))
		return;
	place = next_place(set);
	gone = set->hash[place];
	set->hash[place] = flow->hash;
	synfin_attempt_describe(flow, &set->attempt[place]);
	flow->conn.table_flags |= SYNFIN_FLOW_KEPT;
	if (gone)
		synfin_table_clear_awaiting(synfin_table_bit(gone));
	if (time_after(jiffies, READ_ONCE(last_put)))
		WRITE_ONCE(last_put, jiffies);
}

/* Its place in the set, or WAYS; and who says @seg. */
static unsigned int find_attempt(const struct synfin_recall_set *set, u32 hash,
				 const struct synfin_segment *seg,
				 enum synfin_from *from)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		if (likely(set->hash[i] != hash))
			continue;
		for (*from = SYNFIN_FROM_CLIENT; *from <= SYNFIN_FROM_SERVER; ++*from)
			if (synfin_attempt_is_of(&set->attempt[i], seg, *from))
				return i;
	}
	return WAYS;
}

/**
 * synfin_table_recall_has() - does a segment belong to what was pushed out?
 * @hash:	of its endpoints, the upper half, not 0; its stripe is locked
 * @seg:	the segment
 *
 * Return: true if it does.
 */
bool synfin_table_recall_has(u32 hash, const struct synfin_segment *seg)
{
	const struct synfin_recall_set *set = set_of(hash);
	enum synfin_from from;

	return set && hash && find_attempt(set, hash, seg, &from) < WAYS;
}

/**
 * synfin_table_recall_get() - a flow is as it was when it was pushed out
 * @hash:	of its endpoints, of which synfin_table_recall_has() is true
 * @seg:	the segment that belongs to it
 * @netns:	inode number of its namespace
 * @flow:	new, its connection not set up; in no chain
 *
 * Context: the stripe is locked.
 */
void synfin_table_recall_get(u32 hash, const struct synfin_segment *seg, u32 netns,
			     struct synfin_flow *flow)
{
	struct synfin_recall_set *set = set_of(hash);
	enum synfin_from from;
	unsigned int i = find_attempt(set, hash, seg, &from);

	set->hash[i] = 0;
	synfin_attempt_show(&set->attempt[i], seg, from, netns, flow);
}

/**
 * synfin_table_recall_want() - the table begins to fill with what nothing proves
 *
 * Context: any; a stripe is locked.
 */
void synfin_table_recall_want(void)
{
	if (READ_ONCE(asked) || cmpxchg(&asked, false, true))
		return;
	schedule_work(&synfin_table.recall_work);
}

/**
 * synfin_table_recall_work() - take the memory
 * @work: the table's
 *
 * Context: a worker; may sleep.
 */
void synfin_table_recall_work(struct work_struct *work)
{
	struct synfin_recall_set *sets;

	WRITE_ONCE(last_put, jiffies);
	/* It was asked for twice, if it was given back between the asking and this. */
	if (READ_ONCE(synfin_table.recall))
		return;
	sets = kvcalloc(nr_sets(), sizeof(*sets), GFP_KERNEL | __GFP_NOWARN);
	if (!sets)
		return;
	static_branch_enable(&synfin_table_flooded);
	/* Pairs with set_of(): they are zero for whoever finds them. */
	smp_store_release(&synfin_table.recall, sets);
}

/* Of the sets of a stripe; nobody puts anything there any more. */
static void stop_awaiting(unsigned int s, const struct synfin_recall_set *sets)
{
	struct synfin_stripe *stripe = &synfin_table.stripes[s];
	unsigned int i, n = nr_sets() / synfin_table.nr_stripes;
	const struct synfin_recall_set *set;
	unsigned long flags;

	raw_spin_lock_irqsave(&stripe->lock, flags);
	for (set = sets + s * n; set < sets + (s + 1) * n; set++)
		for (i = 0; i < WAYS; i++)
			if (set->hash[i])
				synfin_table_clear_awaiting(synfin_table_bit(set->hash[i]));
	raw_spin_unlock_irqrestore(&stripe->lock, flags);
}

/**
 * synfin_table_recall_rest() - give the memory back when it is quiet
 *
 * Context: the table's worker; may sleep.
 */
void synfin_table_recall_rest(void)
{
	struct synfin_table *t = &synfin_table;
	struct synfin_recall_set *sets;
	unsigned int s;

	if (!READ_ONCE(asked) || time_before(jiffies, READ_ONCE(last_put) + QUIET) ||
	    work_busy(&t->recall_work) ||
	    atomic_read(&t->embryonic) >= t->max_embryonic / 4)
		return;
	/* The worker that takes it has done, or has not begun. */
	sets = READ_ONCE(t->recall);
	if (sets) {
		/*
		 * Whoever has found them holds the lock of a stripe; when all have been
		 * held here, nobody has.
		 */
		WRITE_ONCE(t->recall, NULL);
		for (s = 0; s < t->nr_stripes; s++) {
			stop_awaiting(s, sets);
			cond_resched();
		}
		static_branch_disable(&synfin_table_flooded);
		kvfree(sets);
	}
	WRITE_ONCE(asked, false);
}

/**
 * synfin_table_recall_teardown() - no table, no memory
 *
 * Context: module unload, when nothing is in the table any more; may sleep.
 */
void synfin_table_recall_teardown(void)
{
	cancel_work_sync(&synfin_table.recall_work);
	kvfree(synfin_table.recall);
	synfin_table.recall = NULL;
}
