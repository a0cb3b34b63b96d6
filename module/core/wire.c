// SPDX-License-Identifier: GPL-2.0
/*
 * From bytes on the wire to a segment (RFC 9293, 3.1; RFC 791; RFC 8200; RFC 792;
 * RFC 4443).
 *
 * Pure, and never reads beyond the room that it is told of: whatever is odd,
 * short or cut off comes out as the counter that says so.
 */
#include "core/wire.h"

#define IPPROTO_HOP	0
#define IPPROTO_ICMP4	1
#define IPPROTO_TCP_	6
#define IPPROTO_ROUTE	43
#define IPPROTO_FRAG	44
#define IPPROTO_AUTH	51
#define IPPROTO_ICMP6	58
#define IPPROTO_DEST	60
#define IPPROTO_MOBILE	135

static void copy_addr(struct synfin_addr *to, const __u8 *from, __u32 bytes)
{
	*to = (struct synfin_addr) {};
	__builtin_memcpy(to, from, bytes);
}

static void read_stamp(const __u8 *option, struct synfin_segment *seg)
{
	seg->tsval = synfin_wire_u32(option + 2);
	seg->tsecr = synfin_wire_u32(option + 6);
	seg->stamped = 1;
}

/**
 * synfin_wire_options() - read the options of a segment that opens a connection
 * @tcp:	the first byte of the header, read by synfin_wire_tcp()
 * @room:	bytes that may be read from there
 * @seg:	window scale and time stamps are filled in
 *
 * Of others nothing is wanted. What is cut off is not known.
 */
void synfin_wire_options(const __u8 *tcp, __u32 room, struct synfin_segment *seg)
{
	__u32 at = 20, header = (tcp[12] >> 4) * 4, len;

	/* As Linux lays it out: in a SYN, and in what follows. */
	if (header == 40 && room >= 40 && synfin_wire_u32(tcp + 24) == 0x0402080a &&
	    synfin_wire_u32(tcp + 36) >> 8 == 0x010303 && synfin_wire_u16(tcp + 20) == 0x0204) {
		read_stamp(tcp + 26, seg);
		seg->scale = tcp[39] > 14 ? 14 : tcp[39];
		return;
	}
	if (header == 32 && room >= 32 && synfin_wire_u32(tcp + 20) == 0x0101080a) {
		read_stamp(tcp + 22, seg);
		seg->scale = SYNFIN_SCALE_NONE;
		return;
	}
	for (seg->scale = SYNFIN_SCALE_NONE; at < header && at < room; at += len) {
		if (tcp[at] == 0)
			return;
		len = 1;
		if (tcp[at] == 1)
			continue;
		if (at + 1 >= room)
			break;
		len = tcp[at + 1];
		if (len < 2 || at + len > header)
			return;
		if (at + len > room)
			break;
		if (tcp[at] == 3 && len == 3)
			seg->scale = tcp[at + 2] > 14 ? 14 : tcp[at + 2];
		if (tcp[at] == 8 && len == 10)
			read_stamp(tcp + at, seg);
	}
	if (at < header && seg->scale == SYNFIN_SCALE_NONE)
		seg->scale = SYNFIN_SCALE_UNKNOWN;
}

/* What an IP packet carries, and where. */
struct upper {
	__u32 at;	/* offset of the upper layer's header */
	__u32 len;	/* bytes of the upper layer on the wire */
	__u8 proto;
	bool whole;	/* no fragment, or an atomic one (RFC 6946) */
	bool first;	/* holds the beginning of the upper layer */
};

static __u32 ip6_header_len(__u8 proto, __u8 len)
{
	if (proto == IPPROTO_FRAG)
		return 8;
	if (proto == IPPROTO_AUTH)
		return (len + 2) * 4;
	return (len + 1) * 8;
}

static bool is_ip6_extension(__u8 proto)
{
	return proto == IPPROTO_HOP || proto == IPPROTO_ROUTE ||
	       proto == IPPROTO_FRAG || proto == IPPROTO_AUTH ||
	       proto == IPPROTO_DEST || proto == IPPROTO_MOBILE;
}

static enum synfin_counter ip6_upper(const __u8 *ip, __u32 room, __u32 len,
				     struct upper *up)
{
	__u32 at = 40;
	__u32 total;
	__u16 frag;
	__u8 proto;

	if (room < 40)
		return SYNFIN_CNT_short;
	/* A jumbogram, or one that was never cut up, says 0. */
	total = synfin_wire_u16(ip + 4) ? synfin_wire_u16(ip + 4) + 40u : len;
	up->whole = true;
	up->first = true;
	for (proto = ip[6]; is_ip6_extension(proto) && up->first;) {
		if (at + 8 > room)
			return SYNFIN_CNT_short;
		if (proto == IPPROTO_FRAG) {
			frag = synfin_wire_u16(ip + at + 2);
			up->whole = up->whole && !(frag & 0xfff9);
			up->first = !(frag & 0xfff8);
		}
		frag = proto;
		proto = ip[at];
		at += ip6_header_len(frag, ip[at + 1]);
	}
	up->proto = proto;
	if (at > total || at > room)
		return SYNFIN_CNT_short;
	up->at = at;
	up->len = total - at;
	return SYNFIN_NO_REASON;
}

static enum synfin_counter ip4_upper(const __u8 *ip, __u32 room, __u32 len,
				     struct upper *up)
{
	__u32 header, total;
	__u16 frag;

	if (room < 20)
		return SYNFIN_CNT_short;
	header = (ip[0] & 15) * 4;
	/* 0: a super-packet, captured before it was cut up. */
	total = synfin_wire_u16(ip + 2) ? synfin_wire_u16(ip + 2) : len;
	if (header < 20 || header > total || header > room)
		return SYNFIN_CNT_short;
	frag = synfin_wire_u16(ip + 6) & 0x3fff;
	up->whole = !frag;
	up->first = !(frag & 0x1fff);
	up->proto = ip[9];
	up->at = header;
	up->len = total - header;
	return SYNFIN_NO_REASON;
}

static enum synfin_counter ip_upper(const __u8 *ip, __u32 room, __u32 len,
				    struct synfin_segment *seg, struct upper *up)
{
	enum synfin_counter reason;

	if (!room)
		return SYNFIN_CNT_short;
	switch (ip[0] >> 4) {
	case 4:
		reason = ip4_upper(ip, room, len, up);
		if (reason)
			return reason;
		copy_addr(&seg->src, ip + 12, 4);
		copy_addr(&seg->dst, ip + 16, 4);
		seg->family = 4;
		return SYNFIN_NO_REASON;
	case 6:
		reason = ip6_upper(ip, room, len, up);
		if (reason)
			return reason;
		copy_addr(&seg->src, ip + 8, 16);
		copy_addr(&seg->dst, ip + 24, 16);
		seg->family = 6;
		return SYNFIN_NO_REASON;
	default:
		return SYNFIN_CNT_not_tcp;
	}
}

/**
 * synfin_wire_quote() - read the packet that an ICMP error quotes
 * @quote:	the first byte of the quoted IP header
 * @room:	bytes that may be read from there
 * @seg:	addresses, ports and sequence number of the quoted segment; the rest
 *		is zero and the kind SYNFIN_KIND_ICMP
 *
 * The quote holds at least eight bytes of the TCP header (RFC 792).
 *
 * Return: SYNFIN_NO_REASON, or the counter that says why it is of no use.
 */
enum synfin_counter synfin_wire_quote(const __u8 *quote, __u32 room,
				      struct synfin_segment *seg)
{
	enum synfin_counter reason;
	struct upper up;

	reason = ip_upper(quote, room, room, seg, &up);
	if (reason)
		return reason;
	if (up.proto != IPPROTO_TCP_)
		return SYNFIN_CNT_not_tcp;
	if (!up.first || up.at + 8 > room)
		return SYNFIN_CNT_icmp_other;
	seg->sport = synfin_wire_u16(quote + up.at);
	seg->dport = synfin_wire_u16(quote + up.at + 2);
	seg->seq = synfin_wire_u32(quote + up.at + 4);
	seg->kind = SYNFIN_KIND_ICMP;
	seg->flags = 0;
	seg->reserved0 = 0;
	seg->ack = 0;
	seg->len = 0;
	seg->icmp = 0;
	seg->stamped = 0;
	seg->scale = SYNFIN_SCALE_UNKNOWN;
	return SYNFIN_NO_REASON;
}

/**
 * synfin_wire_icmp_is_error() - may an ICMP message answer a SYN?
 * @family:	4 or 6
 * @type:	the message's type
 * @code:	the message's code
 *
 * "Fragmentation needed" and "packet too big" do not: the segment is sent again.
 *
 * Return: true if it says that a packet was not delivered.
 */
bool synfin_wire_icmp_is_error(__u8 family, __u8 type, __u8 code)
{
	/* Unreachable, time exceeded, parameter problem. */
	if (family == 4)
		return (type == 3 && code != 4) || type == 11 || type == 12;
	return type == 1 || type == 3 || type == 4;
}

/**
 * synfin_wire_ip() - read a whole packet, from its IP header on
 * @ip:		the first byte of the IP header
 * @room:	bytes that may be read from there (the snap length cuts)
 * @len:	bytes that were on the wire
 * @seg:	filled in, but for @seg->verdict and @seg->all
 *
 * Return: SYNFIN_NO_REASON; SYNFIN_CNT_not_tcp for what is neither TCP nor an ICMP
 * error about TCP; or the counter that says what is wrong.
 */
enum synfin_counter synfin_wire_ip(const __u8 *ip, __u32 room, __u32 len,
				   struct synfin_segment *seg)
{
	enum synfin_counter reason;
	struct upper up;
	__u8 family;

	reason = ip_upper(ip, room, len, seg, &up);
	if (reason)
		return reason;
	if (up.proto == IPPROTO_TCP_) {
		if (!up.whole)
			return SYNFIN_CNT_fragment;
		reason = synfin_wire_tcp(ip + up.at, room - up.at, up.len, seg);
		if (!reason)
			synfin_wire_options(ip + up.at, room - up.at, seg);
		return reason;
	}
	if (up.proto != (seg->family == 4 ? IPPROTO_ICMP4 : IPPROTO_ICMP6) ||
	    !up.first || room - up.at < 8 ||
	    !synfin_wire_icmp_is_error(seg->family, ip[up.at], ip[up.at + 1]))
		return SYNFIN_CNT_not_tcp;
	family = seg->family;
	synfin_copy_addr(&seg->router, &seg->src);
	reason = synfin_wire_quote(ip + up.at + 8, room - up.at - 8, seg);
	seg->icmp = synfin_wire_u16(ip + up.at);
	return reason || seg->family == family ? reason : SYNFIN_CNT_not_tcp;
}
