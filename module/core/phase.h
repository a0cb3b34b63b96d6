/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The phase machine: every decision about a connection.
 *
 *	(state of the connection, segment, time) -> phases, end, summary
 *
 * Pure: no kernel call and no memory but what is handed in, so that the same
 * code judges live segments in the module and captured ones in the reader, and
 * every cell of it can be tested. The caller locks.
 *
 *	conn.h		what is kept of a connection
 *	phase_rivals.c	several attempts on one pair of endpoints: whose is a segment?
 *	phase.c		the walk of a segment: its handler, and where that leads
 *	phase_expected.c the segment of a textbook, straight
 *	phase_handshake.c handlers of the states of an opening
 *	phase_cross.c	handler of a simultaneous one
 *	phase_tries.c	what an opening's segments leave behind, and which answers which
 *	phase_close.c	handlers of what is open, or closing
 *	phase_fin.c	the FINs and their ACKs
 *	phase_after.c	handler of what has ended; when a wait is over
 *	phase_numbers.c	every "does this number fit"
 *	phase_track.c	how far each end has got
 *	phase_suspect.c	what nothing proves yet, and what proves or refutes it
 *	phase_suspect_fin.c likewise, FINs
 *	phase_report.c	what phases and summaries say
 */
#ifndef _SYNFIN_PHASE_H
#define _SYNFIN_PHASE_H

#include "core/conn.h"

/**
 * enum synfin_wait - what a connection waits for; one time limit each
 * @SYNFIN_WAIT_UNANSWERED:	an answer to its SYN
 * @SYNFIN_WAIT_UNACKNOWLEDGED:	the ACK of a SYN-ACK
 * @SYNFIN_WAIT_DOUBTED:	what takes back that its opening has failed
 * @SYNFIN_WAIT_UNPROVEN:	the ACK of a FIN that was seen first of all
 * @SYNFIN_WAIT_OPEN:		nothing: it may stay open for ever
 * @SYNFIN_WAIT_HALF_CLOSED:	the second FIN
 * @SYNFIN_WAIT_CLOSING:	the last ACK
 * @SYNFIN_WAIT_LINGER:		late segments, or proof that a RST was forged
 * @SYNFIN_WAIT_NR:		how many there are
 */
enum synfin_wait {
	SYNFIN_WAIT_UNANSWERED,
	SYNFIN_WAIT_UNACKNOWLEDGED,
	SYNFIN_WAIT_DOUBTED,
	SYNFIN_WAIT_UNPROVEN,
	SYNFIN_WAIT_OPEN,
	SYNFIN_WAIT_HALF_CLOSED,
	SYNFIN_WAIT_CLOSING,
	SYNFIN_WAIT_LINGER,
	SYNFIN_WAIT_NR,
};

/**
 * struct synfin_step - one phase that has just passed
 * @phase:	enum synfin_phase
 * @from:	enum synfin_from
 * @reason:	of a drop
 * @window:	as on the wire
 * @icmp:	of an ICMP error instead, as in struct synfin_segment
 * @flags:	byte 13 of the TCP header
 * @hook:	of a drop
 * @seq:	sequence number
 * @ack:	acknowledgment number
 * @len:	payload
 * @count:	how many times the same segment has been sent
 * @since_ns:	since the phase before it, or SYNFIN_NS_NONE
 * @time_ns:	when it passed; clock of the caller
 *
 * It is laid out as struct synfin_record_step, so that one copy makes that. From
 * @window to @len it is as in struct synfin_segment.
 */
struct synfin_step {
	__u8	phase;
	__u8	from;
	__u16	reason;
	union {
		__u16	window;
		__u16	icmp;
	};
	__u8	flags;
	__u8	hook;
	__u32	seq;
	__u32	ack;
	__u32	len;
	__u32	count;
	__u64	since_ns;
	__u64	time_ns;
};

/**
 * struct synfin_result - what a segment, or the end of a wait, brought about
 * @nr:		phases in @step, in their order
 * @ended:	the connection has just ended: its summary is due, once
 * @opened:	its handshake has just been completed: older rivals are over
 * @gone:	nothing more is expected: forget it
 * @stays:	its wait is not over yet: it waits as long again
 * @taken_back:	a RST, a FIN or a failure was found to be none
 * @reason:	why nothing was recorded, if @nr is 0
 * @step:	the phases
 */
struct synfin_result {
	__u8	nr;
	__u8	ended;
	__u8	opened;
	__u8	gone;
	__u8	stays;
	__u8	taken_back;
	__u8	reason;
	struct synfin_step step[3];
};

extern const __u8 synfin_phase_waits[SYNFIN_STATE_NR];

/**
 * synfin_phase_wait() - what a connection waits for
 * @conn: the connection
 *
 * The wait began at @conn->last_ns; each has a time limit of its own. A FIN that was
 * seen first of all may be made up until somebody acknowledges it.
 *
 * Return: the wait.
 */
static inline enum synfin_wait synfin_phase_wait(const struct synfin_conn *conn)
{
	if (conn->suspect.what != SYNFIN_SUSPECT_NOTHING &&
	    conn->state != SYNFIN_STATE_DONE)
		return conn->suspect.what == SYNFIN_SUSPECT_RST ?
		       SYNFIN_WAIT_LINGER : SYNFIN_WAIT_DOUBTED;
	if (conn->state == SYNFIN_STATE_FIN &&
	    conn->opening == SYNFIN_OPEN_MIDSTREAM)
		return SYNFIN_WAIT_UNPROVEN;
	return (enum synfin_wait)synfin_phase_waits[conn->state];
}

/*
 * States in which the ACK of a SYN, of a SYN-ACK or of a FIN is missing. That of a SYN
 * comes without a SYN-ACK where only one direction passes.
 */
#define SYNFIN_STATES_AWAITING						\
	(1u << SYNFIN_STATE_SYN | 1u << SYNFIN_STATE_SYN_SYN |		\
	 1u << SYNFIN_STATE_SYN_ACK | 1u << SYNFIN_STATE_FIN |		\
	 1u << SYNFIN_STATE_FIN_FIN | 1u << SYNFIN_STATE_LAST)

/**
 * synfin_phase_awaits_answer() - is a plain segment waited for, whatever it carries?
 * @conn: the connection
 *
 * As synfin_phase_awaits(), but for what its ends say first.
 *
 * Return: true if it is.
 */
static inline bool synfin_phase_awaits_answer(const struct synfin_conn *conn)
{
	return (conn->flags & SYNFIN_FLAG_AWAITS) ||
	       ((conn->flags & SYNFIN_FLAG_WATCHED || conn->suspect.what) &&
		conn->state != SYNFIN_STATE_DONE) ||
	       (SYNFIN_STATES_AWAITING >> conn->state & 1);
}

/**
 * synfin_phase_awaits() - is a segment without SYN, FIN or RST waited for?
 * @conn: the connection
 *
 * The ACK of a SYN, of a SYN-ACK, of a FIN, what its ends say first if that is wanted,
 * or traffic that would show a RST to be forged. Never through a half close, so that
 * what passes most stays out of the slow path.
 *
 * Return: true if it is.
 */
static inline bool synfin_phase_awaits(const struct synfin_conn *conn)
{
	return (conn->flags & SYNFIN_FLAG_FIRST) || synfin_phase_awaits_answer(conn);
}

/**
 * synfin_phase_wants_stamp() - does it matter what a plain segment echoes?
 * @conn: the connection
 *
 * Only its time stamp tells which of several SYNs, or SYN-ACKs, it acknowledges.
 *
 * Return: true if it does.
 */
static inline bool synfin_phase_wants_stamp(const struct synfin_conn *conn)
{
	return conn->tries.nr > 1;
}

/**
 * synfin_phase_watch() - from now on every segment of a connection is shown
 * @conn: the connection
 * @now:	the same clock as its segments
 *
 * Whoever stores it keeps it in the awaiting filter, as synfin_phase_awaits() asks.
 * Then its numbers are known exactly, and nobody guesses one that fits.
 */
static inline void synfin_phase_watch(struct synfin_conn *conn, __u64 now)
{
	conn->flags |= SYNFIN_FLAG_WATCHED;
	conn->watched_ns = now;
	/* What passed unseen before shows with the next segments. */
	if (conn->blind_ns && now - conn->blind_ns >= SYNFIN_BLIND_WRAP_NS)
		conn->flags |= SYNFIN_FLAG_UNCOUNTED;
}

/**
 * synfin_phase_unwatch() - from now on plain segments of a connection may pass unseen
 * @conn: the connection
 * @now:	the same clock as its segments
 *
 * For a moment, while it is busy: what it may send meanwhile is allowed for.
 */
static inline void synfin_phase_unwatch(struct synfin_conn *conn, __u64 now)
{
	conn->flags &= ~SYNFIN_FLAG_WATCHED;
	if (!conn->blind_ns)
		conn->blind_ns = now;
}

/**
 * synfin_phase_is_watched() - is every segment of a connection shown?
 * @conn: the connection
 *
 * Return: true if it is.
 */
static inline bool synfin_phase_is_watched(const struct synfin_conn *conn)
{
	return conn->flags & SYNFIN_FLAG_WATCHED;
}

/* Only to a SYN may SYN and FIN at once be the answer: else it is a probe. */
static inline bool synfin_phase_is_probe(const struct synfin_segment *seg)
{
	return !(~seg->flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_FIN));
}

/**
 * synfin_phase_stray() - why a segment without a connection is passed over
 * @seg: the segment, for which synfin_phase_begins() is false
 *
 * Return: the counter.
 */
static inline enum synfin_counter
synfin_phase_stray(const struct synfin_segment *seg)
{
	return synfin_phase_is_probe(seg) ? SYNFIN_CNT_bad_flags :
					    SYNFIN_CNT_no_flow;
}

/* Connections on one pair of endpoints, beside each other. */
#define SYNFIN_RIVALS_MAX	4

/* What synfin_phase_pick() may answer instead of an index. */
#define SYNFIN_PICK_NEW		(-1)	/* it begins one */
#define SYNFIN_PICK_NONE	(-2)	/* it is nobody's, and begins none */

/* Of one of which only what the server says passes: it has answered another SYN. */
static inline bool synfin_answers_another(const struct synfin_conn *conn,
					  const struct synfin_segment *seg)
{
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	return synfin_shows_all(seg) && conn->state >= SYNFIN_STATE_OPEN &&
	       !(conn->end[SYNFIN_FROM_CLIENT].flags & SYNFIN_END_SEEN) &&
	       server->flags & SYNFIN_END_ISN && seg->seq != server->isn;
}

/**
 * synfin_phase_seems_over() - has a connection ended, for all that a segment tells?
 * @conn:	the connection
 * @seg:	the segment
 *
 * Return: true if it has, or seems to: an answer to another SYN is of what came after it.
 */
static inline bool synfin_phase_seems_over(const struct synfin_conn *conn,
					   const struct synfin_segment *seg)
{
	return conn->state == SYNFIN_STATE_DONE ||
	       (seg->kind == SYNFIN_KIND_SYN_ACK &&
		(conn->suspect.what == SYNFIN_SUSPECT_RST ||
		 synfin_answers_another(conn, seg)));
}

/**
 * synfin_phase_reopens() - does a segment answer the SYN that came again after the end?
 * @conn:	the connection
 * @seg:	the segment
 *
 * Then that was the first of another connection, with the same number.
 *
 * Return: true if it does.
 */
static inline bool synfin_phase_reopens(const struct synfin_conn *conn,
					const struct synfin_segment *seg)
{
	return conn->flags & SYNFIN_FLAG_ASKED_AGAIN &&
	       seg->kind == SYNFIN_KIND_SYN_ACK && seg->sport == conn->server_port &&
	       synfin_phase_seems_over(conn, seg) &&
	       seg->ack == conn->end[SYNFIN_FROM_CLIENT].isn + 1;
}

/**
 * synfin_phase_takes() - is it of a connection, if no other has its endpoints?
 * @conn:	the connection
 * @seg:	the segment
 *
 * Return: true if it is, as nearly everything; false if synfin_phase_pick() is to say.
 */
static inline bool synfin_phase_takes(const struct synfin_conn *conn,
				      const struct synfin_segment *seg)
{
	return seg->kind != SYNFIN_KIND_SYN && !synfin_phase_seems_over(conn, seg);
}

/* phase_rivals.c */
int synfin_phase_pick(struct synfin_conn *const rivals[], unsigned int nr,
		      const struct synfin_segment *seg, __u64 now);
unsigned int synfin_phase_least(struct synfin_conn *const rivals[], unsigned int nr);
bool synfin_phase_same_pair(const struct synfin_conn *one,
			    const struct synfin_conn *other);
bool synfin_phase_is_superseded(const struct synfin_conn *conn,
				const struct synfin_conn *by);

/* phase.c */
bool synfin_phase_fails(const struct synfin_conn *conn, const struct synfin_segment *seg);
bool synfin_phase_begins(const struct synfin_segment *seg);
void synfin_phase_init(struct synfin_conn *conn,
		       const struct synfin_segment *seg, __u32 netns, __u64 id);
void synfin_phase_segment(struct synfin_conn *conn,
			  const struct synfin_segment *seg, __u64 now,
			  struct synfin_result *res);
void synfin_phase_drop(const struct synfin_conn *conn, const struct synfin_segment *seg,
		       __u64 now, __u32 count, struct synfin_step *step);

void synfin_phase_by_handlers(struct synfin_conn *conn,
			      const struct synfin_segment *seg, __u64 now,
			      struct synfin_result *res);

/* phase_after.c */
void synfin_phase_expire(struct synfin_conn *conn, __u64 now,
			 struct synfin_result *res);
void synfin_phase_evict(struct synfin_conn *conn, struct synfin_result *res);
void synfin_phase_finish(struct synfin_conn *conn, struct synfin_result *res);
bool synfin_phase_is_proved(const struct synfin_conn *conn);

/* phase_report.c */
void synfin_phase_summary(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec);

#endif /* _SYNFIN_PHASE_H */
