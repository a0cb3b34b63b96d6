// SPDX-License-Identifier: GPL-2.0
/*
 * What a move leaves behind: a phase, or the reason why there is none; how far each
 * end has got; the end.
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"

/* Which letter of the history, and which bit of Wireshark's, a phase is. */
static const struct {
	__u8 letter;
	__u8 seen;
} marks[SYNFIN_PHASE_NR] = {
	[SYNFIN_PHASE_SYN] = { SYNFIN_HISTORY_SYN, SYNFIN_SEEN_SYN },
	[SYNFIN_PHASE_SYN_ACK] = { SYNFIN_HISTORY_SYN_ACK, SYNFIN_SEEN_SYN_ACK },
	[SYNFIN_PHASE_ACK] = { SYNFIN_HISTORY_ACK, SYNFIN_SEEN_ACK },
	[SYNFIN_PHASE_FIN_1] = { SYNFIN_HISTORY_FIN, SYNFIN_SEEN_FIN },
	[SYNFIN_PHASE_ACK_1] = { SYNFIN_HISTORY_ACK, 0 },
	[SYNFIN_PHASE_FIN_2] = { SYNFIN_HISTORY_FIN, SYNFIN_SEEN_FIN },
	[SYNFIN_PHASE_ACK_2] = { SYNFIN_HISTORY_ACK, 0 },
	[SYNFIN_PHASE_RST] = { SYNFIN_HISTORY_RST, SYNFIN_SEEN_RST },
};

/* Each letter of each end once, in the order of their segments. */
static void history_add(struct synfin_conn *conn, __u32 letter)
{
	if ((conn->said >> letter & 1) || conn->letters == 64)
		return;
	conn->said |= 1u << letter;
	conn->history |= (__u64)letter << conn->letters;
	conn->letters += 4;
}

/* Is a member of a segment where a step has it, seen from the window? */
#define SAME_IN_STEP(member)						\
	static_assert(__builtin_offsetof(struct synfin_segment, member) - \
		      __builtin_offsetof(struct synfin_segment, window) == \
		      __builtin_offsetof(struct synfin_step, member) -	\
		      __builtin_offsetof(struct synfin_step, window),	\
		      #member)
#define AS_ON_THE_WIRE							\
	(__builtin_offsetof(struct synfin_step, count) -		\
	 __builtin_offsetof(struct synfin_step, window))

SAME_IN_STEP(flags);
SAME_IN_STEP(seq);
SAME_IN_STEP(ack);
SAME_IN_STEP(len);

/**
 * synfin_step_add() - the segment makes a phase
 * @m:		the move
 * @phase:	enum synfin_phase
 * @count:	how many times this segment has been sent
 */
void synfin_step_add(struct synfin_move *m, __u8 phase, __u32 count)
{
	const struct synfin_segment *seg = m->seg;
	struct synfin_step *step = m->step++;
	struct synfin_conn *conn = m->conn;
	__u64 now = m->now;

	m->res->nr++;
	step->phase = phase;
	step->from = m->from;
	step->reserved0 = 0;
	__builtin_memcpy(&step->window, &seg->window, AS_ON_THE_WIRE);
	step->count = count;
	step->time_ns = now;
	/* The first phase leaves its mark, whatever passed before it. */
	step->since_ns = conn->seen ? synfin_since(now, conn->last_ns) :
				      SYNFIN_NS_NONE;

	conn->last_ns = now;
	if (seg->kind == SYNFIN_KIND_ICMP)
		return;
	conn->seen |= marks[phase].seen;
	history_add(conn, marks[phase].letter | m->from * SYNFIN_HISTORY_SERVER);
}

/**
 * synfin_pass() - the segment makes no phase
 * @m:		the move
 * @reason:	the counter that says why
 */
void synfin_pass(struct synfin_move *m, enum synfin_counter reason)
{
	if (!m->res->nr)
		m->res->reason = reason;
}

/**
 * synfin_reach() - how far beyond what is known may either end have got unseen?
 * @m: the move
 *
 * A gap, and what a line of 128 Gbit/s (16 bytes in a nanosecond) carries in the time
 * since the segment, or the phase, before.
 *
 * Return: bytes.
 */
__u32 synfin_reach(const struct synfin_move *m)
{
	__u64 most = synfin_shows_all(m->seg) ? SYNFIN_WINDOW_MAX : ~0u;
	__u64 idle = synfin_since(m->now, m->last_ns);
	__u64 reach = SYNFIN_GAP_MAX + (idle < most ? idle : most) * 16;

	if (synfin_phase_is_watched(m->conn))
		return SYNFIN_GAP_WATCHED;
	return reach < most ? reach : most;
}

/**
 * synfin_track() - learn from a segment's numbers how far both ends have got
 * @m: the move
 *
 * Never backwards, and never further than may have passed unseen, so that a
 * stray number does no harm.
 */
void synfin_track(struct synfin_move *m)
{
	const struct synfin_segment *seg = m->seg;
	__u32 next = synfin_segment_end(seg);
	struct synfin_end *own = m->own;
	struct synfin_end *peer = m->peer;
	__u32 ack = seg->ack;

	if (seg->len && (!(own->flags & SYNFIN_END_NXT) ||
			 synfin_reaches(m, seg->seq, own->nxt - SYNFIN_WINDOW_MAX,
					SYNFIN_WINDOW_MAX)))
		m->conn->flags |= SYNFIN_FLAG_DATA;
	if (!(own->flags & SYNFIN_END_NXT)) {
		if (!(own->flags & SYNFIN_END_ISN))
			own->isn = seg->seq - 1;
		own->nxt = next;
		own->flags |= SYNFIN_END_NXT;
	} else if (synfin_after(next, own->nxt) &&
		   synfin_reaches(m, seg->seq, own->nxt - seg->len, seg->len)) {
		if (next - own->isn < own->nxt - own->isn)
			own->flags |= SYNFIN_END_WRAPPED;
		own->nxt = next;
		if (synfin_shows_all(seg))
			own->flags &= ~SYNFIN_END_SHOWN;
	}
	if (synfin_shows_all(seg) && seg->len && next == own->nxt)
		own->flags |= SYNFIN_END_SHOWN;
	if (!synfin_has_ack(seg))
		return;
	if (!(peer->flags & SYNFIN_END_NXT)) {
		if (!(peer->flags & SYNFIN_END_ISN))
			peer->isn = ack - 1;
		peer->nxt = ack;
		peer->flags |= SYNFIN_END_NXT;
	}
	if (!(peer->flags & SYNFIN_END_UNA)) {
		peer->una = ack;
		peer->flags |= SYNFIN_END_UNA;
	} else if (synfin_after(ack, peer->una) && synfin_is_ahead(m, peer, ack)) {
		peer->una = ack;
	}
}

/**
 * synfin_finish_with() - the segment ends the connection
 * @m:		the move
 * @closing:	enum synfin_close
 * @closed_by:	enum synfin_closed_by
 */
void synfin_finish_with(struct synfin_move *m, __u8 closing, __u8 closed_by)
{
	m->conn->closing = closing;
	m->conn->closed_by = closed_by;
	synfin_conn_end(m->conn, m->res);
}
