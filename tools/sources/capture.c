// SPDX-License-Identifier: GPL-2.0
/*
 * The connections of a capture. Each segment goes to the phase machine, as in the
 * module; what differs is where connections are kept, and that a summary is handed
 * on when its connection has lingered, so that it counts what was sent again.
 *
 * On a pair of endpoints there may be several, and the machine says whose a segment is.
 * Of each kind of wait there is a list, the longest waiting first, so only its head need
 * be looked at. What has been told stays as long as there is room: what belongs to it
 * begins nothing, whenever it comes. The number of connections is bounded: of too many
 * one that was told goes first, then one that never answered, and last one that is open.
 */
#include <stdlib.h>

#include "core/phase.h"
#include "core/record.h"
#include "sources/capture.h"
#include "sources/first_bytes.h"
#include "sources/ftp.h"
#include "output/complain.h"
#include "connections/cut_off.h"
#include "connections/keyed_hash.h"
#include "connections/pool.h"

#define LIMIT		(256u * 1024)
#define SECOND		1000000000ull

/* What is open, or half closed, stays so as long as it likes. */
static const uint64_t limits[SYNFIN_WAIT_NR] = {
	[SYNFIN_WAIT_UNANSWERED] = 120 * SECOND,
	[SYNFIN_WAIT_UNACKNOWLEDGED] = 60 * SECOND,
	[SYNFIN_WAIT_OPEN] = 0,
	[SYNFIN_WAIT_HALF_CLOSED] = 0,
	[SYNFIN_WAIT_CLOSING] = 300 * SECOND,
	[SYNFIN_WAIT_DOUBTED] = 30 * SECOND,
	[SYNFIN_WAIT_LINGER] = 10 * SECOND,
};

/* Both endpoints, the lower first: the same for both directions. */
struct flow_key {
	struct synfin_addr addr[2];
	uint16_t port[2];
	uint32_t family;
};

/* A pair of endpoints, and the connections on it: the newest first. */
struct pair {
	struct flow_key key;
	UT_hash_handle hh;
	struct flow *flows[SYNFIN_RIVALS_MAX];
	unsigned int nr;
};

/* What has been told waits for nothing. */
#define TOLD	SYNFIN_WAIT_NR

struct flow {
	struct pair *pair;
	struct flow *prev, *next;
	unsigned int wait;
	bool left_behind;	/* as finish() has it */
	uint16_t copies;
	uint64_t since_ns;	/* when it began to wait */
	uint64_t shift;		/* was added to the times of the capture */
	uint64_t ftp_control;	/* the connection that announced it, or 0 */
	struct first_bytes first;
	struct synfin_conn conn;
};

struct capture {
	struct pair *table;
	struct flow *waits[SYNFIN_WAIT_NR + 1];
	struct pool flows;
	struct pool pairs;
	uint64_t last_id;
	uint64_t now;
	uint64_t shift;
	bool names;
	struct ftp ftp;
	uint64_t passed[SYNFIN_CNT_NR];
};

/**
 * capture_new() - set up
 * @names: tell the names that are in TLS
 *
 * Return: to be freed with capture_free(); NULL after a message.
 */
struct capture *capture_new(bool names)
{
	struct capture *cap = calloc(1, sizeof(*cap));

	if (!cap) {
		complain("out of memory");
		return NULL;
	}
	cap->names = names;
	cap->flows = (struct pool){ .size = sizeof(struct flow), .limit = LIMIT };
	cap->pairs = (struct pool){ .size = sizeof(struct pair), .limit = LIMIT };
	return cap;
}

/**
 * capture_free() - free it
 * @cap: of capture_new(), or NULL
 */
void capture_free(struct capture *cap)
{
	struct flow *flow;

	if (!cap)
		return;
	HASH_CLEAR(hh, cap->table);
	for (int wait = 0; wait <= SYNFIN_WAIT_NR; wait++)
		for (flow = cap->waits[wait]; flow; flow = flow->next)
			first_bytes_free(&flow->first);
	pool_free(&cap->flows);
	pool_free(&cap->pairs);
	free(cap);
}

/**
 * capture_pass() - count a packet that was recorded nowhere
 * @cap:	the capture
 * @reason:	why
 */
void capture_pass(struct capture *cap, enum synfin_counter reason)
{
	cap->passed[reason]++;
}

/**
 * capture_passed() - how many packets were passed over
 * @cap:	the capture
 * @reason:	for this reason
 *
 * Return: how many.
 */
uint64_t capture_passed(const struct capture *cap, enum synfin_counter reason)
{
	return cap->passed[reason];
}

/* The scope is beside the family. */
static struct flow_key key_of(const struct captured *c)
{
	const struct synfin_segment *seg = &c->seg;
	int order = memcmp(&seg->src, &seg->dst, sizeof(seg->src));
	bool swap = order > 0 || (!order && seg->sport > seg->dport);

	return (struct flow_key){
		.addr = { swap ? seg->dst : seg->src, swap ? seg->src : seg->dst },
		.port = { swap ? seg->dport : seg->sport,
			  swap ? seg->sport : seg->dport },
		.family = seg->family | c->scope << 8,
	};
}

static bool emit_steps(const struct flow *flow, const struct synfin_result *res,
		       const struct sink *sink)
{
	union synfin_record rec;

	if (!res->nr)
		return true;
	for (unsigned int i = 0; i < res->nr; i++)
		synfin_record_add(&rec.phases, i, &res->step[i], -flow->shift);
	synfin_record_phases(&flow->conn, &rec.phases, res->nr,
			     res->step[0].time_ns - flow->shift);
	return sink->record(sink->ctx, &rec);
}

/* Who sent an ICMP error is told before the phase that it is. */
static bool emit_icmp(const struct flow *flow, const struct captured *c,
		      const struct sink *sink)
{
	union synfin_record rec;

	synfin_record_icmp(&flow->conn, &c->seg, c->ns - flow->shift, &rec.icmp);
	return sink->record(sink->ctx, &rec);
}

static void summarize(const struct flow *flow, struct synfin_record_conn *rec)
{
	const struct synfin_payload *payload = flow->first.payload;

	synfin_phase_summary(&flow->conn, rec);
	rec->head.time_ns -= flow->shift;
	rec->copies = flow->copies;
	if (payload)
		synfin_payload_summary(payload, flow->conn.open_ns, rec);
	if (flow->ftp_control) {
		rec->flags |= SYNFIN_CONN_FTP_DATA;
		rec->socket = flow->ftp_control;
	}
}

/* The summary, behind what there is to tell of TLS. */
static bool emit_summary(const struct flow *flow, const struct synfin_record_conn *conn,
			 const struct sink *sink)
{
	const struct synfin_payload *payload = flow->first.payload;
	union synfin_record rec;

	if (payload && synfin_payload_tells_tls(payload)) {
		synfin_record_head(&flow->conn, &rec.head, SYNFIN_RECORD_TLS,
				   sizeof(rec.tls), conn->head.time_ns);
		synfin_payload_tls(payload, flow->conn.open_ns, &rec.tls);
		if (!sink->record(sink->ctx, &rec))
			return false;
	}
	rec.conn = *conn;
	return sink->record(sink->ctx, &rec);
}

static void drop(struct capture *cap, struct flow *flow)
{
	struct pair *pair = flow->pair;
	unsigned int i = 0;

	DL_DELETE(cap->waits[flow->wait], flow);
	while (pair->flows[i] != flow)
		i++;
	for (pair->nr--; i < pair->nr; i++)
		pair->flows[i] = pair->flows[i + 1];
	if (!pair->nr) {
		HASH_DEL(cap->table, pair);
		pool_give(&cap->pairs, pair);
	}
	first_bytes_free(&flow->first);
	pool_give(&cap->flows, flow);
}

static void queue(struct capture *cap, struct flow *flow, unsigned int wait,
		  uint64_t since_ns)
{
	DL_DELETE(cap->waits[flow->wait], flow);
	flow->wait = wait;
	flow->since_ns = since_ns;
	DL_APPEND(cap->waits[wait], flow);
}

/* Its wait begins anew, or another one does. What has been told stays so. */
static void wait_on(struct capture *cap, struct flow *flow)
{
	if (flow->wait != TOLD)
		queue(cap, flow, synfin_phase_wait(&flow->conn), flow->conn.last_ns);
}

/* Its summary is due. It is kept, so that what comes late begins nothing. */
static bool tell(struct capture *cap, struct flow *flow, const struct synfin_result *res,
		 const struct sink *sink)
{
	struct synfin_record_conn rec;
	bool more;

	if (flow->wait == TOLD)
		return true;
	queue(cap, flow, TOLD, cap->now);
	summarize(flow, &rec);
	more = emit_steps(flow, res, sink) && emit_summary(flow, &rec, sink);
	first_bytes_free(&flow->first);
	return more;
}

static bool expire_one(struct capture *cap, struct flow *flow,
		       const struct sink *sink)
{
	uint64_t due = flow->since_ns + limits[flow->wait];
	struct synfin_result res;

	synfin_phase_expire(&flow->conn, due, &res);
	if (!res.stays)
		return tell(cap, flow, &res, sink);
	queue(cap, flow, flow->wait, due);
	return true;
}

static bool expire(struct capture *cap, const struct sink *sink)
{
	for (int wait = 0; wait < SYNFIN_WAIT_NR; wait++) {
		struct flow *flow;

		while (limits[wait] && (flow = cap->waits[wait]) &&
		       flow->since_ns + limits[wait] <= cap->now)
			if (!expire_one(cap, flow, sink))
				return false;
	}
	return true;
}

/* Makes room: tells what there is to tell of a connection, and forgets it. */
static bool let_go(struct capture *cap, struct flow *flow, const struct sink *sink)
{
	struct synfin_result res;
	bool more;

	synfin_phase_finish(&flow->conn, &res);
	more = tell(cap, flow, &res, sink);
	drop(cap, flow);
	return more;
}

/* Makes room for one more. */
static bool evict(struct capture *cap, const struct sink *sink)
{
	static const unsigned int order[] = {
		TOLD, SYNFIN_WAIT_LINGER, SYNFIN_WAIT_DOUBTED, SYNFIN_WAIT_UNANSWERED,
		SYNFIN_WAIT_UNACKNOWLEDGED, SYNFIN_WAIT_UNPROVEN, SYNFIN_WAIT_CLOSING,
		SYNFIN_WAIT_HALF_CLOSED, SYNFIN_WAIT_OPEN,
	};
	struct synfin_result res;
	struct flow *flow = NULL;
	bool more;

	for (unsigned int i = 0; !flow && i < ARRAY_SIZE(order); i++)
		flow = cap->waits[order[i]];
	if (!flow)
		return true;
	synfin_phase_evict(&flow->conn, &res);
	more = tell(cap, flow, &res, sink);
	drop(cap, flow);
	return more;
}

static struct pair *add_pair(struct capture *cap, const struct flow_key *key)
{
	struct pair *pair = pool_take(&cap->pairs);

	if (!pair)
		return NULL;
	pair->key = *key;
	pair->nr = 0;
	HASH_ADD(hh, cap->table, key, sizeof(pair->key), pair);
	return pair;
}

static struct flow *add_flow(struct capture *cap, const struct flow_key *key,
			     const struct synfin_segment *seg)
{
	struct flow *flow = pool_take(&cap->flows);
	struct pair *pair;

	if (!flow)
		return NULL;
	HASH_FIND(hh, cap->table, key, sizeof(*key), pair);
	if (!pair)
		pair = add_pair(cap, key);
	if (!pair) {
		pool_give(&cap->flows, flow);
		return NULL;
	}
	memmove(pair->flows + 1, pair->flows, pair->nr * sizeof(pair->flows[0]));
	pair->flows[0] = flow;
	pair->nr++;
	flow->pair = pair;
	flow->shift = cap->shift;
	flow->first = (struct first_bytes){};
	flow->copies = 0;
	flow->ftp_control = 0;
	synfin_phase_init(&flow->conn, seg, 0, ++cap->last_id);
	flow->wait = synfin_phase_wait(&flow->conn);
	flow->since_ns = cap->now;
	DL_APPEND(cap->waits[flow->wait], flow);
	return flow;
}

/* One has opened: what was open on its endpoints before is over. */
static void supersede(struct capture *cap, const struct flow *by)
{
	const struct pair *pair = by->pair;
	struct synfin_result res;

	for (unsigned int i = 0; i < pair->nr; i++) {
		struct flow *old = pair->flows[i];

		if (!synfin_phase_is_superseded(&old->conn, &by->conn))
			continue;
		synfin_phase_finish(&old->conn, &res);
		wait_on(cap, old);
	}
}

/* FTP's control connection announces others. */
static void read_ftp(struct capture *cap, struct flow *flow, const struct captured *c,
		     const struct synfin_result *res)
{
	const struct synfin_payload *payload = flow->first.payload;

	if (c->seg.kind == SYNFIN_KIND_SYN && flow->conn.state == SYNFIN_STATE_SYN &&
	    !flow->ftp_control)
		flow->ftp_control = ftp_data(&cap->ftp, c);
	else if (payload && payload->protocol == SYNFIN_PROTOCOL_FTP && c->room &&
		 (res->nr || res->reason == SYNFIN_CNT_not_awaited))
		ftp_control(&cap->ftp, &flow->conn, c);
}

static bool meet(struct capture *cap, struct flow *flow, const struct captured *c,
		 const struct sink *sink)
{
	struct synfin_result res;

	synfin_phase_segment(&flow->conn, &c->seg, c->ns, &res);
	if (res.nr || res.reason == SYNFIN_CNT_not_awaited)
		first_bytes_segment(&flow->first, &flow->conn, c, cap->names);
	read_ftp(cap, flow, c, &res);
	if (res.nr && c->seg.kind == SYNFIN_KIND_ICMP && flow->wait != TOLD &&
	    !emit_icmp(flow, c, sink))
		return false;
	if (flow->wait != TOLD && !emit_steps(flow, &res, sink))
		return false;
	if (!res.nr)
		capture_pass(cap, res.reason);
	if (res.opened && flow->pair->nr > 1)
		supersede(cap, flow);
	if (flow->conn.state == SYNFIN_STATE_NONE)
		drop(cap, flow);
	else if (res.nr || flow->wait == SYNFIN_WAIT_OPEN ||
		 flow->wait != synfin_phase_wait(&flow->conn))
		wait_on(cap, flow);
	return true;
}

/* The segment begins a connection, beside others on its endpoints or not. */
static bool begin(struct capture *cap, const struct pair *pair, const struct flow_key *key,
		  const struct captured *c, const struct sink *sink)
{
	struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];
	struct flow *flow;

	if (pair && pair->nr == SYNFIN_RIVALS_MAX) {
		for (unsigned int i = 0; i < pair->nr; i++)
			rivals[i] = &pair->flows[i]->conn;
		flow = pair->flows[synfin_phase_least(rivals, pair->nr)];
		if (!let_go(cap, flow, sink))
			return false;
	}
	flow = add_flow(cap, key, &c->seg);
	if (!flow) {
		if (!evict(cap, sink))
			return false;
		flow = add_flow(cap, key, &c->seg);
	}
	if (flow)
		return meet(cap, flow, c, sink);
	capture_pass(cap, SYNFIN_CNT_no_memory);
	return true;
}

static int pick(const struct pair *pair, const struct synfin_segment *seg, uint64_t now)
{
	struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];
	unsigned int nr = pair ? pair->nr : 0;

	for (unsigned int i = 0; i < nr; i++)
		rivals[i] = &pair->flows[i]->conn;
	return synfin_phase_pick(rivals, nr, seg, now);
}

/**
 * capture_segment() - a segment was captured
 * @cap:	the capture
 * @c:		the segment; no time is before that of the one before it
 * @sink:	takes the records that come of it
 *
 * Return: false if no more are wanted.
 */
bool capture_segment(struct capture *cap, struct captured *c,
		     const struct sink *sink)
{
	struct synfin_segment *seg = &c->seg;
	struct flow_key key = key_of(c);
	uint64_t now = c->ns;
	struct pair *pair;
	int picked;

	seg->all = 1;
	seg->verdict = SYNFIN_VERDICT_UNKNOWN;
	cap->shift = c->shift;
	if (now > cap->now) {
		cap->now = now;
		if (!expire(cap, sink))
			return false;
	}
	HASH_FIND(hh, cap->table, &key, sizeof(key), pair);
	picked = pick(pair, seg, now);
	if (picked >= 0)
		return meet(cap, pair->flows[picked], c, sink);
	if (picked == SYNFIN_PICK_NEW)
		return begin(cap, pair, &key, c, sink);
	capture_pass(cap, synfin_phase_stray(seg));
	return true;
}

/**
 * capture_copy() - a segment was captured once more
 * @cap:	the capture
 * @c:		the segment
 *
 * It is counted by its connection, and is no event of it.
 */
void capture_copy(struct capture *cap, const struct captured *c)
{
	struct flow_key key = key_of(c);
	struct pair *pair;
	int picked;

	HASH_FIND(hh, cap->table, &key, sizeof(key), pair);
	picked = pair ? pick(pair, &c->seg, c->ns) : SYNFIN_PICK_NONE;
	if (picked >= 0 && pair->flows[picked]->copies != UINT16_MAX)
		pair->flows[picked]->copies++;
}

static int by_age(const struct flow *a, const struct flow *b)
{
	if (a->conn.first_ns != b->conn.first_ns)
		return a->conn.first_ns < b->conn.first_ns ? -1 : 1;
	return a->conn.id < b->conn.id ? -1 : 1;
}

/* Has another one on its endpoints gone on after it? Then nothing more will come of it. */
static bool is_left_behind(const struct flow *flow)
{
	const struct pair *pair = flow->pair;

	for (unsigned int i = 0; i < pair->nr; i++)
		if (pair->flows[i]->conn.last_ns > flow->conn.last_ns)
			return true;
	return false;
}

/* It is not over, but the capture is. */
static bool finish(struct capture *cap, struct flow *flow, const struct sink *sink)
{
	enum cut_off cut = flow->left_behind ? CUT_OFF_NOTHING :
					       cut_off_by(&flow->conn, cap->now);
	struct synfin_record_conn rec;
	struct synfin_result res;

	synfin_phase_finish(&flow->conn, &res);
	if (!emit_steps(flow, &res, sink))
		return false;
	summarize(flow, &rec);
	cut_off_summary(cut, &rec);
	return emit_summary(flow, &rec, sink);
}

/**
 * capture_finish() - the capture is over: all that is not, is judged as it is
 * @cap:	the capture
 * @sink:	takes the records
 *
 * Return: false if no more are wanted.
 */
bool capture_finish(struct capture *cap, const struct sink *sink)
{
	struct flow *rest = NULL;

	for (int wait = 0; wait < SYNFIN_WAIT_NR; wait++) {
		struct flow *flow, *next;

		DL_FOREACH_SAFE(cap->waits[wait], flow, next) {
			DL_DELETE(cap->waits[wait], flow);
			flow->wait = TOLD - 1;
			flow->left_behind = is_left_behind(flow);
			DL_APPEND(rest, flow);
		}
	}
	DL_SORT(rest, by_age);
	cap->waits[TOLD - 1] = rest;
	while (cap->waits[TOLD - 1]) {
		struct flow *flow = cap->waits[TOLD - 1];

		if (!finish(cap, flow, sink))
			return false;
		drop(cap, flow);
	}
	return true;
}
