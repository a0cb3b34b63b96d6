// SPDX-License-Identifier: GPL-2.0
/*
 * Where the connections of a capture are kept: by their endpoints, bounded.
 */
#include <stdlib.h>

#include "output/complain.h"
#include "sources/capture_flows.h"

#define LIMIT		(256u * 1024)

/**
 * capture_new() - set up
 * @names:	tell the names that are in TLS
 * @live:	it goes on: tell soon what has ended
 *
 * Return: to be freed with capture_free(); NULL after a message.
 */
struct capture *capture_new(bool names, bool live)
{
	struct capture *cap = calloc(1, sizeof(*cap));

	if (!cap) {
		complain("out of memory");
		return NULL;
	}
	cap->names = names;
	cap->live = live;
	cap->flows = (struct pool){ .size = sizeof(struct flow), .limit = LIMIT };
	cap->pairs = (struct pool){ .size = sizeof(struct pair), .limit = LIMIT };
	return cap;
}

/* What it holds itself. */
static void free_parts(struct flow *flow)
{
	first_bytes_free(&flow->first);
	free(flow->again);
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
			free_parts(flow);
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

/**
 * flow_drop() - forget a connection
 * @cap:	the capture
 * @flow:	the connection
 */
void flow_drop(struct capture *cap, struct flow *flow)
{
	struct pair *pair = flow->pair;
	unsigned int i = 0;

	DL_DELETE(cap->waits[flow->wait], flow);
	cap->nr_waits[flow->wait]--;
	while (pair->flows[i] != flow)
		i++;
	for (pair->nr--; i < pair->nr; i++)
		pair->flows[i] = pair->flows[i + 1];
	if (!pair->nr) {
		HASH_DEL(cap->table, pair);
		pool_give(&cap->pairs, pair);
	}
	free_parts(flow);
	pool_give(&cap->flows, flow);
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

/**
 * flow_add() - keep another connection
 * @cap:	the capture
 * @key:	its endpoints, on which there is room for one more
 * @seg:	its first segment
 *
 * Return: the connection; NULL if there is no room for it.
 */
struct flow *flow_add(struct capture *cap, const struct flow_key *key,
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
	flow->again = NULL;
	synfin_phase_init(&flow->conn, seg, 0, ++cap->last_id);
	flow->wait = synfin_phase_wait(&flow->conn);
	flow->since_ns = cap->now;
	DL_APPEND(cap->waits[flow->wait], flow);
	cap->nr_waits[flow->wait]++;
	return flow;
}
