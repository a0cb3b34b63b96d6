// SPDX-License-Identifier: GPL-2.0
/*
 * The route of what was dropped: note -> flow -> phase -> emit.
 *
 * In: notes of drop_queue.c, in its worker. Out: a phase that ends at a wall, and of a
 * SYN that never came to a hook, the SYN before it. Done under the lock of the flow's
 * stripe, as all that is done with a flow.
 */
#include "drop.h"
#include "queue.h"
#include "route_private.h"

/*
 * Where rules stand on both sides of our hook, what was dropped has been seen if the last
 * segment that was seen is so young. A TCP waits a second before it sends a SYN again (RFC
 * 6298, 2), and a host that is paused may take a while from the hook to the drop. If the
 * SYN before was dropped in front of the hook, so was this, unless it has just been seen.
 */
#define SEEN_NS		(500 * NSEC_PER_MSEC)
#define JUST_SEEN_NS	(5 * NSEC_PER_MSEC)

static bool has_passed(const struct synfin_flow *flow,
		       const struct synfin_drop_event *event)
{
	u64 young = flow->drops.unseen ? JUST_SEEN_NS : SEEN_NS;

	if (event->place == SYNFIN_DROP_EITHER)
		return flow->conn.state != SYNFIN_STATE_NONE &&
		       flow->conn.seen_ns + young > event->passed_ns;
	return event->place == SYNFIN_DROP_BEHIND;
}

/* Is it of the handshake, or of the close? */
static bool is_told_of(const struct synfin_conn *conn, const struct synfin_segment *seg)
{
	if (conn->state == SYNFIN_STATE_DONE)
		return false;
	if (seg->kind != SYNFIN_KIND_PLAIN)
		return true;
	/* The third segment is known by its numbers, whatever has come since. */
	return conn->state == SYNFIN_STATE_SYN_ACK ||
	       (!seg->len && seg->seq == conn->end[SYNFIN_FROM_CLIENT].isn + 1 &&
		seg->ack == conn->end[SYNFIN_FROM_SERVER].isn + 1);
}

static void note_drop(struct synfin_batch *batch, struct synfin_flow *flow,
		      const struct synfin_drop_event *event)
{
	struct synfin_result res = { .nr = 1 };
	struct synfin_drops *drops = &flow->drops;

	drops->count += drops->count != U16_MAX;
	drops->reason = event->reason;
	drops->hook = event->hook;
	synfin_phase_drop(&flow->conn, &event->seg, event->passed_ns, drops->count,
			  &res.step[0]);
	res.step[0].reason = event->reason;
	res.step[0].hook = event->hook;
	synfin_route_emit_result(batch, flow, &res);
}

/* It may have been answered once, before the server gave up. */
static bool is_unanswered(const struct synfin_conn *conn, u64 since_ns)
{
	return conn->state == SYNFIN_STATE_SYN ||
	       (conn->state == SYNFIN_STATE_SYN_ACK && conn->answer_ns < since_ns);
}

/* Is it still so that nothing came of a SYN, or of the ACK of a SYN-ACK? */
static bool still_waits(const struct synfin_flow *flow,
			const struct synfin_drop_event *event)
{
	const struct synfin_end *server = &flow->conn.end[SYNFIN_FROM_SERVER];

	if (event->seg.kind == SYNFIN_KIND_SYN)
		return is_unanswered(&flow->conn, event->passed_ns) &&
		       flow->drops.count < flow->conn.end[SYNFIN_FROM_CLIENT].syns;
	return flow->conn.state >= SYNFIN_STATE_OPEN &&
	       flow->conn.state < SYNFIN_STATE_DONE &&
	       !(server->flags & (SYNFIN_END_DATA | SYNFIN_END_FIN)) &&
	       flow->drops.count < server->syn_acks;
}

static bool is_asked(const struct synfin_drop_event *event)
{
	struct synfin_table_hold hold SYNFIN_UNINITIALIZED;
	struct synfin_flow *flow = synfin_table_look(event->sn, &event->seg, &hold);
	bool asked;

	if (!flow)
		return false;
	asked = still_waits(flow, event);
	synfin_table_put(flow, &hold);
	return asked;
}

/**
 * synfin_route_suspect() - a queue of its listener may have had no room for a segment
 * @event:	a SYN, or the ACK of a SYN-ACK, a moment ago; its reason is filled in
 *
 * Context: a worker; no lock held.
 */
void synfin_route_suspect(struct synfin_drop_event *event)
{
	struct synfin_table_hold hold SYNFIN_UNINITIALIZED;
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	struct synfin_flow *flow;

	event->reason = is_asked(event) ? synfin_queue_ask(event) : SYNFIN_DROP_NONE;
	if (event->reason == SYNFIN_DROP_NONE)
		return;
	flow = synfin_table_look(event->sn, &event->seg, &hold);
	if (!flow)
		return;
	synfin_emit_begin(&batch, event->sn);
	if (still_waits(flow, event)) {
		note_drop(&batch, flow, event);
		synfin_drop_count(event);
	}
	synfin_table_put(flow, &hold);
	synfin_emit_end(&batch);
}

/* A SYN that was dropped before it came to a hook is a connection all the same. */
static void pass_drop(struct synfin_batch *batch, struct synfin_flow *flow,
		      const struct synfin_drop_event *event)
{
	struct synfin_result res SYNFIN_UNINITIALIZED;

	if (event->seg.kind != SYNFIN_KIND_SYN)
		return;
	flow->drops.unseen = !has_passed(flow, event);
	if (!flow->drops.unseen)
		return;
	synfin_phase_segment(&flow->conn, &event->seg, event->passed_ns, &res);
	synfin_route_emit_result(batch, flow, &res);
	synfin_route_count_result(flow->sn, &res);
}

/**
 * synfin_route_drop() - a segment was dropped by this host
 * @event:	what was dropped, when and why
 * @begin:	may it begin a connection, if none has it?
 *
 * Context: a worker; no lock held.
 */
void synfin_route_drop(const struct synfin_drop_event *event, bool begin)
{
	struct synfin_table_hold hold SYNFIN_UNINITIALIZED;
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	struct synfin_flow *flow;

	begin &= event->place != SYNFIN_DROP_BEHIND && event->seg.kind == SYNFIN_KIND_SYN;
	flow = begin ? synfin_table_get(event->sn, &event->seg, 0, &hold) :
		       synfin_table_look(event->sn, &event->seg, &hold);
	if (!flow) {
		synfin_stats_inc(event->sn, SYNFIN_CNT_drop_unknown);
		return;
	}
	synfin_emit_begin(&batch, event->sn);
	if (unlikely(flow->conn.table_flags & SYNFIN_FLOW_HELD))
		synfin_route_release_held(&batch, flow);
	pass_drop(&batch, flow, event);
	if (is_told_of(&flow->conn, &event->seg))
		note_drop(&batch, flow, event);
	synfin_table_put(flow, &hold);
	synfin_emit_end(&batch);
}
