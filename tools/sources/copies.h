/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that were captured twice: at both ports of a bond, by a mirror, with and
 * without a VLAN tag, before and behind a router, at both ends. A copy is no event of
 * the connection. A segment that was sent again is, and looks much the same.
 */
#ifndef _TOOLS_COPIES_H
#define _TOOLS_COPIES_H

#include "sources/captured.h"

/* Packets of which copies are known, and senders of which it is known how they send. */
/* Of those whose hashes want the same place the eight that came last are known. */
#define COPIES_WAYS	8u
#define COPIES_PACKETS	(32768u / COPIES_WAYS)
#define COPIES_SENDERS	(16384u / COPIES_WAYS)
#define COPIES_OFTEN	(4096u / COPIES_WAYS)

/* A packet is captured in so many places at most that can be told apart. */
#define COPIES_PLACES	12u

/**
 * struct copies_key - what all that is looked up begins with
 * @print:	hash of what it is known by
 * @ns:		when it was captured: the oldest makes way
 */
struct copies_key {
	uint64_t print;
	uint64_t ns;
};

/**
 * struct copies_packet - a packet that was captured
 * @key:	of what is the same in its copies
 * @lane:	where
 * @interface:	where
 * @ttl:	how far it could still go
 * @way:	which way it passed there
 * @nr_places:	in how many places that can be told apart
 * @nr:		how often it was captured
 * @place:	hashes of those places
 */
struct copies_packet {
	struct copies_key key;
	uint64_t lane;
	uint16_t interface;
	uint8_t ttl;
	uint8_t way;
	uint8_t nr_places;
	uint32_t nr;
	uint32_t place[COPIES_PLACES];
};

/**
 * struct copies_sender - what is known of a sender of segments
 * @key:	of both endpoints, and the last segment's time
 * @last:	hash of the last segment
 * @before_ns:	when a segment before it was, that had no copy; 0 if none
 * @rst_ns:	when it sent a RST
 * @syn_ns:	when it sent a SYN
 * @fin:	hash of its FIN
 * @fin_ns:	when it sent that
 * @apart_ns:	the longest that a copy of its segments came later
 * @each:	how often a segment before the last one was captured, at most
 * @last_nr:	how often the last one was
 * @fin_end:	the number that acknowledges its FIN
 * @fin_len:	how much data came with that
 * @id:		identification of the last segment's packet
 * @copied:	the last segment had a copy
 * @copies:	copies of its segments have been seen
 * @same_id:	several of its packets had the same identification
 * @again:	it has sent the same SYN or FIN again
 */
struct copies_sender {
	struct copies_key key;
	uint64_t last;
	uint64_t before_ns;
	uint64_t rst_ns;
	uint64_t syn_ns;
	uint64_t fin;
	uint64_t fin_ns;
	uint64_t apart_ns;
	uint32_t each;
	uint32_t last_nr;
	uint32_t fin_end;
	uint32_t fin_len;
	uint16_t id;
	bool copied;
	bool copies;
	bool same_id;
	bool again;
};

/**
 * struct copies_often - how often the same was captured within the time of copies
 * @key:	of what is the same, and when it was first
 * @nr:		how often
 */
struct copies_often {
	struct copies_key key;
	uint32_t nr;
};

/**
 * struct copies - what was captured of late
 * @nr:		copies so far
 * @others:	segments so far that were none
 * @secret:	so that nobody can make packets look the same
 * @packet:	by their print
 * @sender:	by their print
 * @often:	by their print
 */
struct copies {
	uint64_t nr;
	uint64_t others;
	uint64_t secret[2];
	struct copies_packet packet[COPIES_PACKETS][COPIES_WAYS];
	struct copies_sender sender[COPIES_SENDERS][COPIES_WAYS];
	struct copies_often often[COPIES_OFTEN][COPIES_WAYS];
};

struct copies *copies_new(void);
void copies_expect(struct copies *copies, struct captured *c);
bool copies_is_copy(struct copies *copies, const struct captured *c);

#endif /* _TOOLS_COPIES_H */
