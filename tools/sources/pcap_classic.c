// SPDX-License-Identifier: GPL-2.0
/*
 * Captures of the classic format (draft-ietf-opsawg-pcap): a header, then packets,
 * each behind its time and its lengths.
 */
#include <string.h>

#include "sources/packets.h"

#define MICRO		0xa1b2c3d4u
#define NANO		0xa1b23c4du
#define PATCHED		0xa1b2cd34u	/* of a libpcap that Linux once patched */

#define FILE_HEAD	24u
#define PACKET_HEAD	16u
#define PACKET_HEAD_PATCHED 24u

/* Longer than any packet, even than one of which other programs make one. */
#define LONGEST		(128u * 1024 * 1024)

/* Of the last word of the header the rest says how long the FCS is. */
#define LINK_BITS	0x03ffffffu

static bool known(struct packets *p, uint32_t magic)
{
	p->nano = magic == NANO;
	p->head = magic == PATCHED ? PACKET_HEAD_PATCHED : PACKET_HEAD;
	return magic == MICRO || magic == NANO || magic == PATCHED;
}

/**
 * pcap_classic_open() - read the header of a file
 * @p: the file; what it is like is filled in
 *
 * Return: NULL, or what is wrong.
 */
const char *pcap_classic_open(struct packets *p)
{
	size_t left = input_fill(p->in, FILE_HEAD);
	const uint8_t *at = input_data(p->in);
	uint16_t major, minor;

	if (left < 4)
		return "too short to be a capture";
	if (!known(p, packets_word(p, at))) {
		p->swapped = true;
		if (!known(p, packets_word(p, at)))
			return "neither a recording nor a capture";
	}
	if (left < FILE_HEAD)
		return "a capture that is cut off in its header";
	major = packets_half(p, at + 4);
	minor = packets_half(p, at + 6);
	if (major != 2 || minor > 4)
		return "a capture of a version that is not known";
	p->old = minor < 3;
	p->link = (int)(packets_word(p, at + 20) & LINK_BITS);
	input_skip(p->in, FILE_HEAD);
	return NULL;
}

/**
 * pcap_classic_next() - read the next packet
 * @p:		the file
 * @pkt:	filled in
 * @wrong:	what is wrong, if something is
 *
 * Return: enum packets_state.
 */
enum packets_state pcap_classic_next(struct packets *p, struct packet *pkt,
				     const char **wrong)
{
	size_t left = input_fill(p->in, p->head);
	const uint8_t *at = input_data(p->in);
	uint32_t kept, len, ticks, room;

	if (!left && !input_error(p->in))
		return PACKETS_END;
	*wrong = "cut off in the header of a packet";
	if (left < p->head)
		return PACKETS_BROKEN;
	ticks = packets_word(p, at + 4);
	kept = packets_word(p, at + 8);
	len = packets_word(p, at + 12);
	if (p->old) {
		uint32_t swap = kept;

		kept = len;
		len = swap;
	}
	*wrong = "a packet has an impossible length";
	if (kept > LONGEST)
		return PACKETS_BROKEN;
	room = kept < PACKET_ROOM ? kept : PACKET_ROOM;
	*wrong = "cut off in a packet";
	pkt->ns = packets_time(packets_word(p, at),
			       p->nano ? ticks : ticks * 1000ull);
	if (left < p->head + room) {
		if (input_fill(p->in, p->head + room) < p->head + room)
			return PACKETS_BROKEN;
		at = input_data(p->in);
	}
	pkt->data = at + p->head;
	pkt->room = room;
	pkt->len = len > kept ? len : kept;
	pkt->link = p->link;
	pkt->interface = 0;
	pkt->way = PACKET_WAY_UNKNOWN;
	pkt->swapped = p->swapped;
	input_skip(p->in, p->head + room);
	p->skip = kept - room;
	return PACKETS_ONE;
}
