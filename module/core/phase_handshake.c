// SPDX-License-Identifier: GPL-2.0
/*
 * Handlers of the states of an opening (RFC 9293, 3.5 and 3.10.7.2 to 3.10.7.4; RFC
 * 7413 for data in the SYN).
 *
 * x is the client's initial sequence number, y the server's. Pure; see phase.h.
 */
#include "core/phase_move.h"

/* Where the time of a try is kept: that of the first stays, those of others follow. */
static unsigned int slot_of(unsigned int nr)
{
	return nr < SYNFIN_TRIES ? nr : 1 + (nr - 1) % (SYNFIN_TRIES - 1);
}

static void note_try(struct synfin_move *m)
{
	struct synfin_tries *tries = &m->conn->tries;
	unsigned int slot = slot_of(tries->nr);

	tries->sent_ns[slot] = m->now;
	tries->stamp[slot] = m->seg->tsval;
	tries->stamped = m->seg->stamped && (!tries->nr || tries->stamped);
	if (tries->nr != 0xffff)
		tries->nr++;
}

/*
 * Since the try that a segment answers. If there were several, its time stamp echoes
 * that of one; or nobody knows (Karn; RFC 6298, 3).
 */
static __u64 since_try(const struct synfin_move *m)
{
	const struct synfin_tries *tries = &m->conn->tries;
	unsigned int i, kept = tries->nr < SYNFIN_TRIES ? tries->nr : SYNFIN_TRIES;
	__u64 sent = SYNFIN_NS_NONE;

	if (!kept)
		return SYNFIN_NS_NONE;
	if (tries->nr == 1) {
		sent = tries->sent_ns[0];
	} else {
		if (!tries->stamped || !m->seg->stamped)
			return SYNFIN_NS_NONE;
		for (i = 0; i < kept; i++) {
			if (tries->stamp[i] != m->seg->tsecr)
				continue;
			/* Two with one stamp: which, nobody knows. */
			if (sent != SYNFIN_NS_NONE)
				return SYNFIN_NS_NONE;
			sent = tries->sent_ns[i];
		}
	}
	/* A capture may be out of order: less than nothing is not known. */
	return sent != SYNFIN_NS_NONE && m->now >= sent ? m->now - sent :
							  SYNFIN_NS_NONE;
}

static void begin_tries(struct synfin_move *m)
{
	m->conn->tries.nr = 0;
	m->conn->tries.stamped = 0;
	note_try(m);
}

static void note_syn(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	m->own->scale = m->seg->scale;
	synfin_note_window(m);
	if (m->seg->len)
		conn->flags |= SYNFIN_FLAG_SYN_DATA;
}

/**
 * synfin_opened() - the handshake is over
 * @m:		the move
 * @opening:	enum synfin_open
 */
void synfin_opened(struct synfin_move *m, __u8 opening)
{
	m->conn->opening = opening;
	m->conn->closing = SYNFIN_CLOSE_OPEN;
	m->conn->tries = (struct synfin_tries) {};
	m->res->opened = 1;
}

/*
 * A bare ACK right behind the SYN is that of the handshake. Data may carry it, as long
 * as an ACK may be delayed; later it was acknowledged before, and so it was by a FIN.
 */
static bool is_timely(const struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;

	/* Of data in the SYN the server may have taken a part, or none. */
	if (m->seg->kind != SYNFIN_KIND_PLAIN ||
	    (m->seg->seq != m->own->nxt && m->seg->seq != m->own->una))
		return false;
	return !m->seg->len ||
	       synfin_elapsed(m->now, conn->answer_ns) <= SYNFIN_DELAYED_ACK_NS;
}

/**
 * synfin_acknowledged() - the client acknowledges the SYN-ACK
 * @m: the move; the numbers fit
 *
 * What proves that is not always when it was: then no time is told.
 */
void synfin_acknowledged(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (is_timely(m)) {
		if (conn->opening == SYNFIN_OPEN_UNACKNOWLEDGED &&
		    !(conn->end[SYNFIN_FROM_SERVER].flags & SYNFIN_END_FIN))
			conn->client_rtt_ns = since_try(m);
		else if (m->peer->syn_acks == 1)
			conn->client_rtt_ns = synfin_elapsed(m->now, conn->answer_ns);
		/* It began with its SYN. */
		if ((conn->history & 15) == SYNFIN_HISTORY_SYN &&
		    conn->answer_ns >= conn->first_ns)
			conn->open_ns = m->now;
	}
	synfin_step_add(m, SYNFIN_PHASE_ACK, synfin_count(&conn->ack_count));
	m->peer->flags |= SYNFIN_END_SYN_ACKED;
	conn->opening = SYNFIN_OPEN_ESTABLISHED;
	if (conn->suspect.what == SYNFIN_SUSPECT_FAILED)
		synfin_clear(m);
}

/**
 * synfin_repeat_syn() - a SYN comes again
 * @m: the move
 */
void synfin_repeat_syn(struct synfin_move *m)
{
	m->own->flags |= SYNFIN_END_ISN;
	synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
	if (m->seg->len && synfin_after(m->own->isn + 1 + m->seg->len, m->own->nxt))
		m->own->nxt = m->own->isn + 1 + m->seg->len;
	note_syn(m);
}

/**
 * synfin_repeat_syn_ack() - a SYN-ACK comes again, or only now
 * @m: the move
 */
void synfin_repeat_syn_ack(struct synfin_move *m)
{
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	m->conn->answer_ns = m->now;
	if (m->own->syn_acks == 1)
		note_syn(m);
}

/**
 * synfin_answer() - the server answers the SYN
 * @m: the move; it acknowledges x+1, or more of the SYN's data
 */
void synfin_answer(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (m->own->syn_acks)
		note_try(m);
	else
		begin_tries(m);
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	synfin_set_isn(m->own, m->seg->seq, m->seg->len);
	m->own->scale = m->seg->scale;
	synfin_note_window(m);
	if (m->seg->len)
		m->own->flags |= SYNFIN_END_DATA;
	m->peer->una = m->seg->ack;
	m->peer->flags |= SYNFIN_END_SYN_ACKED | SYNFIN_END_UNA;
	conn->answer_ns = m->now;
	conn->opening = SYNFIN_OPEN_UNACKNOWLEDGED;
	conn->closing = SYNFIN_CLOSE_NONE;
	/* It failed only to seem so (RFC 5461); but if the client gave up, it did. */
	if (conn->suspect.what == SYNFIN_SUSPECT_FAILED &&
	    conn->suspect.opening != SYNFIN_OPEN_ABORTED)
		synfin_clear(m);
}

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
		begin_tries(m);
		synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
		synfin_set_isn(m->own, m->seg->seq, m->seg->len);
		note_syn(m);
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
	case SYNFIN_KIND_ICMP:
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		return SYNFIN_STATE_NONE;
	}
	/* It was open before anybody looked. */
	synfin_opened(m, SYNFIN_OPEN_MIDSTREAM);
	conn->last_ns = m->now;
	if (m->seg->kind != SYNFIN_KIND_RST)
		return SYNFIN_STATE_OPEN | SYNFIN_AS;
	synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&conn->rst_count));
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

	if (!synfin_has_ack(m->seg) || m->seg->belief == SYNFIN_BELIEF_FORGED ||
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
		conn->open_ns = m->now;
		synfin_set_isn(m->peer, m->seg->ack - 1, 0);
		m->peer->una = m->seg->ack;
	}
	if (client)
		synfin_step_add(m, SYNFIN_PHASE_ACK, synfin_count(&conn->ack_count));
	synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
	return SYNFIN_STATE_OPEN | SYNFIN_AS;
}

static unsigned int client_gives_up(struct synfin_move *m)
{
	m->own->fin_end = synfin_segment_end(m->seg);
	synfin_count(&m->conn->fin_count);
	synfin_step_add(m, SYNFIN_PHASE_FIN_1, synfin_count(&m->own->fins));
	return synfin_fail(m, SYNFIN_OPEN_ABORTED);
}

/* A RST before the handshake is over: refused, aborted, or it was open all the same. */
static unsigned int reset_opening(struct synfin_move *m)
{
	bool client = m->from == SYNFIN_FROM_CLIENT;
	struct synfin_conn *conn = m->conn;

	if (m->seg->belief != SYNFIN_BELIEF_FORGED && synfin_shows_open(m)) {
		synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&conn->rst_count));
		synfin_suspect_rst(m, SYNFIN_OPEN_ESTABLISHED);
		return conn->state;
	}
	if (m->seg->belief == SYNFIN_BELIEF_FORGED ||
	    !(synfin_may_follow_syn(m) ||
	      (!client && conn->state != SYNFIN_STATE_SYN_ACK && synfin_acks_syn(m)))) {
		synfin_pass(m, SYNFIN_CNT_forged_rst);
		return conn->state;
	}
	synfin_step_add(m, SYNFIN_PHASE_RST, synfin_count(&conn->rst_count));
	return synfin_fail(m, client ? SYNFIN_OPEN_ABORTED : SYNFIN_OPEN_REFUSED);
}

static unsigned int not_delivered(struct synfin_move *m)
{
	if (m->seg->seq != m->own->isn || m->from != SYNFIN_FROM_CLIENT) {
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		return m->conn->state;
	}
	m->from = SYNFIN_FROM_SERVER;
	synfin_step_add(m, SYNFIN_PHASE_RST, 1);
	return synfin_fail(m, SYNFIN_OPEN_UNREACHABLE);
}

static unsigned int syn_from_client(struct synfin_move *m)
{
	if (m->seg->seq != m->own->isn) {
		synfin_pass(m, SYNFIN_CNT_forged_syn);
		return m->conn->state;
	}
	if (m->conn->state != SYNFIN_STATE_SYN_ACK)
		note_try(m);
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
		m->conn->server_rtt_ns = since_try(m);
		synfin_answer(m);
		return answered(m);
	case SYNFIN_KIND_SYN:
		if (client)
			return syn_from_client(m);
		synfin_step_add(m, SYNFIN_PHASE_SYN, synfin_count(&m->own->syns));
		synfin_set_isn(m->own, m->seg->seq, m->seg->len);
		note_syn(m);
		return SYNFIN_STATE_SYN_SYN;
	case SYNFIN_KIND_FIN:
		if (client && !synfin_has_ack(m->seg) && synfin_may_follow_syn(m))
			return client_gives_up(m);
		return missed_answer(m);
	case SYNFIN_KIND_PLAIN:
		return missed_answer(m);
	case SYNFIN_KIND_RST:
		return reset_opening(m);
	case SYNFIN_KIND_ICMP:
		return not_delivered(m);
	}
	synfin_pass(m, SYNFIN_CNT_bad_ack);
	return SYNFIN_STATE_SYN;
}

/* In a simultaneous open: both SYNs acknowledged, it is over. */
static unsigned int open_if_both_acked(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	m->peer->flags |= SYNFIN_END_SYN_ACKED;
	/* Connected to itself: one SYN-ACK is sent and received by the same. */
	if (conn->flags & SYNFIN_FLAG_SELF)
		m->own->flags |= SYNFIN_END_SYN_ACKED;
	if (!(m->own->flags & m->peer->flags & SYNFIN_END_SYN_ACKED))
		return SYNFIN_STATE_SYN_SYN;
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
		    !(m->own->flags & SYNFIN_END_SYN_ACKED))
			return SYNFIN_STATE_SYN | SYNFIN_AS;
		synfin_pass(m, SYNFIN_CNT_bad_seq);
		return SYNFIN_STATE_SYN_SYN;
	}
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	conn->answer_ns = m->now;
	m->own->scale = m->seg->scale;
	return open_if_both_acked(m);
}

/* A FIN or an ACK; if its own SYN is not acknowledged yet, that is waited for first. */
static unsigned int cross_ack(struct synfin_move *m)
{
	bool fin = m->seg->kind == SYNFIN_KIND_FIN;
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
	next = open_if_both_acked(m);
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
		return syn_from_client(m);
	case SYNFIN_KIND_RST:
		return reset_opening(m);
	case SYNFIN_KIND_ICMP:
		return not_delivered(m);
	default:
		return cross_ack(m);
	}
}

/*
 * What the server says shows that the client's ACK was missed: it acknowledges what the
 * client was not seen to send, or sends data, which only Fast Open allows before.
 */
static bool was_open(const struct synfin_conn *conn)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	return synfin_after(client->una, client->isn + 1) &&
	       !(conn->flags & SYNFIN_FLAG_SYN_DATA) ? true :
	       (server->flags & SYNFIN_END_DATA) &&
	       synfin_after(server->nxt, server->isn + 1) &&
	       !(conn->flags & SYNFIN_FLAG_SYN_DATA);
}

static unsigned int server_speaks(struct synfin_move *m)
{
	if (synfin_has_ack(m->seg) &&
	    synfin_within(m->seg->ack, m->peer->isn + 1, 0xffff) &&
	    synfin_seq_fits(m)) {
		/* Not seen, but acknowledged. */
		if (synfin_after(m->seg->ack, m->peer->nxt))
			m->peer->nxt = m->seg->ack;
	}
	synfin_track(m);
	synfin_pass(m, SYNFIN_CNT_not_awaited);
	/* The other direction takes another way: nothing more is to be waited for. */
	if ((m->peer->flags & SYNFIN_END_SEEN) || !was_open(m->conn))
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
	if (was_open(conn) || m->seg->ack != m->peer->nxt ||
	    synfin_after(m->seg->seq, m->own->nxt)) {
		synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
		return SYNFIN_STATE_OPEN | SYNFIN_AS;
	}
	/* Before the ACK, which opens it when it comes. */
	synfin_first_fin(m);
	return synfin_close_state(conn);
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
		if (!client)
			return m->seg->kind == SYNFIN_KIND_FIN ? server_closes(m) :
								 server_speaks(m);
		if (m->seg->belief == SYNFIN_BELIEF_FORGED || !synfin_acks_answer(m)) {
			synfin_pass(m, m->seg->kind == SYNFIN_KIND_FIN ?
				    SYNFIN_CNT_forged_fin : SYNFIN_CNT_bad_ack);
			return SYNFIN_STATE_SYN_ACK;
		}
		synfin_acknowledged(m);
		synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
		return SYNFIN_STATE_OPEN | SYNFIN_AS;
	case SYNFIN_KIND_SYN:
		return syn_from_client(m);
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
		if (was_open(conn) && m->seg->belief != SYNFIN_BELIEF_FORGED) {
			synfin_opened(m, SYNFIN_OPEN_ESTABLISHED);
			return SYNFIN_STATE_OPEN | SYNFIN_AS;
		}
		return reset_opening(m);
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
	if (conn->state == SYNFIN_STATE_SYN_ACK && was_open(conn)) {
		conn->opening = SYNFIN_OPEN_ESTABLISHED;
		conn->closing = SYNFIN_CLOSE_OPEN;
	} else if (conn->state == SYNFIN_STATE_SYN &&
		   conn->end[SYNFIN_FROM_CLIENT].flags & SYNFIN_END_SYN_ACKED) {
		conn->opening = SYNFIN_OPEN_UNACKNOWLEDGED;
	}
}
