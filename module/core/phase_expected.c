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

/* Where both ends have got to is known. */
#define KNOWN								\
	(SYNFIN_END_ISN | SYNFIN_END_NXT | SYNFIN_END_UNA | SYNFIN_END_SEEN)

static inline bool is_placed(const struct synfin_end *end)
{
	return (end->flags & (KNOWN | SYNFIN_END_ONE_MORE)) == KNOWN &&
	       !synfin_after(end->una, end->nxt + !!(end->flags & SYNFIN_END_FIN));
}

/* The numbers of what its sender's peer has sent up to @nxt: exactly what comes next. */
static inline bool comes_next(const struct synfin_move *m, __u32 nxt)
{
	return m->seg->seq == m->own->nxt &&
	       synfin_within(m->seg->ack, m->peer->una, nxt - m->peer->una);
}

/*
 * Or our own TCP has sent it, and not much has passed unseen: then it has sent and
 * received that.
 */
static inline bool is_true_and_near(const struct synfin_move *m)
{
	return m->seg->verdict == SYNFIN_VERDICT_TRUE &&
	       !(m->conn->flags & SYNFIN_FLAG_WATCHED) &&
	       synfin_within(m->seg->seq, m->own->nxt, SYNFIN_GAP_MAX) &&
	       synfin_within(m->seg->ack, m->peer->una, SYNFIN_GAP_MAX);
}

/* What comes next has come: nothing before it is missing. */
static inline void take(struct synfin_move *m)
{
	synfin_note_window(m);
	m->peer->una = m->seg->ack;
	if (m->conn->flags & SYNFIN_FLAG_WATCHED)
		m->conn->blind_ns = 0;
}

/* A FIN; @nxt as for comes_next(). */
static inline bool fin_is_next(const struct synfin_move *m, __u32 nxt)
{
	return m->seg->kind == SYNFIN_KIND_FIN && synfin_has_ack(m->seg) &&
	       m->seg->verdict != SYNFIN_VERDICT_FORGED && !m->seg->told &&
	       is_placed(m->own) && is_placed(m->peer) &&
	       (comes_next(m, nxt) || is_true_and_near(m));
}

static inline bool take_fin(struct synfin_move *m, __u8 phase, __u8 state)
{
	__u32 end = m->seg->seq + m->seg->len;

	take(m);
	synfin_advance(m->own, end);
	m->own->fin_end = end + 1;
	m->own->flags &= ~SYNFIN_END_FIN_DOUBTED;
	m->own->flags |= SYNFIN_END_FIN | (m->seg->len ? SYNFIN_END_DATA : 0);
	synfin_count(&m->conn->fin_count);
	synfin_step_add(m, phase, synfin_count(&m->own->fins));
	return passed(m, state, SYNFIN_SEEN_FIN | (m->seg->len ? 0 : SYNFIN_SEEN_ACK));
}

/* One end closes. */
static bool expected_first_fin(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (!fin_is_next(m, m->peer->nxt))
		return false;
	if (synfin_after(m->seg->ack, m->peer->nxt))
		synfin_advance(m->peer, m->seg->ack);
	conn->first_fin = m->from;
	conn->close.fin_ns = m->now;
	conn->close.ack_ns = 0;
	conn->close.fin2_ns = 0;
	conn->close.end_ns = 0;
	conn->closing = SYNFIN_CLOSE_HALF_CLOSED;
	conn->closed_by = synfin_by(m->from);
	return take_fin(m, SYNFIN_PHASE_FIN_1, SYNFIN_STATE_FIN);
}

/* The other end closes, too. */
static bool expected_second_fin(struct synfin_move *m)
{
	bool acked = m->peer->flags & SYNFIN_END_FIN_ACKED;

	if (m->own->flags & SYNFIN_END_FIN || !fin_is_next(m, m->peer->nxt + 1))
		return false;
	m->peer->flags |= SYNFIN_END_FIN_ACKED;
	m->conn->close.fin2_ns = m->now;
	m->conn->closing = acked ? SYNFIN_CLOSE_FOUR_WAY : SYNFIN_CLOSE_THREE_WAY;
	return take_fin(m, SYNFIN_PHASE_FIN_2, SYNFIN_STATE_LAST);
}

static inline void take_ack_of_fin(struct synfin_move *m, __u8 phase)
{
	m->peer->fin_acks += m->peer->fin_acks != 0xff;
	synfin_step_add(m, phase, m->peer->fin_acks);
	take(m);
	m->peer->flags |= SYNFIN_END_FIN_ACKED;
}

/* The other end acknowledges the FIN. */
static bool expected_first_ack(struct synfin_move *m)
{
	if (m->seg->len || !is_placed(m->own) || !is_placed(m->peer) ||
	    m->seg->seq != m->own->nxt)
		return false;
	take_ack_of_fin(m, SYNFIN_PHASE_ACK_1);
	m->conn->close.ack_ns = m->now;
	return passed(m, SYNFIN_STATE_HALF, SYNFIN_SEEN_ACK);
}

/* Who has closed first acknowledges the other's FIN: the end. */
static bool expected_last_ack(struct synfin_move *m)
{
	if (m->seg->len || m->from != m->conn->first_fin || !is_placed(m->own) ||
	    !is_placed(m->peer) || m->seg->seq != m->own->fin_end ||
	    m->own->una != m->own->fin_end)
		return false;
	take_ack_of_fin(m, SYNFIN_PHASE_ACK_2);
	m->conn->close.end_ns = m->now;
	m->conn->flags &= ~(SYNFIN_FLAG_FIRST | SYNFIN_FLAG_ASKED_AGAIN);
	m->res->ended = 1;
	return passed(m, SYNFIN_STATE_DONE, SYNFIN_SEEN_ACK);
}

/* What it brings acknowledges the peer's FIN, of which nothing was in doubt. */
static bool expected_close(struct synfin_move *m)
{
	const __u16 sure = SYNFIN_END_FIN | SYNFIN_END_FIN_DOUBTED;

	if (!synfin_acks_fin(m) || (m->peer->flags & sure) != SYNFIN_END_FIN ||
	    m->conn->opening == SYNFIN_OPEN_UNACKNOWLEDGED)
		return false;
	if (m->seg->kind != SYNFIN_KIND_PLAIN)
		return expected_second_fin(m);
	if (m->peer->flags & SYNFIN_END_FIN_ACKED)
		return false;
	return m->conn->state == SYNFIN_STATE_FIN ? expected_first_ack(m) :
						    expected_last_ack(m);
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
	case SYNFIN_STATE_LAST:
		return expected_close(m);
	default:
		return false;
	}
}
