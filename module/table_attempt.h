/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A handshake that is under way, in 64 bytes instead of a flow's 600: enough to show the
 * phase machine again what it was shown. table_recall.c keeps them.
 *
 * No addresses are kept: the keyed hash of the endpoints and the numbers must both agree.
 */
#ifndef _SYNFIN_TABLE_ATTEMPT_H
#define _SYNFIN_TABLE_ATTEMPT_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include "core/phase.h"

struct synfin_flow;

#define SYNFIN_ATTEMPT_HELD		0x03	/* how many of its phases were not written */
#define SYNFIN_ATTEMPT_ANSWERED	0x04	/* there was a SYN-ACK */
#define SYNFIN_ATTEMPT_STAMPED		0x08	/* all that may be answered had a time stamp */
#define SYNFIN_ATTEMPT_ONE_SIDED	0x10	/* SYNFIN_FLAG_ONE_SIDED */
#define SYNFIN_ATTEMPT_RTT_KNOWN	0x20	/* @rtt is */

/**
 * struct synfin_attempt - a handshake that is under way
 * @id:		of its connection
 * @syn_ns:	when the first SYN passed
 * @answer_ns:	when the first SYN-ACK did
 * @isn:	of either, by enum synfin_from
 * @again:	how long after the first SYN the last one passed; or after the first SYN-ACK,
 *		if there were several; in units of 16 ns
 * @rtt:	synfin_conn.server_rtt_ns, likewise
 * @stamp:	of the first and the last SYN; or SYN-ACK, if answered
 * @device:	see struct synfin_conn
 * @window:	as on the wire, of either
 * @scale:	likewise
 * @flags:	likewise
 * @times:	how many times either was sent, 255 at most
 * @bits:	SYNFIN_ATTEMPT_*
 */
struct synfin_attempt {
	u64	id;
	u64	syn_ns;
	u64	answer_ns;
	u32	isn[2];
	u32	again;
	u32	rtt;
	u32	stamp[2];
	u32	device;
	u16	window[2];
	u8	scale[2];
	u8	flags[2];
	u8	times[2];
	u8	bits;
};

static_assert(sizeof(struct synfin_attempt) == 64);

/**
 * synfin_attempt_is_answered() - was there a SYN-ACK?
 * @a: the attempt
 *
 * Return: true if there was.
 */
static inline bool synfin_attempt_is_answered(const struct synfin_attempt *a)
{
	return a->bits & SYNFIN_ATTEMPT_ANSWERED;
}

bool synfin_attempt_is_plain(const struct synfin_flow *flow);
void synfin_attempt_describe(const struct synfin_flow *flow, struct synfin_attempt *a);
bool synfin_attempt_is_of(const struct synfin_attempt *a,
			  const struct synfin_segment *seg, enum synfin_from from);
void synfin_attempt_show(const struct synfin_attempt *a, const struct synfin_segment *seg,
			 enum synfin_from from, u32 netns, struct synfin_flow *flow);

#endif /* _SYNFIN_TABLE_ATTEMPT_H */
