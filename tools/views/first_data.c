// SPDX-License-Identifier: GPL-2.0
/*
 * What the first bytes of a connection were: see first_data.h.
 */
#include <stdio.h>
#include <string.h>

#include "output/fmt.h"
#include "output/words_first.h"
#include "views/first_data.h"

/* Of an answer's time, what the way there and back takes, as the SYN-ACK has shown. */
static uint64_t on_the_way(const struct synfin_record_conn *s, uint64_t answer_ns)
{
	if (s->server_rtt_ns == SYNFIN_NS_NONE || answer_ns == SYNFIN_NS_NONE)
		return 0;
	return s->server_rtt_ns < answer_ns ? s->server_rtt_ns : answer_ns;
}

/* Whose time it is mostly. */
static bool is_applications(const struct synfin_record_conn *s, uint64_t answer_ns)
{
	return answer_ns - on_the_way(s, answer_ns) > on_the_way(s, answer_ns);
}

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

static void name_answer(struct first_step *step, const struct synfin_record_conn *s,
			uint64_t ns)
{
	step->full = is_applications(s, ns) ? "the application" : "the server's side";
	step->brief = is_applications(s, ns) ? "app" : "server";
}

/* In the clear: who speaks first, and who answers. */
static unsigned int plain_steps(const struct conn *c, struct first_step step[FIRST_STEPS])
{
	const struct synfin_record_conn *s = &c->sum;
	uint64_t at = s->head.time_ns + s->handshake_ns;
	bool server_first = s->flags & SYNFIN_CONN_SERVER_FIRST;
	unsigned int nr = 0;

	for (unsigned int i = 0; i < 2; i++) {
		bool server = i ? !server_first : server_first;
		uint64_t ns = server ? s->first_response_ns : s->first_request_ns;
		struct first_step *next = &step[nr];

		if (ns == SYNFIN_NS_NONE)
			break;
		at += ns;
		*next = (struct first_step){
			.from = server ? SYNFIN_FROM_SERVER : SYNFIN_FROM_CLIENT,
			.time_ns = at,
		};
		if (server)
			name_answer(next, s, ns);
		if (server && s->status)
			snprintf(next->name, sizeof(next->name), "%u", s->status);
		else if (!server && s->method)
			strcpy(next->name, word_method(s->method)->text);
		else
			strcpy(next->name, !server ? "request" :
			       server_first ? "greeting" : "response");
		nr++;
	}
	return nr;
}

/**
 * first_steps() - what a ladder draws of the first bytes
 * @c:		the connection
 * @step:	to be filled, in their order
 *
 * Return: how many there are.
 */
unsigned int first_steps(const struct conn *c, struct first_step step[FIRST_STEPS])
{
	static const char *const names[] = { "ClientHello", "ServerHello", "Finished" };
	struct first_flight flight[FIRST_FLIGHTS];
	unsigned int nr;

	if (c->sum.protocol == SYNFIN_PROTOCOL_NONE ||
	    c->sum.handshake_ns == SYNFIN_NS_NONE)
		return 0;
	nr = first_flights(c, flight);
	if (!nr)
		return plain_steps(c, step);
	for (unsigned int i = 0; i < nr; i++) {
		bool hello = !strcmp(flight[i].name, "client-hello");
		const char *name = hello ? names[0] :
				   !strcmp(flight[i].name, "server-hello") ? names[1] :
				   !strcmp(flight[i].name, "finished") ? names[2] :
				   flight[i].name;
		bool response = !strcmp(name, "response");
		bool tls = name == names[1] || name == names[2];

		step[i] = (struct first_step){
			.from = flight[i].from,
			.time_ns = flight[i].time_ns,
			.full = tls ? "TLS" : NULL,
			.brief = tls ? "TLS" : NULL,
		};
		if (response)
			name_answer(&step[i], &c->sum,
				    first_span(c->tls->request_ns, c->tls->response_ns));
		strcpy(step[i].name, name);
	}
	return nr;
}

static void append(char *text, size_t size, const char *what, uint64_t ns, bool ascii)
{
	size_t used = strlen(text);
	char number[FMT_ROOM];

	if (ns == SYNFIN_NS_NONE)
		return;
	*fmt_long_duration(number, ns, ascii) = '\0';
	snprintf(text + used, size - used, "%s%s %.20s", used ? ", " : "", what, number);
}

/**
 * first_spent() - where the time went
 * @c:		the connection
 * @ascii:	no character beyond ASCII
 * @text:	filled in: network, TLS, application; empty if it is not known
 * @size:	of @text
 *
 * An answer has been on its way for as long as the SYN-ACK was: that is the network's, and
 * what is more the application's.
 */
void first_spent(const struct conn *c, bool ascii, char *text, size_t size)
{
	const struct synfin_record_conn *s = &c->sum;
	uint64_t answer = s->first_response_ns, network = s->handshake_ns;

	*text = '\0';
	if (s->protocol == SYNFIN_PROTOCOL_NONE)
		return;
	if (s->protocol == SYNFIN_PROTOCOL_TLS)
		answer = c->tls ? first_span(c->tls->request_ns, c->tls->response_ns) :
			 SYNFIN_NS_NONE;
	if (network != SYNFIN_NS_NONE)
		network += on_the_way(s, answer);
	append(text, size, "network", network, ascii);
	append(text, size, "TLS", s->tls_handshake_ns, ascii);
	if (answer != SYNFIN_NS_NONE)
		append(text, size, "application", answer - on_the_way(s, answer), ascii);
}

/**
 * first_alert() - what went wrong in TLS
 * @c:		the connection
 * @text:	filled in; empty if nothing did
 * @size:	of @text
 */
void first_alert(const struct conn *c, char *text, size_t size)
{
	const struct synfin_record_conn *s = &c->sum;
	const char *name = word_alert(s->tls_alert);
	const char *by = s->tls_flags & SYNFIN_TLS_ALERT_SERVER ? "server" : "client";

	*text = '\0';
	if (!(s->tls_flags & SYNFIN_TLS_ALERT))
		return;
	if (name)
		snprintf(text, size, "TLS alert by the %s: %s", by, name);
	else
		snprintf(text, size, "TLS alert by the %s", by);
}
