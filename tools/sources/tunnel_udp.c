// SPDX-License-Identifier: GPL-2.0
/*
 * Tunnels in UDP. What each adds to the lane tells its inner connections apart.
 */
#include "sources/layers.h"

#define PORT_L2TP	1701u
#define PORT_GTP_U	2152u
#define PORT_TEREDO	3544u
#define PORT_LISP	4341u
#define PORT_GRE	4754u
#define PORT_VXLAN	4789u
#define PORT_VXLAN_GPE	4790u
#define PORT_GENEVE	6081u
#define PORT_CAPWAP	5247u
#define PORT_MPLS	6635u
#define PORT_VXLAN_OLD	8472u
#define PORT_TZSP	37008u
#define PORT_GUE	6080u

#define GTP_PDU		0xff
#define GENEVE_ETHERNET	0x6558u

#define CAPWAP_NATIVE	0x00000100u
#define CAPWAP_FRAGMENT	0x00000080u
#define CAPWAP_KEEPALIVE 0x00000008u

/* Tunnels of another kind may have the same number. */
static void lane_of(struct dig *d, unsigned int kind, uint32_t number)
{
	dig_lane(d, (uint64_t)kind << 32 | number);
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
	lane_of(d, PORT_VXLAN, be32(d->at + 4) >> 8);
	dig_skip(d, 8);
	switch (next) {
	case 1:
	case 2:
		return layer_ip(d, UNREAD_VXLAN);
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
	lane_of(d, PORT_GENEVE, be32(d->at + 4) >> 8);
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
	lane_of(d, PORT_GTP_U, be32(d->at + 4));
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
	return layer_ip(d, UNREAD_GTP);
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
	lane_of(d, PORT_L2TP, be32(d->at + header - 4));
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

/*
 * Data of a wireless access point (RFC 5415): 802.11, or Ethernet; not what is encrypted,
 * or a part of a packet.
 */
static enum layer capwap(struct dig *d)
{
	uint32_t bits, header;

	if (d->room < 8 || d->at[0])
		return layer_none(d, UNREAD_CAPWAP);
	bits = be32(d->at);
	header = (bits >> 19 & 0x1f) * 4;
	if (header < 8 || bits & (CAPWAP_FRAGMENT | CAPWAP_KEEPALIVE) || d->room <= header)
		return layer_none(d, UNREAD_CAPWAP);
	dig_skip(d, header);
	return bits & CAPWAP_NATIVE ? LAYER_WIFI : LAYER_ETHERNET;
}

/* Behind a header with a protocol's number, or IP at once, which no version is like. */
static enum layer gue(struct dig *d)
{
	unsigned int first, proto;

	if (d->room < 4)
		return layer_none(d, UNREAD_GUE);
	first = d->at[0];
	if (first >> 6 == 1)
		return layer_ip(d, UNREAD_GUE);
	proto = d->at[1];
	if (first & 0xe0 || !dig_skip(d, 4 + (first & 0x1f) * 4))
		return layer_none(d, UNREAD_GUE);
	return proto == 4 || proto == 41 ? layer_ip(d, UNREAD_GUE) :
					   layer_none(d, UNREAD_GUE);
}

/**
 * tunnel_udp() - what UDP carries, by its port
 * @d: the packet, behind the IP headers
 *
 * Return: what comes next.
 */
enum layer tunnel_udp(struct dig *d)
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
	case PORT_GRE:
		return tunnel_gre(d);
	case PORT_MPLS:
		return ether_mpls(d);
	case PORT_LISP:
		return dig_skip(d, 8) ? layer_ip(d, UNREAD_LISP) : LAYER_NONE;
	case PORT_CAPWAP:
		return capwap(d);
	case PORT_TZSP:
		return tzsp(d);
	case PORT_GUE:
		return gue(d);
	}
	if (to == PORT_L2TP || from == PORT_L2TP)
		return l2tp(d);
	if (from == PORT_CAPWAP)
		return capwap(d);
	if (to == PORT_TEREDO || from == PORT_TEREDO)
		return teredo(d);
	return layer_none(d, UNREAD_UDP);
}
