// SPDX-License-Identifier: GPL-2.0
/*
 * Handlers of what is open, or closing (RFC 9293, 3.6 and 3.10.7.4).
 *
 * Once there is a FIN the state follows from which FINs were sent and which were
 * acknowledged. Pure; see phase.h.
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

/**
 * synfin_count_fin() - a FIN makes a phase
 * @m: the move
 */
void synfin_count_fin(struct synfin_move *m)
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
	synfin_note_ahead(m);
	synfin_fin_sent(m);
	synfin_count_fin(m);
	conn->close = (struct synfin_closing) { .fin_ns = m->now };
	/* A socket connected to itself receives its own FIN. */
	if (conn->flags & SYNFIN_FLAG_SELF) {
		m->peer->fin_end = m->own->fin_end;
		m->peer->flags |= SYNFIN_END_FIN;
	}
	synfin_closed_by(conn);
	synfin_was_acked(m);
}

/* An ACK of the SYN-ACK, when the server has closed already: it opens what closes. */
static void acknowledge(struct synfin_move *m)
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

	synfin_count_fin(m);
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

	acknowledge(m);
	synfin_fin_sent(m);
	if (synfin_was_acked(m) && m->own->flags & SYNFIN_END_AHEAD)
		synfin_was_first(m);
	else
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
	synfin_count_fin(m);
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

/* Of a server that spoke before its SYN-ACK was shown: the client waits for it still. */
static bool is_awaited_still(const struct synfin_move *m)
{
	return m->conn->state == SYNFIN_STATE_OPEN && m->peer->syns &&
	       m->from == SYNFIN_FROM_SERVER && !m->own->syn_acks &&
	       synfin_acks_syn(m) &&
	       !(m->own->flags & (SYNFIN_END_ISN | SYNFIN_END_UNA));
}

/*
 * A proxy has answered for the server (SYNPROXY), and has asked the server when the
 * client had proved itself. Hooks see what the server says with its own numbers, what
 * the client says with those of the proxy.
 */
static bool is_proxied(const struct synfin_move *m)
{
	return m->conn->blind_ns && m->from == SYNFIN_FROM_SERVER &&
	       m->conn->state == SYNFIN_STATE_OPEN &&
	       (m->conn->flags & SYNFIN_FLAG_ASKED_AGAIN) &&
	       m->seg->ack == m->peer->isn + 1 && m->seg->seq != m->own->isn;
}

static void translate(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	conn->shift += m->seg->seq - m->own->isn;
	conn->flags |= SYNFIN_FLAG_SHIFTED;
	synfin_set_isn(m->own, m->seg->seq, 0);
	m->own->una = m->own->nxt;
	synfin_repeat_syn_ack(m);
}

/* The number of an end that was first seen later: is it the one that its SYN has? */
static bool is_own_isn(const struct synfin_move *m)
{
	return (m->own->flags & (SYNFIN_END_ISN | SYNFIN_END_NXT)) &&
	       m->seg->seq == m->own->isn;
}

static unsigned int late_syn_ack(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (is_awaited_still(m))
		return SYNFIN_STATE_SYN | SYNFIN_AS;
	if (is_proxied(m)) {
		translate(m);
		return conn->state;
	}
	/* What its acknowledgment tells, if it was the first to be missed. */
	if (is_own_isn(m) && !(m->peer->flags & SYNFIN_END_ISN) &&
	    synfin_within(m->peer->isn, m->seg->ack - 1, SYNFIN_GAP_MAX)) {
		m->peer->isn = m->seg->ack - 1;
		m->peer->flags |= SYNFIN_END_ISN;
	}
	if (!synfin_acks_syn(m) || !is_own_isn(m)) {
		synfin_pass(m, SYNFIN_CNT_bad_ack);
		return conn->state;
	}
	if (!m->own->syn_acks) {
		if (m->peer->syns == 1 && conn->state == SYNFIN_STATE_OPEN)
			conn->server_rtt_ns = synfin_elapsed(m->now, conn->first_ns);
		if (conn->opening == SYNFIN_OPEN_MIDSTREAM)
			conn->opening = SYNFIN_OPEN_ESTABLISHED;
	}
	m->own->flags |= SYNFIN_END_ISN;
	synfin_repeat_syn_ack(m);
	return conn->state;
}

/* A SYN is answered with a challenge ACK, and it goes on (RFC 5961, 4). */
static unsigned int late_syn(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (synfin_was_answered(m->own, m->seg))
		m->own->isn = m->seg->seq;
	if (!is_own_isn(m)) {
		synfin_pass(m, SYNFIN_CNT_forged_syn);
		return conn->state;
	}
	if (m->own->syns && conn->state == SYNFIN_STATE_OPEN &&
	    conn->opening == SYNFIN_OPEN_ESTABLISHED)
		conn->flags |= SYNFIN_FLAG_ASKED_AGAIN;
	synfin_repeat_syn(m);
	if (m->own->syns == 1 && m->peer->syn_acks && conn->ack_count &&
	    conn->opening == SYNFIN_OPEN_MIDSTREAM)
		conn->opening = SYNFIN_OPEN_ESTABLISHED;
	return conn->state;
}

static unsigned int reset(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	/* The server had closed before the client's ACK came: it is still to open. */
	if (conn->opening != SYNFIN_OPEN_UNACKNOWLEDGED)
		return synfin_reset(m);
	if (!synfin_may_follow_syn(m)) {
		synfin_pass(m, SYNFIN_CNT_forged_rst);
		return conn->state;
	}
	synfin_rst_add(m);
	return synfin_fail(m, m->from == SYNFIN_FROM_CLIENT ? SYNFIN_OPEN_ABORTED :
							      SYNFIN_OPEN_REFUSED);
}

/* What is answered alike whether it is open or closing. */
static unsigned int control(struct synfin_move *m)
{
	switch (m->seg->kind) {
	case SYNFIN_KIND_RST:
		return reset(m);
	case SYNFIN_KIND_SYN:
		return late_syn(m);
	case SYNFIN_KIND_SYN_ACK:
		return late_syn_ack(m);
	default:
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		return m->conn->state;
	}
}

/* Whether it has room for more, now that data of the other end came. */
static void note_room(struct synfin_move *m)
{
	if (m->seg->window)
		m->own->flags &= ~SYNFIN_END_SHUT;
	else if (m->peer->flags & SYNFIN_END_DATA)
		m->own->flags |= SYNFIN_END_SHUT;
}

/**
 * synfin_state_open() - nothing is waited for
 * @m: the move
 *
 * A FIN or a RST begins the end.
 *
 * Return: the next state.
 */
unsigned int synfin_state_open(struct synfin_move *m)
{
	if (m->conn->flags & SYNFIN_FLAG_JUMP) {
		synfin_recall_fin(m);
		if (m->conn->state != SYNFIN_STATE_OPEN)
			return m->conn->state | SYNFIN_AS;
	}
	switch (m->seg->kind) {
	case SYNFIN_KIND_FIN:
		if (synfin_fin_fits(m)) {
			synfin_first_fin(m);
			return synfin_close_state(m->conn);
		}
		synfin_forged_fin(m);
		return SYNFIN_STATE_OPEN;
	case SYNFIN_KIND_PLAIN:
		note_room(m);
		synfin_track(m);
		synfin_pass(m, SYNFIN_CNT_not_awaited);
		return SYNFIN_STATE_OPEN;
	default:
		return control(m);
	}
}

/**
 * synfin_state_closing() - one end has said that it is done, or both have
 * @m: the move
 *
 * Half closed, the other end may still send for as long as it likes.
 *
 * Return: the next state.
 */
unsigned int synfin_state_closing(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (m->seg->kind != SYNFIN_KIND_PLAIN && m->seg->kind != SYNFIN_KIND_FIN)
		return control(m);
	if (conn->flags & SYNFIN_FLAG_JUMP)
		synfin_recall_fin(m);
	if (synfin_refute_fins(m))
		return synfin_close_state(conn) != SYNFIN_STATE_OPEN ?
		       synfin_close_state(conn) | SYNFIN_AS :
		       conn->opening == SYNFIN_OPEN_UNACKNOWLEDGED ?
		       SYNFIN_STATE_SYN_ACK | SYNFIN_AS : SYNFIN_STATE_OPEN | SYNFIN_AS;
	if (m->seg->kind == SYNFIN_KIND_PLAIN) {
		acknowledge(m);
		if (synfin_acks_fin(m) && (!(m->peer->flags & SYNFIN_END_FIN_ACKED) ||
					   conn->flags & SYNFIN_FLAG_AWAITS)) {
			synfin_ack_of_fin(m);
		} else {
			synfin_track(m);
			synfin_pass(m, SYNFIN_CNT_not_awaited);
		}
	} else if (m->own->flags & SYNFIN_END_FIN) {
		synfin_repeat_fin(m);
	} else if (synfin_fin_fits(m)) {
		synfin_second_fin(m);
	} else {
		synfin_forged_fin(m);
	}
	return synfin_close_state(conn);
}
