// SPDX-License-Identifier: GPL-2.0
/*
 * The part of a connection's object that its first bytes tell: see json_first.h.
 */
#include "output/fmt.h"
#include "output/words_first.h"
#include "views/first_data.h"
#include "views/json_first.h"

static char *put_null(char *p)
{
	return FMT_LITERAL(p, "null");
}

static char *put_ns(char *p, uint64_t ns)
{
	return ns == SYNFIN_NS_NONE ? put_null(p) : fmt_u64(p, ns);
}

static char *put_word(char *p, const struct word *word)
{
	*p++ = '"';
	p = word_copy(p, word);
	*p++ = '"';
	return p;
}

static char *put_text(char *p, const char *text)
{
	if (!text)
		return put_null(p);
	*p++ = '"';
	p = fmt_text(p, text);
	*p++ = '"';
	return p;
}

static char *put_bool(char *p, bool known, bool value)
{
	if (!known)
		return put_null(p);
	return value ? FMT_LITERAL(p, "true") : FMT_LITERAL(p, "false");
}

static char *put_words(char *p, const struct synfin_record_conn *s)
{
	bool server_first = s->flags & SYNFIN_CONN_SERVER_FIRST;
	bool any = s->first_request_ns != SYNFIN_NS_NONE ||
		   s->first_response_ns != SYNFIN_NS_NONE;

	p = FMT_LITERAL(p, ",\"protocol\":");
	p = s->protocol ? put_word(p, word_protocol(s->protocol)) : put_null(p);
	p = FMT_LITERAL(p, ",\"method\":");
	p = s->method ? put_word(p, word_method(s->method)) : put_null(p);
	p = FMT_LITERAL(p, ",\"status\":");
	p = s->status ? fmt_u64(p, s->status) : put_null(p);
	p = FMT_LITERAL(p, ",\"first_by\":");
	p = put_text(p, !any ? NULL : server_first ? "server" : "client");
	p = FMT_LITERAL(p, ",\"first_request_ns\":");
	p = put_ns(p, s->first_request_ns);
	p = FMT_LITERAL(p, ",\"first_response_ns\":");
	return put_ns(p, s->first_response_ns);
}

static char *put_alert(char *p, const struct synfin_record_conn *s)
{
	bool alert = s->tls_flags & SYNFIN_TLS_ALERT;
	bool server = s->tls_flags & SYNFIN_TLS_ALERT_SERVER;

	p = FMT_LITERAL(p, ",\"tls_alert\":");
	p = alert && s->tls_alert ? fmt_u64(p, s->tls_alert) : put_null(p);
	p = FMT_LITERAL(p, ",\"tls_alert_name\":");
	p = put_text(p, alert ? word_alert(s->tls_alert) : NULL);
	p = FMT_LITERAL(p, ",\"tls_alert_by\":");
	return put_text(p, !alert ? NULL : server ? "server" : "client");
}

static char *put_tls(char *p, const struct synfin_record_conn *s)
{
	bool hellos = s->tls_flags & SYNFIN_TLS_HELLOS;

	p = FMT_LITERAL(p, ",\"tls_version\":");
	if (s->tls_version) {
		*p++ = '"';
		p = word_tls_version(p, s->tls_version);
		*p++ = '"';
	} else {
		p = put_null(p);
	}
	p = FMT_LITERAL(p, ",\"tls_resumed\":");
	p = put_bool(p, hellos, s->tls_flags & SYNFIN_TLS_RESUMED);
	p = FMT_LITERAL(p, ",\"tls_retry\":");
	p = put_bool(p, hellos, s->tls_flags & SYNFIN_TLS_RETRY);
	p = FMT_LITERAL(p, ",\"tls_client_cert\":");
	p = put_bool(p, s->tls_flags & SYNFIN_TLS_CERT_KNOWN,
		     s->tls_flags & SYNFIN_TLS_CERT_ASKED);
	p = put_alert(p, s);
	p = FMT_LITERAL(p, ",\"tls_handshake_ns\":");
	return put_ns(p, s->tls_handshake_ns);
}

/* What is in a name is letters, digits and -._/, or a question mark. */
static char *put_name(char *p, const uint8_t *name, unsigned int len)
{
	if (!len)
		return put_null(p);
	*p++ = '"';
	for (unsigned int i = 0; i < len; i++)
		*p++ = name[i] > ' ' && name[i] < 0x7f && name[i] != '"' &&
		       name[i] != '\\' ? (char)name[i] : '?';
	*p++ = '"';
	return p;
}

static char *put_flights(char *p, const struct conn *c)
{
	struct first_flight flight[FIRST_FLIGHTS];
	unsigned int nr = first_flights(c, flight);

	p = FMT_LITERAL(p, ",\"tls_flights\":[");
	for (unsigned int i = 0; i < nr; i++) {
		if (i)
			*p++ = ',';
		p = FMT_LITERAL(p, "{\"flight\":");
		p = put_text(p, flight[i].name);
		p = FMT_LITERAL(p, ",\"from\":");
		p = put_word(p, word_from(flight[i].from));
		p = FMT_LITERAL(p, ",\"t_ns\":");
		p = fmt_u64(p, flight[i].time_ns - c->sum.head.time_ns);
		*p++ = '}';
	}
	*p++ = ']';
	return p;
}

/* Of most nothing was looked at: then it is one piece. */
static char *put_nothing(char *p, bool bare)
{
	p = FMT_LITERAL(p, ",\"protocol\":null,\"method\":null,\"status\":null"
			",\"first_by\":null,\"first_request_ns\":null"
			",\"first_response_ns\":null,\"tls_version\":null"
			",\"tls_resumed\":null,\"tls_retry\":null"
			",\"tls_client_cert\":null,\"tls_alert\":null"
			",\"tls_alert_name\":null,\"tls_alert_by\":null"
			",\"tls_handshake_ns\":null,\"tls_request_ns\":null"
			",\"tls_response_ns\":null,\"sni\":null,\"alpn\":null");
	return bare ? p : FMT_LITERAL(p, ",\"tls_flights\":[]");
}

/**
 * json_first() - append what the first bytes of a connection tell
 * @p:	where to; there is room for JSON_FIRST_ROOM
 * @c:	the connection
 * @bare: without the flights
 *
 * Return: the end.
 */
char *json_first(char *p, const struct conn *c, bool bare)
{
	const struct synfin_record_tls *tls = c->tls;

	if (c->sum.protocol == SYNFIN_PROTOCOL_NONE && !tls &&
	    c->sum.first_request_ns == SYNFIN_NS_NONE &&
	    c->sum.first_response_ns == SYNFIN_NS_NONE)
		return put_nothing(p, bare);
	p = put_words(p, &c->sum);
	p = put_tls(p, &c->sum);
	p = FMT_LITERAL(p, ",\"tls_request_ns\":");
	p = put_ns(p, tls ? first_span(tls->secured_ns, tls->request_ns) : SYNFIN_NS_NONE);
	p = FMT_LITERAL(p, ",\"tls_response_ns\":");
	p = put_ns(p, tls ? first_span(tls->request_ns, tls->response_ns) : SYNFIN_NS_NONE);
	p = FMT_LITERAL(p, ",\"sni\":");
	p = put_name(p, tls ? tls->sni : NULL, tls ? tls->sni_len : 0);
	p = FMT_LITERAL(p, ",\"alpn\":");
	p = put_name(p, tls ? tls->alpn : NULL, tls ? tls->alpn_len : 0);
	return bare ? p : put_flights(p, c);
}
