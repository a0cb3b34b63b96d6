/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the phase machine: what its files share.
 */
#ifndef _SYNFIN_PHASE_MOVE_H
#define _SYNFIN_PHASE_MOVE_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#define noinline
#endif
#include "core/phase_numbers.h"

/*
 * A handler answers with the state that follows, or with a state and this: what that
 * state would do with the same segment.
 */
#define SYNFIN_AS	0x80u

/* Less than this may be explained by segments that overtook each other. */
#define SYNFIN_REORDER_NS	1000000000ULL

/* An ACK is delayed no longer (RFC 9293, 3.8.6.3). */
#define SYNFIN_DELAYED_ACK_NS	500000000ULL

/* Counts stop at the largest number. */
static inline __u32 synfin_count(__u32 *count)
{
	if (*count != ~0u)
		++*count;
	return *count;
}

static_assert(SYNFIN_NO_REASON == 0);

/* All but the steps, of which there are none. */
static inline void synfin_nothing(struct synfin_result *res)
{
	__builtin_memset(res, 0, __builtin_offsetof(struct synfin_result, step));
}

static inline __u8 synfin_by(__u32 from)
{
	return from == SYNFIN_FROM_CLIENT ? SYNFIN_BY_CLIENT : SYNFIN_BY_SERVER;
}

/* An end has got so far. */
static inline void synfin_advance(struct synfin_end *end, __u32 next)
{
	if (next - end->isn < end->nxt - end->isn)
		end->wraps++;
	end->nxt = next;
}

/* From here on plain segments pass unseen, unless it is watched. */
static inline void synfin_note_blind(struct synfin_move *m)
{
	if (!synfin_shows_all(m->seg) && !m->conn->blind_ns &&
	    !(m->conn->flags & SYNFIN_FLAG_WATCHED))
		m->conn->blind_ns = m->now;
}

/* phase_expected.c */
bool synfin_expected(struct synfin_move *m);

/* phase_handshake.c */
unsigned int synfin_state_none(struct synfin_move *m);
unsigned int synfin_state_syn(struct synfin_move *m);
unsigned int synfin_state_syn_ack(struct synfin_move *m);
unsigned int synfin_syn_again(struct synfin_move *m);
unsigned int synfin_reset_opening(struct synfin_move *m);
unsigned int synfin_not_delivered(struct synfin_move *m);
void synfin_settle(struct synfin_conn *conn);

/* phase_cross.c */
unsigned int synfin_state_syn_syn(struct synfin_move *m);

/* phase_tries.c */
void synfin_note_try(struct synfin_move *m);
void synfin_begin_tries(struct synfin_move *m);
void synfin_await_answer(struct synfin_move *m);
__u64 synfin_since_try(const struct synfin_move *m);
bool synfin_asks_no_more(const struct synfin_conn *conn, __u64 now);
bool synfin_was_open(const struct synfin_conn *conn);
void synfin_note_syn(struct synfin_move *m);
void synfin_opened(struct synfin_move *m, __u8 opening);
void synfin_acknowledged(struct synfin_move *m);
void synfin_repeat_syn(struct synfin_move *m);
void synfin_repeat_syn_ack(struct synfin_move *m);
void synfin_answer(struct synfin_move *m);

/* phase_close.c */
unsigned int synfin_state_open(struct synfin_move *m);
unsigned int synfin_state_closing(struct synfin_move *m);

/* phase_fin.c */
unsigned int synfin_close_state(const struct synfin_conn *conn);
void synfin_first_fin(struct synfin_move *m);
void synfin_second_fin(struct synfin_move *m);
void synfin_repeat_fin(struct synfin_move *m);
void synfin_ack_of_fin(struct synfin_move *m);
void synfin_closed_by(struct synfin_conn *conn);
void synfin_open_late(struct synfin_move *m);

/* phase_after.c */
unsigned int synfin_state_done(struct synfin_move *m);
void synfin_linger_on(struct synfin_move *m, __u64 before_ns);

/* phase_suspect.c */
unsigned int synfin_fail(struct synfin_move *m, __u8 opening);
unsigned int synfin_reset(struct synfin_move *m);
void synfin_suspect_rst(struct synfin_move *m, __u8 opening);
void synfin_refute(struct synfin_move *m);
void synfin_clear(struct synfin_move *m);
void synfin_believe(struct synfin_conn *conn);
bool synfin_rst_is_behind_fin(const struct synfin_conn *conn);

/* phase_suspect_fin.c */
void synfin_fin_sent(struct synfin_move *m);
void synfin_recall_fin(struct synfin_move *m);
void synfin_forged_fin(struct synfin_move *m);
bool synfin_refute_fins(struct synfin_move *m);

/* phase_report.c */
void synfin_step_add(struct synfin_move *m, __u8 phase, __u32 count);
void synfin_rst_add(struct synfin_move *m);
void synfin_pass(struct synfin_move *m, enum synfin_counter reason);

#endif /* _SYNFIN_PHASE_MOVE_H */
