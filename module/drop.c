// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that this host drops.
 *
 * In: the tracepoint skb:kfree_skb, wherever anything is dropped: in any context but
 * NMI, with any lock of the network held, interrupts off or not; preemption is off, so
 * that under PREEMPT_RT no memory may be allocated and no lock taken that sleeps. So the
 * probe only reads the segment and puts a note into a queue of its CPU, whose lock is
 * raw and held for that alone. What comes of it, a worker does: route.c.
 *
 * Of what is dropped most is none of ours, and left after a few comparisons. A SYN or
 * a FIN is looked at; another segment only if a connection waits for an ACK, by the
 * awaiting filter, or has just opened. Each CPU has a queue for what connections that
 * are followed lose, and a smaller one for all else: so who sends what is dropped
 * at once takes no place from them. Both are short and are emptied fifty times a second:
 * that is the most that a flood costs.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "drop.h"
#include "compat.h"
#include "net.h"
#include "route.h"
#include "segment.h"
#include "stats.h"
#include "table.h"

#include <linux/kallsyms.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/route.h>
#include <trace/events/skb.h>

/* So long a note waits, so that what passes at the same time is seen first. */
#define DELAY		DIV_ROUND_UP(HZ, 50)

#define NOTES		64u
#define NEW_NOTES	16u

/* Connections that begin with what was dropped, on each CPU: so many a second. */
#define BEGIN_RATE	32u
#define BEGIN_BURST	64u

/* It is dropped, but the kernel does not say why: who dropped it may tell. */
#define ASK		0xff

/* It may have been: a queue of the listener is to be looked at, when it is so old. */
#define SUSPECT		0xfe
#define SUSPECT_NS	(10 * NSEC_PER_MSEC)

/**
 * struct notes - a queue
 * @nr:		how many are in it
 * @first:	the oldest
 */
struct notes {
	unsigned int	nr;
	unsigned int	first;
};

/**
 * struct drop_queue - notes of a CPU
 * @lock:	of what follows; raw, interrupts off, nothing is taken inside
 * @old:	@events[0] to [NOTES - 1]: of connections that are followed, or may be
 * @new:	the rest: of others
 * @events:	the notes
 * @work:	empties both
 * @tokens:	connections that may begin; the worker's alone
 * @tick:	jiffies, when that was counted; likewise
 */
struct drop_queue {
	raw_spinlock_t			lock;
	struct notes			old;
	struct notes			new;
	struct synfin_drop_event	events[NOTES + NEW_NOTES];
	struct delayed_work		work;
	unsigned int			tokens;
	unsigned long			tick;
};

static struct drop_queue __percpu *queues;

/* --- why --- */

static u8 drop_of[256];

/* Names of enum skb_drop_reason: which there are depends on the kernel. */
static const struct {
	const char	*name;
	u8		drop;
} reasons[] = {
	{ "NOT_SPECIFIED",		ASK },
	{ "NO_SOCKET",			SYNFIN_DROP_NO_SOCKET },
	{ "SOCKET_CLOSE",		SYNFIN_DROP_NO_SOCKET },
	{ "SOCKET_FILTER",		SYNFIN_DROP_SOCKET_FILTER },
	{ "PKT_TOO_SMALL",		SYNFIN_DROP_HEADER },
	{ "TCP_CSUM",			SYNFIN_DROP_CHECKSUM },
	{ "IP_CSUM",			SYNFIN_DROP_CHECKSUM },
	{ "SKB_CSUM",			SYNFIN_DROP_CHECKSUM },
	{ "NETFILTER_DROP",		SYNFIN_DROP_NETFILTER },
	{ "IP_NOPROTO",			SYNFIN_DROP_NOT_FOR_US },
	{ "UNICAST_IN_L2_MULTICAST",	SYNFIN_DROP_MARTIAN },
	{ "IP_INVALID_SOURCE",		SYNFIN_DROP_MARTIAN },
	{ "IP_INVALID_DEST",		SYNFIN_DROP_MARTIAN },
	{ "IP_LOCALNET",		SYNFIN_DROP_MARTIAN },
	{ "IP_LOCAL_SOURCE",		SYNFIN_DROP_MARTIAN },
	{ "IP_INHDR",			SYNFIN_DROP_HEADER },
	{ "HDR_TRUNC",			SYNFIN_DROP_HEADER },
	{ "IPV6_BAD_EXTHDR",		SYNFIN_DROP_HEADER },
	{ "TCP_FLAGS",			SYNFIN_DROP_HEADER },
	{ "TCP_MINTTL",			SYNFIN_DROP_HEADER },
	{ "IP_RPFILTER",		SYNFIN_DROP_RP_FILTER },
	{ "XFRM_POLICY",		SYNFIN_DROP_SECURITY },
	{ "SECURITY_HOOK",		SYNFIN_DROP_SECURITY },
	{ "PROTO_MEM",			SYNFIN_DROP_MEMORY },
	{ "NOMEM",			SYNFIN_DROP_MEMORY },
	{ "SOCKET_RCVBUFF",		SYNFIN_DROP_BACKLOG },
	{ "SOCKET_BACKLOG",		SYNFIN_DROP_BACKLOG },
	{ "CPU_BACKLOG",		SYNFIN_DROP_BACKLOG },
	{ "TCP_MD5NOTFOUND",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_MD5UNEXPECTED",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_MD5FAILURE",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_AUTH_HDR",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_AONOTFOUND",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_AOUNEXPECTED",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_AOKEYNOTFOUND",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_AOFAILURE",		SYNFIN_DROP_SIGNATURE },
	{ "TCP_RFC7323_PAWS",		SYNFIN_DROP_OLD },
	{ "TCP_LISTEN_OVERFLOW",	SYNFIN_DROP_ACCEPT_QUEUE },
	{ "IP_OUTNOROUTES",		SYNFIN_DROP_NO_ROUTE },
	{ "IP_INNOROUTES",		SYNFIN_DROP_NO_ROUTE },
	{ "IP_INADDRERRORS",		SYNFIN_DROP_NO_ROUTE },
	{ "IPV6DISABLED",		SYNFIN_DROP_NO_ROUTE },
	{ "BPF_CGROUP_EGRESS",		SYNFIN_DROP_BPF },
	{ "NEIGH_CREATEFAIL",		SYNFIN_DROP_NEIGHBOUR },
	{ "NEIGH_FAILED",		SYNFIN_DROP_NEIGHBOUR },
	{ "NEIGH_QUEUEFULL",		SYNFIN_DROP_NEIGHBOUR },
	{ "NEIGH_DEAD",			SYNFIN_DROP_NEIGHBOUR },
	{ "QDISC_DROP",			SYNFIN_DROP_QDISC },
	{ "QDISC_OVERLIMIT",		SYNFIN_DROP_QDISC },
	{ "QDISC_CONGESTED",		SYNFIN_DROP_QDISC },
	{ "FQ_BAND_LIMIT",		SYNFIN_DROP_QDISC },
	{ "FQ_HORIZON_LIMIT",		SYNFIN_DROP_QDISC },
	{ "FQ_FLOW_LIMIT",		SYNFIN_DROP_QDISC },
	{ "TC_EGRESS",			SYNFIN_DROP_TC },
	{ "TC_INGRESS",			SYNFIN_DROP_TC },
	{ "TC_CHAIN_NOTFOUND",		SYNFIN_DROP_TC },
	{ "TC_RECLASSIFY_LOOP",		SYNFIN_DROP_TC },
	{ "XDP",			SYNFIN_DROP_XDP },
	{ "DEV_HDR",			SYNFIN_DROP_DEVICE },
	{ "DEV_READY",			SYNFIN_DROP_DEVICE },
	{ "FULL_RING",			SYNFIN_DROP_DEVICE },
	{ "SKB_GSO_SEG",		SYNFIN_DROP_DEVICE },
	{ "TAP_FILTER",			SYNFIN_DROP_DEVICE },
	{ "TAP_TXFILTER",		SYNFIN_DROP_DEVICE },
	{ "PKT_TOO_BIG",		SYNFIN_DROP_TOO_BIG },
};

/* Who drops without a reason; whoever is not here may only tidy up. */
static const struct {
	const char	*symbol;
	u8		drop;
} droppers[] = {
	{ "ip_rcv_finish_core",		SYNFIN_DROP_MARTIAN },
	{ "ip_rcv_finish",		SYNFIN_DROP_MARTIAN },
	{ "ip_list_rcv_finish",		SYNFIN_DROP_MARTIAN },
	{ "ip_error",			SYNFIN_DROP_NO_ROUTE },
	{ "dst_discard",		SYNFIN_DROP_NO_ROUTE },
	{ "dst_discard_out",		SYNFIN_DROP_NO_ROUTE },
	{ "nf_reinject",		SYNFIN_DROP_NETFILTER },
	{ "nfqnl_reinject",		SYNFIN_DROP_NETFILTER },
	{ "nf_queue",			SYNFIN_DROP_NETFILTER },
};

static void __init learn_reasons(void)
{
#define SYNFIN_NAME(reason)						\
	[SKB_DROP_REASON_##reason] = #reason,
#define SYNFIN_LAST(reason)
	static const char * const names[] __initconst = {
		DEFINE_DROP_REASON(SYNFIN_NAME, SYNFIN_LAST)
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(names) && i < ARRAY_SIZE(drop_of); i++)
		for (j = 0; names[i] && j < ARRAY_SIZE(reasons); j++)
			if (!strcmp(names[i], reasons[j].name))
				drop_of[i] = reasons[j].drop;
}

/* What a function is that dropped something; what the compiler appends is no name. */
static u8 asked(unsigned long location)
{
	char symbol[KSYM_SYMBOL_LEN];
	unsigned int i;

	sprint_symbol_no_offset(symbol, location);
	symbol[strcspn(symbol, ". ")] = '\0';
	for (i = 0; i < ARRAY_SIZE(droppers); i++)
		if (!strcmp(symbol, droppers[i].symbol))
			return droppers[i].drop;
	return SYNFIN_DROP_NONE;
}

/* --- where --- */

static bool is_received(const struct sk_buff *skb)
{
	return skb->skb_iif;
}

/* Its namespace. TCP takes the device off what it has received, but not the route. */
static struct synfin_net *net_of(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);
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
	const struct dst_entry *dst = skb_dst(skb);

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

static u8 place_of(const struct sk_buff *skb, u8 drop, u8 hook)
{
	if (!is_received(skb))
		return drop == SYNFIN_DROP_NETFILTER && hook == NF_INET_LOCAL_OUT + 1 ?
		       SYNFIN_DROP_EITHER : SYNFIN_DROP_BEHIND;
	/* What comes over loopback has been seen on its way out. */
	if (is_leaving(skb) || (skb->dev && skb->dev->flags & IFF_LOOPBACK))
		return SYNFIN_DROP_BEHIND;
	if (drop == SYNFIN_DROP_CHECKSUM)
		return SYNFIN_DROP_BEFORE;
	return !skb_dst(skb) || is_early(drop) || drop == ASK ? SYNFIN_DROP_BEFORE :
								SYNFIN_DROP_BEHIND;
}

/* --- the probe --- */

static u64 hash_of_dropped(const struct synfin_net *sn, const struct sk_buff *skb,
			   const struct synfin_dropped *found)
{
	if (found->pf == NFPROTO_IPV4)
		return synfin_table_hash4(sn, ip_hdr(skb)->saddr, found->sport,
					  ip_hdr(skb)->daddr, found->dport);
	return synfin_table_hash6(sn, ipv6_hdr(skb)->saddr.s6_addr32, found->sport,
				  ipv6_hdr(skb)->daddr.s6_addr32, found->dport);
}

/*
 * Of what it drops without a reason the kernel mostly only tidies up; and what comes late,
 * when the socket has gone, is of no use to anybody.
 */
static bool is_wanted(u8 drop, u8 flags)
{
	if (flags & SYNFIN_TCP_RST)
		return false;
	return (drop != ASK && drop != SYNFIN_DROP_NO_SOCKET) ||
	       (flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_ACK)) == SYNFIN_TCP_SYN;
}

static void put_note(struct synfin_net *sn, const struct synfin_drop_event *event,
		     bool followed)
{
	struct drop_queue *q = raw_cpu_ptr(queues);
	struct notes *notes = followed ? &q->old : &q->new;
	unsigned int max = followed ? NOTES : NEW_NOTES;
	bool first, full;
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	first = !q->old.nr && !q->new.nr;
	full = notes->nr == max;
	if (!full)
		q->events[(followed ? 0 : NOTES) +
			  (notes->first + notes->nr++) % max] = *event;
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (full)
		synfin_stats_inc(sn, SYNFIN_CNT_drop_missed);
	else if (first)
		schedule_delayed_work(&q->work, DELAY);
}

static void note(struct synfin_net *sn, const struct sk_buff *skb, void *location,
		 u8 drop, const struct synfin_dropped *found)
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
	event.location = (unsigned long)location;
	event.reason = drop;
	event.hook = drop == SYNFIN_DROP_NETFILTER ? hook_of(skb, found->pf) + 1 : 0;
	event.place = place_of(skb, drop, event.hook);
	put_note(sn, &event, followed || event.place == SYNFIN_DROP_BEHIND);
}

/* The ACK that a SYN-ACK asks for, as its client sends it. */
static void turn_around(struct synfin_segment *seg)
{
	struct synfin_addr src = seg->src;
	u32 seq = seg->seq;

	swap(seg->sport, seg->dport);
	seg->src = seg->dst;
	seg->dst = src;
	seg->seq = seg->ack;
	seg->ack = seq + 1;
	seg->flags = SYNFIN_TCP_ACK;
	seg->kind = SYNFIN_KIND_PLAIN;
	seg->window = 0;
	seg->len = 0;
}

/**
 * synfin_drop_suspect() - a queue of its listener may have no room for a segment
 * @sn:		the namespace
 * @seg:	a SYN, the ACK of a SYN-ACK, or a SYN-ACK that is sent again, as if its ACK
 *		had not come
 *
 * Context: any context of a hook; no lock held.
 */
void synfin_drop_suspect(struct synfin_net *sn, const struct synfin_segment *seg)
{
	struct synfin_drop_event event = {
		.sn = sn,
		.passed_ns = ktime_get_ns(),
		.seg = *seg,
		.reason = SUSPECT,
	};

	if (seg->kind == SYNFIN_KIND_SYN_ACK)
		turn_around(&event.seg);
	event.seg.len = 0;
	put_note(sn, &event, true);
}

static SYNFIN_ON_KFREE_SKB(on_kfree_skb)
{
	struct synfin_dropped found;
	struct synfin_net *sn;
	u8 drop;

	if ((unsigned int)reason >= ARRAY_SIZE(drop_of))
		return;
	drop = drop_of[reason];
	if (!drop || !synfin_segment_flags(skb, &found) ||
	    !is_wanted(drop, found.flags))
		return;
	rcu_read_lock();
	sn = net_of(skb);
	if (sn)
		note(sn, skb, location, drop, &found);
	rcu_read_unlock();
}

/* --- the worker --- */

/* What its namespace no longer waits for is due, too: to be forgotten. */
static bool is_due(const struct synfin_drop_event *event)
{
	return event->reason != SUSPECT || !event->sn ||
	       ktime_get_ns() - event->passed_ns >= SUSPECT_NS;
}

static bool take_note(struct drop_queue *q, bool followed, struct synfin_drop_event *event)
{
	struct notes *notes = followed ? &q->old : &q->new;
	unsigned int max = followed ? NOTES : NEW_NOTES;
	struct synfin_drop_event *at;
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&q->lock, flags);
	at = &q->events[(followed ? 0 : NOTES) + notes->first];
	found = notes->nr && is_due(at);
	if (found) {
		*event = *at;
		at->sn = NULL;
		notes->first = (notes->first + 1) % max;
		notes->nr--;
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return found;
}

/* May what was dropped begin a connection? */
static bool may_begin(struct drop_queue *q)
{
	unsigned long ticks = jiffies - q->tick;
	unsigned int more = min(ticks, (unsigned long)HZ * BEGIN_BURST) * BEGIN_RATE / HZ;

	if (more) {
		q->tokens = min(q->tokens + more, BEGIN_BURST);
		q->tick = jiffies;
	}
	if (!q->tokens)
		return false;
	q->tokens--;
	return true;
}

/**
 * synfin_drop_count() - count what was dropped
 * @event: its reason is known
 *
 * Context: any.
 */
void synfin_drop_count(const struct synfin_drop_event *event)
{
	synfin_stats_inc(event->sn, SYNFIN_CNT_drop_netfilter +
				    event->reason - SYNFIN_DROP_NETFILTER);
}

static void follow_note(struct drop_queue *q, struct synfin_drop_event *event,
			bool followed)
{
	if (!event->sn)
		return;
	if (event->reason == SUSPECT) {
		synfin_route_suspect(event);
		return;
	}
	if (event->reason == ASK)
		event->reason = asked(event->location);
	if (event->reason == SYNFIN_DROP_NONE)
		return;
	synfin_drop_count(event);
	synfin_route_drop(event, !followed && may_begin(q));
}

static void drop_work(struct work_struct *work)
{
	struct drop_queue *q = container_of(work, struct drop_queue, work.work);
	struct synfin_drop_event event;
	unsigned int i;

	/* What comes meanwhile waits for the next time. */
	for (i = 0; i < NOTES && take_note(q, true, &event); i++)
		follow_note(q, &event, true);
	for (i = 0; i < NEW_NOTES && take_note(q, false, &event); i++)
		follow_note(q, &event, false);
	if (READ_ONCE(q->old.nr) || READ_ONCE(q->new.nr))
		schedule_delayed_work(&q->work, DELAY);
}

/* Of what goes away nothing is to be done any more. */
static void forget_notes(struct drop_queue *q)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&q->lock, flags);
	for (i = 0; i < ARRAY_SIZE(q->events); i++)
		if (q->events[i].sn && !READ_ONCE(q->events[i].sn->watched))
			q->events[i].sn = NULL;
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/**
 * synfin_drop_flush() - have done with namespaces that go away
 *
 * Context: may sleep; nothing of them is noted any more.
 */
void synfin_drop_flush(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct drop_queue *q = per_cpu_ptr(queues, cpu);

		forget_notes(q);
		/* It may just be at one. */
		flush_delayed_work(&q->work);
	}
}

/**
 * synfin_drop_setup() - make the queues
 *
 * Context: module load, before the first namespace; may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
int __init synfin_drop_setup(void)
{
	unsigned int cpu;

	BUILD_BUG_ON(SYNFIN_CNT_drop_unknown - SYNFIN_CNT_drop_netfilter !=
		     SYNFIN_DROP_NR - SYNFIN_DROP_NETFILTER);
	learn_reasons();
	queues = alloc_percpu(struct drop_queue);
	if (!queues)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct drop_queue *q = per_cpu_ptr(queues, cpu);

		raw_spin_lock_init(&q->lock);
		INIT_DELAYED_WORK(&q->work, drop_work);
		q->tokens = BEGIN_BURST;
		q->tick = jiffies;
	}
	return 0;
}

/**
 * synfin_drop_teardown() - undo synfin_drop_setup()
 *
 * Context: module unload, after the last namespace.
 */
void synfin_drop_teardown(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		cancel_delayed_work_sync(&per_cpu_ptr(queues, cpu)->work);
	free_percpu(queues);
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
