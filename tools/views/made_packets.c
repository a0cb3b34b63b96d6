// SPDX-License-Identifier: GPL-2.0
/*
 * Packets made of the phases of a connection: IP and TCP headers, no payload. What
 * passed between them and was not watched is a packet, too, of which only the length is
 * there: or else whoever reads the file would take it for lost.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"
#include "output/complain.h"
#include "output/fmt.h"
#include "views/view_ladder.h"
#include "views/view_pcapng.h"

#define TCP_PSH		0x08
#define TCP_HEADER	20u
#define LONGEST		65535u	/* an IP packet, if it says its length */

/**
 * struct maker - what is known of both ends so far
 * @made:	where packets go
 * @head:	of the connection
 * @next:	what each sends next, by enum synfin_from
 * @known:	that is known
 * @window:	that each announced last
 * @last:	the packet that the verdict is remarked on, SIZE_MAX for none
 */
struct maker {
	struct made_packets *made;
	const struct synfin_record_head *head;
	uint32_t next[2];
	bool known[2];
	uint16_t window[2];
	size_t last;
};

static uint32_t add_up(uint32_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(data[i] << 8 | data[i + 1]);
	return sum;
}

static void put_be16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put_be32(uint8_t *p, uint32_t value)
{
	put_be16(p, value >> 16);
	put_be16(p + 2, value);
}

static void put_sum(uint8_t *p, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put_be16(p, ~sum);
}

/* RFC 2675: an option says how long the packet is. */
static size_t put_jumbo(uint8_t *ip6, uint32_t tcp_len)
{
	uint8_t *p = ip6 + 40;

	ip6[6] = IPPROTO_HOPOPTS;
	p[0] = IPPROTO_TCP;
	p[1] = 0;
	p[2] = 0xc2;
	p[3] = 4;
	put_be32(p + 4, tcp_len + 8);
	return 8;
}

/* Returns how long it is, and the sum of what TCP's checksum covers of it. */
static size_t put_ip(uint8_t *p, const struct synfin_record_head *h, bool server,
		     uint32_t tcp_len, uint32_t *sum)
{
	const uint8_t *from = server ? h->server : h->client;
	const uint8_t *to = server ? h->client : h->server;
	size_t addr = h->family == 4 ? 4 : 16, len = h->family == 4 ? 20 : 40;

	memset(p, 0, len);
	*sum = add_up(add_up(IPPROTO_TCP, from, addr), to, addr);
	*sum += (tcp_len >> 16) + (tcp_len & 0xffff);
	memcpy(p + len - 2 * addr, from, addr);
	memcpy(p + len - addr, to, addr);
	if (h->family != 4) {
		p[0] = 0x60;
		p[7] = 64;
		if (tcp_len > LONGEST)
			return len + put_jumbo(p, tcp_len);
		put_be16(p + 4, tcp_len);
		p[6] = IPPROTO_TCP;
		return len;
	}
	p[0] = 0x45;
	put_be16(p + 2, tcp_len + len > LONGEST ? 0 : tcp_len + (uint32_t)len);
	p[6] = 0x40;	/* not to be fragmented */
	p[8] = 64;
	p[9] = IPPROTO_TCP;
	put_sum(p + 10, add_up(0, p, len));
	return len;
}

static void put_tcp(uint8_t *p, const struct synfin_record_head *h, const struct step *s,
		    uint32_t sum)
{
	bool server = s->from == SYNFIN_FROM_SERVER;

	memset(p, 0, TCP_HEADER);
	put_be16(p, server ? h->server_port : h->client_port);
	put_be16(p + 2, server ? h->client_port : h->server_port);
	put_be32(p + 4, s->seq);
	if (s->tcp_flags & SYNFIN_TCP_ACK)
		put_be32(p + 8, s->ack);
	p[12] = TCP_HEADER / 4 << 4;
	p[13] = s->tcp_flags;
	put_be16(p + 14, s->window);
	put_sum(p + 16, add_up(sum, p, TCP_HEADER));
}

static struct made_packet *new_packet(struct made_packets *made)
{
	struct made_packet *more;
	size_t room = made->room ? 2 * made->room : 1024;

	if (made->nr == made->room) {
		more = realloc(made->packet, room * sizeof(*more));
		if (!more) {
			complain("out of memory");
			return NULL;
		}
		made->packet = more;
		made->room = room;
	}
	return &made->packet[made->nr];
}

static int put_packet(struct maker *m, const struct step *s, const char *comment)
{
	struct made_packet *packet = new_packet(m->made);
	uint32_t sum, tcp_len = TCP_HEADER + s->len;
	size_t len;

	if (!packet)
		return -1;
	*packet = (struct made_packet){ .ns = s->time_ns, .order = (uint32_t)m->made->nr };
	len = put_ip(packet->data, m->head, s->from == SYNFIN_FROM_SERVER, tcp_len, &sum);
	put_tcp(packet->data + len, m->head, s, sum);
	packet->room = (uint8_t)(len + TCP_HEADER);
	packet->len = (uint32_t)len + tcp_len;
	if (comment)
		packet->comment = strdup(comment);
	m->made->nr++;
	return 0;
}

/* What an end sent and was not watched, up to a number. */
static int put_unseen(struct maker *m, const struct step *before, uint8_t from, uint32_t to)
{
	struct step s = {
		.time_ns = before->time_ns, .seq = m->next[from], .from = from,
		.ack = m->next[!from], .window = m->window[from],
		.len = to - m->next[from], .tcp_flags = SYNFIN_TCP_ACK | TCP_PSH,
	};
	char text[128], number[FMT_ROOM];

	/* Beyond 2 GiB nobody can tell what is ahead. */
	if (!m->known[from] || !m->known[!from] || !s.len || s.len >> 31)
		return 0;
	*fmt_grouped(number, s.len) = '\0';
	snprintf(text, sizeof(text),
		 "stands for %.30s byte%s from the %s, which synfin does not watch", number,
		 s.len == 1 ? "" : "s", from ? "server" : "client");
	m->next[from] = to;
	return put_packet(m, &s, text);
}

static bool is_part_of(const struct step *s, const struct step *before)
{
	return before && before->from == s->from && before->tcp_flags == s->tcp_flags &&
	       before->seq == s->seq && before->time_ns == s->time_ns &&
	       before->phase != s->phase;
}

static int put_step(struct maker *m, const struct step *s)
{
	uint32_t end = s->seq + s->len;
	uint8_t from = s->from & 1;

	if (!(s->tcp_flags & SYNFIN_TCP_SYN) && put_unseen(m, s, from, s->seq))
		return -1;
	if (s->tcp_flags & SYNFIN_TCP_ACK && put_unseen(m, s, !from, s->ack))
		return -1;
	m->last = m->made->nr;
	m->window[from] = s->window;
	end += (s->tcp_flags & SYNFIN_TCP_SYN) != 0;
	end += (s->tcp_flags & SYNFIN_TCP_FIN) != 0;
	if (!m->known[from] || (int32_t)(end - m->next[from]) > 0)
		m->next[from] = end;
	m->known[from] |= !(s->tcp_flags & SYNFIN_TCP_RST);
	return put_packet(m, s, NULL);
}

/**
 * made_packets_add() - make packets of a connection
 * @made:	where they go
 * @c:		the connection
 *
 * Return: 0, or -1 after a message.
 */
int made_packets_add(struct made_packets *made, const struct conn *c)
{
	struct maker m = { .made = made, .head = &c->sum.head, .last = SIZE_MAX };
	const struct step *before = NULL;
	char verdict[FMT_ROOM];

	for (unsigned int i = 0; i < c->nr_phases; i++) {
		const struct step *s = &c->phases[i];

		/* A router's word, and what never came, are no segments of theirs. */
		if (!s->tcp_flags || s->phase >= SYNFIN_PHASE_TIMEOUT ||
		    is_part_of(s, before))
			continue;
		before = s;
		if (put_step(&m, s))
			return -1;
	}
	if (m.last == SIZE_MAX)
		return 0;
	ladder_outcome(c, false, verdict, sizeof(verdict));
	made->packet[m.last].comment = strdup(verdict);
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct made_packet *one = a, *two = b;

	if (one->ns != two->ns)
		return one->ns < two->ns ? -1 : 1;
	return (one->order > two->order) - (one->order < two->order);
}

/**
 * made_packets_sort() - put them in the order of their times
 * @made: the packets
 */
void made_packets_sort(struct made_packets *made)
{
	if (made->nr)
		qsort(made->packet, made->nr, sizeof(*made->packet), by_time);
}

/**
 * made_packets_clear() - forget them
 * @made: the packets
 */
void made_packets_clear(struct made_packets *made)
{
	while (made->nr)
		free(made->packet[--made->nr].comment);
}

/**
 * made_packets_free() - free them
 * @made: the packets
 */
void made_packets_free(struct made_packets *made)
{
	made_packets_clear(made);
	free(made->packet);
	*made = (struct made_packets){ .nr = 0 };
}
