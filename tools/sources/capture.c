// SPDX-License-Identifier: GPL-2.0
/*
 * The connections of a capture. Each segment goes to the phase machine, as in the
 * module; what differs is where connections are kept, and that a summary is handed
 * on when its connection has lingered, so that it counts what was sent again.
 *
 * On a pair of endpoints there may be several, and the machine says whose a segment is.
 * What has been told stays as long as there is room: what belongs to it
 * begins nothing, whenever it comes. The number of connections is bounded: of too many
 * one that was told goes first, then one that never answered, and last one that is open.
 */
#include <stdlib.h>

#include "sources/capture_flows.h"

/*
 * One has opened: what was open on its endpoints before is over, unless it goes on. It may,
 * where packets of several hosts are in one file.
 */
static void supersede(struct capture *cap, const struct flow *by)
{
	const struct pair *pair = by->pair;

	for (unsigned int i = 0; i < pair->nr; i++) {
		struct flow *old = pair->flows[i];

		if (old->wait != TOLD && synfin_phase_is_superseded(&old->conn, &by->conn))
			flow_queue(cap, old, SYNFIN_WAIT_LINGER, cap->now);
	}
}

/* FTP's control connection announces others, once it is known to be one. */
static void read_payload(struct capture *cap, struct flow *flow, const struct captured *c)
{
	struct synfin_payload *payload = flow->first.payload;

	if (payload && payload->flags & SYNFIN_PAYLOAD_LISTENS)
		ftp_control(&cap->ftp, &flow->conn, payload, c);
	else
		first_bytes_segment(&flow->first, &flow->conn, c, cap->names);
}

/* Without memory for it, what answers it begins without it. */
static void keep_syn(struct flow *flow, const struct captured *c, bool first,
		     uint64_t before_ns)
{
	struct syns_again *again = flow->again;

	if (!again)
		again = calloc(1, sizeof(*again));
	if (!again)
		return;
	flow->again = again;
	if (first || !again->nr)
		*again = (struct syns_again){ .before_ns = before_ns };
	if (again->nr == SYNS_AGAIN)
		return;
	again->syn[again->nr] = *c;
	again->syn[again->nr++].room = 0;
}

/* Is it the client's SYN, again, which may be another connection's first? */
static bool asks_again(const struct flow *flow, const struct synfin_result *res)
{
	return flow->conn.flags & SYNFIN_FLAG_ASKED_AGAIN && res->nr &&
	       res->step[0].phase == SYNFIN_PHASE_SYN &&
	       res->step[0].from == SYNFIN_FROM_CLIENT;
}

static void judge(struct flow *flow, const struct captured *c, struct synfin_result *res)
{
	bool first = !(flow->conn.flags & SYNFIN_FLAG_ASKED_AGAIN);
	uint64_t before_ns = flow->conn.seen_ns;

	synfin_phase_segment(&flow->conn, &c->seg, c->ns, res);
	if (asks_again(flow, res))
		keep_syn(flow, c, first, before_ns);
}

static bool meet(struct capture *cap, struct flow *flow, const struct captured *c,
		 const struct sink *sink)
{
	struct synfin_result res;

	judge(flow, c, &res);
	if (res.nr || res.reason == SYNFIN_CNT_not_awaited)
		read_payload(cap, flow, c);
	if (res.opened && flow->ftp_control)
		ftp_opens(&cap->ftp, &flow->conn, flow->ftp_control);
	if (res.nr && c->seg.kind == SYNFIN_KIND_ICMP && flow->wait != TOLD &&
	    !capture_tell_icmp(flow, c, sink))
		return false;
	if (flow->wait != TOLD && !capture_tell_steps(flow, &res, sink))
		return false;
	if (!res.nr)
		capture_pass(cap, res.reason);
	if (res.opened && flow->pair->nr > 1)
		supersede(cap, flow);
	if (flow->conn.state == SYNFIN_STATE_NONE)
		flow_drop(cap, flow);
	else if (res.nr || flow->wait == SYNFIN_WAIT_OPEN ||
		 flow->wait != synfin_phase_wait(&flow->conn))
		flow_wait(cap, flow);
	return true;
}

/* There is room on its endpoints. */
static bool make_room(struct capture *cap, const struct pair *pair, const struct sink *sink)
{
	struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];

	if (!pair || pair->nr < SYNFIN_RIVALS_MAX)
		return true;
	for (unsigned int i = pair->nr; i--;) {
		if (flow_is_superseded(pair->flows[i]))
			return capture_let_go(cap, pair->flows[i], sink);
		rivals[i] = &pair->flows[i]->conn;
	}
	return capture_let_go(cap, pair->flows[synfin_phase_least(rivals, pair->nr)], sink);
}

/* One begins with these, if there are any, and with @c. */
static bool begin_with(struct capture *cap, const struct flow_key *key,
		       const struct syns_again *syns, const struct captured *c,
		       const struct sink *sink)
{
	const struct captured *first = syns ? &syns->syn[0] : c;
	struct flow *flow = flow_add(cap, key, &first->seg);

	if (!flow) {
		if (!capture_evict(cap, sink))
			return false;
		flow = flow_add(cap, key, &first->seg);
	}
	if (!flow) {
		capture_pass(cap, SYNFIN_CNT_no_memory);
		return true;
	}
	if (first->seg.kind == SYNFIN_KIND_SYN)
		flow->ftp_control = ftp_begins(&cap->ftp, &flow->conn, first);
	for (unsigned int i = 0; syns && i < syns->nr; i++)
		if (!meet(cap, flow, &syns->syn[i], sink))
			return false;
	return meet(cap, flow, c, sink);
}

/*
 * The SYNs that a segment answers, if they were taken for an old one come again: they were
 * not the old connection's. To be freed.
 */
static struct syns_again *take_syns(const struct pair *pair, const struct captured *c)
{
	for (unsigned int i = 0; pair && i < pair->nr; i++) {
		struct syns_again *again = pair->flows[i]->again;
		struct synfin_conn *old = &pair->flows[i]->conn;

		if (!again || !synfin_phase_reopens(old, &c->seg))
			continue;
		pair->flows[i]->again = NULL;
		old->end[SYNFIN_FROM_CLIENT].syns -= again->nr;
		old->flags &= ~SYNFIN_FLAG_ASKED_AGAIN;
		if (old->seen_ns == again->syn[again->nr - 1].ns)
			old->seen_ns = again->before_ns;
		return again;
	}
	return NULL;
}

/* The segment begins a connection, beside others on its endpoints or not. */
static bool begin(struct capture *cap, const struct pair *pair, const struct flow_key *key,
		  const struct captured *c, const struct sink *sink)
{
	struct syns_again *syns = take_syns(pair, c);
	bool more = make_room(cap, pair, sink) && begin_with(cap, key, syns, c, sink);

	free(syns);
	return more;
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
	struct flow_key key = flow_key_of(c);
	uint64_t now = c->ns;
	struct pair *pair;
	int picked;

	seg->all = 1;
	seg->verdict = SYNFIN_VERDICT_UNKNOWN;
	cap->shift = c->shift;
	cap->plain |= seg->kind == SYNFIN_KIND_PLAIN;
	if (now > cap->now) {
		cap->now = now;
		if (!capture_expire(cap, sink))
			return false;
	}
	HASH_FIND(hh, cap->table, &key, sizeof(key), pair);
	picked = flow_pick(pair, seg, now);
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
	struct flow_key key = flow_key_of(c);
	struct pair *pair;
	int picked;

	HASH_FIND(hh, cap->table, &key, sizeof(key), pair);
	picked = pair ? flow_pick(pair, &c->seg, c->ns) : SYNFIN_PICK_NONE;
	if (picked >= 0 && pair->flows[picked]->copies != UINT16_MAX)
		pair->flows[picked]->copies++;
}
