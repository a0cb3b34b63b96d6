// SPDX-License-Identifier: GPL-2.0
/*
 * The short way into the flow table, of segments of which first bytes are all that is
 * wanted: the endpoints alone say which flow it is.
 */
#include "table_private.h"

static __always_inline bool is_addr(const struct synfin_addr *addr, const __be32 *wire,
				    u8 family)
{
	if (family == 4)
		return addr->w[0] == *wire;
	return synfin_same_addr(addr, (const struct synfin_addr *)wire);
}

/* Is it of this flow, and who sent it? */
static __always_inline bool is_between(const struct synfin_flow *flow,
				       const struct synfin_wire_pair *pair,
				       unsigned int *from)
{
	const struct synfin_conn *conn = &flow->conn;
	u8 family = pair->family;

	if (conn->family != family)
		return false;
	*from = SYNFIN_FROM_CLIENT;
	if (conn->client_port == pair->sport && conn->server_port == pair->dport &&
	    is_addr(&conn->client, pair->src, family) &&
	    is_addr(&conn->server, pair->dst, family))
		return true;
	*from = SYNFIN_FROM_SERVER;
	return conn->client_port == pair->dport && conn->server_port == pair->sport &&
	       is_addr(&conn->client, pair->dst, family) &&
	       is_addr(&conn->server, pair->src, family);
}

/**
 * synfin_table_only() - the flow of a segment, if it alone is on its endpoints
 * @sn:		the namespace
 * @pair:	its endpoints
 * @hash:	of them
 * @hold:	what synfin_table_heard() needs; nothing else may be done with it
 * @from:	filled: enum synfin_from, who sent it
 *
 * Context: as synfin_table_get().
 *
 * Return: the flow; or NULL, nothing held.
 */
struct synfin_flow *synfin_table_only(struct synfin_net *sn,
				      const struct synfin_wire_pair *pair, u64 hash,
				      struct synfin_table_hold *hold,
				      unsigned int *from)
{
	struct synfin_flow *flow, *only = NULL;
	unsigned int sender;

	hold->hash = hash >> 32;
	hold->stripe = synfin_table_stripe(hold->hash);
	synfin_table_lock(hold);
	hlist_for_each_entry(flow, synfin_table_chain_of(hold->hash), chain) {
		if (flow->hash != hold->hash || flow->sn != sn ||
		    !is_between(flow, pair, &sender))
			continue;
		if (unlikely(only)) {
			only = NULL;
			break;
		}
		only = flow;
		*from = sender;
	}
	if (!only)
		synfin_table_unlock(hold);
	return only;
}

/**
 * synfin_table_heard() - let go of a flow that is where it was
 * @flow:	from synfin_table_only(); it may have ceased to wait for first bytes
 * @hold:	the same
 */
void synfin_table_heard(struct synfin_flow *flow, struct synfin_table_hold *hold)
{
	if (!(flow->conn.flags & SYNFIN_FLAG_FIRST))
		synfin_table_set_awaiting(hold->stripe, flow,
					  synfin_table_awaits(&flow->conn));
	synfin_table_unlock(hold);
}
