// SPDX-License-Identifier: GPL-2.0
/*
 * Ethernet and what an EtherType names: VLAN tags, LLC and SNAP (IEEE 802), MPLS
 * (RFC 3032), PPP and PPPoE (RFC 1661, RFC 2516), provider backbone bridges (802.1ah).
 */
#include "sources/layers.h"

#define TYPE_LEAST	0x0600	/* what is less is a length */
#define TYPE_IPV4	0x0800
#define TYPE_ARP	0x0806
#define TYPE_TRILL	0x22f3
#define TYPE_TEB	0x6558	/* Ethernet again */
#define TYPE_RARP	0x8035
#define TYPE_VLAN	0x8100
#define TYPE_IPV6	0x86dd
#define TYPE_MPLS	0x8847
#define TYPE_MPLS_MANY	0x8848
#define TYPE_PPPOE_FIND	0x8863
#define TYPE_PPPOE	0x8864
#define TYPE_LLC_LONG	0x8870
#define TYPE_PPP	0x880b
#define TYPE_QINQ	0x88a8
#define TYPE_LLDP	0x88cc
#define TYPE_MACSEC	0x88e5
#define TYPE_PBB	0x88e7
#define TYPE_FABRIC	0x8903	/* FabricPath */
#define TYPE_CMD	0x8909	/* Cisco metadata: a security group */
#define TYPE_VNTAG	0x8926
#define TYPE_HSR	0x892f
#define TYPE_ETAG	0x893f
#define TYPE_NSH	0x894f
#define TYPE_QINQ_OLD	0x9100
#define TYPE_QINQ_OLD2	0x9200

/* Labels that are less mean something by themselves (RFC 3032, RFC 6790). */
#define MPLS_LEAST	16u
#define MPLS_ENTROPY_NEXT	7u

/* Of MACsec: it is encrypted, or changed; the sender is named. */
#define MACSEC_HIDDEN	0x0cu
#define MACSEC_SENDER	0x20u

#define PPP_IPV4	0x0021
#define PPP_VJ_PACKED	0x002d
#define PPP_VJ		0x002f
#define PPP_MULTILINK	0x003d
#define PPP_IPV6	0x0057
#define PPP_PACKED	0x00fd
#define PPP_MPLS	0x0281

/**
 * ether_header() - an Ethernet header
 * @d: the packet
 *
 * Return: what comes next.
 */
enum layer ether_header(struct dig *d)
{
	unsigned int type;

	if (d->room < 14)
		return layer_none(d, UNREAD_CUT);
	type = be16(d->at + 12);
	dig_skip(d, 12);
	if (type >= TYPE_LEAST)
		return LAYER_TYPE;
	dig_skip(d, 2);
	return LAYER_LLC;
}

/* The tag stands before the type of what follows. */
static enum layer vlan(struct dig *d)
{
	unsigned int id;

	if (d->room < 4)
		return layer_none(d, UNREAD_CUT);
	id = be16(d->at) & 0xfff;
	dig_skip(d, 2);
	/* 0 is a priority, and no VLAN. */
	if (id)
		dig_lane(d, id);
	if (be16(d->at) >= TYPE_LEAST)
		return LAYER_TYPE;
	dig_skip(d, 2);
	return LAYER_LLC;
}

/**
 * ether_mpls() - labels until the last one
 * @d: the packet
 *
 * The last one is the customer's: those above it say how to get there, and change on the
 * way. Behind an indicator stands one that only spreads load (RFC 6790). Nothing says
 * what follows but its first half byte: IP, or the control word of a pseudowire.
 *
 * Return: what comes next.
 */
enum layer ether_mpls(struct dig *d)
{
	bool last = false, spreads = false;
	uint32_t customer = 0;

	while (!last) {
		uint32_t label;

		if (d->room < 5)
			return layer_none(d, UNREAD_CUT);
		label = be32(d->at) >> 12;
		if (label >= MPLS_LEAST && !spreads)
			customer = label;
		spreads = label == MPLS_ENTROPY_NEXT;
		last = d->at[2] & 1;
		dig_skip(d, 4);
	}
	if (customer)
		dig_lane(d, (uint64_t)TYPE_MPLS << 32 | customer);
	switch (d->at[0] >> 4) {
	case 4:
	case 6:
		return LAYER_IP;
	case 0:
		if (d->room >= 18 && be16(d->at + 16) >= TYPE_LEAST)
			dig_skip(d, 4);
		break;
	}
	if (d->room < 14 || be16(d->at + 12) < TYPE_LEAST)
		return layer_none(d, UNREAD_MPLS);
	return LAYER_ETHERNET;
}

/* A backbone's frame: the service, then both addresses of the customer's frame. */
static enum layer backbone(struct dig *d)
{
	if (d->room < 18)
		return layer_none(d, UNREAD_CUT);
	dig_lane(d, be32(d->at) & 0xffffff);
	dig_skip(d, 4);
	return LAYER_ETHERNET;
}

static enum layer service_chain(struct dig *d)
{
	static const enum layer next[] = {
		[1] = LAYER_IP, [2] = LAYER_IP, [3] = LAYER_ETHERNET,
	};
	uint32_t header;
	uint8_t proto;

	if (d->room < 8)
		return layer_none(d, UNREAD_CUT);
	header = (be16(d->at) & 0x3f) * 4;
	proto = d->at[3];
	if (header < 8 || !dig_skip(d, header))
		return layer_none(d, UNREAD_NSH);
	if (proto == 5)
		return ether_mpls(d);
	return proto && proto < 4 ? next[proto] : layer_none(d, UNREAD_NSH);
}

/* Without encryption what it protects stands there as it is. */
static enum layer macsec(struct dig *d)
{
	if (d->room < 6)
		return layer_none(d, UNREAD_CUT);
	if (d->at[0] & MACSEC_HIDDEN)
		return layer_none(d, UNREAD_MACSEC);
	return dig_skip(d, d->at[0] & MACSEC_SENDER ? 14 : 6) ? LAYER_TYPE : LAYER_NONE;
}

/* Bridges that route: a header with options, then the frame (RFC 6325). */
static enum layer trill(struct dig *d)
{
	if (d->room < 6)
		return layer_none(d, UNREAD_CUT);
	return dig_skip(d, 6 + (be16(d->at) >> 6 & 0x1f) * 4) ? LAYER_ETHERNET : LAYER_NONE;
}

/**
 * ether_named() - what an EtherType names
 * @d:		the packet, behind the type
 * @type:	the type
 *
 * Return: what comes next.
 */
enum layer ether_named(struct dig *d, unsigned int type)
{
	switch (type) {
	case TYPE_IPV4:
	case TYPE_IPV6:
		return LAYER_IP;
	case TYPE_VLAN:
	case TYPE_QINQ:
	case TYPE_QINQ_OLD:
	case TYPE_QINQ_OLD2:
		return vlan(d);
	case TYPE_MPLS:
	case TYPE_MPLS_MANY:
		return ether_mpls(d);
	case TYPE_PPPOE:
		return dig_skip(d, 6) ? LAYER_PPP : LAYER_NONE;
	case TYPE_PPP:
		return LAYER_PPP;
	case TYPE_PBB:
		return backbone(d);
	case TYPE_TEB:
		return LAYER_ETHERNET;
	case TYPE_TRILL:
		return trill(d);
	case TYPE_HSR:
		return dig_skip(d, 4) ? LAYER_TYPE : LAYER_NONE;
	case TYPE_VNTAG:
		return dig_skip(d, 4) ? LAYER_TYPE : LAYER_NONE;
	case TYPE_FABRIC:
		return dig_skip(d, 2) ? LAYER_ETHERNET : LAYER_NONE;
	case TYPE_CMD:
	case TYPE_ETAG:
		return dig_skip(d, 6) ? LAYER_TYPE : LAYER_NONE;
	case TYPE_LLC_LONG:
		return LAYER_LLC;
	case TYPE_NSH:
		return service_chain(d);
	case TYPE_PPPOE_FIND:
		return layer_none(d, UNREAD_PPPOE);
	case TYPE_ARP:
	case TYPE_RARP:
		return layer_none(d, UNREAD_ARP);
	case TYPE_LLDP:
		return layer_none(d, UNREAD_LLDP);
	case TYPE_MACSEC:
		return macsec(d);
	default:
		return layer_none(d, UNREAD_TYPE);
	}
}

/**
 * ether_type() - an EtherType and what it names
 * @d: the packet
 *
 * Return: what comes next.
 */
enum layer ether_type(struct dig *d)
{
	unsigned int type;

	if (d->room < 2)
		return layer_none(d, UNREAD_CUT);
	type = be16(d->at);
	dig_skip(d, 2);
	return ether_named(d, type);
}

/**
 * ether_llc() - an LLC header, and SNAP behind it
 * @d: the packet
 *
 * Return: what comes next.
 */
enum layer ether_llc(struct dig *d)
{
	uint32_t vendor;

	if (d->room < 3)
		return layer_none(d, UNREAD_CUT);
	if (d->at[0] == 0x06 && d->at[1] == 0x06 && d->at[2] == 0x03) {
		dig_skip(d, 3);
		return LAYER_IP;
	}
	if (d->at[0] != 0xaa || d->at[1] != 0xaa || d->room < 8)
		return layer_none(d, UNREAD_LLC);
	vendor = be32(d->at + 2) & 0xffffff;
	/* EtherTypes as they are, as bridges translate them, and bridged Ethernet. */
	if (vendor == 0x0080c2 && (be16(d->at + 6) == 1 || be16(d->at + 6) == 7))
		return dig_skip(d, 8) ? LAYER_ETHERNET : LAYER_NONE;
	if (vendor != 0 && vendor != 0x0000f8)
		return layer_none(d, UNREAD_LLC);
	dig_skip(d, 6);
	return LAYER_TYPE;
}

/**
 * ether_ppp() - PPP, with or without address and control
 * @d: the packet
 *
 * The protocol may be compressed to one byte.
 *
 * Return: what comes next.
 */
enum layer ether_ppp(struct dig *d)
{
	unsigned int protocol;
	uint32_t bytes;

	if (d->room >= 2 && be16(d->at) == 0xff03)
		dig_skip(d, 2);
	if (d->room < 2)
		return layer_none(d, UNREAD_CUT);
	bytes = d->at[0] & 1 ? 1 : 2;
	protocol = bytes == 1 ? d->at[0] : be16(d->at);
	dig_skip(d, bytes);
	switch (protocol) {
	case PPP_IPV4:
	case PPP_IPV6:
		return LAYER_IP;
	case PPP_MPLS:
		return ether_mpls(d);
	case PPP_VJ:
	case PPP_VJ_PACKED:
	case PPP_PACKED:
	case PPP_MULTILINK:
		return layer_none(d, UNREAD_PPP_PACKED);
	default:
		return layer_none(d, UNREAD_PPP);
	}
}
