/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packets of a capture file: pcap and pcapng, one after the other.
 */
#ifndef _TOOLS_PACKETS_H
#define _TOOLS_PACKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "sources/input.h"

/* Bytes of a packet that are looked at: enough for headers, whatever is around them. */
#define PACKET_ROOM	16384u

/* Interfaces of a section that are told apart. */
#define PCAPNG_INTERFACES 4096u

/**
 * enum packet_way - which way a packet passed the interface
 * @PACKET_WAY_UNKNOWN:	the file does not say
 * @PACKET_WAY_IN:	it was received
 * @PACKET_WAY_OUT:	it was sent
 */
enum packet_way {
	PACKET_WAY_UNKNOWN,
	PACKET_WAY_IN,
	PACKET_WAY_OUT,
};

/**
 * struct packet - a packet, as it is in the file
 * @data:	its first bytes; good until the next packet is read
 * @room:	how many there are
 * @len:	how many it had on the wire, never less than @room
 * @ns:		when, nanoseconds since 1970
 * @link:	what it begins with: LINKTYPE_* (tcpdump.org/linktypes.html)
 * @interface:	where it was captured, counted through the file
 * @way:	enum packet_way
 * @swapped:	written by a machine of the other byte order
 */
struct packet {
	const uint8_t *data;
	uint32_t room;
	uint32_t len;
	uint64_t ns;
	int link;
	uint16_t interface;
	uint8_t way;
	bool swapped;
};

/**
 * struct pcapng_interface - an interface of the section
 * @link:	LINKTYPE_*
 * @snap:	bytes that it keeps of a packet, 0 for all
 * @number:	counted through the file
 * @binary:	its clock counts powers of two, not of ten
 * @digits:	how many of them make a second
 * @offset:	seconds that its clock is behind
 * @lost:	packets that it says were lost
 * @lost_each:	the same, as its packets say
 */
struct pcapng_interface {
	uint16_t link;
	uint32_t snap;
	uint16_t number;
	bool binary;
	uint8_t digits;
	int64_t offset;
	uint64_t lost;
	uint64_t lost_each;
};

/**
 * struct packets - a capture file that is read
 * @in:		the file
 * @ng:		it is pcapng
 * @swapped:	its machine had the other byte order
 * @nano:	a classic file's clock counts nanoseconds
 * @head:	bytes before each packet of a classic file
 * @old:	a classic file of a version that wrote the lengths the other way round
 * @link:	of a classic file
 * @skip:	what follows the last packet, up to the next
 * @nr:		interfaces of the section
 * @nr_all:	interfaces of the file
 * @room:	how many fit into @interface
 * @interface:	of the section
 * @lost:	packets that sections before this one lost
 * @last_ns:	time of the last packet
 */
struct packets {
	struct input *in;
	bool ng;
	bool swapped;
	bool nano;
	bool old;
	uint8_t head;
	int link;
	uint64_t skip;
	unsigned int nr;
	unsigned int nr_all;
	unsigned int room;
	struct pcapng_interface *interface;
	uint64_t lost;
	uint64_t last_ns;
};

/**
 * enum packets_state - what reading the next packet came to
 * @PACKETS_ONE:	there is one
 * @PACKETS_END:	that was all
 * @PACKETS_BROKEN:	see packets_broken()
 */
enum packets_state {
	PACKETS_ONE,
	PACKETS_END,
	PACKETS_BROKEN,
};

/* What files say is added up, and may be anything: never past the largest number. */
static inline uint64_t packets_sum(uint64_t a, uint64_t b)
{
	return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

/* packets.c */
const char *packets_open(struct packets *p, struct input *in);
void packets_close(struct packets *p);
uint64_t packets_lost(const struct packets *p);
enum packets_state packets_next(struct packets *p, struct packet *pkt,
				const char **wrong);
bool packets_skip(struct packets *p);
uint64_t packets_time(uint64_t seconds, uint64_t ns);

/* pcap_classic.c */
const char *pcap_classic_open(struct packets *p);
enum packets_state pcap_classic_next(struct packets *p, struct packet *pkt,
				     const char **wrong);

/* pcapng.c */
const char *pcapng_open(struct packets *p);
enum packets_state pcapng_next(struct packets *p, struct packet *pkt,
			       const char **wrong);

static inline uint32_t packets_word(const struct packets *p, const uint8_t *at)
{
	uint32_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return p->swapped ? __builtin_bswap32(value) : value;
}

static inline uint16_t packets_half(const struct packets *p, const uint8_t *at)
{
	uint16_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return p->swapped ? __builtin_bswap16(value) : value;
}

#endif /* _TOOLS_PACKETS_H */
