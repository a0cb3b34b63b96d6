/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which packets of a capture are wanted, as tcpdump would say it (pcap-filter(7)).
 */
#ifndef _TOOLS_PACKET_FILTER_H
#define _TOOLS_PACKET_FILTER_H

#include <pcap/pcap.h>

#include "sources/packets.h"

/* Link types of one file that are told apart. */
#define PACKET_FILTER_LINKS	8u

/**
 * struct packet_filter - an expression, for each type of link
 * @text:	the expression, NULL for none
 * @nr:		how many types
 * @link:	LINKTYPE_*
 * @program:	what libpcap made of the expression for it
 */
struct packet_filter {
	const char *text;
	unsigned int nr;
	int link[PACKET_FILTER_LINKS];
	struct bpf_program program[PACKET_FILTER_LINKS];
};

int packet_filter_open(struct packet_filter *f, const char *text, int link);
bool packet_filter_wants(struct packet_filter *f, const struct packet *pkt);
void packet_filter_close(struct packet_filter *f);

#endif /* _TOOLS_PACKET_FILTER_H */
