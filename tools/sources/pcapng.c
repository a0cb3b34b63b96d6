// SPDX-License-Identifier: GPL-2.0
/*
 * Captures of the newer format (draft-ietf-opsawg-pcapng): blocks of a type, a length,
 * what they hold, and the length again.
 */
#include <stdlib.h>
#include <string.h>

#include "sources/packets.h"

#define SECTION		0x0a0d0d0au	/* the same in both byte orders */
#define INTERFACE	0x00000001u
#define PACKET		0x00000002u
#define SIMPLE_PACKET	0x00000003u
#define STATISTICS	0x00000005u
#define ENHANCED_PACKET	0x00000006u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

#define BLOCK_MIN	12u
#define BLOCK_MAX	(256u * 1024 * 1024)

/* What a block is behind its type and length, before its options. */
#define SECTION_HEAD	24u
#define INTERFACE_HEAD	16u
#define SIMPLE_HEAD	12u
#define STATISTICS_HEAD	20u
#define PACKET_HEAD	28u

#define OPTION_FLAGS	2	/* of a packet */
#define OPTION_LOST	4	/* of a packet: since the one before it */
#define OPTION_CLOCK	9	/* of an interface */
#define OPTION_OFFSET	14
#define OPTION_IF_LOST	5	/* of statistics */
#define OPTION_OS_LOST	7

#define SECOND		1000000000ull

struct option {
	unsigned int code;
	unsigned int len;
	const uint8_t *data;
};

/* The option at *@at, which moves on; false behind the last one. */
static bool next_option(const struct packets *p, const uint8_t **at,
			const uint8_t *end, struct option *option)
{
	if (end - *at < 4)
		return false;
	option->code = packets_half(p, *at);
	option->len = packets_half(p, *at + 2);
	option->data = *at + 4;
	if (!option->code || (size_t)(end - *at) - 4 < option->len)
		return false;
	*at = (size_t)(end - option->data) < (option->len + 3) / 4 * 4 ? end :
		option->data + (option->len + 3) / 4 * 4;
	return true;
}

static uint64_t option_u64(const struct packets *p, const struct option *option)
{
	uint64_t value = 0;

	if (option->len == 4)
		return packets_word(p, option->data);
	if (option->len == 8)
		memcpy(&value, option->data, 8);
	return p->swapped ? __builtin_bswap64(value) : value;
}

static bool more_interfaces(struct packets *p)
{
	unsigned int room = p->room ? p->room * 2 : 4;
	void *more;

	if (p->nr < p->room)
		return true;
	if (p->nr >= PCAPNG_INTERFACES)
		return false;
	more = realloc(p->interface, room * sizeof(*p->interface));
	if (!more)
		return false;
	p->interface = more;
	p->room = room;
	return true;
}

static bool take_interface(struct packets *p, const uint8_t *block, size_t len)
{
	const uint8_t *at = block + INTERFACE_HEAD, *end = block + len;
	struct pcapng_interface *in;
	struct option option;

	if (len < INTERFACE_HEAD || !more_interfaces(p))
		return false;
	in = &p->interface[p->nr++];
	*in = (struct pcapng_interface){
		.link = packets_half(p, block + 8),
		.snap = packets_word(p, block + 12),
		.number = (uint16_t)p->nr_all++,
		.digits = 6,
	};
	while (next_option(p, &at, end, &option)) {
		if (option.code == OPTION_CLOCK && option.len == 1) {
			in->binary = option.data[0] & 0x80;
			in->digits = option.data[0] & 0x7f;
		} else if (option.code == OPTION_OFFSET && option.len == 8) {
			in->offset = (int64_t)option_u64(p, &option);
		}
	}
	return true;
}

static void take_statistics(struct packets *p, const uint8_t *block, size_t len)
{
	const uint8_t *at = block + STATISTICS_HEAD, *end = block + len;
	uint64_t by_interface = 0, by_system = 0;
	struct pcapng_interface *in;
	struct option option;
	uint32_t which;

	if (len < STATISTICS_HEAD)
		return;
	which = packets_word(p, block + 8);
	if (which >= p->nr)
		return;
	in = &p->interface[which];
	while (next_option(p, &at, end, &option)) {
		if (option.code == OPTION_IF_LOST)
			by_interface = option_u64(p, &option);
		else if (option.code == OPTION_OS_LOST)
			by_system = option_u64(p, &option);
	}
	/* They count from the beginning of the capture; there may be several. */
	by_system = packets_sum(by_interface, by_system);
	if (by_system > in->lost)
		in->lost = by_system;
}

static uint64_t time_of(const struct pcapng_interface *in, uint64_t ticks)
{
	uint64_t seconds = 0, part = 0;
	uint64_t unit = 1;

	if (in->binary) {
		if (in->digits < 64) {
			seconds = ticks >> in->digits;
			part = (uint64_t)((__uint128_t)(ticks - (seconds << in->digits)) *
					  SECOND >> in->digits);
		}
	} else if (in->digits < 20) {
		for (unsigned int i = 0; i < in->digits; i++)
			unit *= 10;
		seconds = ticks / unit;
		part = (uint64_t)((__uint128_t)(ticks % unit) * SECOND / unit);
	}
	if (in->offset < 0 && seconds < -(uint64_t)in->offset)
		return part;
	return packets_time(seconds + (uint64_t)in->offset, part);
}

/* What a packet's options say, if they are near. */
static void take_packet_options(struct packets *p, struct pcapng_interface *in,
				struct packet *pkt, const uint8_t *at,
				const uint8_t *end)
{
	struct option option;

	while (next_option(p, &at, end, &option)) {
		if (option.code == OPTION_FLAGS && option.len == 4)
			pkt->way = packets_word(p, option.data) & 3;
		else if (option.code == OPTION_LOST)
			in->lost_each = packets_sum(in->lost_each,
						    option_u64(p, &option));
	}
}

/*
 * A packet whose block is @total long, of which @left bytes are there. @which is its
 * interface, @ticks its time, @kept its bytes.
 */
static bool take_packet(struct packets *p, struct packet *pkt, const uint8_t *block,
			size_t total, size_t left, uint32_t which, uint32_t kept,
			size_t head)
{
	size_t padded = ((size_t)kept + 3) / 4 * 4;
	struct pcapng_interface *in;

	if (which >= p->nr || total < head + 4 || padded > total - head - 4)
		return false;
	in = &p->interface[which];
	pkt->data = block + head;
	pkt->room = kept < PACKET_ROOM ? kept : PACKET_ROOM;
	pkt->len = pkt->len > kept ? pkt->len : kept;
	pkt->link = in->link;
	pkt->interface = in->number;
	pkt->way = PACKET_WAY_UNKNOWN;
	pkt->swapped = p->swapped;
	if (head == PACKET_HEAD && total > head + padded + 4 && left >= total)
		take_packet_options(p, in, pkt, block + head + padded,
				    block + total - 4);
	return true;
}

static bool take_enhanced(struct packets *p, struct packet *pkt,
			  const uint8_t *block, size_t total, size_t left, bool old)
{
	uint32_t which;

	if (total < PACKET_HEAD + 4)
		return false;
	which = old ? packets_half(p, block + 8) : packets_word(p, block + 8);
	pkt->len = packets_word(p, block + 24);
	if (!take_packet(p, pkt, block, total, left, which,
			 packets_word(p, block + 20), PACKET_HEAD))
		return false;
	pkt->ns = time_of(&p->interface[which],
			  (uint64_t)packets_word(p, block + 12) << 32 |
			  packets_word(p, block + 16));
	p->last_ns = pkt->ns;
	return true;
}

/* It has no time: that of the one before it. */
static bool take_simple(struct packets *p, struct packet *pkt, const uint8_t *block,
			size_t total, size_t left)
{
	uint32_t kept;

	if (total < SIMPLE_HEAD + 4 || !p->nr)
		return false;
	pkt->len = packets_word(p, block + 8);
	kept = pkt->len;
	if (p->interface[0].snap && kept > p->interface[0].snap)
		kept = p->interface[0].snap;
	pkt->ns = p->last_ns;
	return take_packet(p, pkt, block, total, left, 0, kept, SIMPLE_HEAD);
}

/* The byte order is that of the section, its interfaces are its own. */
static bool take_section(struct packets *p, const uint8_t *block, size_t left)
{
	if (left < SECTION_HEAD)
		return false;
	p->lost = packets_lost(p);
	p->nr = 0;
	p->swapped = false;
	if (packets_word(p, block + 8) == BYTE_ORDER_MAGIC)
		return true;
	p->swapped = true;
	return packets_word(p, block + 8) == BYTE_ORDER_MAGIC;
}

/**
 * pcapng_open() - look at the first section of a file
 * @p: the file
 *
 * Return: NULL, or what is wrong.
 */
const char *pcapng_open(struct packets *p)
{
	size_t left = input_fill(p->in, SECTION_HEAD);

	if (left < SECTION_HEAD)
		return "a capture that is cut off in its header";
	if (!take_section(p, input_data(p->in), left))
		return "a capture whose byte order is not known";
	if (packets_half(p, input_data(p->in) + 12) != 1)
		return "a capture of a version that is not known";
	return NULL;
}

/* Of what kind a block is: 1 it is a packet, 0 it is none, -1 it is broken. */
static int take_block(struct packets *p, struct packet *pkt, uint32_t type,
		      const uint8_t *block, size_t total, size_t left)
{
	size_t inside = (left < total ? left : total) - 4;

	switch (type) {
	case INTERFACE:
		return take_interface(p, block, inside) ? 0 : -1;
	case STATISTICS:
		take_statistics(p, block, inside);
		return 0;
	case ENHANCED_PACKET:
	case PACKET:
		return take_enhanced(p, pkt, block, total, left, type == PACKET) ?
			1 : -1;
	case SIMPLE_PACKET:
		return take_simple(p, pkt, block, total, left) ? 1 : -1;
	default:
		return 0;
	}
}

/**
 * pcapng_next() - read the next packet
 * @p:		the file
 * @pkt:	filled in
 * @wrong:	what is wrong, if something is
 *
 * Return: enum packets_state.
 */
enum packets_state pcapng_next(struct packets *p, struct packet *pkt,
			       const char **wrong)
{
	for (;;) {
		size_t left = input_fill(p->in, BLOCK_MIN), total, want;
		const uint8_t *block = input_data(p->in);
		uint32_t type;
		int kind;

		if (!left && !input_error(p->in))
			return PACKETS_END;
		*wrong = "cut off in a block";
		if (left < BLOCK_MIN)
			return PACKETS_BROKEN;
		type = packets_word(p, block);
		if (type == SECTION) {
			left = input_fill(p->in, SECTION_HEAD);
			block = input_data(p->in);
			if (!take_section(p, block, left)) {
				*wrong = "a section whose byte order is not known";
				return PACKETS_BROKEN;
			}
		}
		total = packets_word(p, block + 4);
		*wrong = "a block has an impossible length";
		if (total < BLOCK_MIN || total > BLOCK_MAX)
			return PACKETS_BROKEN;
		total = (total + 3) / 4 * 4;
		*wrong = "cut off in a block";
		/* The packet, and what options follow it. */
		want = total < 2 * PACKET_ROOM ? total : 2 * PACKET_ROOM;
		left = input_fill(p->in, want);
		if (left < want)
			return PACKETS_BROKEN;
		block = input_data(p->in);
		*wrong = "the lengths of a block differ";
		if (total == want && (packets_word(p, block + total - 4) + 3) / 4 * 4 !=
		    total)
			return PACKETS_BROKEN;
		*wrong = type == INTERFACE && p->nr == PCAPNG_INTERFACES ?
			"a section of too many interfaces" :
			"a block contradicts itself";
		kind = take_block(p, pkt, type, block, total, left);
		if (kind < 0)
			return PACKETS_BROKEN;
		input_skip(p->in, want);
		p->skip = total - want;
		if (kind)
			return PACKETS_ONE;
		*wrong = "cut off in a block";
		if (!packets_skip(p))
			return PACKETS_BROKEN;
	}
}
