// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table: lookup and bounded insertion.
 *
 * In: a segment. Out: its flow, with the stripe locked; on the way back the flow is
 * put in the list of what it now waits for, and the filter told. Runs in any
 * context of a netfilter hook. Memory is allocated and freed outside of the lock.
 */
#include "table_private.h"
#include "ftp.h"
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

/* Something may have to be done after the lock. */
static void begin_leaving(struct synfin_table_hold *hold)
{
	if (hold->leaves)
		return;
	hold->leaves = true;
	hold->spare = NULL;
	hold->victim = NULL;
	INIT_HLIST_HEAD(&hold->over);
}

/*
 * Whether a flow is found decides if the lock outlives synfin_table_get(), which sparse
 * cannot follow: it is told that both are neutral. lockdep watches.
 */
static void lock(struct synfin_table_hold *hold)
{
	raw_spin_lock_irqsave(&hold->stripe->lock, hold->flags);
	__release(&hold->stripe->lock);
}

static void unlock(struct synfin_table_hold *hold)
{
	__acquire(&hold->stripe->lock);
	raw_spin_unlock_irqrestore(&hold->stripe->lock, hold->flags);
}

/**
 * synfin_table_release() - report a flow that has left the table, and free it
 * @flow:	the flow, unlinked
 * @res:	what comes of it
 *
 * Context: any context of a hook, or a worker; no lock held.
 */
void synfin_table_release(struct synfin_flow *flow,
			  const struct synfin_result *res)
{
	if (res->nr || res->ended)
		synfin_table.report(flow, res);
	synfin_table_let_go(flow->sn);
	synfin_table_free(flow);
}

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

/* Insert a flow for the segment, if there is memory and room. */
static struct synfin_flow *insert(struct synfin_table_hold *hold,
				  struct synfin_net *sn,
				  const struct synfin_segment *seg)
{
	struct synfin_flow *flow = hold->spare;
	bool full;

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

/*
 * If a segment belongs to what had to go before its answer came, that is put back: its
 * flow is found then.
 */
static noinline void put_back(struct synfin_table_hold *hold, struct synfin_net *sn,
			      const struct synfin_segment *seg)
{
	struct synfin_flow *flow;
	bool full;

	if (!synfin_table_recall_has(hold->hash, seg))
		return;
	begin_leaving(hold);
	if (!hold->spare) {
		unlock(hold);
		hold->spare = synfin_table_alloc();
		lock(hold);
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

/* A SYN most often begins a flow; anything else most often finds one. */
static struct synfin_flow *find_or_insert(struct synfin_table_hold *hold,
					  struct synfin_net *sn,
					  const struct synfin_segment *seg)
{
	struct synfin_flow *flow;
	bool begins;

	if (seg->kind == SYNFIN_KIND_SYN) {
		begin_leaving(hold);
		hold->spare = synfin_table_alloc();
	}
	lock(hold);
	if (static_branch_unlikely(&synfin_table_flooded))
		put_back(hold, sn, seg);
	flow = find(hold, sn, seg, &begins);
	if (flow || !begins)
		return flow;
	if (seg->kind != SYNFIN_KIND_SYN) {
		unlock(hold);
		begin_leaving(hold);
		if (likely(!hold->spare))
			hold->spare = synfin_table_alloc();
		lock(hold);
		flow = find(hold, sn, seg, &begins);
		if (flow || !begins)
			return flow;
	}
	return insert(hold, sn, seg);
}

static void clear_up(struct synfin_table_hold *hold)
{
	struct hlist_node *next;
	struct synfin_flow *flow;

	if (!hold->leaves)
		return;
	if (hold->spare)
		synfin_table_free(hold->spare);
	if (hold->victim)
		synfin_table_evict(hold->victim);
	hlist_for_each_entry_safe(flow, next, &hold->over, chain)
		synfin_table_supersede(flow);
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
		unlock(hold);
		clear_up(hold);
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
	lock(hold);
	flow = find(hold, sn, seg, &begins);
	if (!flow) {
		unlock(hold);
		return NULL;
	}
	hold->last_ns = flow->conn.last_ns;
	hold->seen_ns = flow->conn.seen_ns;
	return flow;
}

static __always_inline bool is_addr(const struct synfin_addr *addr, const __be32 *wire,
				    u8 family)
{
	if (family == 4)
		return addr->w[0] == *wire;
	return synfin_same_addr(addr, (const struct synfin_addr *)wire);
}

/* Is it of this flow, and who sent it? */
static __always_inline bool is_between(const struct synfin_flow *flow,
				       const struct synfin_wire_pair *pair,
				       unsigned int *from)
{
	const struct synfin_conn *conn = &flow->conn;
	u8 family = pair->family;

	if (conn->family != family)
		return false;
	*from = SYNFIN_FROM_CLIENT;
	if (conn->client_port == pair->sport && conn->server_port == pair->dport &&
	    is_addr(&conn->client, pair->src, family) &&
	    is_addr(&conn->server, pair->dst, family))
		return true;
	*from = SYNFIN_FROM_SERVER;
	return conn->client_port == pair->dport && conn->server_port == pair->sport &&
	       is_addr(&conn->client, pair->dst, family) &&
	       is_addr(&conn->server, pair->src, family);
}

/**
 * synfin_table_only() - the flow of a segment, if it alone is on its endpoints
 * @sn:		the namespace
 * @pair:	its endpoints
 * @hash:	of them
 * @hold:	what synfin_table_heard() needs; nothing else may be done with it
 * @from:	filled: enum synfin_from, who sent it
 *
 * Context: as synfin_table_get().
 *
 * Return: the flow; or NULL, nothing held.
 */
struct synfin_flow *synfin_table_only(struct synfin_net *sn,
				      const struct synfin_wire_pair *pair, u64 hash,
				      struct synfin_table_hold *hold,
				      unsigned int *from)
{
	struct synfin_flow *flow, *only = NULL;
	unsigned int sender;

	hold->hash = hash >> 32;
	hold->stripe = synfin_table_stripe(hold->hash);
	lock(hold);
	hlist_for_each_entry(flow, synfin_table_chain_of(hold->hash), chain) {
		if (flow->hash != hold->hash || flow->sn != sn ||
		    !is_between(flow, pair, &sender))
			continue;
		if (unlikely(only)) {
			only = NULL;
			break;
		}
		only = flow;
		*from = sender;
	}
	if (!only)
		unlock(hold);
	return only;
}

/**
 * synfin_table_heard() - let go of a flow that is where it was
 * @flow:	from synfin_table_only(); it may have ceased to wait for first bytes
 * @hold:	the same
 */
void synfin_table_heard(struct synfin_flow *flow, struct synfin_table_hold *hold)
{
	if (!(flow->conn.flags & SYNFIN_FLAG_FIRST))
		synfin_table_set_awaiting(hold->stripe, flow,
					  synfin_table_awaits(&flow->conn));
	unlock(hold);
}

/**
 * synfin_table_opened() - a flow has opened: others on its endpoints may be over
 * @flow:	from synfin_table_get()
 * @hold:	the same
 */
noinline void synfin_table_opened(struct synfin_flow *flow,
				  struct synfin_table_hold *hold)
{
	struct hlist_node *next;
	struct synfin_flow *old;

	lockdep_assert_held(&hold->stripe->lock);
	begin_leaving(hold);
	hlist_for_each_entry_safe(old, next, synfin_table_chain_of(hold->hash), chain) {
		if (old->sn != flow->sn ||
		    !synfin_phase_same_pair(&old->conn, &flow->conn) ||
		    !synfin_phase_is_superseded(&old->conn, &flow->conn))
			continue;
		synfin_table_unlink(hold->stripe, old);
		hlist_add_head(&old->chain, &hold->over);
	}
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
	unlock(hold);
	clear_up(hold);
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

	lock(&hold);
	flow = find(&hold, sn, seg, &begins);
	if (flow && has_only_begun(flow))
		synfin_table_unlink(hold.stripe, flow);
	else
		flow = NULL;
	unlock(&hold);
	if (!flow)
		return;
	synfin_stats_inc(sn, SYNFIN_CNT_flows_ended);
	synfin_table_let_go(sn);
	synfin_table_free(flow);
}

static_assert(sizeof(struct synfin_stripe) <= 256 || IS_ENABLED(CONFIG_DEBUG_SPINLOCK));

/* A million flows in 640 MiB, the table included. */
static_assert(sizeof(struct synfin_flow) <= 600);
