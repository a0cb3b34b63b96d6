/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only fan-out: what the phase machine found goes to the ring, to the
 * tracepoints, to the statistics.
 *
 *	synfin_emit_begin(&batch, sn)
 *	lock the flow, irqs off
 *	synfin_emit_phase(), synfin_emit_conn()		ring, counters
 *	unlock
 *	synfin_emit_end(&batch)				tracepoints, statistics
 */
#ifndef _SYNFIN_EMIT_H
#define _SYNFIN_EMIT_H

#include <linux/types.h>
#include "uapi/synfin.h"

struct synfin_conn;
struct synfin_net;
struct synfin_step;

/*
 * The most that one segment can bring about: the end of a flow, the doubted SYN of
 * the next, two phases of that and its end; or two phases that were held back, two
 * more, and the end.
 */
#define SYNFIN_BATCH_MAX	5

/**
 * union synfin_emission - a record on its way
 * @head:	what both kinds begin with
 * @phase:	if head.type is SYNFIN_RECORD_PHASE
 * @conn:	if head.type is SYNFIN_RECORD_CONN
 *
 * union synfin_record without the reserved rest of a slot.
 */
union synfin_emission {
	struct synfin_record_head	head;
	struct synfin_record_phase	phase;
	struct synfin_record_conn	conn;
};

/**
 * struct synfin_batch - what one segment, or one wait that is over, brought about
 * @sn:		the namespace
 * @nr:		how many records are in @rec
 * @rec:	the records; those from @nr on are not initialised
 *
 * On the stack of its user; not to be zeroed.
 */
struct synfin_batch {
	struct synfin_net	*sn;
	unsigned int		nr;
	union synfin_emission	rec[SYNFIN_BATCH_MAX];
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
	b->nr = 0;
}

void synfin_emit_phase(struct synfin_batch *b, const struct synfin_conn *conn,
		       const struct synfin_step *step);
void synfin_emit_conn(struct synfin_batch *b, const struct synfin_conn *conn);
void synfin_emit_quietly(struct synfin_batch *b, const struct synfin_conn *conn);
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
	if (b->nr)
		synfin_emit_rest(b);
}

#endif /* _SYNFIN_EMIT_H */
