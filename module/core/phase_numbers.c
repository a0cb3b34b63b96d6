// SPDX-License-Identifier: GPL-2.0
/*
 * Every "does this number fit" (RFC 9293, 3.10.7.4; RFC 5961).
 *
 * What the window of its receiver allows fits. The one allowance beside that is for
 * what may have passed unseen, see synfin_unseen(). Pure; see phase.h.
 */
#include "core/phase_move.h"

/* A RST that answers late data lies so far behind the last one at most. */
#define LATE_MAX	0x40000u

/* So near to what is known a RST is its sender's, most likely. */
#define NEAR		0x10000u

/**
 * synfin_set_isn() - an end's initial number is known
 * @end:	the end
 * @isn:	its number
 * @len:	bytes that its SYN carried
 */
void synfin_set_isn(struct synfin_end *end, __u32 isn, __u32 len)
{
	end->isn = isn;
	end->una = isn;
	end->nxt = isn + 1 + len;
	end->flags |= SYNFIN_END_ISN | SYNFIN_END_NXT | SYNFIN_END_UNA;
}

/* A scale counts only if both ends offer one (RFC 7323, 2.2). */
static __u32 scale_of(const struct synfin_move *m)
{
	if (m->seg->flags & SYNFIN_TCP_SYN ||
	    m->own->scale == SYNFIN_SCALE_NONE || m->peer->scale == SYNFIN_SCALE_NONE)
		return 0;
	return m->own->scale < 14 ? m->own->scale : 14;
}

/**
 * synfin_note_window() - how much the sender of a segment offers to receive
 * @m: the move
 *
 * The most of all: what was sent into a larger window may still be under way.
 */
void synfin_note_window(struct synfin_move *m)
{
	__u32 window = (__u32)m->seg->window << scale_of(m);

	if (window > m->own->window)
		m->own->window = window;
}

/**
 * synfin_unseen() - how much may an end have sent that was not shown?
 * @m: the move
 *
 * The one stated policy about that:
 *
 *	every segment is shown (watched)	nothing
 *	plain segments may pass unseen		what a line of 128 Gbit/s (16 bytes in a
 *						nanosecond) carries since the segment before,
 *						or did up to when it was watched again
 *	a capture that showed plain ones	likewise, up to 1 GiB: it has holes
 *	a capture of SYN, FIN and RST only	likewise, up to 4 GiB
 *
 * Return: bytes.
 */
__u32 synfin_unseen(const struct synfin_move *m)
{
	if (!synfin_shows_all(m->seg) && !m->conn->blind_ns)
		return 0;
	return synfin_reach(m);
}

/**
 * synfin_reach() - how much may an end have sent since the segment before, at most?
 * @m: the move
 *
 * Though it is watched: a flow table lets data bypass all hooks.
 *
 * Return: bytes.
 */
__u32 synfin_reach(const struct synfin_move *m)
{
	bool holes = synfin_shows_all(m->seg) && m->conn->flags & SYNFIN_FLAG_PLAIN;
	__u64 most = holes ? SYNFIN_WINDOW_MAX : ~0u;
	bool again = m->conn->flags & SYNFIN_FLAG_WATCHED && m->conn->blind_ns;
	__u64 reach = synfin_elapsed(again ? m->conn->watched_ns : m->now,
				     m->conn->seen_ns);

	reach = SYNFIN_GAP_MAX + (reach < most ? reach : most) * 16;
	return reach < most ? reach : most;
}

/* The number behind the last that @end may send; its receiver is @to. */
static __u32 limit_of(const struct synfin_end *end, const struct synfin_end *to)
{
	__u32 window = to->window ? to->window : 0xffff;
	__u32 limit;

	/* Of one direction: what the other says is not known. */
	if (!(to->flags & SYNFIN_END_SEEN))
		return end->nxt + SYNFIN_GAP_MAX;
	if (!(end->flags & SYNFIN_END_UNA))
		return end->nxt + window;
	limit = end->una + window;
	return synfin_after(limit, end->nxt) ? limit : end->nxt;
}

/**
 * synfin_hidden() - how much may have passed, if nothing but SYN, FIN and RST was shown?
 * @m: the move
 *
 * Return: bytes; 0 if other segments were shown.
 */
__u32 synfin_hidden(const struct synfin_move *m)
{
	bool plain = m->seg->kind == SYNFIN_KIND_PLAIN ||
		     m->conn->flags & SYNFIN_FLAG_PLAIN;

	return plain || !synfin_shows_all(m->seg) ? 0 : synfin_unseen(m);
}

/* How far back a number may lie: there is no going back over what was not shown. */
static __u32 look_back(const struct synfin_move *m)
{
	return synfin_hidden(m) ? 0 : SYNFIN_WINDOW_MAX;
}

/**
 * synfin_seq_fits() - is the sequence number such as its receiver accepts?
 * @m: the move
 *
 * Or has accepted: a segment that comes again fits, too.
 *
 * Return: true if it is, as far as is known.
 */
bool synfin_seq_fits(const struct synfin_move *m)
{
	const struct synfin_end *own = m->own;
	__u32 lo = own->nxt - look_back(m);

	if (!(own->flags & SYNFIN_END_NXT))
		return true;
	if ((own->flags & SYNFIN_END_UNA) && synfin_after(own->nxt, own->una))
		lo = own->una - look_back(m);
	return synfin_within(m->seg->seq, lo, limit_of(own, m->peer) - lo);
}

/**
 * synfin_is_old() - does its receiver drop it for what it has received long since?
 * @m: the move
 *
 * Then it does not look at the acknowledgment either (RFC 9293, 3.10.7.4).
 *
 * Return: true if it does.
 */
bool synfin_is_old(const struct synfin_move *m)
{
	return m->own->flags & SYNFIN_END_UNA &&
	       synfin_after(m->own->una - NEAR, synfin_segment_end(m->seg));
}

/*
 * How far back an acknowledgment may lie: what its sender offered to receive at most
 * (RFC 5961, 5.2).
 */
static __u32 look_back_ack(const struct synfin_move *m)
{
	__u32 most = look_back(m), window = m->own->window + NEAR;

	return window < most ? window : most;
}

/**
 * synfin_ack_fits() - does it acknowledge what was sent?
 * @m: the move
 *
 * Return: true if it does, as far as is known.
 */
bool synfin_ack_fits(const struct synfin_move *m)
{
	const struct synfin_end *peer = m->peer;
	__u32 lo = peer->una - look_back_ack(m);
	__u64 span = peer->nxt - lo;

	if (!(peer->flags & SYNFIN_END_NXT))
		return true;
	if (!(peer->flags & SYNFIN_END_UNA)) {
		/* And one more: what was seen first may be a keepalive. */
		lo = peer->nxt - SYNFIN_WINDOW_MAX;
		span = SYNFIN_WINDOW_MAX + 1;
	}
	/* What lies before a FIN was sent; but not if nothing shows that FIN yet. */
	if ((peer->flags & (SYNFIN_END_FIN | SYNFIN_END_FIN_DOUBTED)) == SYNFIN_END_FIN &&
	    synfin_after(peer->fin_end, peer->nxt))
		span = peer->fin_end - lo;
	if (!(peer->flags & SYNFIN_END_SEEN))
		span += synfin_unseen(m);
	return m->seg->ack - lo <= span;
}

/**
 * synfin_may_follow_syn() - may a segment follow its sender's SYN?
 * @m: the move
 *
 * From its SYN's number to one after what it sent last.
 *
 * Return: true if it may.
 */
bool synfin_may_follow_syn(const struct synfin_move *m)
{
	return (m->own->flags & SYNFIN_END_ISN) &&
	       synfin_within(m->seg->seq, m->own->isn, 1 + synfin_syn_room(m->own));
}

static bool acks_answer_with(const struct synfin_move *m)
{
	const struct synfin_end *own = m->own;
	const struct synfin_end *peer = m->peer;
	__u32 room = limit_of(own, peer) - (own->isn + 1);
	__u32 sent = synfin_syn_room(peer), more = synfin_hidden(m);

	/* The server of a Fast Open may have closed already. */
	if (peer->flags & SYNFIN_END_FIN)
		sent = peer->fin_end - (peer->isn + 1);
	return synfin_within(m->seg->ack, peer->isn + 1, more > sent ? more : sent) &&
	       synfin_within(m->seg->seq, own->isn + 1, more > room ? more : room);
}

/**
 * synfin_acks_answer() - does the client acknowledge the SYN-ACK?
 * @m: the move
 *
 * Or what the server sent before that came (Fast Open). Of two SYN-ACKs with other
 * numbers the ACK says which it is: that becomes the server's number.
 *
 * Return: true if it does.
 */
bool synfin_acks_answer(struct synfin_move *m)
{
	struct synfin_end server = *m->peer;

	if (!synfin_has_ack(m->seg))
		return false;
	if (acks_answer_with(m))
		return true;
	if (!(m->conn->flags & SYNFIN_FLAG_OTHER_Y))
		return false;
	synfin_set_isn(m->peer, m->conn->other_y, 0);
	if (acks_answer_with(m))
		return true;
	*m->peer = server;
	return false;
}

/**
 * synfin_is_expected() - are both numbers exactly those that come next?
 * @m: the move
 *
 * Return: true if they are: who does not see the traffic can not guess them.
 */
bool synfin_is_expected(const struct synfin_move *m)
{
	return (m->own->flags & SYNFIN_END_NXT) && m->seg->seq == m->own->nxt &&
	       (!(m->peer->flags & SYNFIN_END_NXT) ||
		synfin_within(m->seg->ack, m->peer->una,
			      m->peer->nxt - m->peer->una + 1));
}

/*
 * A FIN that is shown after its own ACK: then the last number that was acknowledged
 * is its, and nobody was seen to send data there.
 */
static bool was_acked_unseen(const struct synfin_move *m, __u32 fin)
{
	const struct synfin_end *own = m->own;

	return synfin_shows_all(m->seg) && fin == own->una - 1 &&
	       ((own->flags & SYNFIN_END_ONE_MORE) ||
		(!(own->flags & SYNFIN_END_ISN) && fin == own->isn));
}

static bool fin_seq_fits(const struct synfin_move *m, __u32 fin)
{
	const struct synfin_end *own = m->own;
	__u32 lo = own->una;

	if (!(own->flags & SYNFIN_END_NXT))
		return true;
	if (!(own->flags & SYNFIN_END_UNA))
		lo = own->nxt - SYNFIN_WINDOW_MAX;
	/* All before una was acknowledged as data: a FIN cannot be there. */
	return fin - lo <= (__u64)(limit_of(own, m->peer) - lo) + m->seg->len +
			   synfin_unseen(m) ||
	       was_acked_unseen(m, fin);
}

static bool fin_ack_fits(const struct synfin_move *m)
{
	const struct synfin_end *peer = m->peer;
	__u32 lo = peer->una - look_back(m), ack = m->seg->ack;

	if ((peer->flags & SYNFIN_END_FIN) && synfin_after(ack, peer->fin_end) &&
	    !(peer->flags & SYNFIN_END_FIN_DOUBTED))
		return false;
	if (!(peer->flags & SYNFIN_END_UNA))
		return !(peer->flags & SYNFIN_END_NXT) ||
		       ack - (peer->nxt - SYNFIN_WINDOW_MAX) <=
		       (__u64)SYNFIN_WINDOW_MAX + synfin_unseen(m);
	if (synfin_acks_fin(m))
		return true;
	return ack - lo <= (__u64)(peer->nxt - lo) + synfin_unseen(m);
}

/**
 * synfin_was_spoken_of() - do only FINs tell how far both ends got, and about the same?
 * @m: the move
 *
 * But for what was under way still.
 *
 * Return: true if the other end's has said about what this one says.
 */
bool synfin_was_spoken_of(const struct synfin_move *m)
{
	const struct synfin_jump *jump = &m->conn->jump;
	__u32 end = jump->seq + jump->fin;

	return m->conn->flags & SYNFIN_FLAG_JUMP && jump->from != m->from && synfin_hidden(m) &&
	       synfin_within(m->seg->seq, jump->ack, SYNFIN_GAP_MAX) &&
	       synfin_within(m->seg->ack, end - SYNFIN_GAP_MAX, SYNFIN_GAP_MAX);
}

/**
 * synfin_fin_fits() - are a FIN's numbers such as its sender may have?
 * @m: the move
 *
 * Return: true if they are, as far as is known.
 */
bool synfin_fin_fits(const struct synfin_move *m)
{
	if (m->seg->verdict == SYNFIN_VERDICT_FORGED || !synfin_has_ack(m->seg))
		return false;
	return m->seg->verdict == SYNFIN_VERDICT_TRUE ||
	       (fin_seq_fits(m, m->seg->seq + m->seg->len) && fin_ack_fits(m)) ||
	       synfin_other_agrees(m) || synfin_was_spoken_of(m);
}

/**
 * synfin_rst_is_exact() - is a RST where its sender's next byte would be?
 * @m: the move
 *
 * There its receiver accepts it at once (RFC 5961, 3.2); elsewhere in its window it
 * asks back. Where only FINs tell how far it got, that is where the other end's said so.
 *
 * Return: true if it is.
 */
bool synfin_rst_is_exact(const struct synfin_move *m)
{
	const struct synfin_jump *jump = &m->conn->jump;
	const struct synfin_end *own = m->own;
	__u32 seq = m->seg->seq;

	if (m->conn->flags & SYNFIN_FLAG_JUMP && jump->from != m->from &&
	    seq == jump->ack && synfin_hidden(m))
		return true;
	return ((own->flags & SYNFIN_END_NXT) && seq == own->nxt) ||
	       ((own->flags & SYNFIN_END_UNA) && seq == own->una) ||
	       ((own->flags & SYNFIN_END_FIN) && seq == own->fin_end);
}

/* How far behind a FIN or a RST may what answers late data be? */
static __u32 late_span(const struct synfin_move *m)
{
	__u32 window = m->own->window + m->peer->window;

	/* All was shown: one in thousands of guesses at most. */
	return !synfin_shows_all(m->seg) && window > LATE_MAX ? LATE_MAX : window;
}

/*
 * While nobody looked any number may have come to be right, and a guess is, too. But it is
 * seldom near to what was known, nor does it acknowledge what the other end has sent, as
 * a socket does that is closed with a RST.
 */
static bool is_likely(const struct synfin_move *m)
{
	const struct synfin_end *own = m->own, *peer = m->peer;

	return synfin_within(m->seg->seq, own->una - NEAR,
			     own->nxt - own->una + 2 * NEAR) ||
	       (synfin_has_ack(m->seg) && peer->flags & SYNFIN_END_UNA &&
		synfin_within(m->seg->ack, peer->una - NEAR,
			      peer->nxt - peer->una + 2 * NEAR));
}

/**
 * synfin_rst_fits() - is a RST's number in its receiver's window?
 * @m: the move
 *
 * Where every segment was shown a true one lies where its sender's next byte would be,
 * or at one that is under way: elsewhere in its window its receiver asks back, and is
 * answered with an exact one (RFC 5961, 3.2). After what passed unseen it is to be likely.
 *
 * Or where a socket that has closed answers what comes late: with the number that
 * this acknowledges, which lies before its FIN, or before the RST that it sent first.
 *
 * Return: true if it is.
 */
bool synfin_rst_fits(const struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;
	const struct synfin_end *own = m->own;
	__u32 seq = m->seg->seq, lo = own->una, window = late_span(m);

	if (synfin_rst_is_exact(m))
		return true;
	if (conn->rst_count && m->from == conn->suspect.from &&
	    synfin_within(seq, conn->suspect.seq - window, window))
		return true;
	if ((own->flags & SYNFIN_END_FIN) && !(own->flags & SYNFIN_END_FIN_DOUBTED))
		return synfin_within(seq, own->fin_end - window, window);
	if (!(own->flags & SYNFIN_END_NXT))
		return true;
	if (!(own->flags & SYNFIN_END_UNA))
		lo = own->nxt - window;
	/* One less: some reset with the number of their FIN. */
	if (own->una - seq == 1)
		return true;
	if (!synfin_shows_all(m->seg)) {
		if (conn->flags & SYNFIN_FLAG_WATCHED && !conn->blind_ns)
			return synfin_within(seq, lo, own->nxt - lo);
		if (!is_likely(m))
			return false;
	}
	return seq - lo <= (__u64)(limit_of(own, m->peer) - lo) + synfin_unseen(m);
}

/**
 * synfin_shows_open() - do a RST's numbers lie beyond the handshake?
 * @m: the move, in a handshake
 *
 * Then its ACK, and what followed, was not in the file.
 *
 * Return: true if they do.
 */
bool synfin_shows_open(const struct synfin_move *m)
{
	const struct synfin_end *own = m->own, *peer = m->peer;
	__u32 seq = m->seg->seq, more = synfin_hidden(m);
	bool beyond = seq != own->isn && synfin_after(seq, own->nxt);

	if (!more || !(own->flags & SYNFIN_END_ISN) || !(peer->flags & SYNFIN_END_ISN))
		return false;
	if (!synfin_within(seq, own->isn + 1, more))
		return false;
	if (!synfin_has_ack(m->seg))
		return seq - own->nxt - 1 < more;
	return synfin_within(m->seg->ack, peer->isn + 1, more) &&
	       (seq != own->nxt || m->seg->ack != peer->nxt || beyond);
}
