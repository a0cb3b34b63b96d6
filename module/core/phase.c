// SPDX-License-Identifier: GPL-2.0
/*
 * The phase machine's table: which cell a segment meets.
 *
 * In: a connection, a segment, the time. Out: phases, and whether the connection
 * has ended. Pure; the caller holds the lock of the connection's flow.
 */
#include "core/phase_cells.h"

typedef void (*synfin_cell)(struct synfin_move *m);

static void cell_icmp_other(struct synfin_move *m)
{
	synfin_pass(m, SYNFIN_CNT_icmp_other);
}

static void cell_bad_ack(struct synfin_move *m)
{
	synfin_pass(m, SYNFIN_CNT_bad_ack);
}

/*
 * [state][kind][who]. Up to OPEN, and for a connection that is DONE, `who` is the
 * sender: the client or the server. From FIN to LAST it is the closer, who sent
 * the first FIN, or the other end.
 *
 * Columns, in pairs: SYN, SYN-ACK, plain, FIN, RST, ICMP error.
 */
static const synfin_cell table[SYNFIN_STATE_NR][SYNFIN_KIND_NR][2] = {
	/* The first segment decides who is the client. */
	[SYNFIN_STATE_NONE] = {
		{ synfin_cell_first_syn, synfin_cell_first_syn },
		{ synfin_cell_first_syn_ack, synfin_cell_first_syn_ack },
		{ synfin_cell_first_plain, synfin_cell_first_plain },
		{ synfin_cell_first_fin, synfin_cell_first_fin },
		{ synfin_cell_first_rst, synfin_cell_first_rst },
		{ cell_icmp_other, cell_icmp_other },
	},
	/* The client has asked: an answer, a refusal, silence, or a SYN that crosses. */
	[SYNFIN_STATE_SYN] = {
		{ synfin_cell_syn_again, synfin_cell_syn_cross },
		{ cell_bad_ack, synfin_cell_syn_ack },
		{ synfin_cell_missed, synfin_cell_missed },
		{ synfin_cell_fin_early, synfin_cell_missed },
		{ synfin_cell_abort, synfin_cell_refuse },
		{ synfin_cell_unreachable, cell_icmp_other },
	},
	/* Both have asked: each waits for the other to acknowledge. */
	[SYNFIN_STATE_SYN_SYN] = {
		{ synfin_cell_syn_again, synfin_cell_syn_again },
		{ synfin_cell_syn_ack_cross, synfin_cell_syn_ack_cross },
		{ synfin_cell_ack_cross, synfin_cell_ack_cross },
		{ synfin_cell_ack_cross, synfin_cell_ack_cross },
		{ synfin_cell_abort, synfin_cell_refuse },
		{ synfin_cell_unreachable, cell_icmp_other },
	},
	/* The server has answered: the client's ACK, or whatever carries it. */
	[SYNFIN_STATE_SYN_ACK] = {
		{ synfin_cell_syn_again, synfin_cell_syn_inside },
		{ cell_bad_ack, synfin_cell_syn_ack_again },
		{ synfin_cell_ack, synfin_cell_data },
		{ synfin_cell_fin_early, synfin_cell_fin_before_ack },
		{ synfin_cell_abort, synfin_cell_refuse },
		{ cell_icmp_other, cell_icmp_other },
	},
	/* Nothing is waited for: a FIN or a RST begins the end. */
	[SYNFIN_STATE_OPEN] = {
		{ synfin_cell_syn_inside, synfin_cell_syn_inside },
		{ synfin_cell_syn_ack_inside, synfin_cell_syn_ack_inside },
		{ synfin_cell_data, synfin_cell_data },
		{ synfin_cell_fin_1, synfin_cell_fin_1 },
		{ synfin_cell_reset, synfin_cell_reset },
		{ cell_icmp_other, cell_icmp_other },
	},
	/* One end has said that it is done; the other has not confirmed. */
	[SYNFIN_STATE_FIN] = {
		{ synfin_cell_syn_inside, synfin_cell_syn_inside },
		{ synfin_cell_syn_ack_inside, synfin_cell_syn_ack_inside },
		{ synfin_cell_data_after_fin, synfin_cell_ack_fin },
		{ synfin_cell_fin_again, synfin_cell_fin_2 },
		{ synfin_cell_reset, synfin_cell_reset },
		{ cell_icmp_other, cell_icmp_other },
	},
	/* Half closed: the other end may still send for as long as it likes. */
	[SYNFIN_STATE_HALF] = {
		{ synfin_cell_syn_inside, synfin_cell_syn_inside },
		{ synfin_cell_syn_ack_inside, synfin_cell_syn_ack_inside },
		{ synfin_cell_data, synfin_cell_ack_fin },
		{ synfin_cell_fin_again, synfin_cell_fin_2 },
		{ synfin_cell_reset, synfin_cell_reset },
		{ cell_icmp_other, cell_icmp_other },
	},
	/* The FINs crossed: each is still to be acknowledged. */
	[SYNFIN_STATE_FIN_FIN] = {
		{ synfin_cell_syn_inside, synfin_cell_syn_inside },
		{ synfin_cell_syn_ack_inside, synfin_cell_syn_ack_inside },
		{ synfin_cell_ack_fin, synfin_cell_ack_fin },
		{ synfin_cell_fin_again, synfin_cell_fin_again },
		{ synfin_cell_reset, synfin_cell_reset },
		{ cell_icmp_other, cell_icmp_other },
	},
	/* One ACK is missing. */
	[SYNFIN_STATE_LAST] = {
		{ synfin_cell_syn_inside, synfin_cell_syn_inside },
		{ synfin_cell_syn_ack_inside, synfin_cell_syn_ack_inside },
		{ synfin_cell_ack_fin, synfin_cell_ack_fin },
		{ synfin_cell_fin_again, synfin_cell_fin_again },
		{ synfin_cell_reset, synfin_cell_reset },
		{ cell_icmp_other, cell_icmp_other },
	},
	/* Over. What was sent again is recorded; a new SYN begins the next. */
	[SYNFIN_STATE_DONE] = {
		{ synfin_cell_syn_late, synfin_cell_syn_late },
		{ synfin_cell_syn_ack_late, synfin_cell_syn_ack_late },
		{ synfin_cell_ack_late, synfin_cell_ack_late },
		{ synfin_cell_fin_late, synfin_cell_fin_late },
		{ synfin_cell_rst_late, synfin_cell_rst_late },
		{ cell_icmp_other, cell_icmp_other },
	},
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

static __u32 column(const struct synfin_conn *conn, __u32 from)
{
	if (conn->state >= SYNFIN_STATE_FIN && conn->state <= SYNFIN_STATE_LAST)
		return from != conn->first_fin;
	return from;
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
		       seg->belief != SYNFIN_BELIEF_FORGED &&
		       seg->belief != SYNFIN_BELIEF_STRAY;
	case SYNFIN_KIND_RST:
		return seg->belief == SYNFIN_BELIEF_UNKNOWN ||
		       seg->belief == SYNFIN_BELIEF_TRUE;
	case SYNFIN_KIND_SYN_ACK:
		return !synfin_phase_is_probe(seg);
	default:
		return true;
	}
}

/*
 * The sender of a SYN is the client, that of a SYN-ACK the server. Otherwise the
 * lower port is taken for the server's; of two equal ones the receiver's.
 */
static bool sent_by_client(const struct synfin_segment *seg)
{
	if (seg->kind == SYNFIN_KIND_SYN)
		return true;
	if (seg->kind == SYNFIN_KIND_SYN_ACK)
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
	conn->id = id;
	conn->handshake_ns = SYNFIN_NS_NONE;
	conn->server_rtt_ns = SYNFIN_NS_NONE;
	conn->client_rtt_ns = SYNFIN_NS_NONE;
	conn->half_close_ns = SYNFIN_NS_NONE;
	if (seg->sport == seg->dport && synfin_same_addr(&seg->src, &seg->dst))
		conn->flags |= SYNFIN_FLAG_SELF;
	if (seg->kind != SYNFIN_KIND_SYN && seg->kind != SYNFIN_KIND_SYN_ACK) {
		conn->flags |= SYNFIN_FLAG_GUESSED;
		if (!by_client) {
			conn->history = SYNFIN_HISTORY_FLIP;
			conn->letters = 4;
		}
	}
}

/*
 * The cells of a textbook's connection are called by their names, so that the compiler
 * can put them in line: to get there would cost as much as what many of them do. The
 * others get a copy, or the move could not stay in registers.
 */
static __always_inline void meet(synfin_cell cell, struct synfin_move *m)
{
	if (cell == synfin_cell_ack_fin) {
		synfin_cell_ack_fin(m);
	} else if (cell == synfin_cell_fin_1) {
		synfin_cell_fin_1(m);
	} else if (cell == synfin_cell_fin_2) {
		synfin_cell_fin_2(m);
	} else if (cell == synfin_cell_first_syn) {
		synfin_cell_first_syn(m);
	} else if (cell == synfin_cell_syn_ack) {
		synfin_cell_syn_ack(m);
	} else if (cell == synfin_cell_ack) {
		synfin_cell_ack(m);
	} else {
		struct synfin_move copy = *m;

		cell(&copy);
	}
}

static inline void segment(struct synfin_conn *conn,
			   const struct synfin_segment *seg, __u64 now,
			   struct synfin_result *res)
{
	__u32 from = sender(conn, seg);
	struct synfin_move m = {
		.conn = conn,
		.seg = seg,
		.res = res,
		.step = res->step,
		.now = now,
		.own = &conn->end[from],
		.peer = &conn->end[!from],
		.from = from,
		.last_ns = synfin_shows_all(seg) ? conn->seen_ns : conn->last_ns,
	};

	synfin_nothing(res);
	if (conn->state == SYNFIN_STATE_NONE)
		conn->first_ns = now;
	if ((conn->flags & SYNFIN_FLAG_PENDING) && synfin_proves_alive(&m)) {
		conn->flags &= ~SYNFIN_FLAG_PENDING;
		res->taken_back = 1;
	}
	if (synfin_shows_all(seg) && (conn->flags & SYNFIN_FLAG_OWES_ACK))
		synfin_acknowledge_late(&m);
	meet(table[conn->state][seg->kind][column(conn, from)], &m);
	/* But for the next connection's, and what is forged. */
	if (!res->again && (res->nr || res->reason == SYNFIN_CNT_not_awaited))
		conn->seen_ns = now;
}

/* Behind a proxy: what the client acknowledges, in the server's numbers. */
static void translated(struct synfin_conn *conn,
		       const struct synfin_segment *seg, __u64 now,
		       struct synfin_result *res)
{
	struct synfin_segment own = *seg;

	if (sender(conn, seg) == SYNFIN_FROM_CLIENT)
		own.ack += conn->shift;
	segment(conn, &own, now, res);
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
	if (conn->flags & SYNFIN_FLAG_SHIFTED)
		translated(conn, seg, now, res);
	else
		segment(conn, seg, now, res);
}

/* As new, but for what belongs to whoever stores it. */
static void init_next(struct synfin_conn *conn, const struct synfin_segment *seg,
		      __u64 id)
{
	__u8 mark[2] = { conn->mark[0], conn->mark[1] };

	synfin_phase_init(conn, seg, conn->netns, id);
	conn->mark[0] = mark[0];
	conn->mark[1] = mark[1];
}

/**
 * synfin_phase_restart() - begin the next connection on the same endpoints
 * @conn:	the old one, its summary handed out; becomes the new one
 * @seg:	the segment that showed that there is a new one: a SYN, or the SYN-ACK
 *		that acknowledges a SYN which had been doubted
 * @id:		of the new connection
 * @res:	the phase of that doubted SYN, if it was one
 *
 * The segment is to be presented to synfin_phase_segment() after this.
 */
void synfin_phase_restart(struct synfin_conn *conn,
			  const struct synfin_segment *seg, __u64 id,
			  struct synfin_result *res)
{
	__u64 next_ns = conn->next_ns;
	struct synfin_segment syn;

	if (seg->kind == SYNFIN_KIND_SYN || !synfin_acks_next(conn, seg)) {
		init_next(conn, seg, id);
		res->nr = 0;
		res->ended = 0;
		return;
	}
	syn = *seg;
	synfin_copy_addr(&syn.src, &seg->dst);
	synfin_copy_addr(&syn.dst, &seg->src);
	syn.sport = seg->dport;
	syn.dport = seg->sport;
	syn.kind = SYNFIN_KIND_SYN;
	syn.flags = SYNFIN_TCP_SYN;
	syn.seq = conn->next_isn;
	syn.ack = 0;
	/* Its data, as much as was taken. */
	syn.len = seg->ack - conn->next_isn - 1;
	syn.window = 0;
	init_next(conn, &syn, id);
	synfin_phase_segment(conn, &syn, next_ns, res);
}
