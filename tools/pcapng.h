/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks of a pcapng file on its way to libpcap, which refuses interfaces whose
 * snap lengths differ: they are told to have none.
 */
#ifndef _TOOLS_PCAPNG_H
#define _TOOLS_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a block must show of itself. */
#define PCAPNG_HEAD 16

/**
 * struct pcapng - how far the blocks of a file are known
 * @on:		it is such a file, and its blocks make sense so far
 * @swapped:	its section is of a machine with the other byte order
 * @left:	bytes until a block that has not been looked at
 */
struct pcapng {
	bool on;
	bool swapped;
	size_t left;
};

bool pcapng_begins(const uint8_t *data, size_t len);
size_t pcapng_pass(struct pcapng *file, uint8_t *data, size_t len);

#endif /* _TOOLS_PCAPNG_H */
