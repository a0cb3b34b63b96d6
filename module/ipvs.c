// SPDX-License-Identifier: GPL-2.0
/*
 * A director's packets pass two hooks. At LOCAL_IN they go to the virtual service;
 * IPVS takes them there, behind our hook, and sends them on through LOCAL_OUT at
 * once: to the real server (NAT), from which the answers are seen, or with the same
 * addresses (direct routing). One connection, so:
 *
 *	other addresses		the flow that a SYN began at LOCAL_IN is forgotten,
 *				nothing having been written of it yet
 *	the same ones		it has been counted
 *
 * In: segments at both hooks, in namespaces where IPVS may be. Softirq: from one
 * hook to the other it stays on its CPU, and no other packet comes between.
 */
#include "ipvs.h"
#include "table.h"
#include "segment.h"

#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>

/**
 * struct arrival - what LOCAL_IN saw last
 * @skb:	the packet; may be gone, only to be compared
 * @seg:	its segment
 */
struct arrival {
	const struct sk_buff	*skb;
	struct synfin_segment	seg;
};

static DEFINE_PER_CPU(struct arrival, arrivals);

static bool same_sender(const struct synfin_segment *a,
			const struct synfin_segment *b)
{
	return a->family == b->family && a->kind == b->kind &&
	       a->seq == b->seq && a->sport == b->sport &&
	       synfin_same_addr(&a->src, &b->src);
}

static bool same_receiver(const struct synfin_segment *a,
			  const struct synfin_segment *b)
{
	return a->dport == b->dport && synfin_same_addr(&a->dst, &b->dst);
}

static bool sent_by_ipvs(const struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
#if IS_ENABLED(CONFIG_IP_VS)
	return state->hook == NF_INET_LOCAL_OUT && skb->ipvs_property;
#else
	return false;
#endif
}

/**
 * synfin_ipvs_counted() - has a segment been counted at LOCAL_IN?
 * @sn:		the namespace
 * @skb:	the packet
 * @state:	the hook
 * @seg:	its segment
 *
 * At LOCAL_OUT, if the packet now goes elsewhere, the flow that it began at
 * LOCAL_IN is forgotten.
 *
 * Context: any context of a hook, in a namespace where IPVS may be.
 *
 * Return: true if it has.
 */
bool synfin_ipvs_counted(struct synfin_net *sn, const struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 const struct synfin_segment *seg)
{
	struct arrival *arrival;

	/* What this host itself sends to a service passes LOCAL_OUT only. */
	if (!in_softirq())
		return false;
	arrival = this_cpu_ptr(&arrivals);
	if (state->hook == NF_INET_LOCAL_IN) {
		arrival->skb = skb;
		arrival->seg = *seg;
		return false;
	}
	if (!sent_by_ipvs(skb, state) || arrival->skb != skb ||
	    !same_sender(&arrival->seg, seg))
		return false;
	arrival->skb = NULL;
	if (same_receiver(&arrival->seg, seg))
		return true;
	if (seg->kind == SYNFIN_KIND_SYN)
		synfin_table_forget(sn, &arrival->seg);
	return false;
}
