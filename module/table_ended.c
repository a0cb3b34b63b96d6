// SPDX-License-Identifier: GPL-2.0
/*
 * Whose connection has ended, and left the table.
 *
 * What belongs to it may come long after: a FIN whose ACKs are lost, a RST in answer to
 * data that is sent again. That begins nothing, and is counted as late.
 *
 * Only the hash of the endpoints is kept, and when they were heard of last. Each chain has
 * two places, under the lock of its stripe; who was heard of longer ago makes way. If too
 * many end at once, some late segments are shown as connections that were first seen
 * after their opening, and nothing else comes of it.
 */
#include "table_private.h"

#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define PLACES	2

/* No TCP waits longer than two minutes before it sends again (RFC 6298, 2.5). */
#define KEPT_TICKS ((u32)(130 * NSEC_PER_SEC >> SYNFIN_TABLE_TICK_SHIFT))

/**
 * struct synfin_ended - endpoints of which a connection has ended
 * @hash:	the upper half of theirs
 * @heard:	when a segment of them passed last, in synfin_table_ticks()
 */
struct synfin_ended {
	u32	hash;
	u32	heard;
};

static struct synfin_ended *places_of(u32 hash)
{
	lockdep_assert_held(&synfin_table_stripe(hash)->lock);
	return &synfin_table.ended[PLACES * (synfin_table_bit(hash) /
					     SYNFIN_TABLE_BUCKETS)];
}

/**
 * synfin_table_ended_setup() - the memory for it
 * @chains: how many chains the table has
 *
 * Context: module load; may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
int __init synfin_table_ended_setup(size_t chains)
{
	synfin_table.ended = kvcalloc(PLACES * chains, sizeof(struct synfin_ended),
				      GFP_KERNEL);
	return synfin_table.ended ? 0 : -ENOMEM;
}

/**
 * synfin_table_ended_put() - a flow whose connection has ended leaves the table
 * @flow: the flow; its stripe is locked
 */
void synfin_table_ended_put(const struct synfin_flow *flow)
{
	struct synfin_ended *place = places_of(flow->hash), *other = place + 1;

	if (other->hash == flow->hash ||
	    (place->hash != flow->hash && (s32)(other->heard - place->heard) < 0))
		place = other;
	place->hash = flow->hash;
	place->heard = synfin_table_ticks(flow->conn.seen_ns);
}

/**
 * synfin_table_ended_has() - has a connection ended on these endpoints lately?
 * @hash:	the upper half of their hash; its stripe is locked
 * @now:	the time: they are heard of again
 *
 * Return: true if one has.
 */
bool synfin_table_ended_has(u32 hash, u64 now)
{
	struct synfin_ended *place = places_of(hash), *end = place + PLACES;
	u32 ticks = synfin_table_ticks(now);

	for (; place < end; place++) {
		if (place->hash != hash || ticks - place->heard > KEPT_TICKS)
			continue;
		place->heard = ticks;
		return true;
	}
	return false;
}
