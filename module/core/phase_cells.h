/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the phase machine: a move, and the cells that make it.
 */
#ifndef _SYNFIN_PHASE_CELLS_H
#define _SYNFIN_PHASE_CELLS_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif
#include "core/phase.h"

/* Larger than any window that a receiver can offer (RFC 7323: 1 GiB). */
#define SYNFIN_WINDOW_MAX	0x40000000u

/* More than what a capture misses between two segments, at once. */
#define SYNFIN_GAP_MAX		0x1000000u

/* What may be under way behind a segment that is lost, where all are shown. */
#define SYNFIN_GAP_WATCHED	0x100000u

/**
 * struct synfin_move - a segment that meets a connection
 * @conn:	the connection
 * @seg:	the segment
 * @res:	what comes of it
 * @step:	where its next phase goes
 * @now:	when it passed
 * @own:	what its sender has sent so far
 * @peer:	what the other end has
 * @from:	enum synfin_from, who sent it
 * @last_ns:	when the segment before it passed; where data passes unseen, the phase
 */
struct synfin_move {
	struct synfin_conn *conn;
	const struct synfin_segment *seg;
	struct synfin_result *res;
	struct synfin_step *step;
	__u64 now;
	struct synfin_end *own;
	struct synfin_end *peer;
	__u32 from;
	__u64 last_ns;
};

/* a comes after b on the circle of sequence numbers */
static inline bool synfin_after(__u32 a, __u32 b)
{
	return (__s32)(a - b) > 0;
}

/* lo <= n <= lo + span on the circle of sequence numbers */
static inline bool synfin_within(__u32 n, __u32 lo, __u32 span)
{
	return n - lo <= span;
}

static inline __u64 synfin_since(__u64 now, __u64 then)
{
	return now > then ? now - then : 0;
}

/* A capture may be out of order: what took less than nothing is not known. */
static inline __u64 synfin_took(__u64 now, __u64 then)
{
	return now >= then ? now - then : SYNFIN_NS_NONE;
}

/* Counts stop at the largest number that the record can hold. */
static inline __u32 synfin_count(__u32 *count)
{
	if (*count != ~0u)
		++*count;
	return *count;
}

/*
 * Was the client's ACK of the SYN-ACK missed? The server acknowledges what the client
 * was not seen to send, or sends data, which only Fast Open allows before.
 */
static inline bool synfin_was_open(const struct synfin_conn *conn)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	return conn->state == SYNFIN_STATE_SYN_ACK &&
	       (synfin_after(client->una, client->nxt) ||
		(synfin_after(server->nxt, server->isn + 1) &&
		 !(conn->flags & SYNFIN_FLAG_SYN_DATA)));
}

static inline bool synfin_has_ack(const struct synfin_segment *seg)
{
	return seg->flags & SYNFIN_TCP_ACK;
}

static inline void synfin_set_isn(struct synfin_end *end, __u32 isn)
{
	end->isn = isn;
	end->una = isn;
	end->nxt = isn + 1;
	end->flags |= SYNFIN_END_ISN | SYNFIN_END_NXT | SYNFIN_END_UNA |
		      SYNFIN_END_SHOWN;
}

/* How much of what follows the SYN may be acknowledged with it: its data. */
static inline __u32 synfin_syn_room(const struct synfin_end *end)
{
	return end->nxt - (end->isn + 1);
}

static inline bool synfin_acks_syn(const struct synfin_move *m)
{
	return synfin_has_ack(m->seg) && (m->peer->flags & SYNFIN_END_ISN) &&
	       synfin_within(m->seg->ack, m->peer->isn + 1,
			     synfin_syn_room(m->peer));
}

static_assert(SYNFIN_NO_REASON == 0);

/* All but the steps, of which there are none. */
static inline void synfin_nothing(struct synfin_result *res)
{
	__builtin_memset(res, 0, __builtin_offsetof(struct synfin_result, step));
}

/* Does it acknowledge the SYN that was doubted, and any data that it carried? */
static inline bool synfin_acks_next(const struct synfin_conn *conn,
				    const struct synfin_segment *seg)
{
	return (conn->flags & SYNFIN_FLAG_NEXT) && synfin_has_ack(seg) &&
	       synfin_within(seg->ack, conn->next_isn + 1, 0xffff);
}

/* phase_step.c */
void synfin_step_add(struct synfin_move *m, __u8 phase, __u32 count);
void synfin_pass(struct synfin_move *m, enum synfin_counter reason);
__u32 synfin_reach(const struct synfin_move *m);
void synfin_track(struct synfin_move *m);
void synfin_finish_with(struct synfin_move *m, __u8 closing, __u8 closed_by);

/* lo <= n <= lo + span, or beyond that by what may have passed unseen */
static inline bool synfin_reaches(const struct synfin_move *m, __u32 n, __u32 lo,
				  __u32 span)
{
	return synfin_within(n, lo, span) || n - lo - span <= synfin_reach(m);
}

/* May @end have sent it since what was acknowledged, as far as that is known? */
static inline bool synfin_is_ahead(const struct synfin_move *m,
				   const struct synfin_end *end, __u32 number)
{
	__u32 sent = 0;

	if ((end->flags & SYNFIN_END_NXT) && synfin_after(end->nxt, end->una))
		sent = end->nxt - end->una;
	return synfin_reaches(m, number, end->una, sent);
}

/* phase_open.c: cells of the handshake */
void synfin_cell_first_syn(struct synfin_move *m);
void synfin_cell_first_syn_ack(struct synfin_move *m);
void synfin_cell_first_plain(struct synfin_move *m);
void synfin_cell_syn_again(struct synfin_move *m);
void synfin_cell_syn_ack(struct synfin_move *m);
void synfin_cell_syn_ack_again(struct synfin_move *m);
void synfin_cell_missed(struct synfin_move *m);
void synfin_cell_ack(struct synfin_move *m);
void synfin_cell_fin_early(struct synfin_move *m);
void synfin_cell_fin_before_ack(struct synfin_move *m);
void synfin_opened(struct synfin_move *m, __u8 opening);
void synfin_acknowledge(struct synfin_move *m);
void synfin_acknowledge_late(struct synfin_move *m);

/* phase_cross.c: cells of a simultaneous open */
void synfin_cell_syn_cross(struct synfin_move *m);
void synfin_cell_syn_ack_cross(struct synfin_move *m);
void synfin_cell_ack_cross(struct synfin_move *m);

/* phase_fail.c: cells of an opening that fails */
void synfin_cell_refuse(struct synfin_move *m);
void synfin_cell_abort(struct synfin_move *m);
void synfin_cell_unreachable(struct synfin_move *m);
bool synfin_in_sequence(const struct synfin_move *m);
bool synfin_reset_unopened(struct synfin_move *m);
void synfin_open_failed(struct synfin_move *m, __u8 opening);

/* phase_next.c: cells of a handshake's segments when it is over */
void synfin_cell_syn_inside(struct synfin_move *m);
void synfin_cell_syn_ack_inside(struct synfin_move *m);
void synfin_cell_syn_late(struct synfin_move *m);
void synfin_cell_syn_ack_late(struct synfin_move *m);
void synfin_doubt(struct synfin_conn *conn, __u32 from, __u32 isn, __u64 now);
bool synfin_begins_next(struct synfin_move *m);

/* phase_close.c: cells of the close */
void synfin_cell_first_fin(struct synfin_move *m);
void synfin_cell_data(struct synfin_move *m);
void synfin_cell_fin_1(struct synfin_move *m);
void synfin_cell_fin_again(struct synfin_move *m);
void synfin_cell_fin_2(struct synfin_move *m);
void synfin_cell_data_after_fin(struct synfin_move *m);
void synfin_cell_ack_fin(struct synfin_move *m);
void synfin_cell_fin_late(struct synfin_move *m);
void synfin_cell_ack_late(struct synfin_move *m);
void synfin_begin_close(struct synfin_conn *conn);

/* phase_reset.c: cells of resets */
void synfin_cell_first_rst(struct synfin_move *m);
void synfin_cell_reset(struct synfin_move *m);
void synfin_cell_rst_late(struct synfin_move *m);
void synfin_reset_by(struct synfin_move *m);
bool synfin_proves_alive(const struct synfin_move *m);

/* phase_end.c */
void synfin_conn_end(struct synfin_conn *conn, struct synfin_result *res);
void synfin_reset_believed(struct synfin_conn *conn, struct synfin_result *res);

#endif /* _SYNFIN_PHASE_CELLS_H */
