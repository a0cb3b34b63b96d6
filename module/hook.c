// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks, and the route of a segment:
 *
 *	hook -> segment -> awaiting filter -> flow -> phase -> emit
 *
 * LOCAL_IN, LOCAL_OUT and FORWARD, both families, right before the filter table:
 * destination NAT has been done and source NAT has not, so that a connection has the
 * same addresses in both directions, and a SYN that the firewall drops is seen.
 *
 * Called under rcu_read_lock(); LOCAL_OUT in process context with bottom halves on.
 * No packet is changed or dropped: always NF_ACCEPT.
 */
#include "hook.h"
#include "emit.h"
#include "flow.h"
#include "ipvs.h"
#include "segment.h"
#include "socket.h"
#include "stats.h"

#include <linux/bits.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/net_namespace.h>
#include <net/tcp_states.h>

static void emit_steps(struct synfin_batch *batch, struct synfin_flow *flow,
		       const struct synfin_result *res)
{
	if (!res->nr)
		return;
	synfin_emit_phase(batch, &flow->conn, &res->step[0]);
	if (unlikely(res->nr > 1))
		synfin_emit_phase(batch, &flow->conn, &res->step[1]);
}

/*
 * A flow that was kept out of the ring: once it is proved, what it held back comes
 * first. Returns true if it still holds back.
 */
static noinline bool holds_back(struct synfin_batch *batch,
				struct synfin_flow *flow,
				const struct synfin_result *res)
{
	struct synfin_result earlier;

	if (!synfin_phase_is_proved(&flow->conn)) {
		if (res->ended) {
			synfin_stats_inc(flow->sn, SYNFIN_CNT_sampled);
			synfin_emit_quietly(batch, &flow->conn);
		}
		return true;
	}
	flow->conn.mark[0] &= ~SYNFIN_FLOW_QUIET;
	synfin_phase_replay(&flow->conn, &earlier);
	emit_steps(batch, flow, &earlier);
	return false;
}

static void emit_result(struct synfin_batch *batch, struct synfin_flow *flow,
			const struct synfin_result *res)
{
	if (unlikely(flow->conn.mark[0] & SYNFIN_FLOW_QUIET) &&
	    holds_back(batch, flow, res))
		return;
	emit_steps(batch, flow, res);
	if (res->ended)
		synfin_emit_conn(batch, &flow->conn);
}

static void count_result(struct synfin_net *sn, const struct synfin_result *res)
{
	synfin_stats_inc(sn, res->nr ? SYNFIN_CNT_recorded : res->reason);
	if (unlikely(res->taken_back))
		synfin_stats_inc(sn, SYNFIN_CNT_taken_back);
}

/* A flow made way for the next one on the same endpoints. */
static noinline void next_flow(struct synfin_batch *batch,
			       struct synfin_flow *flow,
			       const struct synfin_segment *seg, u64 now,
			       struct synfin_result *res)
{
	emit_result(batch, flow, res);
	synfin_stats_inc(flow->sn, SYNFIN_CNT_flows_ended);
	synfin_phase_restart(&flow->conn, seg, synfin_flow_new_id(), res);
	synfin_stats_inc(flow->sn, SYNFIN_CNT_flows_created);
	emit_result(batch, flow, res);
	synfin_phase_segment(&flow->conn, seg, now, res);
}

/* A SYN was held back: the flow goes on, so it is written before what follows. */
static noinline void release_held(struct synfin_batch *batch, struct synfin_flow *flow)
{
	struct synfin_result earlier;

	flow->conn.mark[0] &= ~SYNFIN_FLOW_HELD;
	synfin_phase_replay(&flow->conn, &earlier);
	emit_steps(batch, flow, &earlier);
}

/* May it be held back? Only if it begins, and is not quiet for another reason. */
static bool hold_back(struct synfin_flow *flow)
{
	if (flow->conn.state != SYNFIN_STATE_NONE ||
	    flow->conn.mark[0] & SYNFIN_FLOW_QUIET)
		return false;
	flow->conn.mark[0] |= SYNFIN_FLOW_HELD;
	return true;
}

/* flow -> phase -> emit */
static __always_inline void follow(struct synfin_net *sn,
				   const struct synfin_segment *seg, u64 hash,
				   bool may_be_forgotten)
{
	struct synfin_flow_hold hold SYNFIN_UNINITIALIZED;
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	struct synfin_result res SYNFIN_UNINITIALIZED;
	struct synfin_flow *flow;
	bool held;
	u64 now;

	flow = synfin_flow_get(sn, seg, hash, &hold);
	if (!flow) {
		synfin_stats_inc(sn, hold.reason);
		return;
	}
	synfin_emit_begin(&batch, sn);
	if (unlikely(flow->conn.mark[0] & SYNFIN_FLOW_HELD))
		release_held(&batch, flow);
	held = may_be_forgotten && hold_back(flow);
	now = ktime_get_ns();
	synfin_phase_segment(&flow->conn, seg, now, &res);
	if (unlikely(res.again))
		next_flow(&batch, flow, seg, now, &res);
	if (likely(!held))
		emit_result(&batch, flow, &res);
	synfin_flow_put(flow, &hold);
	count_result(sn, &res);
	synfin_emit_end(&batch);
}

/* As IPVS may send it elsewhere, where it is seen again. */
static noinline void follow_held(struct synfin_net *sn,
				 const struct synfin_segment *seg)
{
	follow(sn, seg, 0, true);
}

/*
 * A VRF runs LOCAL_OUT for itself, and again for the device below it. IPv6 names that
 * device both times, but while it goes to the VRF's queue its route does not.
 */
static bool seen_again(const struct sk_buff *skb,
		       const struct nf_hook_state *state)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct net_device *dev = state->out;

	if (state->hook != NF_INET_LOCAL_OUT)
		return false;
	if (netif_is_l3_master(dev))
		return true;
	return state->pf == NFPROTO_IPV6 && dst && dst->dev != dev &&
	       netif_is_l3_master(dst->dev);
}

/* segment -> follow; with what the fast path has found out already. Never a verdict. */
static noinline __flatten unsigned int
slow_path(struct synfin_net *sn, const struct sk_buff *skb,
	  const struct nf_hook_state *state, const struct tcphdr *th, u64 hash)
{
	bool ipvs = synfin_ipvs_is_there(state->net);
	enum synfin_counter reason;
	struct synfin_segment seg SYNFIN_UNINITIALIZED;

	if (seen_again(skb, state))
		return NF_ACCEPT;
	reason = likely(th) ? synfin_segment_at(skb, state->pf, th, &seg) :
			      synfin_segment_read(skb, state->pf, &seg);
	if (reason == SYNFIN_CNT_not_tcp)
		return NF_ACCEPT;
	if (unlikely(ipvs) && !reason && synfin_ipvs_counted(sn, skb, state, &seg))
		return NF_ACCEPT;
	if (unlikely(reason)) {
		synfin_stats_inc(sn, reason);
		return NF_ACCEPT;
	}
	synfin_socket_judge(skb, state, &seg);
	if (unlikely(ipvs) && state->hook == NF_INET_LOCAL_IN &&
	    seg.kind == SYNFIN_KIND_SYN)
		follow_held(sn, &seg);
	else
		follow(sn, &seg, hash, false);
	return NF_ACCEPT;
}

/**
 * struct found - what the fast path has found out of a segment that is of interest
 * @th:		its TCP header; NULL if it does not lie where most do
 * @hash:	of its endpoints; 0 if it was not needed
 */
struct found {
	const struct tcphdr	*th;
	u64			hash;
};

/*
 * Is a TCP header's segment of no interest? Most are: no SYN, FIN or RST, and no
 * flow that might be theirs waits for an ACK. On LOCAL_IN early demux has found the
 * socket of most: if it is established, its handshake is over (the ACK that ends a
 * handshake finds a request socket) and no FIN was sent (it would have left the
 * state). On LOCAL_OUT neither holds.
 */
static __always_inline bool is_plain(const struct tcphdr *th)
{
	return likely((tcp_flag_byte(th) & SYNFIN_TCP_KIND) == SYNFIN_TCP_ACK);
}

static __always_inline bool socket_is_established(const struct sk_buff *skb)
{
	return skb->sk && skb->sk->sk_state == TCP_ESTABLISHED;
}

/* Does the header lie in one piece? If not the slow path reads it. */
static __always_inline bool in_one_piece(const struct sk_buff *skb,
					 const struct tcphdr *th)
{
	return likely((const u8 *)(th + 1) <= skb->data + skb_headlen(skb));
}

static __always_inline bool uninteresting4(const struct synfin_net *sn,
					   const struct sk_buff *skb, bool local_in,
					   struct found *found)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th = (const void *)iph + iph->ihl * 4;

	*found = (struct found) {};
	if (unlikely(iph->protocol != IPPROTO_TCP))
		return iph->protocol != IPPROTO_ICMP;
	if (!in_one_piece(skb, th))
		return false;
	found->th = th;
	if (!is_plain(th))
		return false;
	if (local_in && socket_is_established(skb))
		return true;
	found->hash = synfin_flow_hash(sn->key,
				       synfin_flow_endpoint4(iph->saddr, th->source),
				       synfin_flow_endpoint4(iph->daddr, th->dest));
	return !synfin_flow_awaited(synfin_flow_stripe(found->hash));
}

/* ICMPv6, which may quote it, and what ipv6_ext_hdr() knows, which is not inline. */
static __always_inline bool may_lead_to_tcp(u8 nexthdr)
{
	return nexthdr < 64 &&
	       (BIT_ULL(nexthdr) &
		(BIT_ULL(NEXTHDR_ICMP) | BIT_ULL(NEXTHDR_HOP) |
		 BIT_ULL(NEXTHDR_ROUTING) | BIT_ULL(NEXTHDR_FRAGMENT) |
		 BIT_ULL(NEXTHDR_AUTH) | BIT_ULL(NEXTHDR_NONE) |
		 BIT_ULL(NEXTHDR_DEST)));
}

static __always_inline bool uninteresting6(const struct synfin_net *sn,
					   const struct sk_buff *skb, bool local_in,
					   struct found *found)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	const struct tcphdr *th = (const void *)(iph + 1);

	*found = (struct found) {};
	if (unlikely(iph->nexthdr != IPPROTO_TCP))
		return !may_lead_to_tcp(iph->nexthdr);
	if (!in_one_piece(skb, th))
		return false;
	found->th = th;
	if (!is_plain(th))
		return false;
	if (local_in && socket_is_established(skb))
		return true;
	found->hash = synfin_flow_hash(sn->key,
				       synfin_flow_endpoint6(iph->saddr.s6_addr32,
							     th->source),
				       synfin_flow_endpoint6(iph->daddr.s6_addr32,
							     th->dest));
	return !synfin_flow_awaited(synfin_flow_stripe(found->hash));
}

/* What arrives over loopback has passed LOCAL_OUT. */
static __always_inline bool is_loopback(const struct nf_hook_state *state)
{
	return state->in->flags & IFF_LOOPBACK;
}

static unsigned int hook4_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct found found;

	if (is_loopback(state) || uninteresting4(priv, skb, true, &found))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, found.th, found.hash);
}

static unsigned int hook4(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	struct found found;

	if (uninteresting4(priv, skb, false, &found))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, found.th, found.hash);
}

static unsigned int hook6_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct found found;

	if (is_loopback(state) || uninteresting6(priv, skb, true, &found))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, found.th, found.hash);
}

static unsigned int hook6(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	struct found found;

	if (uninteresting6(priv, skb, false, &found))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, found.th, found.hash);
}

#define HOOK(function, family, number)					\
	{								\
		.hook = function,					\
		.pf = NFPROTO_##family,					\
		.hooknum = NF_INET_##number,				\
		.priority = NF_IP_PRI_FILTER - 1,			\
	}

static const struct nf_hook_ops synfin_hooks[] = {
	HOOK(hook4_in, IPV4, LOCAL_IN),
	HOOK(hook4, IPV4, FORWARD),
	HOOK(hook4, IPV4, LOCAL_OUT),
	HOOK(hook6_in, IPV6, LOCAL_IN),
	HOOK(hook6, IPV6, FORWARD),
	HOOK(hook6, IPV6, LOCAL_OUT),
};

/**
 * synfin_hook_init() - begin to watch a namespace
 * @sn: the namespace
 *
 * Context: may sleep.
 *
 * Return: 0, or a negative error.
 */
int synfin_hook_init(struct synfin_net *sn)
{
	unsigned int i;
	int err;

	sn->hooks = kmemdup(synfin_hooks, sizeof(synfin_hooks), GFP_KERNEL);
	if (!sn->hooks)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(synfin_hooks); i++)
		sn->hooks[i].priv = sn;
	err = nf_register_net_hooks(sn->net, sn->hooks, ARRAY_SIZE(synfin_hooks));
	if (err) {
		/* Whoever lists hooks may still be looking at them. */
		synchronize_rcu();
		kfree(sn->hooks);
	}
	return err;
}

/**
 * synfin_hook_clean() - cease to watch a namespace
 * @sn: the namespace
 *
 * A hook may still be running until a grace period has passed.
 *
 * Context: may sleep.
 */
void synfin_hook_clean(struct synfin_net *sn)
{
	nf_unregister_net_hooks(sn->net, sn->hooks, ARRAY_SIZE(synfin_hooks));
}

/**
 * synfin_hook_free() - free what the hooks were registered with
 * @sn: the namespace, a grace period after synfin_hook_clean()
 *
 * Context: any.
 */
void synfin_hook_free(struct synfin_net *sn)
{
	kfree(sn->hooks);
}

/**
 * synfin_hook_report() - emit what came of a flow that the table let go
 * @flow:	the flow, unlinked
 * @res:	what came of it
 *
 * Context: any context of a hook, or a worker; no lock held.
 */
void synfin_hook_report(struct synfin_flow *flow,
			const struct synfin_result *res)
{
	struct synfin_batch batch SYNFIN_UNINITIALIZED;
	unsigned long flags;

	synfin_emit_begin(&batch, flow->sn);
	local_irq_save(flags);
	if (unlikely(flow->conn.mark[0] & SYNFIN_FLOW_HELD))
		release_held(&batch, flow);
	emit_result(&batch, flow, res);
	local_irq_restore(flags);
	synfin_emit_end(&batch);
}
