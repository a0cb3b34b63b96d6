// SPDX-License-Identifier: GPL-2.0
/*
 * What precedes the IP header in a captured packet, by the link type of the
 * capture (tcpdump.org/linktypes.html).
 */
#include <pcap/pcap.h>

#include "pcap_link.h"

#define ETHERTYPE_IPV4	0x0800
#define ETHERTYPE_VLAN	0x8100
#define ETHERTYPE_IPV6	0x86dd
#define ETHERTYPE_QINQ	0x88a8
#define ETHERTYPE_QINQ_OLD 0x9100

static unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
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
	default:
		return -1;
	}
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
	default:
		return room ? 0 : -1;
	}
}
