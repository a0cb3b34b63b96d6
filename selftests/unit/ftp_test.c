// SPDX-License-Identifier: GPL-2.0
/*
 * FTP's announcements: what is one and what is not, whose segments are read, and who
 * finds what was announced.
 *
 * Each text is copied into a buffer of exactly its size, so that a read beyond its end is
 * one that AddressSanitizer sees.
 */
#include <stdlib.h>
#include <string.h>

#include "core/ftp.h"
#include "tap.h"

#define CLIENT	SYNFIN_FROM_CLIENT
#define SERVER	SYNFIN_FROM_SERVER
#define SECOND	1000000000ull
#define PLACES	4u

/* What a segment with these bytes announces, of up to three ports, the first in the lowest bits. */
static unsigned long long hear(struct synfin_payload *p, unsigned int from, __u8 family,
			       const char *string, size_t len)
{
	__u8 *copy = memcpy(malloc(len), string, len);
	struct synfin_ftp_text text = { copy, copy + len };
	struct synfin_ftp_port port;
	unsigned long long all = 0;

	for (int i = 0; i < 3 && synfin_ftp_next(p, &text, from, family, &port); i++)
		all |= (unsigned long long)port.port << i * 16;
	free(copy);
	return all;
}

/* Of a text; and it is the same if each byte comes in a segment of its own. */
static unsigned long long ports(unsigned int from, __u8 family, const char *string)
{
	unsigned long long all, one, apart = 0;
	size_t len = strlen(string);
	struct synfin_payload p;
	int shift = 0;

	synfin_payload_init(&p, 0, 0, false);
	all = hear(&p, from, family, string, len);
	p.lines = malloc(sizeof(*p.lines));
	p.end[from].in_line = SYNFIN_LINE_BEGINS;
	for (size_t i = 0; i < len; i++) {
		one = hear(&p, from, family, string + i, 1);
		apart |= one << shift;
		shift += one ? 16 : 0;
	}
	free(p.lines);
	TAP_EQUAL(apart, all);
	return all;
}

static void what_servers_say(void)
{
	TAP_EQUAL(ports(SERVER, 4, "227 Entering Passive Mode (10,0,0,2,156,64).\r\n"), 40000);
	TAP_EQUAL(ports(SERVER, 4, "227 Entering Passive Mode. 10,0,0,2,156,64\r\n"), 40000);
	TAP_EQUAL(ports(SERVER, 4, "227 Mode 2: =10,0,0,2,156,64\n"), 40000);
	TAP_EQUAL(ports(SERVER, 4, "229 Entering (|||40000|)\r\n"), 40000);
	TAP_EQUAL(ports(SERVER, 6, "229 (see RFC) (!!!40000!)\r\n"), 40000);
	TAP_EQUAL(ports(SERVER, 6, "229 (|2|fd00::1|65535|)\r\n"), 65535);
	TAP_EQUAL(ports(SERVER, 4, "200 yes\r\n227 (1,2,3,4,0,21)\r\n229 (|||22|)\r\n"),
		  21 | 22 << 16);
}

static void what_clients_say(void)
{
	TAP_EQUAL(ports(CLIENT, 4, "PORT 10,0,0,1,156,64\r\n"), 40000);
	TAP_EQUAL(ports(CLIENT, 4, "port 10,0,0,1,0,1\n"), 1);
	TAP_EQUAL(ports(CLIENT, 4, "NOOP\r\nEprt |1|10.0.0.1|40000|\r\n"), 40000);
	TAP_EQUAL(ports(CLIENT, 6, "EPRT |2|fd00::1|40000|\r\n"), 40000);
}

static void what_is_none(void)
{
	static const char * const of_server[] = {
		"", "\n", "227", "227 \r\n", "227 (10,0,0,2,156)\n", "227 (10,0,0,256,1,1)\n",
		"227 (10,0,0,2,0,0)\n", "227 (10, 0,0,2,1,1)\n", "227 (10,0,0,2,156,64)",
		"227-(10,0,0,2,156,64)\n", " 227 (10,0,0,2,156,64)\n",
		"2\x32\x17 (10,0,0,2,156,64)\n", "227 99999999999999999999,0,0,2,1,1\n",
		"229 \r\n", "229 (\n", "229 (|||\n", "229 (|||0|)\n", "229 (|||65536|)\n",
		"229 (|||40000\n", "229 (|||40000)\n", "229 |||40000|\n", "229 (1114000001)\n",
		"229 (|2||40000|)\n", "229 (|9||40000|)\n", "229 (\x80\x80\x80" "40000\x80)\n",
		"229 (|1|1111111111222222222233333333334444444444555555|40000|)\n",
		"PORT 10,0,0,2,156,64\n", "EPRT |1|10.0.0.2|40000|\n",
	};
	static const char * const of_client[] = {
		"PORT\n", "PORT \r\n", "PORT 1,2,3\n", "PORT 10,0,0,1,156,64",
		"SPORT 1,2,3,4,5,6\n",
		"P\x0fRT 1,2,3,4,5,6\n", "PORT  10,0,0,1,156,64\n", "EPRT \r\n", "EPRT |||40000|\n",
		"EPRT |2|fd00::1|40000|\n", "EPRT |1|10.0.0.1|40000\n", "EPRT |1|10.0.0.1\n",
		"227 (10,0,0,2,156,64)\n", "229 (|||40000|)\n",
		"PORT 0000000000000000000000000000000000000000000,0,0,0,1,1\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(of_server); i++)
		if (ports(SERVER, 4, of_server[i]))
			tap_wrong("of the server: %s", of_server[i]);
	for (size_t i = 0; i < ARRAY_SIZE(of_client); i++)
		if (ports(CLIENT, 4, of_client[i]))
			tap_wrong("of the client: %s", of_client[i]);
}

static void the_address_is_told_as_text(void)
{
	static const __u8 six[] = "PORT 10,0,0,1,156,64\n";
	static const __u8 bars[] = "EPRT |2|fd00::1|40000|\n";
	struct synfin_ftp_text text = { six, six + sizeof(six) - 1 };
	struct synfin_ftp_port port;
	struct synfin_payload p;

	synfin_payload_init(&p, 0, 0, false);
	TAP_IS(synfin_ftp_next(&p, &text, CLIENT, 4, &port));
	TAP_IS(port.length == 8 && !memcmp(port.address, "10,0,0,1", 8));
	text = (struct synfin_ftp_text){ bars, bars + sizeof(bars) - 1 };
	TAP_IS(synfin_ftp_next(&p, &text, CLIENT, 6, &port));
	TAP_IS(port.length == 7 && !memcmp(port.address, "fd00::1", 7));
}

static void only_what_follows_is_read(void)
{
	struct synfin_payload p;

	synfin_payload_init(&p, 0xfffffff0, 500, false);
	TAP_IS(synfin_ftp_follows(&p, CLIENT, 0xfffffff0, 0x20, 500));
	TAP_IS(!synfin_ftp_follows(&p, CLIENT, 0xfffffff0, 0x20, 500));
	TAP_IS(!synfin_ftp_follows(&p, CLIENT, 0x11, 10, 500));
	TAP_IS(!synfin_ftp_follows(&p, SERVER, 499, 10, 0x10));
	TAP_IS(synfin_ftp_follows(&p, CLIENT, 0x10, 10, 500));
	/* What a forger acknowledges changes nothing. */
	TAP_IS(!synfin_ftp_follows(&p, CLIENT, 77, 10, 9000));
	TAP_IS(synfin_ftp_follows(&p, SERVER, 500, 10, 0x10));
	/* Some of the server's was not seen, and has been acknowledged. */
	TAP_IS(!synfin_ftp_follows(&p, SERVER, 600, 10, 0x1a));
	TAP_IS(synfin_ftp_follows(&p, CLIENT, 0x1a, 10, 610));
	TAP_IS(synfin_ftp_follows(&p, SERVER, 610, 10, 0x24));
}

static unsigned long long say(struct synfin_payload *p, unsigned int from, const char *string)
{
	return hear(p, from, 4, string, strlen(string));
}

static void lines_that_are_cut_are_put_together(void)
{
	struct synfin_lines lines;
	struct synfin_payload p;

	synfin_payload_init(&p, 0, 0, false);
	p.lines = &lines;
	TAP_EQUAL(say(&p, CLIENT, "NOOP\r\nPORT 10,0,0"), 0);
	/* Each end has a line of its own. */
	TAP_EQUAL(say(&p, SERVER, "227 (10,0,0,2,"), 0);
	TAP_EQUAL(say(&p, CLIENT, ",1,156,64\r\nPORT 10,0,0,1,0,21\nPO"), 40000 | 21 << 16);
	TAP_EQUAL(say(&p, SERVER, "0,22)\r"), 0);
	TAP_EQUAL(say(&p, SERVER, "\n"), 22);
	TAP_EQUAL(say(&p, CLIENT, "RT 10,0,0,1,0,23\n"), 23);
	/* What a line ends with is none, though it begins a segment. */
	TAP_EQUAL(say(&p, CLIENT, "NOOP "), 0);
	TAP_EQUAL(say(&p, CLIENT, "PORT 10,0,0,1,0,24\nPORT 10,0,0,1,0,25\n"), 25);
}

static void lines_without_end_are_not_kept(void)
{
	char longest[SYNFIN_LINE_MAX + 2] = "PORT 10,0,0,1,0,21";
	struct synfin_lines lines;
	struct synfin_payload p;

	synfin_payload_init(&p, 0, 0, false);
	p.lines = &lines;
	memset(longest + strlen(longest), ' ', SYNFIN_LINE_MAX - 1 - strlen(longest));
	TAP_EQUAL(say(&p, CLIENT, longest), 0);
	TAP_EQUAL(say(&p, CLIENT, "\n"), 21);
	TAP_EQUAL(say(&p, CLIENT, longest), 0);
	TAP_EQUAL(say(&p, CLIENT, "x\nPORT 10,0,0,1,0,22\n"), 22);
	for (int i = 0; i < 9; i++)
		TAP_EQUAL(say(&p, CLIENT, longest), 0);
	TAP_EQUAL(say(&p, CLIENT, "PORT 10,0,0,1,0,23\nPORT 10,0,0,1,0,24\n"), 24);
	/* The rest of a segment was not read. */
	TAP_EQUAL(say(&p, CLIENT, "PORT 10,0,0,1,0,"), 0);
	synfin_ftp_unread(&p, CLIENT, 'x');
	TAP_EQUAL(say(&p, CLIENT, "25\nPORT 10,0,0,1,0,26\n"), 26);
	TAP_EQUAL(say(&p, CLIENT, "PORT 10,0,0,1,0,"), 0);
	synfin_ftp_unread(&p, CLIENT, '\n');
	TAP_EQUAL(say(&p, CLIENT, "PORT 10,0,0,1,0,27\n"), 27);
	/* Where there is no memory, only whole lines are read. */
	p.lines = NULL;
	TAP_EQUAL(say(&p, CLIENT, "NOOP\nPORT 10,0,0,1,"), 0);
	TAP_EQUAL(say(&p, CLIENT, "0,28\nPORT 10,0,0,1,0,29\n"), 29);
}

/* A connection from A to B, as 10.0.0.A. */
static struct synfin_conn conn_of(__u64 id, __u32 client, __u32 server, __u16 port)
{
	return (struct synfin_conn){
		.id = id, .family = 4, .client.w[0] = client, .server.w[0] = server,
		.client_port = 50000, .server_port = port,
	};
}

static struct synfin_ftp_expected all[PLACES];

static void announce(__u64 control, __u32 client, __u32 server, unsigned int from,
		     __u16 port, __u64 now)
{
	struct synfin_conn conn = conn_of(control, client, server, 21);
	struct synfin_ftp_expected what;

	synfin_ftp_announce(&conn, from, port, now, &what);
	synfin_ftp_expect(all, PLACES, &what);
}

static __u64 announcer(__u32 client, __u32 server, __u16 port, __u64 now)
{
	struct synfin_conn conn = conn_of(99, client, server, port);

	return synfin_ftp_announcer(all, PLACES, &conn, 0, now);
}

static void data_goes_between_the_two_ends(void)
{
	memset(all, 0, sizeof(all));
	announce(1, 7, 8, SERVER, 5000, SECOND);
	announce(2, 7, 8, CLIENT, 6000, SECOND);
	TAP_EQUAL(announcer(7, 8, 5000, SECOND), 1);
	TAP_EQUAL(announcer(8, 7, 6000, SECOND), 2);
	TAP_EQUAL(announcer(8, 7, 5000, SECOND), 0);
	TAP_EQUAL(announcer(7, 8, 6000, SECOND), 0);
	TAP_EQUAL(announcer(9, 8, 5000, SECOND), 0);
	TAP_EQUAL(announcer(7, 9, 5000, SECOND), 0);
	TAP_EQUAL(announcer(7, 8, 5001, SECOND), 0);
	TAP_EQUAL(announcer(7, 8, 0, SECOND), 0);
}

static void one_that_came_is_expected_no_more(void)
{
	memset(all, 0, sizeof(all));
	announce(1, 7, 8, SERVER, 5000, SECOND);
	announce(2, 7, 8, SERVER, 5001, SECOND);
	/* Until it is open it may be tried again. */
	TAP_EQUAL(announcer(7, 8, 5000, SECOND), 1);
	TAP_EQUAL(announcer(7, 8, 5000, SECOND), 1);
	synfin_ftp_came(all, PLACES, 1, 5000);
	TAP_EQUAL(announcer(7, 8, 5000, SECOND), 0);
	TAP_EQUAL(announcer(7, 8, 5001, SECOND), 2);
}

static void a_port_is_one_s_only(void)
{
	memset(all, 0, sizeof(all));
	announce(1, 7, 8, SERVER, 5000, SECOND);
	announce(2, 7, 8, SERVER, 5000, 2 * SECOND);
	TAP_EQUAL(announcer(7, 8, 5000, 2 * SECOND), 2);
	synfin_ftp_came(all, PLACES, 2, 5000);
	TAP_EQUAL(announcer(7, 8, 5000, 2 * SECOND), 0);
}

static void nobody_waits_for_ever(void)
{
	memset(all, 0, sizeof(all));
	announce(1, 7, 8, SERVER, 5000, SECOND);
	/* Another processor's clock may be behind. */
	TAP_EQUAL(announcer(7, 8, 5000, SECOND - 5), 1);
	TAP_EQUAL(announcer(7, 8, 5000, SECOND + SYNFIN_FTP_WAIT_NS), 1);
	TAP_EQUAL(announcer(7, 8, 5000, SECOND + SYNFIN_FTP_WAIT_NS + 1), 0);
}

static void each_takes_his_own_place(void)
{
	memset(all, 0, sizeof(all));
	announce(1, 7, 8, SERVER, 5000, 1);
	for (__u16 port = 1; port < 100; port++)
		announce(2, 6, 8, SERVER, port, 1 + port);
	TAP_EQUAL(announcer(7, 8, 5000, 200), 1);
	TAP_EQUAL(announcer(6, 8, 99, 200), 2);
	TAP_EQUAL(announcer(6, 8, 98, 200), 0);
	/* Of many connections of the same two hosts they make way for each other. */
	for (__u16 port = 1; port < 100; port++)
		announce(10 + port, 6, 8, SERVER, port, 200 + port);
	TAP_EQUAL(announcer(7, 8, 5000, 400), 1);
	TAP_EQUAL(announcer(6, 8, 99, 400), 109);
	/* Of many hosts the oldest does. */
	for (__u16 host = 20; host < 20 + PLACES; host++)
		announce(300 + host, host, 8, SERVER, host, 400 + host);
	TAP_EQUAL(announcer(7, 8, 5000, 500), 0);
	for (__u16 host = 20; host < 20 + PLACES; host++)
		TAP_EQUAL(announcer(host, 8, host, 500), 300 + host);
	/* What is over makes way before anything else. */
	announce(1, 7, 8, SERVER, 5000, 3 + SYNFIN_FTP_WAIT_NS + 500);
	announce(2, 6, 8, SERVER, 5001, 4 + SYNFIN_FTP_WAIT_NS + 500);
	TAP_EQUAL(announcer(7, 8, 5000, 5 + SYNFIN_FTP_WAIT_NS + 500), 1);
	TAP_EQUAL(announcer(6, 8, 5001, 5 + SYNFIN_FTP_WAIT_NS + 500), 2);
}

static const struct tap_test tests[] = {
	TAP_TEST(what_servers_say),
	TAP_TEST(what_clients_say),
	TAP_TEST(what_is_none),
	TAP_TEST(the_address_is_told_as_text),
	TAP_TEST(only_what_follows_is_read),
	TAP_TEST(lines_that_are_cut_are_put_together),
	TAP_TEST(lines_without_end_are_not_kept),
	TAP_TEST(data_goes_between_the_two_ends),
	TAP_TEST(one_that_came_is_expected_no_more),
	TAP_TEST(a_port_is_one_s_only),
	TAP_TEST(nobody_waits_for_ever),
	TAP_TEST(each_takes_his_own_place),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
