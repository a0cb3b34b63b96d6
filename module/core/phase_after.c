// SPDX-License-Identifier: GPL-2.0
/*
 * What comes when a connection has ended, and how one ends without a segment.
 *
 * Pure; see phase.h.
 */
#include "core/phase_move.h"

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

/* The longest that something sent again is waited for: RFC 6298 has 60 seconds at least. */
#define LINGER_MAX_NS	400000000000ULL

/**
 * synfin_linger_on() - something was sent again: it may be once more
 * @m:		the move
 * @before_ns:	when it was before
 *
 * It comes at growing intervals (RFC 6298, 5.5): it is waited for three times as long as it
 * took this time.
 */
void synfin_linger_on(struct synfin_move *m, __u64 before_ns)
{
	__u64 wait = 3 * synfin_elapsed(m->now, before_ns);
	__u64 until = m->now + (wait < LINGER_MAX_NS ? wait : LINGER_MAX_NS);

	if (until > m->conn->deadline_ns)
		m->conn->deadline_ns = until;
}

static void late_fin(struct synfin_move *m)
{
	if (!(m->own->flags & SYNFIN_END_FIN) || !synfin_has_ack(m->seg) ||
	    synfin_segment_end(m->seg) != m->own->fin_end) {
		synfin_pass(m, SYNFIN_CNT_late);
		return;
	}
	synfin_repeat_fin(m);
	m->conn->flags |= SYNFIN_FLAG_AWAITS;
}

static void late_rst(struct synfin_move *m)
{
	/* It may have closed before the socket was found to have gone. */
	if (m->seg->verdict == SYNFIN_VERDICT_FORGED ||
	    m->seg->verdict == SYNFIN_VERDICT_GONE ||
	    !(m->seg->verdict == SYNFIN_VERDICT_TRUE || synfin_rst_fits(m))) {
		synfin_pass(m, SYNFIN_CNT_forged_rst);
		return;
	}
	synfin_rst_add(m);
}

static void repeated_syn_ack(struct synfin_move *m)
{
	if (synfin_acks_syn(m))
		synfin_repeat_syn_ack(m);
	else
		synfin_pass(m, SYNFIN_CNT_late);
}

/* Old, or the first of another connection: if it is answered, it was that. */
static void syn_again(struct synfin_move *m)
{
	if (!(m->own->flags & SYNFIN_END_ISN) || m->seg->seq != m->own->isn) {
		synfin_pass(m, SYNFIN_CNT_late);
		return;
	}
	synfin_repeat_syn(m);
	if (m->conn->closing != SYNFIN_CLOSE_NONE && m->from == SYNFIN_FROM_CLIENT)
		m->conn->flags |= SYNFIN_FLAG_ASKED_AGAIN;
}

/**
 * synfin_state_done() - it is over
 * @m: the move
 *
 * What was sent again is recorded, and nothing else comes of it.
 *
 * Return: the same state.
 */
unsigned int synfin_state_done(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	__u64 before = conn->last_ns;

	switch (m->seg->kind) {
	case SYNFIN_KIND_FIN:
		late_fin(m);
		break;
	case SYNFIN_KIND_RST:
		late_rst(m);
		break;
	case SYNFIN_KIND_SYN:
		syn_again(m);
		break;
	case SYNFIN_KIND_SYN_ACK:
		repeated_syn_ack(m);
		break;
	case SYNFIN_KIND_ICMP:
		synfin_pass(m, SYNFIN_CNT_icmp_other);
		break;
	default:
		if (conn->flags & SYNFIN_FLAG_AWAITS && synfin_acks_fin(m))
			synfin_ack_of_fin(m);
		else
			synfin_pass(m, SYNFIN_CNT_late);
	}
	synfin_linger_on(m, before);
	return SYNFIN_STATE_DONE;
}

static void end(struct synfin_conn *conn, struct synfin_result *res)
{
	conn->state = SYNFIN_STATE_DONE;
	conn->flags &= ~(SYNFIN_FLAG_AWAITS | SYNFIN_FLAG_ASKED_AGAIN);
	res->ended = 1;
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
 * @res:	what comes of it: a timeout phase and the end, or only that it is gone; or
 *		that it stays, for what it waits for takes longer
 */
void synfin_phase_expire(struct synfin_conn *conn, __u64 now,
			 struct synfin_result *res)
{
	synfin_nothing(res);
	if (now < conn->deadline_ns) {
		res->stays = 1;
		return;
	}
	res->gone = 1;
	if (conn->state == SYNFIN_STATE_DONE)
		return;
	if (conn->suspect.what) {
		synfin_believe(conn);
		end(conn, res);
		return;
	}
	synfin_settle(conn);
	res->step[res->nr++] = (struct synfin_step) {
		.phase = SYNFIN_PHASE_TIMEOUT,
		.from = silent_end(conn),
		.count = 1,
		.time_ns = now,
		.since_ns = conn->said ? synfin_elapsed(now, conn->last_ns) :
					 SYNFIN_NS_NONE,
	};
	end(conn, res);
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
	if (conn->suspect.what) {
		synfin_believe(conn);
	} else {
		synfin_settle(conn);
		conn->closing = SYNFIN_CLOSE_EVICTED;
	}
	end(conn, res);
}

/**
 * synfin_phase_finish() - a capture or a recording is over, or the next took its place
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
	if (conn->suspect.what)
		synfin_believe(conn);
	else
		synfin_settle(conn);
	end(conn, res);
}

/**
 * synfin_phase_is_proved() - has an ACK shown that a connection is real?
 * @conn: the connection
 *
 * Anybody can make up a SYN, a SYN-ACK, a FIN or a RST with any address, and an ACK to
 * nobody; only who sees the answer can acknowledge it.
 *
 * Return: true if one has.
 */
bool synfin_phase_is_proved(const struct synfin_conn *conn)
{
	__u16 flags = conn->end[0].flags | conn->end[1].flags;

	if (conn->opening == SYNFIN_OPEN_SIMULTANEOUS)
		return true;
	return (flags & SYNFIN_END_FIN_ACKED) ||
	       (conn->opening == SYNFIN_OPEN_ESTABLISHED &&
		conn->end[SYNFIN_FROM_SERVER].flags & SYNFIN_END_SYN_ACKED);
}
