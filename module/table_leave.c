// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves the flow table because of a segment: unlinked under the lock of the
 * stripe, reported and freed after it.
 */
#include "table_private.h"

/**
 * synfin_table_begin_leaving() - something may have to be done after the lock
 * @hold: whose @spare, @victim and @over count from now on
 *
 * Context: any context of a hook.
 */
void synfin_table_begin_leaving(struct synfin_table_hold *hold)
{
	if (hold->leaves)
		return;
	hold->leaves = true;
	hold->spare = NULL;
	hold->victim = NULL;
	INIT_HLIST_HEAD(&hold->over);
}

/**
 * synfin_table_opened() - a flow has opened: others on its endpoints may be over
 * @flow:	from synfin_table_get()
 * @hold:	the same
 */
noinline void synfin_table_opened(struct synfin_flow *flow,
				  struct synfin_table_hold *hold)
{
	struct hlist_node *next;
	struct synfin_flow *old;

	lockdep_assert_held(&hold->stripe->lock);
	synfin_table_begin_leaving(hold);
	hlist_for_each_entry_safe(old, next, synfin_table_chain_of(hold->hash), chain) {
		if (old->sn != flow->sn ||
		    !synfin_phase_same_pair(&old->conn, &flow->conn) ||
		    !synfin_phase_is_superseded(&old->conn, &flow->conn))
			continue;
		synfin_table_unlink(hold->stripe, old);
		hlist_add_head(&old->chain, &hold->over);
	}
}

/**
 * synfin_table_clear_up() - do what had to wait until the stripe was unlocked
 * @hold: what synfin_table_begin_leaving() may have begun
 *
 * Context: any context of a hook; no lock held.
 */
void synfin_table_clear_up(struct synfin_table_hold *hold)
{
	struct hlist_node *next;
	struct synfin_flow *flow;

	if (!hold->leaves)
		return;
	if (hold->spare)
		synfin_table_free(hold->spare);
	if (hold->victim)
		synfin_table_evict(hold->victim);
	hlist_for_each_entry_safe(flow, next, &hold->over, chain)
		synfin_table_supersede(flow);
}

/**
 * synfin_table_release() - report a flow that has left the table, and free it
 * @flow:	the flow, unlinked
 * @res:	what comes of it
 *
 * Context: any context of a hook, or a worker; no lock held.
 */
void synfin_table_release(struct synfin_flow *flow,
			  const struct synfin_result *res)
{
	if (res->nr || res->ended)
		synfin_table.report(flow, res);
	synfin_table_let_go(flow->sn);
	synfin_table_free(flow);
}
