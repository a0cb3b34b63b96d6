// SPDX-License-Identifier: GPL-2.0
/*
 * What records say of the first bytes of a connection.
 *
 * Pure; see payload.h.
 */
#include "core/payload_private.h"

static __u64 apart(__u64 from_ns, __u64 to_ns)
{
	if (!from_ns || !to_ns)
		return SYNFIN_NS_NONE;
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

/**
 * synfin_payload_tell() - what can be told of first bytes, but for TLS
 * @p:		what was read
 * @open_ns:	when the ACK of the handshake passed
 * @told:	filled
 *
 * Who speaks first does so after the ACK, and the other one after that: of a server that
 * greets, the response comes first.
 */
void synfin_payload_tell(const struct synfin_payload *p, __u64 open_ns,
			 struct synfin_told *told)
{
	__u64 request_ns = p->first_ns[SYNFIN_FROM_CLIENT];
	__u64 response_ns = p->first_ns[SYNFIN_FROM_SERVER];

	told->server_first = p->flags & SYNFIN_PAYLOAD_SERVER_FIRST;
	told->request_ns = apart(told->server_first ? response_ns : open_ns, request_ns);
	told->response_ns = apart(told->server_first ? open_ns : request_ns, response_ns);
	told->protocol = p->protocol;
	told->method = p->method;
	told->status = p->status;
}

/**
 * synfin_payload_told() - say that in the summary of a connection
 * @told:	of synfin_payload_tell()
 * @rec:	the summary
 */
void synfin_payload_told(const struct synfin_told *told, struct synfin_record_conn *rec)
{
	if (told->server_first)
		rec->flags |= SYNFIN_CONN_SERVER_FIRST;
	rec->first_request_ns = told->request_ns;
	rec->first_response_ns = told->response_ns;
	rec->protocol = told->protocol;
	rec->method = told->method;
	rec->status = told->status;
}

/**
 * synfin_payload_summary() - what the summary of a connection says of its first bytes
 * @p:		what was read
 * @open_ns:	when the ACK of the handshake passed
 * @rec:	the summary
 */
void synfin_payload_summary(const struct synfin_payload *p, __u64 open_ns,
			    struct synfin_record_conn *rec)
{
	struct synfin_told told;

	synfin_payload_tell(p, open_ns, &told);
	synfin_payload_told(&told, rec);
	rec->tls_handshake_ns = apart(p->hello_ns, p->secured_ns);
	rec->tls_version = p->tls_version;
	rec->tls_flags = p->tls_flags;
	rec->tls_alert = p->alert;
}

/**
 * synfin_payload_tells_tls() - is there a record of TLS to be written?
 * @p: what was read
 *
 * Return: true if there is.
 */
bool synfin_payload_tells_tls(const struct synfin_payload *p)
{
	return p->protocol == SYNFIN_PROTOCOL_TLS && p->hello_ns;
}

/**
 * synfin_payload_tls() - fill in the record of TLS, but for its head
 * @p:		what was read
 * @open_ns:	when the ACK of the handshake passed
 * @rec:	to be filled
 */
void synfin_payload_tls(const struct synfin_payload *p, __u64 open_ns,
			struct synfin_record_tls *rec)
{
	rec->hello_ns = apart(open_ns, p->hello_ns);
	rec->server_hello_ns = apart(open_ns, p->server_hello_ns);
	rec->secured_ns = apart(open_ns, p->secured_ns);
	rec->request_ns = apart(open_ns, p->app_ns[SYNFIN_FROM_CLIENT]);
	rec->response_ns = apart(open_ns, p->app_ns[SYNFIN_FROM_SERVER]);
	rec->sni_len = p->tls ? p->tls->sni_len : 0;
	rec->alpn_len = p->tls ? p->tls->alpn_len : 0;
	__builtin_memset(rec->reserved, 0, sizeof(rec->reserved));
	__builtin_memset(rec->alpn, 0, sizeof(rec->alpn));
	__builtin_memset(rec->sni, 0, sizeof(rec->sni));
	if (!p->tls)
		return;
	__builtin_memcpy(rec->alpn, p->tls->alpn, rec->alpn_len);
	__builtin_memcpy(rec->sni, p->tls->sni, rec->sni_len);
}
