/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TCP segment, or an ICMP error that quotes one, read from the wire.
 *
 * Pure: headers in, struct synfin_segment out. It is compiled into the module and
 * into the reader. segment.c, in the module only, does the same for an skb, which
 * may be non-linear.
 */
#ifndef _SYNFIN_WIRE_H
#define _SYNFIN_WIRE_H

#include <linux/types.h>
#ifndef __KERNEL__
#include <stdbool.h>
#endif
#include "core/counters.h"

/* Byte 13 of the TCP header. */
#define SYNFIN_TCP_FIN	0x01
#define SYNFIN_TCP_SYN	0x02
#define SYNFIN_TCP_RST	0x04
#define SYNFIN_TCP_PSH	0x08
#define SYNFIN_TCP_ACK	0x10
#define SYNFIN_TCP_URG	0x20

/* Those that decide which kind of segment it is. */
#define SYNFIN_TCP_KIND (SYNFIN_TCP_FIN | SYNFIN_TCP_SYN | SYNFIN_TCP_RST | \
			 SYNFIN_TCP_ACK)

/**
 * enum synfin_kind - what a segment is to the phase machine
 * @SYNFIN_KIND_SYN:	SYN without ACK
 * @SYNFIN_KIND_SYN_ACK: SYN with ACK
 * @SYNFIN_KIND_PLAIN:	neither SYN, FIN nor RST: an ACK, with or without data
 * @SYNFIN_KIND_FIN:	FIN
 * @SYNFIN_KIND_RST:	RST
 * @SYNFIN_KIND_ICMP:	an ICMP error; addresses, ports and seq are those of the
 *			segment that it quotes
 * @SYNFIN_KIND_NR:	how many there are
 */
enum synfin_kind {
	SYNFIN_KIND_SYN,
	SYNFIN_KIND_SYN_ACK,
	SYNFIN_KIND_PLAIN,
	SYNFIN_KIND_FIN,
	SYNFIN_KIND_RST,
	SYNFIN_KIND_ICMP,
	SYNFIN_KIND_NR,
};

/**
 * enum synfin_verdict - what the socket of its receiver, or sender, says of a segment
 * @SYNFIN_VERDICT_UNKNOWN: no socket here: a forwarded segment, a capture file
 * @SYNFIN_VERDICT_TRUE:	it will be accepted, or our own TCP has sent it
 * @SYNFIN_VERDICT_FORGED: its numbers are outside of what the socket accepts
 * @SYNFIN_VERDICT_STRAY: it is for this host, and no socket here has its endpoints
 * @SYNFIN_VERDICT_GONE:	found to be forged, a RST, but the socket has gone since
 */
enum synfin_verdict {
	SYNFIN_VERDICT_UNKNOWN,
	SYNFIN_VERDICT_TRUE,
	SYNFIN_VERDICT_FORGED,
	SYNFIN_VERDICT_STRAY,
	SYNFIN_VERDICT_GONE,
};

/* Bits of synfin_segment.told. */
#define SYNFIN_TOLD_WRAPPED_OWN		0x1	/* its sender has sent more than 4 GiB */
#define SYNFIN_TOLD_WRAPPED_PEER	0x2	/* its receiver has */
#define SYNFIN_TOLD_ARRIVED		0x4	/* own_arrived and peer_arrived are set */

/**
 * struct synfin_addr - an address in network order
 * @w: an IPv4 address is in w[0], the rest is zero
 */
struct synfin_addr {
	__be32 w[4];
};

/**
 * struct synfin_segment - what the phase machine knows of a segment
 * @sport:	source port, host order
 * @dport:	destination port, host order
 * @family:	4 or 6
 * @kind:	enum synfin_kind
 * @verdict:	enum synfin_verdict
 * @all:	the source shows every segment, data included (a capture file), not
 *		only those that the fast path lets through; see synfin_shows_all()
 * @told:	SYNFIN_TOLD_*, what a local socket has told
 * @forwarded:	it passes through this host
 * @here:	this host receives it; hooks only
 * @reserved1:	0
 * @window:	as on the wire, unscaled
 * @icmp:	of an ICMP error instead: 256 times its type and its code
 * @flags:	byte 13 of the TCP header; 0 for ICMP
 * @reserved0:	0
 * @seq:	sequence number
 * @ack:	acknowledgment number, valid if @flags has ACK
 * @len:	bytes of payload
 * @src:	source address
 * @dst:	destination address
 * @way:	which way it took, or 0: hooks only, see dedup.h
 * @device:	index of the device where it goes to, or is received: hooks only
 * @came_by:	index of the device where it came from, if it is forwarded, or 0
 * @tsval:	of the time stamp option, if @stamped
 * @tsecr:	likewise
 * @own_arrived: if @told has SYNFIN_TOLD_ARRIVED: the number behind the last byte of its
 *		sender that the other end has received
 * @peer_arrived: likewise of the other end
 * @scale:	of the window scale option of a SYN or SYN-ACK, or SYNFIN_SCALE_*
 * @stamped:	it has a time stamp option
 * @router:	who sent it, if it is an ICMP error; otherwise anything
 *
 * From @window to @len it is as in struct synfin_step, so that one copy makes that.
 */
struct synfin_segment {
	__u16	sport;
	__u16	dport;
	__u8	family;
	__u8	kind;
	__u8	verdict;
	__u8	all;
	__u8	told;
	__u8	forwarded;
	__u8	here;
	__u8	reserved1;
	union {
		__u16	window;
		__u16	icmp;
	};
	__u8	flags;
	__u8	reserved0;
	__u32	seq;
	__u32	ack;
	__u32	len;
	struct synfin_addr src;
	struct synfin_addr dst;
	__u32	way;
	__u32	device;
	__u32	came_by;
	__u32	tsval;
	__u32	tsecr;
	__u32	own_arrived;
	__u32	peer_arrived;
	__u8	scale;
	__u8	stamped;
	struct synfin_addr router;
};

/* What synfin_segment.scale says if it is none. */
#define SYNFIN_SCALE_NONE	0xff	/* no window scale was offered */
#define SYNFIN_SCALE_UNKNOWN	0xfe	/* whether one was, nobody saw */

/**
 * synfin_copy_addr() - copy an address
 * @to:		where to
 * @from:	where from
 *
 * In two words: as a whole it would go through a variable of 128 bits, for which a
 * compiler aligns the stack of everything around it.
 */
static inline void synfin_copy_addr(struct synfin_addr *to,
				    const struct synfin_addr *from)
{
	__builtin_memcpy(&to->w[0], &from->w[0], 8);
	__builtin_memcpy(&to->w[2], &from->w[2], 8);
}

/**
 * synfin_shows_all() - does the source show every segment?
 * @seg: the segment
 *
 * Hooks never do, so that what is for captures alone is not in the module.
 *
 * Return: true if it does.
 */
static inline bool synfin_shows_all(const struct synfin_segment *seg)
{
#ifdef __KERNEL__
	return false;
#else
	return seg->all;
#endif
}

/**
 * synfin_segment_end() - sequence number that follows the segment
 * @seg: the segment
 *
 * SYN and FIN take one sequence number each (RFC 9293, 3.4).
 *
 * Return: the number that acknowledges all of it.
 */
static inline __u32 synfin_segment_end(const struct synfin_segment *seg)
{
	return seg->seq + seg->len + !!(seg->flags & SYNFIN_TCP_SYN) +
	       !!(seg->flags & SYNFIN_TCP_FIN);
}

/**
 * synfin_same_addr() - are two addresses equal?
 * @a: one
 * @b: the other, of the same family
 *
 * Return: true if they are.
 */
static inline bool synfin_same_addr(const struct synfin_addr *a,
				    const struct synfin_addr *b)
{
	return !__builtin_memcmp(a, b, sizeof(*a));
}

/* Numbers in the order of bytes of the wire, wherever they lie. */
static inline __u16 synfin_wire_u16(const __u8 *p)
{
	return (__u16)p[0] << 8 | p[1];
}

static inline __u32 synfin_wire_u32(const __u8 *p)
{
	return (__u32)synfin_wire_u16(p) << 16 | synfin_wire_u16(p + 2);
}

/*
 * By FIN, SYN, RST, ACK (the order of RFC 9293's bits, PSH left out). 0xff: no
 * sender means it. A RST counts whatever else is set but SYN, as every receiver
 * looks at RST first. SYN with FIN is a probe; only who answers a SYN may have said
 * all at once.
 */
static inline __u8 synfin_wire_kind(__u8 flags)
{
	switch (flags & SYNFIN_TCP_KIND) {
	case SYNFIN_TCP_SYN:
		return SYNFIN_KIND_SYN;
	case SYNFIN_TCP_SYN | SYNFIN_TCP_ACK:
	case SYNFIN_TCP_SYN | SYNFIN_TCP_ACK | SYNFIN_TCP_FIN:
		return SYNFIN_KIND_SYN_ACK;
	case SYNFIN_TCP_ACK:
		return SYNFIN_KIND_PLAIN;
	case SYNFIN_TCP_FIN:
	case SYNFIN_TCP_FIN | SYNFIN_TCP_ACK:
		return SYNFIN_KIND_FIN;
	case SYNFIN_TCP_RST:
	case SYNFIN_TCP_RST | SYNFIN_TCP_ACK:
	case SYNFIN_TCP_RST | SYNFIN_TCP_FIN:
	case SYNFIN_TCP_RST | SYNFIN_TCP_FIN | SYNFIN_TCP_ACK:
		return SYNFIN_KIND_RST;
	default:
		return 0xff;
	}
}

/**
 * synfin_wire_tcp() - read a TCP header
 * @tcp:	the first byte of the header
 * @room:	bytes that may be read from there
 * @len:	bytes that the segment has, header and payload, as IP says
 * @seg:	ports, numbers, flags, kind and payload length are filled in
 *
 * Return: SYNFIN_NO_REASON, or the counter that says what is wrong.
 */
static inline enum synfin_counter synfin_wire_tcp(const __u8 *tcp, __u32 room,
						  __u32 len,
						  struct synfin_segment *seg)
{
	__u32 header;

	if (room < 20)
		return SYNFIN_CNT_short;
	header = tcp[12] >> 2 & 0x3c;
	if (header < 20 || header > len)
		return len < 20 ? SYNFIN_CNT_short : SYNFIN_CNT_bad_offset;
	seg->sport = synfin_wire_u16(tcp);
	seg->dport = synfin_wire_u16(tcp + 2);
	seg->seq = synfin_wire_u32(tcp + 4);
	seg->ack = synfin_wire_u32(tcp + 8);
	seg->flags = tcp[13];
	seg->reserved0 = 0;
	seg->window = synfin_wire_u16(tcp + 14);
	seg->len = len - header;
	seg->stamped = 0;
	seg->scale = header == 20 ? SYNFIN_SCALE_NONE : SYNFIN_SCALE_UNKNOWN;
	seg->kind = synfin_wire_kind(seg->flags);
	if (seg->kind == 0xff)
		return SYNFIN_CNT_bad_flags;
	return SYNFIN_NO_REASON;
}

/*
 * wire.c
 *
 * Each returns SYNFIN_NO_REASON and fills its part of @seg, or the counter that
 * says why not. @room is how many bytes are there to be read; @len is how many
 * there were on the wire, from the same place on.
 */
void synfin_wire_options(const __u8 *tcp, __u32 room, struct synfin_segment *seg);
enum synfin_counter synfin_wire_quote(const __u8 *quote, __u32 room,
				      struct synfin_segment *seg);
bool synfin_wire_icmp_is_error(__u8 family, __u8 type, __u8 code);
enum synfin_counter synfin_wire_ip(const __u8 *ip, __u32 room, __u32 len,
				   struct synfin_segment *seg);

#endif /* _SYNFIN_WIRE_H */
