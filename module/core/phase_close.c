// SPDX-License-Identifier: GPL-2.0
/*
 * The close's cells (RFC 9293, 3.6), and what shows that a FIN was not its sender's.
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"

/**
 * synfin_cell_first_fin() - a FIN of a connection that is older than its tracker
 * @m: the move
 */
void synfin_cell_first_fin(struct synfin_move *m)
{
	synfin_cell_fin_1(m);
	if (m->res->nr)
		m->conn->opening = SYNFIN_OPEN_MIDSTREAM;
}

/**
 * synfin_cell_data() - a segment of which nothing is expected
 * @m: the move
 */
void synfin_cell_data(struct synfin_move *m)
{
	synfin_track(m);
	synfin_pass(m, SYNFIN_CNT_not_awaited);
}

/*
 * Was it this FIN that was acknowledged last? In a capture, if it is shown after its
 * ACK, perhaps with more of its sender between, or its sender was not seen before.
 */
static bool was_acked_unseen(const struct synfin_move *m, __u32 fin)
{
	const struct synfin_end *own = m->own;

	if (!synfin_shows_all(m->seg) || fin != own->una - 1)
		return false;
	return synfin_after(own->una, own->nxt) ||
	       (own->una == own->nxt && !(own->flags & SYNFIN_END_SHOWN)) ||
	       (!(own->flags & SYNFIN_END_ISN) && fin == own->isn);
}

/* Are a FIN's numbers such as its sender may have, as far as is known? */
static bool fin_numbers_fit(const struct synfin_move *m)
{
	const struct synfin_end *own = m->own;
	const struct synfin_end *peer = m->peer;
	__u32 fin = synfin_segment_end(m->seg) - 1;

	/* All before una was acknowledged as data: a FIN cannot be there. */
	if ((own->flags & SYNFIN_END_UNA) &&
	    !synfin_is_ahead(m, own, fin) && !was_acked_unseen(m, fin))
		return false;
	if ((peer->flags & SYNFIN_END_FIN) &&
	    synfin_after(m->seg->ack, peer->fin_end))
		return false;
	/* What it acknowledges was sent, and not long ago. */
	return !(peer->flags & SYNFIN_END_UNA) ||
	       synfin_is_ahead(m, peer, m->seg->ack) ||
	       synfin_within(peer->una, m->seg->ack, SYNFIN_WINDOW_MAX);
}

static inline bool fin_fits(const struct synfin_move *m)
{
	if (m->seg->belief == SYNFIN_BELIEF_FORGED || !synfin_has_ack(m->seg))
		return false;
	return m->seg->belief == SYNFIN_BELIEF_TRUE || fin_numbers_fit(m);
}

static void sent_fin(struct synfin_move *m)
{
	m->own->fin_end = synfin_segment_end(m->seg);
	m->own->flags |= SYNFIN_END_FIN;
	m->own->fins = 0;
	/* No byte was seen before the FIN, of which first the ACK was. */
	if (!(m->own->flags & SYNFIN_END_ISN) && m->own->fin_end == m->own->isn + 1)
		m->own->isn--;
	if (m->seg->wrapped & SYNFIN_WRAPPED_OWN)
		m->own->flags |= SYNFIN_END_WRAPPED;
	if (m->seg->wrapped & SYNFIN_WRAPPED_PEER)
		m->peer->flags |= SYNFIN_END_WRAPPED;
	synfin_track(m);
	/* Gigabytes may have passed unseen: it is believed, so are its numbers. */
	if (!synfin_within(m->peer->una, m->seg->ack, SYNFIN_WINDOW_MAX))
		m->peer->una = m->seg->ack;
}

static void count_fin(struct synfin_move *m, __u8 phase)
{
	synfin_count(&m->conn->fin_count);
	synfin_step_add(m, phase, synfin_count(&m->own->fins));
}

/* A socket connected to itself receives its own FIN. */
static void fin_to_self(struct synfin_move *m)
{
	m->peer->fin_end = m->own->fin_end;
	m->peer->flags |= SYNFIN_END_FIN;
	m->conn->state = SYNFIN_STATE_FIN_FIN;
	m->conn->closing = SYNFIN_CLOSE_SIMULTANEOUS;
	m->conn->closed_by = SYNFIN_BY_BOTH;
}

/**
 * synfin_begin_close() - one end has sent its FIN
 * @conn: the connection, open
 */
void synfin_begin_close(struct synfin_conn *conn)
{
	conn->closed_by = conn->first_fin == SYNFIN_FROM_CLIENT ?
			  SYNFIN_BY_CLIENT : SYNFIN_BY_SERVER;
	conn->closing = SYNFIN_CLOSE_HALF_CLOSED;
	conn->state = SYNFIN_STATE_FIN;
}

/**
 * synfin_cell_fin_1() - the first FIN
 * @m: the move
 */
void synfin_cell_fin_1(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (!fin_fits(m)) {
		synfin_pass(m, SYNFIN_CNT_forged_fin);
		return;
	}
	sent_fin(m);
	count_fin(m, SYNFIN_PHASE_FIN_1);
	conn->first_fin = m->from;
	synfin_begin_close(conn);
	conn->syn_ns = m->now;
	/* Of the SYN-ACK, if its ACK is still to come. */
	if (conn->opening != SYNFIN_OPEN_UNACKNOWLEDGED)
		conn->answer_ns = 0;
	if (conn->flags & SYNFIN_FLAG_SELF)
		fin_to_self(m);
}

static __u8 fin_phase(const struct synfin_move *m)
{
	return m->from == m->conn->first_fin ? SYNFIN_PHASE_FIN_1 :
					       SYNFIN_PHASE_FIN_2;
}

static bool acks_fin(const struct synfin_move *m)
{
	return synfin_has_ack(m->seg) && (m->peer->flags & SYNFIN_END_FIN) &&
	       m->seg->ack == m->peer->fin_end;
}

/* Right behind a FIN of its sender a RST is true, though an ACK is under way still. */
static bool reset_behind_fin(const struct synfin_conn *conn)
{
	const struct synfin_end *end = &conn->end[conn->reset_by];

	return (conn->flags & SYNFIN_FLAG_PENDING) &&
	       (end->flags & SYNFIN_END_FIN) && conn->rst_seq == end->fin_end;
}

/* The peer's FIN is acknowledged: where that leads. */
static void fin_acked(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	m->peer->flags |= SYNFIN_END_FIN_ACKED;
	if (conn->flags & SYNFIN_FLAG_SELF)
		m->own->flags |= SYNFIN_END_FIN_ACKED;
	if (!(m->own->flags & SYNFIN_END_FIN)) {
		conn->answer_ns = m->now;
		conn->state = SYNFIN_STATE_HALF;
	} else if (m->own->flags & SYNFIN_END_FIN_ACKED) {
		if (reset_behind_fin(conn)) {
			synfin_reset_believed(conn, m->res);
			return;
		}
		conn->syn_ns = synfin_since(m->now, conn->syn_ns);
		conn->flags |= SYNFIN_FLAG_CLOSED;
		/* It closed in spite of a RST: that was forged. */
		if (conn->flags & SYNFIN_FLAG_PENDING)
			m->res->taken_back = 1;
		synfin_conn_end(conn, m->res);
	} else {
		conn->state = SYNFIN_STATE_LAST;
	}
}

/**
 * synfin_cell_fin_again() - a FIN from an end that has sent one
 * @m: the move
 */
void synfin_cell_fin_again(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	__u8 phase = fin_phase(m);

	if (synfin_segment_end(m->seg) != m->own->fin_end ||
	    !synfin_has_ack(m->seg)) {
		/* Not where the first was. The one that is acknowledged is right. */
		if ((m->own->flags & SYNFIN_END_FIN_ACKED) || !fin_fits(m)) {
			synfin_pass(m, SYNFIN_CNT_forged_fin);
			return;
		}
		sent_fin(m);
		m->res->taken_back = 1;
	}
	count_fin(m, phase);
	if (m->own->flags & SYNFIN_END_FIN_ACKED)
		conn->flags |= SYNFIN_FLAG_AWAITS;
	if (acks_fin(m) && !(m->peer->flags & SYNFIN_END_FIN_ACKED))
		fin_acked(m);
}

/**
 * synfin_cell_fin_2() - the other end's FIN
 * @m: the move
 */
void synfin_cell_fin_2(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	bool acked = m->peer->flags & SYNFIN_END_FIN_ACKED;

	if (!fin_fits(m)) {
		synfin_pass(m, SYNFIN_CNT_forged_fin);
		return;
	}
	synfin_acknowledge(m);
	sent_fin(m);
	count_fin(m, SYNFIN_PHASE_FIN_2);
	if (acked) {
		conn->closing = SYNFIN_CLOSE_FOUR_WAY;
		conn->half_close_ns = synfin_since(m->now, conn->answer_ns);
		conn->state = SYNFIN_STATE_LAST;
	} else if (acks_fin(m)) {
		m->peer->flags |= SYNFIN_END_FIN_ACKED;
		conn->closing = SYNFIN_CLOSE_THREE_WAY;
		conn->state = SYNFIN_STATE_LAST;
	} else {
		conn->closing = SYNFIN_CLOSE_SIMULTANEOUS;
		conn->closed_by = SYNFIN_BY_BOTH;
		conn->state = SYNFIN_STATE_FIN_FIN;
	}
}

/* It went on after its FIN: that was not its own. */
static void take_back_fin(struct synfin_move *m, struct synfin_end *end)
{
	struct synfin_conn *conn = m->conn;
	bool open = conn->opening != SYNFIN_OPEN_UNACKNOWLEDGED;

	end->flags &= ~SYNFIN_END_FIN;
	conn->fin_count -= conn->fin_count < end->fins ? conn->fin_count :
							 end->fins;
	conn->state = open ? SYNFIN_STATE_OPEN : SYNFIN_STATE_SYN_ACK;
	conn->closing = open ? SYNFIN_CLOSE_OPEN : SYNFIN_CLOSE_NONE;
	conn->closed_by = SYNFIN_BY_NOBODY;
	m->res->taken_back = 1;
}

/**
 * synfin_cell_data_after_fin() - the closer goes on: was its FIN forged?
 * @m: the move
 */
void synfin_cell_data_after_fin(struct synfin_move *m)
{
	__u32 fin = m->own->fin_end - 1;

	/* Data in its place, or soon after it. */
	if (fin - m->seg->seq < m->seg->len ||
	    (m->seg->len && synfin_within(m->seg->seq, fin, SYNFIN_GAP_MAX)))
		take_back_fin(m, m->own);
	synfin_cell_data(m);
}

/**
 * synfin_cell_ack_fin() - perhaps the ACK of the peer's FIN
 * @m: the move
 */
void synfin_cell_ack_fin(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	bool again = m->peer->flags & SYNFIN_END_FIN_ACKED;
	__u8 phase = m->from == conn->first_fin ? SYNFIN_PHASE_ACK_2 :
						  SYNFIN_PHASE_ACK_1;

	synfin_acknowledge(m);
	/* More is acknowledged than the only FIN: there was more after it. */
	if (conn->state == SYNFIN_STATE_FIN && synfin_has_ack(m->seg) &&
	    synfin_within(m->seg->ack, m->peer->fin_end + 1, SYNFIN_GAP_MAX))
		take_back_fin(m, m->peer);
	if (!acks_fin(m) || (again && !(conn->flags & SYNFIN_FLAG_AWAITS))) {
		synfin_cell_data(m);
		return;
	}
	/* With itself for a peer, the one ACK stands for both. */
	if (conn->flags & SYNFIN_FLAG_SELF)
		phase = SYNFIN_PHASE_ACK_2;
	if (m->peer->fin_acks != 0xff)
		m->peer->fin_acks++;
	synfin_step_add(m, phase, m->peer->fin_acks);
	synfin_track(m);
	m->peer->una = m->seg->ack;
	conn->flags &= ~SYNFIN_FLAG_AWAITS;
	if (!again && conn->state != SYNFIN_STATE_DONE)
		fin_acked(m);
}

/**
 * synfin_cell_fin_late() - a FIN when the connection has ended
 * @m: the move
 */
void synfin_cell_fin_late(struct synfin_move *m)
{
	if (!(m->own->flags & SYNFIN_END_FIN) || !synfin_has_ack(m->seg) ||
	    synfin_segment_end(m->seg) != m->own->fin_end) {
		synfin_pass(m, SYNFIN_CNT_late);
		return;
	}
	count_fin(m, fin_phase(m));
	m->conn->flags |= SYNFIN_FLAG_AWAITS;
}

/**
 * synfin_cell_ack_late() - a plain segment when the connection has ended
 * @m: the move
 */
void synfin_cell_ack_late(struct synfin_move *m)
{
	if (m->conn->flags & SYNFIN_FLAG_AWAITS)
		synfin_cell_ack_fin(m);
	else
		synfin_pass(m, SYNFIN_CNT_late);
}
