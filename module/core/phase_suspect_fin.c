// SPDX-License-Identifier: GPL-2.0
/*
 * A FIN that nothing proves yet, as it is not where one was expected: proved by its ACK, or
 * by what was missing before it; refuted by what lies in its place or behind it, or by its
 * sender's FIN elsewhere. Pure; see phase.h.
 */
#include "core/phase_move.h"

/**
 * synfin_fin_sent() - note a FIN, and whether it is where one was expected
 * @m: the move; its numbers fit
 */
void synfin_fin_sent(struct synfin_move *m)
{
	struct synfin_end *own = m->own;
	const struct synfin_segment *seg = m->seg;
	/* Who acknowledges a FIN, or what the other end has spoken of, has seen it. */
	bool sure = seg->verdict == SYNFIN_VERDICT_TRUE || synfin_is_expected(m) ||
		    synfin_other_agrees(m) || synfin_was_spoken_of(m) || synfin_acks_fin(m) ||
		    !(own->flags & SYNFIN_END_NXT);

	own->fin_end = synfin_segment_end(seg);
	own->flags |= SYNFIN_END_FIN | SYNFIN_END_FIN_DOUBTED;
	if (sure)
		own->flags &= ~SYNFIN_END_FIN_DOUBTED;
	/* No byte was seen before the FIN, of which first the ACK was. */
	if (!(own->flags & SYNFIN_END_ISN) && own->fin_end == own->isn + 1 &&
	    own->fin_end == own->nxt)
		own->flags |= SYNFIN_END_ONE_MORE;
	if (seg->told & SYNFIN_TOLD_WRAPPED_OWN)
		own->flags |= SYNFIN_END_WRAPPED;
	if (seg->told & SYNFIN_TOLD_WRAPPED_PEER)
		m->peer->flags |= SYNFIN_END_WRAPPED;
	synfin_track(m);
	/* Gigabytes may have passed unseen: it is believed, so are its numbers. */
	if (seg->verdict == SYNFIN_VERDICT_TRUE &&
	    !synfin_within(m->peer->una, seg->ack - SYNFIN_WINDOW_MAX, SYNFIN_WINDOW_MAX))
		m->peer->una = seg->ack;
}

/* The FIN, as it was: its phase is made with the time that it had. */
static void recall_fin(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	struct synfin_segment fin = *m->seg;
	struct synfin_move past = *m;

	fin.kind = SYNFIN_KIND_FIN;
	fin.flags = SYNFIN_TCP_FIN | SYNFIN_TCP_ACK;
	fin.seq = conn->jump.seq;
	fin.ack = conn->jump.ack;
	fin.window = conn->jump.window;
	fin.len = 0;
	past.seg = &fin;
	past.now = conn->jump.at_ns;
	past.from = !m->from;
	past.own = m->peer;
	past.peer = m->own;
	conn->flags &= ~SYNFIN_FLAG_JUMP;
	conn->seen |= SYNFIN_SEEN_FIN;
	if (m->own->flags & SYNFIN_END_FIN)
		synfin_second_fin(&past);
	else
		synfin_first_fin(&past);
	conn->state = synfin_close_state(conn);
}

/**
 * synfin_recall_fin() - does a segment confirm a FIN that was far from what was known?
 * @m: the move, not yet made
 *
 * It acknowledges that, and lies where it said: then it was true, and data has passed
 * where nobody looked.
 */
void synfin_recall_fin(struct synfin_move *m)
{
	if (m->conn->jump.fin && synfin_has_ack(m->seg) && synfin_other_agrees(m) &&
	    m->seg->ack == m->conn->jump.seq + 1 && !(m->peer->flags & SYNFIN_END_FIN))
		recall_fin(m);
}

/**
 * synfin_forged_fin() - a FIN does not fit
 * @m: the move
 */
void synfin_forged_fin(struct synfin_move *m)
{
	if (m->seg->verdict == SYNFIN_VERDICT_UNKNOWN)
		synfin_track(m);
	synfin_pass(m, SYNFIN_CNT_forged_fin);
}

/* It went on after its FIN: that was not its own. */
static void take_back(struct synfin_move *m, struct synfin_end *end)
{
	struct synfin_conn *conn = m->conn;
	bool open = conn->opening != SYNFIN_OPEN_UNACKNOWLEDGED;

	end->flags &= ~(SYNFIN_END_FIN | SYNFIN_END_FIN_DOUBTED);
	conn->fin_count -= conn->fin_count < end->fins ? conn->fin_count : end->fins;
	end->fins = 0;
	m->res->taken_back = 1;
	if (synfin_close_state(conn) == SYNFIN_STATE_OPEN) {
		conn->closing = open ? SYNFIN_CLOSE_OPEN : SYNFIN_CLOSE_NONE;
		conn->closed_by = SYNFIN_BY_NOBODY;
		return;
	}
	/* Then the other end's was the first. */
	if (end == &conn->end[conn->first_fin]) {
		conn->first_fin = !conn->first_fin;
		conn->close = (struct synfin_closing) {
			.fin_ns = conn->close.fin2_ns,
		};
	}
	synfin_closed_by(conn);
}

/* Does its sender show that a FIN of its own, not acknowledged yet, was none? */
static bool refutes_own(struct synfin_move *m)
{
	struct synfin_end *own = m->own;
	const struct synfin_segment *seg = m->seg;
	__u32 fin = own->fin_end - 1;

	/* Only one of two can be where its sender ended. */
	if (seg->kind == SYNFIN_KIND_FIN)
		return own->flags & SYNFIN_END_FIN_DOUBTED &&
		       synfin_segment_end(seg) != own->fin_end && synfin_fin_fits(m);
	if (seg->kind == SYNFIN_KIND_SYN_ACK)
		return !synfin_within(fin, seg->seq + 1, SYNFIN_GAP_MAX);
	if (seg->kind != SYNFIN_KIND_PLAIN)
		return false;
	/* Data in its place, or soon after it. */
	if (fin - seg->seq < seg->len ||
	    (seg->len && synfin_within(seg->seq, fin, SYNFIN_GAP_MAX)))
		return true;
	if (!(own->flags & SYNFIN_END_FIN_DOUBTED))
		return false;
	/* What was missing before it. */
	if (seg->seq + seg->len == fin && synfin_seq_fits(m)) {
		own->flags &= ~SYNFIN_END_FIN_DOUBTED;
		return false;
	}
	/* It has not sent what lies before it, and does not send it again. */
	return !seg->len && seg->seq != own->fin_end && synfin_seq_fits(m) &&
	       synfin_elapsed(m->now, m->conn->last_ns) > SYNFIN_REORDER_NS;
}

/* Does the other end? */
static bool refutes_peers(const struct synfin_move *m)
{
	/* It acknowledged another SYN-ACK than this. */
	if (m->seg->kind == SYNFIN_KIND_SYN_ACK)
		return true;
	/* More is acknowledged than the FIN: there was more after it. */
	return synfin_has_ack(m->seg) && m->seg->kind == SYNFIN_KIND_PLAIN &&
	       synfin_within(m->seg->ack, m->peer->fin_end + 1, SYNFIN_GAP_MAX);
}

static bool is_open_question(const struct synfin_end *end)
{
	return (end->flags & (SYNFIN_END_FIN | SYNFIN_END_FIN_ACKED)) == SYNFIN_END_FIN;
}

/**
 * synfin_refute_fins() - does a segment show that a FIN was not its sender's?
 * @m: the move, of a plain segment, a FIN or a SYN-ACK; not yet made
 *
 * Return: true if it does: the FIN is forgotten.
 */
bool synfin_refute_fins(struct synfin_move *m)
{
	if (m->conn->flags & SYNFIN_FLAG_SELF)
		return false;
	if (is_open_question(m->own) && refutes_own(m)) {
		take_back(m, m->own);
		return true;
	}
	if (is_open_question(m->peer) && refutes_peers(m)) {
		take_back(m, m->peer);
		return true;
	}
	return false;
}
