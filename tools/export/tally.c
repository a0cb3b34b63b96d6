// SPDX-License-Identifier: GPL-2.0
/*
 * Counts connections. A port gets a row of its own when a connection to it opens,
 * until there are as many as were asked for; ports to which all attempts failed
 * get a quarter of the rows, so that a scan cannot take them. All others share one.
 */
#include <stdlib.h>

#include "export/tally.h"
#include "output/complain.h"
#include "output/util.h"

#define US	1000ull
#define MS	1000000ull
#define S	1000000000ull

/* From a host nearby to the other side of the world, and SYNs sent again. */
#define ROUND_TRIPS {							\
	50 * US, 100 * US, 250 * US, 500 * US, 1 * MS, 2500 * US, 5 * MS,	\
	10 * MS, 25 * MS, 50 * MS, 100 * MS, 250 * MS, 500 * MS, 1 * S,	\
	3 * S, 10 * S }

#define LIVES {								\
	1 * MS, 5 * MS, 10 * MS, 50 * MS, 100 * MS, 500 * MS, 1 * S, 5 * S,	\
	10 * S, 30 * S, 60 * S, 300 * S, 600 * S, 3600 * S, 21600 * S,	\
	86400 * S }

const uint64_t tally_bounds[TALLY_TIMES][TALLY_BUCKETS] = {
	[TALLY_HANDSHAKE] = ROUND_TRIPS,
	[TALLY_SERVER_RTT] = ROUND_TRIPS,
	[TALLY_CLIENT_RTT] = ROUND_TRIPS,
	[TALLY_CLOSE] = ROUND_TRIPS,
	[TALLY_LIFE] = LIVES,
	[TALLY_TLS] = ROUND_TRIPS,
	[TALLY_RESPONSE] = ROUND_TRIPS,
};

/**
 * tally_init() - begin to count
 * @t:		to be filled
 * @limit:	services that get a row of their own, TALLY_SERVICES_MAX at most
 * @by_netns:	tell network namespaces apart
 *
 * Return: 0, or -1 after a message.
 */
int tally_init(struct tally *t, unsigned int limit, bool by_netns)
{
	*t = (struct tally){ .limit = limit, .by_netns = by_netns, .nr = 1 };
	t->service = calloc(limit + 1, sizeof(*t->service));
	return t->service ? 0 : complain("out of memory");
}

/**
 * tally_clean() - free it
 * @t: the counts
 */
void tally_clean(struct tally *t)
{
	free(t->service);
}

static bool opened(const struct synfin_record_conn *c)
{
	return c->opening == SYNFIN_OPEN_ESTABLISHED ||
	       c->opening == SYNFIN_OPEN_SIMULTANEOUS;
}

/* Where in the index a row is, or would be. */
static uint16_t *place_of(struct tally *t, uint16_t port, uint32_t netns)
{
	unsigned int at = (port * 2654435761u ^ netns * 2246822519u) >> 7;
	const struct tally_service *service;

	for (;; at++) {
		at %= ARRAY_SIZE(t->index);
		service = &t->service[t->index[at]];
		if (!t->index[at] || (service->port == port && service->netns == netns))
			return &t->index[at];
	}
}

/**
 * tally_restored() - its rows were filled in, as they had been before
 * @t:		the counts
 * @nr:		rows in use
 * @failed:	services whose row is due to a connection that failed
 */
void tally_restored(struct tally *t, unsigned int nr, unsigned int failed)
{
	t->nr = nr;
	t->failed = failed;
	for (unsigned int i = 1; i < nr; i++)
		*place_of(t, t->service[i].port, t->service[i].netns) = (uint16_t)i;
}

/* Its own row, a new one, or that of all others. */
static struct tally_service *service_of(struct tally *t,
					const struct synfin_record_conn *c)
{
	uint32_t netns = t->by_netns ? c->head.netns : 0;
	uint16_t port = c->head.server_port;
	uint16_t *place = place_of(t, port, netns);
	struct tally_service *service;

	if (*place)
		return &t->service[*place];
	if (t->nr > t->limit || !port)
		return t->service;
	if (!opened(c)) {
		if (t->failed >= (t->limit + 3) / 4 ||
		    c->opening == SYNFIN_OPEN_MIDSTREAM)
			return t->service;
		t->failed++;
	}
	*place = (uint16_t)t->nr;
	service = &t->service[t->nr++];
	service->port = port;
	service->netns = netns;
	return service;
}

static void add_time(struct tally_service *s, enum tally_time kind, uint64_t ns)
{
	struct tally_histogram *h = &s->time[kind];
	unsigned int i = 0;

	if (ns == SYNFIN_NS_NONE)
		return;
	while (i < TALLY_BUCKETS && ns > tally_bounds[kind][i])
		i++;
	h->bucket[i]++;
	h->sum += ns;
}

/**
 * tally_conn() - count a connection
 * @t: the counts
 * @c: its summary
 */
void tally_conn(struct tally *t, const struct synfin_record_conn *c)
{
	struct tally_service *s = service_of(t, c);

	if (c->opening < SYNFIN_OPEN_NR && c->closing < SYNFIN_CLOSE_NR &&
	    c->closed_by < TALLY_BY)
		s->conns[c->opening][c->closing][c->closed_by]++;
	if (c->bytes_client != SYNFIN_BYTES_NONE)
		s->bytes[SYNFIN_FROM_CLIENT] += c->bytes_client;
	if (c->bytes_server != SYNFIN_BYTES_NONE)
		s->bytes[SYNFIN_FROM_SERVER] += c->bytes_server;
	if (c->syn_count > 1)
		s->repeats[SYNFIN_FROM_CLIENT] += c->syn_count - 1u;
	if (c->syn_ack_count > 1)
		s->repeats[SYNFIN_FROM_SERVER] += c->syn_ack_count - 1u;
	s->unaccepted += !!(c->flags & SYNFIN_CONN_UNACCEPTED);
	if (c->drop_reason < SYNFIN_DROP_NR)
		s->drops[c->drop_reason] += c->drop_count;
	add_time(s, TALLY_HANDSHAKE, c->handshake_ns);
	add_time(s, TALLY_SERVER_RTT, c->server_rtt_ns);
	add_time(s, TALLY_CLIENT_RTT, c->client_rtt_ns);
	add_time(s, TALLY_CLOSE, c->close_ns);
	add_time(s, TALLY_LIFE, c->duration_ns);
	add_time(s, TALLY_TLS, c->tls_handshake_ns);
	add_time(s, TALLY_RESPONSE, c->first_response_ns);
}
