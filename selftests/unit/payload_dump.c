// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds payload to module/core/payload.c and prints what it has learnt; payload_test.py
 * drives it with what OpenSSL really sends.
 *
 * In: lines "FROM SEQ NOW HEX", FROM being 0 for the client and 1 for the server.
 * Out: one line of JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/payload.h"

static void text(const char *name, const unsigned char *bytes, unsigned int len)
{
	printf(",\"%s\":\"%.*s\"", name, (int)len, (const char *)bytes);
}

static void feed(struct synfin_payload *p, struct synfin_tls *tls, unsigned int from,
		 unsigned int seq, const unsigned char *bytes, unsigned int len,
		 uint64_t now)
{
	unsigned int offset = synfin_payload_begin(p, from, seq, len, now);

	if (offset == len)
		return;
	while (offset < len) {
		unsigned int skipped = synfin_payload_skip(p, from, len - offset);
		unsigned int n = 16;

		offset += skipped;
		if (n > len - offset)
			n = len - offset;
		if (n && synfin_payload_may_be_tls(p, from, bytes[offset]))
			p->tls = tls;
		if (n)
			synfin_payload_feed(p, from, bytes + offset, n, now);
		offset += n;
	}
	synfin_payload_end(p, from, 0);
}

static void print(const struct synfin_payload *p)
{
	printf("{\"app\":%u,\"method\":%u,\"status\":%u,\"version\":%u,\"alert\":%u,",
	       p->protocol, p->method, p->status, p->tls_version, p->alert);
	printf("\"flags\":%u,\"tls\":%u,\"hello\":%" PRIu64 ",\"secured\":%" PRIu64,
	       p->flags & ~SYNFIN_PAYLOAD_NAMES, p->tls_flags,
	       (uint64_t)p->hello_ns, (uint64_t)p->secured_ns);
	printf(",\"server_hello\":%" PRIu64, (uint64_t)p->server_hello_ns);
	printf(",\"app_client\":%" PRIu64 ",\"app_server\":%" PRIu64,
	       (uint64_t)p->app_ns[0], (uint64_t)p->app_ns[1]);
	printf(",\"first_client\":%" PRIu64 ",\"first_server\":%" PRIu64,
	       (uint64_t)p->first_ns[0], (uint64_t)p->first_ns[1]);
	text("sni", p->tls ? p->tls->sni : NULL, p->tls ? p->tls->sni_len : 0);
	text("alpn", p->tls ? p->tls->alpn : NULL, p->tls ? p->tls->alpn_len : 0);
	printf(",\"done\":%d", synfin_payload_is_done(p));
}

static void time(const char *name, uint64_t ns)
{
	printf(",\"%s\":", name);
	if (ns == SYNFIN_NS_NONE)
		printf("null");
	else
		printf("%" PRIu64, ns);
}

/* What the records say, of a connection that opened at 1. */
static void print_records(const struct synfin_payload *p)
{
	struct synfin_record_conn conn = {};
	struct synfin_record_tls tls;

	synfin_payload_summary(p, 1, &conn);
	time("said_request", conn.first_request_ns);
	time("said_response", conn.first_response_ns);
	time("said_secured", conn.tls_handshake_ns);
	printf(",\"said\":[%u,%u,%u,%u,%u,%u],\"said_server_first\":%d", conn.protocol,
	       conn.method, conn.status, conn.tls_version, conn.tls_flags,
	       conn.tls_alert, !!(conn.flags & SYNFIN_CONN_SERVER_FIRST));
	printf(",\"tells_tls\":%d", synfin_payload_tells_tls(p));
	synfin_payload_tls(p, 1, &tls);
	time("tls_hello", tls.hello_ns);
	time("tls_server_hello", tls.server_hello_ns);
	time("tls_secured", tls.secured_ns);
	time("tls_request", tls.request_ns);
	time("tls_response", tls.response_ns);
	text("tls_sni", tls.sni, tls.sni_len);
	text("tls_alpn", tls.alpn, tls.alpn_len);
	puts("}");
}

int main(void)
{
	static unsigned char bytes[1 << 17];
	static char line[1 << 18];
	static struct synfin_tls tls;
	struct synfin_payload p;

	synfin_payload_init(&p, 0, 0, true);
	while (fgets(line, sizeof(line), stdin)) {
		unsigned int from, seq, byte, n = 0;
		uint64_t now;
		int at = 0;

		if (sscanf(line, "%u %u %" SCNu64 " %n", &from, &seq, &now, &at) < 3)
			return 2;
		while (sscanf(line + at + 2 * n, "%2x", &byte) == 1)
			bytes[n++] = byte;
		feed(&p, &tls, from & 1, seq, bytes, n, now);
	}
	print(&p);
	print_records(&p);
	return 0;
}
