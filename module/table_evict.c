// SPDX-License-Identifier: GPL-2.0
/*
 * Room in the flow table: who has to go when it is full, or a chain too long.
 *
 * What has ended goes first. Of the others: of whoever made namespaces that hold most, and
 * of his namespace that does, so that none can take the table from another, not by
 * thousands of them; there what no ACK has proved; what has had no more
 * than its handshake, which anybody can make; of the client that holds most, so that none
 * can take it from another; what has had no sign of life for longest. To find it a few flows
 * are compared, the same few at most however full the table is: those in the chains
 * that follow the new one's, which nobody can choose. If who holds most has a half of
 * the table, one in 2^SAMPLE times none of these is his.
 *
 * Clients are counted by their address, of IPv6 the first 56 bits, in an array by a
 * keyed hash.
 *
 * Flows are taken out under the lock of their stripe and reported after it.
 */
#include "table_private.h"
#include "maker.h"

#include <linux/bitops.h>
#include <linux/minmax.h>

/* Flows that are compared, and chains that are walked for them. */
#define SAMPLE	24
#define CHAINS	256u

/* Likewise of each list with embryonic ones, the oldest; and so many are looked at. */
#define OLDEST	8
#define WALK	32

/* Stripes to look into for a flow that can go, if one's own has none. */
#define REACH	16u

/* As many flows as a client may hold before it matters. */
#define MODEST	16

/**
 * synfin_table_count_source() - count a flow for its client
 * @flow: the flow; its source is set
 *
 * Context: the stripe is locked.
 */
void synfin_table_count_source(struct synfin_flow *flow)
{
	const struct synfin_hash_keys *keys = &flow->sn->keys;
	const struct synfin_addr *addr = &flow->conn.client;
	u64 prefix = get_unaligned_be64(addr) & ~0xffULL;

	if (flow->conn.family == 4)
		prefix = (__force u32)addr->w[0];
	flow->source = synfin_hash_pair(keys, prefix, flow->conn.family) >> 48 >>
		       synfin_table.source_shift;
	atomic_inc(&synfin_table.sources[flow->source]);
}

static unsigned int held_by_client(const struct synfin_flow *flow)
{
	return fls(atomic_read(&synfin_table.sources[flow->source]) / MODEST);
}

/* What is unproved counts by itself: else it would go first where others are proved. */
static int held_by_net(const struct synfin_net *sn, bool embryonic)
{
	return atomic_read(embryonic ? &sn->embryonic : &sn->flows);
}

static int held_by_maker(const struct synfin_net *sn, bool embryonic)
{
	if (!sn->maker)
		return held_by_net(sn, embryonic);
	return atomic_read(embryonic ? &sn->maker->embryonic : &sn->maker->flows);
}

/* More than zero if @one has, or who made it. */
static int holds_more(const struct synfin_net *one, const struct synfin_net *other,
		      bool embryonic)
{
	int maker;

	if (one == other)
		return 0;
	maker = held_by_maker(one, embryonic) - held_by_maker(other, embryonic);
	return maker ?: held_by_net(one, embryonic) - held_by_net(other, embryonic);
}

static bool is_embryonic(const struct synfin_flow *flow)
{
	return flow->conn.table_flags & SYNFIN_FLOW_EMBRYONIC;
}

/* Not more than its handshake, or of one side only; or not even that. */
static unsigned int worth(const struct synfin_flow *flow)
{
	if (is_embryonic(flow))
		return 0;
	if (flow->conn.flags & SYNFIN_FLAG_ONE_SIDED)
		return 1;
	return flow->conn.table_flags & SYNFIN_FLOW_LIVED ? 2 : 1;
}

/* When it last gave a sign of life, in synfin_table_ticks(). */
static u32 life_of(const struct synfin_flow *flow)
{
	u32 seen = synfin_table_ticks(flow->conn.seen_ns);

	return (s32)(seen - flow->life) > 0 ? seen : flow->life;
}

static bool has_ended(const struct synfin_flow *flow)
{
	return flow->conn.table_list == SYNFIN_WAIT_LINGER;
}

/* Has @one to go rather than @other? */
static bool goes_first(const struct synfin_flow *one, const struct synfin_flow *other)
{
	bool embryonic = is_embryonic(one) && is_embryonic(other);
	unsigned int a, b;
	int more;

	if (has_ended(one) != has_ended(other))
		return has_ended(one);
	more = holds_more(one->sn, other->sn, embryonic);
	if (more)
		return more > 0;
	a = worth(one);
	b = worth(other);
	if (a != b)
		return a < b;
	a = held_by_client(one);
	b = held_by_client(other);
	if (a != b)
		return a > b;
	return (s32)(life_of(one) - life_of(other)) < 0;
}

static struct synfin_flow *oldest_ended(struct synfin_stripe *stripe)
{
	return list_first_entry_or_null(&stripe->lists[SYNFIN_WAIT_LINGER],
					struct synfin_flow, wait);
}

/* The least of @least and the oldest embryonic flows of a list, of which not all are. */
static struct synfin_flow *least_of_oldest(struct synfin_flow *least,
					   struct list_head *list)
{
	struct synfin_flow *flow;
	unsigned int n = 0, walked = 0;

	list_for_each_entry(flow, list, wait) {
		if (n == OLDEST || walked++ == WALK)
			break;
		if (!is_embryonic(flow))
			continue;
		n++;
		if (!least || goes_first(flow, least))
			least = flow;
	}
	return least;
}

static struct synfin_flow *least_embryonic(struct synfin_stripe *stripe)
{
	struct synfin_flow *least;
	unsigned int wait;

	least = least_of_oldest(NULL, &stripe->lists[SYNFIN_LIST_YOUNG]);
	for (wait = 0; wait <= SYNFIN_WAIT_UNPROVEN; wait++)
		least = least_of_oldest(least, &stripe->lists[wait]);
	return least;
}

/* From @hash's chain on, around its stripe. */
static struct synfin_flow *least_of_sample(struct synfin_stripe *stripe, u32 hash)
{
	u32 per_stripe = synfin_table_bit(~0U) / SYNFIN_TABLE_BUCKETS /
			 synfin_table.nr_stripes + 1;
	struct hlist_head *chains = synfin_table.chains +
				    (stripe - synfin_table.stripes) * per_stripe;
	u32 at = synfin_table_bit(hash) / SYNFIN_TABLE_BUCKETS;
	struct synfin_flow *flow, *least = NULL;
	unsigned int i, n = 0;

	for (i = 0; i < min(per_stripe, CHAINS) && n < SAMPLE; i++, at++) {
		hlist_for_each_entry(flow, &chains[at % per_stripe], chain) {
			if (!least || goes_first(flow, least))
				least = flow;
			n++;
		}
	}
	return least;
}

/* What picks the flow of a locked stripe that has to go. */
typedef struct synfin_flow *(*chooser)(struct synfin_stripe *stripe, u32 hash);

static struct synfin_flow *any(struct synfin_stripe *stripe, u32 hash)
{
	return oldest_ended(stripe) ?: least_of_sample(stripe, hash);
}

static struct synfin_flow *embryonic(struct synfin_stripe *stripe, u32 hash)
{
	return least_embryonic(stripe);
}

/* Take it out of its chain; what may be answered yet is kept, and that it has ended. */
static void take_out(struct synfin_stripe *stripe, struct synfin_flow *flow)
{
	if (is_embryonic(flow))
		synfin_table_recall_put(stripe, flow);
	else if (has_ended(flow))
		synfin_table_ended_put(flow);
	synfin_table_unlink(stripe, flow);
}

/* From another stripe, unless somebody holds it: nobody waits for two locks. */
static struct synfin_flow *take_from(struct synfin_stripe *other, chooser choose,
				     u32 hash)
{
	struct synfin_flow *flow;

	if (!raw_spin_trylock(&other->lock))
		return NULL;
	flow = choose(other, hash);
	if (flow)
		take_out(other, flow);
	raw_spin_unlock(&other->lock);
	return flow;
}

/* Unlink what @choose finds in a stripe, or else in one of those after it. */
static struct synfin_flow *take(const struct synfin_table_hold *hold, chooser choose)
{
	struct synfin_table *t = &synfin_table;
	struct synfin_flow *flow = choose(hold->stripe, hold->hash);
	unsigned int i, own = hold->stripe - t->stripes;

	if (flow)
		take_out(hold->stripe, flow);
	for (i = 1; !flow && i < min(t->nr_stripes, REACH); i++)
		flow = take_from(&t->stripes[(own + i) % t->nr_stripes], choose,
				 hold->hash);
	return flow;
}

/* Unlink the flow of a chain that has to go. */
static noinline struct synfin_flow *shorten(const struct synfin_table_hold *hold)
{
	struct synfin_flow *flow, *least = NULL;

	hlist_for_each_entry(flow, synfin_table_chain_of(hold->hash), chain)
		if (!least || goes_first(flow, least))
			least = flow;
	take_out(hold->stripe, least);
	synfin_stats_inc(least->sn, SYNFIN_CNT_chain_full);
	return least;
}

/* Count one more flow, unless the table is full: exact, whoever else does it too. */
static bool reserve(void)
{
	struct synfin_table *t = &synfin_table;

	return atomic_add_unless(&t->total, 1, t->max_flows);
}

/**
 * synfin_table_make_room() - see that one more flow fits, and count it
 * @hold:	where it goes, locked
 * @full:	set if none fits
 *
 * Return: a flow that had to go, unlinked, for synfin_table_evict() once the lock
 * is released; or NULL.
 */
struct synfin_flow *synfin_table_make_room(const struct synfin_table_hold *hold,
					   bool *full)
{
	struct synfin_table *t = &synfin_table;
	struct synfin_flow *victim = NULL;

	lockdep_assert_held(&hold->stripe->lock);
	*full = false;
	if (unlikely(hold->length >= SYNFIN_TABLE_CHAIN_MAX))
		victim = shorten(hold);
	if (unlikely(!reserve())) {
		if (!victim)
			victim = take(hold, any);
		*full = !reserve();
	} else if (unlikely(atomic_read(&t->embryonic) >= t->max_embryonic / 4)) {
		synfin_table_recall_want();
		if (atomic_read(&t->embryonic) < t->max_embryonic)
			return victim;
		/* One at a time. */
		*full = victim;
		if (!victim) {
			victim = take(hold, embryonic);
			*full = !victim;
		}
		if (*full)
			atomic_dec(&t->total);
	}
	return victim;
}

/**
 * synfin_table_supersede() - report a flow that is over, as another has opened
 * @flow: the flow, unlinked
 *
 * Context: any context of a hook; no lock held.
 */
void synfin_table_supersede(struct synfin_flow *flow)
{
	struct synfin_result res SYNFIN_UNINITIALIZED;

	synfin_phase_finish(&flow->conn, &res);
	synfin_stats_inc(flow->sn, SYNFIN_CNT_flows_ended);
	synfin_table_release(flow, &res);
}

/**
 * synfin_table_evict() - report a flow that had to make room, and free it
 * @flow: the flow, unlinked
 *
 * Context: any context of a hook; no lock held.
 */
void synfin_table_evict(struct synfin_flow *flow)
{
	bool done = flow->conn.state == SYNFIN_STATE_DONE;
	struct synfin_result res SYNFIN_UNINITIALIZED;

	synfin_stats_inc(flow->sn, done ? SYNFIN_CNT_flows_ended :
					  SYNFIN_CNT_flows_evicted);
	if (flow->conn.table_flags & SYNFIN_FLOW_KEPT) {
		synfin_table_let_go(flow->sn);
		synfin_table_free(flow);
		return;
	}
	synfin_phase_evict(&flow->conn, &res);
	synfin_table_release(flow, &res);
}
