/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IP fragments: the first one has the TCP header, the last one says how long the
 * segment is. Nothing else of them is kept.
 */
#ifndef _TOOLS_FRAGMENTS_H
#define _TOOLS_FRAGMENTS_H

#include "sources/layers.h"

/* Packets that are put together at a time. */
#define FRAGMENTS_MAX	64u

/* The rest of a packet is waited for so long. */
#define FRAGMENTS_NS	(2 * 1000000000ull)

/**
 * struct fragment_set - the fragments of one packet
 * @used:	it is one
 * @held:	@first is a segment that waits for its length
 * @read:	its first part has been read: the rest is of no interest
 * @proto:	what it carries
 * @id:		its identification
 * @lane:	where it was seen
 * @src:	source address
 * @dst:	destination address
 * @nr:		fragments so far
 * @end:	where the furthest of them ends
 * @total:	where the packet ends, 0 if it is not known
 * @header:	bytes of the TCP header
 * @ns:		when the first of them was seen
 * @first:	the segment
 */
struct fragment_set {
	bool used;
	bool held;
	bool read;
	uint8_t proto;
	uint32_t id;
	uint64_t lane;
	struct synfin_addr src;
	struct synfin_addr dst;
	unsigned int nr;
	uint32_t end;
	uint32_t total;
	uint32_t header;
	uint64_t ns;
	struct captured first;
};

/**
 * struct fragments - what is being put together
 * @nr:		how many packets are
 * @next:	which one makes room if all are taken
 * @look_ns:	when to look again for those that are due
 * @set:	the packets
 */
struct fragments {
	unsigned int nr;
	unsigned int next;
	uint64_t look_ns;
	struct fragment_set set[FRAGMENTS_MAX];
};

struct fragment_set *fragments_add(struct fragments *f, const struct ip *ip,
				   uint64_t lane, uint32_t len, uint64_t ns,
				   struct fragment_set *evicted);
bool fragments_due(struct fragments *f, uint64_t ns, struct fragment_set *due);
void fragments_done(struct fragments *f, struct fragment_set *set);
uint32_t fragments_length(const struct fragment_set *set);

#endif /* _TOOLS_FRAGMENTS_H */
