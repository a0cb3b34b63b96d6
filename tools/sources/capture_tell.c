// SPDX-License-Identifier: GPL-2.0
/*
 * What is told of a capture's connections, and when: each phase as it passes; a summary
 * when a connection has lingered, when there is no more room, or at the end.
 */
#include "connections/cut_off.h"
#include "core/record.h"
#include "sources/capture_flows.h"

#define SECOND		1000000000ull

/* TCP's timers wait two minutes at most (RFC 6298, 2.5): so late it may be sent again. */
#define AGAIN_NS	(130 * SECOND)

/* Of so many that are over the phases are kept until then. */
#define PATIENT		(32u * 1024)

/* What is open, or half closed, stays so as long as it likes. */
static const uint64_t live_limits[SYNFIN_WAIT_NR] = {
	[SYNFIN_WAIT_UNANSWERED] = 120 * SECOND,
	[SYNFIN_WAIT_UNACKNOWLEDGED] = 60 * SECOND,
	[SYNFIN_WAIT_OPEN] = 0,
	[SYNFIN_WAIT_HALF_CLOSED] = 0,
	[SYNFIN_WAIT_CLOSING] = 300 * SECOND,
	[SYNFIN_WAIT_DOUBTED] = 30 * SECOND,
	[SYNFIN_WAIT_LINGER] = 10 * SECOND,
};

/*
 * Nobody waits for what is in a file: all that belongs to a connection is counted. Where
 * only SYN, FIN and RST were captured, no ACK is missing; and of one direction no answer.
 */
static uint64_t limit_of(const struct capture *cap, unsigned int wait)
{
	if (!cap->plain && (wait == SYNFIN_WAIT_UNACKNOWLEDGED ||
			    (wait == SYNFIN_WAIT_UNANSWERED && !cap->live)))
		return UINT64_MAX;
	if (wait != SYNFIN_WAIT_LINGER && wait != SYNFIN_WAIT_DOUBTED)
		return live_limits[wait];
	return !cap->live && cap->nr_waits[wait] <= PATIENT ? AGAIN_NS : live_limits[wait];
}

/**
 * capture_tell_steps() - tell what has happened to a connection
 * @flow:	the connection
 * @res:	what
 * @sink:	takes the records
 *
 * Return: false if no more are wanted.
 */
bool capture_tell_steps(const struct flow *flow, const struct synfin_result *res,
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

/**
 * capture_tell_icmp() - tell who sent an ICMP error, before the phase that it is
 * @flow:	the connection
 * @c:		the error
 * @sink:	takes the records
 *
 * Return: false if no more are wanted.
 */
bool capture_tell_icmp(const struct flow *flow, const struct captured *c,
		       const struct sink *sink)
{
	union synfin_record rec;

	synfin_record_icmp(&flow->conn, &c->seg, c->ns - flow->shift, &rec.icmp);
	return sink->record(sink->ctx, &rec);
}

/* Its data was not captured, and there was time for more than its numbers can count. */
static bool may_have_wrapped(const struct flow *flow, const struct synfin_record_conn *rec)
{
	return rec->closing != SYNFIN_CLOSE_NONE && !(flow->conn.flags & SYNFIN_FLAG_PLAIN) &&
	       rec->duration_ns != SYNFIN_NS_NONE &&
	       rec->duration_ns >= SYNFIN_BLIND_WRAP_NS;
}

static void summarize(const struct flow *flow, struct synfin_record_conn *rec)
{
	const struct synfin_payload *payload = flow->first.payload;

	synfin_phase_summary(&flow->conn, rec);
	if (may_have_wrapped(flow, rec))
		rec->flags |= SYNFIN_CONN_BYTES_PARTIAL;
	rec->head.time_ns -= flow->shift;
	rec->copies = flow->copies;
	if (payload)
		synfin_payload_summary(payload, flow->conn.open_ns, rec);
	if (flow->ftp_control)
		rec->flags |= SYNFIN_CONN_FTP_DATA;
}

/* The summary, behind what there is to tell of TLS and FTP. */
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
	if (flow->ftp_control) {
		synfin_record_head(&flow->conn, &rec.head, SYNFIN_RECORD_FTP,
				   sizeof(rec.ftp), conn->head.time_ns);
		rec.ftp.control = flow->ftp_control;
		if (!sink->record(sink->ctx, &rec))
			return false;
	}
	rec.conn = *conn;
	return sink->record(sink->ctx, &rec);
}

/* Its summary is due. It is kept, so that what comes late begins nothing. */
static bool tell(struct capture *cap, struct flow *flow, const struct synfin_result *res,
		 const struct sink *sink)
{
	struct synfin_record_conn rec;
	bool more;

	if (flow->wait == TOLD)
		return true;
	flow_queue(cap, flow, TOLD, cap->now);
	summarize(flow, &rec);
	more = capture_tell_steps(flow, res, sink) && emit_summary(flow, &rec, sink);
	first_bytes_free(&flow->first);
	return more;
}

static bool expire_one(struct capture *cap, struct flow *flow,
		       const struct sink *sink)
{
	uint64_t due = flow->since_ns + limit_of(cap, flow->wait);
	struct synfin_result res;

	if (flow_is_superseded(flow))
		synfin_phase_finish(&flow->conn, &res);
	else
		synfin_phase_expire(&flow->conn, due, &res);
	if (!res.stays)
		return tell(cap, flow, &res, sink);
	flow_queue(cap, flow, flow->wait, due);
	return true;
}

/**
 * capture_expire() - tell those whose wait is over
 * @cap:	the capture
 * @sink:	takes the records
 *
 * Return: false if no more are wanted.
 */
bool capture_expire(struct capture *cap, const struct sink *sink)
{
	for (unsigned int wait = 0; wait < SYNFIN_WAIT_NR; wait++) {
		struct flow *flow;

		while (live_limits[wait] && (flow = cap->waits[wait]) &&
		       cap->now - flow->since_ns >= limit_of(cap, wait))
			if (!expire_one(cap, flow, sink))
				return false;
	}
	return true;
}

/**
 * capture_let_go() - tell what there is to tell of a connection, and forget it
 * @cap:	the capture
 * @flow:	the connection
 * @sink:	takes the records
 *
 * Return: false if no more are wanted.
 */
bool capture_let_go(struct capture *cap, struct flow *flow, const struct sink *sink)
{
	struct synfin_result res;
	bool more;

	synfin_phase_finish(&flow->conn, &res);
	more = tell(cap, flow, &res, sink);
	flow_drop(cap, flow);
	return more;
}

/**
 * capture_evict() - make room for one more
 * @cap:	the capture
 * @sink:	takes the records
 *
 * Return: false if no more are wanted.
 */
bool capture_evict(struct capture *cap, const struct sink *sink)
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
	flow_drop(cap, flow);
	return more;
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
	if (!capture_tell_steps(flow, &res, sink))
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
			cap->nr_waits[wait]--;
			flow->wait = TOLD - 1;
			cap->nr_waits[TOLD - 1]++;
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
		flow_drop(cap, flow);
	}
	return true;
}
