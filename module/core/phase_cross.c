// SPDX-License-Identifier: GPL-2.0
/*
 * The cells of a simultaneous open (RFC 9293, 3.5, figure 8): the SYNs crossed, and
 * each end acknowledges the other's.
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"

/**
 * synfin_cell_syn_cross() - a SYN from the server: a simultaneous open
 * @m: the move
 */
void synfin_cell_syn_cross(struct synfin_move *m)
{
	synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
	synfin_set_isn(m->own, m->seg->seq);
	m->own->nxt += m->seg->len;
	m->conn->state = SYNFIN_STATE_SYN_SYN;
	m->conn->opening = SYNFIN_OPEN_UNANSWERED;
	m->conn->closing = SYNFIN_CLOSE_NONE;
}

/* In a simultaneous open: this end acknowledges the other's SYN. */
static bool acks_crossed(struct synfin_move *m)
{
	if (!synfin_acks_syn(m)) {
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
	synfin_opened(m, SYNFIN_OPEN_SIMULTANEOUS);
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
	if (synfin_begins_next(m))
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
