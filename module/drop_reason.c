// SPDX-License-Identifier: GPL-2.0
/*
 * Why the kernel has dropped a segment.
 *
 * In: what the tracepoint skb:kfree_skb says, a reason and a place in the code. Out: enum
 * synfin_drop. Reasons are known by their names, as their numbers and which there are
 * depend on the kernel. Of what has none, who dropped it tells: a function, by its name,
 * which is looked up once.
 */
#include "drop.h"
#include "compat.h"

#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/string.h>

/* It is dropped, but the kernel does not say why: who dropped it may tell. */
#define ASK		0xff

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

/* Places in the code that drop without a reason: there are few. */
#define PLACES_SHIFT	6

/**
 * struct place - a place in the code
 * @address:	its address, 0 if none is here; written last
 * @drop:	enum synfin_drop
 */
static struct place {
	unsigned long	address;
	u8		drop;
} places[1 << PLACES_SHIFT];

/**
 * synfin_drop_learn() - learn which reasons this kernel has
 *
 * Context: module load.
 */
void __init synfin_drop_learn(void)
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
static u8 ask(unsigned long address)
{
	char name[32];
	unsigned int i;

	snprintf(name, sizeof(name), "%ps", (void *)address);
	name[strcspn(name, ". ")] = '\0';
	for (i = 0; i < ARRAY_SIZE(droppers); i++)
		if (!strcmp(name, droppers[i].symbol))
			return droppers[i].drop;
	return SYNFIN_DROP_NONE;
}

/*
 * Each place is looked up once; two CPUs may do so at the same time, and find the same.
 * If there were too many, those that come last would not be told of.
 */
static u8 of_place(unsigned long address)
{
	unsigned int i, from = hash_long(address, PLACES_SHIFT);

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		struct place *place = &places[(from + i) % ARRAY_SIZE(places)];
		/* Pairs with the release below: what it is comes with its address. */
		unsigned long known = smp_load_acquire(&place->address);

		if (known == address)
			return READ_ONCE(place->drop);
		if (known)
			continue;
		if (cmpxchg(&place->address, 0, 1))
			continue;
		WRITE_ONCE(place->drop, ask(address));
		/* Pairs with the acquire above. */
		smp_store_release(&place->address, address);
		return place->drop;
	}
	return SYNFIN_DROP_NONE;
}

/**
 * synfin_drop_may_be() - may anything be told of what was dropped for a reason?
 * @reason:	enum skb_drop_reason, which may be of another part of the kernel
 *
 * Context: any; no lock.
 *
 * Return: false for most.
 */
bool synfin_drop_may_be(unsigned int reason)
{
	return reason < ARRAY_SIZE(drop_of) && drop_of[reason];
}

/**
 * synfin_drop_why() - why was a segment dropped?
 * @reason:	for which synfin_drop_may_be() is true
 * @is_syn:	it is a SYN: of others that are dropped without a reason the kernel mostly
 *		only tidies up
 * @location:	where in the code
 * @told:	is set: the kernel has said why
 *
 * Context: any but NMI; no lock.
 *
 * Return: enum synfin_drop.
 */
u8 synfin_drop_why(unsigned int reason, bool is_syn, unsigned long location, bool *told)
{
	u8 drop = drop_of[reason];

	*told = drop != ASK;
	if (*told)
		return drop;
	return is_syn ? of_place(location) : SYNFIN_DROP_NONE;
}
