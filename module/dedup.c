// SPDX-License-Identifier: GPL-2.0
/*
 * A segment that crosses a namespace more than once is followed once.
 *
 * A host may hand a packet to a firewall in another namespace, or from one bridge to
 * the next, and get it back: it passes a hook again, on another way. So each CPU
 * remembers for a moment what has passed it, and on which way. What is sent again
 * takes the way that it took before.
 *
 * It is one number for each segment, read and written at once: what it was, by a keyed
 * hash; which way it took; when. One that is overwritten, or comes back on another CPU,
 * is followed twice.
 */
#include "dedup.h"
#include "table.h"
#include "stats.h"

#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>

#define SLOT_BITS	8
#define WAY_BITS	16
#define WHEN_BITS	12
#define WHEN_MASK	((1u << WHEN_BITS) - 1)

/* Shorter than TCP takes to send anything again, longer than a detour. */
#define RECENT		(HZ / 10)

static_assert(RECENT <= WHEN_MASK);

static DEFINE_PER_CPU(u64 [1 << SLOT_BITS], passed);

static u64 halves(const struct synfin_addr *addr)
{
	return get_unaligned((const u64 *)&addr->w[0]) +
	       3 * get_unaligned((const u64 *)&addr->w[2]);
}

/* The upper bits are the good ones. */
static u64 hash_of(const struct synfin_net *sn, const struct synfin_segment *seg)
{
	u64 ends = halves(&seg->src) + 5 * halves(&seg->dst) +
		   ((u64)seg->sport << 32 | (u32)seg->dport << 16 | seg->flags);

	return synfin_hash_fold(((u64)seg->seq << 32 | seg->ack) + sn->keys.pair[0],
				ends + sn->keys.pair[1]);
}

static u32 way_of(const struct nf_hook_state *state)
{
	u32 in = state->in ? state->in->ifindex : 0;
	u32 out = state->out ? state->out->ifindex : 0;

	return hash_32(in << 16 ^ out, WAY_BITS);
}

/**
 * synfin_dedup_again() - has a segment passed the namespace a moment ago?
 * @sn:		the namespace
 * @state:	the hook
 * @seg:	the segment
 *
 * Context: any context of a hook.
 *
 * Return: true if it has, on another way.
 */
bool synfin_dedup_again(const struct synfin_net *sn,
			const struct nf_hook_state *state,
			   const struct synfin_segment *seg)
{
	u64 hash = hash_of(sn, seg);
	u64 *slot = raw_cpu_ptr(&passed[hash >> (64 - SLOT_BITS)]);
	u64 what = hash << SLOT_BITS >> (WAY_BITS + WHEN_BITS);
	u32 way = way_of(state), when = jiffies & WHEN_MASK;
	u64 old = READ_ONCE(*slot);

	if (old >> (WAY_BITS + WHEN_BITS) == what &&
	    ((when - (u32)old) & WHEN_MASK) <= RECENT &&
	    (old >> WHEN_BITS & ((1u << WAY_BITS) - 1)) != way)
		return true;
	WRITE_ONCE(*slot, what << (WAY_BITS + WHEN_BITS) |
			  (u64)way << WHEN_BITS | when);
	return false;
}
