/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the flow table: what the files table*.c share.
 */
#ifndef _SYNFIN_TABLE_PRIVATE_H
#define _SYNFIN_TABLE_PRIVATE_H

#include <linux/atomic.h>
#include <linux/jump_label.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <linux/workqueue.h>
#include "stats.h"
#include "table.h"

/**
 * struct synfin_table - the table
 * @stripes:	@nr_stripes of them, a power of two
 * @chains:	a power of two, the same number in each stripe, so that a chain holds
 *		one flow on average when the table is full
 * @stripe_shift: of the upper half of a hash, to get its stripe
 * @nr_stripes:	how many
 * @sources:	how many flows each client holds, by synfin_flow.source
 * @source_shift: of 16 bits of a hash, to get an index of @sources
 * @max_embryonic: a smaller share for flows that no ACK has proved
 * @max_flows:	flows at most
 * @wait_ns:	how long each wait may last, by enum synfin_wait; 0 for ever
 * @shortest_ns: the shortest wait that ends
 * @report:	told of flows that the table lets go
 * @total:	flows in the table
 * @embryonic:	those of them that no ACK has proved
 * @used:	stripes that have flows; a bit is set and cleared under the lock of its stripe
 * @busy:	stripes that may have flows in SYNFIN_LIST_BUSY; a bit is set and cleared
 *		under the lock of its stripe
 * @idle:	the worker found nothing, and takes its time
 * @slice:	the next stripe to be looked at; the worker's alone
 * @expiry:	looks for waits that are over
 * @ended:	which endpoints had a connection that has ended, see table_ended.c
 * @recall:	what had to go before it was answered, see table_recall.c; or NULL
 * @recall_work: takes the memory for it
 */
struct synfin_table {
	struct synfin_stripe		*stripes;
	struct hlist_head		*chains;
	unsigned int			stripe_shift;
	unsigned int			nr_stripes;
	atomic_t			*sources;
	unsigned int			source_shift;
	unsigned int			max_embryonic;
	unsigned int			max_flows;
	u64				wait_ns[SYNFIN_WAIT_NR];
	u64				shortest_ns;
	synfin_table_report		report;
	atomic_t			total ____cacheline_aligned_in_smp;
	atomic_t			embryonic;
	DECLARE_BITMAP(used, SYNFIN_NET_STRIPES);
	DECLARE_BITMAP(busy, SYNFIN_NET_STRIPES);
	bool				idle;
	unsigned int			slice;
	struct delayed_work		expiry;
	struct synfin_ended		*ended;
	struct synfin_recall_set	*recall;
	struct work_struct		recall_work;
};

extern struct synfin_table synfin_table;

/* So long after it was asked whether it has sockets here a flow is asked again. */
#define SYNFIN_TABLE_ASK_NS (4 * NSEC_PER_SEC)

/*
 * A flow that has ended stays this much longer than it must: nothing is to be told of
 * it, and more of them go at a time.
 */
#define SYNFIN_TABLE_SLACK_NS (2 * NSEC_PER_SEC)

/* In so many steps the worker goes through all stripes in a second. */
#define SYNFIN_TABLE_SLICES 8

/* Flows of a stripe that are dealt with in one go, with interrupts off. */
#define SYNFIN_TABLE_BATCH 16

/* Buckets of the filter for each chain. */
#define SYNFIN_TABLE_BUCKETS 64

/*
 * A flow of a namespace is gone, or nobody looks at it any more. With release: pairs with
 * the acquire in synfin_table_net_exit().
 */
static inline void synfin_table_let_go(struct synfin_net *sn)
{
	atomic_dec_return_release(&sn->flows);
}

static inline struct synfin_stripe *synfin_table_stripe(u32 hash)
{
	return &synfin_table.stripes[hash >> synfin_table.stripe_shift];
}

/* Of the upper half of a hash: its bit of the filter. */
static inline u32 synfin_table_bit(u32 hash)
{
	return hash >> (synfin_table_fast.shift - 32);
}

static inline struct hlist_head *synfin_table_chain_of(u32 hash)
{
	return &synfin_table.chains[synfin_table_bit(hash) / SYNFIN_TABLE_BUCKETS];
}

/* What it waits for: plain segments, and not only for what is said first. */
static inline u8 synfin_table_awaits(const struct synfin_conn *conn)
{
	if (synfin_phase_awaits_answer(conn))
		return SYNFIN_FLOW_AWAITS | SYNFIN_FLOW_ANSWER;
	if (static_branch_unlikely(&synfin_first_wanted) && conn->flags & SYNFIN_FLAG_FIRST)
		return SYNFIN_FLOW_AWAITS;
	return 0;
}

/* Is it only its end that may come? */
static inline bool synfin_table_waits_for_nothing(unsigned int wait)
{
	return wait == SYNFIN_WAIT_OPEN || wait == SYNFIN_WAIT_HALF_CLOSED;
}

/* Units of synfin_flow.since: a millisecond or so. They wrap after weeks. */
#define SYNFIN_TABLE_TICK_SHIFT 20

static inline u32 synfin_table_ticks(u64 ns)
{
	return ns >> SYNFIN_TABLE_TICK_SHIFT;
}

/* How long has it been at its place in its list? */
static inline u64 synfin_table_age(const struct synfin_flow *flow, u64 now)
{
	s32 ticks = synfin_table_ticks(now) - flow->since;

	return ticks < 0 ? 0 : (u64)ticks << SYNFIN_TABLE_TICK_SHIFT;
}

/* A quarter of a second or so: the unit in which a stripe remembers when it is due. */
#define SYNFIN_TABLE_DUE_SHIFT 28

/* Nothing is to be done in a stripe, which is locked, before then. */
static inline void synfin_table_set_due(struct synfin_stripe *stripe, u64 ns)
{
	WRITE_ONCE(stripe->due, (ns >> SYNFIN_TABLE_DUE_SHIFT) + 1);
}

/*
 * Whether a flow is found decides if the lock outlives synfin_table_get(), which sparse
 * cannot follow: it is told that both are neutral. lockdep watches.
 */
static inline void synfin_table_lock(struct synfin_table_hold *hold)
{
	raw_spin_lock_irqsave(&hold->stripe->lock, hold->flags);
	__release(&hold->stripe->lock);
}

static inline void synfin_table_unlock(struct synfin_table_hold *hold)
{
	__acquire(&hold->stripe->lock);
	raw_spin_unlock_irqrestore(&hold->stripe->lock, hold->flags);
}

/* table_awaiting.c */
void synfin_table_change_awaiting(struct synfin_flow *flow, u8 changed);
void synfin_table_set_awaiting(struct synfin_stripe *stripe, struct synfin_flow *flow,
			       u8 awaits);
void synfin_table_clear_awaiting(u32 bit);

/* table_watch.c */
void synfin_table_watch(struct synfin_flow *flow, u64 before, u64 now);
void synfin_table_watch_again(struct synfin_stripe *stripe);

/* table_list.c */
void synfin_table_list_setup(struct synfin_flow *flow);
void synfin_table_link(struct synfin_stripe *stripe, struct synfin_flow *flow, u64 now);
void synfin_table_unlink(struct synfin_stripe *stripe, struct synfin_flow *flow);
void synfin_table_requeue(struct synfin_stripe *stripe, struct synfin_flow *flow,
			  u64 now, bool moved);
void synfin_table_settle(struct synfin_stripe *stripe, struct synfin_flow *flow);

/* table_recall.c: all but a few are called only when the table is flooded. */
void synfin_table_recall_want(void);
void synfin_table_recall_work(struct work_struct *work);
void synfin_table_recall_rest(void);
void synfin_table_recall_teardown(void);
bool synfin_table_recall_awaits(u32 bit);
void synfin_table_recall_put(struct synfin_stripe *stripe, struct synfin_flow *flow);
bool synfin_table_recall_has(u32 hash, const struct synfin_segment *seg);
void synfin_table_recall_get(u32 hash, const struct synfin_segment *seg, u32 netns,
			     struct synfin_flow *flow);

/* table_ended.c */
int synfin_table_ended_setup(size_t chains);
void synfin_table_ended_put(const struct synfin_flow *flow);
bool synfin_table_ended_has(u32 hash, u64 now);

/* table_ask.c */
bool synfin_table_ask(struct synfin_stripe *stripe, u64 now);

/* table_insert.c */
struct synfin_flow *synfin_table_insert(struct synfin_table_hold *hold,
					struct synfin_net *sn,
					const struct synfin_segment *seg);
void synfin_table_put_back(struct synfin_table_hold *hold, struct synfin_net *sn,
			   const struct synfin_segment *seg);

/* table_leave.c */
void synfin_table_begin_leaving(struct synfin_table_hold *hold);
void synfin_table_clear_up(struct synfin_table_hold *hold);
void synfin_table_release(struct synfin_flow *flow,
			  const struct synfin_result *res);

/* table_alloc.c */
int synfin_table_stock_setup(unsigned int max_flows);
void synfin_table_stock_teardown(void);
struct synfin_flow *synfin_table_alloc(void);
void synfin_table_free(struct synfin_flow *flow);
bool synfin_table_recycle(struct synfin_flow *flow);

/* table_evict.c */
void synfin_table_count_source(struct synfin_flow *flow);
struct synfin_flow *synfin_table_make_room(const struct synfin_table_hold *hold,
					   bool *full);
void synfin_table_evict(struct synfin_flow *flow);
void synfin_table_supersede(struct synfin_flow *flow);

/* table_expire.c */
void synfin_table_expire_work(struct work_struct *work);

#endif /* _SYNFIN_TABLE_PRIVATE_H */
