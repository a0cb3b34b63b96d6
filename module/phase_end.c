// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection ends without a segment, and what its records say.
 *
 * Pure; see phase.c.
 */
#include "phase_cells.h"

static __u8 by_end(__u8 from)
{
	return from == SYNFIN_FROM_CLIENT ? SYNFIN_BY_CLIENT : SYNFIN_BY_SERVER;
}

/**
 * synfin_conn_end() - the connection has ended
 * @conn:	the connection; its opening and closing are settled
 * @res:	is told that the summary is due
 */
void synfin_conn_end(struct synfin_conn *conn, struct synfin_result *res)
{
	conn->state = SYNFIN_STATE_DONE;
	conn->flags &= ~(SYNFIN_FLAG_PENDING | SYNFIN_FLAG_AWAITS);
	res->ended = 1;
}

const __u8 synfin_phase_waits[SYNFIN_STATE_NR] = {
	[SYNFIN_STATE_NONE] = SYNFIN_WAIT_LINGER,
	[SYNFIN_STATE_SYN] = SYNFIN_WAIT_UNANSWERED,
	[SYNFIN_STATE_SYN_SYN] = SYNFIN_WAIT_UNANSWERED,
	[SYNFIN_STATE_SYN_ACK] = SYNFIN_WAIT_UNACKNOWLEDGED,
	[SYNFIN_STATE_OPEN] = SYNFIN_WAIT_OPEN,
	[SYNFIN_STATE_FIN] = SYNFIN_WAIT_HALF_CLOSED,
	[SYNFIN_STATE_HALF] = SYNFIN_WAIT_HALF_CLOSED,
	[SYNFIN_STATE_FIN_FIN] = SYNFIN_WAIT_CLOSING,
	[SYNFIN_STATE_LAST] = SYNFIN_WAIT_CLOSING,
	[SYNFIN_STATE_DONE] = SYNFIN_WAIT_LINGER,
};

/**
 * synfin_reset_believed() - a pending RST was true
 * @conn:	the connection
 * @res:	is told that the summary is due
 */
void synfin_reset_believed(struct synfin_conn *conn, struct synfin_result *res)
{
	/* Its numbers lie beyond the handshake, of which the ACK was missed. */
	if (conn->state == SYNFIN_STATE_SYN_ACK)
		conn->opening = SYNFIN_OPEN_MIDSTREAM;
	conn->closing = SYNFIN_CLOSE_RESET;
	conn->closed_by = by_end(conn->reset_by);
	synfin_conn_end(conn, res);
}

/* It was open, and the ACK passed elsewhere. */
static void settle(struct synfin_conn *conn)
{
	if (synfin_was_open(conn)) {
		conn->opening = SYNFIN_OPEN_MIDSTREAM;
		conn->closing = SYNFIN_CLOSE_OPEN;
	}
}

/* The end that owed the segment which never came. */
static __u8 silent_end(const struct synfin_conn *conn)
{
	switch (conn->state) {
	case SYNFIN_STATE_SYN_ACK:
		return SYNFIN_FROM_CLIENT;
	case SYNFIN_STATE_FIN:
	case SYNFIN_STATE_HALF:
		return !conn->first_fin;
	case SYNFIN_STATE_LAST:
		return conn->end[conn->first_fin].flags & SYNFIN_END_FIN_ACKED ?
		       conn->first_fin : !conn->first_fin;
	default:
		return SYNFIN_FROM_SERVER;
	}
}

/**
 * synfin_phase_expire() - a wait is over
 * @conn:	the connection
 * @now:	the same clock as its segments
 * @res:	what comes of it: a timeout phase and the end, or only that it is gone
 */
void synfin_phase_expire(struct synfin_conn *conn, __u64 now,
			 struct synfin_result *res)
{
	synfin_nothing(res);
	if (conn->state == SYNFIN_STATE_DONE) {
		res->gone = 1;
		return;
	}
	if (conn->flags & SYNFIN_FLAG_PENDING) {
		synfin_reset_believed(conn, res);
		res->gone = 1;
		return;
	}
	settle(conn);
	res->step[res->nr++] = (struct synfin_step) {
		.phase = SYNFIN_PHASE_TIMEOUT,
		.from = silent_end(conn),
		.count = 1,
		.time_ns = now,
		.since_ns = conn->seen ? synfin_since(now, conn->last_ns) :
					 SYNFIN_NS_NONE,
	};
	synfin_conn_end(conn, res);
	res->gone = 1;
}

/**
 * synfin_phase_evict() - the connection must make room, or its namespace goes
 * @conn:	the connection
 * @res:	what comes of it
 */
void synfin_phase_evict(struct synfin_conn *conn, struct synfin_result *res)
{
	synfin_nothing(res);
	res->gone = 1;
	if (conn->state == SYNFIN_STATE_DONE)
		return;
	if (conn->flags & SYNFIN_FLAG_PENDING) {
		synfin_reset_believed(conn, res);
		return;
	}
	settle(conn);
	conn->closing = SYNFIN_CLOSE_EVICTED;
	synfin_conn_end(conn, res);
}

/**
 * synfin_phase_finish() - a capture or a recording is over
 * @conn:	the connection
 * @res:	what comes of it
 *
 * The connection is judged by what it has shown: a bare SYN is unanswered, one FIN
 * half closed, one without a FIN open.
 */
void synfin_phase_finish(struct synfin_conn *conn, struct synfin_result *res)
{
	synfin_nothing(res);
	res->gone = 1;
	if (conn->state == SYNFIN_STATE_DONE)
		return;
	settle(conn);
	if (conn->flags & SYNFIN_FLAG_PENDING)
		synfin_reset_believed(conn, res);
	else
		synfin_conn_end(conn, res);
}

static void replay_step(struct synfin_result *res, __u8 phase, __u8 from,
			__u16 count, __u64 time_ns, __u64 since_ns)
{
	res->step[res->nr++] = (struct synfin_step) {
		.phase = phase,
		.from = from,
		.count = count,
		.time_ns = time_ns,
		.since_ns = since_ns,
	};
}

static void replay_handshake(const struct synfin_conn *conn,
			     struct synfin_result *res)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];
	__u64 answer_ns = conn->first_ns;

	if (conn->handshake_ns != SYNFIN_NS_NONE &&
	    conn->client_rtt_ns != SYNFIN_NS_NONE)
		answer_ns += conn->handshake_ns - conn->client_rtt_ns;
	if (client->syns) {
		replay_step(res, SYNFIN_PHASE_SYN, SYNFIN_FROM_CLIENT,
			    client->syns, conn->first_ns, SYNFIN_NS_NONE);
		res->step[0].flags = SYNFIN_TCP_SYN;
		res->step[0].seq = client->isn;
	}
	if (server->syn_acks) {
		struct synfin_step *step = &res->step[res->nr];

		replay_step(res, SYNFIN_PHASE_SYN_ACK, SYNFIN_FROM_SERVER,
			    server->syn_acks, answer_ns,
			    res->nr ? answer_ns - conn->first_ns : SYNFIN_NS_NONE);
		step->flags = SYNFIN_TCP_SYN | SYNFIN_TCP_ACK;
		step->seq = server->isn;
		step->ack = client->isn + 1;
	}
}

/**
 * synfin_phase_replay() - the phases of a connection before it was proved
 * @conn:	the connection, proved by the segment that has just passed
 * @res:	its earlier phases, each the last time that its segment was sent
 *
 * For storage that writes down what anybody could have made up only once an ACK
 * has shown that it is real. Windows and payloads are not remembered.
 */
void synfin_phase_replay(const struct synfin_conn *conn,
			 struct synfin_result *res)
{
	const struct synfin_end *closer = &conn->end[conn->first_fin];

	synfin_nothing(res);
	if (conn->opening != SYNFIN_OPEN_MIDSTREAM) {
		replay_handshake(conn, res);
		return;
	}
	if (!(closer->flags & SYNFIN_END_FIN))
		return;
	replay_step(res, SYNFIN_PHASE_FIN_1, conn->first_fin, closer->fins,
		    conn->first_ns, SYNFIN_NS_NONE);
	res->step[0].flags = SYNFIN_TCP_FIN | SYNFIN_TCP_ACK;
	res->step[0].seq = closer->fin_end - 1;
	res->step[0].ack = conn->end[!conn->first_fin].una;
}

/**
 * synfin_phase_is_proved() - has an ACK shown that a connection is real?
 * @conn: the connection
 *
 * Anybody can make up a SYN, a SYN-ACK, a FIN or a RST with any address; only who
 * sees the answer can acknowledge it.
 *
 * Return: true if one has.
 */
bool synfin_phase_is_proved(const struct synfin_conn *conn)
{
	const struct synfin_end *end = conn->end;

	if (conn->opening == SYNFIN_OPEN_MIDSTREAM)
		return (end[0].flags | end[1].flags) & SYNFIN_END_FIN_ACKED;
	return conn->opening == SYNFIN_OPEN_ESTABLISHED ||
	       conn->opening == SYNFIN_OPEN_SIMULTANEOUS;
}

/* From the sequence numbers: what lies between the SYN and the FIN. */
static __u64 bytes_of(const struct synfin_end *end, __u32 *flags)
{
	__u32 next;

	if (!(end->flags & SYNFIN_END_NXT) && !(end->flags & SYNFIN_END_FIN)) {
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
		return SYNFIN_BYTES_NONE;
	}
	if ((end->flags & SYNFIN_END_FIN) && !(end->flags & SYNFIN_END_WRAPPED)) {
		next = end->fin_end - 1;
	} else {
		next = end->nxt;
		if (end->flags & SYNFIN_END_UNA && synfin_after(end->una, next))
			next = end->una;
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
	}
	if (!(end->flags & SYNFIN_END_ISN))
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
	return next - end->isn - 1;
}

static void summary_bytes(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	/* It never opened: no byte was delivered, and that is known. */
	if (conn->closing == SYNFIN_CLOSE_NONE) {
		rec->bytes_client = SYNFIN_BYTES_NONE;
		rec->bytes_server = SYNFIN_BYTES_NONE;
		return;
	}
	rec->bytes_client = bytes_of(&conn->end[SYNFIN_FROM_CLIENT], &rec->flags);
	rec->bytes_server = bytes_of(&conn->end[SYNFIN_FROM_SERVER], &rec->flags);
	/* What was under way is lost, FIN or not. */
	if (conn->closing == SYNFIN_CLOSE_RESET)
		rec->flags |= SYNFIN_CONN_BYTES_PARTIAL;
}

/* Is a member where the other structure has that which it is copied to? */
#define SAME_PLACE(here, member, there, other)				\
	static_assert(__builtin_offsetof(struct here, member) ==	\
		      __builtin_offsetof(struct there, other) -		\
		      __builtin_offsetof(struct there, PLACE_##there),	\
		      #member)
#define PLACE_synfin_record_head	type
#define PLACE_synfin_record_phase	phase

SAME_PLACE(synfin_conn, state, synfin_record_head, type);
SAME_PLACE(synfin_conn, family, synfin_record_head, family);
SAME_PLACE(synfin_conn, client_port, synfin_record_head, client_port);
SAME_PLACE(synfin_conn, server_port, synfin_record_head, server_port);
SAME_PLACE(synfin_conn, flags, synfin_record_head, reserved0);
SAME_PLACE(synfin_conn, netns, synfin_record_head, netns);
SAME_PLACE(synfin_conn, next_isn, synfin_record_head, reserved1);
SAME_PLACE(synfin_conn, id, synfin_record_head, id);
SAME_PLACE(synfin_conn, first_ns, synfin_record_head, time_ns);
SAME_PLACE(synfin_conn, client, synfin_record_head, client);
SAME_PLACE(synfin_conn, server, synfin_record_head, server);

SAME_PLACE(synfin_step, phase, synfin_record_phase, phase);
SAME_PLACE(synfin_step, from, synfin_record_phase, from);
SAME_PLACE(synfin_step, count, synfin_record_phase, count);
SAME_PLACE(synfin_step, window, synfin_record_phase, window);
SAME_PLACE(synfin_step, flags, synfin_record_phase, tcp_flags);
SAME_PLACE(synfin_step, reserved0, synfin_record_phase, reserved0);
SAME_PLACE(synfin_step, seq, synfin_record_phase, seq);
SAME_PLACE(synfin_step, ack, synfin_record_phase, ack);
SAME_PLACE(synfin_step, len, synfin_record_phase, len);
SAME_PLACE(synfin_step, reserved1, synfin_record_phase, reserved1);
SAME_PLACE(synfin_step, since_ns, synfin_record_phase, since_ns);

static void head_of(const struct synfin_conn *conn,
		    struct synfin_record_head *head, __u8 type, __u64 time_ns)
{
	__builtin_memcpy(head, conn, __builtin_offsetof(struct synfin_record_head,
							time_ns));
	__builtin_memcpy(head->client, &conn->client,
			 sizeof(head->client) + sizeof(head->server));
	head->type = type;
	head->reserved0 = 0;
	head->reserved1 = 0;
	head->time_ns = time_ns;
}

/**
 * synfin_phase_summary() - fill in the record of a connection
 * @conn:	the connection, ended or not
 * @rec:	to be filled; head.time_ns is in the clock of the connection
 */
void synfin_phase_summary(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	head_of(conn, &rec->head, SYNFIN_RECORD_CONN, conn->first_ns);
	rec->opening = conn->opening;
	rec->closing = conn->closing;
	rec->closed_by = conn->closed_by;
	rec->completeness = conn->seen;
	rec->flags = 0;
	rec->syn_count = client->syns + server->syns;
	rec->syn_ack_count = client->syn_acks + server->syn_acks;
	rec->fin_count = conn->fin_count;
	rec->rst_count = conn->rst_count;
	rec->client_isn = client->isn;
	rec->server_isn = server->isn;
	rec->handshake_ns = conn->handshake_ns;
	rec->server_rtt_ns = conn->server_rtt_ns;
	rec->client_rtt_ns = conn->client_rtt_ns;
	rec->duration_ns = synfin_since(conn->seen_ns, conn->first_ns);
	rec->close_ns = conn->flags & SYNFIN_FLAG_CLOSED ? conn->syn_ns :
							   SYNFIN_NS_NONE;
	rec->half_close_ns = conn->half_close_ns;
	rec->history = conn->history;
	summary_bytes(conn, rec);
	if ((conn->flags & SYNFIN_FLAG_DATA) ||
	    (rec->bytes_client != SYNFIN_BYTES_NONE && rec->bytes_client) ||
	    (rec->bytes_server != SYNFIN_BYTES_NONE && rec->bytes_server))
		rec->completeness |= SYNFIN_SEEN_DATA;
	if (conn->flags & SYNFIN_FLAG_GUESSED)
		rec->flags |= SYNFIN_CONN_FLIPPED;
	if (conn->flags & SYNFIN_FLAG_SYN_DATA)
		rec->flags |= SYNFIN_CONN_SYN_DATA;
	if (client->flags & SYNFIN_END_ISN)
		rec->flags |= SYNFIN_CONN_CLIENT_ISN;
	if (server->flags & SYNFIN_END_ISN)
		rec->flags |= SYNFIN_CONN_SERVER_ISN;
}

/**
 * synfin_phase_record() - fill in the record of a phase
 * @conn:	the connection
 * @step:	the phase
 * @time_ns:	when it passed, in the clock that the record is to have
 * @rec:	to be filled
 */
void synfin_phase_record(const struct synfin_conn *conn,
			 const struct synfin_step *step, __u64 time_ns,
			 struct synfin_record_phase *rec)
{
	head_of(conn, &rec->head, SYNFIN_RECORD_PHASE, time_ns);
	__builtin_memcpy(&rec->phase, step, sizeof(*rec) - sizeof(rec->head));
}
