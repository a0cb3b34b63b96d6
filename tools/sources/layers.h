/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is around a TCP segment in a captured packet: link layers and tunnels, one
 * after the other.
 *
 *	dig.c	from the outside to the segment
 *	link.c	what a capture's link type begins with
 *	ether.c	Ethernet, VLANs, LLC, MPLS, PPP and what else an EtherType names
 *	wifi.c	802.11, and what radios say before it
 *	nflog.c	what netfilter's log says of a packet
 *	ip.c	IPv4 and IPv6
 *	tunnel.c	what IP carries beside TCP
 *	tunnel_udp.c	what UDP carries
 */
#ifndef _TOOLS_LAYERS_H
#define _TOOLS_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

#include "sources/captured.h"
#include "sources/packets.h"

/* Why a packet was not read, in words that follow its number. */
#define UNREAD_REASONS(X)						\
	X(CUT,		"packets cut short")				\
	X(LINK,		"packets of a link type that is not known")	\
	X(FRAGMENT,	"fragments")					\
	X(DEEP,		"packets in too many tunnels")			\
	X(ARP,		"frames of ARP")				\
	X(LLC,		"frames of LLC")				\
	X(LLDP,		"frames of LLDP")				\
	X(TYPE,		"frames of other EtherTypes")			\
	X(MACSEC,	"packets in MACsec")				\
	X(MPLS,		"packets in MPLS")				\
	X(PPP,		"packets of PPP control")			\
	X(PPPOE,	"packets of PPPoE discovery")			\
	X(PPP_PACKED,	"packets of PPP compressed")			\
	X(WIFI_CRYPT,	"frames of 802.11 encrypted")			\
	X(WIFI_OTHER,	"frames of 802.11 without data")		\
	X(NFLOG,	"packets in NFLOG without payload")		\
	X(IPIP,		"packets in IP in IP")				\
	X(GRE,		"packets in GRE")				\
	X(ERSPAN,	"packets in ERSPAN")				\
	X(VXLAN,	"packets in VXLAN")				\
	X(GENEVE,	"packets in Geneve")				\
	X(GTP,		"packets in GTP-U")				\
	X(TEREDO,	"packets in Teredo")				\
	X(GUE,		"packets in GUE")				\
	X(L2TP,		"packets in L2TP")				\
	X(LISP,		"packets in LISP")				\
	X(TZSP,		"packets in TZSP")				\
	X(CAPWAP,	"packets in CAPWAP")				\
	X(NSH,		"packets in NSH")				\
	X(ESP,		"packets in ESP")				\
	X(UDP,		"packets of UDP")				\
	X(ICMP,		"packets of ICMP")				\
	X(IGMP,		"packets of IGMP")				\
	X(SCTP,		"packets of SCTP")				\
	X(PROTOCOL,	"packets of other IP protocols")		\
	X(NOT_IP,	"packets that are not IP")

enum unread {
	UNREAD_NOTHING,
#define X(name, text) UNREAD_##name,
	UNREAD_REASONS(X)
#undef X
	UNREAD_NR,
};

/**
 * enum layer - what comes next in a packet
 * @LAYER_NONE:		nothing that can be read; see @unread
 * @LAYER_DONE:		it has been read
 * @LAYER_IP:		an IP header of either version
 * @LAYER_TYPE:		an EtherType, then what it names
 * @LAYER_ETHERNET:	an Ethernet header
 * @LAYER_LLC:		an LLC header
 * @LAYER_PPP:		a PPP protocol, maybe behind address and control
 * @LAYER_WIFI:		an 802.11 header
 */
enum layer {
	LAYER_NONE,
	LAYER_DONE,
	LAYER_IP,
	LAYER_TYPE,
	LAYER_ETHERNET,
	LAYER_LLC,
	LAYER_PPP,
	LAYER_WIFI,
};

/**
 * struct dig - a packet, and how deep in it we are
 * @at:		what comes next
 * @room:	bytes of it that are there
 * @len:	bytes that it had on the wire, never less
 * @lane:	as of struct captured
 * @way:	enum packet_way
 * @swapped:	the file is of a machine of the other byte order
 * @depth:	layers so far
 * @unread:	enum unread: why it stays unread, as far as it is known
 * @padded:	radio headers say that the 802.11 header is padded
 */
struct dig {
	const uint8_t *at;
	uint32_t room;
	uint32_t len;
	uint64_t lane;
	uint8_t way;
	bool swapped;
	bool padded;
	uint8_t depth;
	uint8_t unread;
};

/* link.c */
bool link_known(int link);
const char *link_name(int link);
enum layer link_begin(struct dig *d, int link);

/* ether.c */
enum layer ether_header(struct dig *d);
enum layer ether_type(struct dig *d);
enum layer ether_named(struct dig *d, unsigned int type);
enum layer ether_llc(struct dig *d);
enum layer ether_ppp(struct dig *d);
enum layer ether_mpls(struct dig *d);

/* wifi.c */
enum layer wifi_radiotap(struct dig *d);
enum layer wifi_prism(struct dig *d);
enum layer wifi_avs(struct dig *d);
enum layer wifi_header(struct dig *d, const uint8_t **next, uint32_t *left);

/**
 * struct ip - what an IP header says
 * @family:	4 or 6
 * @proto:	what it carries
 * @ttl:	how far it could still go
 * @weak:	there is no identification that tells packets apart
 * @more:	fragments follow this one
 * @fragment:	it is a fragment
 * @id:		identification; of IPv6 a part of the flow label
 * @frag_id:	of a fragment
 * @offset:	of a fragment, in bytes
 * @header:	bytes of headers before what it carries
 * @src:	source address
 * @dst:	destination address
 */
struct ip {
	uint8_t family;
	uint8_t proto;
	uint8_t ttl;
	bool weak;
	bool more;
	bool fragment;
	uint16_t id;
	uint32_t frag_id;
	uint32_t offset;
	uint32_t header;
	struct synfin_addr src;
	struct synfin_addr dst;
};

/* ip.c */
bool ip_header(struct dig *d, struct ip *ip);

/* tunnel.c */
enum layer tunnel_gre(struct dig *d);
enum layer tunnel_enter(struct dig *d, const struct ip *ip);

/* tunnel_udp.c */
enum layer tunnel_udp(struct dig *d);

/* nflog.c */
enum layer nflog_header(struct dig *d);

static inline enum layer layer_none(struct dig *d, enum unread reason)
{
	d->unread = reason;
	return LAYER_NONE;
}

static inline unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* Goes on behind @bytes; false if they are not all there. */
static inline bool dig_skip(struct dig *d, uint32_t bytes)
{
	if (d->room < bytes) {
		d->unread = UNREAD_CUT;
		return false;
	}
	d->at += bytes;
	d->room -= bytes;
	d->len -= bytes;
	return true;
}

/* IP of whichever version; else for what reason not. */
static inline enum layer layer_ip(struct dig *d, enum unread reason)
{
	if (!d->room)
		return layer_none(d, UNREAD_CUT);
	if (d->at[0] >> 4 != 4 && d->at[0] >> 4 != 6)
		return layer_none(d, reason);
	return LAYER_IP;
}

/* Some more is around what follows. */
static inline void dig_lane(struct dig *d, uint64_t value)
{
	__uint128_t product = (__uint128_t)(d->lane ^ (value + 0x9e3779b97f4a7c15ull)) *
		0xd6e8feb86659fd93ull;

	d->lane = (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif /* _TOOLS_LAYERS_H */
