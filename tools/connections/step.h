/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A phase without what it has in common with its connection, as it is kept; and as a
 * view is shown it, with that.
 */
#ifndef _TOOLS_STEP_H
#define _TOOLS_STEP_H

#include <stdbool.h>

#include "uapi/synfin.h"

/**
 * struct step - a phase of a connection that is known; as in its record
 * @time_ns: head.time_ns
 * @since_ns: since the phase before
 * @seq: sequence number
 * @ack: acknowledgment number
 * @len: payload
 * @count: how many times it has been sent
 * @window: as on the wire
 * @phase: enum synfin_phase
 * @from: enum synfin_from
 * @tcp_flags: byte 13 of the TCP header
 * @mixed: of the @skipped ones not all are earlier copies of this segment
 * @reason: of a drop: enum synfin_drop
 * @hook: of a drop by netfilter: NF_INET_* + 1
 * @skipped: phases before it that were left out; @since_ns counts from before them
 */
struct step {
	__u64 time_ns;
	__u64 since_ns;
	__u32 seq;
	__u32 ack;
	__u32 len;
	__u32 count;
	__u16 window;
	__u8 phase;
	__u8 from;
	__u8 tcp_flags;
	__u8 mixed;
	__u8 reason;
	__u8 hook;
	__u32 skipped;
};

/* Is @b the same segment as @a, sent again? */
static inline bool step_repeats(const struct step *a, const struct step *b)
{
	return a->phase == b->phase && a->from == b->from && a->seq == b->seq &&
	       b->count > 1 && a->tcp_flags == b->tcp_flags;
}

/**
 * struct phase - a phase as views take it
 * @head: what its record began with; @step has the time
 * @step: the phase
 */
struct phase {
	const struct synfin_record_head *head;
	const struct synfin_record_step *step;
};

static inline void step_pack(struct step *step, const struct synfin_record_step *rec)
{
	*step = (struct step){
		.time_ns = rec->time_ns,
		.since_ns = rec->since_ns,
		.seq = rec->seq,
		.ack = rec->ack,
		.len = rec->len,
		.count = rec->count,
		.window = rec->window,
		.phase = rec->phase,
		.from = rec->from,
		.tcp_flags = rec->tcp_flags,
		.reason = (__u8)rec->reason,
		.hook = rec->hook,
	};
}

static inline void step_unpack(const struct step *step,
			       struct synfin_record_step *rec)
{
	*rec = (struct synfin_record_step){
		.time_ns = step->time_ns,
		.since_ns = step->since_ns,
		.seq = step->seq,
		.ack = step->ack,
		.len = step->len,
		.count = step->count,
		.window = step->window,
		.phase = step->phase,
		.from = step->from,
		.tcp_flags = step->tcp_flags,
		.reason = step->reason,
		.hook = step->hook,
	};
}

#endif /* _TOOLS_STEP_H */
