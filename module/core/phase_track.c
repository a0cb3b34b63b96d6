// SPDX-License-Identifier: GPL-2.0
/*
 * How far each end has got.
 *
 * Pure; see phase.h.
 */
#include "core/phase_move.h"

static bool is_near(__u32 one, __u32 other)
{
	return synfin_within(one, other - SYNFIN_GAP_MAX, 2 * SYNFIN_GAP_MAX);
}

/*
 * Do two ends speak of the same place? One number is exactly the other's, or whoever
 * sends guesses for both of them would be right soon.
 */
static bool agree(const struct synfin_segment *seg, const struct synfin_jump *jump)
{
	__u32 next = jump->seq + jump->fin;

	return (seg->seq == jump->ack && is_near(seg->ack, next)) ||
	       (seg->ack == next && is_near(seg->seq, jump->ack));
}

/**
 * synfin_other_agrees() - has the other end spoken of the place where a segment is?
 * @m: the move
 *
 * Return: true if it has.
 */
bool synfin_other_agrees(const struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;

	return (conn->flags & SYNFIN_FLAG_JUMP) && conn->jump.from != m->from &&
	       agree(m->seg, &conn->jump);
}

/* The first number of an end that is known: from there on it is counted. */
static void learn(struct synfin_end *end, __u32 first)
{
	if (!(end->flags & SYNFIN_END_ISN))
		end->isn = first - 1;
	end->nxt = first;
	end->flags |= SYNFIN_END_NXT;
}

static void track_acked(struct synfin_move *m)
{
	struct synfin_end *peer = m->peer;
	__u32 ack = m->seg->ack;

	if (!(peer->flags & SYNFIN_END_NXT))
		learn(peer, ack);
	if (!(peer->flags & SYNFIN_END_UNA)) {
		/* A keepalive is one less than what comes next. */
		if (!(peer->flags & (SYNFIN_END_ISN | SYNFIN_END_DATA)) &&
		    ack == peer->nxt + 1)
			learn(peer, ack);
		peer->una = ack;
		peer->flags |= SYNFIN_END_UNA;
		if (!synfin_after(ack, peer->nxt))
			return;
	} else if (!synfin_after(ack, peer->una)) {
		return;
	}
	peer->flags &= ~SYNFIN_END_ONE_MORE;
	if (synfin_after(ack, peer->nxt) && !(peer->flags & SYNFIN_END_FIN)) {
		/* Nobody saw what it is: the last number may be a FIN's. */
		if (ack - peer->una == 1 || ack - peer->nxt == 1 ||
		    m->own->flags & SYNFIN_END_FIN)
			peer->flags |= SYNFIN_END_ONE_MORE;
		synfin_advance(peer, ack);
	}
	peer->una = ack;
}

/* One byte that nobody pushes: what was sent before, or of nobody (RFC 9293, 3.8.4). */
static bool may_be_keepalive(const struct synfin_segment *seg)
{
	return seg->kind == SYNFIN_KIND_PLAIN && seg->len == 1 &&
	       !(seg->flags & SYNFIN_TCP_PSH);
}

static void track_sent(struct synfin_move *m)
{
	const struct synfin_segment *seg = m->seg;
	struct synfin_end *own = m->own;
	__u32 next = seg->seq + seg->len;
	bool fin;

	if (seg->len)
		own->flags |= SYNFIN_END_DATA;
	if (!(own->flags & SYNFIN_END_NXT))
		learn(own, may_be_keepalive(seg) ? next : seg->seq);
	/* What lies before a FIN was sent, seen or not. */
	fin = seg->kind == SYNFIN_KIND_FIN && !(own->flags & SYNFIN_END_FIN_DOUBTED);
	if (synfin_after(next, own->nxt) &&
	    (seg->len || fin || !(own->flags & SYNFIN_END_UNA))) {
		synfin_advance(own, next);
		own->flags &= ~SYNFIN_END_ONE_MORE;
		/*
		 * It only asks whether there is room again (RFC 9293, 3.8.6.1); or nobody
		 * saw what was before it, perhaps a FIN.
		 */
		if ((seg->len == 1 && m->peer->flags & SYNFIN_END_SHUT) ||
		    (!seg->len && !fin))
			own->flags |= SYNFIN_END_ONE_MORE;
	}
}

/* Our own TCP has sent it, so that it has sent and received what passed unseen. */
static void take_as_true(struct synfin_move *m)
{
	const struct synfin_segment *seg = m->seg;
	__u32 next = seg->seq + seg->len;

	synfin_note_window(m);
	synfin_advance(m->own, next);
	if (synfin_after(seg->ack, m->peer->nxt) && !(m->peer->flags & SYNFIN_END_FIN))
		synfin_advance(m->peer, seg->ack);
	m->peer->una = seg->ack;
	m->own->flags &= ~SYNFIN_END_ONE_MORE;
	m->peer->flags &= ~SYNFIN_END_ONE_MORE;
	if (seg->len)
		m->own->flags |= SYNFIN_END_DATA;
}

static void note_jump(struct synfin_move *m)
{
	const struct synfin_segment *seg = m->seg;
	struct synfin_conn *conn = m->conn;
	/* To hooks all that is ordinary passes unseen: see synfin_phase_watch(). */
	bool uncounted = synfin_shows_all(seg) &&
			 synfin_elapsed(m->now, conn->seen_ns) >= SYNFIN_BLIND_WRAP_NS;

	/* The hole may lie before the one that this follows. */
	if (conn->flags & SYNFIN_FLAG_JUMP && conn->jump.uncounted)
		uncounted = true;
	conn->jump = (struct synfin_jump) {
		.seq = seg->seq + seg->len,
		.ack = seg->ack,
		.window = seg->window,
		.from = m->from,
		.fin = seg->kind == SYNFIN_KIND_FIN,
		.data = !!seg->len,
		.uncounted = uncounted,
		.at_ns = m->now,
	};
	conn->flags |= SYNFIN_FLAG_JUMP;
}

/**
 * synfin_jump() - note numbers that are far from what is known
 * @m: the move
 *
 * They are taken for true only when the other end speaks of them, too. So it finds its
 * place again after a hole, and nobody leads it astray from one side.
 */
void synfin_jump(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	const struct synfin_segment *seg = m->seg;
	__u32 sent = conn->jump.seq;

	if (!synfin_has_ack(seg))
		return;
	/* Where the other end has spoken of, that was found to be near enough. */
	if (!synfin_other_agrees(m) &&
	    (seg->seq - m->own->nxt > synfin_reach(m) ||
	     seg->ack - m->peer->una > (__u64)synfin_reach(m) + SYNFIN_WINDOW_MAX))
		return;
	if (seg->verdict == SYNFIN_VERDICT_TRUE) {
		take_as_true(m);
		return;
	}
	if (!synfin_other_agrees(m) ||
	    (conn->flags & SYNFIN_FLAG_WATCHED && !conn->blind_ns)) {
		note_jump(m);
		return;
	}
	conn->flags &= ~SYNFIN_FLAG_JUMP;
	if (conn->jump.uncounted)
		conn->flags |= SYNFIN_FLAG_UNCOUNTED;
	if (synfin_after(seg->ack, sent))
		sent = seg->ack;
	if (synfin_after(sent, m->peer->nxt)) {
		synfin_advance(m->peer, sent);
		/* A FIN may have passed unseen, too. */
		m->peer->flags |= SYNFIN_END_ONE_MORE;
		if (conn->jump.data && sent == conn->jump.seq)
			m->peer->flags &= ~SYNFIN_END_ONE_MORE;
	}
	m->peer->una = seg->ack;
	if (synfin_after(seg->seq + seg->len, m->own->nxt)) {
		synfin_advance(m->own, seg->seq + seg->len);
		if (!seg->len)
			m->own->flags |= SYNFIN_END_ONE_MORE;
	}
	m->own->una = conn->jump.ack;
	if (seg->len)
		m->own->flags |= SYNFIN_END_DATA;
	if (conn->flags & SYNFIN_FLAG_WATCHED)
		conn->blind_ns = 0;
}

/**
 * synfin_track() - learn from a segment's numbers how far both ends have got
 * @m: the move
 *
 * Never backwards, and only by what fits, so that a stray number does no harm.
 */
void synfin_track(struct synfin_move *m)
{
	bool fits = synfin_seq_fits(m);

	if (synfin_has_ack(m->seg))
		fits = fits && synfin_ack_fits(m);
	if (!fits) {
		synfin_jump(m);
		return;
	}
	synfin_note_window(m);
	track_sent(m);
	if (synfin_has_ack(m->seg) && !synfin_is_old(m))
		track_acked(m);
	if (m->conn->flags & SYNFIN_FLAG_WATCHED)
		m->conn->blind_ns = 0;
}

/* So much was sent, though it may have passed unseen. A FIN that was seen says it better. */
static void take_arrived(struct synfin_end *end, __u32 arrived, __u32 reach)
{
	const __u16 counted = SYNFIN_END_ISN | SYNFIN_END_NXT;

	if ((end->flags & (counted | SYNFIN_END_FIN)) == counted &&
	    arrived - end->nxt - 1 < reach)
		synfin_advance(end, arrived);
}

/**
 * synfin_track_told() - learn how far both ends have got from what a local socket tells
 * @m: the move, a true RST
 *
 * Not where a proxy has answered: its numbers are none of the socket's.
 */
void synfin_track_told(struct synfin_move *m)
{
	const struct synfin_segment *seg = m->seg;

	if (!(seg->told & SYNFIN_TOLD_ARRIVED) || m->conn->flags & SYNFIN_FLAG_SHIFTED)
		return;
	take_arrived(m->own, seg->own_arrived, synfin_reach(m));
	take_arrived(m->peer, seg->peer_arrived, synfin_reach(m));
}
