/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections of a capture, as they are kept: on a pair of endpoints there may be
 * several. Of each kind of wait there is a list, the longest waiting first, so only its
 * head need be looked at.
 *
 *	capture.c	a segment meets its connection, or begins one
 *	capture_flows.c	where connections are kept
 *	capture_tell.c	what is told of them, and when
 */
#ifndef _TOOLS_CAPTURE_FLOWS_H
#define _TOOLS_CAPTURE_FLOWS_H

#include "connections/keyed_hash.h"
#include "connections/pool.h"
#include "core/phase.h"
#include "sources/capture.h"
#include "sources/first_bytes.h"
#include "sources/ftp.h"

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

/* So many SYNs are kept that came again: nobody sends more of them (tcp_syn_retries). */
#define SYNS_AGAIN	7

/* SYNs with a connection's number, after it was open: they may be another one's. */
struct syns_again {
	uint64_t before_ns;	/* the connection's last segment before them */
	unsigned int nr;
	struct captured syn[SYNS_AGAIN];
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
	struct syns_again *again;	/* or NULL */
	struct first_bytes first;
	struct synfin_conn conn;
};

struct capture {
	struct pair *table;
	struct flow *waits[SYNFIN_WAIT_NR + 1];
	unsigned int nr_waits[SYNFIN_WAIT_NR + 1];
	struct pool flows;
	struct pool pairs;
	uint64_t last_id;
	uint64_t now;
	uint64_t shift;
	bool names;
	bool live;
	bool plain;		/* not only SYN, FIN and RST were captured */
	struct ftp ftp;
	uint64_t passed[SYNFIN_CNT_NR];
};

/* The scope is beside the family. */
static inline struct flow_key flow_key_of(const struct captured *c)
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

static inline void flow_queue(struct capture *cap, struct flow *flow, unsigned int wait,
			      uint64_t since_ns)
{
	DL_DELETE(cap->waits[flow->wait], flow);
	cap->nr_waits[flow->wait]--;
	flow->wait = wait;
	flow->since_ns = since_ns;
	DL_APPEND(cap->waits[wait], flow);
	cap->nr_waits[wait]++;
}

/* Its wait begins anew, or another one does. What has been told stays so. */
static inline void flow_wait(struct capture *cap, struct flow *flow)
{
	if (flow->wait != TOLD)
		flow_queue(cap, flow, synfin_phase_wait(&flow->conn), flow->conn.last_ns);
}

/* Another one has opened, and it has not gone on since. */
static inline bool flow_is_superseded(const struct flow *flow)
{
	return flow->wait == SYNFIN_WAIT_LINGER &&
	       synfin_phase_wait(&flow->conn) != SYNFIN_WAIT_LINGER;
}

/* Which of those on its endpoints a segment belongs to. */
static inline int flow_pick(const struct pair *pair, const struct synfin_segment *seg,
			    uint64_t now)
{
	struct synfin_conn *rivals[SYNFIN_RIVALS_MAX];
	unsigned int nr = pair ? pair->nr : 0;

	for (unsigned int i = 0; i < nr; i++)
		rivals[i] = &pair->flows[i]->conn;
	return synfin_phase_pick(rivals, nr, seg, now);
}

/* capture_flows.c */
struct flow *flow_add(struct capture *cap, const struct flow_key *key,
		      const struct synfin_segment *seg);
void flow_drop(struct capture *cap, struct flow *flow);

/* capture_tell.c */
bool capture_tell_steps(const struct flow *flow, const struct synfin_result *res,
			const struct sink *sink);
bool capture_tell_icmp(const struct flow *flow, const struct captured *c,
		       const struct sink *sink);
bool capture_expire(struct capture *cap, const struct sink *sink);
bool capture_let_go(struct capture *cap, struct flow *flow, const struct sink *sink);
bool capture_evict(struct capture *cap, const struct sink *sink);

#endif /* _TOOLS_CAPTURE_FLOWS_H */
