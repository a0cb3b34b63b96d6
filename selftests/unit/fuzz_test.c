// SPDX-License-Identifier: GPL-2.0
/*
 * Pseudo-random segments, the same in every run: what must hold whatever comes,
 * and dialogues into which forged segments are put, which must change nothing.
 */
#include <string.h>

#include "both_ways.h"
#include "fuzz.h"
#include "tap.h"

#define WALKS		60000
#define MOVES		60
#define DIALOGUES	40000

/* One walk: what was true before the move. */
struct walk {
	struct synfin_conn conn;
	struct synfin_record_conn before;
	__u64 now, start;
	__u32 isn[2];
	bool all, live, ended;
};

#define HOLDS(fact)							\
	do {								\
		if (!(fact))						\
			tap_wrong("walk %u, move %u, line %d: %s", at_walk, \
				  at_move, __LINE__, #fact);		\
	} while (0)

static unsigned int at_walk, at_move;
static unsigned int openings[SYNFIN_OPEN_NR], closings[SYNFIN_CLOSE_NR];

static void hold_numbers(const struct walk *w,
			 const struct synfin_record_conn *sum)
{
	const __u64 bytes[] = { sum->bytes_client, sum->bytes_server };
	const __u64 times[] = {
		sum->handshake_ns, sum->server_rtt_ns, sum->client_rtt_ns,
		sum->duration_ns, sum->close_ns, sum->half_close_ns,
	};
	__u64 history = sum->history;
	unsigned int i;

	/* Never more than a line of 128 Gbit/s carries, and what may be under way. */
	for (i = 0; i < 2; i++)
		HOLDS(bytes[i] == SYNFIN_BYTES_NONE ||
		      bytes[i] <= (w->now - w->start) * 16 + (1ULL << 32));
	for (i = 0; i < ARRAY_SIZE(times); i++)
		HOLDS(times[i] == SYNFIN_NS_NONE || times[i] <= w->now - w->start);
	HOLDS(sum->duration_ns != SYNFIN_NS_NONE);
	for (i = 0; history & 15; i++)
		history >>= 4;
	HOLDS(!history && i <= 16);
}

static void hold_words(const struct synfin_record_conn *sum)
{
	bool opened = sum->opening == SYNFIN_OPEN_ESTABLISHED ||
		      sum->opening == SYNFIN_OPEN_SIMULTANEOUS ||
		      sum->opening == SYNFIN_OPEN_MIDSTREAM;
	bool one = sum->closed_by == SYNFIN_BY_CLIENT ||
		   sum->closed_by == SYNFIN_BY_SERVER;

	HOLDS(sum->opening < SYNFIN_OPEN_NR);
	HOLDS(sum->closing < SYNFIN_CLOSE_NR);
	switch (sum->closing) {
	case SYNFIN_CLOSE_NONE:
		HOLDS(!opened && sum->closed_by == SYNFIN_BY_NOBODY);
		break;
	case SYNFIN_CLOSE_OPEN:
		HOLDS(opened);
		HOLDS(sum->closed_by == SYNFIN_BY_NOBODY);
		break;
	case SYNFIN_CLOSE_SIMULTANEOUS:
		HOLDS(sum->closed_by == SYNFIN_BY_BOTH && sum->fin_count);
		break;
	case SYNFIN_CLOSE_RESET:
		HOLDS(one && sum->rst_count);
		break;
	case SYNFIN_CLOSE_EVICTED:
		break;
	default:
		HOLDS(one && sum->fin_count);
	}
	HOLDS(sum->completeness & SYNFIN_SEEN_SYN || !sum->syn_count);
	HOLDS(sum->completeness & SYNFIN_SEEN_SYN_ACK || !sum->syn_ack_count);
	HOLDS(sum->completeness & SYNFIN_SEEN_RST || !sum->rst_count);
	HOLDS(sum->completeness & SYNFIN_SEEN_FIN || !sum->fin_count);
}

static void hold_counts(const struct walk *w,
			const struct synfin_record_conn *sum, bool taken_back)
{
	HOLDS(sum->syn_count >= w->before.syn_count);
	HOLDS(sum->syn_ack_count >= w->before.syn_ack_count);
	HOLDS(sum->fin_count >= w->before.fin_count || taken_back);
	HOLDS(sum->rst_count >= w->before.rst_count);
}

static void hold_result(struct walk *w, const struct synfin_result *res,
			__u8 state)
{
	struct synfin_record_conn sum;
	unsigned int i;

	HOLDS(res->nr <= 3);
	for (i = 0; i < res->nr && i < 3; i++) {
		HOLDS(res->step[i].phase < SYNFIN_PHASE_NR);
		HOLDS(res->step[i].from < 2);
		HOLDS(res->step[i].count);
	}
	/* The books: recorded, or passed over for one reason; never both. */
	if (!res->gone)
		HOLDS(!res->nr == !!res->reason);
	HOLDS(!(res->ended && w->ended));
	w->ended |= res->ended;
	HOLDS(w->ended == (w->conn.state == SYNFIN_STATE_DONE));
	HOLDS(state != SYNFIN_STATE_DONE || w->conn.state == SYNFIN_STATE_DONE);
	HOLDS(w->conn.state < SYNFIN_STATE_NR);
	/* What comes late is written, and not held for what may follow. */
	HOLDS(w->conn.state != SYNFIN_STATE_DONE || !w->conn.suspect.what);
	HOLDS(w->conn.state != SYNFIN_STATE_OPEN ||
	      !((w->conn.end[0].flags | w->conn.end[1].flags) & SYNFIN_END_FIN));
	HOLDS(synfin_phase_wait(&w->conn) < SYNFIN_WAIT_NR);

	memset(&sum, 0, sizeof(sum));
	synfin_phase_summary(&w->conn, &sum);
	hold_counts(w, &sum, res->taken_back);
	if (res->ended) {
		hold_numbers(w, &sum);
		hold_words(&sum);
		openings[sum.opening]++;
		closings[sum.closing]++;
	}
	w->before = sum;
}

static void stray(const struct walk *w, struct synfin_segment *seg)
{
	static const __u8 flags[] = {
		0x02, 0x02, 0x12, 0x12, 0x10, 0x10, 0x18, 0x11, 0x11, 0x19, 0x01,
		0x04, 0x14, 0x10, 0x52,
	};
	static const __u32 lens[] = { 0, 0, 0, 1, 10, 1448, 65000, 1 << 20 };
	__u8 from = fuzz_below(2);
	__u32 near = fuzz_below(4) ? fuzz_below(4) : fuzz_below(3000);
	__u32 seq = w->isn[from] + near;
	__u32 ack = w->isn[!from] + (fuzz_below(4) ? fuzz_below(4) :
						     fuzz_below(3000));

	if (w->live && !fuzz_below(3)) {
		seq = w->conn.end[from].nxt - fuzz_below(3);
		ack = w->conn.end[!from].nxt - fuzz_below(3);
	}
	if (!fuzz_below(8))
		seq = fuzz_next();
	if (!fuzz_below(8))
		ack = fuzz_next();
	fuzz_segment(seg, from, flags[fuzz_below(sizeof(flags))], seq, ack,
		     lens[fuzz_below(8)]);
	seg->all = w->all;
	seg->verdict = fuzz_below(6) ? SYNFIN_VERDICT_UNKNOWN : fuzz_below(3);
	if (!fuzz_below(30)) {
		seg->kind = SYNFIN_KIND_ICMP;
		seg->flags = 0;
	}
}

static void begin(struct walk *w, const struct synfin_segment *seg)
{
	synfin_phase_init(&w->conn, seg, 1, 1);
	w->live = true;
	w->ended = false;
	w->start = w->now;
	memset(&w->before, 0, sizeof(w->before));
}

static void give_up(struct walk *w)
{
	__u8 state = w->conn.state;
	struct synfin_result res;

	switch (fuzz_below(3)) {
	case 0:
		synfin_phase_expire(&w->conn, w->now, &res);
		break;
	case 1:
		synfin_phase_evict(&w->conn, &res);
		break;
	default:
		synfin_phase_finish(&w->conn, &res);
	}
	if (res.stays) {
		HOLDS(w->conn.deadline_ns > w->now && !res.nr && !res.ended);
		return;
	}
	hold_result(w, &res, state);
	HOLDS(res.gone && w->ended);
	w->live = false;
}

static void step(struct walk *w)
{
	struct synfin_segment seg;
	struct synfin_result res;
	__u8 state;

	w->now += fuzz_below(20) ? fuzz_below(5000000) : fuzz_next();
	if (w->live && !fuzz_below(200)) {
		give_up(w);
		return;
	}
	stray(w, &seg);
	if (!w->live) {
		if (!synfin_phase_begins(&seg))
			return;
		begin(w, &seg);
	}
	state = w->conn.state;
	segment_both_ways(&w->conn, &seg, w->now, &res);
	hold_result(w, &res, state);
}

static void whatever_comes(void)
{
	struct walk w;

	fuzz_seed(1);
	for (at_walk = 0; at_walk < WALKS && !tap_bad; at_walk++) {
		memset(&w, 0, sizeof(w));
		w.all = fuzz_below(2);
		w.now = 1000000;
		w.isn[0] = fuzz_below(2) ? fuzz_next() : -fuzz_below(20);
		w.isn[1] = fuzz_below(2) ? fuzz_next() : -fuzz_below(20);
		for (at_move = 0; at_move < MOVES && !tap_bad; at_move++)
			step(&w);
	}
}

static void walks_reach_every_outcome(void)
{
	unsigned int i;

	/* The last one is of the reader, where a capture ends. */
	for (i = 0; i < SYNFIN_OPEN_OPENING; i++)
		if (!openings[i])
			tap_wrong("no walk has opening %u", i);
	for (i = 0; i < SYNFIN_CLOSE_NR; i++)
		if (!closings[i])
			tap_wrong("no walk has closing %u", i);
}

/* Plays a dialogue, with what is put in between, and what came of it. */
struct outcome {
	struct synfin_step step[FUZZ_STEPS];
	unsigned int steps, ends;
	struct synfin_record_conn sum;
};

static void note(struct outcome *out, const struct synfin_conn *conn,
		 const struct synfin_result *res)
{
	unsigned int i;

	for (i = 0; i < res->nr && out->steps < FUZZ_STEPS; i++)
		out->step[out->steps++] = res->step[i];
	if (res->ended)
		out->ends++;
	if (res->ended)
		synfin_phase_summary(conn, &out->sum);
}

/* As the hook does: a plain segment is shown only to who awaits it. */
static void show(struct synfin_conn *conn, const struct synfin_segment *seg,
		 __u64 now, struct outcome *out)
{
	struct synfin_result res;

	if (seg->kind == SYNFIN_KIND_PLAIN && !seg->all &&
	    !synfin_phase_awaits(conn))
		return;
	segment_both_ways(conn, seg, now, &res);
	note(out, conn, &res);
}

static void play(const struct fuzz_dialogue *talk, const struct fuzz_extra *extra,
		 unsigned int extras, struct outcome *out)
{
	struct synfin_result res;
	struct synfin_conn conn;
	unsigned int i, j;

	memset(out, 0, sizeof(*out));
	synfin_phase_init(&conn, &talk->line[0].seg, 1, 1);
	for (i = 0; i < talk->lines; i++) {
		show(&conn, &talk->line[i].seg, talk->line[i].now, out);
		for (j = 0; j < extras; j++)
			if (extra[j].after == i)
				show(&conn, &extra[j].seg, talk->line[i].now,
				     out);
	}
	synfin_phase_finish(&conn, &res);
	note(out, &conn, &res);
}

static void tell(const char *what, const struct fuzz_dialogue *talk,
		 const struct fuzz_extra *extra, unsigned int extras)
{
	unsigned int i;

	for (i = 0; i < talk->lines; i++)
		tap_wrong("%u: flags %02x from port %u seq %08x ack %08x len %u",
			  i, talk->line[i].seg.flags, talk->line[i].seg.sport,
			  talk->line[i].seg.seq, talk->line[i].seg.ack,
			  talk->line[i].seg.len);
	tap_wrong("%s: dialogue %u, shape %u, all %u", what, at_walk, talk->shape,
		  talk->line[0].seg.all);
	for (i = 0; i < extras; i++)
		tap_wrong("after %u of %u: %02x from %u seq %08x ack %08x len %u verdict %u",
			  extra[i].after, talk->lines, extra[i].seg.flags,
			  extra[i].seg.sport, extra[i].seg.seq, extra[i].seg.ack,
			  extra[i].seg.len, extra[i].seg.verdict);
}

static void tell_phases(const struct outcome *out)
{
	unsigned int i;

	for (i = 0; i < out->steps; i++)
		tap_wrong("phase %u from %u count %u seq %08x ack %08x",
			  out->step[i].phase, out->step[i].from,
			  out->step[i].count, out->step[i].seq,
			  out->step[i].ack);
	tap_wrong("opening %u closing %u by %u flags %x bytes %llu %llu, %u ends",
		  out->sum.opening, out->sum.closing, out->sum.closed_by,
		  out->sum.flags, out->sum.bytes_client, out->sum.bytes_server,
		  out->ends);
}

static void forged_segments_change_nothing(void)
{
	struct fuzz_dialogue talk;
	struct fuzz_extra extra[8];
	struct outcome plain, forged;
	unsigned int extras, i;

	fuzz_seed(2);
	for (at_walk = 0; at_walk < DIALOGUES && !tap_bad; at_walk++) {
		fuzz_dialogue_make(&talk, fuzz_below(2));
		extras = 1 + fuzz_below(8);
		for (i = 0; i < extras; i++)
			fuzz_forge(&talk, &extra[i]);
		play(&talk, NULL, 0, &plain);
		play(&talk, extra, extras, &forged);
		if (plain.ends != 1 || plain.sum.closing != talk.closing ||
		    plain.sum.opening != SYNFIN_OPEN_ESTABLISHED)
			tell("the dialogue itself", &talk, NULL, 0);
		/* In a capture Wireshark sees them, too. */
		forged.sum.completeness = plain.sum.completeness;
		if (memcmp(&plain, &forged, sizeof(plain))) {
			tell_phases(&plain);
			tell_phases(&forged);
			tell("forged", &talk, extra, extras);
		}
	}
}

static void every_segment_may_come_twice(void)
{
	struct fuzz_dialogue talk;
	struct fuzz_extra extra;
	struct outcome plain, twice;

	fuzz_seed(3);
	for (at_walk = 0; at_walk < DIALOGUES && !tap_bad; at_walk++) {
		fuzz_dialogue_make(&talk, fuzz_below(2));
		extra.after = fuzz_below(talk.lines);
		extra.seg = talk.line[extra.after].seg;
		play(&talk, NULL, 0, &plain);
		play(&talk, &extra, 1, &twice);
		if (twice.ends != 1 || twice.sum.opening != plain.sum.opening ||
		    twice.sum.closing != plain.sum.closing ||
		    twice.sum.closed_by != plain.sum.closed_by ||
		    twice.sum.bytes_client != plain.sum.bytes_client ||
		    twice.sum.bytes_server != plain.sum.bytes_server)
			tell("twice", &talk, &extra, 1);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(whatever_comes),
	TAP_TEST(walks_reach_every_outcome),
	TAP_TEST(forged_segments_change_nothing),
	TAP_TEST(every_segment_may_come_twice),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
