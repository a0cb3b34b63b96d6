// SPDX-License-Identifier: GPL-2.0
/*
 * The headers of IPv4 and IPv6, with those between them and what they carry.
 */
#include <string.h>

#include "sources/layers.h"

#define PROTO_HOP	0
#define PROTO_ROUTE	43
#define PROTO_FRAGMENT	44
#define PROTO_AUTH	51
#define PROTO_DEST	60
#define PROTO_MOBILE	135
#define PROTO_HIP	139
#define PROTO_SHIM6	140

static bool is_extension(uint8_t proto)
{
	return proto == PROTO_HOP || proto == PROTO_ROUTE ||
		proto == PROTO_FRAGMENT || proto == PROTO_AUTH ||
		proto == PROTO_DEST || proto == PROTO_MOBILE ||
		proto == PROTO_HIP || proto == PROTO_SHIM6;
}

/* One header of those before the upper layer; 0 if it is cut off. */
static uint32_t extension(const uint8_t *at, uint32_t room, struct ip *ip)
{
	uint8_t proto = ip->proto;
	unsigned int part;

	if (room < 8)
		return 0;
	ip->proto = at[0];
	if (proto == PROTO_AUTH)
		return (at[1] + 2u) * 4;
	if (proto != PROTO_FRAGMENT)
		return (at[1] + 1u) * 8;
	part = be16(at + 2);
	ip->offset = part & 0xfff8;
	ip->more = part & 1;
	ip->fragment = ip->offset || ip->more;
	ip->frag_id = be32(at + 4);
	return 8;
}

static bool read_ip6(const uint8_t *at, uint32_t room, uint32_t len, struct ip *ip,
		     uint32_t *total)
{
	if (room < 40)
		return false;
	/* A jumbogram, or one that was never cut up, says 0. */
	*total = be16(at + 4) ? be16(at + 4) + 40u : len;
	ip->family = 6;
	ip->proto = at[6];
	ip->ttl = at[7];
	ip->weak = true;
	ip->id = (uint16_t)be16(at + 2);
	ip->header = 40;
	memcpy(&ip->src, at + 8, 16);
	memcpy(&ip->dst, at + 24, 16);
	while (!ip->offset && is_extension(ip->proto)) {
		uint32_t more = extension(at + ip->header, room - ip->header, ip);

		if (!more || more > room - ip->header)
			return false;
		ip->header += more;
	}
	return true;
}

static bool read_ip4(const uint8_t *at, uint32_t room, uint32_t len, struct ip *ip,
		     uint32_t *total)
{
	unsigned int part;

	if (room < 20)
		return false;
	/* 0: a super-packet, captured before it was cut up. */
	*total = be16(at + 2) ? be16(at + 2) : len;
	part = be16(at + 6);
	ip->family = 4;
	ip->header = (at[0] & 15) * 4u;
	ip->id = (uint16_t)be16(at + 4);
	ip->weak = !ip->id;
	ip->more = part & 0x2000;
	ip->offset = (part & 0x1fff) * 8;
	ip->fragment = ip->more || ip->offset;
	ip->frag_id = ip->id;
	ip->ttl = at[8];
	ip->proto = at[9];
	memcpy(&ip->src, at + 12, 4);
	memcpy(&ip->dst, at + 16, 4);
	if (ip->header < 20 || ip->header > room)
		return false;
	if (ip->proto == PROTO_AUTH && !ip->offset) {
		uint32_t more = extension(at + ip->header, room - ip->header, ip);

		if (!more || more > room - ip->header)
			return false;
		ip->header += more;
	}
	return true;
}

/**
 * ip_header() - read the headers of IP, and go on behind them
 * @d:	where it is; what is behind the packet is padding
 * @ip:	set to what they say
 *
 * Return: false if they cannot be read; @d->unread says why, or that they are cut short.
 */
bool ip_header(struct dig *d, struct ip *ip)
{
	uint32_t total;

	*ip = (struct ip){};
	if (d->at[0] >> 4 == 4) {
		if (!read_ip4(d->at, d->room, d->len, ip, &total))
			return false;
	} else if (d->at[0] >> 4 == 6) {
		if (!read_ip6(d->at, d->room, d->len, ip, &total))
			return false;
	} else {
		d->unread = UNREAD_NOT_IP;
		return false;
	}
	if (total < ip->header)
		return false;
	dig_skip(d, ip->header);
	d->len = total - ip->header;
	if (d->room > d->len)
		d->room = d->len;
	return true;
}
