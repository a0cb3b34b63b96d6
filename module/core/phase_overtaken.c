// SPDX-License-Identifier: GPL-2.0
/*
 * A FIN that is shown after its ACK, as clocks of several interfaces make it: the first one
 * that is shown may have been the second, and acknowledge the other.
 *
 * Only where all is shown: hooks see a FIN before its ACK. Pure; see phase.h.
 */
#include "core/phase_move.h"

/* What the first FIN that is shown says of the other one. */
static __u16 ahead(const struct synfin_move *m)
{
	const struct synfin_jump *jump = &m->conn->jump;
	const struct synfin_end *peer = m->peer;
	__u32 ack = m->seg->ack;
	bool again = peer->flags & SYNFIN_END_ONE_MORE && ack == peer->una;

	if (!synfin_shows_all(m->seg) || m->seg->verdict == SYNFIN_VERDICT_TRUE ||
	    !(peer->flags & SYNFIN_END_NXT) ||
	    !(again || synfin_after(ack, peer->nxt)))
		return 0;
	again |= m->conn->flags & SYNFIN_FLAG_JUMP && jump->from == m->from &&
		 !jump->fin && jump->ack == ack;
	return again ? SYNFIN_END_AHEAD | SYNFIN_END_AHEAD_ACK : SYNFIN_END_AHEAD;
}

/**
 * synfin_note_ahead() - the first FIN passes: may there have been another one?
 * @m: the move, not yet made
 */
void synfin_note_ahead(struct synfin_move *m)
{
	m->peer->flags &= ~(SYNFIN_END_AHEAD | SYNFIN_END_AHEAD_ACK);
	m->peer->flags |= ahead(m);
}

/**
 * synfin_note_acked() - a FIN passes: has its ACK been shown before it?
 * @m: the move, the FIN noted
 *
 * Return: true if it has; that is noted, too.
 */
bool synfin_note_acked(struct synfin_move *m)
{
	const struct synfin_jump *jump = &m->conn->jump;
	struct synfin_end *own = m->own;

	if (!synfin_shows_all(m->seg) || m->conn->flags & SYNFIN_FLAG_SELF ||
	    ~own->flags & (SYNFIN_END_ISN | SYNFIN_END_UNA))
		return false;
	if (own->una != own->fin_end &&
	    !(m->conn->flags & SYNFIN_FLAG_JUMP && jump->from != m->from &&
	      jump->ack == own->fin_end))
		return false;
	own->una = own->fin_end;
	own->flags |= SYNFIN_END_FIN_ACKED;
	own->flags &= ~SYNFIN_END_FIN_DOUBTED;
	return true;
}

/**
 * synfin_put_first() - the second FIN that is shown was acknowledged by the other one
 * @m: the move, the FIN noted
 */
void synfin_put_first(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	conn->first_fin = m->from;
	conn->close.fin2_ns = conn->close.fin_ns;
	conn->close.fin_ns = m->now;
	conn->close.ack_ns = 0;
	conn->closed_by = synfin_by(m->from);
	conn->closing = m->own->flags & SYNFIN_END_AHEAD_ACK ? SYNFIN_CLOSE_FOUR_WAY :
							       SYNFIN_CLOSE_THREE_WAY;
	if (synfin_acks_fin(m))
		m->peer->flags |= SYNFIN_END_FIN_ACKED;
	synfin_count_fin(m);
}
