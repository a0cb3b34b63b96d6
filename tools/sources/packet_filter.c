// SPDX-License-Identifier: GPL-2.0
/*
 * Which packets of a capture are wanted. libpcap compiles the expression, for each
 * type of link that the file has.
 */
#include "output/complain.h"
#include "sources/packet_filter.h"

/* In a file raw IP has another number than in memory. */
static int dlt_of(int link)
{
	return link == 101 ? DLT_RAW : link;
}

/* Returns the program for a link, NULL after a message. */
static struct bpf_program *add(struct packet_filter *f, int link)
{
	pcap_t *pcap = pcap_open_dead(dlt_of(link), PACKET_ROOM);
	struct bpf_program *program = &f->program[f->nr];

	if (!pcap) {
		complain("out of memory");
		return NULL;
	}
	if (pcap_compile(pcap, program, f->text, 1, PCAP_NETMASK_UNKNOWN)) {
		complain("--filter '%s': %s", f->text, pcap_geterr(pcap));
		program = NULL;
	} else {
		f->link[f->nr++] = link;
	}
	pcap_close(pcap);
	return program;
}

/**
 * packet_filter_open() - compile an expression
 * @f:		to be filled
 * @text:	the expression
 * @link:	LINKTYPE_* of the file; a pcapng file may have others
 *
 * Return: 0, or -1 after a message.
 */
int packet_filter_open(struct packet_filter *f, const char *text, int link)
{
	*f = (struct packet_filter){ .text = text };
	return add(f, link ? link : DLT_EN10MB) ? 0 : -1;
}

static struct bpf_program *find(struct packet_filter *f, int link)
{
	for (unsigned int i = 0; i < f->nr; i++)
		if (f->link[i] == link)
			return &f->program[i];
	return f->nr < PACKET_FILTER_LINKS ? add(f, link) : NULL;
}

/**
 * packet_filter_wants() - is a packet wanted?
 * @f: the filter
 * @pkt: the packet
 *
 * Return: true if it is.
 */
bool packet_filter_wants(struct packet_filter *f, const struct packet *pkt)
{
	struct bpf_program *program;

	if (!f->text)
		return true;
	program = find(f, pkt->link);
	return program && bpf_filter(program->bf_insns, pkt->data, pkt->len, pkt->room);
}

/**
 * packet_filter_close() - free it
 * @f: the filter
 */
void packet_filter_close(struct packet_filter *f)
{
	while (f->nr)
		pcap_freecode(&f->program[--f->nr]);
}
