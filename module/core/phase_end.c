// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection ends without a segment, and what proves it.
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"

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
