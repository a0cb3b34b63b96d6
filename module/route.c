// SPDX-License-Identifier: GPL-2.0
/*
 * The route of a segment behind the hooks: flow -> phase -> emit.
 *
 * In: a segment. Out: records, counters. Any context of a hook; what is done with the
 * flow, and in which order it is written, is done under the lock of its stripe.
 */
#include "dedup.h"
#include "drop.h"
#include "queue.h"
#include "route_private.h"
#include "segment.h"

/* May it be held back? Only if it begins. */
static bool hold_back(struct synfin_flow *flow)
{
	if (flow->conn.state != SYNFIN_STATE_NONE)
		return false;
	flow->conn.table_flags |= SYNFIN_FLOW_HELD;
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

/* Hash of the connection that has opened last, on each CPU: if its ACK is dropped. */
static DEFINE_PER_CPU(u64, last_opened);

/**
 * synfin_route_opened() - which connection has opened last here?
 *
 * Context: any.
 *
 * Return: the hash of its endpoints.
 */
u64 synfin_route_opened(void)
{
	return raw_cpu_read(last_opened);
}

/* Is a SYN sent again, or a SYN-ACK as if its ACK had not come? */
static __always_inline bool is_suspect(const struct synfin_flow *flow,
				       const struct synfin_segment *seg,
				       const struct sock *sk)
{
	if (seg->kind == SYNFIN_KIND_SYN)
		return seg->here && flow->conn.end[SYNFIN_FROM_CLIENT].syns > 1;
	return seg->kind == SYNFIN_KIND_SYN_ACK && sk &&
	       flow->conn.state == SYNFIN_STATE_OPEN;
}

/* Is it looked after a moment later, and how long are the queues of its listener? */
static __always_inline void look_after(struct synfin_net *sn,
				       const struct synfin_segment *seg,
				       const struct sock *sk, bool suspect)
{
	bool received = seg->here && seg->kind != SYNFIN_KIND_SYN_ACK;

	if (unlikely(suspect) || (received && synfin_queue_is_pressed(sn)))
		synfin_drop_suspect(sn, seg);
	if (sk && seg->kind == SYNFIN_KIND_SYN_ACK)
		synfin_queue_note(sn, sk);
}

/*
 * Who says that a SYN failed. An ICMP error tells, before its phase is written. Our own
 * TCP answers with a RST: no socket had use for it. The connection ends with that, before
 * its SYN is dropped.
 */
static noinline void note_failure(struct synfin_batch *batch, struct synfin_flow *flow,
				  const struct synfin_segment *seg, u64 now_ns)
{
	if (seg->kind == SYNFIN_KIND_ICMP) {
		if (synfin_phase_fails(&flow->conn, seg))
			synfin_emit_icmp(batch, &flow->conn, seg, now_ns);
		return;
	}
	if (seg->verdict != SYNFIN_VERDICT_TRUE ||
	    flow->conn.state != SYNFIN_STATE_SYN ||
	    seg->sport != flow->conn.server_port || flow->drops.count)
		return;
	flow->drops.count = 1;
	flow->drops.reason = SYNFIN_DROP_NO_SOCKET;
}

static __always_inline void follow(struct synfin_net *sn,
				   struct synfin_segment *seg, u64 hash,
				   const struct sock *sk, const struct sk_buff *skb,
				   bool may_be_forgotten)
{
	struct synfin_table_hold hold SYNFIN_UNINITIALIZED;
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	struct synfin_result res SYNFIN_UNINITIALIZED;
	struct synfin_flow *flow;
	bool opening, suspect;

	if (static_branch_unlikely(&synfin_first_wanted) && seg->len)
		synfin_first_prepare();
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
	if (unlikely(flow->conn.table_flags & SYNFIN_FLOW_HELD))
		synfin_route_release_held(&batch, flow);
	if (may_be_forgotten)
		batch.silent = hold_back(flow);
	if (sk)
		note_owner(flow, seg, sk);
	if (seg->kind == SYNFIN_KIND_PLAIN &&
	    unlikely(synfin_phase_wants_stamp(&flow->conn)))
		synfin_segment_stamp(skb, seg);
	if (unlikely(seg->kind >= SYNFIN_KIND_RST))
		note_failure(&batch, flow, seg, hold.now_ns);
	synfin_phase_segment(&flow->conn, seg, hold.now_ns, &res);
	if (seg->way && res.nr)
		synfin_dedup_passed(flow, seg);
	if (static_branch_unlikely(&synfin_first_wanted) &&
	    (res.opened || flow->conn.flags & SYNFIN_FLAG_FIRST) && skb &&
	    (res.nr || res.reason == SYNFIN_CNT_not_awaited))
		synfin_first_segment(&flow->first, &flow->conn, seg, skb, &sn->ftp,
				     hold.now_ns, res.opened);
	synfin_route_emit_result(&batch, flow, &res);
	/* A queue may have been full for a SYN, a SYN-ACK or the last ACK. */
	opening = seg->kind <= SYNFIN_KIND_SYN_ACK || res.opened;
	suspect = opening && is_suspect(flow, seg, sk);
	if (res.opened) {
		raw_cpu_write(last_opened, hash);
		if (unlikely(hold.rivals > 1))
			synfin_table_opened(flow, &hold);
	}
	synfin_table_put(flow, &hold);
	synfin_route_count_result(sn, &res);
	synfin_emit_end(&batch);
	if (opening)
		look_after(sn, seg, sk, suspect);
}

/**
 * synfin_route() - a segment's way through flow, phase and emit
 * @sn:		the namespace
 * @seg:	the segment; a plain one without what synfin_segment_stamp() reads
 * @hash:	of its endpoints, if it is known, or else 0
 * @sk:		the socket that sends it, if it is a SYN or a SYN-ACK; or NULL
 * @skb:	what carries it
 *
 * Context: any context of a hook.
 */
void synfin_route(struct synfin_net *sn, struct synfin_segment *seg, u64 hash,
		  const struct sock *sk, const struct sk_buff *skb)
{
	follow(sn, seg, hash, sk, skb, false);
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
noinline void synfin_route_held(struct synfin_net *sn, struct synfin_segment *seg)
{
	follow(sn, seg, 0, NULL, NULL, true);
}

/**
 * synfin_route_again() - of a RST that was true after all
 * @sn:		the namespace
 * @seg:	the RST, SYNFIN_VERDICT_GONE
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
	synfin_route_emit_result(&batch, flow, &res);
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
	if (unlikely(flow->conn.table_flags & SYNFIN_FLOW_HELD))
		synfin_route_release_held(&batch, flow);
	synfin_route_emit_result(&batch, flow, res);
	local_irq_restore(flags);
	synfin_emit_end(&batch);
}
