// SPDX-License-Identifier: GPL-2.0
/*
 * The route of a segment behind the hooks: flow -> phase -> emit.
 *
 * In: a segment. Out: records, counters. Any context of a hook; what is done with the
 * flow, and in which order it is written, is done under the lock of its stripe.
 */
#include "route.h"
#include "dedup.h"
#include "emit.h"
#include "table.h"
#include "stats.h"

static void emit_result(struct synfin_batch *batch, struct synfin_flow *flow,
			const struct synfin_result *res)
{
	synfin_emit_result(batch, &flow->conn, &flow->held, &flow->owner, res);
}

static void count_result(struct synfin_net *sn, const struct synfin_result *res)
{
	synfin_stats_inc(sn, res->nr ? SYNFIN_CNT_recorded : res->reason);
	if (unlikely(res->taken_back))
		synfin_stats_inc(sn, SYNFIN_CNT_taken_back);
}

/* A SYN was held back: the flow goes on, so it is told before what follows. */
static noinline void release_held(struct synfin_batch *batch, struct synfin_flow *flow)
{
	flow->conn.mark[0] &= ~SYNFIN_FLOW_HELD;
	synfin_emit_held(batch, &flow->conn, &flow->held);
}

/* May it be held back? Only if it begins. */
static bool hold_back(struct synfin_flow *flow)
{
	if (flow->conn.state != SYNFIN_STATE_NONE)
		return false;
	flow->conn.mark[0] |= SYNFIN_FLOW_HELD;
	return true;
}

/* Whose is it? The first SYN tells, and a SYN-ACK, if they are sent here. */
static __always_inline void note_owner(struct synfin_flow *flow,
				       const struct synfin_segment *seg,
				       const struct sock *sk)
{
	if (seg->kind == SYNFIN_KIND_SYN) {
		if (flow->conn.state == SYNFIN_STATE_NONE)
			synfin_owner_of_syn(&flow->owner, sk);
	} else if (!flow->owner.socket) {
		synfin_owner_of_syn_ack(&flow->owner, sk);
	}
}

static __always_inline void follow(struct synfin_net *sn,
				   const struct synfin_segment *seg, u64 hash,
				   const struct sock *sk, bool may_be_forgotten)
{
	struct synfin_table_hold hold SYNFIN_UNINITIALIZED;
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	struct synfin_result res SYNFIN_UNINITIALIZED;
	struct synfin_flow *flow;

	flow = synfin_table_get(sn, seg, hash, &hold);
	if (!flow) {
		synfin_stats_inc(sn, hold.reason);
		return;
	}
	if (seg->way && unlikely(synfin_dedup_crossed(flow, seg))) {
		synfin_table_put(flow, &hold);
		synfin_stats_inc(sn, SYNFIN_CNT_crossed);
		return;
	}
	synfin_emit_begin(&batch, sn);
	if (unlikely(flow->conn.mark[0] & SYNFIN_FLOW_HELD))
		release_held(&batch, flow);
	batch.silent = may_be_forgotten && hold_back(flow);
	if (sk)
		note_owner(flow, seg, sk);
	synfin_phase_segment(&flow->conn, seg, hold.now_ns, &res);
	if (seg->way && res.nr)
		synfin_dedup_passed(flow, seg);
	emit_result(&batch, flow, &res);
	if (unlikely(res.opened && hold.rivals > 1))
		synfin_table_opened(flow, &hold);
	synfin_table_put(flow, &hold);
	count_result(sn, &res);
	synfin_emit_end(&batch);
}

/**
 * synfin_route() - a segment's way through flow, phase and emit
 * @sn:		the namespace
 * @seg:	the segment
 * @hash:	of its endpoints, if it is known, or else 0
 * @sk:		the socket that sends it, if it is a SYN or a SYN-ACK; or NULL
 *
 * Context: any context of a hook.
 */
void synfin_route(struct synfin_net *sn, const struct synfin_segment *seg, u64 hash,
		  const struct sock *sk)
{
	follow(sn, seg, hash, sk, false);
}

/**
 * synfin_route_held() - likewise, of a SYN that IPVS may send elsewhere
 * @sn:		the namespace
 * @seg:	the segment
 *
 * There it is seen again: what it begins is written down when it goes on here.
 *
 * Context: any context of a hook.
 */
noinline void synfin_route_held(struct synfin_net *sn,
				const struct synfin_segment *seg)
{
	follow(sn, seg, 0, NULL, true);
}

/**
 * synfin_route_again() - of a RST that was true after all
 * @sn:		the namespace
 * @seg:	the RST, SYNFIN_BELIEF_GONE
 * @passed_ns:	when it passed
 *
 * It was counted as forged; now it makes its phase, unless the connection has ended
 * meanwhile, or is one that began after it.
 *
 * Context: a worker; no lock held.
 */
noinline void synfin_route_again(struct synfin_net *sn,
				 const struct synfin_segment *seg, u64 passed_ns)
{
	struct synfin_table_hold hold SYNFIN_UNINITIALIZED;
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	struct synfin_result res SYNFIN_UNINITIALIZED;
	struct synfin_flow *flow;

	/* Whatever comes of it, it has been counted. */
	flow = synfin_table_get(sn, seg, 0, &hold);
	if (!flow)
		return;
	if (flow->conn.first_ns > passed_ns) {
		synfin_table_put(flow, &hold);
		return;
	}
	synfin_emit_begin(&batch, sn);
	synfin_phase_segment(&flow->conn, seg, hold.now_ns, &res);
	emit_result(&batch, flow, &res);
	synfin_table_put(flow, &hold);
	if (res.nr) {
		synfin_stats_inc(sn, SYNFIN_CNT_recorded);
		synfin_stats_add(sn, SYNFIN_CNT_forged_rst, -1);
	}
	synfin_emit_end(&batch);
}

/**
 * synfin_route_report() - emit what came of a flow that the table let go
 * @flow:	the flow, unlinked
 * @res:	what came of it
 *
 * Context: any context of a hook, or a worker; no lock held.
 */
void synfin_route_report(struct synfin_flow *flow,
			 const struct synfin_result *res)
{
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	unsigned long flags;

	synfin_emit_begin(&batch, flow->sn);
	local_irq_save(flags);
	if (unlikely(flow->conn.mark[0] & SYNFIN_FLOW_HELD))
		release_held(&batch, flow);
	emit_result(&batch, flow, res);
	local_irq_restore(flags);
	synfin_emit_end(&batch);
}
