// SPDX-License-Identifier: GPL-2.0
/*
 * What the segments of a handshake leave behind: numbers, windows, and which answers
 * which.
 *
 * Pure; see phase.h.
 */
#include "core/phase_move.h"

/* The longest that anybody waits before asking again, the first time (RFC 1122). */
#define FIRST_TRY_NS	4000000000ULL

/* Where the time of a try is kept: that of the first stays, those of others follow. */
static unsigned int slot_of(unsigned int nr)
{
	return nr < SYNFIN_TRIES ? nr : 1 + (nr - 1) % (SYNFIN_TRIES - 1);
}

/**
 * synfin_note_try() - a SYN, or a SYN-ACK, is sent
 * @m: the move
 */
void synfin_note_try(struct synfin_move *m)
{
	struct synfin_tries *tries = &m->conn->tries;
	unsigned int slot = slot_of(tries->nr);

	tries->sent_ns[slot] = m->now;
	tries->stamp[slot] = m->seg->tsval;
	tries->stamped = m->seg->stamped && (!tries->nr || tries->stamped);
	if (tries->nr != 0xffff)
		tries->nr++;
}

/**
 * synfin_since_try() - how long after the try that it answers a segment passes
 * @m: the move
 *
 * If there were several, its time stamp echoes that of one; or nobody knows (Karn; RFC
 * 6298, 3).
 *
 * Return: nanoseconds, SYNFIN_NS_NONE if that is not known.
 */
__u64 synfin_since_try(const struct synfin_move *m)
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

/**
 * synfin_asks_no_more() - would a client that waits still have asked again?
 * @conn:	the connection, whose last phase was a SYN
 * @now:	the time
 *
 * It waits twice as long before each SYN: as long as it has asked so far. Who has let that
 * pass has given up, or was answered.
 *
 * Return: true if it would have.
 */
bool synfin_asks_no_more(const struct synfin_conn *conn, __u64 now)
{
	return synfin_elapsed(now, conn->last_ns) >
	       synfin_elapsed(conn->last_ns, conn->first_ns) + FIRST_TRY_NS;
}

/**
 * synfin_begin_tries() - a SYN or a SYN-ACK is sent, the first
 * @m: the move
 */
void synfin_begin_tries(struct synfin_move *m)
{
	m->conn->tries.nr = 0;
	m->conn->tries.stamped = 0;
	synfin_note_try(m);
}

/**
 * synfin_await_answer() - what was taken for the answer was none
 * @m: the move, of the server
 *
 * When the SYN was sent is known still, if there was one.
 */
void synfin_await_answer(struct synfin_move *m)
{
	m->conn->tries = (struct synfin_tries) {};
	if (m->peer->syns != 1)
		return;
	m->conn->tries.sent_ns[0] = m->conn->first_ns;
	m->conn->tries.nr = 1;
}

/**
 * synfin_note_syn() - what a SYN, or a SYN-ACK, offers
 * @m: the move
 */
void synfin_note_syn(struct synfin_move *m)
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

/**
 * synfin_was_open() - does what the server says show that the client's ACK was missed?
 * @conn: the connection
 *
 * It acknowledges what the client was not seen to send, or sends data, which it may before
 * only if one of the SYNs carried some.
 *
 * Return: true if it does.
 */
bool synfin_was_open(const struct synfin_conn *conn)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	if (conn->flags & SYNFIN_FLAG_SYN_DATA)
		return false;
	return synfin_after(client->una, client->isn + 1) ||
	       (server->flags & SYNFIN_END_DATA &&
		!(conn->flags & SYNFIN_FLAG_ANSWER_DATA) &&
		synfin_after(server->nxt, server->isn + 1));
}

/* Is it the first that a client can acknowledge? A server may close before it is open. */
static bool acks_first(const struct synfin_move *m)
{
	__u32 more = m->seg->ack - (m->peer->isn + 1);

	return !more || (more == 1 && (m->peer->flags & SYNFIN_END_FIN) &&
			 m->seg->ack == m->peer->fin_end);
}

/* A server that was not acknowledged would have answered again. */
static bool answers_no_more(const struct synfin_conn *conn, __u64 now)
{
	return synfin_elapsed(now, conn->answer_ns) >
	       synfin_elapsed(conn->answer_ns, conn->tries.sent_ns[0]) + FIRST_TRY_NS;
}

/*
 * A bare ACK of the SYN-ACK, and of the data that came with it, is that of the handshake.
 * Data may carry it, and in a Fast Open it may acknowledge what the server has said since,
 * as long as an ACK may be delayed. Later it was acknowledged before; so it was by a FIN,
 * and if the server has said what shows so.
 */
static bool is_timely(const struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;

	/* Of data in the SYN the server may have taken a part, or none. */
	if (m->seg->kind != SYNFIN_KIND_PLAIN ||
	    (m->seg->seq != m->own->nxt && m->seg->seq != m->own->una) ||
	    answers_no_more(conn, m->now))
		return false;
	if (!m->seg->len && (acks_first(m) || conn->flags & SYNFIN_FLAG_ANSWER_DATA))
		return true;
	if (m->seg->len ? synfin_was_open(conn) : !(conn->flags & SYNFIN_FLAG_SYN_DATA))
		return false;
	return synfin_elapsed(m->now, conn->answer_ns) <= SYNFIN_DELAYED_ACK_NS;
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
			conn->client_rtt_ns = synfin_since_try(m);
		else if (m->peer->syn_acks == 1)
			conn->client_rtt_ns = synfin_elapsed(m->now, conn->answer_ns);
		/* It began with its SYN, and no clock ran backwards. */
		if ((conn->history & 15) == SYNFIN_HISTORY_SYN &&
		    conn->answer_ns >= conn->first_ns && m->now >= conn->answer_ns)
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
	if (m->seg->len && synfin_after(m->own->isn + 1 + m->seg->len, m->own->nxt)) {
		m->own->nxt = m->own->isn + 1 + m->seg->len;
		m->own->flags &= ~SYNFIN_END_ONE_MORE;
	}
	synfin_note_syn(m);
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
		synfin_note_syn(m);
}

/*
 * Does it come from where the SYN went? Else somebody may have made up both, who sees
 * neither end.
 */
static void note_side(struct synfin_move *m)
{
	m->conn->flags &= ~SYNFIN_FLAG_ONE_SIDED;
	if (m->seg->came_by && m->seg->came_by != m->conn->device)
		m->conn->flags |= SYNFIN_FLAG_ONE_SIDED;
}

/**
 * synfin_answer() - the server answers the SYN
 * @m: the move; it acknowledges x+1, or more of the SYN's data
 */
void synfin_answer(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (m->own->syn_acks)
		synfin_note_try(m);
	else
		synfin_begin_tries(m);
	synfin_step_add(m, SYNFIN_PHASE_SYN_ACK, synfin_count(&m->own->syn_acks));
	synfin_set_isn(m->own, m->seg->seq, m->seg->len);
	m->own->scale = m->seg->scale;
	synfin_note_window(m);
	note_side(m);
	if (m->seg->len) {
		conn->flags |= SYNFIN_FLAG_ANSWER_DATA;
		m->own->flags |= SYNFIN_END_DATA;
	}
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
