// SPDX-License-Identifier: GPL-2.0
/*
 * Where a flow stands: in which list, and as what it is counted.
 *
 * All under the lock of the flow's stripe, in any context of a hook or in a worker.
 */
#include "table_private.h"
#include "maker.h"
#include "stats.h"

#include <linux/jiffies.h>
#include <linux/workqueue.h>

static_assert(BIT(SYNFIN_TABLE_STRIPE_BITS) == SYNFIN_NET_STRIPES);

/* How a flow is counted, by enum synfin_state. */
static const u8 gauges[SYNFIN_STATE_NR] = {
	[SYNFIN_STATE_NONE]	= SYNFIN_GAUGE_OPENING,
	[SYNFIN_STATE_SYN]	= SYNFIN_GAUGE_OPENING,
	[SYNFIN_STATE_SYN_SYN]	= SYNFIN_GAUGE_OPENING,
	[SYNFIN_STATE_SYN_ACK]	= SYNFIN_GAUGE_OPENING,
	[SYNFIN_STATE_OPEN]	= SYNFIN_GAUGE_OPEN,
	[SYNFIN_STATE_FIN]	= SYNFIN_GAUGE_CLOSING,
	[SYNFIN_STATE_HALF]	= SYNFIN_GAUGE_CLOSING,
	[SYNFIN_STATE_FIN_FIN]	= SYNFIN_GAUGE_CLOSING,
	[SYNFIN_STATE_LAST]	= SYNFIN_GAUGE_CLOSING,
	[SYNFIN_STATE_DONE]	= SYNFIN_GAUGE_LINGERING,
};

/* Where it belongs: see enum synfin_list. */
static unsigned int list_of(const struct synfin_flow *flow)
{
	unsigned int wait = synfin_phase_wait(&flow->conn);

	if (wait == SYNFIN_WAIT_LINGER && flow->conn.state != SYNFIN_STATE_DONE)
		return SYNFIN_LIST_SUSPECT;
	if (!synfin_table_waits_for_nothing(wait))
		return wait;
	if (!(flow->conn.table_flags & SYNFIN_FLOW_FOREIGN))
		return SYNFIN_LIST_LOCAL;
	return synfin_phase_is_watched(&flow->conn) ? wait : SYNFIN_LIST_BUSY;
}

/* What of synfin_flow.conn.table_flags follows from how it stands. */
#define MARKS	(SYNFIN_FLOW_AWAITS_ANY | SYNFIN_FLOW_EMBRYONIC)

/**
 * struct standing - how a flow stands in the table
 * @list:	where it belongs: enum synfin_wait, or enum synfin_list
 * @gauge:	as what it is counted
 * @mark:	those of MARKS that it has
 */
struct standing {
	u8	list;
	u8	gauge;
	u8	mark;
};

static noinline struct standing standing_of(const struct synfin_flow *flow)
{
	unsigned int list = list_of(flow);

	return (struct standing) {
		.list = list,
		.gauge = gauges[flow->conn.state],
		.mark = synfin_table_awaits(&flow->conn) |
			(list <= SYNFIN_WAIT_UNPROVEN ? SYNFIN_FLOW_EMBRYONIC : 0),
	};
}

/* That of most flows, by enum synfin_state: of these nothing else matters. */
static struct standing usual[SYNFIN_STATE_NR] __ro_after_init;

/* With any of these a flow may stand elsewhere. */
#define STANDS_ELSEWHERE						\
	(SYNFIN_FLAG_AWAITS | SYNFIN_FLAG_WATCHED | SYNFIN_FLAG_FIRST)

static __always_inline bool is_usual(const struct synfin_flow *flow)
{
	const struct synfin_conn *conn = &flow->conn;

	return !((conn->flags & STANDS_ELSEWHERE) | conn->suspect.what |
		 (conn->table_flags & SYNFIN_FLOW_FOREIGN)) &&
	       conn->opening != SYNFIN_OPEN_MIDSTREAM;
}

/**
 * synfin_table_list_setup() - find out how most flows stand
 * @flow: any memory, zeroed: it is used for that alone
 *
 * Context: module load.
 */
void __init synfin_table_list_setup(struct synfin_flow *flow)
{
	u8 *state = &flow->conn.state;

	for (*state = 0; *state < SYNFIN_STATE_NR; ++*state)
		usual[*state] = standing_of(flow);
}

/* What is usual is asked for in debug kernels all the same. */
static bool is_standing(const struct standing *s, const struct synfin_flow *flow)
{
	struct standing now = standing_of(flow);

	return s->list == now.list && s->gauge == now.gauge && s->mark == now.mark;
}

static void gauge_add(const struct synfin_flow *flow, int n)
{
	this_cpu_add(flow->sn->counters->gauge[flow->gauge], n);
}

static void flip_embryonic(struct synfin_flow *flow)
{
	int n = flow->conn.table_flags & SYNFIN_FLOW_EMBRYONIC ? -1 : 1;
	struct synfin_net *sn = flow->sn;

	flow->conn.table_flags ^= SYNFIN_FLOW_EMBRYONIC;
	atomic_add(n, &synfin_table.embryonic);
	atomic_add(n, &sn->embryonic);
	if (unlikely(sn->maker))
		atomic_add(n, &sn->maker->embryonic);
}

/**
 * synfin_table_link() - insert a flow
 * @stripe:	its stripe, locked
 * @flow:	the flow, its connection and hash set up; synfin_table_make_room() has
 *		counted it
 * @now:	the time
 */
void synfin_table_link(struct synfin_stripe *stripe, struct synfin_flow *flow, u64 now)
{
	unsigned int nr = stripe - synfin_table.stripes;

	lockdep_assert_held(&stripe->lock);
	hlist_add_head(&flow->chain, synfin_table_chain_of(flow->hash));
	flow->conn.table_list = SYNFIN_LIST_YOUNG;
	flow->since = synfin_table_ticks(now);
	flow->life = flow->since;
	flow->gauge = gauges[flow->conn.state];
	gauge_add(flow, 1);
	list_add_tail(&flow->wait, &stripe->lists[SYNFIN_LIST_YOUNG]);
	flip_embryonic(flow);
	synfin_table_count_source(flow);
	atomic_inc(&flow->sn->flows);
	if (unlikely(flow->sn->maker))
		atomic_inc(&flow->sn->maker->flows);
	if (!test_bit(nr, flow->sn->stripes))
		set_bit(nr, flow->sn->stripes);
	/* None of its waits can be over before the shortest of all. */
	if (!stripe->flows++) {
		synfin_table_set_due(stripe, now + READ_ONCE(synfin_table.shortest_ns));
		set_bit(nr, synfin_table.used);
	}
}

/**
 * synfin_table_unlink() - take a flow out of the table
 * @stripe:	its stripe, locked
 * @flow:	the flow; afterwards the caller's alone, and still counted in its namespace
 */
void synfin_table_unlink(struct synfin_stripe *stripe, struct synfin_flow *flow)
{
	lockdep_assert_held(&stripe->lock);
	synfin_table_set_awaiting(stripe, flow, 0);
	list_del(&flow->wait);
	if (flow->conn.table_flags & SYNFIN_FLOW_EMBRYONIC)
		flip_embryonic(flow);
	atomic_dec(&synfin_table.sources[flow->source]);
	if (unlikely(flow->sn->maker))
		atomic_dec(&flow->sn->maker->flows);
	hlist_del(&flow->chain);
	gauge_add(flow, -1);
	if (!--stripe->flows)
		clear_bit(stripe - synfin_table.stripes, synfin_table.used);
	atomic_dec(&synfin_table.total);
}

/* The worker is to come soon. */
static noinline void note_busy(struct synfin_stripe *stripe)
{
	struct synfin_table *t = &synfin_table;

	set_bit(stripe - t->stripes, t->busy);
	if (READ_ONCE(t->idle)) {
		WRITE_ONCE(t->idle, false);
		mod_delayed_work(system_wq, &t->expiry, HZ / SYNFIN_TABLE_SLICES);
	}
}

/* At the tail: lists stay sorted by time. */
static void move(struct synfin_stripe *stripe, struct synfin_flow *flow,
		 unsigned int list, u64 now)
{
	list_move_tail(&flow->wait, &stripe->lists[list]);
	flow->since = synfin_table_ticks(now);
	if (unlikely(list == SYNFIN_LIST_BUSY && flow->conn.table_list != list))
		note_busy(stripe);
	flow->conn.table_list = list;
}

/*
 * Is it where it belongs? A young flow may be left where it is until the shortest wait
 * has passed.
 */
static bool is_in_place(const struct synfin_flow *flow, unsigned int list, bool moved)
{
	if (likely(flow->conn.table_list == SYNFIN_LIST_YOUNG))
		return list != SYNFIN_WAIT_LINGER && list != SYNFIN_LIST_BUSY;
	/* What is busy is watched again when its time has come, whatever is shown of it. */
	return flow->conn.table_list == list && (!moved || list == SYNFIN_LIST_BUSY);
}

/**
 * synfin_table_requeue() - a flow waits for something else now
 * @stripe:	its stripe, locked
 * @flow:	the flow
 * @now:	the time
 * @moved:	it comes last in its list, even if that is the same
 *
 * It goes to the list of that, the filter is told, and it is counted as what it is.
 */
void synfin_table_requeue(struct synfin_stripe *stripe, struct synfin_flow *flow,
			  u64 now, bool moved)
{
	struct standing s = likely(is_usual(flow)) ? usual[flow->conn.state] :
						     standing_of(flow);
	struct synfin_counters __percpu *counters = flow->sn->counters;
	u8 changed = (flow->conn.table_flags ^ s.mark) & MARKS;

	lockdep_assert_held(&stripe->lock);
	if (IS_ENABLED(CONFIG_PROVE_LOCKING))
		WARN_ON_ONCE(!is_standing(&s, flow));
	if (flow->gauge != s.gauge) {
		this_cpu_dec(counters->gauge[flow->gauge]);
		this_cpu_inc(counters->gauge[s.gauge]);
		flow->gauge = s.gauge;
	}
	if (changed & SYNFIN_FLOW_AWAITS_ANY)
		synfin_table_change_awaiting(flow, changed & SYNFIN_FLOW_AWAITS_ANY);
	if (changed & SYNFIN_FLOW_EMBRYONIC)
		flip_embryonic(flow);
	if (!is_in_place(flow, s.list, moved))
		move(stripe, flow, s.list, now);
}

/**
 * synfin_table_settle() - a flow is not young any more
 * @stripe:	its stripe, locked
 * @flow:	the flow
 */
void synfin_table_settle(struct synfin_stripe *stripe, struct synfin_flow *flow)
{
	lockdep_assert_held(&stripe->lock);
	move(stripe, flow, list_of(flow), flow->conn.seen_ns);
}
