/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only fan-out: what the phase machine found goes to the ring, to the
 * tracepoints, to the statistics.
 *
 *	synfin_emit_begin(&batch, sn)
 *	lock the flow, irqs off
 *	synfin_emit_result()				ring, counters
 *	unlock
 *	synfin_emit_end(&batch)				tracepoints, the rest
 *
 * A flow holds the phases of its handshake until its ACK has proved it, and those of
 * its close until that is under way from both ends: then they are written at once, in
 * one record, to the ring of those that are worth as much. What repeats, fails or is
 * given up before is written as well. The tracepoint fires for each as it passes.
 */
#ifndef _SYNFIN_EMIT_H
#define _SYNFIN_EMIT_H

#include <linux/types.h>
#include "core/phase.h"
#include "drop.h"
#include "process.h"
#include "uapi/synfin.h"

struct synfin_net;
struct synfin_first;

/* Phases that a flow holds: with the next one they make a whole record. */
#define SYNFIN_HELD_MAX		(SYNFIN_STEPS_MAX - 1)

/**
 * struct synfin_held - phases of a flow that have not been written
 * @nr:		how many are in @step
 * @phases:	how many there have been, written or held
 * @step:	the phases, in their order
 *
 * Under the flow's lock.
 */
struct synfin_held {
	u32			nr;
	u32			phases;
	struct synfin_step	step[SYNFIN_HELD_MAX];
};

/**
 * synfin_held_init() - a flow begins: nothing has passed
 * @held: the flow's
 */
static inline void synfin_held_init(struct synfin_held *held)
{
	held->nr = 0;
	held->phases = 0;
}

/*
 * The most that one segment can bring about: what was held back, three phases more, and
 * the end.
 */
#define SYNFIN_BATCH_STEPS	6
#define SYNFIN_BATCH_CONNS	1

/**
 * struct synfin_batch - what one segment, or one wait that is over, leaves to be done
 * @sn:		the namespace
 * @silent:	no tracepoint fires for what is held: it may be forgotten
 * @nr_steps:	how many are in @step
 * @nr_conns:	how many are in @conn
 * @uncounted:	a bit for each of @conn that the statistics do not have
 * @head:	of the connection of which phases passed
 * @step:	these phases, for the tracepoint
 * @conn:	summaries
 * @control:	who announced each of @conn; 0 if nobody did
 *
 * On the stack of its user; not to be zeroed.
 */
struct synfin_batch {
	struct synfin_net		*sn;
	bool				silent;
	u8				nr_steps;
	u8				nr_conns;
	u8				uncounted;
	struct synfin_record_head	head;
	struct synfin_record_step	step[SYNFIN_BATCH_STEPS];
	struct synfin_record_conn	conn[SYNFIN_BATCH_CONNS];
	u64				control[SYNFIN_BATCH_CONNS];
};

/**
 * synfin_emit_begin() - begin a batch
 * @b:	the batch, not initialised
 * @sn:	the namespace of all that it will hold
 *
 * Context: Any.
 */
static inline void synfin_emit_begin(struct synfin_batch *b,
				     struct synfin_net *sn)
{
	b->sn = sn;
	b->silent = false;
	b->nr_steps = 0;
	b->nr_conns = 0;
	b->uncounted = 0;
}

void synfin_emit_icmp(struct synfin_batch *b, const struct synfin_conn *conn,
		      const struct synfin_segment *seg, u64 now_ns);
void synfin_emit_result(struct synfin_batch *b, const struct synfin_conn *conn,
			struct synfin_held *held, const struct synfin_owner *owner,
			const struct synfin_drops *drops,
			const struct synfin_first *first,
			const struct synfin_result *res);
void synfin_emit_held(struct synfin_batch *b, const struct synfin_conn *conn,
		      const struct synfin_held *held);
void synfin_emit_rest(struct synfin_batch *b);

/**
 * synfin_emit_end() - hand the batch to those who need no order
 * @b: the batch; to be begun again before it is used again
 *
 * Of most segments there is nothing to hand on.
 *
 * Context: Any of a netfilter hook, or a worker; no raw lock held, irqs as the
 * caller found them.
 */
static inline void synfin_emit_end(struct synfin_batch *b)
{
	if (b->nr_steps || b->nr_conns)
		synfin_emit_rest(b);
}

#endif /* _SYNFIN_EMIT_H */
