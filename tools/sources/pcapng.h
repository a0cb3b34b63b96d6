/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks of a pcapng file on its way to libpcap, which refuses interfaces whose
 * snap lengths or link types differ: they are told to have none, and that of the
 * first; which type a packet has indeed is kept here.
 */
#ifndef _TOOLS_PCAPNG_H
#define _TOOLS_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a block must show of itself. */
#define PCAPNG_HEAD 16

/* Interfaces of a section that are told apart. */
#define PCAPNG_INTERFACES 256

/*
 * Packets between the file and who takes them: both sides of libpcap have a buffer of
 * INPUT_SIZE, and the shortest packet takes 16 bytes.
 */
#define PCAPNG_AHEAD (128u * 1024)

/**
 * struct pcapng - how far the blocks of a file are known
 * @on:		it is such a file, and its blocks make sense so far
 * @swapped:	its section is of a machine with the other byte order
 * @mixed:	there are interfaces of other link types than that
 * @left:	bytes until a block that has not been looked at
 * @nr:		interfaces of the section so far
 * @first:	link type that all interfaces are said to have, -1 before the first
 * @type:	of each interface of the section
 * @passed:	packets handed on
 * @taken:	packets asked for
 * @link:	link types of the packets between the two, by their number
 */
struct pcapng {
	bool on;
	bool swapped;
	bool mixed;
	size_t left;
	unsigned int nr;
	int first;
	uint16_t type[PCAPNG_INTERFACES];
	uint64_t passed;
	uint64_t taken;
	uint16_t link[PCAPNG_AHEAD];
};

bool pcapng_begins(const uint8_t *data, size_t len);
size_t pcapng_pass(struct pcapng *file, uint8_t *data, size_t len);
int pcapng_link(struct pcapng *file);

#endif /* _TOOLS_PCAPNG_H */
