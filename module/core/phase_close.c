// SPDX-License-Identifier: GPL-2.0
/*
 * Handlers of what is open, or closing (RFC 9293, 3.6 and 3.10.7.4). Pure; see phase.h.
 */
#include "core/phase_move.h"

/* So late clocks show what came before; what is sent again is later (RFC 6298, 2.1). */
#define SHOWN_LATE_NS	250000000ULL

/*
 * Is a SYN-ACK the first true word of the server? What seemed to be of it came before, and
 * nobody has acknowledged that; or the client has acknowledged what the server never said.
 */
static bool is_awaited_still(const struct synfin_move *m)
{
	const struct synfin_end *own = m->own;

	if (!m->peer->syns || m->from != SYNFIN_FROM_SERVER || own->syn_acks ||
	    !synfin_acks_syn(m))
		return false;
	if (own->flags & SYNFIN_END_SEEN)
		return !(own->flags & (SYNFIN_END_ISN | SYNFIN_END_UNA));
	return m->seg->seq != own->isn;
}

/* Then it begins anew: a FIN that came before, and was not of this server, is forgotten. */
static bool begin_anew(struct synfin_move *m)
{
	switch (m->conn->state) {
	case SYNFIN_STATE_OPEN:
		break;
	case SYNFIN_STATE_FIN:
		if (synfin_refute_fins(m))
			break;
		return false;
	default:
		return false;
	}
	synfin_await_answer(m);
	return true;
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

	if (is_awaited_still(m) && begin_anew(m))
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
		if (m->peer->syns == 1 && conn->state == SYNFIN_STATE_OPEN &&
		    synfin_elapsed(m->now, conn->last_ns) < SHOWN_LATE_NS)
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
		synfin_open_late(m);
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
