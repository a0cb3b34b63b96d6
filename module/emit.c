// SPDX-License-Identifier: GPL-2.0
/*
 * The fan-out.
 *
 * In: phases and connections, from a hook or the worker, under the flow's lock,
 * so that a flow's records are in order. Out: at once, records in this CPU's rings,
 * their counters, a connection's histograms and row; after the lock, the tracepoints,
 * and what would have had to allocate.
 */
#include "emit.h"
#include "core/payload.h"
#include "core/record.h"
#include "first.h"
#include "ring.h"
#include "stats.h"
#include "trace.h"

#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>

/* So many times what comes after the end is written each time. */
#define LATE_EACH	16

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
static u64 date_offset(void)
{
	struct synfin_clock *clock = this_cpu_ptr(&synfin_clocks);

	lockdep_assert_irqs_disabled();
	if (unlikely(time_after(jiffies, clock->tick))) {
		clock->tick = jiffies;
		clock->real_ns = ktime_to_ns(ktime_mono_to_real(0));
	}
	return clock->real_ns;
}

/* The tracepoint fires after the lock, so it wants a copy. */
static noinline void trace_later(struct synfin_batch *b, const struct synfin_conn *conn,
				 const struct synfin_step *step)
{
	struct synfin_record_step *copy = &b->step[b->nr_steps];
	u64 offset = date_offset();

	if (WARN_ON_ONCE(b->nr_steps == ARRAY_SIZE(b->step)))
		return;
	/* All phases of a batch are of one connection. */
	if (!b->nr_steps)
		synfin_record_head(conn, &b->head, SYNFIN_RECORD_PHASES, 0, 0);
	memcpy(copy, step, sizeof(*copy));
	copy->time_ns += offset;
	b->nr_steps++;
}

static noinline void conn_later(struct synfin_batch *b,
				const struct synfin_record_conn *rec, u64 control,
				bool counted)
{
	if (WARN_ON_ONCE(b->nr_conns == ARRAY_SIZE(b->conn)))
		return;
	b->uncounted |= !counted << b->nr_conns;
	b->control[b->nr_conns] = control;
	b->conn[b->nr_conns++] = *rec;
}

/* States in which a handshake, or a close, is not what it will be. */
#define STATES_UNSETTLED						\
	(BIT(SYNFIN_STATE_SYN) | BIT(SYNFIN_STATE_SYN_SYN) |		\
	 BIT(SYNFIN_STATE_SYN_ACK) | BIT(SYNFIN_STATE_FIN) |		\
	 BIT(SYNFIN_STATE_HALF) | BIT(SYNFIN_STATE_FIN_FIN) |		\
	 BIT(SYNFIN_STATE_LAST))

static bool is_unsettled(const struct synfin_conn *conn)
{
	return STATES_UNSETTLED >> conn->state & 1 ||
	       conn->suspect.what;
}

/*
 * In which ring it belongs. What anybody can make up, and what anybody can do with
 * three segments of his own and leave, has its place apart from what was opened and
 * closed. So has what a router was shown from one side only.
 */
static enum synfin_ring_kind ring_of(const struct synfin_conn *conn)
{
	if (unlikely(!synfin_phase_is_proved(conn)))
		return SYNFIN_RING_UNPROVED;
	if (unlikely(conn->opening == SYNFIN_OPEN_MIDSTREAM ||
		     conn->flags & SYNFIN_FLAG_ONE_SIDED))
		return SYNFIN_RING_OPENED;
	if (conn->state == SYNFIN_STATE_DONE)
		return conn->closing >= SYNFIN_CLOSE_FOUR_WAY &&
		       conn->closing <= SYNFIN_CLOSE_RESET ?
		       SYNFIN_RING_CLOSED : SYNFIN_RING_OPENED;
	return conn->state >= SYNFIN_STATE_HALF ? SYNFIN_RING_CLOSED :
						  SYNFIN_RING_OPENED;
}

/*
 * What is sent again is counted in the summary. What comes after that is told by its
 * phases alone: of these more are written, as many as a socket sends.
 */
static bool is_left_out(const struct synfin_conn *conn, const struct synfin_step *step)
{
	return step->count & (step->count - 1) &&
	       (conn->state != SYNFIN_STATE_DONE || step->count > LATE_EACH);
}

/* One record of what is held and @step, or of what is held alone. */
static noinline void write_phases(struct synfin_batch *b,
				  const struct synfin_conn *conn,
				  struct synfin_held *held,
				  const struct synfin_step *step)
{
	u64 first_ns, offset = date_offset();
	unsigned int nr = 0, nr_held = held->nr;
	union synfin_record *rec;
	struct synfin_ring *ring;

	first_ns = nr_held ? held->step[0].time_ns : step->time_ns;
	ring = synfin_ring_begin(ring_of(conn), &rec);
	for (; nr < nr_held; nr++)
		synfin_record_add(&rec->phases, nr, &held->step[nr], offset);
	if (step)
		synfin_record_add(&rec->phases, nr++, step, offset);
	synfin_record_phases(conn, &rec->phases, nr, first_ns + offset);
	synfin_ring_end(ring, rec);
	held->nr = 0;
	synfin_stats_inc(b->sn, SYNFIN_CNT_phase_records);
}

/* Established for the client, but the server's queue never had room for it. */
static bool is_unaccepted(const struct synfin_conn *conn,
			  const struct synfin_record_conn *rec,
			  const struct synfin_drops *drops)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	return drops->reason == SYNFIN_DROP_ACCEPT_QUEUE && !drops->taken &&
	       rec->opening == SYNFIN_OPEN_ESTABLISHED &&
	       !(server->flags & (SYNFIN_END_DATA | SYNFIN_END_FIN)) &&
	       !(client->flags & SYNFIN_END_FIN_ACKED) &&
	       client->una == client->isn + 1 &&
	       (!rec->bytes_server || rec->bytes_server == SYNFIN_BYTES_NONE);
}

/* Of a connection that spoke TLS: right before its summary, in the same ring. */
static noinline void write_tls(struct synfin_batch *b, const struct synfin_conn *conn,
			       const struct synfin_payload *payload)
{
	union synfin_record *rec;
	struct synfin_ring *ring;

	ring = synfin_ring_begin(ring_of(conn), &rec);
	synfin_record_head(conn, &rec->head, SYNFIN_RECORD_TLS, sizeof(rec->tls),
			   conn->first_ns + date_offset());
	synfin_payload_tls(payload, conn->open_ns, &rec->tls);
	synfin_ring_end(ring, rec);
	synfin_stats_inc(b->sn, SYNFIN_CNT_tls_records);
}

/* Of a connection that another one announced: likewise. */
static noinline void write_ftp(struct synfin_batch *b, const struct synfin_conn *conn,
			       u64 control)
{
	union synfin_record *rec;
	struct synfin_ring *ring;

	ring = synfin_ring_begin(ring_of(conn), &rec);
	synfin_record_head(conn, &rec->head, SYNFIN_RECORD_FTP, sizeof(rec->ftp),
			   conn->first_ns + date_offset());
	rec->ftp.control = control;
	synfin_ring_end(ring, rec);
	synfin_stats_inc(b->sn, SYNFIN_CNT_ftp_records);
}

/* A connection has ended. */
static noinline void write_conn(struct synfin_batch *b, const struct synfin_conn *conn,
				const struct synfin_held *held,
				const struct synfin_owner *owner,
				const struct synfin_drops *drops,
				const struct synfin_first *first)
{
	union synfin_record *rec;
	struct synfin_ring *ring;
	bool counted;

	if (unlikely(first->payload) && synfin_payload_tells_tls(first->payload))
		write_tls(b, conn, first->payload);
	if (static_branch_unlikely(&synfin_first_wanted) &&
	    unlikely(conn->flags & SYNFIN_FLAG_ANNOUNCED))
		write_ftp(b, conn, first->control);
	ring = synfin_ring_begin(ring_of(conn), &rec);
	synfin_phase_summary(conn, &rec->conn);
	rec->head.time_ns = conn->first_ns + date_offset();
	rec->conn.phase_count = min_t(u32, held->phases, U16_MAX);
	if (static_branch_unlikely(&synfin_first_wanted))
		synfin_first_summary(first, conn, &rec->conn);
	synfin_owner_tell(owner, &rec->conn);
	rec->conn.drop_reason = drops->reason;
	rec->conn.drop_hook = drops->hook;
	rec->conn.drop_count = drops->count;
	if (unlikely(drops->count) && is_unaccepted(conn, &rec->conn, drops)) {
		rec->conn.flags |= SYNFIN_CONN_UNACCEPTED;
		synfin_stats_inc(b->sn, SYNFIN_CNT_unaccepted);
	}
	counted = synfin_stats_count(b->sn, &rec->conn);
	if (unlikely(!counted || trace_synfin_conn_enabled()))
		conn_later(b, &rec->conn, conn->flags & SYNFIN_FLAG_ANNOUNCED ?
			   first->control : 0, counted);
	synfin_ring_end(ring, rec);
	synfin_stats_inc(b->sn, SYNFIN_CNT_conns);
}

/* Hold a phase, or write it together with those that are held. */
static __always_inline void take_step(struct synfin_batch *b,
				      const struct synfin_conn *conn,
				      struct synfin_held *held,
				      const struct synfin_step *step, bool hold)
{
	held->phases++;
	/* A handshake that falters is shown as it does. */
	if (hold && held->nr < SYNFIN_HELD_MAX &&
	    likely(step->phase != SYNFIN_PHASE_DROP) &&
	    likely(step->count == 1 || conn->state >= SYNFIN_STATE_OPEN))
		held->step[held->nr++] = *step;
	else
		write_phases(b, conn, held, step);
}

/**
 * synfin_emit_icmp() - write down who sent an ICMP error that makes a phase
 * @b:		the batch
 * @conn:	its connection
 * @seg:	the error
 * @now_ns:	when it passes, by the flow's clock
 *
 * Context: Any but NMI, irqs off; under the flow's lock.
 */
void synfin_emit_icmp(struct synfin_batch *b, const struct synfin_conn *conn,
		      const struct synfin_segment *seg, u64 now_ns)
{
	union synfin_record *rec;
	struct synfin_ring *ring;

	ring = synfin_ring_begin(ring_of(conn), &rec);
	synfin_record_icmp(conn, seg, now_ns + date_offset(), &rec->icmp);
	synfin_ring_end(ring, rec);
	synfin_stats_inc(b->sn, SYNFIN_CNT_phase_records);
}

/**
 * synfin_emit_result() - write down what a segment, or the end of a wait, brought about
 * @b:		the batch
 * @conn:	its connection, already in the state after it
 * @held:	what the flow holds
 * @owner:	whose it is
 * @drops:	what of it was dropped here
 * @first:	what its ends said first
 * @res:	the phases, and the end
 *
 * What is sent again is recorded the 2nd, 4th, 8th ... time, and counted each time; after
 * the end, each time up to the 16th.
 *
 * Context: Any but NMI, irqs off; under the flow's lock.
 */
void synfin_emit_result(struct synfin_batch *b, const struct synfin_conn *conn,
			struct synfin_held *held, const struct synfin_owner *owner,
			const struct synfin_drops *drops,
			const struct synfin_first *first,
			const struct synfin_result *res)
{
	const struct synfin_step *step, *end = res->step + res->nr;
	bool hold = is_unsettled(conn) && !res->ended;

	for (step = res->step; step < end; step++) {
		if (unlikely(is_left_out(conn, step))) {
			synfin_stats_inc(b->sn, SYNFIN_CNT_repeats);
			continue;
		}
		if (likely(!b->silent)) {
			synfin_stats_inc(b->sn, SYNFIN_CNT_phases);
			if (trace_synfin_phase_enabled())
				trace_later(b, conn, step);
		}
		take_step(b, conn, held, step, hold);
	}
	if (!hold && unlikely(held->nr))
		write_phases(b, conn, held, NULL);
	if (res->ended)
		write_conn(b, conn, held, owner, drops, first);
}

/**
 * synfin_emit_held() - what was held in a silent batch is not forgotten
 * @b:		the batch
 * @conn:	its connection
 * @held:	what the flow holds
 *
 * Context: Any but NMI, irqs off; under the flow's lock.
 */
void synfin_emit_held(struct synfin_batch *b, const struct synfin_conn *conn,
		      const struct synfin_held *held)
{
	unsigned int i;

	synfin_stats_add(b->sn, SYNFIN_CNT_phases, held->nr);
	for (i = 0; i < held->nr && trace_synfin_phase_enabled(); i++)
		trace_later(b, conn, &held->step[i]);
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

	for (i = 0; i < b->nr_steps; i++)
		trace_synfin_phase(&b->head, &b->step[i]);
	for (i = 0; i < b->nr_conns; i++) {
		trace_synfin_conn(&b->conn[i], b->control[i]);
		if (b->uncounted & BIT(i))
			synfin_stats_conn(b->sn, &b->conn[i]);
	}
}
