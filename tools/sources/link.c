// SPDX-License-Identifier: GPL-2.0
/*
 * What a captured packet begins with, by the link type of its capture
 * (tcpdump.org/linktypes.html).
 */
#include <pcap/pcap.h>

#include "output/util.h"
#include "sources/layers.h"

/* Link types that name another one for each packet. */
#define PER_PACKET	192
#define PKTAP		258

/* Of Linux cooked captures: no EtherType, but what follows is 802.3 or LLC. */
#define COOKED_RAW_8023	0x0001u
#define COOKED_LLC	0x0004u

/* Kinds of devices, as Linux numbers them. */
#define DEVICE_WIFI	801u
#define DEVICE_PRISM	802u
#define DEVICE_RADIOTAP	803u

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

/* Radios give no EtherType, whatever the field says: their kind of device tells. */
static enum layer cooked_radio(struct dig *d, unsigned int device, uint32_t header)
{
	if (!dig_skip(d, header) || !d->room)
		return layer_none(d, UNREAD_CUT);
	switch (device) {
	case DEVICE_PRISM:
		return wifi_prism(d);
	case DEVICE_RADIOTAP:
		return wifi_radiotap(d);
	default:
		return LAYER_WIFI;
	}
}

static bool is_radio(unsigned int device)
{
	return device >= DEVICE_WIFI && device <= DEVICE_RADIOTAP;
}

static enum layer cooked1(struct dig *d)
{
	unsigned int device;

	if (d->room < 16)
		return layer_none(d, UNREAD_CUT);
	d->way = cooked_way(be16(d->at));
	device = be16(d->at + 2);
	if (is_radio(device))
		return cooked_radio(d, device, 16);
	return cooked(d, be16(d->at + 14), 16);
}

static enum layer cooked2(struct dig *d)
{
	if (d->room < 20)
		return layer_none(d, UNREAD_CUT);
	d->way = cooked_way(d->at[10]);
	if (is_radio(be16(d->at + 8)))
		return cooked_radio(d, be16(d->at + 8), 20);
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

/* InfiniBand: where to, then a type and two bytes more (RFC 4391). */
static enum layer infiniband(struct dig *d)
{
	unsigned int type;

	if (d->room < 44)
		return layer_none(d, UNREAD_CUT);
	type = be16(d->at + 40);
	dig_skip(d, 44);
	return ether_named(d, type);
}

static enum layer firewire(struct dig *d)
{
	return dig_skip(d, 16) ? LAYER_TYPE : LAYER_NONE;
}

/* Switches add a tag of their own behind the addresses. */
static enum layer switch_tag(struct dig *d)
{
	return dig_skip(d, 16) ? LAYER_TYPE : LAYER_NONE;
}

static enum layer switch_tag_long(struct dig *d)
{
	return dig_skip(d, 20) ? LAYER_TYPE : LAYER_NONE;
}

static enum layer slip(struct dig *d)
{
	return dig_skip(d, 16) ? as_ip(d) : LAYER_NONE;
}

/* Four bytes before the addresses. */
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

static uint32_t little32(const uint8_t *at)
{
	return be32(at) >> 24 | (be32(at) >> 8 & 0xff00) | (be32(at) & 0xff00) << 8 |
		be32(at) << 24;
}

/* What follows is of a link type that is said; none within another. */
static enum layer of_link(struct dig *d, uint32_t header, uint32_t link)
{
	if (link == PER_PACKET || link == PKTAP)
		return layer_none(d, UNREAD_LINK);
	return dig_skip(d, header) ? link_begin(d, (int)link) : LAYER_NONE;
}

static enum layer per_packet(struct dig *d)
{
	if (d->room < 8)
		return layer_none(d, UNREAD_CUT);
	return of_link(d, (uint32_t)d->at[3] << 8 | d->at[2], little32(d->at + 4));
}

/* macOS: of which process and interface it is, and which link type that has. */
static enum layer pktap(struct dig *d)
{
	if (d->room < 12)
		return layer_none(d, UNREAD_CUT);
	return of_link(d, little32(d->at), little32(d->at + 8));
}

static const struct {
	int link;
	enum layer (*begin)(struct dig *d);
} links[] = {
	{ 1, as_ethernet },
	{ 0, loopback },
	{ 8, slip },
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
	{ 138, firewire },
	{ 163, wifi_avs },
	{ 166, ppp_way },
	{ PER_PACKET, per_packet },
	{ 204, ppp_way },
	{ 219, ether_mpls },
	{ 226, ipnet },
	{ 239, nflog_header },
	{ 240, net_analyzer },
	{ 242, infiniband },
	{ PKTAP, pktap },
	{ 281, switch_tag },
	{ 282, net_analyzer },
	{ 283, switch_tag },
	{ 284, switch_tag_long },
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
