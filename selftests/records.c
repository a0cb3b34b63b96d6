// SPDX-License-Identifier: GPL-2.0
/*
 * Prints what is in the ring now, oldest first: a line of name=value for each
 * record, names and words as in the JSON of the reader, and a last line with
 * how many records were written and how many of them are gone.
 *
 *	records [conn|phase]
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>

#include "ring.h"

static const char * const phases[] = {
	"syn", "syn-ack", "ack", "fin-1", "ack-1", "fin-2", "ack-2", "rst",
	"timeout",
};

static const char * const openings[] = {
	"established", "simultaneous", "refused", "unreachable", "unanswered",
	"unacknowledged", "aborted", "midstream",
};

static const char * const closings[] = {
	"none", "open", "four-way", "three-way", "simultaneous", "reset",
	"half-closed", "evicted",
};

static const char * const ends[] = { "nobody", "client", "server", "both" };

static void put(const char *name, uint64_t value)
{
	printf(" %s=%llu", name, (unsigned long long)value);
}

/* What is not known is all ones. */
static void put_known(const char *name, uint64_t value)
{
	printf(" %s=%lld", name, (long long)value);
}

static void put_word(const char *name, const char *word)
{
	printf(" %s=%s", name, word);
}

static void put_address(const char *name, uint8_t family, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	put_word(name, inet_ntop(family == 4 ? AF_INET : AF_INET6, address, text,
				 sizeof(text)));
}

static void print_head(const struct synfin_record_head *h)
{
	put("id", h->id);
	put("time_ns", h->time_ns);
	put("netns", h->netns);
	put("family", h->family);
	put_address("client", h->family, h->client);
	put("client_port", h->client_port);
	put_address("server", h->family, h->server);
	put("server_port", h->server_port);
}

static void print_phase(const struct synfin_record_phase *p)
{
	fputs("phase", stdout);
	print_head(&p->head);
	put_word("phase", phases[p->phase]);
	put_word("from", ends[1 + p->from]);
	put("count", p->count);
	put("flags", p->tcp_flags);
	put("seq", p->seq);
	put("ack", p->ack);
	put("len", p->len);
	put("window", p->window);
	put_known("since_ns", p->since_ns);
	putchar('\n');
}

static void print_conn(const struct synfin_record_conn *c)
{
	fputs("conn", stdout);
	print_head(&c->head);
	put_word("open", openings[c->opening]);
	put_word("close", closings[c->closing]);
	put_word("by", ends[c->closed_by]);
	put("syn_count", c->syn_count);
	put("syn_ack_count", c->syn_ack_count);
	put("fin_count", c->fin_count);
	put("rst_count", c->rst_count);
	put("client_isn", c->client_isn);
	put("server_isn", c->server_isn);
	put_known("handshake_ns", c->handshake_ns);
	put_known("server_rtt_ns", c->server_rtt_ns);
	put_known("client_rtt_ns", c->client_rtt_ns);
	put_known("duration_ns", c->duration_ns);
	put_known("bytes_client", c->bytes_client);
	put_known("bytes_server", c->bytes_server);
	put("bytes_partial", !!(c->flags & SYNFIN_CONN_BYTES_PARTIAL));
	put("completeness", c->completeness);
	putchar('\n');
}

static int by_time(const void *a, const void *b)
{
	const union synfin_record *left = a, *right = b;

	if (left->head.time_ns != right->head.time_ns)
		return left->head.time_ns < right->head.time_ns ? -1 : 1;
	return (int)left->head.type - (int)right->head.type;
}

static bool wanted(const char *which, const union synfin_record *rec)
{
	if (!which)
		return true;
	return rec->head.type == (*which == 'c' ? SYNFIN_RECORD_CONN :
						  SYNFIN_RECORD_PHASE);
}

int main(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : NULL;
	uint64_t head, n, written = 0, gone = 0;
	union synfin_record *all;
	size_t i, nr = 0;
	unsigned int cpu;
	struct ring ring;

	if (ring_open(&ring))
		err(1, "%s", RING_FILE);
	all = calloc((size_t)ring.header.nr_cpus * ring.header.nr_slots,
		     sizeof(*all));
	if (!all)
		err(1, NULL);
	for (cpu = 0; cpu < ring.header.nr_cpus; cpu++) {
		head = ring_head(&ring, cpu);
		written += head;
		gone += ring_first(&ring, head);
		for (n = ring_first(&ring, head); n < head; n++) {
			if (!ring_read(&ring, cpu, n, &all[nr]))
				gone++;
			else if (wanted(which, &all[nr]))
				nr++;
		}
	}
	qsort(all, nr, sizeof(*all), by_time);
	for (i = 0; i < nr; i++) {
		if (all[i].head.type == SYNFIN_RECORD_PHASE)
			print_phase(&all[i].phase);
		else
			print_conn(&all[i].conn);
	}
	fputs("ring", stdout);
	put("written", written);
	put("gone", gone);
	putchar('\n');
	return 0;
}
