// SPDX-License-Identifier: GPL-2.0
/*
 * What the first bytes of a connection were: see first_data.h.
 */
#include "views/first_data.h"

/* TLS 1.3 ends with the client's flight; so does 1.2 if a session is taken up. */
static uint8_t who_finished(const struct synfin_record_conn *s)
{
	return s->tls_version >= 0x0304 || s->tls_flags & SYNFIN_TLS_RESUMED ?
	       SYNFIN_FROM_CLIENT : SYNFIN_FROM_SERVER;
}

/**
 * first_flights() - what passed of TLS
 * @c:		the connection
 * @flight:	to be filled, in their order
 *
 * Return: how many are known.
 */
unsigned int first_flights(const struct conn *c, struct first_flight flight[FIRST_FLIGHTS])
{
	const struct synfin_record_tls *tls = c->tls;
	uint64_t open_ns = c->sum.head.time_ns + c->sum.handshake_ns;
	unsigned int nr = 0;

	if (!tls || c->sum.handshake_ns == SYNFIN_NS_NONE)
		return 0;

	const struct {
		const char *name;
		uint8_t from;
		uint64_t since_ns;
	} all[FIRST_FLIGHTS] = {
		{ "client-hello", SYNFIN_FROM_CLIENT, tls->hello_ns },
		{ "server-hello", SYNFIN_FROM_SERVER, tls->server_hello_ns },
		{ "finished", who_finished(&c->sum), tls->secured_ns },
		{ "request", SYNFIN_FROM_CLIENT, tls->request_ns },
		{ "response", SYNFIN_FROM_SERVER, tls->response_ns },
	};

	for (unsigned int i = 0; i < FIRST_FLIGHTS; i++)
		if (all[i].since_ns != SYNFIN_NS_NONE)
			flight[nr++] = (struct first_flight){
				all[i].name, all[i].from, open_ns + all[i].since_ns,
			};
	return nr;
}
