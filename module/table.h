/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table: every connection that is under way, bounded always.
 *
 * A flow is found by its namespace and its two endpoints, whichever way a segment
 * runs; of several on the same endpoints the phase machine picks one. The table is cut
 * into stripes. A stripe has a lock, hash chains, and a list for each kind of wait,
 * oldest first, so that expiry and eviction never search.
 *
 * One hash serves the stripe, the chain in it, and the filter: see core/hash.h. Each
 * namespace has keys of its own, as many have the same addresses inside. SipHash for
 * the chain was measured at a seventh of the whole slow path; what it is wanted for,
 * that nobody can choose colliding endpoints without the key, two folded products give
 * too. Should a chain become long all the same, the least worthy flow in it makes way
 * for a new one: a walk never takes longer than SYNFIN_TABLE_CHAIN_MAX flows.
 *
 * The awaiting filter is a bitmap of 64 buckets for each chain: six more bits of the
 * hash say which is a flow's. Its bit is set while any flow of that bucket waits for a
 * segment without SYN, FIN or RST. There are at least 64 buckets for each flow that
 * the table takes, so that however many wait, what passes else meets them seldom. A
 * bit is written under the stripe's lock; when a flow ceases to wait, those in its chain
 * say whether it stays, so there is no count that could drift or overflow. It is read by
 * the fast path without a lock. It is set before the SYN-ACK or the FIN is let through,
 * so the answer, which can only come later, finds it set.
 *
 * In front of it stands a coarse one that needs no hash: for each exclusive or of two
 * ports, how many flows with such ports have a bit of theirs set. Nearly always none has,
 * and that is all that is asked about a segment. Anybody can choose ports: then the
 * bitmap says the rest.
 *
 * Who waits only for what both ends say first has no use for a segment without payload:
 * if first bytes are wanted a second bitmap, of the same kind, says who waits for more
 * than that.
 *
 *	table.c		lookup, under the stripe's lock
 *	table_only.c	likewise, the short way
 *	table_insert.c	new flows
 *	table_leave.c	who leaves for them, or because of a segment
 *	table_awaiting.c the awaiting filter
 *	table_list.c	the lists of who waits
 *	table_watch.c	who has no socket here
 *	table_alloc.c	their memory
 *	table_evict.c	who makes room
 *	table_recall.c	what made room before it was answered
 *	table_attempt.c	what is kept of that
 *	table_ask.c	flows of this host's sockets are compared with these
 *	table_ended.c	whose end is known after it has left
 *	table_expire.c	expiry, namespace exit
 *	table_dump.c	snapshots for /proc
 */
#ifndef _SYNFIN_TABLE_H
#define _SYNFIN_TABLE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/in6.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include "compat.h"
#include "core/hash.h"
#include "core/phase.h"
#include "dedup.h"
#include "drop.h"
#include "emit.h"
#include "first.h"
#include "net.h"
#include "process.h"

/* Stripes at most; and chains in a stripe, so that it has flows to choose from. */
#define SYNFIN_TABLE_STRIPE_BITS	12
#define SYNFIN_TABLE_STRIPE_CHAINS	64

/* Flows in a chain at most; on average there is one, when the table is full. */
#define SYNFIN_TABLE_CHAIN_MAX	32

/* Bits of synfin_flow.conn.table_flags. */
#define SYNFIN_FLOW_AWAITS	0x1	/* it is counted in the filter */
#define SYNFIN_FLOW_ANSWER	0x2	/* likewise, in that of answers */
#define SYNFIN_FLOW_AWAITS_ANY	(SYNFIN_FLOW_AWAITS | SYNFIN_FLOW_ANSWER)
#define SYNFIN_FLOW_HELD	0x4	/* nothing is told of it until it goes on */
#define SYNFIN_FLOW_FOREIGN	0x8	/* no socket of this host knows of it */
#define SYNFIN_FLOW_FOUND	0x10	/* a socket of this host was found */
#define SYNFIN_FLOW_LIVED	0x20	/* it has had more than its handshake */
#define SYNFIN_FLOW_EMBRYONIC	0x40	/* no ACK has proved it: anybody can make it up */
#define SYNFIN_FLOW_KEPT	0x80	/* it had to go, and may come again */

/* Eight of them, each a bit of its own. */
static_assert((SYNFIN_FLOW_AWAITS | SYNFIN_FLOW_ANSWER | SYNFIN_FLOW_HELD |
	       SYNFIN_FLOW_FOREIGN | SYNFIN_FLOW_FOUND | SYNFIN_FLOW_LIVED |
	       SYNFIN_FLOW_EMBRYONIC | SYNFIN_FLOW_KEPT) == 0xff);

/*
 * Lists of a stripe, beside one for each enum synfin_wait. What is open or half closed
 * waits for nothing:
 *
 *	SYNFIN_LIST_LOCAL	it has sockets on this host, which are asked now and then;
 *				whose were asked last come last
 *	SYNFIN_WAIT_OPEN, SYNFIN_WAIT_HALF_CLOSED
 *				it has none, and all of its segments are shown: the
 *				last one is its sign of life
 *	SYNFIN_LIST_BUSY	it has none, but had too many segments just now; it is
 *				watched again in a moment
 *
 * SYNFIN_LIST_SUSPECT holds what is said to have ended, but is not believed yet.
 *
 * SYNFIN_LIST_YOUNG is where a flow begins. Until the shortest of all waits has passed
 * none of its own can be over, so it stays there whatever it waits for, unless it ends:
 * most are never in another list before that.
 */
enum synfin_list {
	SYNFIN_LIST_LOCAL = SYNFIN_WAIT_NR,
	SYNFIN_LIST_BUSY,
	SYNFIN_LIST_SUSPECT,
	SYNFIN_LIST_YOUNG,
	SYNFIN_LIST_NR,
};

/**
 * struct synfin_flow - a connection in the table
 * @chain:	in its hash chain
 * @wait:	in the list of its stripe for what it waits for
 * @sn:		its namespace
 * @hash:	the upper half of its hash
 * @since:	when it came to its place in its list, in units of 2^20 ns
 * @life:	when its socket was last seen to live, in the same units
 * @source:	what its client is counted under, see table_evict.c
 * @burst:	segments shown that followed closely on another
 * @gauge:	enum synfin_gauge: how it is counted
 * @conn:	what is known of it; conn.table_flags holds SYNFIN_FLOW_*, conn.table_list
 *		the list that it is in
 * @way:	which way its segments take, by enum synfin_from of their end
 * @held:	its phases that have not been written
 * @owner:	whose it is
 * @drops:	what of it was dropped here
 * @first:	what its ends said first
 *
 * All under the lock of its stripe.
 */
struct synfin_flow {
	struct hlist_node	chain;
	struct list_head	wait;
	struct synfin_net	*sn;
	u32			hash;
	u32			since;
	u32			life;
	u16			source;
	u8			burst;
	u8			gauge;
	struct synfin_conn	conn;
	struct synfin_way	way[2];
	struct synfin_held	held;
	struct synfin_owner	owner;
	struct synfin_drops	drops;
	struct synfin_first	first;
};

/**
 * struct synfin_stripe - a part of the table
 * @lock:	protects the rest, the stripe's chains and all flows in them
 * @flows:	flows in it
 * @due:	nothing is to be done in it before, in units of 2^28 ns; may be read
 *		without the lock
 * @lists:	its flows by enum synfin_wait and enum synfin_list, the oldest first
 *
 * A raw lock with interrupts off: a hook may run in process context and be
 * interrupted by another, and under PREEMPT_RT nothing inside may sleep.
 */
struct synfin_stripe {
	raw_spinlock_t		lock;
	u32			flows;
	u32			due;
	struct list_head	lists[SYNFIN_LIST_NR];
} ____cacheline_aligned;

/**
 * typedef synfin_table_report - told of a flow that the table lets go
 * @flow:	the flow, unlinked: nobody else can see it
 * @res:	what comes of it
 *
 * Context: no lock held, preemptible or not.
 */
typedef void (*synfin_table_report)(struct synfin_flow *flow,
				   const struct synfin_result *res);

/**
 * struct synfin_table_hold - a locked stripe
 * @stripe:	the stripe
 * @flags:	of the interrupts
 * @hash:	of the endpoints, its upper half
 * @rivals:	flows on its endpoints
 * @length:	of the chain, if the flow was not in it
 * @now_ns:	when the segment passed
 * @last_ns:	when the flow's last phase had passed
 * @seen_ns:	when its last segment had passed
 * @least:	the flow that makes way if one begins: too many on its endpoints
 * @reason:	why no flow was found
 * @leaves:	there may be something in those that follow; else they hold anything
 * @spare:	a flow that was allocated and not needed
 * @victim:	a flow that had to make room, to be reported after the lock
 * @over:	flows that are over, as another has opened; likewise
 */
struct synfin_table_hold {
	struct synfin_stripe	*stripe;
	unsigned long		flags;
	u32			hash;
	unsigned int		rivals;
	unsigned int		length;
	u64			now_ns;
	u64			last_ns;
	u64			seen_ns;
	struct synfin_flow	*least;
	enum synfin_counter	reason;
	bool			leaves;
	struct synfin_flow	*spare;
	struct synfin_flow	*victim;
	struct hlist_head	over;
};

/**
 * struct synfin_wire_pair - where a segment comes from and goes to
 * @src:	in its header: one word, or four
 * @dst:	likewise
 * @sport:	host order
 * @dport:	host order
 * @family:	4 or 6
 */
struct synfin_wire_pair {
	const __be32	*src;
	const __be32	*dst;
	u16		sport;
	u16		dport;
	u8		family;
};

/**
 * struct synfin_flow_copy - what /proc tells of a flow
 * @conn:	its connection
 * @owner:	whose it is
 * @ftp_control: id of the connection that announced it, or 0
 */
struct synfin_flow_copy {
	struct synfin_conn	conn;
	struct synfin_owner	owner;
	u64			ftp_control;
};

/**
 * struct synfin_gauges - how many flows there are
 * @opening:	of this namespace, not established yet
 * @open:	of this namespace, established
 * @closing:	of this namespace, with a FIN or a RST
 * @lingering:	of this namespace, ended
 * @embryonic:	of all namespaces, not proved by an ACK
 * @total:	of all namespaces
 * @max:	the most that the table takes
 */
struct synfin_gauges {
	u64	opening;
	u64	open;
	u64	closing;
	u64	lingering;
	u64	embryonic;
	u64	total;
	u64	max;
};

/**
 * struct synfin_table_fast - what the fast path reads; written at load
 * @filter:	the awaiting filter
 * @answers:	likewise, without those who wait for what is said first only; NULL if nobody
 *		does
 * @shift:	of a hash, to get its bit of the filter; a 64th of that is its chain
 */
struct synfin_table_fast {
	unsigned long	*filter;
	unsigned long	*answers;
	u8		shift;
};

extern struct synfin_table_fast synfin_table_fast;

/* How many flows await a plain segment, by the exclusive or of its ports. */
extern atomic_t synfin_table_ports[1 << 16];

/* What a flood has pushed out of the table may await one, too. */
DECLARE_STATIC_KEY_FALSE(synfin_table_flooded);

/**
 * synfin_table_hash4() - the hash of a pair of IPv4 endpoints
 * @sn:		the namespace
 * @saddr:	the address of one
 * @sport:	its port
 * @daddr:	the address of the other
 * @dport:	its port
 *
 * Return: the hash, the same if they are swapped.
 */
static __always_inline u64 synfin_table_hash4(const struct synfin_net *sn,
					      __be32 saddr, __be16 sport,
					      __be32 daddr, __be16 dport)
{
	return synfin_hash_pair(&sn->keys,
				synfin_hash_endpoint4((__force u32)saddr,
						      (__force u16)sport),
				synfin_hash_endpoint4((__force u32)daddr,
						      (__force u16)dport));
}

static __always_inline u64 synfin_table_endpoint6(const struct synfin_net *sn,
						  const __be32 *addr, __be16 port)
{
	return synfin_hash_endpoint6(&sn->keys, get_unaligned((const u64 *)addr),
				     get_unaligned((const u64 *)(addr + 2)),
				     (__force u16)port);
}

/**
 * synfin_table_hash6() - likewise, of IPv6 endpoints
 * @sn:		the namespace
 * @saddr:	the address of one, four words
 * @sport:	its port
 * @daddr:	the address of the other
 * @dport:	its port
 *
 * Return: the hash, the same if they are swapped.
 */
static __always_inline u64 synfin_table_hash6(const struct synfin_net *sn,
					      const __be32 *saddr, __be16 sport,
					      const __be32 *daddr, __be16 dport)
{
	return synfin_hash_pair(&sn->keys, synfin_table_endpoint6(sn, saddr, sport),
				synfin_table_endpoint6(sn, daddr, dport));
}

/**
 * synfin_table_awaited_by_ports() - does any flow wait for a plain segment with those ports?
 * @sport:	one of them
 * @dport:	the other
 *
 * Context: any; no lock.
 *
 * Return: true if one may: its hash tells more.
 */
static __always_inline bool synfin_table_awaited_by_ports(__be16 sport, __be16 dport)
{
	return static_branch_unlikely(&synfin_table_flooded) ||
	       atomic_read(&synfin_table_ports[(__force u16)sport ^ (__force u16)dport]);
}

/**
 * synfin_table_awaited() - does any flow wait for a plain segment with that hash?
 * @hash: of its endpoints
 *
 * Context: any; no lock.
 *
 * Return: true if one may.
 */
static inline bool synfin_table_awaited(u64 hash)
{
	return test_bit(hash >> synfin_table_fast.shift, synfin_table_fast.filter);
}

/**
 * synfin_table_answer_awaited() - does any wait for one that may say nothing?
 * @hash: of its endpoints
 *
 * Context: any; no lock. Only if first bytes are wanted.
 *
 * Return: true if one may.
 */
static inline bool synfin_table_answer_awaited(u64 hash)
{
	return test_bit(hash >> synfin_table_fast.shift, synfin_table_fast.answers);
}

/* table_setup.c */
int synfin_table_setup(unsigned int max_flows, synfin_table_report report);
void synfin_table_teardown(void);
void synfin_table_limit(enum synfin_wait wait, u64 ns);
void synfin_table_doubt_answers(void);
void synfin_table_learn_answers(void);

/* table.c */
struct synfin_flow *synfin_table_get(struct synfin_net *sn,
				     const struct synfin_segment *seg, u64 hash,
				     struct synfin_table_hold *hold);
struct synfin_flow *synfin_table_look(struct synfin_net *sn,
				      const struct synfin_segment *seg,
				      struct synfin_table_hold *hold);
void synfin_table_put(struct synfin_flow *flow, struct synfin_table_hold *hold);
void synfin_table_forget(struct synfin_net *sn, const struct synfin_segment *seg);
u64 synfin_table_new_id(void);

/* table_only.c */
struct synfin_flow *synfin_table_only(struct synfin_net *sn,
				      const struct synfin_wire_pair *pair, u64 hash,
				      struct synfin_table_hold *hold,
				      unsigned int *from);
void synfin_table_heard(struct synfin_flow *flow, struct synfin_table_hold *hold);

/* table_leave.c */
void synfin_table_opened(struct synfin_flow *flow, struct synfin_table_hold *hold);

/* table_expire.c */
bool synfin_table_net_exit(struct synfin_net *sn);

/* table_dump.c */
unsigned int synfin_table_stripes(void);
unsigned int synfin_table_snapshot(struct synfin_net *sn, unsigned int stripe,
				   unsigned int skip,
				   struct synfin_flow_copy *out, unsigned int max);
void synfin_table_gauges(struct synfin_net *sn, struct synfin_gauges *g);

#endif /* _SYNFIN_TABLE_H */
