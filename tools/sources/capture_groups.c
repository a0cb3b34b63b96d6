// SPDX-License-Identifier: GPL-2.0
/*
 * A capture in which all that one interface saw stands behind all that another one did,
 * though they saw it at the same time: so files are put together without regard to time.
 * Short ones are sorted as they are read, by their numbers, too: see order.h.
 */
#include <unistd.h>

#include "sources/capture_files.h"
#include "sources/order.h"

/**
 * struct group - what one interface saw
 * @number:	the interface
 * @first:	time of its first packet
 * @last:	the latest that one of its packets has
 * @packets:	how many it saw
 */
struct group {
	uint16_t number;
	uint64_t first;
	uint64_t last;
	uint64_t packets;
};

static bool is_among(const struct group *group, unsigned int nr, uint16_t number)
{
	for (unsigned int i = 0; i < nr; i++)
		if (group[i].number == number)
			return true;
	return false;
}

/* The groups of a file, up to CAPTURE_GROUPS; 0 if it has none, or is not in order of them. */
static unsigned int find_groups(struct packets *p, struct group group[CAPTURE_GROUPS])
{
	struct group *now = NULL;
	unsigned int nr = 0;
	struct packet pkt;
	const char *wrong;

	/* Who is declared later is not waited for: each file would be read twice. */
	while (packets_next(p, &pkt, &wrong) == PACKETS_ONE && p->nr_all > 1) {
		if (!now || now->number != pkt.interface) {
			if (nr == CAPTURE_GROUPS || is_among(group, nr, pkt.interface))
				return 0;
			now = &group[nr++];
			*now = (struct group){
				.number = pkt.interface,
				.first = pkt.ns,
				.last = pkt.ns,
			};
		}
		now->packets++;
		if (pkt.ns > now->last)
			now->last = pkt.ns;
	}
	return nr;
}

/**
 * capture_groups() - do the interfaces of a capture stand one behind the other?
 * @in:		the capture, which is opened once more and read up to where that is known
 * @number:	filled in: the interfaces, as in struct packet
 *
 * Return: how many there are; 0 if they do not, or not at the same time, or saw little.
 */
unsigned int capture_groups(const struct input *in, uint16_t number[CAPTURE_GROUPS])
{
	struct group group[CAPTURE_GROUPS];
	bool together = false, many = false;
	struct packets packets;
	struct input *again;
	unsigned int nr;

	if (!in->plain || in->fd == STDIN_FILENO)
		return 0;
	again = input_open(in->name);
	if (!again)
		return 0;
	nr = packets_open(&packets, again) || !packets.ng ? 0 : find_groups(&packets, group);
	packets_close(&packets);
	input_close(again);
	for (unsigned int i = 0; i < nr; i++) {
		number[i] = group[i].number;
		together |= i && group[i].first < group[i - 1].last;
		many |= group[i].packets > ORDER_MAX / 2;
	}
	return together && many ? nr : 0;
}
