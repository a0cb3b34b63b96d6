// SPDX-License-Identifier: GPL-2.0
/*
 * Several connections on one pair of endpoints, each as it stands: whose is a segment,
 * which makes way, and which is over?
 */
#include <string.h>

#include "core/phase.h"
#include "tap.h"

#define SECOND	1000000000ULL
#define NOW	(100 * SECOND)

enum { CLIENT = SYNFIN_FROM_CLIENT, SERVER = SYNFIN_FROM_SERVER };

static struct synfin_conn conns[SYNFIN_RIVALS_MAX];
static struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];

/* The i-th of them, from 1:40000 to 2:80, that sent a SYN with that number. */
static struct synfin_conn *rival(unsigned int i, __u8 state, __u32 isn)
{
	struct synfin_conn *conn = &conns[i];

	memset(conn, 0, sizeof(*conn));
	conn->state = state;
	conn->family = 4;
	conn->client_port = 40000;
	conn->server_port = 80;
	conn->client.w[0] = 1;
	conn->server.w[0] = 2;
	conn->first_ns = (i + 1) * SECOND;
	conn->last_ns = conn->first_ns;
	conn->seen_ns = conn->first_ns;
	conn->end[CLIENT].isn = isn;
	conn->end[CLIENT].nxt = isn + 1;
	conn->end[CLIENT].syns = 1;
	conn->end[CLIENT].flags = SYNFIN_END_ISN | SYNFIN_END_NXT;
	rivals[i] = conn;
	return conn;
}

/* It has answered with that number, and both have said so much. */
static void answered(struct synfin_conn *conn, __u32 isn, __u32 said)
{
	struct synfin_end *client = &conn->end[CLIENT], *server = &conn->end[SERVER];

	server->isn = isn;
	server->nxt = isn + 1 + said;
	server->una = server->nxt;
	server->syn_acks = 1;
	server->flags = SYNFIN_END_ISN | SYNFIN_END_NXT | SYNFIN_END_UNA;
	client->nxt = client->isn + 1 + said;
	client->una = client->nxt;
	client->flags |= SYNFIN_END_UNA;
}

static struct synfin_segment segment(int from, __u8 kind, __u8 flags, __u32 seq, __u32 ack)
{
	struct synfin_segment seg = {
		.family = 4,
		.kind = kind,
		.flags = flags,
		.seq = seq,
		.ack = ack,
		.sport = from == CLIENT ? 40000 : 80,
		.dport = from == CLIENT ? 80 : 40000,
		.forwarded = true,
	};

	seg.src.w[0] = from == CLIENT ? 1 : 2;
	seg.dst.w[0] = from == CLIENT ? 2 : 1;
	return seg;
}

static int pick(unsigned int nr, struct synfin_segment seg)
{
	return synfin_phase_pick(rivals, nr, &seg, NOW);
}

#define SYN(from, seq)		segment(from, SYNFIN_KIND_SYN, SYNFIN_TCP_SYN, seq, 0)
#define SYN_ACK(from, seq, ack)	segment(from, SYNFIN_KIND_SYN_ACK,		\
					SYNFIN_TCP_SYN | SYNFIN_TCP_ACK, seq, ack)
#define ACK(from, seq, ack)	segment(from, SYNFIN_KIND_PLAIN, SYNFIN_TCP_ACK, seq, ack)
#define FIN(from, seq, ack)	segment(from, SYNFIN_KIND_FIN,			\
					SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, seq, ack)
#define RST(from, seq, ack)	segment(from, SYNFIN_KIND_RST,			\
					SYNFIN_TCP_RST | SYNFIN_TCP_ACK, seq, ack)
#define ICMP(from, seq)		segment(from, SYNFIN_KIND_ICMP, 0, seq, 0)

static void none_is_there(void)
{
	TAP_EQUAL(pick(0, SYN(CLIENT, 7)), SYNFIN_PICK_NEW);
	TAP_EQUAL(pick(0, ICMP(CLIENT, 7)), SYNFIN_PICK_NONE);
}

static void an_answer_says_whose_it_is(void)
{
	rival(0, SYNFIN_STATE_SYN, 2000);
	rival(1, SYNFIN_STATE_SYN, 1000);
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 9, 1001)), 1);
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 9, 2001)), 0);
	TAP_EQUAL(pick(2, RST(SERVER, 0, 1001)), 1);
	TAP_EQUAL(pick(2, RST(SERVER, 0, 2001)), 0);
	TAP_EQUAL(pick(2, ICMP(CLIENT, 1000)), 1);
	TAP_EQUAL(pick(2, ICMP(CLIENT, 2000)), 0);
	/* Of none: it is not lost, as none has ended. */
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 9, 5001)), 0);
	TAP_EQUAL(pick(2, ACK(SERVER, 9, 5001)), 0);
}

static void an_answer_that_came_before(void)
{
	answered(rival(0, SYNFIN_STATE_SYN, 2000), 0, 0);
	conns[0].end[SERVER] = (struct synfin_end) {};
	answered(rival(1, SYNFIN_STATE_SYN_ACK, 1000), 5000, 0);
	/* The same number again, whatever it acknowledges. */
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 5000, 1001)), 1);
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 5000, 4001)), 1);
	/* Who asks still is nearer than who has had another answer. */
	conns[0].end[CLIENT].isn = 1000;
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 6000, 1001)), 0);
}

static void a_syn_says_whose_it_is(void)
{
	rival(0, SYNFIN_STATE_SYN, 2000);
	answered(rival(1, SYNFIN_STATE_OPEN, 1000), 5000, 10);
	TAP_EQUAL(pick(2, SYN(CLIENT, 2000)), 0);
	TAP_EQUAL(pick(2, SYN(CLIENT, 1000)), 1);
	TAP_EQUAL(pick(2, SYN(CLIENT, 3000)), SYNFIN_PICK_NEW);
	/* A simultaneous open, unless the other one has given up or answered. */
	TAP_EQUAL(pick(2, SYN(SERVER, 9000)), SYNFIN_PICK_NEW);
	conns[0].first_ns = NOW - SECOND;
	conns[0].last_ns = NOW - SECOND;
	TAP_EQUAL(pick(2, SYN(SERVER, 9000)), 0);
	conns[0].state = SYNFIN_STATE_OPEN;
	TAP_EQUAL(pick(2, SYN(SERVER, 9000)), SYNFIN_PICK_NEW);
	conns[0].state = SYNFIN_STATE_SYN;
	conns[0].suspect.what = SYNFIN_SUSPECT_FAILED;
	TAP_EQUAL(pick(2, SYN(SERVER, 9000)), SYNFIN_PICK_NEW);
}

static void a_syn_again_long_after_the_end(void)
{
	rival(0, SYNFIN_STATE_DONE, 1000)->last_ns = NOW - 29 * SECOND;
	rival(1, SYNFIN_STATE_OPEN, 7000);
	TAP_EQUAL(pick(2, SYN(CLIENT, 1000)), 0);
	conns[0].last_ns = NOW - 31 * SECOND;
	TAP_EQUAL(pick(2, SYN(CLIENT, 1000)), SYNFIN_PICK_NEW);
}

static void traffic_is_of_the_nearest(void)
{
	answered(rival(0, SYNFIN_STATE_OPEN, 200000), 700000, 100);
	answered(rival(1, SYNFIN_STATE_OPEN, 1000), 5000, 100);
	TAP_EQUAL(pick(2, ACK(CLIENT, 1101, 5101)), 1);
	TAP_EQUAL(pick(2, ACK(CLIENT, 200101, 700101)), 0);
	TAP_EQUAL(pick(2, FIN(SERVER, 5101, 1101)), 1);
	TAP_EQUAL(pick(2, FIN(SERVER, 700101, 200101)), 0);
	/* Between them, by either side. */
	TAP_EQUAL(pick(2, ACK(CLIENT, 2000, 5200)), 1);
	TAP_EQUAL(pick(2, ACK(CLIENT, 900, 4900)), 1);
	/* A FIN counts as a byte that was sent. */
	conns[1].end[CLIENT].flags |= SYNFIN_END_FIN;
	conns[1].end[CLIENT].fin_end = 1102;
	TAP_EQUAL(pick(2, ACK(CLIENT, 1102, 5101)), 1);
	/* Acknowledged further than it was seen to send. */
	conns[1].end[CLIENT].flags &= ~SYNFIN_END_FIN;
	conns[1].end[CLIENT].una = 1500;
	TAP_EQUAL(pick(2, ACK(CLIENT, 1500, 5101)), 1);
}

static void what_has_ended_keeps_what_is_its(void)
{
	answered(rival(0, SYNFIN_STATE_DONE, 1000), 5000, 100);
	answered(rival(1, SYNFIN_STATE_DONE, 200000), 700000, 100);
	TAP_EQUAL(pick(2, FIN(CLIENT, 1101, 5101)), 0);
	TAP_EQUAL(pick(2, FIN(CLIENT, 200101, 700101)), 1);
	/* An answer to a SYN that nobody saw begins one. */
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 800000, 900000)), SYNFIN_PICK_NEW);
	conns[1].state = SYNFIN_STATE_OPEN;
	TAP_EQUAL(pick(2, SYN_ACK(SERVER, 800000, 900000)), 1);
	/* The living before the dead, if both are as near. */
	answered(rival(1, SYNFIN_STATE_OPEN, 1000), 5000, 100);
	TAP_EQUAL(pick(2, ACK(CLIENT, 1101, 5101)), 1);
}

static void data_far_from_what_has_ended(void)
{
	struct synfin_segment seg = ACK(CLIENT, 0x80000000, 0x90000000);

	answered(rival(0, SYNFIN_STATE_DONE, 1000), 5000, 100);
	answered(rival(1, SYNFIN_STATE_DONE, 1000), 5000, 100);
	seg.len = 10;
	TAP_EQUAL(pick(2, seg), 0);
	seg.all = 1;
	TAP_EQUAL(pick(2, seg), SYNFIN_PICK_NEW);
	seg.len = 0;
	TAP_EQUAL(pick(2, seg), 0);
	seg = ACK(CLIENT, 1101 + 4000, 5101);
	seg.len = 10;
	seg.all = 1;
	TAP_EQUAL(pick(2, seg), 0);
}

static void both_have_the_same_port(void)
{
	struct synfin_segment seg = SYN_ACK(SERVER, 9, 1001);
	unsigned int i;

	rival(0, SYNFIN_STATE_SYN, 2000);
	rival(1, SYNFIN_STATE_SYN, 1000);
	for (i = 0; i < 2; i++)
		conns[i].client_port = conns[i].server_port;
	seg.dport = seg.sport;
	TAP_EQUAL(pick(2, seg), 1);
	seg = SYN(CLIENT, 1000);
	seg.sport = seg.dport;
	TAP_EQUAL(pick(2, seg), 1);
}

static void who_makes_way(void)
{
	rival(0, SYNFIN_STATE_OPEN, 1);
	rival(1, SYNFIN_STATE_SYN_ACK, 2);
	rival(2, SYNFIN_STATE_SYN, 3);
	rival(3, SYNFIN_STATE_SYN_SYN, 4);
	TAP_EQUAL(synfin_phase_least(rivals, 1), 0);
	TAP_EQUAL(synfin_phase_least(rivals, 2), 1);
	/* Of attempts the newest, which is the first. */
	TAP_EQUAL(synfin_phase_least(rivals, 4), 2);
	rival(1, SYNFIN_STATE_DONE, 2)->last_ns = 9 * SECOND;
	TAP_EQUAL(synfin_phase_least(rivals, 4), 1);
	/* Of what has ended, what did first. */
	rival(3, SYNFIN_STATE_DONE, 4)->last_ns = 8 * SECOND;
	TAP_EQUAL(synfin_phase_least(rivals, 4), 3);
	conns[3].last_ns = 10 * SECOND;
	TAP_EQUAL(synfin_phase_least(rivals, 4), 1);
}

static void the_same_pair(void)
{
	struct synfin_conn one, other;

	rival(0, SYNFIN_STATE_OPEN, 1);
	one = conns[0];
	other = one;
	TAP_IS(synfin_phase_same_pair(&one, &other));
	other.client_port++;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other = one;
	other.server_port++;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other = one;
	other.client.w[3]++;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other = one;
	other.server.w[0]++;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other.client = one.server;
	other.server = one.client;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other.client_port = one.server_port;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other.server_port = one.client_port;
	TAP_IS(synfin_phase_same_pair(&one, &other));
	other.server.w[0]++;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other.server = one.client;
	other.client.w[0]++;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
	other.client = one.server;
	other.family = 6;
	TAP_IS(!synfin_phase_same_pair(&one, &other));
}

static void another_has_opened(void)
{
	struct synfin_conn *old = rival(0, SYNFIN_STATE_OPEN, 1);
	struct synfin_conn *by = rival(1, SYNFIN_STATE_OPEN, 2);

	TAP_IS(synfin_phase_is_superseded(old, by));
	TAP_IS(!synfin_phase_is_superseded(by, by));
	TAP_IS(!synfin_phase_is_superseded(by, old));
	/* It has been heard of since, unless that is what is doubted. */
	old->seen_ns = by->first_ns + 1;
	TAP_IS(!synfin_phase_is_superseded(old, by));
	old->suspect.what = SYNFIN_SUSPECT_RST;
	TAP_IS(synfin_phase_is_superseded(old, by));
	/* What still asks, and what has ended, goes by itself. */
	old->state = SYNFIN_STATE_SYN;
	TAP_IS(!synfin_phase_is_superseded(old, by));
	old->state = SYNFIN_STATE_DONE;
	TAP_IS(!synfin_phase_is_superseded(old, by));
}

static const struct tap_test tests[] = {
	TAP_TEST(none_is_there),
	TAP_TEST(an_answer_says_whose_it_is),
	TAP_TEST(an_answer_that_came_before),
	TAP_TEST(a_syn_says_whose_it_is),
	TAP_TEST(a_syn_again_long_after_the_end),
	TAP_TEST(traffic_is_of_the_nearest),
	TAP_TEST(what_has_ended_keeps_what_is_its),
	TAP_TEST(data_far_from_what_has_ended),
	TAP_TEST(both_have_the_same_port),
	TAP_TEST(who_makes_way),
	TAP_TEST(the_same_pair),
	TAP_TEST(another_has_opened),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
