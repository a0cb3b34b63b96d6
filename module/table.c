// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table: which flow a segment belongs to.
 *
 * In: a segment. Out: its flow, with the stripe locked; on the way back the flow is
 * put in the list of what it now waits for, and the filter told. Runs in any
 * context of a netfilter hook. Memory is allocated and freed outside of the lock.
 */
#include "table_private.h"
#include "stats.h"

#include <linux/container_of.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>

struct synfin_table synfin_table __read_mostly;

struct synfin_table_fast synfin_table_fast __read_mostly;

atomic_t synfin_table_ports[1 << 16];

static DEFINE_PER_CPU(u64, synfin_flow_ids);

/**
 * synfin_table_new_id() - a number for a new connection
 *
 * Context: migration disabled, or interrupts off.
 *
 * Return: a number that no other connection has had since load.
 */
u64 synfin_table_new_id(void)
{
	return this_cpu_inc_return(synfin_flow_ids) |
	       (u64)raw_smp_processor_id() << 48;
}

static u64 hash_of(const struct synfin_net *sn, const struct synfin_segment *seg)
{
	if (seg->family == 4)
		return synfin_table_hash4(sn, seg->src.w[0], htons(seg->sport),
					  seg->dst.w[0], htons(seg->dport));
	return synfin_table_hash6(sn, seg->src.w, htons(seg->sport), seg->dst.w,
				  htons(seg->dport));
}

static bool same_flow(const struct synfin_flow *flow, const struct synfin_net *sn,
		      const struct synfin_segment *seg)
{
	const struct synfin_conn *conn = &flow->conn;

	if (flow->sn != sn || conn->family != seg->family)
		return false;
	if (conn->client_port == seg->sport && conn->server_port == seg->dport &&
	    synfin_same_addr(&conn->client, &seg->src) &&
	    synfin_same_addr(&conn->server, &seg->dst))
		return true;
	return conn->client_port == seg->dport &&
	       conn->server_port == seg->sport &&
	       synfin_same_addr(&conn->client, &seg->dst) &&
	       synfin_same_addr(&conn->server, &seg->src);
}

/* Of several on the same endpoints, or one that may be over, the machine says which. */
static noinline struct synfin_flow *find_among(struct synfin_table_hold *hold,
					       const struct synfin_net *sn,
					       const struct synfin_segment *seg,
					       bool *begins)
{
	struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];
	struct synfin_flow *flow;
	unsigned int nr = 0;
	int picked;

	hlist_for_each_entry(flow, synfin_table_chain_of(hold->hash), chain)
		if (same_flow(flow, sn, seg) && nr < SYNFIN_RIVALS_MAX)
			rivals[nr++] = &flow->conn;
	picked = synfin_phase_pick(rivals, nr, seg, hold->now_ns);
	*begins = picked == SYNFIN_PICK_NEW;
	if (picked >= 0)
		return container_of(rivals[picked], struct synfin_flow, conn);
	if (*begins && nr == SYNFIN_RIVALS_MAX)
		hold->least = container_of(rivals[synfin_phase_least(rivals, nr)],
					   struct synfin_flow, conn);
	return NULL;
}

/* The end of a connection that is over, again, or a RST to what the peer sends again. */
static noinline bool is_late(const struct synfin_table_hold *hold,
			     const struct synfin_segment *seg)
{
	return (seg->kind == SYNFIN_KIND_FIN || seg->kind == SYNFIN_KIND_RST) &&
	       synfin_table_ended_has(hold->hash, hold->now_ns);
}

/* Its flow. If there is none, @begins tells whether it begins one. */
static struct synfin_flow *find(struct synfin_table_hold *hold,
				const struct synfin_net *sn,
				const struct synfin_segment *seg, bool *begins)
{
	struct synfin_flow *flow, *found = NULL;
	unsigned int length = 0, nr = 0;

	lockdep_assert_held(&hold->stripe->lock);
	hlist_for_each_entry(flow, synfin_table_chain_of(hold->hash), chain) {
		length++;
		if (!same_flow(flow, sn, seg))
			continue;
		found = flow;
		nr++;
	}
	hold->length = length;
	hold->rivals = nr;
	hold->now_ns = ktime_get_ns();
	if (likely(nr == 1 && synfin_phase_takes(&found->conn, seg)))
		return found;
	hold->least = NULL;
	hold->reason = SYNFIN_NO_REASON;
	if (nr)
		return find_among(hold, sn, seg, begins);
	*begins = synfin_phase_begins(seg);
	if (seg->kind != SYNFIN_KIND_SYN && *begins && is_late(hold, seg)) {
		*begins = false;
		hold->reason = SYNFIN_CNT_late;
	}
	return NULL;
}

/* A SYN most often begins a flow; anything else most often finds one. */
static struct synfin_flow *find_or_insert(struct synfin_table_hold *hold,
					  struct synfin_net *sn,
					  const struct synfin_segment *seg)
{
	struct synfin_flow *flow;
	bool begins;

	if (seg->kind == SYNFIN_KIND_SYN) {
		synfin_table_begin_leaving(hold);
		hold->spare = synfin_table_alloc();
	}
	synfin_table_lock(hold);
	if (static_branch_unlikely(&synfin_table_flooded))
		synfin_table_put_back(hold, sn, seg);
	flow = find(hold, sn, seg, &begins);
	if (flow || !begins)
		return flow;
	if (seg->kind != SYNFIN_KIND_SYN) {
		synfin_table_unlock(hold);
		synfin_table_begin_leaving(hold);
		if (likely(!hold->spare))
			hold->spare = synfin_table_alloc();
		synfin_table_lock(hold);
		flow = find(hold, sn, seg, &begins);
		if (flow || !begins)
			return flow;
	}
	return synfin_table_insert(hold, sn, seg);
}

/**
 * synfin_table_get() - find the flow of a segment, or begin one, and lock it
 * @sn:		the namespace
 * @seg:	the segment
 * @hash:	of its endpoints, if it is known, or else 0
 * @hold:	what synfin_table_put() needs
 *
 * Context: any context of a hook. On success interrupts are off and the lock of
 * the stripe is held until synfin_table_put().
 *
 * Return: the flow; or NULL with @hold->reason, nothing held.
 */
struct synfin_flow *synfin_table_get(struct synfin_net *sn,
				     const struct synfin_segment *seg, u64 hash,
				     struct synfin_table_hold *hold)
{
	struct synfin_flow *flow;

	if (!hash)
		hash = hash_of(sn, seg);
	hold->hash = hash >> 32;
	hold->stripe = synfin_table_stripe(hold->hash);
	hold->leaves = false;
	flow = find_or_insert(hold, sn, seg);
	if (!flow) {
		synfin_table_unlock(hold);
		synfin_table_clear_up(hold);
		if (hold->reason == SYNFIN_NO_REASON)
			hold->reason = synfin_phase_stray(seg);
		return NULL;
	}
	hold->last_ns = flow->conn.last_ns;
	hold->seen_ns = flow->conn.seen_ns;
	return flow;
}

/**
 * synfin_table_look() - likewise, but none is begun
 * @sn:		the namespace
 * @seg:	the segment
 * @hold:	what synfin_table_put() needs
 *
 * Context: as synfin_table_get().
 *
 * Return: the flow; or NULL, nothing held.
 */
struct synfin_flow *synfin_table_look(struct synfin_net *sn,
				      const struct synfin_segment *seg,
				      struct synfin_table_hold *hold)
{
	struct synfin_flow *flow;
	bool begins;

	*hold = (struct synfin_table_hold) {};
	hold->hash = hash_of(sn, seg) >> 32;
	hold->stripe = synfin_table_stripe(hold->hash);
	synfin_table_lock(hold);
	flow = find(hold, sn, seg, &begins);
	if (!flow) {
		synfin_table_unlock(hold);
		return NULL;
	}
	hold->last_ns = flow->conn.last_ns;
	hold->seen_ns = flow->conn.seen_ns;
	return flow;
}

/**
 * synfin_table_put() - let go of a flow
 * @flow:	from synfin_table_get(), its connection moved on or not
 * @hold:	the same
 */
void synfin_table_put(struct synfin_flow *flow, struct synfin_table_hold *hold)
{
	bool moved;

	if (flow->conn.table_flags & SYNFIN_FLOW_FOREIGN)
		synfin_table_watch(flow, hold->seen_ns, flow->conn.seen_ns);
	/* What is young stays where it is all the same. */
	moved = flow->conn.table_list != SYNFIN_LIST_YOUNG &&
		(flow->conn.last_ns != hold->last_ns ||
		 flow->conn.seen_ns != hold->seen_ns);
	synfin_table_requeue(hold->stripe, flow, flow->conn.seen_ns, moved);
	synfin_table_unlock(hold);
	synfin_table_clear_up(hold);
}

static bool has_only_begun(const struct synfin_flow *flow)
{
	return flow->conn.table_flags & SYNFIN_FLOW_HELD &&
	       flow->conn.state == SYNFIN_STATE_SYN &&
	       flow->conn.end[SYNFIN_FROM_CLIENT].syns == 1;
}

/**
 * synfin_table_forget() - undo what a SYN has just begun
 * @sn:		the namespace
 * @seg:	the SYN
 *
 * If its flow has gone on, or something was written of it, it stays.
 *
 * Context: any context of a hook; nothing held.
 */
void synfin_table_forget(struct synfin_net *sn, const struct synfin_segment *seg)
{
	u32 hash = hash_of(sn, seg) >> 32;
	struct synfin_table_hold hold = {
		.stripe = synfin_table_stripe(hash),
		.hash = hash,
	};
	struct synfin_flow *flow;
	bool begins;

	synfin_table_lock(&hold);
	flow = find(&hold, sn, seg, &begins);
	if (flow && has_only_begun(flow))
		synfin_table_unlink(hold.stripe, flow);
	else
		flow = NULL;
	synfin_table_unlock(&hold);
	if (!flow)
		return;
	synfin_stats_inc(sn, SYNFIN_CNT_flows_ended);
	synfin_table_let_go(sn);
	synfin_table_free(flow);
}

static_assert(sizeof(struct synfin_stripe) <= 256 || IS_ENABLED(CONFIG_DEBUG_SPINLOCK));

/* A million flows in 640 MiB, the table included. */
static_assert(sizeof(struct synfin_flow) <= 600);
