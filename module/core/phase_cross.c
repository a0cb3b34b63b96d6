// SPDX-License-Identifier: GPL-2.0
/*
 * Handler of a simultaneous open (RFC 9293, 3.5, figure 7): the SYNs crossed, and each
 * end acknowledges the other's.
 *
 * Pure; see phase.h.
 */
#include "core/phase_move.h"

/*
 * In a simultaneous open: both SYNs acknowledged, it is over. If it is @timely this tells
 * when.
 */
static unsigned int open_if_both_acked(struct synfin_move *m, bool timely)
{
	struct synfin_conn *conn = m->conn;

	m->peer->flags |= SYNFIN_END_SYN_ACKED;
	/* Connected to itself: one SYN-ACK is sent and received by the same. */
	if (conn->flags & SYNFIN_FLAG_SELF)
		m->own->flags |= SYNFIN_END_SYN_ACKED;
	if (!(m->own->flags & m->peer->flags & SYNFIN_END_SYN_ACKED))
		return SYNFIN_STATE_SYN_SYN;
	if (timely)
		conn->open_ns = m->now;
	m->res->opened = 1;
	conn->opening = SYNFIN_OPEN_SIMULTANEOUS;
	if (!((m->own->flags | m->peer->flags) & SYNFIN_END_FIN)) {
		conn->closing = SYNFIN_CLOSE_OPEN;
		conn->tries = (struct synfin_tries) {};
		return SYNFIN_STATE_OPEN;
	}
	synfin_closed_by(conn);
	return synfin_close_state(conn);
}

/* The FINs that followed a SYN which was not the server's are none of this connection. */
static void forget_fins(struct synfin_move *m)
{
	m->own->flags &= ~(SYNFIN_END_FIN | SYNFIN_END_FIN_DOUBTED);
	m->peer->flags &= ~(SYNFIN_END_FIN | SYNFIN_END_FIN_DOUBTED);
	m->own->fins = 0;
	m->peer->fins = 0;
	if (m->conn->fin_count)
		m->res->taken_back = 1;
	m->conn->fin_count = 0;
}

static unsigned int cross_syn_ack(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (!synfin_acks_syn(m)) {
		synfin_pass(m, SYNFIN_CNT_bad_ack);
		return SYNFIN_STATE_SYN_SYN;
	}
	if (m->seg->seq != m->own->isn) {
		/* The SYN that crossed was not the server's, unless it was acknowledged. */
		if (m->from == SYNFIN_FROM_SERVER && !(conn->flags & SYNFIN_FLAG_SELF) &&
		    !(m->own->flags & SYNFIN_END_SYN_ACKED)) {
			forget_fins(m);
			return SYNFIN_STATE_SYN | SYNFIN_AS;
		}
		synfin_pass(m, SYNFIN_CNT_bad_seq);
		return SYNFIN_STATE_SYN_SYN;
	}
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	conn->answer_ns = m->now;
	m->own->scale = m->seg->scale;
	return open_if_both_acked(m, true);
}

/* A bare ACK answers at once, data may carry it; later it was acknowledged before. */
static bool answers_at_once(const struct synfin_move *m)
{
	if (m->seg->kind == SYNFIN_KIND_FIN || m->seg->ack != m->peer->isn + 1)
		return false;
	if (!m->seg->len)
		return !synfin_asks_no_more(m->conn, m->now);
	return synfin_elapsed(m->now, m->conn->last_ns) <= SYNFIN_DELAYED_ACK_NS;
}

/* A FIN or an ACK; if its own SYN is not acknowledged yet, that is waited for first. */
static unsigned int cross_ack(struct synfin_move *m)
{
	bool fin = m->seg->kind == SYNFIN_KIND_FIN, timely = answers_at_once(m);
	struct synfin_conn *conn = m->conn;
	unsigned int next;

	if (!synfin_acks_syn(m) && !synfin_acks_fin(m)) {
		synfin_pass(m, fin ? SYNFIN_CNT_forged_fin : SYNFIN_CNT_bad_ack);
		return SYNFIN_STATE_SYN_SYN;
	}
	/* Each end has an ACK of its own; only one of them can come again here. */
	if (!(m->peer->flags & SYNFIN_END_SYN_ACKED))
		conn->ack_count = 0;
	synfin_step_add(m, SYNFIN_PHASE_ACK, synfin_count(&conn->ack_count));
	next = open_if_both_acked(m, timely);
	synfin_track(m);
	if (next == SYNFIN_STATE_OPEN && !fin)
		return next;
	if (next != SYNFIN_STATE_SYN_SYN)
		return next | SYNFIN_AS;
	if (!fin)
		return next;
	if (m->own->flags & SYNFIN_END_FIN)
		synfin_repeat_fin(m);
	else
		synfin_first_fin(m);
	conn->closing = SYNFIN_CLOSE_NONE;
	conn->closed_by = SYNFIN_BY_NOBODY;
	return SYNFIN_STATE_SYN_SYN;
}

/**
 * synfin_state_syn_syn() - both have asked (RFC 9293, figure 7)
 * @m: the move
 *
 * Each waits for the other to acknowledge.
 *
 * Return: the next state.
 */
unsigned int synfin_state_syn_syn(struct synfin_move *m)
{
	switch (m->seg->kind) {
	case SYNFIN_KIND_SYN_ACK:
		return cross_syn_ack(m);
	case SYNFIN_KIND_SYN:
		return synfin_syn_again(m);
	case SYNFIN_KIND_RST:
		return synfin_reset_opening(m);
	case SYNFIN_KIND_ICMP:
		return synfin_not_delivered(m);
	default:
		return cross_ack(m);
	}
}
