// SPDX-License-Identifier: GPL-2.0
/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng), in this machine's byte order.
 */
#include <stdio.h>
#include <string.h>

#include "output/util.h"
#include "views/view_pcapng.h"

#define SECTION_HEADER	0x0a0d0d0au
#define INTERFACE	1u
#define STATISTICS	5u
#define ENHANCED_PACKET	6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINKTYPE_RAW	101u

#define OPT_COMMENT	1u
#define SHB_USERAPPL	4u
#define IF_NAME		2u
#define IF_TSRESOL	9u
#define ISB_IFDROP	5u

static uint8_t *put16(uint8_t *p, uint16_t value)
{
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

static uint8_t *put32(uint8_t *p, uint32_t value)
{
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

static uint8_t *put_padded(uint8_t *p, const void *data, size_t len)
{
	memcpy(p, data, len);
	memset(p + len, 0, -len % 4);
	return p + len + -len % 4;
}

static uint8_t *put_option(uint8_t *p, uint16_t code, const void *data, size_t len)
{
	p = put16(p, code);
	p = put16(p, (uint16_t)len);
	return put_padded(p, data, len);
}

static uint8_t *put_text(uint8_t *p, uint16_t code, const char *text)
{
	return put_option(p, code, text, strnlen(text, 256));
}

static uint8_t *begin(uint8_t *block, uint32_t type)
{
	return put32(block, type) + 4;
}

/* A length at its beginning, and at its end. */
static size_t end(uint8_t *block, uint8_t *p)
{
	uint32_t len;

	p = put32(p, 0);	/* no more options */
	len = (uint32_t)(p - block) + 4;
	put32(block + 4, len);
	put32(p, len);
	return len;
}

static uint8_t *put_time(uint8_t *p, uint64_t ns)
{
	p = put32(p, (uint32_t)(ns >> 32));
	return put32(p, (uint32_t)ns);
}

/**
 * pcapng_put_header() - what a file begins with
 * @block: filled in
 *
 * Return: bytes of it.
 */
size_t pcapng_put_header(uint8_t block[PCAPNG_ROOM])
{
	static const uint8_t whole_unknown[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	static const uint8_t nanoseconds = 9;
	uint8_t *p = begin(block, SECTION_HEADER);
	size_t len;

	p = put32(p, BYTE_ORDER_MAGIC);
	p = put16(put16(p, 1), 0);	/* version 1.0 */
	p = put_padded(p, whole_unknown, sizeof(whole_unknown));
	p = put_text(p, SHB_USERAPPL, "synfin " SYNFIN_RELEASE);
	p = put_text(p, OPT_COMMENT,
		     "the segments that opened and closed connections, as headers");
	len = end(block, p);

	block += len;
	p = begin(block, INTERFACE);
	p = put16(put16(p, LINKTYPE_RAW), 0);
	p = put32(p, 0);		/* no limit */
	p = put_text(p, IF_NAME, "synfin");
	p = put_option(p, IF_TSRESOL, &nanoseconds, 1);
	return len + end(block, p);
}

/**
 * pcapng_put_packet() - a packet
 * @block:	filled in
 * @packet:	the packet
 *
 * Return: bytes of it.
 */
size_t pcapng_put_packet(uint8_t block[PCAPNG_ROOM], const struct made_packet *packet)
{
	uint8_t *p = begin(block, ENHANCED_PACKET);

	p = put32(p, 0);		/* of the first interface */
	p = put_time(p, packet->ns);
	p = put32(p, packet->room);
	p = put32(p, packet->len);
	p = put_padded(p, packet->data, packet->room);
	if (packet->comment)
		p = put_text(p, OPT_COMMENT, packet->comment);
	return end(block, p);
}

/**
 * pcapng_put_lost() - how much was lost
 * @block:	filled in
 * @ns:		when that was known
 * @lost:	records
 *
 * Return: bytes of it.
 */
size_t pcapng_put_lost(uint8_t block[PCAPNG_ROOM], uint64_t ns, uint64_t lost)
{
	uint8_t *p = begin(block, STATISTICS);

	p = put32(p, 0);
	p = put_time(p, ns);
	p = put_option(p, ISB_IFDROP, &lost, sizeof(lost));
	return end(block, p);
}
