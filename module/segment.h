/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From an skb, which may be non-linear, to a segment; see core/wire.h.
 */
#ifndef _SYNFIN_SEGMENT_H
#define _SYNFIN_SEGMENT_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/string.h>
#include <linux/tcp.h>

#include "core/wire.h"

/**
 * struct synfin_dropped - a TCP segment in a packet that somebody drops
 * @at:		where its header begins, from skb->data on; may be negative
 * @pf:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @flags:	byte 13 of its header
 * @sport:	its source port
 * @dport:	its destination port
 */
struct synfin_dropped {
	int	at;
	u8	pf;
	u8	flags;
	__be16	sport;
	__be16	dport;
};

/* In two words, for the reason that synfin_copy_addr() has. */
static inline void synfin_segment_addr4(struct synfin_addr *to, __be32 addr)
{
	to->w[0] = addr;
	to->w[1] = 0;
	memset(&to->w[2], 0, 8);
}

/**
 * synfin_segment_addresses() - fill in where a segment comes from and goes to
 * @skb:	the packet
 * @pf:		NFPROTO_IPV4 or NFPROTO_IPV6
 * @seg:	its family, source and destination are filled
 */
static inline void synfin_segment_addresses(const struct sk_buff *skb, __u8 pf,
					    struct synfin_segment *seg)
{
	if (pf == NFPROTO_IPV4) {
		seg->family = 4;
		synfin_segment_addr4(&seg->src, ip_hdr(skb)->saddr);
		synfin_segment_addr4(&seg->dst, ip_hdr(skb)->daddr);
	} else {
		seg->family = 6;
		synfin_copy_addr(&seg->src, (const void *)&ipv6_hdr(skb)->saddr);
		synfin_copy_addr(&seg->dst, (const void *)&ipv6_hdr(skb)->daddr);
	}
}

enum synfin_counter synfin_segment_read(const struct sk_buff *skb, __u8 pf,
					struct synfin_segment *seg);
enum synfin_counter synfin_segment_at(const struct sk_buff *skb, __u8 pf,
				      const struct tcphdr *th,
				      struct synfin_segment *seg);
const struct tcphdr *synfin_segment_header(const struct sk_buff *skb, __u8 pf,
					   struct tcphdr *buf);
void synfin_segment_stamp(const struct sk_buff *skb, struct synfin_segment *seg);
bool synfin_segment_is_sound(const struct sk_buff *skb, __u8 pf, unsigned int at);
bool synfin_segment_flags(const struct sk_buff *skb, struct synfin_dropped *found);
bool synfin_segment_dropped(const struct sk_buff *skb, const struct synfin_dropped *found,
			    struct synfin_segment *seg);

#endif /* _SYNFIN_SEGMENT_H */
