// SPDX-License-Identifier: GPL-2.0
/*
 * The cells of an opening that fails: refused, aborted, unreachable (RFC 9293,
 * 3.10.7.3 and 3.10.7.4; RFC 1122, 4.2.3.9 for ICMP errors).
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"

/**
 * synfin_in_sequence() - may a segment follow its sender's SYN?
 * @m: the move
 *
 * From one number before what it sent last, its SYN, to one after.
 *
 * Return: true if it may.
 */
bool synfin_in_sequence(const struct synfin_move *m)
{
	return (m->own->flags & SYNFIN_END_ISN) &&
	       synfin_within(m->seg->seq, m->own->isn, 1 + synfin_syn_room(m->own));
}

/**
 * synfin_open_failed() - the opening has come to nothing
 * @m:		the move
 * @opening:	enum synfin_open
 */
void synfin_open_failed(struct synfin_move *m, __u8 opening)
{
	struct synfin_conn *conn = m->conn;

	conn->opening = opening;
	conn->closing = SYNFIN_CLOSE_NONE;
	conn->closed_by = SYNFIN_BY_NOBODY;
	/* Somebody else may have refused it: the server may answer still. */
	if (opening != SYNFIN_OPEN_ABORTED && conn->state == SYNFIN_STATE_SYN)
		synfin_doubt(conn, SYNFIN_FROM_CLIENT,
			     conn->end[SYNFIN_FROM_CLIENT].isn, conn->syn_ns);
	synfin_conn_end(conn, m->res);
}

static void failed_by_rst(struct synfin_move *m, __u8 opening)
{
	synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&m->conn->rst_count));
	synfin_reset_by(m);
	synfin_open_failed(m, opening);
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
	if (!synfin_in_sequence(m))
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
	if (synfin_in_sequence(m) ||
	    (m->conn->state != SYNFIN_STATE_SYN_ACK && synfin_acks_syn(m)))
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
	if (synfin_in_sequence(m))
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
	synfin_open_failed(m, SYNFIN_OPEN_UNREACHABLE);
}
