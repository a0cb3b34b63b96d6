// SPDX-License-Identifier: GPL-2.0
/*
 * The expected segment of a textbook's connection, recognised first and straight.
 *
 * In each state there is one segment that nearly always comes next: it carries the flag
 * that is due, its numbers follow from those before, and nothing is in doubt. What the
 * handlers would do with it is done here at once, by the same helpers and without their
 * questions. Whatever is not quite so is left to them, untouched; the tests hold both
 * against each other, for each segment that they know of.
 *
 * Pure; see phase.h.
 */
#include "core/phase_move.h"

/* With any of these a connection is none of a textbook's. */
#define UNUSUAL								\
	(SYNFIN_FLAG_SELF | SYNFIN_FLAG_AWAITS | SYNFIN_FLAG_JUMP |	\
	 SYNFIN_FLAG_SHIFTED)

/* What a segment leaves behind, whatever it is. */
static inline bool passed(struct synfin_move *m, __u8 state, __u8 seen)
{
	m->conn->state = state;
	m->conn->seen |= seen | (m->seg->len ? SYNFIN_SEEN_DATA : 0);
	m->conn->seen_ns = m->now;
	m->own->flags |= SYNFIN_END_SEEN;
	if (m->seg->kind == SYNFIN_KIND_PLAIN)
		m->conn->flags |= SYNFIN_FLAG_PLAIN;
	return true;
}

/* The client asks. */
static bool expected_syn(struct synfin_move *m)
{
	if (m->seg->kind != SYNFIN_KIND_SYN || synfin_phase_is_probe(m->seg))
		return false;
	m->conn->first_ns = m->now;
	synfin_begin_tries(m);
	synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
	synfin_set_isn(m->own, m->seg->seq, m->seg->len);
	synfin_note_syn(m);
	return passed(m, SYNFIN_STATE_SYN, SYNFIN_SEEN_SYN);
}

/* The server answers the one SYN. */
static bool expected_syn_ack(struct synfin_move *m)
{
	const struct synfin_tries *tries = &m->conn->tries;

	if (m->seg->kind != SYNFIN_KIND_SYN_ACK || m->from != SYNFIN_FROM_SERVER ||
	    m->seg->flags & SYNFIN_TCP_FIN || m->own->syn_acks || tries->nr != 1 ||
	    !synfin_has_ack(m->seg) || m->seg->ack != m->peer->nxt ||
	    m->now < tries->sent_ns[0])
		return false;
	m->conn->server_rtt_ns = m->now - tries->sent_ns[0];
	synfin_answer(m);
	return passed(m, SYNFIN_STATE_SYN_ACK, SYNFIN_SEEN_SYN_ACK);
}

/* The client acknowledges the one SYN-ACK, with nothing else. */
static bool expected_ack(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (m->seg->kind != SYNFIN_KIND_PLAIN || m->from != SYNFIN_FROM_CLIENT ||
	    m->seg->len || !synfin_has_ack(m->seg) || m->seg->verdict == SYNFIN_VERDICT_FORGED ||
	    m->seg->seq != m->own->nxt || m->own->nxt != m->own->isn + 1 ||
	    m->seg->ack != m->peer->nxt || m->peer->nxt != m->peer->isn + 1 ||
	    m->peer->syn_acks != 1 || conn->tries.nr != 1 ||
	    (m->own->flags | m->peer->flags) & SYNFIN_END_FIN)
		return false;
	synfin_acknowledged(m);
	synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
	synfin_note_window(m);
	if (synfin_after(m->seg->ack, m->peer->una)) {
		m->peer->una = m->seg->ack;
		m->peer->flags &= ~SYNFIN_END_ONE_MORE;
	}
	if (conn->flags & SYNFIN_FLAG_WATCHED)
		conn->blind_ns = 0;
	synfin_note_blind(m);
	return passed(m, SYNFIN_STATE_OPEN, SYNFIN_SEEN_ACK);
}

/* One end closes. */
static bool expected_first_fin(struct synfin_move *m)
{
	if (m->seg->kind != SYNFIN_KIND_FIN || !synfin_fin_fits(m))
		return false;
	synfin_first_fin(m);
	return passed(m, synfin_close_state(m->conn), SYNFIN_SEEN_FIN |
		      (m->seg->len ? 0 : SYNFIN_SEEN_ACK));
}

/* The other end acknowledges that; or the one that closed first does, at last. */
static inline bool expected_ack_of_fin(struct synfin_move *m)
{
	__u16 asked = m->own->flags & (SYNFIN_END_FIN | SYNFIN_END_FIN_ACKED);

	if (m->seg->len || m->peer->flags & SYNFIN_END_FIN_ACKED ||
	    (asked == SYNFIN_END_FIN && m->seg->seq != m->own->fin_end))
		return false;
	synfin_ack_of_fin(m);
	passed(m, synfin_close_state(m->conn), SYNFIN_SEEN_ACK);
	if (m->conn->state == SYNFIN_STATE_DONE) {
		m->conn->flags &= ~SYNFIN_FLAG_FIRST;
		m->res->ended = 1;
	}
	return true;
}

/* The other end closes, too. */
static inline bool expected_second_fin(struct synfin_move *m)
{
	if (m->own->flags & SYNFIN_END_FIN || !synfin_fin_fits(m))
		return false;
	synfin_second_fin(m);
	return passed(m, synfin_close_state(m->conn), SYNFIN_SEEN_FIN |
		      (m->seg->len ? 0 : SYNFIN_SEEN_ACK));
}

/* What it brings acknowledges the peer's FIN. */
static bool expected_close(struct synfin_move *m)
{
	if (!synfin_acks_fin(m) || m->conn->opening == SYNFIN_OPEN_UNACKNOWLEDGED)
		return false;
	if (m->seg->kind == SYNFIN_KIND_PLAIN)
		return expected_ack_of_fin(m);
	return m->seg->kind == SYNFIN_KIND_FIN && expected_second_fin(m);
}

/**
 * synfin_expected() - is it the segment of a textbook?
 * @m: the move, not yet made
 *
 * Return: true if it was, and the move has been made; false if nothing has changed.
 */
bool synfin_expected(struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;

	if ((conn->flags & UNUSUAL) | conn->suspect.what)
		return false;
	switch (conn->state) {
	case SYNFIN_STATE_NONE:
		return expected_syn(m);
	case SYNFIN_STATE_SYN:
		return expected_syn_ack(m);
	case SYNFIN_STATE_SYN_ACK:
		return expected_ack(m);
	case SYNFIN_STATE_OPEN:
		return expected_first_fin(m);
	case SYNFIN_STATE_FIN:
	case SYNFIN_STATE_HALF:
	case SYNFIN_STATE_FIN_FIN:
	case SYNFIN_STATE_LAST:
		return expected_close(m);
	default:
		return false;
	}
}
