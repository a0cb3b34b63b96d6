// SPDX-License-Identifier: GPL-2.0
/*
 * What a captured packet begins with, by the link type of its capture
 * (tcpdump.org/linktypes.html).
 */
#include <pcap/pcap.h>

#include "output/util.h"
#include "sources/layers.h"

#define NFLOG_PAYLOAD	9u

/* Of Linux cooked captures: no EtherType, but what follows is 802.3 or LLC. */
#define COOKED_RAW_8023	0x0001u
#define COOKED_LLC	0x0004u

static enum layer as_ip(struct dig *d)
{
	return d->room ? LAYER_IP : layer_none(d, UNREAD_CUT);
}

/* An address family, whose number depends on the system. */
static enum layer loopback(struct dig *d)
{
	return dig_skip(d, 4) ? as_ip(d) : LAYER_NONE;
}

static enum layer cooked(struct dig *d, unsigned int type, uint32_t header)
{
	if (!dig_skip(d, header))
		return LAYER_NONE;
	if (type == COOKED_LLC || type == COOKED_RAW_8023)
		return LAYER_LLC;
	return ether_named(d, type);
}

/* What was sent is type 4 of both versions; 0 to 3 were received. */
static uint8_t cooked_way(unsigned int type)
{
	return type == 4 ? PACKET_WAY_OUT : PACKET_WAY_IN;
}

static enum layer cooked1(struct dig *d)
{
	if (d->room < 16)
		return layer_none(d, UNREAD_CUT);
	d->way = cooked_way(be16(d->at));
	return cooked(d, be16(d->at + 14), 16);
}

static enum layer cooked2(struct dig *d)
{
	if (d->room < 20)
		return layer_none(d, UNREAD_CUT);
	d->way = cooked_way(d->at[10]);
	return cooked(d, be16(d->at), 20);
}

static enum layer cisco_hdlc(struct dig *d)
{
	return dig_skip(d, 2) ? LAYER_TYPE : LAYER_NONE;
}

static enum layer pppoe(struct dig *d)
{
	return dig_skip(d, 6) ? LAYER_PPP : LAYER_NONE;
}

static enum layer ppp_way(struct dig *d)
{
	return dig_skip(d, 1) ? LAYER_PPP : LAYER_NONE;
}

static enum layer fddi(struct dig *d)
{
	return dig_skip(d, 13) ? LAYER_LLC : LAYER_NONE;
}

/* The route that a frame has taken stands behind the addresses. */
static enum layer token_ring(struct dig *d)
{
	bool routed;

	if (d->room < 15)
		return layer_none(d, UNREAD_CUT);
	routed = d->at[8] & 0x80;
	dig_skip(d, 14);
	if (routed && !dig_skip(d, d->at[0] & 0x1f))
		return LAYER_NONE;
	return LAYER_LLC;
}

static enum layer fibre_channel(struct dig *d)
{
	return dig_skip(d, 16) ? LAYER_LLC : LAYER_NONE;
}

static enum layer as_llc(struct dig *d)
{
	return d->room ? LAYER_LLC : layer_none(d, UNREAD_CUT);
}

/* The address, then a number for IP, or SNAP (RFC 2427). */
static enum layer frame_relay(struct dig *d)
{
	if (!dig_skip(d, 2) || d->room < 2)
		return layer_none(d, UNREAD_CUT);
	if (d->at[0] != 3)
		return LAYER_TYPE;
	if (!dig_skip(d, d->at[1] ? 1 : 2) || !d->room)
		return layer_none(d, UNREAD_CUT);
	if (d->at[0] == 0xcc || d->at[0] == 0x8e)
		return dig_skip(d, 1) ? as_ip(d) : LAYER_NONE;
	if (d->at[0] != 0x80 || d->room < 8)
		return layer_none(d, UNREAD_NOT_IP);
	dig_skip(d, 4);
	return LAYER_TYPE;
}

static enum layer net_analyzer(struct dig *d)
{
	return dig_skip(d, 4) ? LAYER_ETHERNET : LAYER_NONE;
}

static enum layer packet_filter(struct dig *d)
{
	if (!d->room)
		return layer_none(d, UNREAD_CUT);
	return dig_skip(d, (d->at[0] + 3u) / 4 * 4) ? as_ip(d) : LAYER_NONE;
}

static enum layer encapsulated(struct dig *d)
{
	return dig_skip(d, 12) ? as_ip(d) : LAYER_NONE;
}

static enum layer ipnet(struct dig *d)
{
	return dig_skip(d, 24) ? as_ip(d) : LAYER_NONE;
}

static unsigned int nflog_half(const struct dig *d, const uint8_t *at)
{
	uint16_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return d->swapped ? __builtin_bswap16(value) : value;
}

/* Where the payload is among the attributes; NULL if they make no sense. */
static const uint8_t *nflog_payload(const struct dig *d)
{
	const uint8_t *at = d->at, *end = d->at + d->room;

	while (end - at >= 4) {
		unsigned int len = nflog_half(d, at), padded = (len + 3) / 4 * 4;

		if (len >= 4 && nflog_half(d, at + 2) == NFLOG_PAYLOAD)
			return at;
		if (len < 4 || (size_t)(end - at) < padded)
			break;
		at += padded;
	}
	return NULL;
}

/* Attributes, in the byte order of the machine that wrote them, or of the file. */
static enum layer nflog(struct dig *d)
{
	const uint8_t *payload;
	unsigned int len;

	if (!dig_skip(d, 4))
		return LAYER_NONE;
	payload = nflog_payload(d);
	if (!payload) {
		d->swapped = !d->swapped;
		payload = nflog_payload(d);
	}
	if (!payload)
		return layer_none(d, UNREAD_NFLOG);
	len = nflog_half(d, payload) - 4;
	dig_skip(d, (uint32_t)(payload + 4 - d->at));
	if (len > d->room)
		d->len = len;
	return as_ip(d);
}

static enum layer as_ethernet(struct dig *d)
{
	return ether_header(d);
}

static enum layer as_ppp(struct dig *d)
{
	return ether_ppp(d);
}

static enum layer as_wifi(struct dig *d)
{
	return d->room ? LAYER_WIFI : layer_none(d, UNREAD_CUT);
}

static const struct {
	int link;
	enum layer (*begin)(struct dig *d);
} links[] = {
	{ 1, as_ethernet },
	{ 0, loopback },
	{ 108, loopback },
	{ 113, cooked1 },
	{ 276, cooked2 },
	{ 101, as_ip },
	{ 228, as_ip },
	{ 229, as_ip },
	/* Raw IP by numbers that some systems have for it, and let get into files. */
	{ 12, as_ip },
	{ 14, as_ip },
	{ 6, token_ring },
	{ 9, as_ppp },
	{ 10, fddi },
	{ 50, as_ppp },
	{ 51, pppoe },
	{ 100, as_llc },
	{ 104, cisco_hdlc },
	{ 105, as_wifi },
	{ 107, frame_relay },
	{ 109, encapsulated },
	{ 117, packet_filter },
	{ 119, wifi_prism },
	{ 122, fibre_channel },
	{ 127, wifi_radiotap },
	{ 163, wifi_avs },
	{ 166, ppp_way },
	{ 204, ppp_way },
	{ 219, ether_mpls },
	{ 226, ipnet },
	{ 239, nflog },
	{ 240, net_analyzer },
};

/**
 * link_known() - can captures of a link type be read?
 * @link: LINKTYPE_*
 *
 * Return: true if they can.
 */
bool link_known(int link)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(links); i++)
		if (links[i].link == link)
			return true;
	return false;
}

/**
 * link_name() - what a link type is called
 * @link: LINKTYPE_*
 *
 * Return: words for a message; those that have none have a number, see libpcap.
 */
const char *link_name(int link)
{
	return pcap_datalink_val_to_description_or_dlt(link);
}

/**
 * link_begin() - what precedes all else
 * @d:		the packet
 * @link:	LINKTYPE_*
 *
 * Return: what comes next.
 */
enum layer link_begin(struct dig *d, int link)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(links); i++)
		if (links[i].link == link)
			return links[i].begin(d);
	return layer_none(d, UNREAD_LINK);
}
