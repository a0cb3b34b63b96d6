// SPDX-License-Identifier: GPL-2.0
/*
 * The awaiting filter, which the fast path asks: does any flow wait for a segment like
 * this one? By the ports of its endpoints, and by their hash.
 *
 * All under the lock of the flow's stripe, in any context of a hook or in a worker.
 */
#include "table_private.h"

#include <linux/atomic.h>

static_assert(SYNFIN_TABLE_STRIPE_CHAINS * SYNFIN_TABLE_BUCKETS % BITS_PER_LONG == 0);

/* @mark: in which filter, SYNFIN_FLOW_AWAITS or SYNFIN_FLOW_ANSWER */
static bool any_awaits(u32 bit, u8 mark)
{
	struct hlist_head *chain = &synfin_table.chains[bit / SYNFIN_TABLE_BUCKETS];
	const struct synfin_flow *flow;

	hlist_for_each_entry(flow, chain, chain)
		if (flow->conn.table_flags & mark &&
		    synfin_table_bit(flow->hash) == bit)
			return true;
	return static_branch_unlikely(&synfin_table_flooded) &&
	       synfin_table_recall_awaits(bit);
}

static void clear_in(unsigned long *filter, u32 bit, u8 mark)
{
	if (!any_awaits(bit, mark))
		__clear_bit(bit, filter);
}

/**
 * synfin_table_clear_awaiting() - something with a bit of the filters awaits no more
 * @bit: the bit; its stripe is locked
 */
void synfin_table_clear_awaiting(u32 bit)
{
	if (static_branch_unlikely(&synfin_first_wanted))
		clear_in(synfin_table_fast.answers, bit, SYNFIN_FLOW_ANSWER);
	clear_in(synfin_table_fast.filter, bit, SYNFIN_FLOW_AWAITS);
}

static void mark_bucket(unsigned long *filter, u32 bit, u8 mark, u8 awaits)
{
	if (awaits & mark)
		__set_bit(bit, filter);
	else
		clear_in(filter, bit, mark);
}

static atomic_t *ports_of(const struct synfin_conn *conn)
{
	return &synfin_table_ports[(__force u16)htons(conn->client_port ^
						      conn->server_port)];
}

/**
 * synfin_table_change_awaiting() - the filters follow what a flow waits for now
 * @flow:	the flow, its stripe locked
 * @changed:	what of SYNFIN_FLOW_AWAITS_ANY is turned around
 *
 * A word of a filter is of one stripe, whose lock is held: no atomic is needed.
 */
void synfin_table_change_awaiting(struct synfin_flow *flow, u8 changed)
{
	u32 bit = synfin_table_bit(flow->hash);
	u8 awaits = flow->conn.table_flags ^ changed;

	lockdep_assert_held(&synfin_table_stripe(flow->hash)->lock);
	flow->conn.table_flags = awaits;
	if (static_branch_unlikely(&synfin_first_wanted) && changed & SYNFIN_FLOW_ANSWER)
		mark_bucket(synfin_table_fast.answers, bit, SYNFIN_FLOW_ANSWER, awaits);
	if (changed & SYNFIN_FLOW_AWAITS) {
		atomic_add(awaits & SYNFIN_FLOW_AWAITS ? 1 : -1, ports_of(&flow->conn));
		mark_bucket(synfin_table_fast.filter, bit, SYNFIN_FLOW_AWAITS, awaits);
	}
}

/**
 * synfin_table_set_awaiting() - likewise, if that has changed
 * @stripe:	its stripe, locked
 * @flow:	the flow
 * @awaits:	SYNFIN_FLOW_AWAITS and SYNFIN_FLOW_ANSWER, as of synfin_table_awaits()
 */
void synfin_table_set_awaiting(struct synfin_stripe *stripe, struct synfin_flow *flow,
			       u8 awaits)
{
	u8 changed = (flow->conn.table_flags ^ awaits) & SYNFIN_FLOW_AWAITS_ANY;

	lockdep_assert_held(&stripe->lock);
	if (changed)
		synfin_table_change_awaiting(flow, changed);
}
