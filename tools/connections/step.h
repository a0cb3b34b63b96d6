/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A phase without what it has in common with its connection, as it is kept; and as a
 * view is shown it, with that.
 */
#ifndef _TOOLS_STEP_H
#define _TOOLS_STEP_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "uapi/synfin.h"

/**
 * struct step - a phase of a connection that is known; begins like its record
 * @phase: enum synfin_phase
 * @from: enum synfin_from
 * @reason: of a drop: enum synfin_drop
 * @window: as on the wire
 * @icmp: of an ICMP error instead: its type and code
 * @tcp_flags: byte 13 of the TCP header
 * @hook: of a drop by netfilter: NF_INET_* + 1
 * @seq: sequence number
 * @ack: acknowledgment number
 * @len: payload
 * @count: how many times it has been sent
 * @since_ns: since the phase before
 * @time_ns: when it passed
 * @skipped: phases before it that were left out; @since_ns counts from before them
 * @mixed: of the @skipped ones not all are earlier copies of this segment
 */
struct step {
	__u8 phase;
	__u8 from;
	__u16 reason;
	union {
		__u16 window;
		__u16 icmp;
	};
	__u8 tcp_flags;
	__u8 hook;
	__u32 seq;
	__u32 ack;
	__u32 len;
	__u32 count;
	__u64 since_ns;
	__u64 time_ns;
	__u32 skipped;
	__u32 mixed;
};

#define STEP_AS_RECORD(field)							\
	static_assert(offsetof(struct step, field) ==				\
		      offsetof(struct synfin_record_step, field) &&		\
		      sizeof(((struct step *)0)->field) ==			\
		      sizeof(((struct synfin_record_step *)0)->field), #field)

STEP_AS_RECORD(phase);
STEP_AS_RECORD(from);
STEP_AS_RECORD(reason);
STEP_AS_RECORD(window);
STEP_AS_RECORD(icmp);
STEP_AS_RECORD(tcp_flags);
STEP_AS_RECORD(hook);
STEP_AS_RECORD(seq);
STEP_AS_RECORD(ack);
STEP_AS_RECORD(len);
STEP_AS_RECORD(count);
STEP_AS_RECORD(since_ns);
STEP_AS_RECORD(time_ns);

#undef STEP_AS_RECORD

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
	memcpy(step, rec, sizeof(*rec));
	step->skipped = 0;
	step->mixed = 0;
}

static inline void step_unpack(const struct step *step,
			       struct synfin_record_step *rec)
{
	memcpy(rec, step, sizeof(*rec));
}

#endif /* _TOOLS_STEP_H */
