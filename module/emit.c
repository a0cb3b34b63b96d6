// SPDX-License-Identifier: GPL-2.0
/*
 * The fan-out.
 *
 * In: phases and connections, from a hook or the worker, under the flow's lock,
 * so that a flow's records are in order. Out: at once, a record in this CPU's
 * ring and its counter; after the lock, the tracepoint, and a connection's
 * histograms and row, which may allocate.
 */
#include "emit.h"
#include "core/phase.h"
#include "ring.h"
#include "stats.h"
#include "trace.h"

#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>

/* A ring takes whole words, and both kinds fit a slot. */
static_assert(sizeof(struct synfin_record_phase) % sizeof(u64) == 0);
static_assert(sizeof(struct synfin_record_conn) % sizeof(u64) == 0);
static_assert(sizeof(union synfin_emission) <= sizeof(union synfin_record));

static union synfin_emission *synfin_emit_next(struct synfin_batch *b)
{
	lockdep_assert_irqs_disabled();
	if (WARN_ON_ONCE(b->nr == ARRAY_SIZE(b->rec)))
		return NULL;
	return &b->rec[b->nr++];
}

/**
 * struct synfin_clock - from a flow's clock, which is monotonic, to the time of day
 * @tick:	jiffies, when that was asked for
 * @real_ns:	the time of day when the monotonic clock was 0
 */
struct synfin_clock {
	unsigned long	tick;
	u64		real_ns;
};

static DEFINE_PER_CPU(struct synfin_clock, synfin_clocks);

/*
 * Asked for once in a tick: if somebody sets the time of day, records have it from the
 * next one on.
 */
static u64 synfin_emit_date(u64 mono_ns)
{
	struct synfin_clock *clock = this_cpu_ptr(&synfin_clocks);

	lockdep_assert_irqs_disabled();
	if (unlikely(time_after(jiffies, clock->tick))) {
		clock->tick = jiffies;
		clock->real_ns = ktime_to_ns(ktime_mono_to_real(0));
	}
	return clock->real_ns + mono_ns;
}

/* The tracepoint fires after the lock, so it wants a copy of the record. */
static noinline void synfin_emit_copy(struct synfin_batch *b,
				      const struct synfin_conn *conn,
				      const struct synfin_step *step)
{
	union synfin_emission *rec = synfin_emit_next(b);

	if (!rec)
		return;
	synfin_phase_record(conn, step, synfin_emit_date(step->time_ns),
			    &rec->phase);
}

/**
 * synfin_emit_phase() - write down a phase that has passed
 * @b:		the batch
 * @conn:	its connection, already in the state after it
 * @step:	the phase
 *
 * Context: Any but NMI, irqs off; under the flow's lock.
 */
void synfin_emit_phase(struct synfin_batch *b, const struct synfin_conn *conn,
		       const struct synfin_step *step)
{
	u64 date = synfin_emit_date(step->time_ns);
	union synfin_record *rec;
	struct synfin_ring *ring;

	ring = synfin_ring_begin(&rec);
	synfin_phase_record(conn, step, date, &rec->phase);
	synfin_ring_end(ring, rec);
	synfin_stats_inc(b->sn, SYNFIN_CNT_phases);
	if (trace_synfin_phase_enabled())
		synfin_emit_copy(b, conn, step);
}

/**
 * synfin_emit_conn() - write down a connection that has ended
 * @b:		the batch
 * @conn:	the connection
 *
 * Context: Any but NMI, irqs off; under the flow's lock.
 */
noinline void synfin_emit_conn(struct synfin_batch *b,
			       const struct synfin_conn *conn)
{
	union synfin_emission *rec = synfin_emit_next(b);
	union synfin_record *slot;
	struct synfin_ring *ring;

	if (!rec)
		return;
	synfin_phase_summary(conn, &rec->conn);
	rec->head.time_ns = synfin_emit_date(conn->first_ns);
	ring = synfin_ring_begin(&slot);
	slot->conn = rec->conn;
	synfin_ring_end(ring, slot);
	synfin_stats_inc(b->sn, SYNFIN_CNT_conns);
}

/**
 * synfin_emit_quietly() - count a connection that is not written down
 * @b:		the batch
 * @conn:	the connection, ended
 *
 * Context: Any but NMI, irqs off; under the flow's lock.
 */
void synfin_emit_quietly(struct synfin_batch *b, const struct synfin_conn *conn)
{
	union synfin_emission *rec = synfin_emit_next(b);

	if (!rec)
		return;
	synfin_phase_summary(conn, &rec->conn);
	rec->head.type = SYNFIN_RECORD_NONE;
}

/**
 * synfin_emit_rest() - for synfin_emit_end(): there is something in the batch
 * @b: the batch
 *
 * Context: Any of a netfilter hook, or a worker; no raw lock held, irqs as the
 * caller found them.
 */
noinline void synfin_emit_rest(struct synfin_batch *b)
{
	unsigned int i;

	for (i = 0; i < b->nr; i++) {
		if (b->rec[i].head.type == SYNFIN_RECORD_PHASE) {
			trace_synfin_phase(&b->rec[i].phase);
			continue;
		}
		if (b->rec[i].head.type == SYNFIN_RECORD_CONN)
			trace_synfin_conn(&b->rec[i].conn);
		synfin_stats_conn(b->sn, &b->rec[i].conn);
	}
}
