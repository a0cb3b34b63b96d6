// SPDX-License-Identifier: GPL-2.0
/*
 * The packets of a capture file. Both formats are read here rather than by libpcap,
 * which tells neither what a capture lost nor the interface of a packet, refuses
 * interfaces that differ, and takes a fifth of what reading a capture takes at all.
 */
#include <stdlib.h>
#include <string.h>

#include "sources/packets.h"

#define PCAPNG_MAGIC	0x0a0d0d0au

/**
 * packets_open() - read the header of a capture
 * @p:	filled in; to be freed with packets_close() in any case
 * @in:	the file, at its beginning
 *
 * Return: NULL, or what is wrong.
 */
const char *packets_open(struct packets *p, struct input *in)
{
	uint32_t magic = 0;

	*p = (struct packets){ .in = in };
	if (input_fill(in, 24) >= sizeof(magic))
		memcpy(&magic, input_data(in), sizeof(magic));
	if (magic != PCAPNG_MAGIC)
		return pcap_classic_open(p);
	p->ng = true;
	return pcapng_open(p);
}

/**
 * packets_close() - free what belongs to it; the file stays open
 * @p: of packets_open()
 */
void packets_close(struct packets *p)
{
	free(p->interface);
	p->interface = NULL;
}

/**
 * packets_lost() - how many packets the capture says that it lost
 * @p: the file
 *
 * Return: how many, as far as it has been read.
 */
uint64_t packets_lost(const struct packets *p)
{
	uint64_t lost = p->lost;

	for (unsigned int i = 0; i < p->nr; i++) {
		const struct pcapng_interface *in = &p->interface[i];

		lost = packets_sum(lost, in->lost > in->lost_each ? in->lost :
				   in->lost_each);
	}
	return lost;
}

/**
 * packets_next() - read the next packet
 * @p:		the file
 * @pkt:	filled in
 * @wrong:	what is wrong, if something is
 *
 * Return: enum packets_state; if the file is broken, where is at its input's offset.
 */
enum packets_state packets_next(struct packets *p, struct packet *pkt,
				const char **wrong)
{
	if (p->skip && !packets_skip(p)) {
		*wrong = "cut off in a packet";
		return PACKETS_BROKEN;
	}
	return p->ng ? pcapng_next(p, pkt, wrong) : pcap_classic_next(p, pkt, wrong);
}

/**
 * packets_skip() - go on to what follows @p->skip bytes
 * @p: the file
 *
 * Return: false if the file ends before.
 */
bool packets_skip(struct packets *p)
{
	while (p->skip) {
		size_t left = input_fill(p->in, 1);

		if (!left)
			return false;
		if (left > p->skip)
			left = p->skip;
		input_skip(p->in, left);
		p->skip -= left;
	}
	return true;
}

/**
 * packets_time() - a time that is in the range of what is computed with
 * @seconds:	since 1970
 * @ns:		nanoseconds, may be more than a second's worth
 *
 * Return: nanoseconds since 1970; the last that there is for what is beyond it.
 */
uint64_t packets_time(uint64_t seconds, uint64_t ns)
{
	const uint64_t most = (uint64_t)INT64_MAX / 1000000000ull - 10;

	return (seconds < most ? seconds : most) * 1000000000ull + ns;
}
