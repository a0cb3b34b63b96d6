// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of pcapng (draft-ietf-opsawg-pcapng): type, length, content, length.
 */
#include <string.h>

#include "sources/pcapng.h"

#define SECTION		0x0a0d0d0au	/* the same in both byte orders */
#define INTERFACE	0x00000001u
#define PACKET		0x00000002u
#define SIMPLE_PACKET	0x00000003u
#define ENHANCED_PACKET	0x00000006u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

/* Of an interface: link type, reserved, snap length. */
#define LINK_TYPE	8
#define SNAP_LENGTH	12

/* Of a packet, but for a simple one: its interface; it had but 16 bits once. */
#define WHICH		8

/*
 * Link types. libpcap calls raw IP by another number, and then takes a second interface
 * of it for one that differs; for that of IPv4 it has one number.
 */
#define RAW		101
#define RAW_IPV4	228

/* No link type: of an interface that is not there, or one too many. */
#define NO_LINK		0xffff

/* The shortest block; libpcap's longest. */
#define BLOCK_MIN	12
#define BLOCK_MAX	(16u * 1024 * 1024)

static uint32_t word(const struct pcapng *file, const uint8_t *data)
{
	uint32_t value;

	memcpy(&value, data, sizeof(value));
	return file->swapped ? __builtin_bswap32(value) : value;
}

static uint16_t half(const struct pcapng *file, const uint8_t *data)
{
	uint16_t value;

	memcpy(&value, data, sizeof(value));
	return file->swapped ? __builtin_bswap16(value) : value;
}

static void put_half(const struct pcapng *file, uint8_t *data, uint16_t value)
{
	if (file->swapped)
		value = __builtin_bswap16(value);
	memcpy(data, &value, sizeof(value));
}

/**
 * pcapng_begins() - is it a pcapng file?
 * @data: its first bytes
 * @len: how many
 *
 * Return: true if it is.
 */
bool pcapng_begins(const uint8_t *data, size_t len)
{
	const struct pcapng native = {};

	return len >= 4 && word(&native, data) == SECTION;
}

/* Its type is remembered, and it is made one like the first. */
static void pass_interface(struct pcapng *file, uint8_t *block)
{
	uint16_t type = half(file, block + LINK_TYPE);

	memset(block + SNAP_LENGTH, 0, 4);
	if (file->first < 0)
		file->first = type == RAW ? RAW_IPV4 : type;
	if (type != file->first)
		file->mixed = true;
	put_half(file, block + LINK_TYPE, (uint16_t)file->first);
	if (file->nr < PCAPNG_INTERFACES)
		file->type[file->nr++] = type;
}

static void pass_packet(struct pcapng *file, uint32_t which)
{
	uint16_t type = which < file->nr ? file->type[which] : NO_LINK;

	file->link[file->passed++ % PCAPNG_AHEAD] = type;
}

static void pass_block(struct pcapng *file, uint32_t type, uint32_t total,
		       uint8_t *block)
{
	switch (type) {
	case INTERFACE:
		if (total > SNAP_LENGTH + 4)
			pass_interface(file, block);
		break;
	case ENHANCED_PACKET:
		pass_packet(file, word(file, block + WHICH));
		break;
	case PACKET:
		pass_packet(file, half(file, block + WHICH));
		break;
	case SIMPLE_PACKET:
		pass_packet(file, 0);
		break;
	default:
		break;
	}
}

/**
 * pcapng_pass() - look at the blocks that begin in some bytes of a file
 * @file: how far it is known
 * @data: bytes that have not been handed on; what libpcap refuses is taken out of them
 * @len: how many
 *
 * When bytes are handed on, @file->left is to be lowered by as many.
 *
 * Return: how many may be handed on: all, or those before a block of which too little
 * is there.
 */
size_t pcapng_pass(struct pcapng *file, uint8_t *data, size_t len)
{
	uint32_t type, total;
	uint8_t *block;

	while (file->left < len) {
		block = data + file->left;
		if (len - file->left < PCAPNG_HEAD)
			return file->left;
		type = word(file, block);
		if (type == SECTION) {
			file->swapped = false;
			file->swapped = word(file, block + 8) != BYTE_ORDER_MAGIC;
			file->nr = 0;
		}
		total = word(file, block + 4);
		if (total < BLOCK_MIN || total > BLOCK_MAX) {
			/* libpcap says what is wrong. */
			file->on = false;
			return len;
		}
		pass_block(file, type, total, block);
		file->left += (total + 3) / 4 * 4;
	}
	return len;
}

/**
 * pcapng_link() - the link type of the next packet, in the order of the file
 * @file: the file
 *
 * To be called for each packet that libpcap hands out.
 *
 * Return: LINKTYPE_* (tcpdump.org/linktypes.html), or -1 if it is that of all.
 */
int pcapng_link(struct pcapng *file)
{
	uint64_t packet = file->taken++;

	return file->mixed ? file->link[packet % PCAPNG_AHEAD] : -1;
}
