// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks, and where the route of a segment begins:
 *
 *	hook -> awaiting filters -> segment -> flow -> phase -> emit
 *
 * LOCAL_IN, LOCAL_OUT and FORWARD, both families, right before the filter table:
 * destination NAT has been done and source NAT has not, so that a connection has the
 * same addresses in both directions, and a SYN that the firewall drops is seen.
 *
 * Called under rcu_read_lock(); LOCAL_OUT in process context with bottom halves on.
 * No packet is changed or dropped: always NF_ACCEPT.
 */
#include "hook.h"
#include "dedup.h"
#include "table.h"
#include "ipvs.h"
#include "recheck.h"
#include "route.h"
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
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/net_namespace.h>
#include <net/tcp_states.h>

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

/* What goes out over loopback has passed no hook before, on no detour. */
static bool passes_once(const struct nf_hook_state *state)
{
	return state->hook == NF_INET_LOCAL_OUT &&
	       (state->out->flags & IFF_LOOPBACK);
}

/* The device that it came by; of those that make up a VRF, the one below. */
static u32 in_device(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	int below = state->pf == NFPROTO_IPV4 ? inet_sdif(skb) : inet6_sdif(skb);

	return below ?: state->in->ifindex;
}

/* Which way it takes; and its devices, if it opens a connection. */
static void note_way(const struct sk_buff *skb, const struct nf_hook_state *state,
		     bool once, struct synfin_segment *seg)
{
	seg->came_by = 0;
	seg->device = 0;
	if (once) {
		seg->forwarded = false;
		seg->here = true;
		seg->way = 0;
	} else {
		seg->forwarded = state->hook == NF_INET_FORWARD;
		seg->here = state->hook == NF_INET_LOCAL_IN;
		seg->way = synfin_dedup_way(skb, state);
	}
	if (!(seg->flags & SYNFIN_TCP_SYN))
		return;
	if (seg->forwarded)
		seg->came_by = in_device(skb, state);
	seg->device = state->hook == NF_INET_LOCAL_IN ? in_device(skb, state) :
							state->out->ifindex;
}

/* The hash of a segment's endpoints. */
static __always_inline u64 hash_of_header(const struct synfin_net *sn,
					  const struct sk_buff *skb, u8 pf,
					  const struct tcphdr *th)
{
	if (pf == NFPROTO_IPV4)
		return synfin_table_hash4(sn, ip_hdr(skb)->saddr, th->source,
					  ip_hdr(skb)->daddr, th->dest);
	return synfin_table_hash6(sn, ipv6_hdr(skb)->saddr.s6_addr32, th->source,
				  ipv6_hdr(skb)->daddr.s6_addr32, th->dest);
}

static __always_inline bool is_plain(const struct tcphdr *th)
{
	return likely((tcp_flag_byte(th) & SYNFIN_TCP_KIND) == SYNFIN_TCP_ACK);
}

static __always_inline bool socket_is_established(const struct sk_buff *skb)
{
	return skb->sk && skb->sk->sk_state == TCP_ESTABLISHED &&
	       !synfin_first_may_arrive(skb->sk);
}

/*
 * Is a segment of no interest? Most are: no SYN, FIN or RST, and no flow with their
 * ports waits for an ACK. On LOCAL_IN early demux has found the socket of most: if it is
 * established, its handshake is over (the ACK that ends a handshake finds a request
 * socket) and no FIN was sent (it would have left the state). On LOCAL_OUT neither holds.
 * If first bytes are wanted, a socket that has received hardly anything may be about to
 * receive them.
 */
static __always_inline bool is_uninteresting(const struct sk_buff *skb,
					     const struct tcphdr *th, bool local_in)
{
	return is_plain(th) && ((local_in && socket_is_established(skb)) ||
				!synfin_table_awaited_by_ports(th->source, th->dest));
}

/* First bytes are all that is wanted of it: it takes a route of its own. */
static noinline __flatten bool took_short_route(struct synfin_net *sn,
						const struct sk_buff *skb,
						const struct nf_hook_state *state,
						const struct tcphdr *th, u64 hash)
{
	return !synfin_ipvs_is_there(state->net) &&
	       synfin_route_first(sn, skb, state->pf, th, hash);
}

/* Has it no payload, as far as its header says? */
static __always_inline bool is_bare(const struct sk_buff *skb, const struct tcphdr *th)
{
	return (const u8 *)th + th->doff * 4 - skb->data == skb->len;
}

/* Is it done with? If nobody waits for an answer, first bytes are all that is wanted. */
static __always_inline bool is_heard(struct synfin_net *sn, const struct sk_buff *skb,
				     const struct nf_hook_state *state,
				     const struct tcphdr *th, u64 hash)
{
	return static_branch_unlikely(&synfin_first_wanted) &&
	       !synfin_table_answer_awaited(hash) &&
	       (is_bare(skb, th) || took_short_route(sn, skb, state, th, hash));
}

/* The same of one whose header lies behind others, or in pieces. */
static noinline bool
uninteresting_elsewhere(const struct synfin_net *sn, const struct sk_buff *skb,
			const struct nf_hook_state *state, u64 *hash)
{
	const struct tcphdr *th;
	struct tcphdr buf;

	th = synfin_segment_header(skb, state->pf, &buf);
	if (!th || !is_plain(th))
		return false;
	if (state->hook == NF_INET_LOCAL_IN && socket_is_established(skb))
		return true;
	*hash = hash_of_header(sn, skb, state->pf, th);
	return !synfin_table_awaited(*hash);
}

/* The socket that sends a SYN or a SYN-ACK: it may say whose the connection is. */
static __always_inline const struct sock *opener(const struct sk_buff *skb,
						 const struct nf_hook_state *state,
						 const struct synfin_segment *seg)
{
	if (seg->kind > SYNFIN_KIND_SYN_ACK || state->hook != NF_INET_LOCAL_OUT)
		return NULL;
	return state->sk ?: skb->sk;
}

/*
 * segment -> route. It always goes on. @th is its TCP header, or NULL if that does not lie
 * where most do.
 */
static noinline __flatten unsigned int
slow_path(struct synfin_net *sn, const struct sk_buff *skb,
	  const struct nf_hook_state *state, const struct tcphdr *th)
{
	bool ipvs = synfin_ipvs_is_there(state->net);
	bool once = passes_once(state);
	enum synfin_counter reason;
	struct synfin_segment seg SYNFIN_UNINITIALIZED;
	u64 hash = 0;

	if (!once && seen_again(skb, state))
		return NF_ACCEPT;
	if (likely(th)) {
		hash = hash_of_header(sn, skb, state->pf, th);
		if (is_plain(th) && (!synfin_table_awaited(hash) ||
				     is_heard(sn, skb, state, th, hash)))
			return NF_ACCEPT;
		reason = synfin_segment_at(skb, state->pf, th, &seg);
	} else {
		if (uninteresting_elsewhere(sn, skb, state, &hash))
			return NF_ACCEPT;
		reason = synfin_segment_read(skb, state->pf, &seg);
	}
	if (reason == SYNFIN_CNT_not_tcp)
		return NF_ACCEPT;
	if (unlikely(ipvs) && !reason && synfin_ipvs_counted(sn, skb, state, &seg))
		return NF_ACCEPT;
	if (unlikely(reason)) {
		synfin_stats_inc(sn, reason);
		return NF_ACCEPT;
	}
	note_way(skb, state, once, &seg);
	synfin_socket_judge(skb, state, &seg);
	if (unlikely(seg.verdict == SYNFIN_VERDICT_FORGED) &&
	    seg.kind == SYNFIN_KIND_RST && state->hook == NF_INET_LOCAL_IN)
		synfin_recheck_later(sn, skb, state, &seg);
	if (unlikely(ipvs) && state->hook == NF_INET_LOCAL_IN &&
	    seg.kind == SYNFIN_KIND_SYN)
		synfin_route_held(sn, &seg);
	else
		synfin_route(sn, &seg, hash, opener(skb, state, &seg), skb);
	return NF_ACCEPT;
}

/* Does the header lie in one piece? If not the slow path reads it. */
static __always_inline bool in_one_piece(const struct sk_buff *skb,
					 const struct tcphdr *th)
{
	return likely((const u8 *)(th + 1) <= skb_tail_pointer(skb));
}

/* Version 4, five words: nearly all are so. */
static __always_inline bool has_options(const struct iphdr *iph)
{
	return unlikely(*(const u8 *)iph != 0x45);
}

static __always_inline bool passes4(const struct sk_buff *skb, bool local_in,
				    const struct tcphdr **header)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th = (const void *)(iph + 1);

	*header = NULL;
	if (unlikely(iph->protocol != IPPROTO_TCP))
		return iph->protocol != IPPROTO_ICMP;
	if (has_options(iph) || !in_one_piece(skb, th))
		return false;
	*header = th;
	return is_uninteresting(skb, th, local_in);
}

/* ICMPv6, which may quote it, and the extension headers. */
static __always_inline bool may_lead_to_tcp(u8 nexthdr)
{
	return nexthdr < 64 &&
	       (BIT_ULL(nexthdr) &
		(BIT_ULL(NEXTHDR_ICMP) | BIT_ULL(NEXTHDR_HOP) |
		 BIT_ULL(NEXTHDR_ROUTING) | BIT_ULL(NEXTHDR_FRAGMENT) |
		 BIT_ULL(NEXTHDR_AUTH) | BIT_ULL(NEXTHDR_DEST)));
}

static __always_inline bool passes6(const struct sk_buff *skb, bool local_in,
				    const struct tcphdr **header)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	const struct tcphdr *th = (const void *)(iph + 1);

	*header = NULL;
	if (unlikely(iph->nexthdr != IPPROTO_TCP))
		return !may_lead_to_tcp(iph->nexthdr);
	if (!in_one_piece(skb, th))
		return false;
	*header = th;
	return is_uninteresting(skb, th, local_in);
}

/* What arrives over loopback has passed LOCAL_OUT. */
static __always_inline bool is_loopback(const struct nf_hook_state *state)
{
	return state->in->flags & IFF_LOOPBACK;
}

static unsigned int hook4_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct tcphdr *th;

	if (is_loopback(state) || passes4(skb, true, &th))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, th);
}

static unsigned int hook4(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct tcphdr *th;

	if (passes4(skb, false, &th))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, th);
}

static unsigned int hook6_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct tcphdr *th;

	if (is_loopback(state) || passes6(skb, true, &th))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, th);
}

static unsigned int hook6(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct tcphdr *th;

	if (passes6(skb, false, &th))
		return NF_ACCEPT;
	return slow_path(priv, skb, state, th);
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

	sn->hooks = kmemdup(synfin_hooks, sizeof(synfin_hooks), GFP_KERNEL_ACCOUNT);
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
