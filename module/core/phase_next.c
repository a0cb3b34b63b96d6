// SPDX-License-Identifier: GPL-2.0
/*
 * The cells of SYNs and SYN-ACKs when the handshake is over: sent again, captured out
 * of order, a proxy's, made up, or the next connection's on the same endpoints.
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"

/**
 * synfin_doubt() - keep a SYN in mind that begins the next connection if it is answered
 * @conn:	the connection
 * @from:	enum synfin_from, who sent the SYN
 * @isn:	its number
 * @now:	when it passed
 */
void synfin_doubt(struct synfin_conn *conn, __u32 from, __u32 isn, __u64 now)
{
	conn->next_isn = isn;
	conn->next_ns = now;
	conn->flags |= SYNFIN_FLAG_NEXT;
	conn->flags &= ~SYNFIN_FLAG_NEXT_SERVER;
	if (from == SYNFIN_FROM_SERVER)
		conn->flags |= SYNFIN_FLAG_NEXT_SERVER;
}

/**
 * synfin_begins_next() - does a SYN-ACK show that a doubted SYN was the next connection's?
 * @m: the move
 *
 * Return: true if it does; then this connection has made way.
 */
bool synfin_begins_next(struct synfin_move *m)
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

/* Its number; or, of a capture that began with what came after it, the likely one. */
static bool is_own_isn(const struct synfin_move *m)
{
	__u8 known = synfin_shows_all(m->seg) ? SYNFIN_END_ISN | SYNFIN_END_NXT :
						SYNFIN_END_ISN;

	return (m->own->flags & known) && m->seg->seq == m->own->isn;
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

	if (is_own_isn(m)) {
		m->own->flags |= SYNFIN_END_ISN;
		syn_at_last(m);
		return;
	}
	if (conn->flags & SYNFIN_FLAG_PENDING) {
		/* It was reset indeed, and its end is reused. */
		synfin_reset_believed(conn, m->res);
		m->res->again = 1;
		return;
	}
	synfin_doubt(conn, m->from, m->seg->seq, m->now);
	synfin_pass(m, SYNFIN_CNT_forged_syn);
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
	synfin_set_isn(m->own, m->seg->seq);
	m->own->una = m->own->nxt;
}

/* Of a capture that began with what came after it: the numbers that this tells. */
static void learn_numbers(struct synfin_move *m)
{
	struct synfin_end *client = m->peer;

	if (!synfin_shows_all(m->seg) || !is_own_isn(m) ||
	    m->conn->opening != SYNFIN_OPEN_MIDSTREAM ||
	    (client->flags & SYNFIN_END_ISN) ||
	    !synfin_within(client->isn, m->seg->ack - 1, SYNFIN_GAP_MAX))
		return;
	client->isn = m->seg->ack - 1;
	client->flags |= SYNFIN_END_ISN;
}

/*
 * Captured after the ACK that answered it. What the client acknowledges next stands for
 * that, which was not known for what it was.
 */
static void overtaken(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	m->own->flags |= SYNFIN_END_ISN;
	if (m->peer->syns)
		conn->opening = SYNFIN_OPEN_ESTABLISHED;
	if (conn->state != SYNFIN_STATE_OPEN)
		return;
	if (m->peer->syns)
		conn->server_rtt_ns = synfin_took(m->now, conn->syn_ns);
	conn->answer_ns = m->now;
	conn->flags |= SYNFIN_FLAG_OWES_ACK;
}

/**
 * synfin_cell_syn_ack_inside() - a SYN-ACK when the connection is open already
 * @m: the move
 */
void synfin_cell_syn_ack_inside(struct synfin_move *m)
{
	if (synfin_begins_next(m))
		return;
	if (is_awaited_still(m)) {
		synfin_cell_syn_ack(m);
		return;
	}
	if (is_proxied(m)) {
		translate(m);
		return;
	}
	learn_numbers(m);
	if (!synfin_acks_syn(m) || m->seg->seq != m->own->isn) {
		synfin_pass(m, SYNFIN_CNT_bad_ack);
		return;
	}
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	if (m->own->syn_acks == 1 &&
	    m->conn->opening == SYNFIN_OPEN_MIDSTREAM)
		overtaken(m);
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
		synfin_doubt(m->conn, m->from, m->seg->seq, m->now);
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
	bool same_x = m->seg->ack == m->peer->isn + 1 || (same_y && synfin_acks_syn(m));

	if (synfin_begins_next(m))
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
