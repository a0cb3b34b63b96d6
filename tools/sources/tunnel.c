// SPDX-License-Identifier: GPL-2.0
/*
 * Tunnels: what IP carries beside TCP. Inner connections are told apart by the tunnel,
 * by its ends and its number, as they are by a VLAN.
 */
#include "sources/layers.h"

#define PROTO_ICMP4	1
#define PROTO_IGMP	2
#define PROTO_IPIP	4
#define PROTO_UDP	17
#define PROTO_IPV6	41
#define PROTO_GRE	47
#define PROTO_ESP	50
#define PROTO_ICMP6	58
#define PROTO_OLD_IPIP	94
#define PROTO_ETHERIP	97
#define PROTO_ETHERNET	143
#define PROTO_L2TP	115
#define PROTO_SCTP	132
#define PROTO_MPLS	137

#define GRE_CHECKSUM	0x8000u
#define GRE_ROUTING	0x4000u
#define GRE_KEY		0x2000u
#define GRE_SEQUENCE	0x1000u
#define GRE_ACK		0x0080u
#define GRE_VERSION	0x0007u

#define GRE_ERSPAN	0x88beu		/* types I and II */
#define GRE_ERSPAN3	0x22ebu
#define GRE_WCCP	0x883eu
#define GRE_PPP		0x880bu

#define GRE_ETHERNET	0x6558u

/* Both ends, the same for both directions, and what kind it is. */
static void lane_of_ends(struct dig *d, const struct ip *ip)
{
	uint64_t ends = 0;

	for (unsigned int i = 0; i < 4; i++)
		ends = ends * 0x9e3779b97f4a7c15ull +
			((uint64_t)ip->src.w[i] + ip->dst.w[i]) +
			((uint64_t)(ip->src.w[i] ^ ip->dst.w[i]) << 32);
	dig_lane(d, ends + ip->proto);
}

/* Mirrored frames, with the session's number; type I has no header at all. */
static enum layer erspan(struct dig *d, unsigned int proto, bool numbered)
{
	uint32_t header = 0;

	if (proto == GRE_ERSPAN3) {
		if (d->room < 12)
			return layer_none(d, UNREAD_CUT);
		header = d->at[11] & 1 ? 20 : 12;
	} else if (numbered) {
		header = 8;
	}
	if (header) {
		if (d->room < header)
			return layer_none(d, UNREAD_CUT);
		dig_lane(d, be32(d->at) & 0x0fff03ff);
		dig_skip(d, header);
	}
	return LAYER_ETHERNET;
}

/* WCCP's second version has a header of four bytes more. */
static enum layer wccp(struct dig *d)
{
	if (d->room >= 5 && d->at[0] >> 4 != 4)
		dig_skip(d, 4);
	return layer_ip(d, UNREAD_GRE);
}

/**
 * tunnel_gre() - GRE (RFC 2784, RFC 2890), in IP or in UDP (RFC 8086)
 * @d: the packet
 *
 * Return: what comes next.
 */
enum layer tunnel_gre(struct dig *d)
{
	unsigned int flags, proto;
	uint32_t header = 4;

	if (d->room < 4)
		return layer_none(d, UNREAD_CUT);
	flags = be16(d->at);
	proto = be16(d->at + 2);
	if (flags & GRE_ROUTING || (flags & GRE_VERSION) > 1)
		return layer_none(d, UNREAD_GRE);
	header += flags & GRE_CHECKSUM ? 4 : 0;
	if (d->room < header + 4)
		return layer_none(d, UNREAD_CUT);
	if (flags & GRE_KEY) {
		/* PPTP's: a length, and the number of the call. */
		dig_lane(d, be32(d->at + header) &
			    (flags & GRE_VERSION ? 0xffffu : 0xffffffffu));
		header += 4;
	}
	header += flags & GRE_SEQUENCE ? 4 : 0;
	header += flags & GRE_VERSION && flags & GRE_ACK ? 4 : 0;
	if (!dig_skip(d, header))
		return LAYER_NONE;
	d->unread = UNREAD_GRE;
	switch (proto) {
	case GRE_ERSPAN:
	case GRE_ERSPAN3:
		return erspan(d, proto, flags & GRE_SEQUENCE);
	case GRE_WCCP:
		return wccp(d);
	case GRE_PPP:
		return d->room ? LAYER_PPP : layer_none(d, UNREAD_GRE);
	case 0x0800:
	case 0x86dd:
	case GRE_ETHERNET:
	case 0x8847:
	case 0x8848:
	case 0x8100:
	case 0x894f:
		return ether_named(d, proto);
	default:
		return layer_none(d, UNREAD_GRE);
	}
}

/**
 * tunnel_enter() - what an IP packet carries that is neither TCP nor ICMP about it
 * @d:	the packet, behind its IP headers
 * @ip:	what they said
 *
 * Return: what comes next.
 */
enum layer tunnel_enter(struct dig *d, const struct ip *ip)
{
	uint64_t outside = d->lane;
	enum layer next;

	lane_of_ends(d, ip);
	switch (ip->proto) {
	case PROTO_UDP:
		next = tunnel_udp(d);
		break;
	case PROTO_GRE:
		next = tunnel_gre(d);
		break;
	case PROTO_IPIP:
	case PROTO_OLD_IPIP:
	case PROTO_IPV6:
		next = layer_ip(d, UNREAD_IPIP);
		break;
	case PROTO_ETHERIP:
		next = dig_skip(d, 2) ? LAYER_ETHERNET : LAYER_NONE;
		break;
	case PROTO_ETHERNET:
		next = d->room ? LAYER_ETHERNET : layer_none(d, UNREAD_CUT);
		break;
	case PROTO_MPLS:
		next = ether_mpls(d);
		break;
	case PROTO_L2TP:
		/* How long its cookie is, is agreed upon elsewhere. */
		return layer_none(d, UNREAD_L2TP);
	case PROTO_ICMP4:
	case PROTO_ICMP6:
		return layer_none(d, UNREAD_ICMP);
	case PROTO_IGMP:
		return layer_none(d, UNREAD_IGMP);
	case PROTO_ESP:
		return layer_none(d, UNREAD_ESP);
	case PROTO_SCTP:
		return layer_none(d, UNREAD_SCTP);
	default:
		return layer_none(d, UNREAD_PROTOCOL);
	}
	if (next == LAYER_NONE)
		d->lane = outside;
	return next;
}
