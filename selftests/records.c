// SPDX-License-Identifier: GPL-2.0
/*
 * Prints what is in the rings now, oldest first: a line of name=value for each
 * phase and each connection, names and words as in the JSON of the reader, and a last
 * line with how many records were written and how many of them are gone.
 *
 *	records [conn|phase]
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>

#include "ring.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

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

static const char * const rings[] = { "closed", "opened", "unproved" };

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

/* The word of a number that the ring holds; a ring in order holds no other. */
static void put_one_of(const char *name, const char * const *words, size_t words_nr,
		       unsigned int nr)
{
	if (nr >= words_nr)
		errx(1, "%s: %u is none of its %zu values", name, nr, words_nr);
	put_word(name, words[nr]);
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

static void print_phase(const struct synfin_record_head *h,
			const struct synfin_record_step *p, const char *ring)
{
	struct synfin_record_head head = *h;

	fputs("phase", stdout);
	head.time_ns = p->time_ns;
	print_head(&head);
	put_one_of("phase", phases, ARRAY_SIZE(phases), p->phase);
	put_one_of("from", ends, ARRAY_SIZE(ends), 1 + p->from);
	put("count", p->count);
	put("flags", p->tcp_flags);
	put("seq", p->seq);
	put("ack", p->ack);
	put("len", p->len);
	put("window", p->window);
	put_known("since_ns", p->since_ns);
	put_word("ring", ring);
	putchar('\n');
}

static void print_conn(const struct synfin_record_conn *c, const char *ring)
{
	fputs("conn", stdout);
	print_head(&c->head);
	put_one_of("open", openings, ARRAY_SIZE(openings), c->opening);
	put_one_of("close", closings, ARRAY_SIZE(closings), c->closing);
	put_one_of("by", ends, ARRAY_SIZE(ends), c->closed_by);
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
	put("phase_count", c->phase_count);
	put_word("ring", ring);
	putchar('\n');
}

/* A line to be: a phase, or a connection if step is NULL. */
struct line {
	uint64_t time_ns;
	const union synfin_record *rec;
	const struct synfin_record_step *step;
	const char *ring;
};

static int by_time(const void *a, const void *b)
{
	const struct line *left = a, *right = b;

	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? -1 : 1;
	return !left->step - !right->step;
}

static size_t add_lines(struct line *lines, const char *which,
			const union synfin_record *rec, const char *ring)
{
	size_t i, nr = synfin_record_steps(&rec->head);

	if (rec->head.type == SYNFIN_RECORD_CONN) {
		*lines = (struct line) { rec->head.time_ns, rec, NULL, ring };
		return !which || *which == 'c';
	}
	if (rec->head.type != SYNFIN_RECORD_PHASES || (which && *which == 'c'))
		return 0;
	for (i = 0; i < nr; i++)
		lines[i] = (struct line) { rec->phases.step[i].time_ns, rec,
					   &rec->phases.step[i], ring };
	return nr;
}

int main(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : NULL;
	uint64_t head, n, written = 0, gone = 0;
	size_t i, room = 0, nr = 0, lines_nr = 0;
	union synfin_record *all;
	struct line *lines;
	unsigned int r;
	struct ring ring;

	if (ring_open(&ring))
		err(1, "%s", RING_FILE);
	for (r = 0; r < ring_nr(&ring); r++)
		room += ring_place(&ring, r)->nr_slots;
	all = calloc(room, sizeof(*all));
	lines = calloc(room, SYNFIN_STEPS_MAX * sizeof(*lines));
	if (!all || !lines)
		err(1, NULL);
	for (r = 0; r < ring_nr(&ring); r++) {
		head = ring_head(&ring, r);
		written += head;
		gone += ring_first(&ring, r, head);
		for (n = ring_first(&ring, r, head); n < head; n++) {
			if (!ring_read(&ring, r, n, &all[nr])) {
				gone++;
				continue;
			}
			lines_nr += add_lines(&lines[lines_nr], which, &all[nr],
					      rings[ring_place(&ring, r)->kind]);
			nr++;
		}
	}
	qsort(lines, lines_nr, sizeof(*lines), by_time);
	for (i = 0; i < lines_nr; i++) {
		if (lines[i].step)
			print_phase(&lines[i].rec->head, lines[i].step, lines[i].ring);
		else
			print_conn(&lines[i].rec->conn, lines[i].ring);
	}
	fputs("ring", stdout);
	put("written", written);
	put("gone", gone);
	putchar('\n');
	return 0;
}
