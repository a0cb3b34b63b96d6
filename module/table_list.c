// SPDX-License-Identifier: GPL-2.0
/*
 * Where a flow stands: its bit of the awaiting filter, its list, whether it is watched.
 *
 * All under the lock of the flow's stripe, in any context of a hook or in a worker.
 */
#include "table_private.h"
#include "maker.h"
#include "stats.h"

#include <linux/minmax.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

/* Segments that follow each other within so long are of a burst; so many make one. */
#define BURST_GAP_NS	(100 * NSEC_PER_MSEC)
#define BURST		8

/*
 * What is busy passes unseen for so long, and until the worker comes: less than 4 GiB
 * take on any line, so that the next segment says exactly how much it was. Of those
 * that come then a few are enough, if they agree with each other.
 * They must be of both ends: a device may hand over 64 of one before there is one of the
 * other.
 */
#define UNSEEN_NS	(64 * NSEC_PER_MSEC)
#define BURST_AGAIN	3
#define BURST_MAX	200

static_assert(UNSEEN_NS + NSEC_PER_SEC / SYNFIN_TABLE_SLICES <
	      SYNFIN_BLIND_WRAP_NS * 3 / 4);

static_assert(BIT(SYNFIN_TABLE_STRIPE_BITS) == SYNFIN_NET_STRIPES);
static_assert(SYNFIN_TABLE_STRIPE_CHAINS * SYNFIN_TABLE_BUCKETS % BITS_PER_LONG == 0);

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

/* @mark: in which filter, SYNFIN_FLOW_AWAITS or SYNFIN_FLOW_ANSWER */
static bool any_awaits(u32 bit, u8 mark)
{
	struct hlist_head *chain = &synfin_table.chains[bit / SYNFIN_TABLE_BUCKETS];
	const struct synfin_flow *flow;

	hlist_for_each_entry(flow, chain, chain)
		if (flow->conn.table_flags & mark &&
		    synfin_table_bit(flow->hash) == bit)
			return true;
	return static_branch_unlikely(&synfin_table_flooded) &&
	       synfin_table_recall_awaits(bit);
}

static void clear_in(unsigned long *filter, u32 bit, u8 mark)
{
	if (!any_awaits(bit, mark))
		__clear_bit(bit, filter);
}

/**
 * synfin_table_clear_awaiting() - something with a bit of the filters awaits no more
 * @bit: the bit; its stripe is locked
 */
void synfin_table_clear_awaiting(u32 bit)
{
	if (static_branch_unlikely(&synfin_first_wanted))
		clear_in(synfin_table_fast.answers, bit, SYNFIN_FLOW_ANSWER);
	clear_in(synfin_table_fast.filter, bit, SYNFIN_FLOW_AWAITS);
}

static void mark_bucket(unsigned long *filter, u32 bit, u8 mark, u8 awaits)
{
	if (awaits & mark)
		__set_bit(bit, filter);
	else
		clear_in(filter, bit, mark);
}

static atomic_t *ports_of(const struct synfin_conn *conn)
{
	return &synfin_table_ports[(__force u16)htons(conn->client_port ^
						      conn->server_port)];
}

/* Turns around what of SYNFIN_FLOW_AWAITS_ANY is in @changed. */
static __always_inline void change_awaiting(struct synfin_flow *flow, u8 changed)
{
	u32 bit = synfin_table_bit(flow->hash);
	u8 awaits = flow->conn.table_flags ^ changed;

	flow->conn.table_flags = awaits;
	if (static_branch_unlikely(&synfin_first_wanted) && changed & SYNFIN_FLOW_ANSWER)
		mark_bucket(synfin_table_fast.answers, bit, SYNFIN_FLOW_ANSWER, awaits);
	if (changed & SYNFIN_FLOW_AWAITS) {
		atomic_add(awaits & SYNFIN_FLOW_AWAITS ? 1 : -1, ports_of(&flow->conn));
		mark_bucket(synfin_table_fast.filter, bit, SYNFIN_FLOW_AWAITS, awaits);
	}
}

/**
 * synfin_table_set_awaiting() - the filters follow what a flow waits for
 * @stripe:	its stripe, locked
 * @flow:	the flow
 * @awaits:	SYNFIN_FLOW_AWAITS and SYNFIN_FLOW_ANSWER, as of synfin_table_awaits()
 *
 * A word of a filter is of one stripe, whose lock is held: no atomic is needed.
 */
void synfin_table_set_awaiting(struct synfin_stripe *stripe, struct synfin_flow *flow,
			       u8 awaits)
{
	u8 changed = (flow->conn.table_flags ^ awaits) & SYNFIN_FLOW_AWAITS_ANY;

	lockdep_assert_held(&stripe->lock);
	if (changed)
		change_awaiting(flow, changed);
}

static bool waits_for_nothing(unsigned int wait)
{
	return wait == SYNFIN_WAIT_OPEN || wait == SYNFIN_WAIT_HALF_CLOSED;
}

/* Where it belongs: see enum synfin_list. */
static unsigned int list_of(const struct synfin_flow *flow)
{
	unsigned int wait = synfin_phase_wait(&flow->conn);

	if (wait == SYNFIN_WAIT_LINGER && flow->conn.state != SYNFIN_STATE_DONE)
		return SYNFIN_LIST_SUSPECT;
	if (!waits_for_nothing(wait))
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
		change_awaiting(flow, changed & SYNFIN_FLOW_AWAITS_ANY);
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

/**
 * synfin_table_watch() - of a flow without a socket here every segment is shown
 * @flow:	the flow, its stripe locked; a segment has just passed
 * @before:	when the one before it had
 * @now:	the time
 *
 * While it is open or half closed, but for a moment if it is busy.
 */
void synfin_table_watch(struct synfin_flow *flow, u64 before, u64 now)
{
	struct synfin_conn *conn = &flow->conn;
	bool watched = synfin_phase_is_watched(conn);

	if (!waits_for_nothing(synfin_phase_wait(conn))) {
		if (watched && conn->state == SYNFIN_STATE_DONE)
			synfin_phase_unwatch(conn, now);
		return;
	}
	if (!watched) {
		if (flow->conn.table_list != SYNFIN_LIST_BUSY) {
			flow->burst = 0;
			synfin_phase_watch(conn, now);
		}
		return;
	}
	/* What does not fit the connection is no sign of life. */
	if (conn->seen_ns == before)
		return;
	flow->conn.table_flags |= SYNFIN_FLOW_LIVED;
	before = max(before, conn->watched_ns);
	flow->burst = now - before < BURST_GAP_NS ? flow->burst + 1 : 0;
	if (flow->burst >= (conn->blind_ns ? BURST_MAX : BURST))
		synfin_phase_unwatch(conn, now);
}

/* Put back up to @most of the flows of a stripe that were busy; false if that was too few. */
static bool watch_some(struct synfin_stripe *stripe, u64 now, unsigned int most)
{
	struct list_head *busy = &stripe->lists[SYNFIN_LIST_BUSY];
	struct synfin_flow *flow;

	lockdep_assert_held(&stripe->lock);
	while (!list_empty(busy)) {
		flow = list_first_entry(busy, struct synfin_flow, wait);
		if (synfin_table_age(flow, now) < UNSEEN_NS)
			return true;
		if (!most--)
			return false;
		flow->burst = BURST - BURST_AGAIN;
		synfin_phase_watch(&flow->conn, now);
		synfin_table_requeue(stripe, flow, now, true);
	}
	clear_bit(stripe - synfin_table.stripes, synfin_table.busy);
	return true;
}

/**
 * synfin_table_watch_again() - watch the flows of a stripe again that were busy
 * @stripe: the stripe; some are, or were
 *
 * Context: a worker; no lock held.
 */
void synfin_table_watch_again(struct synfin_stripe *stripe)
{
	unsigned long flags;
	bool done;

	do {
		raw_spin_lock_irqsave(&stripe->lock, flags);
		done = watch_some(stripe, ktime_get_ns(), SYNFIN_TABLE_BATCH);
		raw_spin_unlock_irqrestore(&stripe->lock, flags);
	} while (!done);
}
