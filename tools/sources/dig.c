// SPDX-License-Identifier: GPL-2.0
/*
 * From a captured packet to the segments in it: layer by layer to an IP header, and on
 * through whatever tunnels it carries.
 */
#include <string.h>

#include "sources/dig.h"

#define PROTO_ICMP4	1
#define PROTO_TCP	6
#define PROTO_ICMP6	58

#define DEEPEST		24u

#define OPTION_END	0
#define OPTION_NOP	1
#define OPTION_STAMP	8

/* Two NOPs, then a time stamp: what nearly all segments but the SYNs have. */
#define PLAIN_STAMP	0x0101080au

static const char *const texts[UNREAD_NR] = {
#define X(name, text) \
	[UNREAD_##name] = text,
	UNREAD_REASONS(X)
#undef X
};

/**
 * dig_unread_text() - why a packet was not read
 * @reason: enum unread
 *
 * Return: words that follow a number.
 */
const char *dig_unread_text(enum unread reason)
{
	return texts[reason];
}

static void read_stamp(const uint8_t *tcp, uint32_t room, struct captured *to)
{
	uint32_t end = (tcp[12] >> 4) * 4u, at = 20;

	to->stamp = 0;
	to->echo = 0;
	if (end > room)
		end = room;
	if (end >= 32 && be32(tcp + 20) == PLAIN_STAMP) {
		to->stamp = be32(tcp + 24);
		to->echo = be32(tcp + 28);
		return;
	}
	while (at < end && tcp[at] != OPTION_END) {
		if (tcp[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (at + 2 > end || tcp[at + 1] < 2)
			return;
		if (tcp[at] == OPTION_STAMP && tcp[at + 1] == 10 && at + 10 <= end) {
			to->stamp = be32(tcp + at + 2);
			to->echo = be32(tcp + at + 6);
			return;
		}
		at += tcp[at + 1];
	}
}

/* Only what wire.c does not know of is set here. */
static void set_rest(struct captured *to, const struct dig *d, const struct ip *ip,
		     const struct packet *pkt)
{
	to->ns = pkt->ns;
	to->lane = d->lane;
	to->id = ip->id;
	to->interface = pkt->interface;
	to->ttl = ip->ttl;
	to->way = d->way;
	to->weak = ip->weak;
	to->room = 0;
}

/* Behind its header, as much as there is. */
static void set_payload(struct captured *to, const struct dig *d)
{
	uint32_t header = d->len - to->seg.len;

	if (to->seg.len > d->len || header >= d->room)
		return;
	to->payload = d->at + header;
	to->room = d->room - header;
	if (to->room > to->seg.len)
		to->room = to->seg.len;
}

static bool give(struct digger *g)
{
	return g->take(g, g->ctx);
}

static bool give_fragments(struct digger *g, const struct fragment_set *set)
{
	if (!set->held) {
		g->unread[UNREAD_FRAGMENT] += set->read ? 0 : set->nr;
		return true;
	}
	*g->to = set->first;
	g->to->room = 0;
	g->to->seg.len = fragments_length(set);
	return give(g);
}

/* The segment in @g->to is whole, or the rest of it has to be waited for. */
static bool take_first(struct digger *g, struct fragment_set *set, uint32_t header)
{
	set->header = header;
	set->read = true;
	if (!set->total) {
		set->held = true;
		set->first = *g->to;
		return true;
	}
	g->to->seg.len = fragments_length(set);
	return give(g);
}

static bool take_tcp(struct digger *g, const struct dig *d, const struct ip *ip,
		     const struct packet *pkt, struct fragment_set *set)
{
	struct captured *to = g->to;
	enum synfin_counter reason;

	memset(&to->seg, 0, sizeof(to->seg));
	to->seg.src = ip->src;
	to->seg.dst = ip->dst;
	to->seg.family = ip->family;
	reason = synfin_wire_tcp(d->at, d->room, d->len, &to->seg);
	if (reason == SYNFIN_NO_REASON)
		synfin_wire_options(d->at, d->room, &to->seg);
	if (reason != SYNFIN_NO_REASON) {
		if (set)
			return true;
		g->passed[reason]++;
		return true;
	}
	read_stamp(d->at, d->room, to);
	set_rest(to, d, ip, pkt);
	if (set)
		return take_first(g, set, d->len - to->seg.len);
	set_payload(to, d);
	return give(g);
}

/* An ICMP error: who reports it, and why, is where a segment has its stamps. */
static enum layer take_icmp(struct digger *g, struct dig *d, const struct ip *ip,
			    const struct packet *pkt, bool *more)
{
	struct captured *to = g->to;

	if (d->room < 8 ||
	    !synfin_wire_icmp_is_error(ip->family, d->at[0], d->at[1]))
		return layer_none(d, UNREAD_ICMP);
	memset(&to->seg, 0, sizeof(to->seg));
	if (synfin_wire_quote(d->at + 8, d->room - 8, &to->seg) !=
	    SYNFIN_NO_REASON || to->seg.family != ip->family)
		return layer_none(d, UNREAD_ICMP);
	to->stamp = ip->src.w[0] ^ ip->src.w[1] ^ ip->src.w[2] ^ ip->src.w[3];
	to->echo = be16(d->at);
	to->seg.router = ip->src;
	to->seg.icmp = (uint16_t)to->echo;
	set_rest(to, d, ip, pkt);
	*more = give(g);
	return LAYER_DONE;
}

static enum layer take_ip(struct digger *g, struct dig *d, const struct packet *pkt,
			  bool *more)
{
	struct fragment_set *set = NULL, evicted;
	enum layer next;
	struct ip ip;

	d->unread = UNREAD_NOTHING;
	if (!d->room || !ip_header(d, &ip)) {
		if (d->unread)
			return LAYER_NONE;
		g->passed[SYNFIN_CNT_short]++;
		return LAYER_DONE;
	}
	if (ip.fragment) {
		set = fragments_add(&g->fragments, &ip, d->lane, d->len, pkt->ns,
				    &evicted);
		if (evicted.used)
			*more = give_fragments(g, &evicted);
		if (ip.offset) {
			if (set->held && set->total) {
				set->first.ns = pkt->ns;
				*more = *more && give_fragments(g, set);
				set->held = false;
			}
			return LAYER_DONE;
		}
	}
	if (ip.proto == PROTO_TCP) {
		*more = *more && take_tcp(g, d, &ip, pkt, set);
		return LAYER_DONE;
	}
	if (ip.proto == (ip.family == 4 ? PROTO_ICMP4 : PROTO_ICMP6))
		return take_icmp(g, d, &ip, pkt, more);
	next = tunnel_enter(d, &ip);
	/* What is in the first part is enough, if the rest is but data. */
	if (set && next != LAYER_NONE)
		set->read = true;
	if (set && next == LAYER_NONE)
		return LAYER_DONE;
	return next;
}

static enum layer step(struct digger *g, struct dig *d, enum layer layer,
		       const struct packet *pkt, bool *more)
{
	switch (layer) {
	case LAYER_IP:
		return take_ip(g, d, pkt, more);
	case LAYER_TYPE:
		return ether_type(d);
	case LAYER_ETHERNET:
		return ether_header(d);
	case LAYER_LLC:
		return ether_llc(d);
	case LAYER_PPP:
		return ether_ppp(d);
	default:
		return LAYER_NONE;
	}
}

static void count_unread(struct digger *g, const struct dig *d)
{
	g->unread[d->unread ? d->unread : UNREAD_NOT_IP]++;
}

/* From a layer inwards. */
static bool dig(struct digger *g, struct dig *d, enum layer layer,
		const struct packet *pkt)
{
	struct dig frame = *d;
	const uint8_t *next = NULL;
	uint32_t left = 0;
	bool more = true;

	while (layer != LAYER_NONE && layer != LAYER_DONE) {
		if (++d->depth > DEEPEST) {
			layer = layer_none(d, UNREAD_DEEP);
			break;
		}
		if (layer == LAYER_WIFI) {
			frame = *d;
			layer = wifi_header(d, &next, &left);
		} else {
			layer = step(g, d, layer, pkt, &more);
		}
		/* 802.11 may have several packets in a frame. */
		if (!next || !more || (layer != LAYER_NONE && layer != LAYER_DONE))
			continue;
		if (layer == LAYER_NONE)
			count_unread(g, d);
		*d = frame;
		d->at = next;
		d->room = left;
		d->len = left;
		d->depth = 0;
		layer = wifi_header(d, &next, &left);
	}
	if (layer == LAYER_NONE)
		count_unread(g, d);
	return more;
}

/**
 * dig_packet() - take a packet apart
 * @g:		what takes the segments
 * @pkt:	the packet
 *
 * Return: false if no more are wanted.
 */
bool dig_packet(struct digger *g, const struct packet *pkt)
{
	struct dig d = {
		.at = pkt->data,
		.room = pkt->room,
		.len = pkt->len,
		.way = pkt->way,
		.swapped = pkt->swapped,
	};
	struct fragment_set due;

	while (g->fragments.nr && fragments_due(&g->fragments, pkt->ns, &due))
		if (!give_fragments(g, &due))
			return false;
	return dig(g, &d, link_begin(&d, pkt->link), pkt);
}

/**
 * dig_finish() - there are no more packets
 * @g: what takes the segments
 *
 * Return: false if no more are wanted.
 */
bool dig_finish(struct digger *g)
{
	struct fragment_set due;

	while (fragments_due(&g->fragments, UINT64_MAX, &due))
		if (!give_fragments(g, &due))
			return false;
	return true;
}
