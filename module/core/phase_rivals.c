// SPDX-License-Identifier: GPL-2.0
/*
 * Several connections on one pair of endpoints: whose is a segment?
 *
 * Each attempt to open is a connection of its own, beside others and beside an old one
 * that is believed open: the SYN-ACK, the RST or the silence says what came of each.
 * What has ended stays beside them for a while, so that what belongs to it begins
 * nothing. A segment is of the one whose numbers it comes closest to. Pure; see phase.h.
 */
#include "core/phase_move.h"

/* A segment cannot be of that one. */
#define NEVER	(~0ULL)

/* After so long a SYN with the number of one that has ended is another's. */
#define SAME_SYN_NS	30000000000ULL

/* Further off than this, it is of a connection that nobody saw begin. */
#define FAR	(2ULL * SYNFIN_WINDOW_MAX)

static bool is_from_client(const struct synfin_conn *conn,
			   const struct synfin_segment *seg)
{
	if (seg->sport != seg->dport)
		return seg->sport == conn->client_port;
	return synfin_same_addr(&seg->src, &conn->client);
}

static bool is_asking(const struct synfin_conn *conn)
{
	return conn->state == SYNFIN_STATE_SYN || conn->state == SYNFIN_STATE_SYN_SYN;
}

static __u64 syn_distance(const struct synfin_conn *conn, const struct synfin_end *own,
			  const struct synfin_segment *seg, __u64 now)
{
	bool ended = conn->state == SYNFIN_STATE_DONE;

	/* Who has only answered, and asks now, asks anew. */
	if (own->syn_acks && !own->syns)
		return NEVER;
	if ((own->flags & (SYNFIN_END_ISN | SYNFIN_END_NXT)) && seg->seq == own->isn &&
	    !(ended && synfin_elapsed(now, conn->last_ns) > SAME_SYN_NS))
		return ended;
	/* A SYN that crosses the client's: a simultaneous open. Who asks no more crosses none. */
	if (conn->state == SYNFIN_STATE_SYN && conn->suspect.what == SYNFIN_SUSPECT_NOTHING &&
	    own == &conn->end[SYNFIN_FROM_SERVER] && !synfin_asks_no_more(conn, now))
		return 2;
	return NEVER;
}

static __u64 answer_distance(const struct synfin_conn *conn,
			     const struct synfin_end *own, const struct synfin_end *peer,
			     const struct synfin_segment *seg)
{
	bool same_y = (own->flags & (SYNFIN_END_ISN | SYNFIN_END_NXT)) &&
		      own->isn == seg->seq;

	if (synfin_phase_reopens(conn, seg))
		return NEVER;
	if (synfin_acks_syn_of(peer, seg) && (peer->syns || same_y || !peer->syn_acks))
		return (same_y ? 0 : is_asking(conn) ? 1 : 4) +
		       2 * (conn->state == SYNFIN_STATE_DONE);
	return same_y ? 8 : NEVER;
}

static __u64 gap(__u32 n, __u32 lo, __u32 hi)
{
	__u32 below = lo - n, above = n - hi;

	if (n - lo <= hi - lo)
		return 0;
	return below < above ? below : above;
}

/* How far a number is from what an end has sent and not seen acknowledged. */
static __u64 distance_from(const struct synfin_end *end, __u32 n)
{
	__u32 lo = end->nxt, hi = end->nxt;

	if (!(end->flags & SYNFIN_END_NXT))
		return 0;
	if (end->flags & SYNFIN_END_UNA)
		lo = end->una;
	if (synfin_after(lo, hi))
		hi = lo;
	if ((end->flags & SYNFIN_END_FIN) && synfin_after(end->fin_end, hi))
		hi = end->fin_end;
	return gap(n, lo, hi);
}

static __u64 traffic_distance(const struct synfin_conn *conn,
			      const struct synfin_end *own, const struct synfin_end *peer,
			      const struct synfin_segment *seg)
{
	bool client = own == &conn->end[SYNFIN_FROM_CLIENT];
	__u64 distance;

	/* To a SYN the server can only answer (a RST, whose number means nothing). */
	if (conn->state == SYNFIN_STATE_SYN && !client)
		return synfin_acks_syn_of(peer, seg) ? 1 : NEVER;
	distance = distance_from(own, seg->seq);
	if (synfin_has_ack(seg) && !(conn->state == SYNFIN_STATE_SYN && client))
		distance += distance_from(peer, seg->ack);
	/* Where both numbers are known and fit, it is no other's. */
	return 2 * distance + (conn->state == SYNFIN_STATE_DONE ||
			       conn->state == SYNFIN_STATE_SYN);
}

static __u64 distance(const struct synfin_conn *conn,
		      const struct synfin_segment *seg, __u64 now)
{
	bool client = is_from_client(conn, seg);
	const struct synfin_end *own = &conn->end[!client];
	const struct synfin_end *peer = &conn->end[client];

	switch (seg->kind) {
	case SYNFIN_KIND_SYN:
		return syn_distance(conn, own, seg, now);
	case SYNFIN_KIND_SYN_ACK:
		return answer_distance(conn, own, peer, seg);
	case SYNFIN_KIND_ICMP:
		return 2 * distance_from(own, seg->seq) +
		       !(is_asking(conn) && seg->seq == own->isn);
	default:
		return traffic_distance(conn, own, peer, seg);
	}
}

/* Nobody's: does it begin one beside those that there are? */
static int nobodys(struct synfin_conn *const rivals[], unsigned int nr,
		   const struct synfin_segment *seg)
{
	unsigned int i;

	if (seg->kind == SYNFIN_KIND_SYN)
		return SYNFIN_PICK_NEW;
	/* The answer to a SYN that nobody saw, when all that was known has ended. */
	for (i = 0; i < nr; i++)
		if (!synfin_phase_seems_over(rivals[i], seg))
			return i;
	return seg->kind == SYNFIN_KIND_SYN_ACK && synfin_phase_begins(seg) ?
	       SYNFIN_PICK_NEW : 0;
}

/* Where all is shown: data of one whose beginning was missed, far from what has ended. */
static bool is_anothers_data(const struct synfin_conn *conn,
			     const struct synfin_segment *seg, __u64 far)
{
	return conn->state == SYNFIN_STATE_DONE && seg->kind == SYNFIN_KIND_PLAIN &&
	       seg->len && synfin_phase_begins(seg) && far > FAR;
}

static int pick_closest(struct synfin_conn *const rivals[], unsigned int nr,
			const struct synfin_segment *seg, __u64 now)
{
	__u64 far, best = NEVER;
	int found = SYNFIN_PICK_NONE;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		far = distance(rivals[i], seg, now);
		if (far < best) {
			best = far;
			found = i;
		}
	}
	if (found == SYNFIN_PICK_NONE)
		return nobodys(rivals, nr, seg);
	return is_anothers_data(rivals[found], seg, best) ? SYNFIN_PICK_NEW : found;
}

/**
 * synfin_phase_pick() - which of the connections on its endpoints a segment belongs to
 * @rivals:	the connections, the newest first
 * @nr:		how many, SYNFIN_RIVALS_MAX at most
 * @seg:	the segment
 * @now:	when it passes
 *
 * Return: an index, SYNFIN_PICK_NEW or SYNFIN_PICK_NONE.
 */
int synfin_phase_pick(struct synfin_conn *const rivals[], unsigned int nr,
		      const struct synfin_segment *seg, __u64 now)
{
	if (!nr)
		return synfin_phase_begins(seg) ? SYNFIN_PICK_NEW : SYNFIN_PICK_NONE;
	if (nr == 1 && synfin_phase_takes(rivals[0], seg))
		return 0;
	return pick_closest(rivals, nr, seg, now);
}

/* What one loses least by: what has ended, then what nothing proves, the newest first. */
static unsigned int worth(const struct synfin_conn *conn)
{
	if (conn->state == SYNFIN_STATE_DONE)
		return 0;
	if (is_asking(conn))
		return 1;
	return conn->state == SYNFIN_STATE_SYN_ACK ? 2 : 3;
}

/**
 * synfin_phase_least() - which connection makes way for one more on its endpoints
 * @rivals:	the connections, the newest first
 * @nr:		how many, at least one
 *
 * Of those that ended, the one that did first. Of attempts, the newest: a flood of
 * them leaves the first one alone.
 *
 * Return: the index.
 */
unsigned int synfin_phase_least(struct synfin_conn *const rivals[], unsigned int nr)
{
	unsigned int i, least = 0;

	for (i = 1; i < nr; i++)
		if (worth(rivals[i]) < worth(rivals[least]) ||
		    (!worth(rivals[i]) && !worth(rivals[least]) &&
		     rivals[i]->last_ns < rivals[least]->last_ns))
			least = i;
	return least;
}

static bool same_ends(const struct synfin_conn *one, const struct synfin_conn *other)
{
	return one->client_port == other->client_port &&
	       one->server_port == other->server_port &&
	       synfin_same_addr(&one->client, &other->client) &&
	       synfin_same_addr(&one->server, &other->server);
}

static bool swapped_ends(const struct synfin_conn *one, const struct synfin_conn *other)
{
	return one->client_port == other->server_port &&
	       one->server_port == other->client_port &&
	       synfin_same_addr(&one->client, &other->server) &&
	       synfin_same_addr(&one->server, &other->client);
}

/**
 * synfin_phase_same_pair() - have two connections the same pair of endpoints?
 * @one:	one of them
 * @other:	the other
 *
 * Return: true if they have.
 */
bool synfin_phase_same_pair(const struct synfin_conn *one,
			    const struct synfin_conn *other)
{
	return one->family == other->family &&
	       (same_ends(one, other) || swapped_ends(one, other));
}

/**
 * synfin_phase_is_superseded() - is a connection over, as another has opened?
 * @conn:	the connection
 * @by:		the one that has just opened on the same endpoints
 *
 * Its host has forgotten it, or it would have said so meanwhile.
 *
 * Return: true if it is.
 */
bool synfin_phase_is_superseded(const struct synfin_conn *conn,
				const struct synfin_conn *by)
{
	return conn != by && conn->state != SYNFIN_STATE_DONE && !is_asking(conn) &&
	       conn->first_ns < by->first_ns &&
	       (conn->suspect.what || conn->seen_ns <= by->first_ns);
}
