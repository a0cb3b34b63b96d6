// SPDX-License-Identifier: GPL-2.0
/*
 * From an skb to a segment.
 *
 * In: an skb at one of the three hooks, linear or not; it is read, never changed.
 * Out: struct synfin_segment, or the counter that says why there is none. Any
 * context of a hook; no locks.
 */
#include "segment.h"
#include "compat.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

/* Of a quoted packet: the largest IP header, and eight bytes of TCP. */
#define QUOTE_MAX	128

/* Of an IPv6 packet: more than any sender has a use for. */
#define EXTENSIONS_MAX	16

/* Where the upper layer begins and what it is; -1 if it is not whole, or cut off. */
static int upper4(const struct sk_buff *skb, unsigned int *at)
{
	const struct iphdr *iph = ip_hdr(skb);

	*at = skb_network_offset(skb) + iph->ihl * 4;
	return ip_is_fragment(iph) ? -1 : iph->protocol;
}

/**
 * struct upper_header - the upper layer of an IPv6 packet
 * @at:		where it begins
 * @proto:	what it is, or what the first header is that is not known
 * @fragment:	is it a part only? Atomic fragments are whole.
 */
struct upper_header {
	unsigned int	at;
	u8		proto;
	bool		fragment;
};

static bool is_extension(u8 proto)
{
	return proto == NEXTHDR_HOP || proto == NEXTHDR_ROUTING ||
	       proto == NEXTHDR_FRAGMENT || proto == NEXTHDR_AUTH ||
	       proto == NEXTHDR_DEST;
}

static unsigned int extension_len(u8 proto, const u8 *head)
{
	if (proto == NEXTHDR_FRAGMENT)
		return sizeof(struct frag_hdr);
	if (proto == NEXTHDR_AUTH)
		return (head[1] + 2) * 4;
	return (head[1] + 1) * 8;
}

/* In one walk, whose length is bounded, whatever the packet holds. */
static struct upper_header upper6(const struct sk_buff *skb)
{
	struct upper_header upper = {
		.at = skb_network_offset(skb) + sizeof(struct ipv6hdr),
		.proto = ipv6_hdr(skb)->nexthdr,
	};
	unsigned int i;
	const u8 *head;
	u8 buf[8];

	for (i = 0; is_extension(upper.proto) && i < EXTENSIONS_MAX; i++) {
		unsigned int offset = 0;

		head = skb_header_pointer(skb, upper.at, sizeof(buf), buf);
		if (!head)
			break;
		/* It must lead to something. */
		if (upper.at + extension_len(upper.proto, head) >= skb->len) {
			upper.proto = NEXTHDR_NONE;
			break;
		}
		if (upper.proto == NEXTHDR_FRAGMENT) {
			offset = get_unaligned_be16(head + 2);
			upper.fragment |= !!(offset & (IP6_OFFSET | IP6_MF));
		}
		upper.at += extension_len(upper.proto, head);
		upper.proto = head[0];
		/* What follows it is in another fragment. */
		if (offset & IP6_OFFSET)
			break;
	}
	return upper;
}

/**
 * synfin_segment_is_sound() - is its checksum right?
 * @skb:	the packet
 * @pf:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @at:		where in it its TCP header begins
 *
 * The device or the sending stack may vouch for it. Else it is computed, without noting
 * the result in the skb.
 *
 * Context: any context of a hook.
 *
 * Return: true if it is.
 */
bool synfin_segment_is_sound(const struct sk_buff *skb, u8 pf, unsigned int at)
{
	unsigned int len = skb->len - at;
	__wsum sum;

	if (skb->ip_summed == CHECKSUM_PARTIAL || skb_csum_unnecessary(skb) ||
	    skb_is_gso(skb))
		return true;
	sum = skb_checksum(skb, at, len, 0);
	if (pf == NFPROTO_IPV4)
		return !csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
					  len, IPPROTO_TCP, sum);
	return !csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len,
				IPPROTO_TCP, sum);
}

/* The options of most segments lie in one piece with what precedes them. */
static void read_options(const struct sk_buff *skb, unsigned int at, const u8 *tcp,
			 struct synfin_segment *seg)
{
	unsigned int len = (tcp[12] >> 4) * 4;
	u8 buf[60] SYNFIN_UNINITIALIZED;

	if (len == 20)
		return;
	tcp = skb_header_pointer(skb, at, len, buf);
	if (tcp)
		synfin_wire_options(tcp, len, seg);
}

/* The header has twenty bytes at @tcp; in the packet it begins at @at. */
static __always_inline enum synfin_counter
read_header(const struct sk_buff *skb, u8 pf, unsigned int at, const u8 *tcp,
	    struct synfin_segment *seg)
{
	enum synfin_counter reason;

	seg->told = 0;
	reason = synfin_wire_tcp(tcp, 20, skb->len - at, seg);
	if (reason)
		return reason;
	if (!synfin_segment_is_sound(skb, pf, at))
		return SYNFIN_CNT_bad_checksum;
	synfin_segment_addresses(skb, pf, seg);
	/* Of plain ones they are read if they are asked for, of others not at all. */
	if (seg->kind <= SYNFIN_KIND_SYN_ACK)
		read_options(skb, at, tcp, seg);
	return SYNFIN_NO_REASON;
}

static enum synfin_counter read_tcp(const struct sk_buff *skb, u8 pf,
				    unsigned int at, struct synfin_segment *seg)
{
	u8 buf[20] SYNFIN_UNINITIALIZED;
	const u8 *tcp;

	if (at > skb->len)
		return SYNFIN_CNT_short;
	tcp = skb_header_pointer(skb, at, sizeof(buf), buf);
	if (!tcp)
		return SYNFIN_CNT_short;
	return read_header(skb, pf, at, tcp, seg);
}

static noinline enum synfin_counter read_icmp(const struct sk_buff *skb,
					      u8 family, unsigned int at,
					      struct synfin_segment *seg)
{
	u8 head[8], buf[QUOTE_MAX];
	const u8 *icmp, *quote;
	enum synfin_counter reason;
	unsigned int room;
	u16 error;

	seg->told = 0;
	icmp = skb_header_pointer(skb, at, sizeof(head), head);
	if (!icmp || !synfin_wire_icmp_is_error(family, icmp[0], icmp[1]))
		return SYNFIN_CNT_not_tcp;
	error = icmp[0] << 8 | icmp[1];
	if (family == 4)
		synfin_segment_addr4(&seg->router, ip_hdr(skb)->saddr);
	else
		synfin_copy_addr(&seg->router, (const void *)&ipv6_hdr(skb)->saddr);
	at += sizeof(head);
	room = min_t(unsigned int, skb->len - at, sizeof(buf));
	quote = skb_header_pointer(skb, at, room, buf);
	if (!quote)
		return SYNFIN_CNT_not_tcp;
	reason = synfin_wire_quote(quote, room, seg);
	/* After what zeroes it. */
	seg->icmp = error;
	return reason;
}

/**
 * synfin_segment_read() - read a TCP segment, or an ICMP error that quotes one
 * @skb:	the packet
 * @pf:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @seg:	to be filled, but for what the hook says: its verdict, its way, its devices
 *
 * Context: any context of a hook.
 *
 * Return: SYNFIN_NO_REASON; SYNFIN_CNT_not_tcp for what does not concern us; or the
 * counter that says what is wrong with it.
 */
noinline enum synfin_counter synfin_segment_read(const struct sk_buff *skb,
						 u8 pf,
						 struct synfin_segment *seg)
{
	struct upper_header upper;
	unsigned int at;
	int proto;

	if (pf != NFPROTO_IPV4) {
		upper = upper6(skb);
		if (upper.proto == IPPROTO_ICMPV6)
			return read_icmp(skb, 6, upper.at, seg);
		if (upper.proto != IPPROTO_TCP)
			return SYNFIN_CNT_not_tcp;
		return upper.fragment ? SYNFIN_CNT_fragment :
					read_tcp(skb, pf, upper.at, seg);
	}
	proto = upper4(skb, &at);
	if (proto < 0)
		return ip_hdr(skb)->protocol == IPPROTO_TCP ?
		       SYNFIN_CNT_fragment : SYNFIN_CNT_not_tcp;
	if (proto == IPPROTO_ICMP)
		return read_icmp(skb, 4, at, seg);
	if (proto != IPPROTO_TCP)
		return SYNFIN_CNT_not_tcp;
	return read_tcp(skb, pf, at, seg);
}

/**
 * synfin_segment_header() - find a TCP header, wherever it lies
 * @skb:	the packet
 * @pf:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @buf:	room for a copy, if it lies in pieces
 *
 * Context: any context of a hook.
 *
 * Return: the header, the first twenty bytes of it; NULL if it is not TCP, or if the
 * packet is a fragment or too short.
 */
const struct tcphdr *synfin_segment_header(const struct sk_buff *skb, u8 pf,
					   struct tcphdr *buf)
{
	struct upper_header upper = {};

	if (pf != NFPROTO_IPV4)
		upper = upper6(skb);
	else if (upper4(skb, &upper.at) == IPPROTO_TCP)
		upper.proto = IPPROTO_TCP;
	if (upper.proto != IPPROTO_TCP || upper.fragment)
		return NULL;
	return skb_header_pointer(skb, upper.at, sizeof(*buf), buf);
}

/**
 * synfin_segment_at() - read a TCP segment whose header has been found
 * @skb:	the packet
 * @pf:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @th:		its TCP header, right behind the IP header, twenty bytes in one piece
 * @seg:	to be filled, as by synfin_segment_read()
 *
 * Context: any context of a hook.
 *
 * Return: SYNFIN_NO_REASON, or the counter that says what is wrong with it.
 */
enum synfin_counter synfin_segment_at(const struct sk_buff *skb, u8 pf,
				      const struct tcphdr *th,
				      struct synfin_segment *seg)
{
	if (pf == NFPROTO_IPV4 && ip_is_fragment(ip_hdr(skb)))
		return SYNFIN_CNT_fragment;
	return read_header(skb, pf, (const u8 *)th - skb->data, (const u8 *)th,
			   seg);
}

/**
 * synfin_segment_stamp() - read the time stamp option of a plain segment
 * @skb:	the packet
 * @seg:	of synfin_segment_read() or synfin_segment_at()
 *
 * Context: any context of a hook.
 */
noinline void synfin_segment_stamp(const struct sk_buff *skb, struct synfin_segment *seg)
{
	u8 buf[20] SYNFIN_UNINITIALIZED;
	unsigned int at;
	const u8 *tcp;

	if (seg->family == 4)
		upper4(skb, &at);
	else
		at = upper6(skb).at;
	tcp = skb_header_pointer(skb, at, sizeof(buf), buf);
	if (tcp)
		read_options(skb, at, tcp, seg);
}

/* Is the header of the network layer in one piece, and one? Few skbs tell. */
static bool has_ip_header(const struct sk_buff *skb, u8 version)
{
	const u8 *head = skb_network_header(skb);
	unsigned int len = version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (!skb->network_header || skb->network_header == (typeof(skb->network_header))~0U ||
	    head + len > skb_tail_pointer(skb) || *head >> 4 != version)
		return false;
	return version != 4 || ((*head & 15) >= 5 &&
				ip_hdr(skb)->protocol == IPPROTO_TCP &&
				!ip_is_fragment(ip_hdr(skb)));
}

/**
 * synfin_segment_flags() - what a packet is that somebody drops
 * @skb:	the packet, wherever it was
 * @found:	filled in
 *
 * Context: any; nobody else has @skb.
 *
 * Return: false if it is no TCP segment, or cannot be read.
 */
bool synfin_segment_flags(const struct sk_buff *skb, struct synfin_dropped *found)
{
	struct upper_header upper;
	struct tcphdr buf;
	const struct tcphdr *th;

	found->pf = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	if (found->pf == NFPROTO_IPV4) {
		if (!has_ip_header(skb, 4))
			return false;
		found->at = skb_network_offset(skb) + ip_hdr(skb)->ihl * 4;
	} else {
		if (skb->protocol != htons(ETH_P_IPV6) || !has_ip_header(skb, 6))
			return false;
		found->at = skb_network_offset(skb) + sizeof(struct ipv6hdr);
		if (unlikely(ipv6_hdr(skb)->nexthdr != IPPROTO_TCP)) {
			upper = upper6(skb);
			if (upper.proto != IPPROTO_TCP || upper.fragment)
				return false;
			found->at = upper.at;
		}
	}
	th = skb_header_pointer(skb, found->at, sizeof(buf), &buf);
	if (!th)
		return false;
	found->flags = ((const u8 *)th)[13];
	found->sport = th->source;
	found->dport = th->dest;
	return true;
}

/**
 * synfin_segment_dropped() - read a segment that somebody drops
 * @skb:	the packet
 * @found:	of synfin_segment_flags()
 * @seg:	to be filled
 *
 * Its checksum is not asked for: that may be why it is dropped.
 *
 * Context: any; nobody else has @skb.
 *
 * Return: false if it makes no sense.
 */
bool synfin_segment_dropped(const struct sk_buff *skb, const struct synfin_dropped *found,
			    struct synfin_segment *seg)
{
	u8 buf[20];
	const u8 *tcp = skb_header_pointer(skb, found->at, sizeof(buf), buf);

	if (!tcp || synfin_wire_tcp(tcp, 20, skb->len - found->at, seg))
		return false;
	seg->told = 0;
	seg->forwarded = false;
	seg->verdict = SYNFIN_VERDICT_UNKNOWN;
	seg->way = 0;
	seg->came_by = 0;
	seg->device = skb->skb_iif;
	seg->here = false;
	synfin_segment_addresses(skb, found->pf, seg);
	if (seg->kind <= SYNFIN_KIND_SYN_ACK)
		read_options(skb, found->at, tcp, seg);
	return true;
}
