// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake's cells (RFC 9293, 3.5; RFC 7413 for data in the SYN).
 *
 * A phase advances only if the numbers agree; x is the client's initial sequence
 * number, y the server's. Pure; see phase.c.
 */
#include "core/phase_cells.h"

/**
 * synfin_opened() - the handshake is over
 * @m:		the move
 * @opening:	enum synfin_open
 */
void synfin_opened(struct synfin_move *m, __u8 opening)
{
	m->conn->state = SYNFIN_STATE_OPEN;
	m->conn->opening = opening;
	m->conn->closing = SYNFIN_CLOSE_OPEN;
}

/**
 * synfin_cell_first_syn() - a SYN begins a connection
 * @m: the move
 */
void synfin_cell_first_syn(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
	synfin_set_isn(m->own, m->seg->seq);
	m->own->nxt += m->seg->len;
	conn->syn_ns = m->now;
	conn->state = SYNFIN_STATE_SYN;
	conn->opening = SYNFIN_OPEN_UNANSWERED;
	if (m->seg->len)
		conn->flags |= SYNFIN_FLAG_SYN_DATA | SYNFIN_FLAG_DATA;
	if (conn->flags & SYNFIN_FLAG_SELF) {
		synfin_set_isn(m->peer, m->seg->seq);
		conn->state = SYNFIN_STATE_SYN_SYN;
	}
}

/**
 * synfin_cell_first_syn_ack() - a SYN-ACK whose SYN was not seen, or not yet
 * @m: the move
 */
void synfin_cell_first_syn_ack(struct synfin_move *m)
{
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	synfin_set_isn(m->own, m->seg->seq);
	m->own->nxt += m->seg->len;
	synfin_set_isn(m->peer, m->seg->ack - 1);
	m->peer->una = m->seg->ack;
	m->conn->answer_ns = m->now;
	m->conn->state = SYNFIN_STATE_SYN_ACK;
	m->conn->opening = SYNFIN_OPEN_UNACKNOWLEDGED;
}

/**
 * synfin_cell_first_plain() - data or an ACK, seen first: it was open before
 * @m: the move
 */
void synfin_cell_first_plain(struct synfin_move *m)
{
	synfin_opened(m, SYNFIN_OPEN_MIDSTREAM);
	m->conn->last_ns = m->now;
	synfin_cell_data(m);
}

/* A SYN that is shown after its SYN-ACK; its time may still tell the order. */
static void syn_overtaken(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (m->now > conn->answer_ns)
		return;
	conn->syn_ns = m->now;
	conn->server_rtt_ns = conn->answer_ns - m->now;
	if (m->now < conn->first_ns)
		conn->first_ns = m->now;
}

/**
 * synfin_cell_syn_again() - a SYN from an end that has sent, or answered, one
 * @m: the move
 */
void synfin_cell_syn_again(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (m->seg->seq == m->own->isn) {
		synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
		if (conn->state != SYNFIN_STATE_SYN_ACK)
			conn->syn_ns = m->now;
		else if (m->own->syns == 1)
			syn_overtaken(m);
		if (m->seg->len) {
			conn->flags |= SYNFIN_FLAG_SYN_DATA | SYNFIN_FLAG_DATA;
			synfin_track(m);
		}
		return;
	}
	if (conn->state == SYNFIN_STATE_SYN) {
		/* The client has given up and tries again from the same port. */
		synfin_conn_end(conn, m->res);
		m->res->again = 1;
		return;
	}
	synfin_cell_syn_inside(m);
}

static void answered(struct synfin_move *m, __u16 count)
{
	struct synfin_conn *conn = m->conn;

	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, count);
	synfin_set_isn(m->own, m->seg->seq);
	m->own->nxt += m->seg->len;
	m->peer->una = m->seg->ack;
	m->peer->flags |= SYNFIN_END_SYN_ACKED;
	conn->answer_ns = m->now;
}

/* All that there was to say came with the SYN-ACK: a Fast Open's server may. */
static void closed_with_answer(struct synfin_move *m)
{
	if (!(m->seg->flags & SYNFIN_TCP_FIN))
		return;
	synfin_cell_fin_1(m);
	if (m->own->flags & SYNFIN_END_FIN)
		m->own->nxt = m->own->fin_end;
}

/**
 * synfin_cell_syn_ack() - the server answers the SYN
 * @m: the move
 *
 * It acknowledges x+1, or as much of the SYN's data as it took (RFC 7413, 4.2).
 */
void synfin_cell_syn_ack(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (!synfin_acks_syn(m)) {
		synfin_pass(m, SYNFIN_CNT_bad_ack);
		return;
	}
	answered(m, synfin_count(&m->own->syn_acks));
	conn->server_rtt_ns = synfin_took(m->now, conn->syn_ns);
	conn->state = SYNFIN_STATE_SYN_ACK;
	conn->opening = SYNFIN_OPEN_UNACKNOWLEDGED;
	conn->closing = SYNFIN_CLOSE_NONE;
	closed_with_answer(m);
}

/**
 * synfin_cell_syn_ack_again() - another SYN-ACK before the ACK
 * @m: the move
 *
 * Another y may be right too: with SYN cookies the server remembers none, and two
 * servers may answer to one address. The ACK tells which.
 */
void synfin_cell_syn_ack_again(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (synfin_begins_next(m))
		return;
	if (!synfin_acks_syn(m)) {
		synfin_pass(m, SYNFIN_CNT_bad_ack);
		return;
	}
	if (m->seg->seq != m->own->isn && !(conn->flags & SYNFIN_FLAG_PENDING)) {
		conn->rst_seq = m->own->isn;
		conn->flags |= SYNFIN_FLAG_OTHER_Y;
	}
	answered(m, synfin_count(&m->own->syn_acks));
	closed_with_answer(m);
}

/*
 * A capture may hold SYNs and FINs only: then a FIN acknowledges what was not seen.
 * An ACK or data that does is not believed; the next may be, once the other end was
 * seen to be there.
 */
static __u32 gap(const struct synfin_move *m)
{
	return synfin_shows_all(m->seg) && m->seg->kind == SYNFIN_KIND_FIN ? SYNFIN_GAP_MAX : 0;
}

/* ack=y+1, or what the server sent before it came (Fast Open) */
static bool acks_syn_ack(const struct synfin_move *m)
{
	return synfin_has_ack(m->seg) &&
	       synfin_within(m->seg->ack, m->peer->isn + 1,
			     synfin_syn_room(m->peer) + gap(m)) &&
	       synfin_within(m->seg->seq, m->own->isn + 1,
			     synfin_syn_room(m->own) + SYNFIN_GAP_MAX);
}

/* Likewise; of two that the server sent, the ACK says which it is. */
static bool acks_answer(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	struct synfin_end server;

	if (acks_syn_ack(m))
		return true;
	if (!(conn->flags & SYNFIN_FLAG_OTHER_Y))
		return false;
	server = *m->peer;
	synfin_set_isn(m->peer, conn->rst_seq);
	if (acks_syn_ack(m))
		return true;
	*m->peer = server;
	return false;
}

static void acknowledged(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	synfin_step_add(m, SYNFIN_PHASE_ACK, synfin_count(&conn->ack_count));
	m->peer->flags |= SYNFIN_END_SYN_ACKED;
	conn->client_rtt_ns = synfin_took(m->now, conn->answer_ns);
	if (conn->server_rtt_ns != SYNFIN_NS_NONE)
		conn->handshake_ns = synfin_since(m->now, conn->first_ns);
	conn->opening = m->own->syns ? SYNFIN_OPEN_ESTABLISHED :
				       SYNFIN_OPEN_MIDSTREAM;
}

static void establish(struct synfin_move *m)
{
	acknowledged(m);
	synfin_opened(m, m->conn->opening);
	synfin_track(m);
}

/**
 * synfin_acknowledge() - the client's segment, when the server has sent its FIN
 * @m: the move
 *
 * If the SYN-ACK is still unacknowledged, and this does it, it opens what has
 * begun to close.
 */
void synfin_acknowledge(struct synfin_move *m)
{
	if (m->conn->opening == SYNFIN_OPEN_UNACKNOWLEDGED &&
	    m->from == SYNFIN_FROM_CLIENT && acks_syn_ack(m))
		acknowledged(m);
}

/**
 * synfin_acknowledge_late() - a segment, when the SYN-ACK was captured after its ACK
 * @m: the move, not yet made
 */
void synfin_acknowledge_late(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (conn->state != SYNFIN_STATE_OPEN) {
		conn->flags &= ~SYNFIN_FLAG_OWES_ACK;
		return;
	}
	if (m->from != SYNFIN_FROM_CLIENT || !acks_syn_ack(m) ||
	    (m->seg->kind != SYNFIN_KIND_PLAIN && m->seg->kind != SYNFIN_KIND_FIN))
		return;
	conn->flags &= ~SYNFIN_FLAG_OWES_ACK;
	acknowledged(m);
}

/**
 * synfin_cell_ack() - the client acknowledges the SYN-ACK, with or without data
 * @m: the move
 */
void synfin_cell_ack(struct synfin_move *m)
{
	if (acks_answer(m))
		establish(m);
	else
		synfin_pass(m, SYNFIN_CNT_bad_ack);
}

/*
 * A SYN that is sent again is acknowledged again, without data: this may be shown
 * before the SYN-ACK, which is waited for.
 */
static bool overtakes_syn_ack(const struct synfin_move *m)
{
	return m->seg->kind == SYNFIN_KIND_PLAIN && !m->seg->len &&
	       m->from == SYNFIN_FROM_SERVER && synfin_acks_syn(m);
}

/**
 * synfin_cell_missed() - traffic that shows that a step of the opening was missed
 * @m: the move
 *
 * A capture with holes, or a host that sees one direction only.
 */
void synfin_cell_missed(struct synfin_move *m)
{
	bool fin = m->seg->kind == SYNFIN_KIND_FIN;
	__u32 span = fin ? synfin_reach(m) : SYNFIN_GAP_MAX;

	if (!synfin_has_ack(m->seg) ||
	    ((m->own->flags & SYNFIN_END_ISN) &&
	     !synfin_within(m->seg->seq, m->own->isn + 1, span)) ||
	    (m->from == SYNFIN_FROM_SERVER &&
	     !synfin_within(m->seg->ack, m->peer->isn + 1, span))) {
		synfin_pass(m, fin ? SYNFIN_CNT_forged_fin : SYNFIN_CNT_bad_ack);
		return;
	}
	if (!synfin_shows_all(m->seg) && !fin) {
		synfin_pass(m, SYNFIN_CNT_not_awaited);
		return;
	}
	synfin_opened(m, SYNFIN_OPEN_MIDSTREAM);
	if (overtakes_syn_ack(m)) {
		m->conn->state = SYNFIN_STATE_SYN;
		synfin_pass(m, SYNFIN_CNT_not_awaited);
		return;
	}
	if (fin)
		synfin_cell_fin_1(m);
	else
		synfin_cell_data(m);
}

/**
 * synfin_cell_fin_before_ack() - the server closes before the client's ACK
 * @m: the move
 *
 * After a Fast Open, or when that ACK was missed. It opens when it comes.
 */
void synfin_cell_fin_before_ack(struct synfin_move *m)
{
	if (!m->peer->syns)
		synfin_cell_missed(m);
	else if (acks_syn_ack(m))
		synfin_cell_fin_1(m);
	else
		synfin_pass(m, SYNFIN_CNT_forged_fin);
}

/**
 * synfin_cell_fin_early() - a FIN from the client before its ACK was seen
 * @m: the move
 *
 * If it carries that ACK the connection opens and begins to close with it. If it
 * follows a bare SYN, with nothing acknowledged, the client gives up.
 */
void synfin_cell_fin_early(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (conn->state == SYNFIN_STATE_SYN_ACK && acks_answer(m)) {
		establish(m);
		synfin_cell_fin_1(m);
		return;
	}
	if (conn->state == SYNFIN_STATE_SYN && synfin_has_ack(m->seg)) {
		synfin_cell_missed(m);
		return;
	}
	if (conn->state != SYNFIN_STATE_SYN || !synfin_in_sequence(m)) {
		synfin_pass(m, SYNFIN_CNT_forged_fin);
		return;
	}
	m->own->fin_end = synfin_segment_end(m->seg);
	m->own->flags |= SYNFIN_END_FIN;
	conn->first_fin = m->from;
	synfin_count(&conn->fin_count);
	synfin_step_add(m, SYNFIN_PHASE_FIN_1, synfin_count(&m->own->fins));
	synfin_open_failed(m, SYNFIN_OPEN_ABORTED);
}
