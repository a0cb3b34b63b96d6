// SPDX-License-Identifier: GPL-2.0
/*
 * The short route of what both ends say first.
 *
 * In: a plain segment with a bit in the awaiting filter, whose flow may wait for nothing
 * but first bytes. Then the phase machine has no use for it, as for all that passes
 * unseen: its flow is found, its payload is read, and that is all. Whatever is not quite
 * so takes the whole route. Any context of a hook.
 */
#include "first.h"
#include "route.h"
#include "segment.h"
#include "stats.h"
#include "table.h"

#include <linux/netfilter.h>
#include <linux/timekeeping.h>
#include <net/ip.h>

/* How much payload it has; -1 if it is not whole. */
static __always_inline int payload_of(const struct sk_buff *skb, u8 pf,
				      const struct tcphdr *th)
{
	unsigned int at = (const u8 *)th - skb->data, head = th->doff * 4;

	if ((pf == NFPROTO_IPV4 && ip_is_fragment(ip_hdr(skb))) ||
	    head < sizeof(*th) || at + head > skb->len)
		return -1;
	return skb->len - at - head;
}

static __always_inline struct synfin_wire_pair pair_of(const struct sk_buff *skb, u8 pf,
						       const struct tcphdr *th)
{
	bool v4 = pf == NFPROTO_IPV4;

	return (struct synfin_wire_pair) {
		.src = v4 ? &ip_hdr(skb)->saddr : ipv6_hdr(skb)->saddr.s6_addr32,
		.dst = v4 ? &ip_hdr(skb)->daddr : ipv6_hdr(skb)->daddr.s6_addr32,
		.sport = ntohs(th->source),
		.dport = ntohs(th->dest),
		.family = v4 ? 4 : 6,
	};
}

/* Has it sockets here, and nothing to be told of before? */
static bool is_own(const struct synfin_flow *flow)
{
	return !(flow->conn.table_flags & (SYNFIN_FLOW_FOREIGN | SYNFIN_FLOW_HELD));
}

/**
 * synfin_route_first() - a plain segment, of which no more than its payload is wanted
 * @sn:		the namespace
 * @skb:	the packet
 * @pf:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @th:		its TCP header, in one piece, right behind the IP header
 * @hash:	of its endpoints
 *
 * Context: any context of a hook; nothing held. Nobody waits for an answer with that hash.
 *
 * Return: true if that was all; false if it must take the whole route.
 */
bool synfin_route_first(struct synfin_net *sn, const struct sk_buff *skb, u8 pf,
			const struct tcphdr *th, u64 hash)
{
	struct synfin_wire_pair pair = pair_of(skb, pf, th);
	struct synfin_table_hold hold SYNFIN_UNINITIALIZED;
	int len = payload_of(skb, pf, th);
	struct synfin_flow *flow;
	unsigned int from;
	bool heard;

	if (len <= 0)
		return !len;
	if (!synfin_segment_is_sound(skb, pf, (const u8 *)th - skb->data))
		return false;
	flow = synfin_table_only(sn, &pair, hash, &hold, &from);
	if (!flow)
		return false;
	heard = is_own(flow) && synfin_first_is_next(&flow->first, &flow->conn, th, from) &&
		synfin_first_hear(&flow->first, &flow->conn, ntohl(th->seq), len, skb,
				  from, ktime_get_ns(), false);
	synfin_table_heard(flow, &hold);
	if (heard)
		synfin_stats_inc(sn, SYNFIN_CNT_not_awaited);
	return heard;
}
