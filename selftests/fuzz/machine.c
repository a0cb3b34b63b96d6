// SPDX-License-Identifier: GPL-2.0
/*
 * The phase machine: any sequence of segments, and of waits that end. Four bytes a
 * move: who says which flags; sequence number; acknowledgment; payload, verdict, time.
 * Numbers are near those that make sense, or they would never meet.
 *
 * What must hold is told from outside: by what was shown, and by the summary.
 */
#include "core/phase.h"
#include "../unit/both_ways.h"
#include "fuzz.h"

#define MOVES	128
#define HOUR	3600000000000ULL
#define NAMED	(4 * MOVES)

/* A connection, and what its ends have said. */
struct world {
	struct synfin_conn conn;
	struct synfin_record_conn before;
	__u64 now, first, last;
	__u64 id;
	__u32 isn[2], nxt[2], fin[2];
	__u32 named[2][NAMED];
	unsigned int nr_named[2];
	bool all, live, ended;
};

static void name(struct world *w, __u8 from, __u32 number)
{
	if (w->nr_named[from] < NAMED)
		w->named[from][w->nr_named[from]++] = number;
}

/* Has anybody named a number of that end that lies so far behind another? */
static bool is_named(const struct world *w, __u8 from, __u32 base, __u32 bytes)
{
	for (unsigned int i = 0; i < w->nr_named[from]; i++)
		if (w->named[from][i] - base - bytes <= 1)
			return true;
	return false;
}

/*
 * Payload is what lies between two numbers of an end, less its SYN and its FIN; both
 * must have been named by a segment of that end, or acknowledged by the other.
 */
static void hold_bytes(const struct world *w, __u8 from, __u64 bytes,
		       bool known, __u32 isn)
{
	if (bytes == SYNFIN_BYTES_NONE || !bytes)
		return;
	if (known) {
		HOLDS(is_named(w, from, isn + 1, (__u32)bytes));
		return;
	}
	for (unsigned int i = 0; i < w->nr_named[from]; i++)
		if (is_named(w, from, w->named[from][i], (__u32)bytes) ||
		    is_named(w, from, w->named[from][i] + 1, (__u32)bytes))
			return;
	HOLDS(!"bytes that nobody has sent");
}

static void hold_times(const struct world *w, const struct synfin_record_conn *sum)
{
	const __u64 times[] = {
		sum->handshake_ns, sum->server_rtt_ns, sum->client_rtt_ns,
		sum->duration_ns, sum->close_ns, sum->half_close_ns,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(times); i++)
		HOLDS(times[i] == SYNFIN_NS_NONE ||
		      times[i] <= w->last - w->first);
}

static void hold_words(const struct synfin_record_conn *sum)
{
	bool one = sum->closed_by == SYNFIN_BY_CLIENT ||
		   sum->closed_by == SYNFIN_BY_SERVER;

	HOLDS(sum->opening < SYNFIN_OPEN_NR);
	HOLDS(sum->closing < SYNFIN_CLOSE_NR);
	if (sum->closing == SYNFIN_CLOSE_NONE || sum->closing == SYNFIN_CLOSE_OPEN)
		HOLDS(sum->closed_by == SYNFIN_BY_NOBODY);
	else if (sum->closing == SYNFIN_CLOSE_SIMULTANEOUS)
		HOLDS(sum->closed_by == SYNFIN_BY_BOTH);
	else if (sum->closing != SYNFIN_CLOSE_EVICTED)
		HOLDS(one);
	if (sum->closing == SYNFIN_CLOSE_RESET)
		HOLDS(sum->rst_count);
	if (sum->opening == SYNFIN_OPEN_ESTABLISHED)
		HOLDS(sum->closing != SYNFIN_CLOSE_NONE);
	if (sum->opening == SYNFIN_OPEN_UNANSWERED)
		HOLDS((sum->closing == SYNFIN_CLOSE_NONE ||
		       sum->closing == SYNFIN_CLOSE_EVICTED) && sum->syn_count);
}

static void hold_summary(struct world *w, bool taken_back, bool over)
{
	struct synfin_record_conn sum;
	bool flipped;

	memset(&sum, 0xa5, sizeof(sum));
	synfin_phase_summary(&w->conn, &sum);
	HOLDS(sum.head.type == SYNFIN_RECORD_CONN);
	HOLDS(sum.syn_count >= w->before.syn_count);
	HOLDS(sum.syn_ack_count >= w->before.syn_ack_count);
	HOLDS(sum.fin_count >= w->before.fin_count || taken_back);
	HOLDS(sum.rst_count >= w->before.rst_count);
	w->before = sum;
	if (!over)
		return;
	flipped = sum.head.client_port != 40000;
	if (getenv("TELL"))
		fprintf(stderr, "flags %x, ISNs %u %u, bytes %lld %lld\n",
			sum.flags, sum.client_isn, sum.server_isn,
			sum.bytes_client, sum.bytes_server);
	hold_bytes(w, flipped, sum.bytes_client,
		   sum.flags & SYNFIN_CONN_CLIENT_ISN, sum.client_isn);
	hold_bytes(w, !flipped, sum.bytes_server,
		   sum.flags & SYNFIN_CONN_SERVER_ISN, sum.server_isn);
	hold_times(w, &sum);
	hold_words(&sum);
}

static void hold_result(struct world *w, const struct synfin_result *res)
{
	HOLDS(res->nr <= ARRAY_SIZE(res->step));
	for (unsigned int i = 0; i < res->nr; i++) {
		HOLDS(res->step[i].phase < SYNFIN_PHASE_NR);
		HOLDS(res->step[i].from < 2);
		HOLDS(res->step[i].count);
	}
	HOLDS(res->reason < SYNFIN_CNT_NR);
	HOLDS(!res->ended || !w->ended);
	w->ended |= res->ended;
	HOLDS(w->conn.state < SYNFIN_STATE_NR);
	HOLDS(synfin_phase_wait(&w->conn) < SYNFIN_WAIT_NR);
	hold_summary(w, res->taken_back, res->ended);
}

/* From wherever it is it comes to its end, and ends but once. */
static void hold_way_out(const struct world *world)
{
	struct world w = *world;
	struct synfin_result res;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		w.now = w.last + HOUR;
		/* A RST is believed only after a silence that tells something. */
		if (w.now < w.conn.deadline_ns)
			w.now = w.conn.deadline_ns;
		w.last = w.now;
		synfin_phase_expire(&w.conn, w.now, &res);
		hold_result(&w, &res);
		if (res.gone)
			break;
	}
	HOLDS(res.gone && w.ended);
	w = *world;
	synfin_phase_evict(&w.conn, &res);
	hold_result(&w, &res);
	HOLDS(res.gone && w.ended);
	w = *world;
	synfin_phase_finish(&w.conn, &res);
	hold_result(&w, &res);
	HOLDS(res.gone && w.ended);
}

static __u8 kind_of(__u8 flags)
{
	if (flags & SYNFIN_TCP_RST)
		return SYNFIN_KIND_RST;
	if (flags & SYNFIN_TCP_SYN)
		return flags & SYNFIN_TCP_ACK ? SYNFIN_KIND_SYN_ACK :
						SYNFIN_KIND_SYN;
	return flags & SYNFIN_TCP_FIN ? SYNFIN_KIND_FIN : SYNFIN_KIND_PLAIN;
}

static __u32 number(const struct world *w, __u8 from, __u8 code)
{
	__u32 near = (code & 15) - 4;

	switch (code >> 4) {
	case 0 ... 4:
		return w->isn[from] + near;
	case 5 ... 11:
		return w->nxt[from] + near;
	case 12:
		return w->fin[from] + near;
	case 13:
		return w->nxt[from] + (near << 12);
	case 14:
		return w->nxt[from] + (near << 28);
	default:
		return code * 0x9e3779b9u;
	}
}

/* Behind a proxy the client acknowledges with that one's numbers. */
static __u32 shift_of(const struct world *w, __u8 from)
{
	bool client = from == (w->conn.client_port != 40000);

	return w->live && client && w->conn.flags & SYNFIN_FLAG_SHIFTED ?
	       w->conn.shift : 0;
}

static void say(struct world *w, const uint8_t *move, struct synfin_segment *seg)
{
	static const __u8 flags[16] = {
		0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14, 0x10, 0x01, 0x03, 0x13,
		0x52, 0x06, 0x00, 0x19, 0,
	};
	static const __u32 lens[8] = { 0, 0, 1, 3, 10, 1448, 65000, 1 << 20 };
	__u8 from = move[0] >> 7;

	memset(seg, 0, sizeof(*seg));
	seg->src.w[0] = from ? 2 : 1;
	seg->dst.w[0] = from ? 1 : 2;
	seg->sport = from ? 80 : 40000;
	seg->dport = from ? 40000 : 80;
	seg->family = 4;
	seg->flags = flags[move[0] & 15];
	seg->kind = kind_of(seg->flags);
	seg->window = 512;
	seg->all = w->all;
	seg->seq = number(w, from, move[1]);
	seg->ack = seg->flags & SYNFIN_TCP_ACK ? number(w, !from, move[2]) : 0;
	seg->len = lens[move[3] & 7];
	if (!w->all && (move[0] & 0x70) == 0x70)
		seg->verdict = (move[3] >> 3) % 5;
	if ((move[0] & 15) == 15) {
		seg->kind = SYNFIN_KIND_ICMP;
		seg->len = 0;
	}
	name(w, from, seg->seq);
	name(w, from, synfin_segment_end(seg));
	if (seg->flags & SYNFIN_TCP_FIN)
		name(w, from, synfin_segment_end(seg) - 1);
	if (seg->flags & SYNFIN_TCP_ACK)
		name(w, !from, seg->ack + shift_of(w, from));
	/* What it may go on with. */
	if ((move[1] >> 4) < 12) {
		w->nxt[from] = synfin_segment_end(seg);
		if (seg->flags & SYNFIN_TCP_FIN)
			w->fin[from] = w->nxt[from];
	}
}

/* TELL=1 with one input: what was said. */
static void tell(const struct world *w, const struct synfin_segment *seg)
{
	static const char *const kinds[] = {
		"SYN", "SYN-ACK", "plain", "FIN", "RST", "ICMP",
	};

	if (!getenv("TELL"))
		return;
	fprintf(stderr, "%s %s flags %02x seq %u ack %u len %u verdict %u at %llu ms, state %d\n",
		seg->sport == 40000 ? "client" : "server", kinds[seg->kind],
		seg->flags, seg->seq, seg->ack, seg->len, seg->verdict,
		(w->now - 10 * HOUR) / 1000000, w->live ? w->conn.state : -1);
}

static void begin(struct world *w)
{
	w->live = true;
	w->ended = false;
	w->first = w->now < w->last ? w->now : w->last;
	memset(&w->before, 0, sizeof(w->before));
}

/* As a table does that has room for one connection. */
static void show(struct world *w, const struct synfin_segment *seg)
{
	struct synfin_conn *rivals[] = { &w->conn };
	struct synfin_result res;
	int picked = synfin_phase_pick(rivals, w->live, seg, w->now);

	HOLDS(picked == SYNFIN_PICK_NONE || picked == SYNFIN_PICK_NEW ||
	      (!picked && w->live));
	if (picked == SYNFIN_PICK_NONE) {
		HOLDS(synfin_phase_stray(seg) >= SYNFIN_CNT_FIRST_REASON);
		return;
	}
	if (picked == SYNFIN_PICK_NEW) {
		HOLDS(synfin_phase_begins(seg));
		if (w->live) {
			synfin_phase_evict(&w->conn, &res);
			hold_result(w, &res);
			HOLDS(w->ended);
		}
		begin(w);
		synfin_phase_init(&w->conn, seg, 1, ++w->id);
	}
	segment_both_ways(&w->conn, seg, w->now, &res);
	/* Recorded, or passed over for a reason. */
	HOLDS(res.gone || !res.nr == !!res.reason);
	hold_result(w, &res);
}

/* Time goes on; in a capture, now and then it is set back. */
static void pass_time(struct world *w, __u8 code)
{
	static const __u64 steps[8] = {
		1000, 50000, 1000000, 200000000, 3000000000ULL, 70000000000ULL,
		HOUR, 0,
	};

	if (code == 0xff && w->all)
		w->now -= 2000000000ULL;
	else
		w->now += steps[code >> 5];
	if (w->now > w->last)
		w->last = w->now;
	if (w->now < w->first)
		w->first = w->now;
}

int fuzz_one(const uint8_t *data, size_t size)
{
	static struct world w;
	struct synfin_segment seg;
	unsigned int i;

	if (size < 5)
		return 0;
	memset(&w, 0, sizeof(w));
	w.all = data[0] & 1;
	w.isn[0] = data[0] & 2 ? -3u : 1000;
	w.isn[1] = data[0] & 4 ? -2u : 5000;
	w.nxt[0] = w.isn[0];
	w.nxt[1] = w.isn[1];
	w.now = 10 * HOUR;
	w.last = w.now;
	for (i = 1; i + 4 <= size && i < 4 * MOVES; i += 4) {
		pass_time(&w, data[i + 3]);
		say(&w, data + i, &seg);
		tell(&w, &seg);
		show(&w, &seg);
		if (w.live)
			hold_way_out(&w);
	}
	return 0;
}
