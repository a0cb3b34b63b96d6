// SPDX-License-Identifier: GPL-2.0
/*
 * What a flood has pushed out of the table before its answer came.
 *
 * What no ACK has proved may have a quarter of the table. A million made-up SYNs in a
 * second fill that in 65 ms, and a real client's answer may take longer. So an attempt that
 * has to go is not reported: what is needed to go on as if nothing had been is kept, 64
 * bytes instead of a flow's 570. When a segment comes that belongs to it, the phase machine
 * is shown again what it was shown then, with the times of then. Most are never
 * asked for; they are counted as evicted, and nothing is written of them, so that a flood
 * leaves the records alone.
 *
 * A set holds WAYS of them, and belongs to eight chains of a stripe, whose lock it is
 * under; the oldest makes way. There are fifteen for each eight flows of the
 * table: that of a real client stays a third of a second at a million SYNs in a
 * second. The memory is taken when a quarter of that is full, and goes back
 * some time after the last attempt had to go: on a host that nobody floods there is none.
 *
 * No addresses are kept: the keyed hash of the endpoints and the numbers must both agree.
 */
#include "table_private.h"

#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

/* Attempts in a set: with @next, their hashes fill a cache line. */
#define WAYS	15

/* Chains that share a set. */
#define CHAINS_OF_SET	8

/* So long after the last attempt had to go its memory goes back. */
#define QUIET	(16 * HZ)

/* Units of what is kept in 32 bits: 16 ns, up to a minute. */
#define UNIT_SHIFT	4

/* The first segments behind a handshake prove it as well as its ACK. */
#define BEHIND	0xffff

/* Bits of struct attempt.bits. */
#define HELD		0x03	/* how many of its phases were not written */
#define ANSWERED	0x04	/* there was a SYN-ACK */
#define STAMPED		0x08	/* all that may be answered had a time stamp */
#define ONE_SIDED	0x10	/* SYNFIN_FLAG_ONE_SIDED */
#define RTT_KNOWN	0x20	/* @rtt is */

/**
 * struct attempt - a handshake that is under way
 * @id:		of its connection
 * @syn_ns:	when the first SYN passed
 * @answer_ns:	when the first SYN-ACK did
 * @isn:	of either, by enum synfin_from
 * @again:	how long after the first SYN the last one passed; or after the first SYN-ACK,
 *		if there were several; see UNIT_SHIFT
 * @rtt:	synfin_conn.server_rtt_ns, likewise
 * @stamp:	of the first and the last SYN; or SYN-ACK, if answered
 * @device:	see struct synfin_conn
 * @window:	as on the wire, of either
 * @scale:	likewise
 * @flags:	likewise
 * @times:	how many times either was sent, 255 at most
 * @bits:	see above
 */
struct attempt {
	u64	id;
	u64	syn_ns;
	u64	answer_ns;
	u32	isn[2];
	u32	again;
	u32	rtt;
	u32	stamp[2];
	u32	device;
	u16	window[2];
	u8	scale[2];
	u8	flags[2];
	u8	times[2];
	u8	bits;
};

static_assert(sizeof(struct attempt) == 64);

/**
 * struct synfin_recall_set - attempts of some chains
 * @hash:	of the endpoints of each; 0 if there is none
 * @next:	whose turn it is to make way
 * @attempt:	what is known of them
 */
struct synfin_recall_set {
	u32		hash[WAYS];
	u32		next;
	struct attempt	attempt[WAYS];
} ____cacheline_aligned;

DEFINE_STATIC_KEY_FALSE(synfin_table_flooded);

/* When an attempt had to go, in jiffies; and whether there is memory, or will be. */
static unsigned long last_put;
static bool asked;

static struct synfin_recall_set *set_of(u32 hash)
{
	/*
	 * Pairs with the release in synfin_table_recall_work(): what is in them is read
	 * through this address. It may be gone by the next look.
	 */
	struct synfin_recall_set *sets = READ_ONCE(synfin_table.recall);

	return sets ? &sets[synfin_table_bit(hash) / SYNFIN_TABLE_BUCKETS /
			    CHAINS_OF_SET] : NULL;
}

static unsigned int nr_sets(void)
{
	return synfin_table_bit(~0U) / SYNFIN_TABLE_BUCKETS / CHAINS_OF_SET + 1;
}

static bool is_known(const struct synfin_end *end)
{
	return end->window <= 0xffff && !end->fins;
}

/* Can it be shown to the machine again? Nearly all can. */
static bool is_plain(const struct synfin_flow *flow)
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
	       !(conn->mark[0] & SYNFIN_FLOW_HELD) && flow->hash;
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

static void describe(const struct synfin_flow *flow, struct attempt *a)
{
	const struct synfin_conn *conn = &flow->conn;
	const struct synfin_end *end = conn->end;
	bool answered = conn->state == SYNFIN_STATE_SYN_ACK;
	unsigned int i;

	*a = (struct attempt) {
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
		a->bits |= ANSWERED;
	if (conn->tries.stamped)
		a->bits |= STAMPED;
	if (conn->flags & SYNFIN_FLAG_ONE_SIDED)
		a->bits |= ONE_SIDED;
	if (conn->server_rtt_ns != SYNFIN_NS_NONE)
		a->bits |= RTT_KNOWN;
	for (i = 0; i < flow->held.nr; i++)
		a->flags[flow->held.step[i].from] = flow->held.step[i].flags;
}

/**
 * synfin_table_recall_awaits() - does what was pushed out await an ACK?
 * @bit: of the filter; its stripe is locked
 *
 * Return: true if any with that bit does.
 */
bool synfin_table_recall_awaits(u32 bit)
{
	const struct synfin_recall_set *set = set_of(bit << (synfin_table_fast.shift - 32));
	unsigned int i;

	if (!set)
		return false;
	for (i = 0; i < WAYS; i++)
		if (set->hash[i] && synfin_table_bit(set->hash[i]) == bit &&
		    set->attempt[i].bits & ANSWERED)
			return true;
	return false;
}

/**
 * synfin_table_recall_put() - a flow has to go: keep what its answer needs
 * @stripe:	its stripe, locked
 * @flow:	the flow, still in its chain
 *
 * It is marked if it was kept: then nothing is to be reported of it.
 */
void synfin_table_recall_put(struct synfin_stripe *stripe, struct synfin_flow *flow)
{
	struct synfin_recall_set *set = set_of(flow->hash);
	u32 gone;

	lockdep_assert_held(&stripe->lock);
	if (!set || !is_plain(flow))
		return;
	gone = set->hash[set->next];
	set->hash[set->next] = flow->hash;
	describe(flow, &set->attempt[set->next]);
	set->next = (set->next + 1) % WAYS;
	flow->conn.mark[0] |= SYNFIN_FLOW_KEPT;
	if (gone)
		synfin_table_clear_awaiting(synfin_table_bit(gone));
	if (time_after(jiffies, READ_ONCE(last_put)))
		WRITE_ONCE(last_put, jiffies);
}

/* Does what its client, or its server, says belong to it? */
static bool is_of(const struct attempt *a, const struct synfin_segment *seg,
		  enum synfin_from from)
{
	u32 seq = seg->seq - a->isn[from], ack = seg->ack - a->isn[!from];
	bool answered = a->bits & ANSWERED, has_ack = seg->flags & SYNFIN_TCP_ACK;
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

/* Its place in the set, or WAYS; and who says @seg. */
static unsigned int find_attempt(const struct synfin_recall_set *set, u32 hash,
				 const struct synfin_segment *seg,
				 enum synfin_from *from)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		if (likely(set->hash[i] != hash))
			continue;
		for (*from = SYNFIN_FROM_CLIENT; *from <= SYNFIN_FROM_SERVER; ++*from)
			if (is_of(&set->attempt[i], seg, *from))
				return i;
	}
	return WAYS;
}

/**
 * synfin_table_recall_has() - does a segment belong to what was pushed out?
 * @hash:	of its endpoints, the upper half, not 0; its stripe is locked
 * @seg:	the segment
 *
 * Return: true if it does.
 */
bool synfin_table_recall_has(u32 hash, const struct synfin_segment *seg)
{
	const struct synfin_recall_set *set = set_of(hash);
	enum synfin_from from;

	return set && hash && find_attempt(set, hash, seg, &from) < WAYS;
}

/* The segment that @from sent then, of the same endpoints as @seg, which @now_from sends. */
static void segment_of_then(const struct attempt *a, const struct synfin_segment *seg,
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
		.stamped = !!(a->bits & STAMPED),
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

static void show_again(struct synfin_flow *flow, const struct attempt *a,
		       struct synfin_segment *then, u64 first_ns)
{
	then->tsval = a->stamp[1];
	show(flow, then, first_ns + ((u64)a->again << UNIT_SHIFT), false);
}

static void show_syns(struct synfin_flow *flow, const struct attempt *a,
		      struct synfin_segment *then)
{
	unsigned int times = a->times[SYNFIN_FROM_CLIENT];
	bool answers = a->bits & ANSWERED;

	show(flow, then, a->syn_ns, times == 1 && (a->bits & HELD) == 1 + answers);
	if (times > 1 && a->times[SYNFIN_FROM_SERVER] < 2)
		show_again(flow, a, then, a->syn_ns);
	flow->conn.end[SYNFIN_FROM_CLIENT].syns = times;
}

static void show_answers(struct synfin_flow *flow, const struct attempt *a,
			 struct synfin_segment *then)
{
	unsigned int times = a->times[SYNFIN_FROM_SERVER];
	struct synfin_conn *conn = &flow->conn;

	show(flow, then, a->answer_ns, times == 1 && a->bits & HELD);
	if (times > 1)
		show_again(flow, a, then, a->answer_ns);
	conn->end[SYNFIN_FROM_SERVER].syn_acks = times;
	if (!(a->bits & RTT_KNOWN))
		conn->server_rtt_ns = SYNFIN_NS_NONE;
	else if (a->rtt != (a->answer_ns - a->syn_ns) >> UNIT_SHIFT)
		conn->server_rtt_ns = (u64)a->rtt << UNIT_SHIFT;
	conn->flags &= ~SYNFIN_FLAG_ONE_SIDED;
	if (a->bits & ONE_SIDED)
		conn->flags |= SYNFIN_FLAG_ONE_SIDED;
}

/**
 * synfin_table_recall_get() - a flow is as it was when it was pushed out
 * @hash:	of its endpoints, of which synfin_table_recall_has() is true
 * @seg:	the segment that belongs to it
 * @netns:	inode number of its namespace
 * @flow:	new, its connection not set up; in no chain
 *
 * Context: the stripe is locked.
 */
void synfin_table_recall_get(u32 hash, const struct synfin_segment *seg, u32 netns,
			     struct synfin_flow *flow)
{
	struct synfin_recall_set *set = set_of(hash);
	enum synfin_from from;
	struct synfin_segment then;
	unsigned int i = find_attempt(set, hash, seg, &from);
	struct attempt a = set->attempt[i];

	set->hash[i] = 0;
	segment_of_then(&a, seg, SYNFIN_FROM_CLIENT, from, &then);
	synfin_phase_init(&flow->conn, &then, netns, a.id);
	show_syns(flow, &a, &then);
	if (!(a.bits & ANSWERED))
		return;
	segment_of_then(&a, seg, SYNFIN_FROM_SERVER, from, &then);
	show_answers(flow, &a, &then);
}

/**
 * synfin_table_recall_want() - the table begins to fill with what nothing proves
 *
 * Context: any; a stripe is locked.
 */
void synfin_table_recall_want(void)
{
	if (READ_ONCE(asked) || cmpxchg(&asked, false, true))
		return;
	schedule_work(&synfin_table.recall_work);
}

/**
 * synfin_table_recall_work() - take the memory
 * @work: the table's
 *
 * Context: a worker; may sleep.
 */
void synfin_table_recall_work(struct work_struct *work)
{
	struct synfin_recall_set *sets;

	WRITE_ONCE(last_put, jiffies);
	/* It was asked for twice, if it was given back between the asking and this. */
	if (READ_ONCE(synfin_table.recall))
		return;
	sets = kvcalloc(nr_sets(), sizeof(*sets), GFP_KERNEL | __GFP_NOWARN);
	if (!sets)
		return;
	static_branch_enable(&synfin_table_flooded);
	/* Pairs with set_of(): they are zero for whoever finds them. */
	smp_store_release(&synfin_table.recall, sets);
}

/* Of the sets of a stripe; nobody puts anything there any more. */
static void stop_awaiting(unsigned int s, const struct synfin_recall_set *sets)
{
	struct synfin_stripe *stripe = &synfin_table.stripes[s];
	unsigned int i, n = nr_sets() / synfin_table.nr_stripes;
	const struct synfin_recall_set *set;
	unsigned long flags;

	raw_spin_lock_irqsave(&stripe->lock, flags);
	for (set = sets + s * n; set < sets + (s + 1) * n; set++)
		for (i = 0; i < WAYS; i++)
			if (set->hash[i])
				synfin_table_clear_awaiting(synfin_table_bit(set->hash[i]));
	raw_spin_unlock_irqrestore(&stripe->lock, flags);
}

/**
 * synfin_table_recall_rest() - give the memory back when it is quiet
 *
 * Context: the table's worker; may sleep.
 */
void synfin_table_recall_rest(void)
{
	struct synfin_table *t = &synfin_table;
	struct synfin_recall_set *sets;
	unsigned int s;

	if (!READ_ONCE(asked) || time_before(jiffies, READ_ONCE(last_put) + QUIET) ||
	    work_busy(&t->recall_work) ||
	    atomic_read(&t->embryonic) >= t->max_embryonic / 4)
		return;
	/* The worker that takes it has done, or has not begun. */
	sets = READ_ONCE(t->recall);
	if (sets) {
		/*
		 * Whoever has found them holds the lock of a stripe; when all have been
		 * held here, nobody has.
		 */
		WRITE_ONCE(t->recall, NULL);
		for (s = 0; s < t->nr_stripes; s++) {
			stop_awaiting(s, sets);
			cond_resched();
		}
		static_branch_disable(&synfin_table_flooded);
		kvfree(sets);
	}
	WRITE_ONCE(asked, false);
}

/**
 * synfin_table_recall_teardown() - no table, no memory
 *
 * Context: module unload, when nothing is in the table any more; may sleep.
 */
void synfin_table_recall_teardown(void)
{
	cancel_work_sync(&synfin_table.recall_work);
	kvfree(synfin_table.recall);
	synfin_table.recall = NULL;
}
