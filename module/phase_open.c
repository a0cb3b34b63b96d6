// SPDX-License-Identifier: GPL-2.0
/*
 * The handshake's cells (RFC 9293, 3.5; RFC 7413 for data in the SYN).
 *
 * A phase advances only if the numbers agree; x is the client's initial sequence
 * number, y the server's. Pure; see phase.c.
 */
#include "phase_cells.h"

static void set_isn(struct synfin_end *end, __u32 isn)
{
	end->isn = isn;
	end->una = isn;
	end->nxt = isn + 1;
	end->flags |= SYNFIN_END_ISN | SYNFIN_END_NXT | SYNFIN_END_UNA;
}

/* How much of what follows the SYN may be acknowledged with it: its data. */
static __u32 syn_room(const struct synfin_end *end)
{
	return end->nxt - (end->isn + 1);
}

static bool acks_syn(const struct synfin_move *m)
{
	return synfin_has_ack(m->seg) && (m->peer->flags & SYNFIN_END_ISN) &&
	       synfin_within(m->seg->ack, m->peer->isn + 1, syn_room(m->peer));
}

static void opened(struct synfin_move *m, __u8 opening)
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
	set_isn(m->own, m->seg->seq);
	m->own->nxt += m->seg->len;
	conn->syn_ns = m->now;
	conn->state = SYNFIN_STATE_SYN;
	conn->opening = SYNFIN_OPEN_UNANSWERED;
	if (m->seg->len)
		conn->flags |= SYNFIN_FLAG_SYN_DATA | SYNFIN_FLAG_DATA;
	if (conn->flags & SYNFIN_FLAG_SELF) {
		set_isn(m->peer, m->seg->seq);
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
	set_isn(m->own, m->seg->seq);
	m->own->nxt += m->seg->len;
	set_isn(m->peer, m->seg->ack - 1);
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
	opened(m, SYNFIN_OPEN_MIDSTREAM);
	m->conn->last_ns = m->now;
	synfin_cell_data(m);
}

/* A SYN that is shown after its SYN-ACK; its time may still tell the order. */
static void overtaken(struct synfin_move *m)
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
			overtaken(m);
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

/**
 * synfin_cell_syn_cross() - a SYN from the server: a simultaneous open
 * @m: the move
 */
void synfin_cell_syn_cross(struct synfin_move *m)
{
	synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
	set_isn(m->own, m->seg->seq);
	m->own->nxt += m->seg->len;
	m->conn->state = SYNFIN_STATE_SYN_SYN;
	m->conn->opening = SYNFIN_OPEN_UNANSWERED;
	m->conn->closing = SYNFIN_CLOSE_NONE;
}

/* The SYN of an opening whose later segments were captured before it. */
static void syn_at_last(struct synfin_move *m)
{
	synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
	if (m->conn->state == SYNFIN_STATE_OPEN &&
	    m->conn->opening == SYNFIN_OPEN_ESTABLISHED)
		m->conn->flags |= SYNFIN_FLAG_ASKED_AGAIN;
	/* It may still be answered. */
	if (m->conn->state == SYNFIN_STATE_OPEN && !m->peer->syn_acks)
		m->conn->syn_ns = m->now;
	if (m->own->syns == 1 && m->peer->syn_acks && m->conn->ack_count &&
	    m->conn->opening == SYNFIN_OPEN_MIDSTREAM)
		m->conn->opening = SYNFIN_OPEN_ESTABLISHED;
}

/* Keep a SYN in mind that begins the next connection if it is answered. */
static void doubt(struct synfin_conn *conn, __u32 from, __u32 isn, __u64 now)
{
	conn->next_isn = isn;
	conn->next_ns = now;
	conn->flags |= SYNFIN_FLAG_NEXT;
	conn->flags &= ~SYNFIN_FLAG_NEXT_SERVER;
	if (from == SYNFIN_FROM_SERVER)
		conn->flags |= SYNFIN_FLAG_NEXT_SERVER;
}

/**
 * synfin_cell_syn_inside() - a SYN inside a connection that is under way
 * @m: the move
 *
 * The receiver answers it with a challenge ACK and goes on (RFC 5961, 4). If it
 * has forgotten the connection it answers with a SYN-ACK: so keep the number.
 */
void synfin_cell_syn_inside(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if ((m->own->flags & SYNFIN_END_ISN) && m->seg->seq == m->own->isn) {
		syn_at_last(m);
		return;
	}
	if (conn->flags & SYNFIN_FLAG_PENDING) {
		/* It was reset indeed, and its end is reused. */
		synfin_reset_believed(conn, m->res);
		m->res->again = 1;
		return;
	}
	doubt(conn, m->from, m->seg->seq, m->now);
	synfin_pass(m, SYNFIN_CNT_forged_syn);
}

static void answered(struct synfin_move *m, __u16 count)
{
	struct synfin_conn *conn = m->conn;

	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, count);
	set_isn(m->own, m->seg->seq);
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

	if (!acks_syn(m)) {
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

/* A SYN-ACK that shows that a doubted SYN was the next connection's. */
static bool begins_next(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	__u8 from = conn->flags & SYNFIN_FLAG_NEXT_SERVER ? SYNFIN_FROM_SERVER :
							    SYNFIN_FROM_CLIENT;

	if (!synfin_acks_next(conn, m->seg) || m->from == from)
		return false;
	if (conn->state != SYNFIN_STATE_DONE)
		synfin_conn_end(conn, m->res);
	m->res->again = 1;
	return true;
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

	if (begins_next(m))
		return;
	if (!acks_syn(m)) {
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
 * Of a connection that was judged by data from the server, which came before its
 * SYN-ACK: the client has acknowledged nothing, and waits for it still.
 */
static bool is_awaited_still(const struct synfin_move *m)
{
	return m->conn->state == SYNFIN_STATE_OPEN && m->peer->syns &&
	       m->from == SYNFIN_FROM_SERVER && !m->own->syn_acks &&
	       !(m->own->flags & (SYNFIN_END_ISN | SYNFIN_END_UNA));
}

/*
 * A proxy has answered for the server (SYNPROXY), and has asked the server when the
 * client had proved itself. Hooks see what the server says with its own numbers, what
 * the client says with those of the proxy; who captures on a wire sees one of them.
 */
static bool is_proxied(const struct synfin_move *m)
{
	return !synfin_shows_all(m->seg) && m->from == SYNFIN_FROM_SERVER &&
	       m->conn->state == SYNFIN_STATE_OPEN &&
	       (m->conn->flags & SYNFIN_FLAG_ASKED_AGAIN) &&
	       m->seg->ack == m->peer->isn + 1 && m->seg->seq != m->own->isn;
}

static void translate(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	conn->shift += m->seg->seq - m->own->isn;
	conn->flags |= SYNFIN_FLAG_SHIFTED;
	set_isn(m->own, m->seg->seq);
	m->own->una = m->own->nxt;
}

/**
 * synfin_cell_syn_ack_inside() - a SYN-ACK when the connection is open already
 * @m: the move
 */
void synfin_cell_syn_ack_inside(struct synfin_move *m)
{
	if (begins_next(m))
		return;
	if (is_awaited_still(m)) {
		synfin_cell_syn_ack(m);
		return;
	}
	if (is_proxied(m)) {
		translate(m);
		return;
	}
	if (!acks_syn(m) || m->seg->seq != m->own->isn) {
		synfin_pass(m, SYNFIN_CNT_bad_ack);
		return;
	}
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	/* Captured after the ACK that answered it. */
	if (m->own->syn_acks == 1 && m->peer->syns &&
	    m->conn->opening == SYNFIN_OPEN_MIDSTREAM) {
		if (m->conn->state == SYNFIN_STATE_OPEN)
			m->conn->server_rtt_ns = synfin_took(m->now,
							     m->conn->syn_ns);
		m->own->flags |= SYNFIN_END_ISN;
		m->conn->opening = SYNFIN_OPEN_ESTABLISHED;
	}
}

/* In a simultaneous open: this end acknowledges the other's SYN. */
static bool acks_crossed(struct synfin_move *m)
{
	if (!acks_syn(m)) {
		synfin_pass(m, m->seg->kind == SYNFIN_KIND_FIN ?
			    SYNFIN_CNT_forged_fin : SYNFIN_CNT_bad_ack);
		return false;
	}
	m->peer->flags |= SYNFIN_END_SYN_ACKED;
	/* Connected to itself: one SYN-ACK is sent and received by the same. */
	if (m->conn->flags & SYNFIN_FLAG_SELF)
		m->own->flags |= SYNFIN_END_SYN_ACKED;
	return true;
}

static void open_if_both_acked(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (!(m->own->flags & m->peer->flags & SYNFIN_END_SYN_ACKED))
		return;
	conn->handshake_ns = synfin_since(m->now, conn->first_ns);
	opened(m, SYNFIN_OPEN_SIMULTANEOUS);
	if ((m->own->flags | m->peer->flags) & SYNFIN_END_FIN)
		synfin_begin_close(conn);
}

/* It closes; if its own SYN is not acknowledged yet, that is waited for first. */
static void fin_cross(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	bool open = conn->state != SYNFIN_STATE_SYN_SYN;

	if (m->own->flags & SYNFIN_END_FIN)
		synfin_cell_fin_again(m);
	else if (conn->state == SYNFIN_STATE_FIN)
		synfin_cell_fin_2(m);
	else
		synfin_cell_fin_1(m);
	if (open)
		return;
	conn->state = SYNFIN_STATE_SYN_SYN;
	conn->closing = SYNFIN_CLOSE_NONE;
	conn->closed_by = SYNFIN_BY_NOBODY;
}

/**
 * synfin_cell_syn_ack_cross() - a SYN-ACK in a simultaneous open
 * @m: the move
 *
 * One with another y shows that the SYN that crossed was not the server's, unless
 * the client has acknowledged it.
 */
void synfin_cell_syn_ack_cross(struct synfin_move *m)
{
	if (begins_next(m))
		return;
	if (m->seg->seq != m->own->isn) {
		if (m->from == SYNFIN_FROM_SERVER &&
		    !(m->conn->flags & SYNFIN_FLAG_SELF) &&
		    !(m->own->flags & SYNFIN_END_SYN_ACKED))
			synfin_cell_syn_ack(m);
		else
			synfin_pass(m, SYNFIN_CNT_bad_seq);
		return;
	}
	if (!acks_crossed(m))
		return;
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	m->conn->answer_ns = m->now;
	open_if_both_acked(m);
}

/**
 * synfin_cell_ack_cross() - an ACK, data or a FIN in a simultaneous open
 * @m: the move
 */
void synfin_cell_ack_cross(struct synfin_move *m)
{
	bool fin = m->seg->kind == SYNFIN_KIND_FIN;

	/* Each end has an ACK of its own; only one of them can come again here. */
	if (!(m->peer->flags & SYNFIN_END_SYN_ACKED))
		m->conn->ack_count = 0;
	if (!acks_crossed(m))
		return;
	synfin_step_add(m, SYNFIN_PHASE_ACK, synfin_count(&m->conn->ack_count));
	open_if_both_acked(m);
	synfin_track(m);
	if (fin)
		fin_cross(m);
	else if (m->conn->state == SYNFIN_STATE_FIN)
		synfin_cell_ack_fin(m);
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
			     syn_room(m->peer) + gap(m)) &&
	       synfin_within(m->seg->seq, m->own->isn + 1,
			     syn_room(m->own) + SYNFIN_GAP_MAX);
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
	set_isn(m->peer, conn->rst_seq);
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
	opened(m, m->conn->opening);
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
	       m->from == SYNFIN_FROM_SERVER && acks_syn(m);
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
	__u32 span = fin ? m->reach : SYNFIN_GAP_MAX;

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
	opened(m, SYNFIN_OPEN_MIDSTREAM);
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

static void failed(struct synfin_move *m, __u8 opening)
{
	struct synfin_conn *conn = m->conn;

	conn->opening = opening;
	conn->closing = SYNFIN_CLOSE_NONE;
	conn->closed_by = SYNFIN_BY_NOBODY;
	/* Somebody else may have refused it: the server may answer still. */
	if (opening != SYNFIN_OPEN_ABORTED && conn->state == SYNFIN_STATE_SYN)
		doubt(conn, SYNFIN_FROM_CLIENT, conn->end[SYNFIN_FROM_CLIENT].isn,
		      conn->syn_ns);
	synfin_conn_end(conn, m->res);
}

static void failed_by_rst(struct synfin_move *m, __u8 opening)
{
	synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&m->conn->rst_count));
	synfin_reset_by(m);
	failed(m, opening);
}

/* One number before what it sent last, its SYN, to one after. */
static bool in_sequence(const struct synfin_move *m)
{
	return (m->own->flags & SYNFIN_END_ISN) &&
	       synfin_within(m->seg->seq, m->own->isn, 1 + syn_room(m->own));
}

/*
 * Of a capture that misses what was between the handshake and a RST: do both of its
 * numbers fit?
 */
static bool rst_beyond_gap(const struct synfin_move *m)
{
	return synfin_shows_all(m->seg) && m->conn->state == SYNFIN_STATE_SYN_ACK &&
	       synfin_has_ack(m->seg) &&
	       synfin_within(m->seg->ack, m->peer->isn + 1, SYNFIN_GAP_MAX) &&
	       synfin_within(m->seg->seq, m->own->isn + 2, SYNFIN_GAP_MAX);
}

/*
 * It was open, though the ACK was not seen: then a RST is one like any other. Until
 * it is believed nothing changes; the ACK may still come.
 */
static bool reset_unseen(struct synfin_move *m)
{
	if (!(m->conn->flags & SYNFIN_FLAG_PENDING) &&
	    !synfin_was_open(m->conn) && !rst_beyond_gap(m))
		return false;
	synfin_cell_reset(m);
	if (m->res->ended)
		m->conn->opening = SYNFIN_OPEN_MIDSTREAM;
	return true;
}

/**
 * synfin_reset_unopened() - a RST when the server has closed before the client's ACK
 * @m: the move
 *
 * Return: false if it is a connection's that has been open.
 */
bool synfin_reset_unopened(struct synfin_move *m)
{
	if (m->conn->opening != SYNFIN_OPEN_UNACKNOWLEDGED ||
	    m->conn->state == SYNFIN_STATE_SYN_ACK)
		return false;
	if (!in_sequence(m))
		synfin_pass(m, SYNFIN_CNT_forged_rst);
	else
		failed_by_rst(m, m->from == SYNFIN_FROM_CLIENT ?
			      SYNFIN_OPEN_ABORTED : SYNFIN_OPEN_REFUSED);
	return true;
}

/**
 * synfin_cell_refuse() - a RST from the server before the client's ACK
 * @m: the move
 *
 * It must acknowledge the SYN (RFC 9293, 3.10.7.3); after the server's own SYN-ACK
 * it must be in sequence.
 */
void synfin_cell_refuse(struct synfin_move *m)
{
	if (reset_unseen(m))
		return;
	if (in_sequence(m) ||
	    (m->conn->state != SYNFIN_STATE_SYN_ACK && acks_syn(m)))
		failed_by_rst(m, SYNFIN_OPEN_REFUSED);
	else
		synfin_pass(m, SYNFIN_CNT_forged_rst);
}

/**
 * synfin_cell_abort() - a RST from the client before its ACK
 * @m: the move
 */
void synfin_cell_abort(struct synfin_move *m)
{
	if (reset_unseen(m))
		return;
	if (in_sequence(m))
		failed_by_rst(m, SYNFIN_OPEN_ABORTED);
	else
		synfin_pass(m, SYNFIN_CNT_forged_rst);
}

/**
 * synfin_cell_unreachable() - an ICMP error quotes the SYN
 * @m: the move
 */
void synfin_cell_unreachable(struct synfin_move *m)
{
	if (m->seg->seq != m->own->isn) {
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		return;
	}
	m->from = SYNFIN_FROM_SERVER;
	synfin_step_add(m, SYNFIN_PHASE_RST, 1);
	failed(m, SYNFIN_OPEN_UNREACHABLE);
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
	if (conn->state != SYNFIN_STATE_SYN || !in_sequence(m)) {
		synfin_pass(m, SYNFIN_CNT_forged_fin);
		return;
	}
	m->own->fin_end = synfin_segment_end(m->seg);
	m->own->flags |= SYNFIN_END_FIN;
	conn->first_fin = m->from;
	synfin_count(&conn->fin_count);
	synfin_step_add(m, SYNFIN_PHASE_FIN_1, synfin_count(&m->own->fins));
	failed(m, SYNFIN_OPEN_ABORTED);
}

/**
 * synfin_cell_syn_late() - a SYN when the connection has ended
 * @m: the move
 *
 * From who had only answered, and in vain, it is no SYN that came late. Some systems
 * ask again with the same number when they are refused: if that is answered, it is
 * the next connection.
 */
void synfin_cell_syn_late(struct synfin_move *m)
{
	bool only_answered = m->own->syn_acks && !m->own->syns;

	if (!(m->own->flags & SYNFIN_END_ISN) || m->seg->seq != m->own->isn ||
	    only_answered) {
		m->res->again = 1;
		return;
	}
	syn_at_last(m);
	if (m->conn->closing == SYNFIN_CLOSE_NONE && !m->peer->syn_acks)
		doubt(m->conn, m->from, m->seg->seq, m->now);
}

/**
 * synfin_cell_syn_ack_late() - a SYN-ACK when the connection has ended
 * @m: the move
 *
 * Sent again, or too late; or the next one's, captured before its SYN.
 */
void synfin_cell_syn_ack_late(struct synfin_move *m)
{
	bool same_y = m->seg->seq == m->own->isn;
	bool same_x = m->seg->ack == m->peer->isn + 1 || (same_y && acks_syn(m));

	if (begins_next(m))
		return;
	if (synfin_shows_all(m->seg) && !same_x && !same_y) {
		m->res->again = 1;
		return;
	}
	if (!same_x) {
		synfin_pass(m, SYNFIN_CNT_late);
		return;
	}
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
}
