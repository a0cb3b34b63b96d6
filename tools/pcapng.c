// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of pcapng (draft-ietf-opsawg-pcapng): type, length, content, length.
 */
#include <string.h>

#include "pcapng.h"

#define SECTION		0x0a0d0d0au	/* the same in both byte orders */
#define INTERFACE	0x00000001u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

/* Of an interface: link type, reserved, snap length. */
#define SNAP_LENGTH	12

/* The shortest block; libpcap's longest. */
#define BLOCK_MIN	12
#define BLOCK_MAX	(16u * 1024 * 1024)

static uint32_t word(const struct pcapng *file, const uint8_t *data)
{
	uint32_t value;

	memcpy(&value, data, sizeof(value));
	return file->swapped ? __builtin_bswap32(value) : value;
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

/**
 * pcapng_pass() - look at the blocks that begin in some bytes of a file
 * @file: how far it is known
 * @data: bytes that have not been handed on; snap lengths are taken out of them
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
		}
		total = word(file, block + 4);
		if (total < BLOCK_MIN || total > BLOCK_MAX) {
			/* libpcap says what is wrong. */
			file->on = false;
			return len;
		}
		if (type == INTERFACE && total > SNAP_LENGTH + 4)
			memset(block + SNAP_LENGTH, 0, 4);
		file->left += (total + 3) / 4 * 4;
	}
	return len;
}
