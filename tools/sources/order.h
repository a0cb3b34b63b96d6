/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments in the order in which they passed.
 *
 * Several processors, interfaces or files that were merged put packets into a capture
 * out of order, a SYN-ACK before its SYN: then their times tell. Some are held back, and
 * handed on sorted. But where a connection's numbers agree with the file and not with
 * the times, which may be made up, or of a clock that was set back, the file's order
 * stands; unless the same packet is held back already, with about the same time, as where
 * all that a second interface saw is behind all that the first one did. And where two
 * interfaces' clocks differ, a FIN, or a SYN with data, that comes behind its own ACK goes
 * before it.
 */
#ifndef _TOOLS_ORDER_H
#define _TOOLS_ORDER_H

#include "sources/captured.h"
#include "sources/clock.h"

/* Segments that are held back, a power of two. */
#define ORDER_MAX	1024u

/* Bytes of payload of each, all that is looked at of a packet: see PACKET_ROOM. */
#define ORDER_PAYLOAD	16384u

/* So many packets in a row may have times that are far from all others'. */
#define ORDER_ASTRAY	8u

/**
 * struct order - segments that are held back
 * @take:	takes them, in their order; false if no more are wanted
 * @ctx:	handed to it
 * @slot:	segments, in no order
 * @payload:	ORDER_PAYLOAD bytes for the payload of each
 * @free:	indices of those of @slot that are free, @nr_free of them
 * @line:	indices of those that are held back, in their order, a ring
 * @first:	where it begins
 * @nr:		how many are in it
 * @taken:	the slot that is being filled
 * @nr_free:	how many are free
 * @begun:	@level is known
 * @level:	time of the last segment that was not astray
 * @nr_astray:	how many are
 * @astray:	slots of those whose times are far off, until it is known whether others
 *		follow them there
 * @arrived:	of each slot, the number of its segment in the file
 * @nr_read:	how many segments have been read
 * @file:	the clock as the file has it
 * @clock:	the time that has passed
 */
struct order {
	bool (*take)(void *ctx, struct captured *c);
	void *ctx;
	struct captured *slot;
	uint8_t *payload;
	uint16_t free[ORDER_MAX];
	uint16_t line[ORDER_MAX];
	unsigned int first;
	unsigned int nr;
	unsigned int taken;
	unsigned int nr_free;
	bool begun;
	uint64_t level;
	unsigned int nr_astray;
	uint16_t astray[ORDER_ASTRAY];
	uint64_t arrived[ORDER_MAX];
	uint64_t nr_read;
	struct clock file;
	struct clock clock;
};

bool order_init(struct order *o);
void order_free(struct order *o);
bool order_push(struct order *o, bool hold);
bool order_flush(struct order *o);

/**
 * order_slot() - where the next segment is to be written
 * @o: what is held back
 *
 * Return: the place; order_push() takes it.
 */
static inline struct captured *order_slot(const struct order *o)
{
	return &o->slot[o->taken];
}

#endif /* _TOOLS_ORDER_H */
