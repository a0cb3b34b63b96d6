// SPDX-License-Identifier: GPL-2.0
/*
 * The walk of a segment: who sent it, which handler it meets, where that leads.
 *
 * In: a connection, a segment, the time. Out: phases, and whether the connection
 * has ended. Pure; the caller holds the lock of the connection's flow.
 */
#include "core/phase_move.h"

typedef unsigned int (*synfin_handler)(struct synfin_move *m);

/*
 * One for each state. Each walks a segment as RFC 9293, 3.10.7, does: is it acceptable,
 * RST, SYN, ACK, FIN. Closing, what differs is only which FINs are acknowledged.
 */
static const synfin_handler handlers[SYNFIN_STATE_NR] = {
	[SYNFIN_STATE_NONE]	= synfin_state_none,
	[SYNFIN_STATE_SYN]	= synfin_state_syn,
	[SYNFIN_STATE_SYN_SYN]	= synfin_state_syn_syn,
	[SYNFIN_STATE_SYN_ACK]	= synfin_state_syn_ack,
	[SYNFIN_STATE_OPEN]	= synfin_state_open,
	[SYNFIN_STATE_FIN]	= synfin_state_closing,
	[SYNFIN_STATE_HALF]	= synfin_state_closing,
	[SYNFIN_STATE_FIN_FIN]	= synfin_state_closing,
	[SYNFIN_STATE_LAST]	= synfin_state_closing,
	[SYNFIN_STATE_DONE]	= synfin_state_done,
};

static __u32 sender(const struct synfin_conn *conn,
		    const struct synfin_segment *seg)
{
	/* A socket connected to itself: only its SYN-ACK tells the ends apart. */
	if (conn->flags & SYNFIN_FLAG_SELF)
		return seg->kind == SYNFIN_KIND_SYN_ACK ? SYNFIN_FROM_SERVER :
							  SYNFIN_FROM_CLIENT;
	/* It is one of the two, and most often the ports alone tell which. */
	if (seg->sport != seg->dport)
		return seg->sport == conn->client_port ? SYNFIN_FROM_CLIENT :
							 SYNFIN_FROM_SERVER;
	return synfin_same_addr(&seg->src, &conn->client) ? SYNFIN_FROM_CLIENT :
						     SYNFIN_FROM_SERVER;
}

/**
 * synfin_phase_begins() - may a segment begin a connection that is not known?
 * @seg: the segment
 *
 * Every TCP segment may, where all are shown. Where established traffic passes
 * unseen, one without SYN, FIN or RST may not: nothing would ever end it.
 * A RST that a socket disowns answers a segment out of the blue; a SYN-ACK that
 * closes answers nothing.
 *
 * Return: true if it may.
 */
bool synfin_phase_begins(const struct synfin_segment *seg)
{
	switch (seg->kind) {
	case SYNFIN_KIND_ICMP:
		return false;
	case SYNFIN_KIND_PLAIN:
		return synfin_shows_all(seg);
	case SYNFIN_KIND_FIN:
		return synfin_has_ack(seg) &&
		       seg->verdict != SYNFIN_VERDICT_FORGED &&
		       seg->verdict != SYNFIN_VERDICT_STRAY;
	case SYNFIN_KIND_RST:
		return seg->verdict == SYNFIN_VERDICT_UNKNOWN ||
		       seg->verdict == SYNFIN_VERDICT_TRUE;
	case SYNFIN_KIND_SYN_ACK:
		return !synfin_phase_is_probe(seg);
	default:
		return true;
	}
}

/**
 * synfin_phase_fails() - does an ICMP error say that the SYN of a connection failed?
 * @conn: the connection
 * @seg: the error
 *
 * Return: true if it does: it makes a phase.
 */
bool synfin_phase_fails(const struct synfin_conn *conn, const struct synfin_segment *seg)
{
	return (conn->state == SYNFIN_STATE_SYN || conn->state == SYNFIN_STATE_SYN_SYN) &&
	       sender(conn, seg) == SYNFIN_FROM_CLIENT &&
	       seg->seq == conn->end[SYNFIN_FROM_CLIENT].isn;
}

/*
 * The sender of a SYN is the client, that of a SYN-ACK or of a refusal the server.
 * Otherwise the lower port is taken for the server's; of two equal ones the receiver's.
 */
static bool sent_by_client(const struct synfin_segment *seg)
{
	if (seg->kind == SYNFIN_KIND_SYN)
		return true;
	if (seg->kind == SYNFIN_KIND_SYN_ACK || synfin_refuses_unseen(seg))
		return false;
	return seg->dport <= seg->sport;
}

/**
 * synfin_phase_init() - set up a connection for its first segment
 * @conn:	to be filled
 * @seg:	the segment; synfin_phase_segment() must be told of it next
 * @netns:	inode number of the namespace
 * @id:		of the connection
 */
void synfin_phase_init(struct synfin_conn *conn,
		       const struct synfin_segment *seg, __u32 netns, __u64 id)
{
	bool by_client = sent_by_client(seg);

	__builtin_memset(conn, 0, sizeof(*conn));
	conn->family = seg->family;
	synfin_copy_addr(&conn->client, by_client ? &seg->src : &seg->dst);
	synfin_copy_addr(&conn->server, by_client ? &seg->dst : &seg->src);
	conn->client_port = by_client ? seg->sport : seg->dport;
	conn->server_port = by_client ? seg->dport : seg->sport;
	conn->opening = SYNFIN_OPEN_UNANSWERED;
	conn->closing = SYNFIN_CLOSE_NONE;
	conn->netns = netns;
	conn->device = seg->device;
	conn->id = id;
	conn->server_rtt_ns = SYNFIN_NS_NONE;
	conn->client_rtt_ns = SYNFIN_NS_NONE;
	conn->end[SYNFIN_FROM_CLIENT].scale = SYNFIN_SCALE_UNKNOWN;
	conn->end[SYNFIN_FROM_SERVER].scale = SYNFIN_SCALE_UNKNOWN;
	if (seg->sport == seg->dport && synfin_same_addr(&seg->src, &seg->dst))
		conn->flags |= SYNFIN_FLAG_SELF;
	if (seg->kind != SYNFIN_KIND_SYN && seg->kind != SYNFIN_KIND_SYN_ACK &&
	    !synfin_refuses_unseen(seg))
		conn->flags |= SYNFIN_FLAG_GUESSED;
	if (!by_client) {
		conn->history = SYNFIN_HISTORY_FLIP;
		conn->letters = 4;
	}
}

static void walk(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	__u8 before = conn->state;
	unsigned int next;

	do {
		next = handlers[conn->state](m);
		conn->state = next & ~SYNFIN_AS;
	} while (next & SYNFIN_AS);
	if (conn->state == before)
		return;
	if (conn->state == SYNFIN_STATE_DONE) {
		conn->flags &= ~(SYNFIN_FLAG_AWAITS | SYNFIN_FLAG_FIRST |
				 SYNFIN_FLAG_ASKED_AGAIN);
		m->res->ended = 1;
	} else if (conn->state == SYNFIN_STATE_OPEN) {
		synfin_note_blind(m);
	}
}

/* Which of Wireshark's bits a segment sets. */
static __u8 seen_by(const struct synfin_segment *seg)
{
	__u8 seen = seg->len ? SYNFIN_SEEN_DATA : 0;

	if (seg->flags & SYNFIN_TCP_SYN)
		seen |= synfin_has_ack(seg) ? SYNFIN_SEEN_SYN_ACK : SYNFIN_SEEN_SYN;
	else if (synfin_has_ack(seg) && !seg->len)
		seen = SYNFIN_SEEN_ACK;
	if (seg->flags & SYNFIN_TCP_FIN)
		seen |= SYNFIN_SEEN_FIN;
	if (seg->flags & SYNFIN_TCP_RST)
		seen |= SYNFIN_SEEN_RST;
	return seen;
}

/* Whatever is not just what was expected. */
static void unexpected(struct synfin_move *m)
{
	const struct synfin_segment *seg = m->seg;
	struct synfin_result *res = m->res;
	struct synfin_conn *conn = m->conn;

	if (conn->state == SYNFIN_STATE_NONE)
		conn->first_ns = m->now;
	if (conn->suspect.what == SYNFIN_SUSPECT_RST)
		synfin_refute(m);
	walk(m);
	/* Wireshark sees also what nobody accepts, and so it is no file without data. */
	if (synfin_shows_all(seg)) {
		conn->seen |= seen_by(seg);
		if (seg->kind == SYNFIN_KIND_PLAIN)
			conn->flags |= SYNFIN_FLAG_PLAIN;
	}
	if (!res->nr && res->reason != SYNFIN_CNT_not_awaited)
		return;
	conn->seen_ns = m->now;
	if (seg->kind == SYNFIN_KIND_ICMP)
		return;
	conn->seen |= seen_by(seg);
	m->own->flags |= SYNFIN_END_SEEN;
	if (seg->kind == SYNFIN_KIND_PLAIN)
		conn->flags |= SYNFIN_FLAG_PLAIN;
}

static inline struct synfin_move move_of(struct synfin_conn *conn,
					 const struct synfin_segment *seg, __u64 now,
					 struct synfin_result *res)
{
	__u32 from = sender(conn, seg);

	return (struct synfin_move) {
		.conn = conn,
		.seg = seg,
		.res = res,
		.now = now,
		.own = &conn->end[from],
		.peer = &conn->end[!from],
		.from = from,
	};
}

/* Behind a proxy: what the client acknowledges, in the server's numbers. */
static void translated(struct synfin_conn *conn,
		       const struct synfin_segment *seg, __u64 now,
		       struct synfin_result *res)
{
	struct synfin_segment own = *seg;
	struct synfin_move m = move_of(conn, &own, now, res);

	if (m.from == SYNFIN_FROM_CLIENT)
		own.ack += conn->shift;
	unexpected(&m);
}

/**
 * synfin_phase_by_handlers() - a segment passes, and nothing was expected
 * @conn:	the connection
 * @seg:	the segment
 * @now:	likewise
 * @res:	what comes of it
 *
 * What synfin_phase_segment() does without its short cut, which must make no
 * difference: tests compare the two.
 */
noinline void synfin_phase_by_handlers(struct synfin_conn *conn,
				       const struct synfin_segment *seg, __u64 now,
				       struct synfin_result *res)
{
	struct synfin_move m = move_of(conn, seg, now, res);

	synfin_nothing(res);
	if (conn->flags & SYNFIN_FLAG_SHIFTED)
		translated(conn, seg, now, res);
	else
		unexpected(&m);
}

/**
 * synfin_phase_segment() - a segment of a connection passes
 * @conn:	the connection
 * @seg:	the segment
 * @now:	nanoseconds, any clock, the same for all calls of this connection
 * @res:	what comes of it
 *
 * Context: any; the caller keeps others from @conn.
 */
void synfin_phase_segment(struct synfin_conn *conn,
			  const struct synfin_segment *seg, __u64 now,
			  struct synfin_result *res)
{
	struct synfin_move m = move_of(conn, seg, now, res);

	synfin_nothing(res);
	if (!synfin_expected(&m))
		synfin_phase_by_handlers(conn, seg, now, res);
}

/**
 * synfin_phase_drop() - a segment of a connection was dropped by this host
 * @conn:	the connection: it is where it was
 * @seg:	the segment
 * @now:	nanoseconds, as for synfin_phase_segment()
 * @count:	how many of the connection have been dropped, this one included
 * @step:	filled in, but for reason and hook
 */
void synfin_phase_drop(const struct synfin_conn *conn, const struct synfin_segment *seg,
		       __u64 now, __u32 count, struct synfin_step *step)
{
	*step = (struct synfin_step) {
		.phase = SYNFIN_PHASE_DROP,
		.from = sender(conn, seg),
		.window = seg->window,
		.flags = seg->flags,
		.seq = seg->seq,
		.ack = seg->ack,
		.len = seg->len,
		.count = count,
		.since_ns = conn->said ? synfin_elapsed(now, conn->last_ns) :
					 SYNFIN_NS_NONE,
		.time_ns = now,
	};
}
