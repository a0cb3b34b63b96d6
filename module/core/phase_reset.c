// SPDX-License-Identifier: GPL-2.0
/*
 * The cells of resets (RFC 9293, 3.10.7.4; RFC 5961), and what may take one back.
 *
 * Where a local socket tells whether a RST is acceptable, it is believed.
 * Elsewhere it is pending: traffic that goes on proves it forged, silence for
 * the linger time proves it true. Pure; see phase.c.
 */
#include "core/phase_cells.h"

/* Less than this may be explained by segments that overtook each other. */
#define SYNFIN_REORDER_NS	1000000000ULL

/**
 * synfin_proves_alive() - does a segment show that a pending RST was forged?
 * @m: the move, not yet made
 *
 * The sender of a true RST sends nothing afterwards, its receiver nothing but what
 * was under way, and nobody acknowledges more than the RST's own number.
 *
 * Return: true if it does.
 */
bool synfin_proves_alive(const struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;
	const struct synfin_segment *seg = m->seg;

	__u32 number = m->from == conn->reset_by ? synfin_segment_end(seg) :
						   seg->ack;
	__u32 span = synfin_shows_all(seg) ? synfin_reach(m) : SYNFIN_WINDOW_MAX;
	__u32 last = conn->rst_seq;

	/* A closed socket answers late data: its RST may lie behind its FIN. */
	if (m->from != conn->reset_by && (m->peer->flags & SYNFIN_END_FIN) &&
	    synfin_after(m->peer->fin_end, last))
		last = m->peer->fin_end;
	if ((seg->kind != SYNFIN_KIND_PLAIN && seg->kind != SYNFIN_KIND_FIN) ||
	    !synfin_has_ack(seg) || seg->belief == SYNFIN_BELIEF_FORGED)
		return false;
	if (synfin_within(number, last + 1, span))
		return true;
	return synfin_since(m->now, conn->last_ns) > SYNFIN_REORDER_NS &&
	       synfin_within(number, last - SYNFIN_WINDOW_MAX,
			     SYNFIN_WINDOW_MAX);
}

/**
 * synfin_reset_by() - remember a RST
 * @m: the move
 */
void synfin_reset_by(struct synfin_move *m)
{
	m->conn->reset_by = m->from;
	m->conn->rst_seq = m->seg->seq;
	m->conn->flags &= ~SYNFIN_FLAG_OTHER_Y;
}

static void open_midstream(struct synfin_move *m)
{
	m->conn->state = SYNFIN_STATE_OPEN;
	m->conn->opening = SYNFIN_OPEN_MIDSTREAM;
	m->conn->closing = SYNFIN_CLOSE_OPEN;
}

/**
 * synfin_cell_first_rst() - a RST of a connection that is older than its tracker
 * @m: the move
 */
void synfin_cell_first_rst(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&conn->rst_count));
	open_midstream(m);
	synfin_finish_with(m, SYNFIN_CLOSE_RESET,
			   m->from == SYNFIN_FROM_CLIENT ? SYNFIN_BY_CLIENT :
							   SYNFIN_BY_SERVER);
}

static bool is_true(const struct synfin_segment *seg)
{
	return seg->belief == SYNFIN_BELIEF_TRUE ||
	       seg->belief == SYNFIN_BELIEF_GONE;
}

/* RFC 9293, 3.10.7.4: a RST must be inside of the receiver's window. */
static bool rst_fits(const struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;
	const struct synfin_end *own = m->own;
	__u32 seq = m->seg->seq;

	if (m->seg->belief == SYNFIN_BELIEF_FORGED)
		return false;
	if (is_true(m->seg))
		return true;
	/*
	 * A closed socket answers late data with the number that it acknowledged:
	 * never beyond its FIN, or beyond the RST that it sent first.
	 */
	if (conn->rst_count && m->from == conn->reset_by &&
	    synfin_within(seq, conn->rst_seq - SYNFIN_WINDOW_MAX,
			  SYNFIN_WINDOW_MAX))
		return true;
	if (own->flags & SYNFIN_END_FIN)
		return synfin_within(seq, own->fin_end - SYNFIN_WINDOW_MAX,
				     SYNFIN_WINDOW_MAX);
	/* Right after its own data, whatever is said to be acknowledged. */
	if ((own->flags & SYNFIN_END_NXT) && seq == own->nxt)
		return true;
	if ((own->flags & SYNFIN_END_UNA) && own->una - seq != 1 &&
	    !synfin_is_ahead(m, own, seq))
		return false;
	return !synfin_shows_all(m->seg) || !(own->flags & SYNFIN_END_NXT) ||
	       !synfin_after(seq, own->nxt + SYNFIN_GAP_MAX);
}

/**
 * synfin_cell_reset() - a RST on an open or closing connection
 * @m: the move
 */
void synfin_cell_reset(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (synfin_reset_unopened(m))
		return;
	if (!rst_fits(m)) {
		synfin_pass(m, SYNFIN_CNT_forged_rst);
		return;
	}
	synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&conn->rst_count));
	if (is_true(m->seg)) {
		synfin_reset_by(m);
		synfin_finish_with(m, SYNFIN_CLOSE_RESET,
				   m->from == SYNFIN_FROM_CLIENT ?
				   SYNFIN_BY_CLIENT : SYNFIN_BY_SERVER);
		return;
	}
	if (conn->flags & SYNFIN_FLAG_PENDING)
		return;
	conn->flags |= SYNFIN_FLAG_PENDING;
	synfin_reset_by(m);
}

/**
 * synfin_cell_rst_late() - a RST when the connection has ended
 * @m: the move
 */
void synfin_cell_rst_late(struct synfin_move *m)
{
	/* It may have closed before the socket was found to have gone. */
	if (!rst_fits(m) || m->seg->belief == SYNFIN_BELIEF_GONE) {
		synfin_pass(m, SYNFIN_CNT_forged_rst);
		return;
	}
	synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&m->conn->rst_count));
}
