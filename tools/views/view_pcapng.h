/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections as packets of a pcapng file: their segments, as headers.
 */
#ifndef _TOOLS_VIEW_PCAPNG_H
#define _TOOLS_VIEW_PCAPNG_H

#include <stdint.h>

#include "connections/conn.h"

/* A block of a file, at most. */
#define PCAPNG_ROOM	1024u

/**
 * struct made_packet - a packet that is made of a phase
 * @ns:		when it passed
 * @order:	of those that passed at the same time
 * @len:	what it had on the wire, without a link layer
 * @room:	bytes of @data
 * @data:	its headers
 * @comment:	what is remarked on it, or NULL; to be freed
 */
struct made_packet {
	uint64_t ns;
	uint32_t order;
	uint32_t len;
	uint8_t room;
	uint8_t data[68];
	char *comment;
};

/**
 * struct made_packets - packets that have been made
 * @nr:		how many
 * @room:	for how many there is room
 * @packet:	they
 */
struct made_packets {
	size_t nr;
	size_t room;
	struct made_packet *packet;
};

int made_packets_add(struct made_packets *made, const struct conn *c);
void made_packets_sort(struct made_packets *made);
void made_packets_clear(struct made_packets *made);
void made_packets_free(struct made_packets *made);

size_t pcapng_put_header(uint8_t block[PCAPNG_ROOM]);
size_t pcapng_put_packet(uint8_t block[PCAPNG_ROOM], const struct made_packet *packet);
size_t pcapng_put_lost(uint8_t block[PCAPNG_ROOM], uint64_t ns, uint64_t lost);

#endif /* _TOOLS_VIEW_PCAPNG_H */
