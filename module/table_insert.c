// SPDX-License-Identifier: GPL-2.0
/*
 * Bounded insertion: a new flow, or one that a flood has pushed out, put back.
 *
 * The memory is taken before the stripe is locked, see table.c.
 */
#include "table_private.h"
#include "ftp.h"
#include "stats.h"

/* A flow is new, but for its connection. */
static void set_up(struct synfin_table_hold *hold, struct synfin_net *sn,
		   struct synfin_flow *flow)
{
	flow->sn = sn;
	flow->hash = hold->hash;
	memset(flow->way, 0, sizeof(flow->way));
	flow->burst = 0;
	synfin_held_init(&flow->held);
	synfin_first_init(&flow->first);
	synfin_owner_init(&flow->owner);
	flow->drops = (struct synfin_drops) {};
}

static void enter(struct synfin_table_hold *hold, struct synfin_flow *flow,
		  const struct synfin_segment *seg)
{
	flow->conn.table_flags = seg->forwarded ? SYNFIN_FLOW_FOREIGN : 0;
	synfin_table_link(hold->stripe, flow, hold->now_ns);
	synfin_stats_inc(flow->sn, SYNFIN_CNT_flows_created);
}

/* FTP's data: who has announced it? */
static noinline void note_announced(struct synfin_net *sn, struct synfin_flow *flow,
				    const struct synfin_segment *seg, u64 now)
{
	u64 control = 0;

	if (seg->kind == SYNFIN_KIND_SYN && READ_ONCE(synfin_first_on))
		control = synfin_ftp_begins(&sn->ftp, &flow->conn, now);
	if (control)
		synfin_first_announced(&flow->first, &flow->conn, control);
}

/**
 * synfin_table_insert() - begin a flow, if there is memory and room
 * @hold:	its stripe, locked; its @spare becomes the flow
 * @sn:		the namespace
 * @seg:	the segment that begins it
 *
 * Context: any context of a hook, interrupts off.
 *
 * Return: the flow; or NULL with @hold->reason.
 */
struct synfin_flow *synfin_table_insert(struct synfin_table_hold *hold,
					struct synfin_net *sn,
					const struct synfin_segment *seg)
{
	struct synfin_flow *flow = hold->spare;
	bool full;

	lockdep_assert_held(&hold->stripe->lock);
	if (!flow) {
		hold->reason = SYNFIN_CNT_no_memory;
		return NULL;
	}
	if (unlikely(hold->least)) {
		synfin_table_unlink(hold->stripe, hold->least);
		hlist_add_head(&hold->least->chain, &hold->over);
	}
	/* What was put back, and does not fit after all, has made enough. */
	full = hold->victim;
	if (!full)
		hold->victim = synfin_table_make_room(hold, &full);
	if (full) {
		hold->reason = SYNFIN_CNT_table_full;
		return NULL;
	}
	hold->spare = NULL;
	set_up(hold, sn, flow);
	synfin_phase_init(&flow->conn, seg, sn->inum, synfin_table_new_id());
	if (static_branch_unlikely(&synfin_first_wanted) &&
	    unlikely(synfin_ftp_expects(&sn->ftp)))
		note_announced(sn, flow, seg, hold->now_ns);
	enter(hold, flow, seg);
	return flow;
}

/**
 * synfin_table_put_back() - put back what had to go before its answer came
 * @hold:	the stripe, locked; it may be unlocked meanwhile
 * @sn:		the namespace
 * @seg:	what may be the answer: its flow is found then
 *
 * Context: any context of a hook, interrupts off.
 */
noinline void synfin_table_put_back(struct synfin_table_hold *hold,
				    struct synfin_net *sn,
				    const struct synfin_segment *seg)
{
	struct synfin_flow *flow;
	bool full;

	lockdep_assert_held(&hold->stripe->lock);
	if (!synfin_table_recall_has(hold->hash, seg))
		return;
	synfin_table_begin_leaving(hold);
	if (!hold->spare) {
		synfin_table_unlock(hold);
		hold->spare = synfin_table_alloc();
		synfin_table_lock(hold);
		if (!hold->spare || !synfin_table_recall_has(hold->hash, seg))
			return;
	}
	hold->length = 0;
	hold->victim = synfin_table_make_room(hold, &full);
	/* It may have been that which made room. */
	if (full || !synfin_table_recall_has(hold->hash, seg)) {
		if (!full)
			atomic_dec(&synfin_table.total);
		return;
	}
	flow = hold->spare;
	hold->spare = NULL;
	set_up(hold, sn, flow);
	synfin_table_recall_get(hold->hash, seg, sn->inum, flow);
	enter(hold, flow, seg);
	synfin_table_set_awaiting(hold->stripe, flow, synfin_table_awaits(&flow->conn));
	synfin_stats_inc(sn, SYNFIN_CNT_flows_recalled);
}
