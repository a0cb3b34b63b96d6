// SPDX-License-Identifier: GPL-2.0
/*
 * What the first bytes of a captured connection say: see first_bytes.h.
 *
 * In: segments that the phase machine took for the connection's. Only what has been
 * seen to open has first bytes, and only as much of them as the capture holds.
 */
#include <stdlib.h>

#include "sources/first_bytes.h"

/* Both initial numbers are known, so it is known which byte is the first. */
static bool begin(struct first_bytes *f, const struct synfin_conn *conn, bool names)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	if (!(client->flags & server->flags & SYNFIN_END_ISN) ||
	    conn->flags & SYNFIN_FLAG_SELF)
		return false;
	f->payload = malloc(sizeof(*f->payload));
	if (!f->payload)
		return false;
	synfin_payload_init(f->payload, client->isn + 1, server->isn + 1, names);
	if (conn->flags & SYNFIN_FLAG_SYN_DATA &&
	    client->flags & SYNFIN_END_UNA && client->una - client->isn > 1)
		synfin_payload_early(f->payload, conn->open_ns);
	return true;
}

static void read_payload(struct synfin_payload *p, unsigned int from,
			 const struct captured *c)
{
	uint32_t len = c->seg.len, offset;

	offset = synfin_payload_begin(p, from, c->seg.seq, len, c->ns);
	if (offset == len)
		return;
	while (offset < c->room) {
		uint32_t skipped = synfin_payload_skip(p, from, c->room - offset);

		offset += skipped;
		if (skipped)
			continue;
		if (synfin_payload_may_be_tls(p, from, c->payload[offset]))
			p->tls = calloc(1, sizeof(*p->tls));
		synfin_payload_feed(p, from, c->payload + offset, c->room - offset,
				    c->ns);
		offset = c->room;
	}
	synfin_payload_end(p, from, len - offset);
}

/* FTP's control connection goes on being read; without memory, but for lines that are cut. */
static void listen_on(struct synfin_payload *p)
{
	free(p->tls);
	p->lines = calloc(1, sizeof(*p->lines));
	p->flags |= SYNFIN_PAYLOAD_LISTENS;
}

/**
 * first_bytes_segment() - a segment of the connection
 * @f:		what was read so far
 * @conn:	the connection
 * @c:		the segment
 * @names:	keep the names that TLS has
 */
void first_bytes_segment(struct first_bytes *f, const struct synfin_conn *conn,
			 const struct captured *c, bool names)
{
	const struct synfin_segment *seg = &c->seg;
	bool by_client;

	if (f->over || !seg->len || !conn->open_ns ||
	    (seg->kind != SYNFIN_KIND_PLAIN && seg->kind != SYNFIN_KIND_FIN))
		return;
	if (!f->payload && !begin(f, conn, names)) {
		f->over = true;
		return;
	}
	by_client = seg->sport == conn->client_port &&
		    synfin_same_addr(&seg->src, &conn->client);
	read_payload(f->payload, by_client ? SYNFIN_FROM_CLIENT : SYNFIN_FROM_SERVER, c);
	if (!synfin_payload_is_done(f->payload))
		return;
	f->over = true;
	if (f->payload->protocol == SYNFIN_PROTOCOL_FTP)
		listen_on(f->payload);
	if (names || f->payload->flags & SYNFIN_PAYLOAD_LISTENS)
		return;
	free(f->payload->tls);
	f->payload->tls = NULL;
}

/**
 * first_bytes_free() - free it
 * @f: what was read
 */
void first_bytes_free(struct first_bytes *f)
{
	if (f->payload)
		free(f->payload->tls);
	free(f->payload);
	*f = (struct first_bytes){ .over = true };
}
