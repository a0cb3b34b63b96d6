// SPDX-License-Identifier: GPL-2.0
/*
 * Flows without a socket here: of these every segment is shown to the machine while they
 * are open, but of those that are busy only some.
 */
#include "table_private.h"

#include <linux/minmax.h>
#include <linux/timekeeping.h>

/* Segments that follow each other within so long are of a burst; so many make one. */
#define BURST_GAP_NS	(100 * NSEC_PER_MSEC)
#define BURST		8

/*
 * What is busy passes unseen for so long, and until the worker comes: less than 4 GiB
 * take on any line, so that the next segment says exactly how much it was. Of those
 * that come then a few are enough, if they agree with each other.
 * They must be of both ends: a device may hand over 64 of one before there is one of the
 * other.
 */
#define UNSEEN_NS	(64 * NSEC_PER_MSEC)
#define BURST_AGAIN	3
#define BURST_MAX	200

static_assert(UNSEEN_NS + NSEC_PER_SEC / SYNFIN_TABLE_SLICES <
	      SYNFIN_BLIND_WRAP_NS * 3 / 4);

/**
 * synfin_table_watch() - of a flow without a socket here every segment is shown
 * @flow:	the flow, its stripe locked; a segment has just passed
 * @before:	when the one before it had
 * @now:	the time
 *
 * While it is open or half closed, but for a moment if it is busy.
 */
void synfin_table_watch(struct synfin_flow *flow, u64 before, u64 now)
{
	struct synfin_conn *conn = &flow->conn;
	bool watched = synfin_phase_is_watched(conn);

	if (!synfin_table_waits_for_nothing(synfin_phase_wait(conn))) {
		if (watched && conn->state == SYNFIN_STATE_DONE)
			synfin_phase_unwatch(conn, now);
		return;
	}
	if (!watched) {
		if (flow->conn.table_list != SYNFIN_LIST_BUSY) {
			flow->burst = 0;
			synfin_phase_watch(conn, now);
		}
		return;
	}
	/* What does not fit the connection is no sign of life. */
	if (conn->seen_ns == before)
		return;
	flow->conn.table_flags |= SYNFIN_FLOW_LIVED;
	before = max(before, conn->watched_ns);
	flow->burst = now - before < BURST_GAP_NS ? flow->burst + 1 : 0;
	if (flow->burst >= (conn->blind_ns ? BURST_MAX : BURST))
		synfin_phase_unwatch(conn, now);
}

/* Put back up to @most of the flows of a stripe that were busy; false if that was too few. */
static bool watch_some(struct synfin_stripe *stripe, u64 now, unsigned int most)
{
	struct list_head *busy = &stripe->lists[SYNFIN_LIST_BUSY];
	struct synfin_flow *flow;

	lockdep_assert_held(&stripe->lock);
	while (!list_empty(busy)) {
		flow = list_first_entry(busy, struct synfin_flow, wait);
		if (synfin_table_age(flow, now) < UNSEEN_NS)
			return true;
		if (!most--)
			return false;
		flow->burst = BURST - BURST_AGAIN;
		synfin_phase_watch(&flow->conn, now);
		synfin_table_requeue(stripe, flow, now, true);
	}
	clear_bit(stripe - synfin_table.stripes, synfin_table.busy);
	return true;
}

/**
 * synfin_table_watch_again() - watch the flows of a stripe again that were busy
 * @stripe: the stripe; some are, or were
 *
 * Context: a worker; no lock held.
 */
void synfin_table_watch_again(struct synfin_stripe *stripe)
{
	unsigned long flags;
	bool done;

	do {
		raw_spin_lock_irqsave(&stripe->lock, flags);
		done = watch_some(stripe, ktime_get_ns(), SYNFIN_TABLE_BATCH);
		raw_spin_unlock_irqrestore(&stripe->lock, flags);
	} while (!done);
}
