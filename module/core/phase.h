/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The phase machine: every decision about a connection.
 *
 *	(state of the connection, segment, time) -> phases, end, summary
 *
 * Pure: no kernel call and no memory but what is handed in, so that the same
 * code judges live segments in the module and captured ones in the reader, and
 * every cell of its table can be tested. The caller locks.
 *
 *	phase.c		the table; which row and cell a segment meets
 *	phase_open.c	the handshake's cells
 *	phase_cross.c	those of a simultaneous open
 *	phase_fail.c	those of an opening that fails
 *	phase_next.c	those of its segments when it is over
 *	phase_close.c	the close's cells
 *	phase_reset.c	resets, provisional ones
 *	phase_step.c	what a move leaves behind
 *	phase_end.c	when a wait is over
 *	phase_record.c	what the summary says
 */
#ifndef _SYNFIN_PHASE_H
#define _SYNFIN_PHASE_H

#include <linux/types.h>
#include "uapi/synfin.h"
#include "core/wire.h"

/**
 * enum synfin_state - where a connection is; rows of the table
 * @SYNFIN_STATE_NONE:	no segment yet
 * @SYNFIN_STATE_SYN:	a SYN, unanswered
 * @SYNFIN_STATE_SYN_SYN: both ends sent a SYN (simultaneous open)
 * @SYNFIN_STATE_SYN_ACK: a SYN-ACK, unacknowledged
 * @SYNFIN_STATE_OPEN:	established, or first seen midstream
 * @SYNFIN_STATE_FIN:	one FIN, unacknowledged
 * @SYNFIN_STATE_HALF:	one FIN, acknowledged: half closed
 * @SYNFIN_STATE_FIN_FIN: both FINs, neither acknowledged (simultaneous)
 * @SYNFIN_STATE_LAST:	both FINs, one of them acknowledged
 * @SYNFIN_STATE_DONE:	ended, lingering for late segments
 * @SYNFIN_STATE_NR:	how many there are
 */
enum synfin_state {
	SYNFIN_STATE_NONE,
	SYNFIN_STATE_SYN,
	SYNFIN_STATE_SYN_SYN,
	SYNFIN_STATE_SYN_ACK,
	SYNFIN_STATE_OPEN,
	SYNFIN_STATE_FIN,
	SYNFIN_STATE_HALF,
	SYNFIN_STATE_FIN_FIN,
	SYNFIN_STATE_LAST,
	SYNFIN_STATE_DONE,
	SYNFIN_STATE_NR,
};

/**
 * enum synfin_wait - what a connection waits for; one time limit each
 * @SYNFIN_WAIT_UNANSWERED:	an answer to its SYN
 * @SYNFIN_WAIT_UNACKNOWLEDGED:	the ACK of a SYN-ACK
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
	SYNFIN_WAIT_UNPROVEN,
	SYNFIN_WAIT_OPEN,
	SYNFIN_WAIT_HALF_CLOSED,
	SYNFIN_WAIT_CLOSING,
	SYNFIN_WAIT_LINGER,
	SYNFIN_WAIT_NR,
};

/* Bits of synfin_end.flags. */
#define SYNFIN_END_ISN		0x01	/* isn is known, from a SYN or its ACK */
#define SYNFIN_END_NXT		0x02	/* nxt is known, and isn at least a base */
#define SYNFIN_END_UNA		0x04	/* una is known */
#define SYNFIN_END_SYN_ACKED	0x08	/* its SYN was acknowledged */
#define SYNFIN_END_FIN		0x10	/* sent a FIN: fin_end is known */
#define SYNFIN_END_FIN_ACKED	0x20	/* its FIN was acknowledged */
#define SYNFIN_END_WRAPPED	0x40	/* it sent more than 4 GiB */
#define SYNFIN_END_SHOWN	0x80	/* what precedes nxt was seen; captures only */

/**
 * struct synfin_end - what one end has sent
 * @isn:	initial sequence number, or one less than the first byte seen
 * @una:	the highest number that the peer was seen to acknowledge
 * @nxt:	the number that follows the highest byte known to have been sent
 * @fin_end:	the number that acknowledges its FIN
 * @syns:	how many times it sent its SYN
 * @syn_acks:	how many times it sent its SYN-ACK
 * @fins:	how many times it sent its FIN
 * @fin_acks:	how many times its FIN was acknowledged
 * @flags:	SYNFIN_END_*
 */
struct synfin_end {
	__u32	isn;
	__u32	una;
	__u32	nxt;
	__u32	fin_end;
	__u32	syns;
	__u32	syn_acks;
	__u32	fins;
	__u8	fin_acks;
	__u8	flags;
};

/* Bits of synfin_conn.flags. */
#define SYNFIN_FLAG_SELF	0x0001	/* both endpoints are the same */
#define SYNFIN_FLAG_GUESSED	0x0002	/* client and server were guessed */
#define SYNFIN_FLAG_SYN_DATA	0x0004	/* the SYN carried data */
#define SYNFIN_FLAG_DATA	0x0008	/* a segment with data was seen */
#define SYNFIN_FLAG_NEXT	0x0010	/* next_* hold a SYN that may begin the next */
#define SYNFIN_FLAG_NEXT_SERVER	0x0020	/* and it came from the server's endpoint */
#define SYNFIN_FLAG_PENDING	0x0040	/* a RST that is not proved yet */
#define SYNFIN_FLAG_AWAITS	0x0080	/* a FIN sent again: its ACK may come again */
#define SYNFIN_FLAG_CLOSED	0x0100	/* both FINs were acknowledged */
#define SYNFIN_FLAG_OTHER_Y	0x0200	/* rst_seq is the number of another SYN-ACK */
#define SYNFIN_FLAG_ASKED_AGAIN	0x0400	/* the SYN came again when it was open */
#define SYNFIN_FLAG_SHIFTED	0x0800	/* the client has a proxy's numbers: shift */
#define SYNFIN_FLAG_OWES_ACK	0x1000	/* captured before the SYN-ACK: next is it */
#define SYNFIN_FLAG_WATCHED	0x2000	/* its plain segments are shown, too */

/**
 * struct synfin_conn - a connection, as far as it has been seen
 * @state:	enum synfin_state
 * @family:	4 or 6
 * @client_port: host order
 * @server_port: host order
 * @flags:	SYNFIN_FLAG_*
 * @netns:	inode number of the network namespace
 * @next_isn:	of a SYN that may begin the next connection on these endpoints
 * @id:		unique among all connections since load
 * @first_ns:	when its first segment passed; clock of the caller
 * @client:	address of the client
 * @server:	address of the server
 * @last_ns:	when its last phase passed
 * @seen_ns:	when its last segment passed, as far as segments are shown
 * @syn_ns:	when the last SYN passed; once there is a FIN, when the first did;
 *		with SYNFIN_FLAG_CLOSED, how long the close took, up to the last ACK
 * @answer_ns:	when the last SYN-ACK passed; later, the ACK of the first FIN;
 *		0 if neither did
 * @handshake_ns: first SYN to ACK, SYNFIN_NS_NONE if not known; likewise:
 * @server_rtt_ns: last SYN to SYN-ACK
 * @client_rtt_ns: SYN-ACK to ACK
 * @half_close_ns: ACK of the first FIN to the second FIN
 * @history:	letters, see uapi
 * @next_ns:	when the SYN in @next_isn passed
 * @end:	what each end sent, by enum synfin_from
 * @rst_seq:	sequence number of a pending RST, or see SYNFIN_FLAG_OTHER_Y
 * @fin_count:	FINs
 * @rst_count:	RSTs
 * @ack_count:	ACKs of the handshake
 * @opening:	enum synfin_open, as it stands
 * @closing:	enum synfin_close, as it stands
 * @closed_by:	enum synfin_closed_by
 * @seen:	SYNFIN_SEEN_*
 * @letters:	how many bits of @history are taken, four for each letter
 * @first_fin:	enum synfin_from of the first FIN
 * @reset_by:	enum synfin_from of a pending RST
 * @said:	the letters that are in @history, a bit for each
 * @mark:	for whoever stores it
 * @shift:	added to what the client acknowledges, it is the server's
 *
 * It begins as a record's head does, so that one copy makes that.
 */
struct synfin_conn {
	__u8	state;
	__u8	family;
	__u16	client_port;
	__u16	server_port;
	__u16	flags;
	__u32	netns;
	__u32	next_isn;
	__u64	id;
	__u64	first_ns;
	struct synfin_addr client;
	struct synfin_addr server;
	__u64	last_ns;
	__u64	seen_ns;
	__u64	syn_ns;
	__u64	answer_ns;
	__u64	handshake_ns;
	__u64	server_rtt_ns;
	__u64	client_rtt_ns;
	__u64	half_close_ns;
	__u64	history;
	__u64	next_ns;
	struct synfin_end end[2];
	__u32	rst_seq;
	__u32	fin_count;
	__u32	rst_count;
	__u32	ack_count;
	__u8	opening;
	__u8	closing;
	__u8	closed_by;
	__u8	seen;
	__u8	letters;
	__u8	first_fin:1,
		reset_by:1;
	__u16	said;
	__u8	mark[2];
	__u32	shift;
};

/**
 * struct synfin_step - one phase that has just passed
 * @phase:	enum synfin_phase
 * @from:	enum synfin_from
 * @reserved0:	0
 * @window:	as on the wire
 * @flags:	byte 13 of the TCP header
 * @reserved1:	0
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
	__u16	reserved0;
	__u16	window;
	__u8	flags;
	__u8	reserved1;
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
 * @again:	it made way for the next on its endpoints: hand out the summary if
 *		@ended, call synfin_phase_restart(), present the segment again
 * @gone:	nothing more is expected: forget it
 * @taken_back:	a RST or FIN was found to be forged
 * @reason:	why nothing was recorded, if @nr is 0
 * @step:	the phases
 */
struct synfin_result {
	__u8	nr;
	__u8	ended;
	__u8	again;
	__u8	gone;
	__u8	taken_back;
	__u8	reason;
	struct synfin_step step[2];
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
	if (conn->flags & SYNFIN_FLAG_PENDING)
		return SYNFIN_WAIT_LINGER;
	if (conn->state == SYNFIN_STATE_FIN &&
	    conn->opening == SYNFIN_OPEN_MIDSTREAM)
		return SYNFIN_WAIT_UNPROVEN;
	return (enum synfin_wait)synfin_phase_waits[conn->state];
}

/* States in which the ACK of a SYN, of a SYN-ACK or of a FIN is missing. */
#define SYNFIN_STATES_AWAITING						\
	(1u << SYNFIN_STATE_SYN_SYN | 1u << SYNFIN_STATE_SYN_ACK |	\
	 1u << SYNFIN_STATE_FIN | 1u << SYNFIN_STATE_FIN_FIN |		\
	 1u << SYNFIN_STATE_LAST)

/**
 * synfin_phase_awaits() - is a segment without SYN, FIN or RST waited for?
 * @conn: the connection
 *
 * The ACK of a SYN-ACK, the ACK of a FIN, or traffic that would show a RST to be
 * forged. Never through a half close and never after a bare SYN, so that what
 * passes most stays out of the slow path.
 *
 * Return: true if it is.
 */
static inline bool synfin_phase_awaits(const struct synfin_conn *conn)
{
	return (conn->flags & (SYNFIN_FLAG_AWAITS | SYNFIN_FLAG_PENDING |
			       SYNFIN_FLAG_WATCHED)) ||
	       (SYNFIN_STATES_AWAITING >> conn->state & 1);
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
	(void)now;
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
	(void)now;
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

/* phase.c */
bool synfin_phase_begins(const struct synfin_segment *seg);
void synfin_phase_init(struct synfin_conn *conn,
		       const struct synfin_segment *seg, __u32 netns, __u64 id);
void synfin_phase_segment(struct synfin_conn *conn,
			  const struct synfin_segment *seg, __u64 now,
			  struct synfin_result *res);
void synfin_phase_restart(struct synfin_conn *conn,
			  const struct synfin_segment *seg, __u64 id,
			  struct synfin_result *res);

/* phase_end.c */
void synfin_phase_expire(struct synfin_conn *conn, __u64 now,
			 struct synfin_result *res);
void synfin_phase_evict(struct synfin_conn *conn, struct synfin_result *res);
void synfin_phase_finish(struct synfin_conn *conn, struct synfin_result *res);
bool synfin_phase_is_proved(const struct synfin_conn *conn);

/* phase_record.c */
void synfin_phase_summary(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec);

#endif /* _SYNFIN_PHASE_H */
