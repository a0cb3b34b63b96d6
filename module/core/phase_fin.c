// SPDX-License-Identifier: GPL-2.0
/*
 * The FINs and their ACKs: the state follows from which were sent and which were
 * acknowledged (RFC 9293, 3.6). Pure; see phase.h.
 */
#include "core/phase_move.h"

/**
 * synfin_close_state() - the state that FINs and their ACKs make
 * @conn: the connection, open
 *
 * Return: SYNFIN_STATE_OPEN to SYNFIN_STATE_DONE.
 */
unsigned int synfin_close_state(const struct synfin_conn *conn)
{
	__u16 one = conn->end[0].flags, two = conn->end[1].flags;
	unsigned int acked = !!(one & SYNFIN_END_FIN_ACKED) +
			     !!(two & SYNFIN_END_FIN_ACKED);

	if (one & two & SYNFIN_END_FIN)
		return acked == 2 ? SYNFIN_STATE_DONE :
		       acked ? SYNFIN_STATE_LAST : SYNFIN_STATE_FIN_FIN;
	if ((one | two) & SYNFIN_END_FIN)
		return acked ? SYNFIN_STATE_HALF : SYNFIN_STATE_FIN;
	return SYNFIN_STATE_OPEN;
}

/**
 * synfin_closed_by() - one end has sent its FIN
 * @conn: the connection
 */
void synfin_closed_by(struct synfin_conn *conn)
{
	const struct synfin_end *second = &conn->end[!conn->first_fin];

	if (second->flags & SYNFIN_END_FIN) {
		conn->closing = SYNFIN_CLOSE_SIMULTANEOUS;
		conn->closed_by = SYNFIN_BY_BOTH;
		return;
	}
	conn->closing = SYNFIN_CLOSE_HALF_CLOSED;
	conn->closed_by = synfin_by(conn->first_fin);
}

static __u8 fin_phase(const struct synfin_move *m)
{
	return m->from == m->conn->first_fin ? SYNFIN_PHASE_FIN_1 :
					       SYNFIN_PHASE_FIN_2;
}

static void count_fin(struct synfin_move *m)
{
	synfin_count(&m->conn->fin_count);
	synfin_step_add(m, fin_phase(m), synfin_count(&m->own->fins));
}

/**
 * synfin_first_fin() - one end closes
 * @m: the move; its numbers fit
 */
void synfin_first_fin(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	conn->first_fin = m->from;
	synfin_fin_sent(m);
	count_fin(m);
	conn->close = (struct synfin_closing) { .fin_ns = m->now };
	/* A socket connected to itself receives its own FIN. */
	if (conn->flags & SYNFIN_FLAG_SELF) {
		m->peer->fin_end = m->own->fin_end;
		m->peer->flags |= SYNFIN_END_FIN;
	}
	synfin_closed_by(conn);
}

/**
 * synfin_open_late() - an ACK of the SYN-ACK, when the server has closed already
 * @m: the move: it opens what closes, if it acknowledges that
 */
void synfin_open_late(struct synfin_move *m)
{
	if (m->conn->opening != SYNFIN_OPEN_UNACKNOWLEDGED ||
	    m->from != SYNFIN_FROM_CLIENT || !synfin_acks_answer(m))
		return;
	synfin_acknowledged(m);
	m->res->opened = 1;
}

/* As nearly always: the other end has closed first. */
static void fin_follows(struct synfin_move *m, bool agreed)
{
	struct synfin_conn *conn = m->conn;
	bool acked = m->peer->flags & SYNFIN_END_FIN_ACKED;

	count_fin(m);
	conn->close.fin2_ns = m->now;
	if (!acked && synfin_acks_fin(m)) {
		m->peer->flags |= SYNFIN_END_FIN_ACKED;
		m->peer->flags &= ~SYNFIN_END_FIN_DOUBTED;
		conn->closing = SYNFIN_CLOSE_THREE_WAY;
	} else if (acked) {
		conn->closing = SYNFIN_CLOSE_FOUR_WAY;
	} else {
		/* All that lies before the other FIN has come, so there it is. */
		if (agreed ||
		    (synfin_has_ack(m->seg) && m->seg->ack == m->peer->fin_end - 1))
			m->peer->flags &= ~SYNFIN_END_FIN_DOUBTED;
		synfin_closed_by(conn);
	}
}

/* Both have closed, in spite of a RST: that was forged, unless it lies right behind a FIN. */
static bool closed_in_spite(struct synfin_move *m)
{
	if (synfin_rst_is_behind_fin(m->conn)) {
		synfin_believe(m->conn);
		return false;
	}
	if (m->conn->suspect.what)
		synfin_clear(m);
	return true;
}

/**
 * synfin_second_fin() - the other end closes, too
 * @m: the move; its numbers fit
 */
void synfin_second_fin(struct synfin_move *m)
{
	bool agreed = synfin_was_spoken_of(m);

	synfin_open_late(m);
	synfin_fin_sent(m);
	fin_follows(m, agreed);
	if (synfin_close_state(m->conn) == SYNFIN_STATE_DONE)
		closed_in_spite(m);
}

/* The peer's FIN is acknowledged, for the first time. */
static void fin_acked(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	unsigned int next;

	m->peer->flags |= SYNFIN_END_FIN_ACKED;
	m->peer->flags &= ~SYNFIN_END_FIN_DOUBTED;
	if (conn->flags & SYNFIN_FLAG_SELF)
		m->own->flags |= SYNFIN_END_FIN_ACKED;
	next = synfin_close_state(conn);
	if (next == SYNFIN_STATE_HALF)
		conn->close.ack_ns = m->now;
	if (next != SYNFIN_STATE_DONE)
		return;
	if (closed_in_spite(m))
		conn->close.end_ns = m->now;
}

/**
 * synfin_repeat_fin() - a FIN from an end that has sent one
 * @m: the move
 */
void synfin_repeat_fin(struct synfin_move *m)
{
	if (!synfin_has_ack(m->seg) || synfin_segment_end(m->seg) != m->own->fin_end) {
		synfin_pass(m, SYNFIN_CNT_forged_fin);
		return;
	}
	count_fin(m);
	if (m->own->flags & SYNFIN_END_FIN_ACKED)
		m->conn->flags |= SYNFIN_FLAG_AWAITS;
	if (synfin_acks_fin(m) && !(m->peer->flags & SYNFIN_END_FIN_ACKED))
		fin_acked(m);
}

/**
 * synfin_ack_of_fin() - the ACK of the peer's FIN
 * @m: the move
 */
void synfin_ack_of_fin(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	/* With itself for a peer, the one ACK stands for both. */
	bool last = m->from == conn->first_fin || conn->flags & SYNFIN_FLAG_SELF;

	if (m->peer->fin_acks != 0xff)
		m->peer->fin_acks++;
	synfin_step_add(m, last ? SYNFIN_PHASE_ACK_2 : SYNFIN_PHASE_ACK_1,
			m->peer->fin_acks);
	synfin_track(m);
	m->peer->una = m->seg->ack;
	conn->flags &= ~SYNFIN_FLAG_AWAITS;
	if (!(m->peer->flags & SYNFIN_END_FIN_ACKED))
		fin_acked(m);
}
