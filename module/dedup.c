// SPDX-License-Identifier: GPL-2.0
/*
 * A segment that crosses a namespace more than once is followed once.
 *
 * A host may hand a packet to a firewall in another namespace, or from one bridge to
 * the next, and get it back, at once or after seconds: it passes a hook again, on
 * another way. But a segment may also be sent again, and take another way because the
 * routes have changed. What tells them apart is what the flow knows:
 *
 *	the segment has not been counted yet	it is new, whatever way it takes
 *	it takes the way that it took first	it was sent again
 *	it takes another way, and has been
 *	  over more hops			it came back
 *	  on it more often than on the first	it was sent again
 *	  though what its end sent before was
 *	  answered and had not come back	it was sent again
 *
 * In: a segment with its way, and its flow, locked. Any context of a hook.
 */
#include "dedup.h"
#include "table.h"

#include <linux/bitfield.h>
#include <linux/hash.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>

/*
 * A way: between which devices, by a hash; how many hops were left; the hook, which is
 * never 0; whether a bridge passed it on.
 */
#define WAY_DEVICES	GENMASK(15, 0)
#define WAY_HOPS	GENMASK(23, 16)
#define WAY_HOOK	GENMASK(25, 24)
#define WAY_BRIDGED	BIT(26)

/* Two ways are the same whatever is left of the hops. */
#define WAY_PLACE	(WAY_DEVICES | WAY_HOOK | WAY_BRIDGED)

/* Bits of synfin_way.marks. */
#define MARK_BACK	0x1	/* segments of this end were seen to come back */
#define MARK_MOVED	0x2	/* they took another way before */

static_assert(NF_INET_LOCAL_IN && NF_INET_LOCAL_OUT <= 3);

static u32 mix(u32 hash, u32 index)
{
	return hash_32(hash ^ index, 32);
}

static u32 index_of(const struct net_device *dev)
{
	return dev ? dev->ifindex : 0;
}

/**
 * synfin_dedup_way() - which way does a segment take through the namespace?
 * @skb:	the packet
 * @state:	the hook
 *
 * Context: any context of a hook.
 *
 * Return: the way, never 0.
 */
u32 synfin_dedup_way(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	u32 hops = state->pf == NFPROTO_IPV4 ? ip_hdr(skb)->ttl :
					       ipv6_hdr(skb)->hop_limit;
	u32 devices = mix(mix(0, index_of(state->in)), index_of(state->out));
	u32 way = FIELD_PREP(WAY_HOPS, hops) | FIELD_PREP(WAY_HOOK, state->hook);

#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	if (state->hook == NF_INET_FORWARD && nf_bridge_get_physoutif(skb)) {
		devices = mix(mix(devices, nf_bridge_get_physinif(skb)),
			      nf_bridge_get_physoutif(skb));
		way |= WAY_BRIDGED;
	}
#endif
	return way | devices >> 16;
}

static bool from_client(const struct synfin_conn *conn,
			const struct synfin_segment *seg)
{
	if (seg->sport != seg->dport)
		return seg->sport == conn->client_port;
	return synfin_same_addr(&seg->src, &conn->client);
}

/* An ICMP error quotes what its receiver has sent. */
static u32 end_of(const struct synfin_conn *conn, const struct synfin_segment *seg)
{
	bool client = from_client(conn, seg) != (seg->kind == SYNFIN_KIND_ICMP);

	return client ? SYNFIN_FROM_CLIENT : SYNFIN_FROM_SERVER;
}

/* Has the very segment been counted? */
static bool is_known(const struct synfin_conn *conn, u32 from,
		     const struct synfin_segment *seg, const struct synfin_way *way)
{
	const struct synfin_end *own = &conn->end[from], *peer = &conn->end[!from];

	switch (seg->kind) {
	case SYNFIN_KIND_SYN:
		return own->syns && seg->seq == own->isn;
	case SYNFIN_KIND_SYN_ACK:
		return own->syn_acks && seg->seq == own->isn;
	case SYNFIN_KIND_FIN:
		return (own->flags & SYNFIN_END_FIN) &&
		       synfin_segment_end(seg) == own->fin_end;
	case SYNFIN_KIND_PLAIN:
		/* One that is late is no sign of life after a RST either. */
		return conn->suspect.what ||
		       ((peer->flags & SYNFIN_END_UNA) &&
			(s32)(seg->ack - peer->una) <= 0);
	default:
		return way->kind == seg->kind && way->there < way->here;
	}
}

/*
 * Can what has passed on one way pass on the other one afterwards? This host takes off
 * a hop from what it routes; it sends a segment once, and receives it once.
 */
static bool may_come_back(u32 first, u32 way)
{
	u32 before = FIELD_GET(WAY_HOPS, first), hops = FIELD_GET(WAY_HOPS, way);

	if (FIELD_GET(WAY_HOOK, way) != NF_INET_FORWARD)
		return hops <= before && (first ^ way) & WAY_HOOK;
	return way & WAY_BRIDGED ? hops <= before : hops < before;
}

/* What came from this end before was answered, so that it cannot be still on its way. */
static bool would_have_come_back(const struct synfin_conn *conn, u32 from,
				 const struct synfin_way *way)
{
	return (conn->end[from].flags & SYNFIN_END_SYN_ACKED) && !way->marks;
}

static bool was_sent_again(const struct synfin_conn *conn, u32 from,
			   const struct synfin_segment *seg,
			   const struct synfin_way *way)
{
	/* A bridge that does not know the receiver passes it on to all its ports. */
	if (seg->way & WAY_BRIDGED)
		return false;
	if (way->kind == seg->kind && way->there >= way->here)
		return true;
	return (seg->kind == SYNFIN_KIND_FIN || seg->kind == SYNFIN_KIND_RST) &&
	       would_have_come_back(conn, from, way);
}

static void count(u8 *times)
{
	if (*times != U8_MAX)
		++*times;
}

/**
 * synfin_dedup_crossed() - has a segment come back that has been counted?
 * @flow:	its flow, locked
 * @seg:	the segment, before it is judged; its way is not 0
 *
 * Return: true if it has.
 */
bool synfin_dedup_crossed(struct synfin_flow *flow, const struct synfin_segment *seg)
{
	const struct synfin_conn *conn = &flow->conn;
	u32 from = end_of(conn, seg);
	struct synfin_way *way = &flow->way[from];

	if (!way->first || !((way->first ^ seg->way) & WAY_PLACE) ||
	    (conn->flags & SYNFIN_FLAG_SELF))
		return false;
	if (!is_known(conn, from, seg, way))
		return false;
	if (seg->kind == SYNFIN_KIND_PLAIN)
		return way->marks & MARK_BACK;
	if (!may_come_back(way->first, seg->way) ||
	    was_sent_again(conn, from, seg, way))
		return false;
	way->marks |= MARK_BACK;
	if (way->kind == seg->kind)
		count(&way->there);
	return true;
}

/**
 * synfin_dedup_passed() - a segment has been counted
 * @flow:	its flow, locked
 * @seg:	the segment, which made a phase; its way is not 0
 */
void synfin_dedup_passed(struct synfin_flow *flow, const struct synfin_segment *seg)
{
	struct synfin_way *way = &flow->way[end_of(&flow->conn, seg)];

	/* Many of them take the fast path: what one of them does says nothing. */
	if (seg->kind == SYNFIN_KIND_PLAIN)
		return;
	if (way->first && ((way->first ^ seg->way) & WAY_PLACE)) {
		way->marks = MARK_MOVED;
		way->here = 0;
	}
	if (way->kind != seg->kind || !way->here) {
		way->kind = seg->kind;
		way->here = 0;
		way->there = 0;
	}
	count(&way->here);
	way->first = seg->way;
}
