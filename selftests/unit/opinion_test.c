// SPDX-License-Identifier: GPL-2.0
/*
 * A second opinion: what the machine says of a connection, at which it looks somewhere
 * between two TCPs, against what these know. The network loses, repeats and reorders
 * on both sides of it, and somebody who does not know their numbers forges.
 *
 * All sequences of a few choices are tried, and many random ones of many.
 */
#include <string.h>

#include "both_ways.h"
#include "fuzz.h"
#include "tap.h"
#include "tcp_model.h"

#define CHOICES		40	/* of a small world, at most */
#define SMALL_STEPS	7
#define SMALL_WORLDS	400000
#define LARGE_STEPS	60
#define LARGE_WORLDS	60000

static struct model world;
static struct synfin_conn conn;
static bool live, all, forging;
static unsigned int ends, at;
static __u64 now;
static unsigned int openings[SYNFIN_OPEN_NR], closings[SYNFIN_CLOSE_NR];

/* The choices of a small world are the digits of a number that is counted up. */
static struct {
	unsigned int digit[CHOICES], limit[CHOICES];
	unsigned int used;
} path;

static unsigned int next_of_path(unsigned int limit)
{
	unsigned int i = path.used++;

	if (i >= CHOICES)
		return 0;
	path.limit[i] = limit;
	return path.digit[i];
}

/* The last one that can be is one more, those behind it are none. */
static bool next_path(void)
{
	unsigned int i = path.used < CHOICES ? path.used : CHOICES;

	while (i--) {
		if (++path.digit[i] < path.limit[i])
			break;
		path.digit[i] = 0;
		if (!i)
			return false;
	}
	path.used = 0;
	return true;
}

static unsigned int at_random(unsigned int limit)
{
	return fuzz_below(limit);
}

static void tell(const char *who, const struct model_tcp *t)
{
	tap_wrong("%s: state %d, %u bytes, open %d, fin %d acked %d, rst sent %d taken %d",
		  who, t->state, t->data, t->opened, t->fin, t->fin_acked,
		  t->sent_rst, t->took_rst);
}

static void disagree(const char *what, const struct synfin_record_conn *sum)
{
	tap_wrong("world %u, all %u: %s: opening %u closing %u by %u flags %x bytes %lld %lld",
		  at, all, what, sum->opening, sum->closing, sum->closed_by,
		  sum->flags, sum->bytes_client, sum->bytes_server);
	tell("client", &world.tcp[0]);
	tell("server", &world.tcp[1]);
}

#define AGREES(fact)							\
	do {								\
		if (!(fact))						\
			disagree(#fact, sum);				\
	} while (0)

static void hold_bytes(const struct synfin_record_conn *sum, __u64 bytes,
		       const struct model_tcp *t, bool whole)
{
	if (bytes == SYNFIN_BYTES_NONE)
		return;
	/* Where a FIN was not seen, its number may pass for that of a byte. */
	AGREES(bytes <= t->data + (t->fin && !whole));
	if (whole && t->fin)
		AGREES(bytes == t->data);
}

static void hold_close(const struct synfin_record_conn *sum,
		       const struct model_tcp *c, const struct model_tcp *s)
{
	bool fins = c->fin && s->fin;

	switch (sum->closing) {
	case SYNFIN_CLOSE_FOUR_WAY:
	case SYNFIN_CLOSE_THREE_WAY:
		AGREES(fins);
		AGREES(c->fin_acked || s->fin_acked || c->got_fin || s->got_fin);
		AGREES(sum->closed_by == SYNFIN_BY_CLIENT ? c->fin_first :
							    s->fin_first);
		break;
	case SYNFIN_CLOSE_SIMULTANEOUS:
		AGREES(fins);
		break;
	case SYNFIN_CLOSE_RESET:
		AGREES(c->sent_rst || s->sent_rst || c->took_rst || s->took_rst);
		break;
	case SYNFIN_CLOSE_HALF_CLOSED:
		AGREES(sum->closed_by == SYNFIN_BY_CLIENT ? c->fin : s->fin);
		break;
	}
}

static void hold_summary(const struct synfin_record_conn *sum)
{
	const struct model_tcp *c = &world.tcp[0], *s = &world.tcp[1];
	bool whole = sum->closing == SYNFIN_CLOSE_FOUR_WAY ||
		     sum->closing == SYNFIN_CLOSE_THREE_WAY ||
		     sum->closing == SYNFIN_CLOSE_SIMULTANEOUS;

	openings[sum->opening]++;
	closings[sum->closing]++;
	if (sum->flags & SYNFIN_CONN_FLIPPED) {
		const struct model_tcp *other = c;

		c = s;
		s = other;
	}
	switch (sum->opening) {
	case SYNFIN_OPEN_ESTABLISHED:
		AGREES(c->opened);
		AGREES(sum->client_isn == c->iss && sum->server_isn == s->iss);
		break;
	case SYNFIN_OPEN_REFUSED:
		AGREES(s->sent_rst || c->took_rst);
		break;
	case SYNFIN_OPEN_SIMULTANEOUS:
		AGREES(!"one of them listens");
		break;
	case SYNFIN_OPEN_UNREACHABLE:
		AGREES(!"no such error came");
		break;
	}
	if (sum->flags & SYNFIN_CONN_CLIENT_ISN)
		AGREES(sum->client_isn == c->iss);
	if (sum->flags & SYNFIN_CONN_SERVER_ISN)
		AGREES(sum->server_isn == s->iss);
	whole = whole && !(sum->flags & SYNFIN_CONN_BYTES_PARTIAL);
	hold_bytes(sum, sum->bytes_client, c, whole);
	hold_bytes(sum, sum->bytes_server, s, whole);
	hold_close(sum, c, s);
}

static void note(const struct synfin_result *res)
{
	struct synfin_record_conn sum;

	if (!res->ended)
		return;
	ends++;
	synfin_phase_summary(&conn, &sum);
	hold_summary(&sum);
}

/* As the hook and the table do; but one that begins beside it is not followed. */
static void look(const struct synfin_segment *seen)
{
	struct synfin_conn *rivals[] = { &conn };
	struct synfin_segment seg = *seen;
	struct synfin_result res;
	int picked;

	seg.all = all;
	picked = synfin_phase_pick(rivals, live, &seg, now);
	if (picked == SYNFIN_PICK_NONE ||
	    (picked == SYNFIN_PICK_NEW && live && conn.state != SYNFIN_STATE_DONE))
		return;
	if (picked == SYNFIN_PICK_NEW)
		synfin_phase_init(&conn, &seg, 1, 1 + live);
	live = true;
	if (seg.kind == SYNFIN_KIND_PLAIN && !all && !synfin_phase_awaits(&conn))
		return;
	segment_both_ways(&conn, &seg, now, &res);
	note(&res);
}

/* By one who knows the endpoints, and can but guess their numbers. */
static void forge(void)
{
	static const __u8 flags[] = {
		SYNFIN_TCP_RST, SYNFIN_TCP_RST | SYNFIN_TCP_ACK,
		SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, SYNFIN_TCP_ACK,
		SYNFIN_TCP_SYN | SYNFIN_TCP_ACK,
	};
	__u8 who = world.choose(2);
	struct synfin_segment seg;

	fuzz_segment(&seg, who, flags[world.choose(5)],
		     0x40000000 + world.choose(2) * 0x10000000, 0x60000000, 0);
	if (!(seg.flags & SYNFIN_TCP_ACK))
		seg.ack = 0;
	look(&seg);
	model_put(&world.far[who], &seg);
}

static void step(void)
{
	struct synfin_segment seg;
	__u8 who = world.choose(2);

	now += 1000000;
	switch (world.choose(forging ? 8 : 7)) {
	case 0 ... 1:
		model_act(&world, who);
		break;
	case 2 ... 4:
		if (!model_pass(&world, &world.near[who], &seg))
			break;
		look(&seg);
		model_put(&world.far[who], &seg);
		break;
	case 5 ... 6:
		if (model_pass(&world, &world.far[who], &seg))
			model_take(&world, !who, &seg);
		break;
	default:
		/* What nobody has begun, and what has ended, anybody may make up. */
		if (live && !ends)
			forge();
	}
}

static void play(unsigned int (*choose)(unsigned int limit), unsigned int steps,
		 __u32 x, __u32 y)
{
	struct synfin_result res;

	model_begin(&world, choose, x, y);
	/* Now and then nobody listens. */
	if (steps == LARGE_STEPS && !choose(8))
		world.tcp[1].state = MODEL_CLOSED;
	live = false;
	ends = 0;
	now = 1000000000;
	while (steps--)
		step();
	if (!live)
		return;
	synfin_phase_finish(&conn, &res);
	note(&res);
	if (!ends)
		tap_wrong("world %u: no end", at);
}

/* Opened, and then whatever a few choices make of it. */
static unsigned int opened_first(unsigned int limit)
{
	static const unsigned char opening[] = {
		0, 2, 0, 0, 5, 0,	/* SYN passes, arrives */
		1, 2, 0, 1, 5, 0,	/* SYN-ACK */
		0, 2, 0, 0, 5, 0,	/* ACK */
	};
	static unsigned int said;

	if (!limit) {
		said = 0;
		return 0;
	}
	return said < sizeof(opening) ? opening[said++] : next_of_path(limit);
}

static void small_worlds(bool open, bool shows_all)
{
	memset(&path, 0, sizeof(path));
	all = shows_all;
	forging = false;
	for (at = 0; at < SMALL_WORLDS && !tap_bad; at++) {
		opened_first(0);
		play(open ? opened_first : next_of_path,
		     SMALL_STEPS + (open ? 6 : 0), 1000, 5000);
		if (!next_path())
			break;
	}
	printf("# %u worlds%s\n", at + 1, at < SMALL_WORLDS ? ", all there are" : "");
}

static void every_small_world(void)
{
	small_worlds(false, false);
	small_worlds(false, true);
}

static void every_small_world_that_is_open(void)
{
	small_worlds(true, false);
	small_worlds(true, true);
}

static void large_worlds(bool forge_too)
{
	forging = forge_too;
	for (at = 0; at < LARGE_WORLDS && !tap_bad; at++) {
		fuzz_seed(at + 1);
		all = at & 1;
		play(at_random, LARGE_STEPS, at & 2 ? 1000 : -3u,
		     at & 4 ? 5000 : -2u);
	}
}

static void random_large_worlds(void)
{
	large_worlds(false);
}

static void random_large_worlds_with_a_forger(void)
{
	large_worlds(true);
}

static void every_outcome_was_met(void)
{
	static const unsigned char never[] = {
		SYNFIN_OPEN_SIMULTANEOUS, SYNFIN_OPEN_UNREACHABLE,
		SYNFIN_OPEN_MIDSTREAM,
	};
	unsigned int i;

	/* The last one is of the reader, where a capture ends. */
	for (i = 0; i < SYNFIN_OPEN_OPENING; i++)
		if (!openings[i] && !memchr(never, i, sizeof(never)))
			tap_wrong("no world has opening %u", i);
	for (i = 0; i < SYNFIN_CLOSE_NR; i++)
		if (!closings[i] && i != SYNFIN_CLOSE_EVICTED)
			tap_wrong("no world has closing %u", i);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_small_world),
	TAP_TEST(every_small_world_that_is_open),
	TAP_TEST(random_large_worlds),
	TAP_TEST(random_large_worlds_with_a_forger),
	TAP_TEST(every_outcome_was_met),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
