// SPDX-License-Identifier: GPL-2.0
/*
 * The connections of a capture. Each segment goes to the phase machine, as in the
 * module; what differs is where connections are kept, and that a summary is handed
 * on when its connection has lingered, so that it counts what was sent again.
 *
 * Of each kind of wait there is a list, the longest waiting first; all that wait
 * in one list wait equally long, so only its head need be looked at. The number of
 * connections is bounded: of too many, one that has ended goes first, then one
 * that never answered, and last of all one that is open.
 */
#include <stdlib.h>

#include "core/phase.h"
#include "core/record.h"
#include "sources/capture.h"
#include "output/complain.h"
#include "connections/keyed_hash.h"
#include "connections/pool.h"

#define LIMIT		(256u * 1024)
#define SECOND		1000000000ull

/* The module's defaults. An open connection may stay open for ever. */
static const uint64_t limits[SYNFIN_WAIT_NR] = {
	[SYNFIN_WAIT_UNANSWERED] = 120 * SECOND,
	[SYNFIN_WAIT_UNACKNOWLEDGED] = 60 * SECOND,
	[SYNFIN_WAIT_OPEN] = 0,
	[SYNFIN_WAIT_HALF_CLOSED] = 600 * SECOND,
	[SYNFIN_WAIT_CLOSING] = 120 * SECOND,
	[SYNFIN_WAIT_LINGER] = 10 * SECOND,
};

/* Both endpoints, the lower first: the same for both directions. */
struct key {
	struct synfin_addr addr[2];
	uint16_t port[2];
	uint32_t family;
};

struct flow {
	struct key key;
	UT_hash_handle hh;
	struct flow *prev, *next;
	enum synfin_wait wait;
	uint64_t shift;		/* was added to the times of the capture */
	struct synfin_conn conn;
};

struct capture {
	struct flow *table;
	struct flow *waits[SYNFIN_WAIT_NR];
	struct pool flows;
	uint64_t last_id;
	uint64_t now;
	uint64_t shift;
	uint64_t passed[SYNFIN_CNT_NR];
};

/**
 * capture_new() - set up
 *
 * Return: to be freed with capture_free(); NULL after a message.
 */
struct capture *capture_new(void)
{
	struct capture *cap = calloc(1, sizeof(*cap));

	if (!cap) {
		complain("out of memory");
		return NULL;
	}
	cap->flows = (struct pool){ .size = sizeof(struct flow), .limit = LIMIT };
	return cap;
}

/**
 * capture_free() - free it
 * @cap: of capture_new(), or NULL
 */
void capture_free(struct capture *cap)
{
	if (!cap)
		return;
	HASH_CLEAR(hh, cap->table);
	pool_free(&cap->flows);
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
static struct key key_of(const struct captured *c)
{
	const struct synfin_segment *seg = &c->seg;
	int order = memcmp(&seg->src, &seg->dst, sizeof(seg->src));
	bool swap = order > 0 || (!order && seg->sport > seg->dport);

	return (struct key){
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

static bool emit_summary(const struct flow *flow, const struct sink *sink)
{
	union synfin_record rec;

	synfin_phase_summary(&flow->conn, &rec.conn);
	rec.head.time_ns -= flow->shift;
	return sink->record(sink->ctx, &rec);
}

static void drop(struct capture *cap, struct flow *flow)
{
	HASH_DEL(cap->table, flow);
	DL_DELETE(cap->waits[flow->wait], flow);
	pool_give(&cap->flows, flow);
}

/* Its wait begins anew, or another one does. */
static void queue(struct capture *cap, struct flow *flow)
{
	DL_DELETE(cap->waits[flow->wait], flow);
	flow->wait = synfin_phase_wait(&flow->conn);
	DL_APPEND(cap->waits[flow->wait], flow);
}

static bool expire_one(struct capture *cap, struct flow *flow,
		       const struct sink *sink)
{
	uint64_t due = flow->conn.last_ns + limits[flow->wait];
	struct synfin_result res;
	bool more;

	synfin_phase_expire(&flow->conn, due, &res);
	more = emit_steps(flow, &res, sink) && emit_summary(flow, sink);
	drop(cap, flow);
	return more;
}

static bool expire(struct capture *cap, const struct sink *sink)
{
	for (int wait = 0; wait < SYNFIN_WAIT_NR; wait++) {
		struct flow *flow;

		while (limits[wait] && (flow = cap->waits[wait]) &&
		       flow->conn.last_ns + limits[wait] <= cap->now)
			if (!expire_one(cap, flow, sink))
				return false;
	}
	return true;
}

/* Makes room for one more. */
static bool evict(struct capture *cap, const struct sink *sink)
{
	static const enum synfin_wait order[] = {
		SYNFIN_WAIT_LINGER, SYNFIN_WAIT_UNANSWERED,
		SYNFIN_WAIT_UNACKNOWLEDGED, SYNFIN_WAIT_CLOSING,
		SYNFIN_WAIT_HALF_CLOSED, SYNFIN_WAIT_OPEN,
	};
	struct synfin_result res;
	struct flow *flow = NULL;
	bool more;

	for (unsigned int i = 0; !flow && i < SYNFIN_WAIT_NR; i++)
		flow = cap->waits[order[i]];
	if (!flow)
		return true;
	synfin_phase_evict(&flow->conn, &res);
	more = emit_steps(flow, &res, sink) && emit_summary(flow, sink);
	drop(cap, flow);
	return more;
}

static struct flow *add(struct capture *cap, const struct key *key,
			const struct synfin_segment *seg)
{
	struct flow *flow = pool_take(&cap->flows);

	if (!flow)
		return NULL;
	flow->key = *key;
	flow->shift = cap->shift;
	synfin_phase_init(&flow->conn, seg, 0, ++cap->last_id);
	flow->wait = synfin_phase_wait(&flow->conn);
	HASH_ADD(hh, cap->table, key, sizeof(flow->key), flow);
	DL_APPEND(cap->waits[flow->wait], flow);
	return flow;
}

/* The segment begins the next connection on the endpoints of @flow. */
static bool begin_next(struct capture *cap, struct flow *flow,
		       const struct synfin_segment *seg, uint64_t now,
		       struct synfin_result *res, const struct sink *sink)
{
	if (!emit_summary(flow, sink))
		return false;
	synfin_phase_restart(&flow->conn, seg, ++cap->last_id, res);
	flow->shift = cap->shift;
	if (!emit_steps(flow, res, sink))
		return false;
	synfin_phase_segment(&flow->conn, seg, now, res);
	return true;
}

static bool meet(struct capture *cap, struct flow *flow,
		 const struct synfin_segment *seg, uint64_t now,
		 const struct sink *sink)
{
	struct synfin_result res;

	synfin_phase_segment(&flow->conn, seg, now, &res);
	if (res.again && !(emit_steps(flow, &res, sink) &&
			   begin_next(cap, flow, seg, now, &res, sink)))
		return false;
	if (!emit_steps(flow, &res, sink))
		return false;
	if (!res.nr)
		capture_pass(cap, res.reason);
	if (flow->conn.state == SYNFIN_STATE_NONE)
		drop(cap, flow);
	else if (res.nr || flow->wait == SYNFIN_WAIT_OPEN ||
		 flow->wait != synfin_phase_wait(&flow->conn))
		queue(cap, flow);
	return true;
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
	struct key key = key_of(c);
	uint64_t now = c->ns;
	struct flow *flow;

	seg->all = 1;
	seg->belief = SYNFIN_BELIEF_UNKNOWN;
	cap->shift = c->shift;
	if (now > cap->now) {
		cap->now = now;
		if (!expire(cap, sink))
			return false;
	}
	HASH_FIND(hh, cap->table, &key, sizeof(key), flow);
	if (flow)
		return meet(cap, flow, seg, now, sink);
	if (!synfin_phase_begins(seg)) {
		capture_pass(cap, synfin_phase_stray(seg));
		return true;
	}
	flow = add(cap, &key, seg);
	if (!flow) {
		if (!evict(cap, sink))
			return false;
		flow = add(cap, &key, seg);
	}
	if (flow)
		return meet(cap, flow, seg, now, sink);
	capture_pass(cap, SYNFIN_CNT_no_memory);
	return true;
}

static int by_age(const struct flow *a, const struct flow *b)
{
	if (a->conn.first_ns != b->conn.first_ns)
		return a->conn.first_ns < b->conn.first_ns ? -1 : 1;
	return a->conn.id < b->conn.id ? -1 : 1;
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
	struct synfin_result res;
	struct flow *flow, *next;

	HASH_SORT(cap->table, by_age);
	HASH_ITER(hh, cap->table, flow, next) {
		synfin_phase_finish(&flow->conn, &res);
		if (!emit_steps(flow, &res, sink) || !emit_summary(flow, sink))
			return false;
		drop(cap, flow);
	}
	return true;
}
