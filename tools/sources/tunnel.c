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

#define PORT_L2TP	1701u
#define PORT_GTP_U	2152u
#define PORT_TEREDO	3544u
#define PORT_LISP	4341u
#define PORT_VXLAN	4789u
#define PORT_VXLAN_GPE	4790u
#define PORT_GENEVE	6081u
#define PORT_MPLS	6635u
#define PORT_VXLAN_OLD	8472u
#define PORT_TZSP	37008u

#define GTP_PDU		0xff
#define GENEVE_ETHERNET	0x6558u

/* Both ends, the same for both directions. */
static void lane_of_ends(struct dig *d, const struct ip *ip)
{
	uint64_t ends = 0;

	for (unsigned int i = 0; i < 4; i++)
		ends = ends * 0x9e3779b97f4a7c15ull +
			((uint64_t)ip->src.w[i] + ip->dst.w[i]) +
			((uint64_t)(ip->src.w[i] ^ ip->dst.w[i]) << 32);
	dig_lane(d, ends);
}

/* IP of whichever version; else for what reason not. */
static enum layer some_ip(struct dig *d, enum unread reason)
{
	if (!d->room)
		return layer_none(d, UNREAD_CUT);
	if (d->at[0] >> 4 != 4 && d->at[0] >> 4 != 6)
		return layer_none(d, reason);
	return LAYER_IP;
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
	return some_ip(d, UNREAD_GRE);
}

static enum layer gre(struct dig *d)
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
	case GENEVE_ETHERNET:
	case 0x8847:
	case 0x8848:
	case 0x8100:
	case 0x894f:
		return ether_named(d, proto);
	default:
		return layer_none(d, UNREAD_GRE);
	}
}

static enum layer vxlan(struct dig *d, bool generic)
{
	uint8_t flags, next;

	if (d->room < 8)
		return layer_none(d, UNREAD_VXLAN);
	flags = d->at[0];
	next = generic && flags & 0x04 ? d->at[3] : 3;
	if (!(flags & 0x08))
		return layer_none(d, UNREAD_VXLAN);
	dig_lane(d, be32(d->at + 4) >> 8);
	dig_skip(d, 8);
	switch (next) {
	case 1:
	case 2:
		return some_ip(d, UNREAD_VXLAN);
	case 3:
		return d->room < 14 ? layer_none(d, UNREAD_VXLAN) : LAYER_ETHERNET;
	case 4:
		return ether_named(d, 0x894f);
	default:
		return layer_none(d, UNREAD_VXLAN);
	}
}

static enum layer geneve(struct dig *d)
{
	unsigned int proto;
	uint32_t header;

	if (d->room < 8 || d->at[0] >> 6)
		return layer_none(d, UNREAD_GENEVE);
	header = 8 + (d->at[0] & 0x3fu) * 4;
	proto = be16(d->at + 2);
	dig_lane(d, be32(d->at + 4) >> 8);
	if (d->room <= header)
		return layer_none(d, UNREAD_GENEVE);
	dig_skip(d, header);
	if (proto == 0x0800 || proto == 0x86dd || proto == GENEVE_ETHERNET)
		return ether_named(d, proto);
	return layer_none(d, UNREAD_GENEVE);
}

/* G-PDUs, behind any extension headers (3GPP TS 29.281). */
static enum layer gtp(struct dig *d)
{
	uint8_t flags, next = 0;

	if (d->room < 8 || d->at[0] >> 5 != 1 || d->at[1] != GTP_PDU)
		return layer_none(d, UNREAD_GTP);
	flags = d->at[0];
	dig_lane(d, be32(d->at + 4));
	dig_skip(d, 8);
	if (flags & 7) {
		if (d->room < 4)
			return layer_none(d, UNREAD_GTP);
		next = flags & 4 ? d->at[3] : 0;
		dig_skip(d, 4);
	}
	while (next) {
		uint32_t len = d->room ? d->at[0] * 4u : 0;

		if (!len || d->room < len)
			return layer_none(d, UNREAD_GTP);
		next = d->at[len - 1];
		dig_skip(d, len);
	}
	return some_ip(d, UNREAD_GTP);
}

/* IPv6, behind an authentication or an indication of the origin (RFC 4380). */
static enum layer teredo(struct dig *d)
{
	if (d->room >= 4 && be16(d->at) == 1)
		dig_skip(d, 13u + d->at[2] + d->at[3]);
	if (d->room >= 8 && be16(d->at) == 0)
		dig_skip(d, 8);
	return d->room && d->at[0] >> 4 == 6 ? LAYER_IP :
		layer_none(d, UNREAD_TEREDO);
}

/* The second version: data of a session holds PPP (RFC 2661). */
static enum layer l2tp(struct dig *d)
{
	unsigned int flags;
	uint32_t header = 6;

	if (d->room < 6)
		return layer_none(d, UNREAD_L2TP);
	flags = be16(d->at);
	if (flags & 0x8000 || (flags & 0xf) != 2)
		return layer_none(d, UNREAD_L2TP);
	header += flags & 0x4000 ? 2 : 0;
	if (d->room < header)
		return layer_none(d, UNREAD_L2TP);
	/* Tunnel and session; each direction has its own. */
	dig_lane(d, be32(d->at + header - 4));
	header += flags & 0x0800 ? 4 : 0;
	if (flags & 0x0200) {
		if (d->room < header + 2)
			return layer_none(d, UNREAD_L2TP);
		header += 2 + be16(d->at + header);
	}
	if (d->room <= header)
		return layer_none(d, UNREAD_L2TP);
	dig_skip(d, header);
	return LAYER_PPP;
}

/* A sniffed frame, behind tags; what it is of, is said by a number of its own. */
static enum layer tzsp(struct dig *d)
{
	unsigned int what;

	if (d->room < 5 || d->at[0] != 1)
		return layer_none(d, UNREAD_TZSP);
	what = be16(d->at + 2);
	dig_skip(d, 4);
	while (d->room && d->at[0] != 1) {
		uint32_t len = d->at[0] ? 2 : 1;

		if (len == 2 && d->room >= 2)
			len += d->at[1];
		if (!dig_skip(d, len))
			return layer_none(d, UNREAD_TZSP);
	}
	if (!dig_skip(d, 1))
		return layer_none(d, UNREAD_TZSP);
	if (what == 1)
		return LAYER_ETHERNET;
	return what == 18 ? LAYER_WIFI : layer_none(d, UNREAD_TZSP);
}

static enum layer udp(struct dig *d)
{
	unsigned int from, to;

	if (d->room < 8)
		return layer_none(d, UNREAD_UDP);
	from = be16(d->at);
	to = be16(d->at + 2);
	dig_skip(d, 8);
	switch (to) {
	case PORT_VXLAN:
	case PORT_VXLAN_OLD:
		return vxlan(d, false);
	case PORT_VXLAN_GPE:
		return vxlan(d, true);
	case PORT_GENEVE:
		return geneve(d);
	case PORT_GTP_U:
		return gtp(d);
	case PORT_MPLS:
		return ether_mpls(d);
	case PORT_LISP:
		return dig_skip(d, 8) ? some_ip(d, UNREAD_LISP) : LAYER_NONE;
	case PORT_TZSP:
		return tzsp(d);
	}
	if (to == PORT_L2TP || from == PORT_L2TP)
		return l2tp(d);
	if (to == PORT_TEREDO || from == PORT_TEREDO)
		return teredo(d);
	return layer_none(d, UNREAD_UDP);
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
		next = udp(d);
		break;
	case PROTO_GRE:
		next = gre(d);
		break;
	case PROTO_IPIP:
	case PROTO_OLD_IPIP:
	case PROTO_IPV6:
		next = some_ip(d, UNREAD_IPIP);
		break;
	case PROTO_ETHERIP:
		next = dig_skip(d, 2) ? LAYER_ETHERNET : LAYER_NONE;
		break;
	case PROTO_MPLS:
		next = ether_mpls(d);
		break;
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
