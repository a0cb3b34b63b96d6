// SPDX-License-Identifier: GPL-2.0
/*
 * What precedes the IP header in a captured packet, by the link type of the
 * capture (tcpdump.org/linktypes.html).
 */
#include <pcap/pcap.h>

#include "sources/pcap_link.h"

#define ETHERTYPE_IPV4	0x0800
#define ETHERTYPE_VLAN	0x8100
#define ETHERTYPE_IPV6	0x86dd
#define ETHERTYPE_QINQ	0x88a8
#define ETHERTYPE_QINQ_OLD 0x9100
#define ETHERTYPE_MPLS	0x8847
#define ETHERTYPE_PPPOE	0x8864

#define LINKTYPE_RAW	101

#define PPP_IPV4	0x21
#define PPP_IPV6	0x57

static unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

/* Labels until the last one (RFC 3032); nothing says what follows, but its version. */
static int skip_mpls(const uint8_t *packet, uint32_t room, uint32_t at)
{
	bool last = false;

	for (; !last && at + 4 <= room; at += 4)
		last = packet[at + 2] & 1;
	if (!last || at >= room || (packet[at] >> 4 != 4 && packet[at] >> 4 != 6))
		return -1;
	return (int)at;
}

/* PPP, with or without address and control; the protocol may be compressed (RFC 1661). */
static int skip_ppp(const uint8_t *packet, uint32_t room, uint32_t at)
{
	unsigned int protocol;

	if (at + 4 > room)
		return -1;
	if (be16(packet + at) == 0xff03)
		at += 2;
	protocol = packet[at] & 1 ? packet[at] : be16(packet + at);
	if (protocol != PPP_IPV4 && protocol != PPP_IPV6)
		return -1;
	return (int)at + (packet[at] & 1 ? 1 : 2);
}

/* From a protocol at @at on, through any VLAN tags, to the IP header. */
static int skip_ethertype(const uint8_t *packet, uint32_t room, uint32_t at)
{
	while (at + 2 <= room) {
		switch (be16(packet + at)) {
		case ETHERTYPE_IPV4:
		case ETHERTYPE_IPV6:
			return (int)at + 2;
		case ETHERTYPE_VLAN:
		case ETHERTYPE_QINQ:
		case ETHERTYPE_QINQ_OLD:
			at += 4;
			break;
		case ETHERTYPE_MPLS:
			return skip_mpls(packet, room, at + 2);
		case ETHERTYPE_PPPOE:
			return skip_ppp(packet, room, at + 8);
		default:
			return -1;
		}
	}
	return -1;
}

/*
 * Linux cooked: the protocol is in the header, but tags stand behind it, each
 * with what follows it as its last two bytes.
 */
static int skip_cooked(const uint8_t *packet, uint32_t room, uint32_t protocol,
		       uint32_t header)
{
	if (header > room)
		return -1;
	switch (be16(packet + protocol)) {
	case ETHERTYPE_IPV4:
	case ETHERTYPE_IPV6:
		return (int)header;
	case ETHERTYPE_VLAN:
	case ETHERTYPE_QINQ:
	case ETHERTYPE_QINQ_OLD:
		return skip_ethertype(packet, room, header + 2);
	case ETHERTYPE_MPLS:
		return skip_mpls(packet, room, header);
	case ETHERTYPE_PPPOE:
		return skip_ppp(packet, room, header + 6);
	default:
		return -1;
	}
}

/**
 * pcap_link_dlt() - libpcap's number for a link type that it has not read itself
 * @type: LINKTYPE_*, as in a file
 *
 * Return: DLT_*; of those that are known here, one differs.
 */
int pcap_link_dlt(int type)
{
	return type == LINKTYPE_RAW ? DLT_RAW : type;
}

/**
 * pcap_link_known() - can captures of a link type be read?
 * @type: DLT_*
 *
 * Return: true if they can.
 */
bool pcap_link_known(int type)
{
	switch (type) {
	case DLT_EN10MB:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_PPP:
	case DLT_C_HDLC:
		return true;
	default:
		return false;
	}
}

/**
 * pcap_link_skip() - find the IP header
 * @type:	DLT_* of the capture
 * @packet:	the packet
 * @room:	bytes of it that were captured
 *
 * Return: where the IP header is, -1 if there is none.
 */
int pcap_link_skip(int type, const uint8_t *packet, uint32_t room)
{
	switch (type) {
	case DLT_EN10MB:
		return skip_ethertype(packet, room, 12);
	case DLT_LINUX_SLL:
		return skip_cooked(packet, room, 14, 16);
	case DLT_LINUX_SLL2:
		return skip_cooked(packet, room, 0, 20);
	case DLT_NULL:
	case DLT_LOOP:
		/* An address family, whose number depends on the system. */
		return room > 4 ? 4 : -1;
	case DLT_PPP:
		return skip_ppp(packet, room, 0);
	case DLT_C_HDLC:
		return skip_ethertype(packet, room, 2);
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return room ? 0 : -1;
	default:
		return -1;
	}
}
