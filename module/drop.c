// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that this host drops: the probe.
 *
 * In: the tracepoint skb:kfree_skb, wherever anything is dropped: in any context but
 * NMI, with any lock of the network held, interrupts off or not; preemption is off, so
 * that under PREEMPT_RT no memory may be allocated and no lock taken that sleeps. So the
 * probe only reads the segment and puts a note into a queue; see drop_queue.c.
 *
 * Of what is dropped most is none of ours, and left after a few comparisons. A SYN or
 * a FIN is looked at; another segment only if a connection waits for an ACK, by the
 * awaiting filter, or has just opened. Nothing of the skb but its bytes is looked at
 * before it is known who drops it and why: what is freed from a tree has links where
 * its device would be.
 *
 *	drop.c		the probe: what, where
 *	drop_reason.c	why
 *	drop_queue.c	notes, and who works them off
 */
#include "drop.h"
#include "compat.h"
#include "net.h"
#include "route.h"
#include "segment.h"
#include "table.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/route.h>
#include <trace/events/skb.h>

static bool is_received(const struct sk_buff *skb)
{
	return skb->skb_iif;
}

/* The route that was found for it; of a tunnel there is something else in its place. */
static const struct dst_entry *route_of(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return dst && !(dst->flags & DST_METADATA) ? dst : NULL;
}

/* Its namespace. TCP takes the device off what it has received, but not the route. */
static struct synfin_net *net_of(const struct sk_buff *skb)
{
	const struct dst_entry *dst = route_of(skb);
	struct synfin_net *sn;

	if (is_received(skb) && skb->dev)
		sn = synfin_net_of(dev_net(skb->dev));
	else if (dst && dst->dev)
		sn = synfin_net_of(dev_net(dst->dev));
	else
		return NULL;
	return READ_ONCE(sn->watched) ? sn : NULL;
}

static bool is_local(const struct dst_entry *dst, u8 pf)
{
	if (pf == NFPROTO_IPV4)
		return container_of(dst, struct rtable, dst)->rt_type == RTN_LOCAL;
	return container_of(dst, struct rt6_info, dst)->rt6i_flags & RTF_LOCAL;
}

/*
 * The hook of netfilter where it was. Before it is routed it has no route, unless it
 * comes over loopback; behind PRE_ROUTING that tells where it goes; at POST_ROUTING it
 * has the device that it leaves by.
 */
static u8 hook_of(const struct sk_buff *skb, u8 pf)
{
	const struct dst_entry *dst = route_of(skb);

	if (!is_received(skb))
		return dst && skb->dev == dst->dev ? NF_INET_POST_ROUTING :
						     NF_INET_LOCAL_OUT;
	if (!dst)
		return NF_INET_PRE_ROUTING;
	if (is_local(dst, pf))
		return NF_INET_LOCAL_IN;
	return skb->dev == dst->dev && skb->dev->ifindex != skb->skb_iif ?
	       NF_INET_POST_ROUTING : NF_INET_FORWARD;
}

/* Where its own route drops it, it never comes to a hook of ours. */
static bool is_early(u8 drop)
{
	return drop == SYNFIN_DROP_NO_ROUTE || drop == SYNFIN_DROP_MARTIAN ||
	       drop == SYNFIN_DROP_RP_FILTER;
}

/* It has been forwarded: its route may have been dropped before it is queued. */
static bool is_leaving(const struct sk_buff *skb)
{
	return skb->dev && skb->dev->ifindex != skb->skb_iif;
}

/* Where rules stand before us and behind; @hook is 0 if it is not known. */
static bool may_be_either(u8 hook)
{
	return hook == NF_INET_LOCAL_IN + 1 || hook == NF_INET_FORWARD + 1 ||
	       hook == NF_INET_LOCAL_OUT + 1;
}

static u8 place_of(const struct sk_buff *skb, u8 drop, u8 hook)
{
	if (!is_received(skb))
		return may_be_either(hook) ? SYNFIN_DROP_EITHER : SYNFIN_DROP_BEHIND;
	/* What comes over loopback has been seen on its way out. */
	if (is_leaving(skb) || (skb->dev && skb->dev->flags & IFF_LOOPBACK))
		return SYNFIN_DROP_BEHIND;
	if (drop == SYNFIN_DROP_CHECKSUM)
		return SYNFIN_DROP_BEFORE;
	if (!route_of(skb) || is_early(drop))
		return SYNFIN_DROP_BEFORE;
	return may_be_either(hook) ? SYNFIN_DROP_EITHER : SYNFIN_DROP_BEHIND;
}

static u64 hash_of_dropped(const struct synfin_net *sn, const struct sk_buff *skb,
			   const struct synfin_dropped *found)
{
	if (found->pf == NFPROTO_IPV4)
		return synfin_table_hash4(sn, ip_hdr(skb)->saddr, found->sport,
					  ip_hdr(skb)->daddr, found->dport);
	return synfin_table_hash6(sn, ipv6_hdr(skb)->saddr.s6_addr32, found->sport,
				  ipv6_hdr(skb)->daddr.s6_addr32, found->dport);
}

static void note(struct synfin_net *sn, const struct sk_buff *skb, u8 drop, bool told,
		 const struct synfin_dropped *found)
{
	u64 hash = hash_of_dropped(sn, skb, found);
	bool followed = synfin_table_awaited(hash);
	struct synfin_drop_event event;

	if (!(found->flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_FIN)) && !followed) {
		if (hash != synfin_route_opened())
			return;
		followed = true;
	}
	if (!synfin_segment_dropped(skb, found, &event.seg))
		return;
	event.sn = sn;
	event.passed_ns = ktime_get_ns();
	event.reason = drop;
	event.hook = drop == SYNFIN_DROP_NETFILTER ? hook_of(skb, found->pf) + 1 : 0;
	event.place = place_of(skb, drop, told ? event.hook : 0);
	synfin_drop_put(sn, &event, followed || event.place == SYNFIN_DROP_BEHIND);
}

static bool is_syn(u8 flags)
{
	return (flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_ACK)) == SYNFIN_TCP_SYN;
}

static SYNFIN_ON_KFREE_SKB(on_kfree_skb)
{
	struct synfin_dropped found;
	struct synfin_net *sn;
	bool told;
	u8 drop;

	if (!synfin_drop_may_be(reason) || !synfin_segment_flags(skb, &found) ||
	    found.flags & SYNFIN_TCP_RST)
		return;
	drop = synfin_drop_why(reason, is_syn(found.flags), (unsigned long)location,
			       &told);
	/* What comes late, when the socket has gone, is of no use to anybody. */
	if (!drop || (drop == SYNFIN_DROP_NO_SOCKET && !is_syn(found.flags)))
		return;
	rcu_read_lock();
	sn = net_of(skb);
	if (sn)
		note(sn, skb, drop, told, &found);
	rcu_read_unlock();
}

/**
 * synfin_drop_watch() - begin to look at what is dropped
 *
 * Context: module load, after the namespaces; may sleep.
 *
 * Return: 0, or a negative error.
 */
int __init synfin_drop_watch(void)
{
	return register_trace_kfree_skb(on_kfree_skb, NULL);
}

/**
 * synfin_drop_cease() - cease to
 *
 * Context: module unload, before the namespaces; may sleep.
 */
void synfin_drop_cease(void)
{
	unregister_trace_kfree_skb(on_kfree_skb, NULL);
	tracepoint_synchronize_unregister();
}
