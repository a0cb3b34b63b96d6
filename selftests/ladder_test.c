// SPDX-License-Identifier: GPL-2.0
/*
 * What `synfin ladder` draws, of connections made by hand. TAP on stdout; with
 * -v the drawings too.
 *
 *	scripts/check compiles it with the reader's views
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include "core/wire.h"
#include "views/view_ladder.h"

#define X 2779762238u
#define Y 4263588410u

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull

#define C SYNFIN_FROM_CLIENT
#define V SYNFIN_FROM_SERVER

#define FIN SYNFIN_TCP_FIN
#define SYN SYNFIN_TCP_SYN
#define RST SYNFIN_TCP_RST
#define ACK SYNFIN_TCP_ACK

#define ROOM 16384

static struct step phases[32];
static struct conn conn;
static unsigned int count;
static bool verbose;
static bool ok;
static char drawn[ROOM];

/* A connection that has no phases yet. */
static void begin(enum synfin_open opening, enum synfin_close closing,
		  enum synfin_closed_by by)
{
	struct synfin_record_conn *sum = &conn.sum;

	memset(phases, 0, sizeof(phases));
	memset(&conn, 0, sizeof(conn));
	conn.phases = phases;
	conn.ended = true;
	sum->head.family = 4;
	sum->head.client_port = 33812;
	sum->head.server_port = 80;
	inet_pton(AF_INET, "10.0.0.7", sum->head.client);
	inet_pton(AF_INET, "10.0.0.2", sum->head.server);
	sum->opening = opening;
	sum->closing = closing;
	sum->closed_by = by;
	sum->client_isn = X;
	sum->server_isn = Y;
	sum->flags = SYNFIN_CONN_CLIENT_ISN | SYNFIN_CONN_SERVER_ISN;
	sum->duration_ns = SYNFIN_NS_NONE;
	sum->bytes_client = SYNFIN_BYTES_NONE;
	sum->bytes_server = SYNFIN_BYTES_NONE;
}

static struct step *phase(enum synfin_phase which, __u8 from, __u8 flags,
			  __u32 seq, __u32 ack, __u64 since)
{
	struct step *rec = &phases[conn.nr_phases];
	__u64 before = conn.nr_phases ? rec[-1].time_ns : 0;

	rec->phase = which;
	rec->from = from;
	rec->tcp_flags = flags;
	rec->seq = seq;
	rec->ack = flags & ACK ? ack : 0;
	rec->count = 1;
	rec->since_ns = since;
	rec->time_ns = before + (since == SYNFIN_NS_NONE ? 0 : since);
	conn.nr_phases++;
	return rec;
}

static void again(enum synfin_phase which, __u8 from, __u8 flags, __u32 seq,
		  __u32 ack, __u64 since, __u16 nth)
{
	phase(which, from, flags, seq, ack, since)->count = nth;
}

static void handshake(void)
{
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 184 * US);
	phase(SYNFIN_PHASE_ACK, C, ACK, X + 1, Y + 1, 21 * US);
}

static void bytes(__u64 client, __u64 server, __u64 life)
{
	conn.sum.bytes_client = client;
	conn.sum.bytes_server = server;
	conn.sum.duration_ns = life;
}

static void render(const struct ladder_options *opt)
{
	FILE *out = fmemopen(drawn, sizeof(drawn), "w");

	if (!out)
		exit(1);
	ladder_draw(out, &conn, opt);
	fclose(out);
}

static void fail(const char *why, const char *what)
{
	ok = false;
	printf("# %s: %s\n", why, what);
}

static int longest(void)
{
	int most = 0, n = 0;
	const char *p;

	for (p = drawn; *p; p++) {
		n = *p == '\n' ? 0 : n + ((*p & 0xc0) != 0x80);
		most = n > most ? n : most;
	}
	return most;
}

/* The words are in the drawing, in this order. */
static void expect_words(const char * const *words)
{
	const char *at = drawn;

	for (; *words; words++) {
		at = strstr(at, *words);
		if (!at) {
			fail("missing, or not in its place", *words);
			return;
		}
		at += strlen(*words);
	}
}

#define expect(...) expect_words((const char * const []){ __VA_ARGS__, NULL })

static void expect_not(const char *text)
{
	if (strstr(drawn, text))
		fail("should not be there", text);
}

static void show(void)
{
	const char *line = drawn, *end;

	for (; verbose && (end = strchr(line, '\n')); line = end + 1)
		printf("# %.*s\n", (int)(end - line), line);
}

/* Every width in both encodings; leaves the 80 columns of UTF-8. */
static void draw(void)
{
	struct ladder_options opt = { .numeric = true };
	char why[64];
	const char *p;

	for (int ascii = 1; ascii >= 0; ascii--) {
		for (int width = 1; width <= 200; width++) {
			opt.ascii = ascii;
			opt.width = width;
			render(&opt);
			snprintf(why, sizeof(why), "ascii %d, width %d", ascii,
				 width);
			if (longest() > width)
				fail("too wide", why);
			for (p = drawn; ascii && *p; p++)
				if (*p & 0x80)
					fail("not ASCII", why);
		}
	}
	opt.width = 80;
	opt.ascii = true;
	render(&opt);
	show();
	opt.ascii = false;
	render(&opt);
	show();
}

static void draws_three_way(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_THREE_WAY,
	      SYNFIN_BY_CLIENT);
	bytes(18, 148, 12300 * US);
	handshake();
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 19, Y + 149, 11600 * US);
	phase(SYNFIN_PHASE_ACK_1, V, FIN | ACK, Y + 149, X + 20, 90 * US);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 149, X + 20, 0);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 20, Y + 150, 20 * US);
	draw();
	expect("10.0.0.7:33812 → 10.0.0.2:80",
	       "established, three-way close by the client, 12.3 ms", "client",
	       "server", "CLOSED", "LISTEN", "├─", "1", "SYN ", "seq=x ", "─►│",
	       "SYN_SENT", "SYN_RECV", "│◄─", "2", "SYN-ACK", "seq=y ack=x+1 ",
	       "─┤", "+184 µs", "the server's side", "ESTABLISHED", "├─", "3",
	       "ACK", "ack=y+1 ", "─►│", "+21 µs", "the client's side",
	       "ESTABLISHED", "18 bytes ──►   ◄── 148 bytes", "+11.6 ms", "├─",
	       "1", "FIN ", "seq=x+19 ", "FIN_WAIT_1", "CLOSE_WAIT", "│◄─",
	       "2+3", "FIN, ACK", "seq=y+149 ack=x+20 ", "+90",
	       "in one segment", "TIME_WAIT", "LAST_ACK", "├─", "4", "ACK",
	       "ack=y+150 ", "TIME_WAIT", "CLOSED",
	       "x = 2779762238   y = 4263588410");
}

static void close_three_way(void)
{
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 19, Y + 149, 11600 * US);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 149, X + 20, 90 * US);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 20, Y + 150, 20 * US);
}

static void draws_http(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_THREE_WAY,
	      SYNFIN_BY_CLIENT);
	bytes(18, 148, 12300 * US);
	handshake();
	conn.sum.handshake_ns = 205 * US;
	conn.sum.protocol = SYNFIN_PROTOCOL_HTTP1;
	conn.sum.method = SYNFIN_METHOD_GET;
	conn.sum.status = 404;
	conn.sum.first_request_ns = 30 * US;
	conn.sum.first_response_ns = 11 * MS;
	conn.sum.server_rtt_ns = 184 * US;
	conn.sum.tls_handshake_ns = SYNFIN_NS_NONE;
	close_three_way();
	draw();
	expect("3", "ACK", "├─", " GET ", "─►│", "+30 µs", "│◄─", " 404 ",
	       "─┤", "+11.0 ms", "the application", "18 bytes", "+570 µs", "FIN ", "CLOSED",
	       "network 389 µs, application 10.8 ms");
}

static void draws_tls(void)
{
	static struct synfin_record_tls tls = {
		.hello_ns = 30 * US, .server_hello_ns = 1 * MS, .secured_ns = 2 * MS,
		.request_ns = 3 * MS, .response_ns = 11 * MS,
	};

	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_THREE_WAY,
	      SYNFIN_BY_CLIENT);
	bytes(18, 148, 12300 * US);
	handshake();
	conn.tls = &tls;
	conn.sum.handshake_ns = 205 * US;
	conn.sum.protocol = SYNFIN_PROTOCOL_TLS;
	conn.sum.tls_version = 0x0304;
	conn.sum.tls_handshake_ns = 1970 * US;
	conn.sum.server_rtt_ns = 184 * US;
	close_three_way();
	draw();
	expect("3", "ACK", "├─", " ClientHello ", "─►│", "│◄─", " ServerHello ",
	       "─┤", "+970 µs", "TLS", "├─", " Finished ", "─►│", "+1.00 ms",
	       "├─", " request ", "│◄─", " response ", "+8.00 ms",
	       "the application", "18 bytes", "FIN ",
	       "network 389 µs, TLS 1.97 ms, application 7.82 ms");
	conn.sum.tls_flags = SYNFIN_TLS_ALERT;
	conn.sum.tls_alert = 48;
	draw();
	expect("TLS alert by the client: unknown_ca");
}

static void draws_three_way_in_one_record(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_THREE_WAY,
	      SYNFIN_BY_CLIENT);
	bytes(18, 148, 12300 * US);
	handshake();
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 19, Y + 149, 11600 * US);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 149, X + 20, 90 * US);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 20, Y + 150, 20 * US);
	draw();
	expect("2+3", "FIN, ACK", "TIME_WAIT", "LAST_ACK", "4", "ACK",
	       "TIME_WAIT", "CLOSED");
}

static void draws_four_way_by_server(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_FOUR_WAY, SYNFIN_BY_SERVER);
	bytes(1204, 1234567, 1200 * MS);
	handshake();
	phase(SYNFIN_PHASE_FIN_1, V, FIN | ACK, Y + 1234568, X + 1205, 1 * S);
	phase(SYNFIN_PHASE_ACK_1, C, ACK, X + 1205, Y + 1234569, 40 * US);
	phase(SYNFIN_PHASE_FIN_2, C, FIN | ACK, X + 1205, Y + 1234569,
	      199 * MS);
	phase(SYNFIN_PHASE_ACK_2, V, ACK, Y + 1234569, X + 1206, 190 * US);
	draw();
	expect("four-way close by the server, 1.20 s", "1,204 bytes",
	       "1,234,567 bytes", "│◄─", "1", "FIN ", "seq=y+1234568 ",
	       "CLOSE_WAIT", "FIN_WAIT_1", "├─", "2", "ACK", "ack=y+1234569",
	       "FIN_WAIT_2", "├─", "3", "FIN ", "seq=x+1205", "half closed",
	       "LAST_ACK", "TIME_WAIT", "│◄─", "4", "ACK", "ack=x+1206",
	       "CLOSED", "TIME_WAIT");
	expect_not("FIN, ACK");
}

static void draws_unanswered(void)
{
	begin(SYNFIN_OPEN_UNANSWERED, SYNFIN_CLOSE_NONE, SYNFIN_BY_NOBODY);
	conn.sum.flags = SYNFIN_CONN_CLIENT_ISN;
	conn.sum.syn_count = 3;
	conn.sum.duration_ns = 123 * S;
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	again(SYNFIN_PHASE_SYN, C, SYN, X, 0, 1 * S, 2);
	again(SYNFIN_PHASE_SYN, C, SYN, X, 0, 2 * S, 3);
	phase(SYNFIN_PHASE_TIMEOUT, V, 0, 0, 0, 120 * S);
	draw();
	expect("unanswered, 3 SYN, 123 s", "CLOSED", "?", "SYN ", "seq=x ",
	       "SYN_SENT", "SYN (2nd)", "+1.00 s", "sent again", "SYN (3rd)",
	       "+2.00 s", "│◄┄", "2", "SYN-ACK ?", "┄│", "+120 s", "never came",
	       "SYN_SENT", "?", "x = ");
	expect_not("y = ");
	expect_not("SYN_RECV");
	expect_not("LISTEN");
}

static void draws_unacknowledged(void)
{
	begin(SYNFIN_OPEN_UNACKNOWLEDGED, SYNFIN_CLOSE_NONE, SYNFIN_BY_NOBODY);
	conn.sum.syn_ack_count = 2;
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 184 * US);
	again(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 1 * S, 2);
	phase(SYNFIN_PHASE_TIMEOUT, C, 0, 0, 0, 60 * S);
	draw();
	expect("unacknowledged, 2 SYN-ACK", "SYN_SENT", "SYN_RECV",
	       "SYN-ACK (2nd)", "3", "ACK ?", "┄►│", "+60.0 s", "never came",
	       "SYN_SENT", "SYN_RECV");
	expect_not("ESTABLISHED");
}

static void draws_refused(void)
{
	begin(SYNFIN_OPEN_REFUSED, SYNFIN_CLOSE_NONE, SYNFIN_BY_NOBODY);
	conn.sum.flags = SYNFIN_CONN_CLIENT_ISN;
	conn.sum.duration_ns = 160 * US;
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_RST, V, RST | ACK, 0, X + 1, 160 * US);
	draw();
	expect("refused, 160 µs", "CLOSED", "CLOSED", "SYN ", "SYN_SENT", "│◄─",
	       "RST", "seq=0 ack=x+1", "+160 µs", "the server's side", "CLOSED",
	       "CLOSED");
}

static void draws_unreachable(void)
{
	begin(SYNFIN_OPEN_UNREACHABLE, SYNFIN_CLOSE_NONE, SYNFIN_BY_NOBODY);
	conn.sum.flags = SYNFIN_CONN_CLIENT_ISN;
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_RST, V, 0, X, 0, 3 * MS);
	draw();
	expect("unreachable", "CLOSED", "?", "SYN_SENT", "│◄─", "ICMP error",
	       "+3.00 ms", "from the network", "CLOSED", "?");
}

static void draws_reset(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_RESET, SYNFIN_BY_SERVER);
	bytes(77, SYNFIN_BYTES_NONE, 14 * MS);
	conn.sum.flags |= SYNFIN_CONN_BYTES_PARTIAL;
	handshake();
	phase(SYNFIN_PHASE_RST, V, RST, Y + 1, 0, 13800 * US);
	draw();
	expect("reset by the server, 14.0 ms", "ESTABLISHED",
	       "at least: 77 bytes ──►   ◄── ? bytes", "+13.8 ms", "│◄─", "RST",
	       "seq=y+1 ", "CLOSED", "CLOSED");
}

static void draws_reset_after_fin(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_RESET, SYNFIN_BY_CLIENT);
	bytes(5, 0, 9 * MS);
	conn.sum.fin_count = 1;
	handshake();
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 6, Y + 1, 8 * MS);
	phase(SYNFIN_PHASE_RST, C, RST | ACK, X + 7, Y + 1, 1 * MS);
	draw();
	expect("reset by the client after 1 FIN", "FIN_WAIT_1", "├─", "RST",
	       "+1.00 ms", "the client's side", "CLOSED", "CLOSED");
}

static void draws_forged_reset(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_THREE_WAY,
	      SYNFIN_BY_CLIENT);
	bytes(18, 148, 12300 * US);
	handshake();
	phase(SYNFIN_PHASE_RST, V, RST, Y + 30, 0, 2 * MS);
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 19, Y + 149, 9600 * US);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 149, X + 20, 90 * US);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 20, Y + 150, 20 * US);
	draw();
	expect("ESTABLISHED", "RST", "not believed", "18 bytes", "+9.60 ms",
	       "FIN", "FIN_WAIT_1", "CLOSE_WAIT", "TIME_WAIT", "CLOSED");
}

/* It came before the ACK that it had overtaken, and the other end's socket was gone, too. */
static void draws_reset_by_both(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_RESET, SYNFIN_BY_SERVER);
	conn.sum.fin_count = 1;
	handshake();
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 6, Y + 1, 8 * MS);
	phase(SYNFIN_PHASE_RST, V, RST | ACK, Y + 101, X + 7, 1 * MS);
	phase(SYNFIN_PHASE_ACK_1, V, ACK, Y + 1, X + 7, 2 * MS);
	phase(SYNFIN_PHASE_RST, C, RST, X + 7, 0, 100 * US);
	phases[conn.nr_phases - 1].count = 2;
	draw();
	expect("reset by the server", "RST", "the server's side", "RST",
	       "the client's side");
	expect_not("not believed");
	expect_not("sent again");
}

static void draws_half_closed(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_HALF_CLOSED,
	      SYNFIN_BY_CLIENT);
	bytes(18, 148, 600 * S);
	handshake();
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 19, Y + 149, 11 * MS);
	phase(SYNFIN_PHASE_ACK_1, V, ACK, Y + 149, X + 20, 90 * US);
	phase(SYNFIN_PHASE_TIMEOUT, V, 0, 0, 0, 600 * S);
	draw();
	expect("half-closed by the client, 600 s", "FIN_WAIT_1", "CLOSE_WAIT",
	       "2", "ACK", "FIN_WAIT_2", "│◄┄", "3", "FIN ?", "+600 s",
	       "never came", "FIN_WAIT_2", "CLOSE_WAIT");
}

static void draws_simultaneous_close(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_SIMULTANEOUS,
	      SYNFIN_BY_BOTH);
	bytes(0, 1, 3 * MS);
	handshake();
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 1, Y + 2, 2 * MS);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 2, X + 1, 10 * US);
	phase(SYNFIN_PHASE_ACK_1, V, ACK, Y + 3, X + 2, 80 * US);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 2, Y + 3, 12 * US);
	draw();
	expect("simultaneous close", "0 bytes", "1 byte", "├─", "1", "FIN",
	       "FIN_WAIT_1", "│◄─", "3", "FIN", "crossed", "CLOSING",
	       "FIN_WAIT_1", "│◄─", "2", "ACK", "TIME_WAIT", "CLOSING", "├─",
	       "4", "ACK", "TIME_WAIT", "TIME_WAIT");
	expect_not("CLOSE_WAIT");
	expect_not("FIN, ACK");
}

static void draws_simultaneous_open(void)
{
	begin(SYNFIN_OPEN_SIMULTANEOUS, SYNFIN_CLOSE_OPEN, SYNFIN_BY_NOBODY);
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_SYN, V, SYN, Y, 0, 5 * US);
	phase(SYNFIN_PHASE_SYN_ACK, C, SYN | ACK, X, Y + 1, 9 * US);
	phase(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 90 * US);
	draw();
	expect("simultaneous open, still open", "CLOSED", "CLOSED", "├─", "1",
	       "SYN ", "SYN_SENT", "│◄─", "1", "SYN ", "crossed", "SYN_RECV",
	       "SYN_SENT", "├─", "2", "SYN-ACK", "SYN-ACK", "still open",
	       "ESTABLISHED", "ESTABLISHED");
}

static void draws_syn_ack_repeated(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_EVICTED, SYNFIN_BY_NOBODY);
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 184 * US);
	again(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 1 * S, 2);
	phase(SYNFIN_PHASE_ACK, C, ACK, X + 1, Y + 1, 21 * US);
	draw();
	expect("established, evicted", "SYN_SENT", "SYN_RECV", "SYN-ACK ",
	       "SYN-ACK (2nd)", "sent again", "ESTABLISHED", "ACK",
	       "dropped for room", "ESTABLISHED", "ESTABLISHED");
}

static void draws_aborted(void)
{
	begin(SYNFIN_OPEN_ABORTED, SYNFIN_CLOSE_NONE, SYNFIN_BY_CLIENT);
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 184 * US);
	phase(SYNFIN_PHASE_RST, C, RST, X + 1, 0, 21 * US);
	draw();
	expect("aborted by the client", "SYN_SENT", "SYN_RECV", "├─", "RST",
	       "seq=x+1 ", "CLOSED", "LISTEN");
	expect_not("ESTABLISHED");
}

static void draws_ipv6(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_OPEN, SYNFIN_BY_NOBODY);
	conn.sum.head.family = 6;
	inet_pton(AF_INET6, "2001:db8:1234:5678:9abc:def0:1234:5678",
		  conn.sum.head.client);
	inet_pton(AF_INET6, "2001:db8:1234:5678:9abc:def0:1234:9999",
		  conn.sum.head.server);
	handshake();
	draw();
	expect("[2001:db8:1234:5678:9abc:def0:1234:5678]:33812 →\n",
	       "  [2001:db8:1234:5678:9abc:def0:1234:9999]:80",
	       "established, still open", "ESTABLISHED", "still open");
}

static void draws_midstream(void)
{
	begin(SYNFIN_OPEN_MIDSTREAM, SYNFIN_CLOSE_FOUR_WAY, SYNFIN_BY_CLIENT);
	conn.sum.flags = SYNFIN_CONN_FLIPPED;
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X, Y, SYNFIN_NS_NONE)->len = 700;
	phase(SYNFIN_PHASE_ACK_1, V, ACK, Y, X + 701, 80 * US);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y, X + 701, 80 * US);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 701, Y + 1, 80 * US);
	draw();
	expect("midstream, four-way close by the client", "ESTABLISHED",
	       "ESTABLISHED", "bytes not known", "FIN ",
	       "seq=2779762238 len=700 ", "FIN_WAIT_1", "CLOSE_WAIT",
	       "ack=2779762939", "FIN_WAIT_2", "LAST_ACK", "CLOSED",
	       "is a guess");
	expect_not("x+");
	expect_not("x = ");
}

static void draws_overwritten(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_FOUR_WAY, SYNFIN_BY_CLIENT);
	conn.lost_phases = 5;
	bytes(18, 148, 12300 * US);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 149, X + 20, 90 * US);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 20, Y + 150, 20 * US);
	draw();
	expect("FIN_WAIT_2", "CLOSE_WAIT", "3", "FIN ", "TIME_WAIT", "LAST_ACK",
	       "4", "ACK", "TIME_WAIT", "CLOSED",
	       "5 phases missing, overwritten in the ring");
}

static void draws_nothing_left(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_FOUR_WAY, SYNFIN_BY_CLIENT);
	conn.lost_phases = 7;
	draw();
	expect("four-way close by the client", "?", "?", "7 phases missing");
}

static void draws_fin_repeated(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_THREE_WAY, SYNFIN_BY_CLIENT);
	bytes(0, 0, 5 * S);
	handshake();
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 1, Y + 1, 1 * S);
	again(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 1, Y + 1, 200 * MS, 2);
	phase(SYNFIN_PHASE_ACK_1, V, FIN | ACK, Y + 1, X + 2, 90 * US);
	phase(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 1, X + 2, 0);
	again(SYNFIN_PHASE_FIN_2, V, FIN | ACK, Y + 1, X + 2, 210 * MS, 2);
	phase(SYNFIN_PHASE_ACK_2, C, ACK, X + 2, Y + 2, 20 * US);
	draw();
	expect("├─", "FIN ", "FIN_WAIT_1", "FIN (2nd)", "CLOSE_WAIT", "2+3",
	       "FIN, ACK ", "LAST_ACK", "FIN, ACK (2nd)", "TIME_WAIT", "4",
	       "ACK", "TIME_WAIT", "CLOSED");
}

static void draws_fin_with_the_third_segment(void)
{
	begin(SYNFIN_OPEN_ESTABLISHED, SYNFIN_CLOSE_OPEN, SYNFIN_BY_NOBODY);
	phase(SYNFIN_PHASE_SYN, C, SYN, X, 0, SYNFIN_NS_NONE);
	phase(SYNFIN_PHASE_SYN_ACK, V, SYN | ACK, Y, X + 1, 184 * US);
	phase(SYNFIN_PHASE_ACK, C, FIN | ACK, X + 1, Y + 1, 21 * US);
	phase(SYNFIN_PHASE_FIN_1, C, FIN | ACK, X + 1, Y + 1, 0);
	phase(SYNFIN_PHASE_ACK_1, V, ACK, Y + 1, X + 2, 21 * US);
	draw();
	expect("3+1", "FIN, ACK", "seq=x+1 ack=y+1", "FIN_WAIT_1", "CLOSE_WAIT",
	       "2", "ACK", "FIN_WAIT_2");
}

static void draws_absolute_numbers(void)
{
	struct ladder_options opt = { .absolute = true, .numeric = true };

	draws_three_way();
	render(&opt);
	show();
	expect("seq=2779762238", "seq=4263588410 ack=2779762239");
	expect_not("x+");
	expect_not("x = ");
	if (longest() > 80)
		fail("too wide", "absolute");
}

static void colors_only_when_asked(void)
{
	struct ladder_options opt = { .color = true, .numeric = true };

	draws_reset();
	expect_not("\033");
	render(&opt);
	show();
	expect("\033[31m");
}

static void narrow_keeps_the_arrows(void)
{
	struct ladder_options opt = { .numeric = true, .width = 40 };

	draws_three_way();
	render(&opt);
	show();
	expect("CLOSED", "LISTEN", "SYN", "►│", "SYN-ACK", "FIN, ACK", "+90",
	       "TIME_WAIT", "CLOSED");
	expect_not("seq=");
}

/* Half of 80 columns: HTTP and HTTPS side by side, each arrow with its time. */
static void half_a_screen_keeps_the_times(void)
{
	struct ladder_options opt = { .numeric = true, .width = 39 };

	draws_tls();
	conn.sum.tls_flags = 0;
	render(&opt);
	show();
	expect("1", "SYN", "2", "SYN-ACK", "+184 µs", "3", "ACK", "├─", " ClientHello ",
	       "─►│", "+30 µs", "│◄─", " ServerHello ", "─┤", "+970 µs",
	       " Finished ", "+1.00 ms", " request ", "+1.00 ms", " response ",
	       "+8.00 ms", "2+3");
	opt.ascii = true;
	render(&opt);
	show();
	expect(" ClientHello ", "->|", "+30 us", "|<-", " ServerHello ", "+970 us");
}

static void broken_phases_are_passed_over(void)
{
	draws_three_way();
	phases[0].phase = 200;
	phases[2].from = 9;
	conn.sum.opening = 99;
	conn.sum.closing = 99;
	draw();
}

static void run(const char *name, void (*test)(void))
{
	ok = true;
	test();
	if (!ok && !verbose) {
		verbose = true;
		show();
		verbose = false;
	}
	printf("%sok %u - ladder: %s\n", ok ? "" : "not ", ++count, name);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "three-way close", draws_three_way },
		{ "three-way close, one record for FIN and ACK",
		  draws_three_way_in_one_record },
		{ "HTTP's request and response", draws_http },
		{ "TLS's flights", draws_tls },
		{ "four-way close by the server", draws_four_way_by_server },
		{ "unanswered, three SYNs", draws_unanswered },
		{ "unacknowledged", draws_unacknowledged },
		{ "refused", draws_refused },
		{ "unreachable", draws_unreachable },
		{ "reset", draws_reset },
		{ "reset after a FIN", draws_reset_after_fin },
		{ "forged reset", draws_forged_reset },
		{ "reset by both", draws_reset_by_both },
		{ "half-closed", draws_half_closed },
		{ "simultaneous close", draws_simultaneous_close },
		{ "simultaneous open", draws_simultaneous_open },
		{ "SYN-ACK repeated", draws_syn_ack_repeated },
		{ "aborted", draws_aborted },
		{ "IPv6", draws_ipv6 },
		{ "midstream", draws_midstream },
		{ "phases overwritten", draws_overwritten },
		{ "all phases overwritten", draws_nothing_left },
		{ "FINs repeated", draws_fin_repeated },
		{ "FIN with the third segment", draws_fin_with_the_third_segment },
		{ "absolute numbers", draws_absolute_numbers },
		{ "colours only when asked", colors_only_when_asked },
		{ "narrow keeps the arrows", narrow_keeps_the_arrows },
		{ "half a screen keeps the times", half_a_screen_keeps_the_times },
		{ "broken phases are passed over",
		  broken_phases_are_passed_over },
		{ NULL, NULL },
	};
	unsigned int nr = 0;
	bool failed = false;
	unsigned int i;

	verbose = argc > 1 && !strcmp(argv[1], "-v");
	while (tests[nr].name)
		nr++;
	printf("TAP version 13\n1..%u\n", nr);
	for (i = 0; i < nr; i++) {
		run(tests[i].name, tests[i].run);
		failed |= !ok;
	}
	return failed;
}
