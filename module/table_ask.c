// SPDX-License-Identifier: GPL-2.0
/*
 * Flows of this host's own sockets end with these, whether or not a segment says so.
 *
 * A socket may be given up (nobody answers, its user has time limits) or killed, and
 * nothing is sent. So each flow that is open or half closed is compared with the
 * sockets every few seconds, a few of a stripe at a time. Where none has ever been found,
 * as behind NAT of what this host sends, it is followed like one that is forwarded. A
 * socket may be bound to a device, or to the VRF above it: it is asked for by these, too.
 *
 * Runs in the table's worker.
 */
#include "table_private.h"
#include "socket.h"

#include <linux/rcupdate.h>

/* Flows that are asked about in one go. */
#define ASKED	8

/**
 * struct question - has a flow a socket on this host?
 * @flow:	the flow; may be gone, and is not looked into, while its stripe is not locked
 * @id:		of its connection
 * @sn:		its namespace
 * @hash:	the upper half of its hash
 * @seg:	its endpoints, and the device of its first segment
 * @life:	the answer
 */
struct question {
	struct synfin_flow	*flow;
	u64			id;
	struct synfin_net	*sn;
	u32			hash;
	struct synfin_segment	seg;
	struct synfin_socket_life life;
};

static void note(struct question *q, struct synfin_flow *flow)
{
	const struct synfin_conn *conn = &flow->conn;

	/* Let go when it is answered. */
	atomic_inc(&flow->sn->flows);
	*q = (struct question) {
		.flow = flow,
		.id = conn->id,
		.sn = flow->sn,
		.hash = flow->hash,
		.seg = {
			.family = conn->family,
			.src = conn->client,
			.dst = conn->server,
			.sport = conn->client_port,
			.dport = conn->server_port,
			.device = conn->device,
		},
	};
}

/* It does not wait for ever for what may be said first. */
static u8 awaits_still(struct synfin_flow *flow, u64 now)
{
	struct synfin_conn *conn = &flow->conn;

	if (conn->flags & SYNFIN_FLAG_FIRST && now - conn->open_ns > SYNFIN_FIRST_NS &&
	    !synfin_first_is_listened(&flow->first))
		synfin_first_over(&flow->first, conn);
	return synfin_table_awaits(conn);
}

/* Those whose turn it is; they come last then. */
static unsigned int collect(struct synfin_stripe *stripe, u64 now, struct question *q)
{
	struct list_head *local = &stripe->lists[SYNFIN_LIST_LOCAL];
	struct synfin_flow *flow;
	unsigned int n = 0;

	while (n < ASKED && !list_empty(local)) {
		flow = list_first_entry(local, struct synfin_flow, wait);
		if (synfin_table_age(flow, now) < SYNFIN_TABLE_ASK_NS)
			break;
		note(&q[n++], flow);
		synfin_table_set_awaiting(stripe, flow, awaits_still(flow, now));
		flow->since = synfin_table_ticks(now);
		list_move_tail(&flow->wait, local);
	}
	return n;
}

/* That of one end, or else of the other. */
static void ask(struct question *q)
{
	struct synfin_segment *seg = &q->seg;

	synfin_socket_fares(q->sn->net, seg, &q->life);
	if (q->life.found)
		return;
	swap(seg->src, seg->dst);
	swap(seg->sport, seg->dport);
	synfin_socket_fares(q->sn->net, seg, &q->life);
}

/* The flow, if it is still there and its connection is the same. */
static struct synfin_flow *find(const struct question *q)
{
	struct synfin_flow *flow;

	hlist_for_each_entry(flow, synfin_table_chain_of(q->hash), chain)
		if (flow == q->flow && flow->conn.id == q->id &&
		    flow->conn.table_list == SYNFIN_LIST_LOCAL)
			return flow;
	return NULL;
}

/* Returns the flow if it has come to its end: unlinked. */
static struct synfin_flow *judge(struct synfin_stripe *stripe, const struct question *q,
				 u64 now)
{
	struct synfin_flow *flow = find(q);

	lockdep_assert_held(&stripe->lock);
	if (!flow)
		return NULL;
	if (q->life.found) {
		flow->conn.table_flags |= SYNFIN_FLOW_FOUND;
		if (q->life.lived)
			flow->conn.table_flags |= SYNFIN_FLOW_LIVED;
		flow->life = synfin_table_ticks(now - q->life.idle_ns);
		return NULL;
	}
	if (flow->conn.table_flags & SYNFIN_FLOW_FOUND) {
		synfin_table_unlink(stripe, flow);
		return flow;
	}
	flow->conn.table_flags |= SYNFIN_FLOW_FOREIGN;
	synfin_table_watch(flow, now, now);
	synfin_table_requeue(stripe, flow, now, true);
	return NULL;
}

static void end(struct synfin_flow *flow, u64 now)
{
	struct synfin_result res SYNFIN_UNINITIALIZED;

	synfin_phase_expire(&flow->conn, now, &res);
	synfin_stats_inc(flow->sn, SYNFIN_CNT_flows_ended);
	synfin_table_release(flow, &res);
}

/* There may be some; their questions take a kilobyte of the stack, which is cleared. */
static noinline bool ask_some(struct synfin_stripe *stripe, u64 now)
{
	struct synfin_flow *over[ASKED];
	struct question q[ASKED];
	unsigned int i, n, ends = 0;
	unsigned long flags;

	/* Nor may a namespace go before what is asked of it is reported. */
	rcu_read_lock();
	raw_spin_lock_irqsave(&stripe->lock, flags);
	n = collect(stripe, now, q);
	raw_spin_unlock_irqrestore(&stripe->lock, flags);
	for (i = 0; i < n; i++)
		ask(&q[i]);
	if (n) {
		raw_spin_lock_irqsave(&stripe->lock, flags);
		for (i = 0; i < n; i++) {
			over[ends] = judge(stripe, &q[i], now);
			ends += !!over[ends];
		}
		raw_spin_unlock_irqrestore(&stripe->lock, flags);
	}
	for (i = 0; i < ends; i++)
		end(over[i], now);
	for (i = 0; i < n; i++)
		synfin_table_let_go(q[i].sn);
	rcu_read_unlock();
	return n == ASKED;
}

/**
 * synfin_table_ask() - compare some flows of a stripe with the sockets of this host
 * @stripe:	the stripe
 * @now:	the time
 *
 * Whoever comes into the list meanwhile is not to be asked yet.
 *
 * Context: a worker; no lock held.
 *
 * Return: true if the turn may have come for more of them.
 */
bool synfin_table_ask(struct synfin_stripe *stripe, u64 now)
{
	return !list_empty(&stripe->lists[SYNFIN_LIST_LOCAL]) && ask_some(stripe, now);
}
