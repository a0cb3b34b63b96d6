// SPDX-License-Identifier: GPL-2.0
/*
 * Handlers of the states of an opening (RFC 9293, 3.5 and 3.10.7.2 to 3.10.7.4; RFC
 * 7413 for data in the SYN).
 *
 * x is the client's initial sequence number, y the server's. Pure; see phase.h.
 */
#include "core/phase_move.h"

/* All that there was to say came with the SYN-ACK: a Fast Open's server may. */
static unsigned int answered(struct synfin_move *m)
{
	if (!(m->seg->flags & SYNFIN_TCP_FIN))
		return SYNFIN_STATE_SYN_ACK;
	if (m->own->flags & SYNFIN_END_FIN)
		return m->conn->state;
	m->own->nxt = m->seg->seq + m->seg->len + 1;
	synfin_first_fin(m);
	return synfin_close_state(m->conn);
}

/**
 * synfin_state_none() - the first segment of all
 * @m: the move
 *
 * It decides who is the client.
 *
 * Return: the next state.
 */
unsigned int synfin_state_none(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	switch (m->seg->kind) {
	case SYNFIN_KIND_SYN:
		synfin_begin_tries(m);
		synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
		synfin_set_isn(m->own, m->seg->seq, m->seg->len);
		synfin_note_syn(m);
		if (!(conn->flags & SYNFIN_FLAG_SELF))
			return SYNFIN_STATE_SYN;
		synfin_set_isn(m->peer, m->seg->seq, 0);
		return SYNFIN_STATE_SYN_SYN;
	case SYNFIN_KIND_SYN_ACK:
		synfin_set_isn(m->peer, m->seg->ack - 1, 0);
		synfin_answer(m);
		m->peer->flags &= ~SYNFIN_END_SYN_ACKED;
		return SYNFIN_STATE_SYN_ACK;
	case SYNFIN_KIND_FIN:
		if (!synfin_fin_fits(m)) {
			synfin_pass(m, SYNFIN_CNT_forged_fin);
			return SYNFIN_STATE_NONE;
		}
		break;
	case SYNFIN_KIND_RST:
		if (!synfin_refuses_unseen(m->seg))
			break;
		synfin_set_isn(m->peer, m->seg->ack - 1, 0);
		return SYNFIN_STATE_SYN | SYNFIN_AS;
	case SYNFIN_KIND_ICMP:
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		return SYNFIN_STATE_NONE;
	}
	/* It was open before anybody looked. */
	synfin_opened(m, SYNFIN_OPEN_MIDSTREAM);
	conn->last_ns = m->now;
	if (m->seg->kind != SYNFIN_KIND_RST)
		return SYNFIN_STATE_OPEN | SYNFIN_AS;
	synfin_rst_add(m);
	conn->closing = SYNFIN_CLOSE_RESET;
	conn->closed_by = synfin_by(m->from);
	return SYNFIN_STATE_DONE;
}

/* How far behind its sender's SYN may a segment be that shows that an answer was missed? */
static __u32 missed_span(const struct synfin_move *m)
{
	bool only_ends = m->seg->kind != SYNFIN_KIND_PLAIN &&
			 !(m->conn->flags & SYNFIN_FLAG_PLAIN) &&
			 synfin_shows_all(m->seg);

	return only_ends ? synfin_unseen(m) : 0xffff;
}

/*
 * The SYN-ACK was missed, or takes another way: the client's ACK proves it, or what
 * the server says behind it.
 */
static unsigned int missed_answer(struct synfin_move *m)
{
	bool client = m->from == SYNFIN_FROM_CLIENT;
	bool plain = m->seg->kind == SYNFIN_KIND_PLAIN;
	struct synfin_conn *conn = m->conn;
	__u32 span = missed_span(m);

	if (!synfin_has_ack(m->seg) || m->seg->verdict == SYNFIN_VERDICT_FORGED ||
	    !(client ? synfin_within(m->seg->seq, m->own->isn + 1, span) :
		       synfin_within(m->seg->ack, m->peer->isn + 1, span))) {
		synfin_pass(m, plain ? SYNFIN_CNT_bad_ack : SYNFIN_CNT_forged_fin);
		return conn->state;
	}
	/*
	 * A SYN that is sent again is acknowledged again, without data: this may be shown
	 * before the SYN-ACK, which is waited for.
	 */
	if (!client && plain && !m->seg->len && synfin_acks_syn(m)) {
		m->peer->flags |= SYNFIN_END_SYN_ACKED;
		synfin_pass(m, SYNFIN_CNT_not_awaited);
		return conn->state;
	}
	if (conn->suspect.what == SYNFIN_SUSPECT_FAILED)
		synfin_clear(m);
	if (client && plain && m->seg->seq == m->own->nxt && !m->seg->len) {
		/* Long after its SYN it is a later ACK, or that would have come again. */
		if (!synfin_asks_no_more(conn, m->now))
			conn->open_ns = m->now;
		synfin_set_isn(m->peer, m->seg->ack - 1, 0);
		m->peer->una = m->seg->ack;
	}
	if (client)
		synfin_step_add(m, SYNFIN_PHASE_ACK, synfin_count(&conn->ack_count));
	else if (plain && synfin_after(m->seg->ack, m->peer->nxt))
		m->peer->nxt = m->seg->ack;
	synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
	return SYNFIN_STATE_OPEN | SYNFIN_AS;
}

/* A FIN that closes nothing, as nothing has opened yet. */
static void add_early_fin(struct synfin_move *m)
{
	synfin_count(&m->conn->fin_count);
	synfin_step_add(m, SYNFIN_PHASE_FIN_1, synfin_count(&m->own->fins));
}

static unsigned int client_gives_up(struct synfin_move *m)
{
	m->own->fin_end = synfin_segment_end(m->seg);
	add_early_fin(m);
	return synfin_fail(m, SYNFIN_OPEN_ABORTED);
}

/**
 * synfin_reset_opening() - a RST before the handshake is over
 * @m: the move
 *
 * Refused, aborted, or it was open all the same.
 *
 * Return: the next state.
 */
unsigned int synfin_reset_opening(struct synfin_move *m)
{
	bool client = m->from == SYNFIN_FROM_CLIENT;
	struct synfin_conn *conn = m->conn;

	if (m->seg->verdict != SYNFIN_VERDICT_FORGED &&
	    (synfin_shows_open(m) || (conn->suspect.what == SYNFIN_SUSPECT_RST &&
				      (synfin_rst_is_exact(m) || synfin_may_follow_syn(m))))) {
		synfin_rst_add(m);
		synfin_suspect_rst(m, SYNFIN_OPEN_ESTABLISHED);
		return conn->state;
	}
	if (m->seg->verdict == SYNFIN_VERDICT_FORGED ||
	    !(synfin_may_follow_syn(m) ||
	      (!client && conn->state != SYNFIN_STATE_SYN_ACK && synfin_acks_syn(m)))) {
		synfin_pass(m, SYNFIN_CNT_forged_rst);
		return conn->state;
	}
	synfin_rst_add(m);
	return synfin_fail(m, client ? SYNFIN_OPEN_ABORTED : SYNFIN_OPEN_REFUSED);
}

/**
 * synfin_not_delivered() - an ICMP error quotes a SYN
 * @m: the move
 *
 * Return: the next state.
 */
unsigned int synfin_not_delivered(struct synfin_move *m)
{
	if (!synfin_phase_fails(m->conn, m->seg)) {
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		return m->conn->state;
	}
	m->from = SYNFIN_FROM_SERVER;
	synfin_step_add(m, SYNFIN_PHASE_RST, 1);
	return synfin_fail(m, SYNFIN_OPEN_UNREACHABLE);
}

/**
 * synfin_syn_again() - a SYN from an end that has sent one
 * @m: the move
 *
 * Return: the next state.
 */
unsigned int synfin_syn_again(struct synfin_move *m)
{
	if (m->seg->seq != m->own->isn) {
		synfin_pass(m, SYNFIN_CNT_forged_syn);
		return m->conn->state;
	}
	if (m->conn->state != SYNFIN_STATE_SYN_ACK)
		synfin_note_try(m);
	/* The failure did not end it: the next one is waited for. */
	if (m->conn->suspect.what == SYNFIN_SUSPECT_FAILED)
		synfin_linger_on(m, m->conn->last_ns);
	synfin_repeat_syn(m);
	return m->conn->state;
}

/**
 * synfin_state_syn() - the client has asked
 * @m: the move
 *
 * An answer, a refusal, silence, or a SYN that crosses.
 *
 * Return: the next state.
 */
unsigned int synfin_state_syn(struct synfin_move *m)
{
	bool client = m->from == SYNFIN_FROM_CLIENT;

	switch (m->seg->kind) {
	case SYNFIN_KIND_SYN_ACK:
		if (client || !synfin_acks_syn(m))
			break;
		m->conn->server_rtt_ns = synfin_since_try(m);
		synfin_answer(m);
		return answered(m);
	case SYNFIN_KIND_SYN:
		if (client)
			return synfin_syn_again(m);
		synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
		synfin_set_isn(m->own, m->seg->seq, m->seg->len);
		synfin_note_syn(m);
		return SYNFIN_STATE_SYN_SYN;
	case SYNFIN_KIND_FIN:
		if (client && !synfin_has_ack(m->seg) && synfin_may_follow_syn(m))
			return client_gives_up(m);
		return missed_answer(m);
	case SYNFIN_KIND_PLAIN:
		return missed_answer(m);
	case SYNFIN_KIND_RST:
		return synfin_reset_opening(m);
	case SYNFIN_KIND_ICMP:
		return synfin_not_delivered(m);
	}
	synfin_pass(m, SYNFIN_CNT_bad_ack);
	return SYNFIN_STATE_SYN;
}

static unsigned int server_speaks(struct synfin_move *m)
{
	__u32 before = m->peer->nxt, said = m->own->nxt;

	/* Not seen, but acknowledged. */
	if (synfin_has_ack(m->seg) &&
	    synfin_within(m->seg->ack, m->peer->isn + 1, 0xffff) &&
	    synfin_seq_fits(m) && synfin_after(m->seg->ack, before))
		m->peer->nxt = m->seg->ack;
	synfin_track(m);
	if (synfin_after(m->own->nxt, said))
		m->conn->flags &= ~SYNFIN_FLAG_ANSWER_DATA;
	/* It may be a FIN's. */
	if (m->peer->nxt - before == 1)
		m->peer->flags |= SYNFIN_END_ONE_MORE;
	synfin_pass(m, SYNFIN_CNT_not_awaited);
	/* The other direction takes another way: nothing more is to be waited for. */
	if ((m->peer->flags & SYNFIN_END_SEEN) || !synfin_was_open(m->conn))
		return SYNFIN_STATE_SYN_ACK;
	synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
	return SYNFIN_STATE_OPEN;
}

static unsigned int server_closes(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	__u32 hidden = conn->flags & SYNFIN_FLAG_PLAIN || !synfin_shows_all(m->seg) ?
		       0 : synfin_unseen(m);
	__u32 room = synfin_syn_room(m->peer);

	if (!synfin_fin_fits(m) ||
	    !synfin_within(m->seg->ack, m->peer->isn + 1, hidden > room ? hidden : room)) {
		synfin_pass(m, SYNFIN_CNT_forged_fin);
		return SYNFIN_STATE_SYN_ACK;
	}
	if (synfin_was_open(conn) || m->seg->ack != m->peer->nxt ||
	    synfin_after(m->seg->seq, m->own->nxt)) {
		synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
		return SYNFIN_STATE_OPEN | SYNFIN_AS;
	}
	/* Before the ACK, which opens it when it comes. */
	synfin_first_fin(m);
	return synfin_close_state(conn);
}

/*
 * Both ends speak of a place that is so far from the answer that it was another server's of
 * that address, and the answer of the one that is heard was missed. What it had said until
 * then nobody knows.
 */
static void forget_other_answer(struct synfin_move *m)
{
	if (m->seg->seq - m->own->isn <= SYNFIN_GAP_MAX)
		return;
	synfin_set_isn(m->own, m->seg->seq - 1, 0);
	m->own->una = m->seg->seq;
	m->own->flags &= ~SYNFIN_END_ISN;
}

/**
 * synfin_state_syn_ack() - the server has answered
 * @m: the move
 *
 * The client's ACK, or whatever carries it.
 *
 * Return: the next state.
 */
unsigned int synfin_state_syn_ack(struct synfin_move *m)
{
	bool client = m->from == SYNFIN_FROM_CLIENT;
	struct synfin_conn *conn = m->conn;

	switch (m->seg->kind) {
	case SYNFIN_KIND_PLAIN:
	case SYNFIN_KIND_FIN:
		if (!client && !m->seg->len && synfin_shows_all(m->seg) &&
		    synfin_other_agrees(m)) {
			if (conn->flags & SYNFIN_FLAG_PLAIN)
				forget_other_answer(m);
			synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
			return SYNFIN_STATE_OPEN | SYNFIN_AS;
		}
		if (!client)
			return m->seg->kind == SYNFIN_KIND_FIN ? server_closes(m) :
								 server_speaks(m);
		if (m->seg->verdict == SYNFIN_VERDICT_FORGED || !synfin_acks_answer(m)) {
			/* It gave up before the answer came, and says so again. */
			if (m->seg->kind == SYNFIN_KIND_FIN && m->own->fins &&
			    synfin_segment_end(m->seg) == m->own->fin_end) {
				add_early_fin(m);
				return SYNFIN_STATE_SYN_ACK;
			}
			/* Behind a hole, if the server speaks of it, too. */
			if (synfin_shows_all(m->seg))
				synfin_jump(m);
			synfin_pass(m, m->seg->kind == SYNFIN_KIND_FIN ?
				    SYNFIN_CNT_forged_fin : SYNFIN_CNT_bad_ack);
			return SYNFIN_STATE_SYN_ACK;
		}
		synfin_acknowledged(m);
		synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
		return SYNFIN_STATE_OPEN | SYNFIN_AS;
	case SYNFIN_KIND_SYN:
		return synfin_syn_again(m);
	case SYNFIN_KIND_SYN_ACK:
		if (client || !synfin_acks_syn(m))
			break;
		/*
		 * Another y may be right too: with SYN cookies the server remembers none,
		 * and two servers may answer to one address. The ACK tells which.
		 */
		if (m->seg->seq != m->own->isn) {
			conn->other_y = m->own->isn;
			conn->flags |= SYNFIN_FLAG_OTHER_Y;
		}
		synfin_answer(m);
		return answered(m);
	case SYNFIN_KIND_RST:
		if (synfin_was_open(conn) && m->seg->verdict != SYNFIN_VERDICT_FORGED) {
			synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
			return SYNFIN_STATE_OPEN | SYNFIN_AS;
		}
		return synfin_reset_opening(m);
	case SYNFIN_KIND_ICMP:
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		return SYNFIN_STATE_SYN_ACK;
	}
	synfin_pass(m, SYNFIN_CNT_bad_ack);
	return SYNFIN_STATE_SYN_ACK;
}

/**
 * synfin_settle() - the wait is over: what shows what was said?
 * @conn: the connection
 *
 * That it was open, though nobody saw the ACK; or that the SYN was answered, though
 * nobody saw the SYN-ACK.
 */
void synfin_settle(struct synfin_conn *conn)
{
	if (conn->state == SYNFIN_STATE_SYN_ACK && synfin_was_open(conn)) {
		conn->opening = SYNFIN_OPEN_ESTABLISHED;
		conn->closing = SYNFIN_CLOSE_OPEN;
	} else if (conn->state == SYNFIN_STATE_SYN &&
		   conn->end[SYNFIN_FROM_CLIENT].flags & SYNFIN_END_SYN_ACKED) {
		conn->opening = SYNFIN_OPEN_UNACKNOWLEDGED;
	}
}
