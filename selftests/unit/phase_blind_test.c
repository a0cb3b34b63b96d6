// SPDX-License-Identifier: GPL-2.0
/*
 * Guesses of one who does not see the traffic of a forwarded connection that goes on:
 * evenly spread over all numbers, at any pace. Fewer than one in a thousand may change
 * what is said of it while it goes on, and none what is said in the end.
 */
#include "both_ways.h"
#include "shape.h"

#define GUESSES	4096u

static struct dialogue d;

/* How long the ends are silent between two segments. */
static const __u64 paces[] = {
	1000ULL, MS, 1000 * MS, 60000 * MS, 3600000 * MS, 24 * 3600000 * MS,
};

/* One of the table's: it is watched, but for a moment when it is busy. */
struct talk {
	struct synfin_conn conn;
	__u64 now;
	__u32 nxt[2];
	unsigned int wrong;
	bool busy;
};

static void show(struct talk *t, __u8 from, __u8 flags, __u32 seq, __u32 ack, __u32 len)
{
	struct synfin_segment seg;
	struct synfin_result res;

	dialogue_segment(&d, &seg, from, flags, seq, ack, len);
	seg.window = 64000;
	if (seg.kind == SYNFIN_KIND_PLAIN && !synfin_phase_awaits(&t->conn))
		return;
	segment_both_ways(&t->conn, &seg, t->now, &res);
	if (res.ended)
		t->wrong++;
}

static void say(struct talk *t, __u8 from, __u8 flags, __u32 len)
{
	show(t, from, flags, t->nxt[from], flags & SYNFIN_TCP_ACK ? t->nxt[!from] : 0, len);
	t->nxt[from] += len + !!(flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_FIN));
	t->now += 1000;
}

static void begin(struct talk *t, bool busy)
{
	struct synfin_segment seg;

	dialogue_begin(&d, 0);
	memset(t, 0, sizeof(*t));
	t->now = 1000 * MS;
	t->nxt[0] = 0x23456789;
	t->nxt[1] = 0xfedcba98;
	t->busy = busy;
	dialogue_segment(&d, &seg, 0, SYNFIN_TCP_SYN, t->nxt[0], 0, 0);
	synfin_phase_init(&t->conn, &seg, 1, 1);
	say(t, 0, SYNFIN_TCP_SYN, 0);
}

static void open_up(struct talk *t, bool busy)
{
	begin(t, busy);
	say(t, 1, SYNFIN_TCP_SYN | SYNFIN_TCP_ACK, 0);
	say(t, 0, SYNFIN_TCP_ACK, 0);
	synfin_phase_watch(&t->conn, t->now);
}

/* A question and its answer; when it is busy the table looks away in between. */
static void goes_on(struct talk *t)
{
	if (t->busy) {
		synfin_phase_unwatch(&t->conn, t->now);
		say(t, 0, SYNFIN_TCP_ACK, 30000);
		say(t, 1, SYNFIN_TCP_ACK, 60000);
		t->now += 100 * MS;
		synfin_phase_watch(&t->conn, t->now);
	}
	say(t, 0, SYNFIN_TCP_ACK, 500);
	say(t, 1, SYNFIN_TCP_ACK, 900);
	say(t, 0, SYNFIN_TCP_ACK, 0);
}

static bool is_changed(const struct talk *t)
{
	return t->conn.state != SYNFIN_STATE_OPEN ||
	       t->conn.closing != SYNFIN_CLOSE_OPEN ||
	       t->conn.suspect.what != SYNFIN_SUSPECT_NOTHING;
}

static void close_truly(struct talk *t, const char *what, __u64 pace)
{
	struct synfin_record_conn sum;

	say(t, 1, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, 0);
	say(t, 0, SYNFIN_TCP_ACK, 0);
	say(t, 0, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, 0);
	say(t, 1, SYNFIN_TCP_ACK, 0);
	synfin_phase_summary(&t->conn, &sum);
	if (t->conn.state != SYNFIN_STATE_DONE || sum.closing != SYNFIN_CLOSE_FOUR_WAY ||
	    sum.closed_by != SYNFIN_BY_SERVER)
		tap_wrong("%s at a pace of %llu ns: state %u, closing %u by %u", what, pace,
			  t->conn.state, sum.closing, sum.closed_by);
}

static void guess(__u8 flags, const char *what, bool busy)
{
	static struct talk t;
	unsigned int i, p, changed;

	for (p = 0; p < ARRAY_SIZE(paces); p++) {
		open_up(&t, busy);
		for (i = changed = 0; i < GUESSES; i++) {
			goes_on(&t);
			t.now += paces[p];
			show(&t, i & 1, flags, i * (~0u / GUESSES) + 7,
			     flags & SYNFIN_TCP_ACK ? i * 0x9e3779b9u : 0, 0);
			t.now += paces[p];
			goes_on(&t);
			t.now += 2000 * MS;
			goes_on(&t);
			changed += is_changed(&t);
		}
		if (changed * 1000 >= GUESSES || t.wrong)
			tap_wrong("%s at a pace of %llu ns: %u changed, %u ended", what,
				  paces[p], changed, t.wrong);
		close_truly(&t, what, paces[p]);
	}
}

static void resets_that_are_guessed(void)
{
	guess(SYNFIN_TCP_RST, "RST", false);
	guess(SYNFIN_TCP_RST, "RST, busy", true);
	guess(SYNFIN_TCP_RST | SYNFIN_TCP_ACK, "RST, ACK", false);
}

static void fins_that_are_guessed(void)
{
	guess(SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, "FIN", false);
	guess(SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, "FIN, busy", true);
}

static void data_that_is_guessed(void)
{
	guess(SYNFIN_TCP_ACK, "ACK", false);
	guess(SYNFIN_TCP_ACK, "ACK, busy", true);
}

/* All at once, right before the true close. */
static void volley_before_the_close(void)
{
	static const __u8 flags[] = {
		SYNFIN_TCP_RST, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK,
		SYNFIN_TCP_RST | SYNFIN_TCP_ACK,
	};
	static struct talk t;
	unsigned int i, f, p;

	for (p = 0; p < ARRAY_SIZE(paces); p++)
		for (f = 0; f < ARRAY_SIZE(flags); f++) {
			open_up(&t, false);
			goes_on(&t);
			t.now += paces[p];
			for (i = 0; i < GUESSES; i++)
				show(&t, i & 1, flags[f], i * (~0u / GUESSES) + 7,
				     i * 0x9e3779b9u, 0);
			TAP_EQUAL(t.wrong, 0);
			close_truly(&t, "volley", paces[p]);
		}
}

/* The table's worker comes: what has waited long enough is believed. */
static void pass_time(struct talk *t, __u64 ns)
{
	static const __u64 limit[SYNFIN_WAIT_NR] = {
		[SYNFIN_WAIT_DOUBTED] = 5000 * MS, [SYNFIN_WAIT_LINGER] = 5000 * MS,
		[SYNFIN_WAIT_UNPROVEN] = 60000 * MS, [SYNFIN_WAIT_CLOSING] = 120000 * MS,
	};
	struct synfin_result res;
	__u64 wait, over;

	t->now += ns;
	wait = limit[synfin_phase_wait(&t->conn)];
	over = t->conn.last_ns + wait;
	if (over < t->conn.deadline_ns)
		over = t->conn.deadline_ns;
	if (!wait || over > t->now || t->conn.state == SYNFIN_STATE_DONE)
		return;
	synfin_phase_expire(&t->conn, t->now, &res);
	t->wrong += res.ended;
}

/* A connection in the midst of its life, and who guesses in it. */
struct scene {
	const char *name;
	unsigned int exchanges;
	bool busy;	/* the table looks away when it falls silent */
	bool half;	/* the client has closed */
	bool wide;	/* windows of megabytes */
};

static const struct scene scenes[] = {
	{ "open", 20, false, false, false }, { "open, wide", 20, false, false, true },
	{ "half closed", 20, false, true, true }, { "new", 0, false, false, true },
	{ "busy", 2000, true, false, true }, { "busy, half closed", 2000, true, true, true },
};

static void play_scene(struct talk *t, const struct scene *scene)
{
	unsigned int i;

	open_up(t, scene->busy);
	if (scene->wide) {
		t->conn.end[0].scale = 7;
		t->conn.end[1].scale = 7;
	}
	for (i = 0; i < scene->exchanges; i++)
		goes_on(t);
	if (scene->half) {
		say(t, 0, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, 0);
		say(t, 1, SYNFIN_TCP_ACK, 0);
	}
	if (scene->busy) {
		synfin_phase_unwatch(&t->conn, t->now);
		t->nxt[1] += 3000000;
	}
}

static void server_goes_on(struct talk *t)
{
	say(t, 1, SYNFIN_TCP_ACK, 900);
	say(t, 0, SYNFIN_TCP_ACK, 0);
}

static bool is_right(struct talk *t, const struct scene *scene)
{
	struct synfin_record_conn sum;

	server_goes_on(t);
	t->now += 2000 * MS;
	server_goes_on(t);
	server_goes_on(t);
	say(t, 1, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, 0);
	say(t, 0, SYNFIN_TCP_ACK, 0);
	if (!scene->half) {
		say(t, 0, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, 0);
		say(t, 1, SYNFIN_TCP_ACK, 0);
	}
	synfin_phase_summary(&t->conn, &sum);
	return t->conn.state == SYNFIN_STATE_DONE && sum.closing == SYNFIN_CLOSE_FOUR_WAY &&
	       sum.closed_by == (scene->half ? SYNFIN_BY_CLIENT : SYNFIN_BY_SERVER) &&
	       t->wrong == 1;
}

/* The numbers of somebody who sees nothing. */
static __u32 dice;

static __u32 roll(void)
{
	dice = dice * 1664525 + 1013904223;
	return dice ^ dice >> 15;
}

static void show_odd(struct talk *t, __u8 from, __u8 flags, __u32 seq)
{
	static const __u16 windows[] = { 0, 1, 65535 };
	struct synfin_segment seg;
	struct synfin_result res;

	dialogue_segment(&d, &seg, from, flags, seq, 0, roll() >> 9 & 1);
	seg.window = windows[(roll() >> 8) % ARRAY_SIZE(windows)];
	if (flags & SYNFIN_TCP_ACK)
		seg.ack = roll() * 65537;
	if (flags & SYNFIN_TCP_SYN)
		seg.scale = roll() % 15;
	else if (!flags)
		seg.kind = SYNFIN_KIND_ICMP;
	if (roll() % 8 == 0) {
		seg.stamped = 1;
		seg.tsval = roll() * 65537;
		seg.tsecr = roll() * 65537;
	}
	if (seg.kind == SYNFIN_KIND_PLAIN && !synfin_phase_awaits(&t->conn))
		return;
	segment_both_ways(&t->conn, &seg, t->now, &res);
	t->wrong += res.ended;
}

/* Whatever may be sent that the hooks let through, of either end, over all numbers. */
static void volley(struct talk *t, unsigned int nr)
{
	static const __u8 flags[] = {
		SYNFIN_TCP_SYN, SYNFIN_TCP_SYN | SYNFIN_TCP_ACK, SYNFIN_TCP_RST,
		SYNFIN_TCP_RST | SYNFIN_TCP_ACK, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK,
		SYNFIN_TCP_ACK, SYNFIN_TCP_PSH | SYNFIN_TCP_ACK, 0,
	};
	__u32 seq = roll();
	unsigned int i;

	for (i = 0; i < nr; i++) {
		seq += ~0u / nr;
		if (roll() >> 5 & 3) {
			show_odd(t, roll() >> 7 & 1, flags[roll() >> 6 & 7], seq);
		} else {
			show_odd(t, 0, SYNFIN_TCP_RST, seq);
			show_odd(t, 0, SYNFIN_TCP_SYN, seq + 1);
		}
		pass_time(t, 150000 + roll() % 100000);
	}
}

static void exchanges(struct talk *t)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		say(t, 0, SYNFIN_TCP_ACK, 100);
		say(t, 1, SYNFIN_TCP_ACK, 100);
	}
	say(t, 0, SYNFIN_TCP_ACK, 0);
}

static void open_amid(struct talk *t, bool busy)
{
	begin(t, busy);
	volley(t, 512);
	say(t, 1, SYNFIN_TCP_SYN | SYNFIN_TCP_ACK, 0);
	volley(t, 512);
	say(t, 0, SYNFIN_TCP_ACK, 0);
	synfin_phase_watch(&t->conn, t->now);
}

/* What the connection is like, by the bits of a seed. */
#define ODD_BUSY	1	/* the table looks away */
#define ODD_WIDE	2	/* windows of megabytes */
#define ODD_AGAIN	4	/* it looks again after the exchange, not before */
#define ODD_LATE	8	/* the last volley is between FIN and FIN */
#define ODD_OPENING	16	/* it begins amid volleys */

static void live_through(struct talk *t, unsigned int seed)
{
	unsigned int i;

	if (seed & ODD_OPENING)
		open_amid(t, seed & ODD_BUSY);
	else
		open_up(t, seed & ODD_BUSY);
	t->conn.end[0].scale = seed & ODD_WIDE ? 7 : SYNFIN_SCALE_NONE;
	t->conn.end[1].scale = t->conn.end[0].scale;
	exchanges(t);
	if (seed & ODD_BUSY)
		synfin_phase_unwatch(&t->conn, t->now);
	volley(t, GUESSES);
	if (seed & ODD_BUSY && !(seed & ODD_AGAIN))
		synfin_phase_watch(&t->conn, t->now);
	exchanges(t);
	if (seed & ODD_BUSY && seed & ODD_AGAIN)
		synfin_phase_watch(&t->conn, t->now);
	pass_time(t, 1500 * MS);
	pass_time(t, 1500 * MS);
	volley(t, GUESSES);
	exchanges(t);
	for (i = 0; i < 4; i++) {
		pass_time(t, 1000 * MS);
		volley(t, 64);
	}
	pass_time(t, 1000 * MS);
	exchanges(t);
	say(t, 1, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, 0);
	t->now += 40 * MS;
	say(t, 0, SYNFIN_TCP_ACK, 0);
	pass_time(t, 160 * MS);
	if (seed & ODD_LATE) {
		volley(t, GUESSES);
		pass_time(t, 1000 * MS);
		say(t, 0, SYNFIN_TCP_ACK, 100);
		say(t, 1, SYNFIN_TCP_ACK, 0);
	}
	say(t, 0, SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, 0);
	say(t, 1, SYNFIN_TCP_ACK, 0);
}

/* Each may open the way for another: a FIN makes an ACK fit, two ends seem to agree. */
static void volleys_of_everything(void)
{
	struct synfin_record_conn sum;
	static struct talk t;
	unsigned int seed;
	__u64 bytes;

	for (seed = 0; seed < 96; seed++) {
		dice = seed;
		live_through(&t, seed);
		synfin_phase_summary(&t.conn, &sum);
		bytes = seed & ODD_LATE ? 8100 : 8000;
		if (t.conn.state != SYNFIN_STATE_DONE || t.wrong != 1 ||
		    sum.opening != SYNFIN_OPEN_ESTABLISHED ||
		    sum.closing != SYNFIN_CLOSE_FOUR_WAY ||
		    sum.closed_by != SYNFIN_BY_SERVER ||
		    sum.bytes_client != bytes || sum.bytes_server != 8000)
			tap_wrong("%u: state %u, opening %u, closing %u by %u, bytes %llu, %llu",
				  seed, t.conn.state, sum.opening, sum.closing,
				  sum.closed_by, sum.bytes_client, sum.bytes_server);
	}
}

/* One guess in a silence, of any length before it and after. */
static unsigned int guesses_in_silence(const struct talk *scene_is,
				       const struct scene *scene, __u8 flags,
				       __u64 before, __u64 after)
{
	unsigned int i, wrong = 0;
	struct talk t;

	for (i = 0; i < GUESSES; i++) {
		t = *scene_is;
		if (scene->busy && before > 100 * MS)
			synfin_phase_watch(&t.conn, t.now + 100 * MS);
		t.now += before;
		show(&t, i & 1, flags, i * (~0u / GUESSES) + 7,
		     flags & SYNFIN_TCP_ACK ? i * 0x9e3779b9u : 0, 0);
		if (scene->busy && before <= 100 * MS)
			synfin_phase_watch(&t.conn, t.now + 100 * MS);
		pass_time(&t, after);
		wrong += !is_right(&t, scene);
	}
	return wrong;
}

static void silence_with(__u8 flags, const char *what)
{
	static const __u64 lengths[] = { MS, 50 * MS, 3000 * MS, 20000 * MS, 7000000 * MS };
	static struct talk t;
	unsigned int s, b, a, wrong;

	for (s = 0; s < ARRAY_SIZE(scenes); s++) {
		play_scene(&t, &scenes[s]);
		for (b = 0; b < ARRAY_SIZE(lengths); b++)
			for (a = 0; a < ARRAY_SIZE(lengths); a++) {
				wrong = guesses_in_silence(&t, &scenes[s], flags,
							   lengths[b], lengths[a]);
				if (wrong * 1000 >= GUESSES)
					tap_wrong("%s, %s, after %llu ms, %llu ms before: %u wrong",
						  scenes[s].name, what, lengths[b] / MS,
						  lengths[a] / MS, wrong);
			}
	}
}

static void guesses_before_a_silence(void)
{
	silence_with(SYNFIN_TCP_RST, "RST");
	silence_with(SYNFIN_TCP_RST | SYNFIN_TCP_ACK, "RST, ACK");
	silence_with(SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, "FIN");
	silence_with(SYNFIN_TCP_ACK, "ACK");
}

/* A true one, where its sender's next byte would be. */
static void true_reset_is_believed(void)
{
	static struct talk t;
	struct synfin_result res;

	open_up(&t, false);
	goes_on(&t);
	t.now += 3600000 * MS;
	say(&t, 1, SYNFIN_TCP_RST, 0);
	TAP_EQUAL(synfin_phase_wait(&t.conn), SYNFIN_WAIT_LINGER);
	synfin_phase_expire(&t.conn, t.now + 5000 * MS, &res);
	TAP_IS(res.ended && res.gone);
	TAP_EQUAL(t.conn.closing, SYNFIN_CLOSE_RESET);
	TAP_EQUAL(t.conn.closed_by, SYNFIN_BY_SERVER);
}

/* Data bypasses the hooks from some time on; the close does not. */
static void closes_after_data_that_bypassed(void)
{
	static struct talk t;
	struct synfin_record_conn sum;

	open_up(&t, false);
	goes_on(&t);
	t.now += 30000 * MS;
	t.nxt[1] += 2000000000;
	close_truly(&t, "bypassed", 0);
	synfin_phase_summary(&t.conn, &sum);
	TAP_EQUAL(sum.bytes_server, 2000000900);
}

/* So much passes while the table looks away that neither end's numbers are near. */
static void finds_its_place_when_it_is_fast(void)
{
	static struct talk t;
	struct synfin_record_conn sum;
	unsigned int i;

	open_up(&t, true);
	for (i = 0; i < 30; i++) {
		synfin_phase_unwatch(&t.conn, t.now);
		t.nxt[1] += 200000000;
		t.now += 150 * MS;
		synfin_phase_watch(&t.conn, t.now);
		say(&t, 0, SYNFIN_TCP_ACK, 0);
		say(&t, 1, SYNFIN_TCP_ACK, 1000);
		say(&t, 0, SYNFIN_TCP_ACK, 0);
		TAP_EQUAL(t.conn.blind_ns, 0);
	}
	close_truly(&t, "fast", 0);
	synfin_phase_summary(&t.conn, &sum);
	TAP_EQUAL(sum.bytes_server, 30 * 200001000ULL);
	TAP_IS(!(sum.flags & SYNFIN_CONN_BYTES_PARTIAL));
}

static const struct tap_test tests[] = {
	TAP_TEST(resets_that_are_guessed),
	TAP_TEST(fins_that_are_guessed),
	TAP_TEST(data_that_is_guessed),
	TAP_TEST(volley_before_the_close),
	TAP_TEST(volleys_of_everything),
	TAP_TEST(guesses_before_a_silence),
	TAP_TEST(true_reset_is_believed),
	TAP_TEST(closes_after_data_that_bypassed),
	TAP_TEST(finds_its_place_when_it_is_fast),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
