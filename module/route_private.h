/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the route: what route.c and route_drop.c share. All of it under the lock of the
 * flow's stripe.
 */
#ifndef _SYNFIN_ROUTE_PRIVATE_H
#define _SYNFIN_ROUTE_PRIVATE_H

#include "emit.h"
#include "route.h"
#include "stats.h"
#include "table.h"

static inline void synfin_route_emit_result(struct synfin_batch *batch,
					    struct synfin_flow *flow,
					    const struct synfin_result *res)
{
	/* Whose socket was seen to live was taken in the end; what is watched may ask only. */
	if (res->ended)
		flow->drops.taken = (flow->conn.table_flags &
				     (SYNFIN_FLOW_LIVED | SYNFIN_FLOW_FOREIGN)) ==
				    SYNFIN_FLOW_LIVED;
	synfin_emit_result(batch, &flow->conn, &flow->held, &flow->owner, &flow->drops,
			   &flow->first, res);
}

static inline void synfin_route_count_result(struct synfin_net *sn,
					     const struct synfin_result *res)
{
	synfin_stats_inc(sn, res->nr ? SYNFIN_CNT_recorded : res->reason);
	if (unlikely(res->taken_back))
		synfin_stats_inc(sn, SYNFIN_CNT_taken_back);
}

/* A SYN was held back: the flow goes on, so it is told before what follows. */
static inline void synfin_route_release_held(struct synfin_batch *batch,
					     struct synfin_flow *flow)
{
	flow->conn.table_flags &= ~SYNFIN_FLOW_HELD;
	synfin_emit_held(batch, &flow->conn, &flow->held);
}

#endif /* _SYNFIN_ROUTE_PRIVATE_H */
