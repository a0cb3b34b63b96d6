/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every "does this number fit", and what a move is: a segment that meets a connection.
 *
 * Sequence numbers lie on a circle: all is said by differences (RFC 9293, 3.4).
 */
#ifndef _SYNFIN_PHASE_NUMBERS_H
#define _SYNFIN_PHASE_NUMBERS_H

#include "core/phase.h"

/* Larger than any window that a receiver can offer (RFC 7323: 1 GiB). */
#define SYNFIN_WINDOW_MAX	0x40000000u

/* More than what a capture misses between two segments, at once. */
#define SYNFIN_GAP_MAX		0x1000000u

/**
 * struct synfin_move - a segment that meets a connection
 * @conn:	the connection
 * @seg:	the segment
 * @res:	what comes of it
 * @now:	when it passed
 * @own:	what its sender has sent so far
 * @peer:	what the other end has
 * @from:	enum synfin_from, who sent it
 */
struct synfin_move {
	struct synfin_conn *conn;
	const struct synfin_segment *seg;
	struct synfin_result *res;
	__u64 now;
	struct synfin_end *own;
	struct synfin_end *peer;
	__u32 from;
};

/* a comes after b */
static inline bool synfin_after(__u32 a, __u32 b)
{
	return (__s32)(a - b) > 0;
}

/* lo <= n <= lo + span */
static inline bool synfin_within(__u32 n, __u32 lo, __u32 span)
{
	return n - lo <= span;
}

static inline __u64 synfin_elapsed(__u64 now, __u64 then)
{
	return now > then ? now - then : 0;
}

static inline bool synfin_has_ack(const struct synfin_segment *seg)
{
	return seg->flags & SYNFIN_TCP_ACK;
}

/*
 * Does it answer a SYN to a closed port, whether that was seen or not? What has no ACK
 * to go by is answered from 0 (RFC 9293, 3.10.7.1).
 */
static inline bool synfin_refuses_unseen(const struct synfin_segment *seg)
{
	return seg->kind == SYNFIN_KIND_RST && synfin_has_ack(seg) && !seg->seq &&
	       !seg->len;
}

/* How much of what follows the SYN may be acknowledged with it: its data. */
static inline __u32 synfin_syn_room(const struct synfin_end *end)
{
	return end->nxt - (end->isn + 1);
}

static inline bool synfin_acks_syn_of(const struct synfin_end *end,
				      const struct synfin_segment *seg)
{
	return synfin_has_ack(seg) && (end->flags & SYNFIN_END_ISN) &&
	       synfin_within(seg->ack, end->isn + 1, synfin_syn_room(end));
}

/* Does it acknowledge its receiver's SYN, and perhaps what that carried? */
static inline bool synfin_acks_syn(const struct synfin_move *m)
{
	return synfin_acks_syn_of(m->peer, m->seg);
}

static inline bool synfin_acks_fin(const struct synfin_move *m)
{
	return synfin_has_ack(m->seg) && (m->peer->flags & SYNFIN_END_FIN) &&
	       m->seg->ack == m->peer->fin_end;
}

/* phase_numbers.c */
void synfin_set_isn(struct synfin_end *end, __u32 isn, __u32 len);
void synfin_note_window(struct synfin_move *m);
__u32 synfin_reach(const struct synfin_move *m);
__u32 synfin_unseen(const struct synfin_move *m);
__u32 synfin_hidden(const struct synfin_move *m);
bool synfin_seq_fits(const struct synfin_move *m);
bool synfin_is_old(const struct synfin_move *m);
bool synfin_ack_fits(const struct synfin_move *m);
bool synfin_may_follow_syn(const struct synfin_move *m);
bool synfin_acks_answer(struct synfin_move *m);
bool synfin_is_expected(const struct synfin_move *m);
bool synfin_was_spoken_of(const struct synfin_move *m);
bool synfin_fin_fits(const struct synfin_move *m);
bool synfin_rst_fits(const struct synfin_move *m);
bool synfin_rst_is_exact(const struct synfin_move *m);
bool synfin_shows_open(const struct synfin_move *m);

/* phase_track.c */
bool synfin_other_agrees(const struct synfin_move *m);
void synfin_track(struct synfin_move *m);
void synfin_track_told(struct synfin_move *m);
void synfin_jump(struct synfin_move *m);

#endif /* _SYNFIN_PHASE_NUMBERS_H */
