// SPDX-License-Identifier: GPL-2.0
/*
 * What is kept of an attempt that has to go, and how its flow is made again: the phase
 * machine is shown the same segments as then, with the times of then.
 */
#include "table_attempt.h"
#include "table_private.h"

/* Units of what is kept in 32 bits: 16 ns, up to a minute. */
#define UNIT_SHIFT	4

/* The first segments behind a handshake prove it as well as its ACK. */
#define BEHIND	0xffff

static bool is_known(const struct synfin_end *end)
{
	return end->window <= 0xffff && !end->fins;
}

/**
 * synfin_attempt_is_plain() - can it be shown to the machine again?
 * @flow: a flow that has to go; its stripe is locked
 *
 * Return: true if it can. Nearly all can that nothing has proved.
 */
bool synfin_attempt_is_plain(const struct synfin_flow *flow)
{
	const struct synfin_conn *conn = &flow->conn;
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	if (conn->state != SYNFIN_STATE_SYN &&
	    !(conn->state == SYNFIN_STATE_SYN_ACK && server->nxt == server->isn + 1))
		return false;
	return client->syns && client->nxt == client->isn + 1 && is_known(client) &&
	       !server->syns && is_known(server) && !conn->suspect.what &&
	       !conn->rst_count && !flow->drops.count && !flow->first.payload &&
	       !(conn->flags & ~(SYNFIN_FLAG_ONE_SIDED | SYNFIN_FLAG_PLAIN |
				 SYNFIN_FLAG_ANNOUNCED)) &&
	       !(conn->table_flags & SYNFIN_FLOW_HELD) && flow->hash;
}

/* See core/phase_tries.c. */
static unsigned int last_try(const struct synfin_tries *tries)
{
	if (tries->nr <= SYNFIN_TRIES)
		return tries->nr ? tries->nr - 1 : 0;
	return 1 + (tries->nr - 2) % (SYNFIN_TRIES - 1);
}

/* How long after the first the last passed: of the SYNs, or of several SYN-ACKs. */
static u64 again(const struct synfin_flow *flow, bool answered)
{
	const struct synfin_conn *conn = &flow->conn;

	if (!answered)
		return conn->last_ns - conn->first_ns;
	if (conn->end[SYNFIN_FROM_SERVER].syn_acks > 1)
		return conn->answer_ns - conn->tries.sent_ns[0];
	if (!flow->held.nr)
		return 0;
	return conn->answer_ns - flow->held.step[flow->held.nr - 1].since_ns -
	       conn->first_ns;
}

/**
 * synfin_attempt_describe() - what its answer will need
 * @flow:	the flow, of which synfin_attempt_is_plain() is true; its stripe is locked
 * @a:		written whole
 */
void synfin_attempt_describe(const struct synfin_flow *flow, struct synfin_attempt *a)
{
	const struct synfin_conn *conn = &flow->conn;
	const struct synfin_end *end = conn->end;
	bool answered = conn->state == SYNFIN_STATE_SYN_ACK;
	unsigned int i;

	*a = (struct synfin_attempt) {
		.id = conn->id,
		.syn_ns = conn->first_ns,
		.answer_ns = answered ? conn->tries.sent_ns[0] : 0,
		.isn = { end[0].isn, end[1].isn },
		.again = again(flow, answered) >> UNIT_SHIFT,
		.rtt = conn->server_rtt_ns >> UNIT_SHIFT,
		.stamp = { conn->tries.stamp[0], conn->tries.stamp[last_try(&conn->tries)] },
		.device = conn->device,
		.window = { end[0].window, end[1].window },
		.scale = { end[0].scale, end[1].scale },
		.flags = { SYNFIN_TCP_SYN, SYNFIN_TCP_SYN | SYNFIN_TCP_ACK },
		.times = { min(end[0].syns, 255U), min(end[1].syn_acks, 255U) },
		.bits = flow->held.nr,
	};
	if (answered)
		a->bits |= SYNFIN_ATTEMPT_ANSWERED;
	if (conn->tries.stamped)
		a->bits |= SYNFIN_ATTEMPT_STAMPED;
	if (conn->flags & SYNFIN_FLAG_ONE_SIDED)
		a->bits |= SYNFIN_ATTEMPT_ONE_SIDED;
	if (conn->server_rtt_ns != SYNFIN_NS_NONE)
		a->bits |= SYNFIN_ATTEMPT_RTT_KNOWN;
	for (i = 0; i < flow->held.nr; i++)
		a->flags[flow->held.step[i].from] = flow->held.step[i].flags;
}

/**
 * synfin_attempt_is_of() - does a segment belong to it?
 * @a:		the attempt
 * @seg:	a segment between its endpoints
 * @from:	who of the two sent it
 *
 * Return: true if its numbers say so.
 */
bool synfin_attempt_is_of(const struct synfin_attempt *a,
			  const struct synfin_segment *seg, enum synfin_from from)
{
	u32 seq = seg->seq - a->isn[from], ack = seg->ack - a->isn[!from];
	bool answered = synfin_attempt_is_answered(a), has_ack = seg->flags & SYNFIN_TCP_ACK;
	bool client = from == SYNFIN_FROM_CLIENT;

	switch (seg->kind) {
	case SYNFIN_KIND_SYN:
	case SYNFIN_KIND_ICMP:
		return client && !seq;
	case SYNFIN_KIND_SYN_ACK:
		return !client && ack == 1;
	case SYNFIN_KIND_RST:
		if (client)
			return seq <= 1;
		return has_ack ? ack == 1 : answered && seq == 1;
	default:
		if (!has_ack)
			return false;
		if (answered)
			return seq - 1 <= BEHIND && ack - 1 <= BEHIND;
		return (client ? seq : ack) == 1;
	}
}

/* The segment that @from sent then, of the same endpoints as @seg, which @now_from sends. */
static void segment_of_then(const struct synfin_attempt *a, const struct synfin_segment *seg,
			    enum synfin_from from, enum synfin_from now_from,
			    struct synfin_segment *then)
{
	bool same = from == now_from, syn = from == SYNFIN_FROM_CLIENT;

	*then = (struct synfin_segment) {
		.sport = same ? seg->sport : seg->dport,
		.dport = same ? seg->dport : seg->sport,
		.family = seg->family,
		.kind = syn ? SYNFIN_KIND_SYN : SYNFIN_KIND_SYN_ACK,
		.window = a->window[from],
		.flags = a->flags[from],
		.seq = a->isn[from],
		.ack = syn ? 0 : a->isn[!from] + 1,
		.src = same ? seg->src : seg->dst,
		.dst = same ? seg->dst : seg->src,
		.device = a->device,
		.tsval = a->stamp[0],
		.scale = a->scale[from],
		.stamped = !!(a->bits & SYNFIN_ATTEMPT_STAMPED),
	};
}

/* Shown again; what of it had not been written is held. */
static void show(struct synfin_flow *flow, const struct synfin_segment *then, u64 ns,
		 bool held)
{
	struct synfin_result res SYNFIN_UNINITIALIZED;

	synfin_phase_segment(&flow->conn, then, ns, &res);
	if (!res.nr)
		return;
	flow->held.phases++;
	if (held)
		flow->held.step[flow->held.nr++] = res.step[0];
}

static void show_again(struct synfin_flow *flow, const struct synfin_attempt *a,
		       struct synfin_segment *then, u64 first_ns)
{
	then->tsval = a->stamp[1];
	show(flow, then, first_ns + ((u64)a->again << UNIT_SHIFT), false);
}

static void show_syns(struct synfin_flow *flow, const struct synfin_attempt *a,
		      struct synfin_segment *then)
{
	unsigned int times = a->times[SYNFIN_FROM_CLIENT];
	bool answers = a->bits & SYNFIN_ATTEMPT_ANSWERED;

	show(flow, then, a->syn_ns, times == 1 && (a->bits & SYNFIN_ATTEMPT_HELD) == 1 + answers);
	if (times > 1 && a->times[SYNFIN_FROM_SERVER] < 2)
		show_again(flow, a, then, a->syn_ns);
	flow->conn.end[SYNFIN_FROM_CLIENT].syns = times;
}

static void show_answers(struct synfin_flow *flow, const struct synfin_attempt *a,
			 struct synfin_segment *then)
{
	unsigned int times = a->times[SYNFIN_FROM_SERVER];
	struct synfin_conn *conn = &flow->conn;

	show(flow, then, a->answer_ns, times == 1 && a->bits & SYNFIN_ATTEMPT_HELD);
	if (times > 1)
		show_again(flow, a, then, a->answer_ns);
	conn->end[SYNFIN_FROM_SERVER].syn_acks = times;
	if (!(a->bits & SYNFIN_ATTEMPT_RTT_KNOWN))
		conn->server_rtt_ns = SYNFIN_NS_NONE;
	else if (a->rtt != (a->answer_ns - a->syn_ns) >> UNIT_SHIFT)
		conn->server_rtt_ns = (u64)a->rtt << UNIT_SHIFT;
	conn->flags &= ~SYNFIN_FLAG_ONE_SIDED;
	if (a->bits & SYNFIN_ATTEMPT_ONE_SIDED)
		conn->flags |= SYNFIN_FLAG_ONE_SIDED;
}

/**
 * synfin_attempt_show() - a flow is as it was when it had to go
 * @a:		what was kept of it
 * @seg:	a segment between the same endpoints
 * @from:	who of the two sent it
 * @netns:	inode number of its namespace
 * @flow:	new, its connection not set up; in no chain
 *
 * Context: the flow is nobody else's; any context.
 */
void synfin_attempt_show(const struct synfin_attempt *a, const struct synfin_segment *seg,
			 enum synfin_from from, u32 netns, struct synfin_flow *flow)
{
	struct synfin_segment then;

	segment_of_then(a, seg, SYNFIN_FROM_CLIENT, from, &then);
	synfin_phase_init(&flow->conn, &then, netns, a->id);
	show_syns(flow, a, &then);
	if (!synfin_attempt_is_answered(a))
		return;
	segment_of_then(a, seg, SYNFIN_FROM_SERVER, from, &then);
	show_answers(flow, a, &then);
}
