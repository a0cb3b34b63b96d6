// SPDX-License-Identifier: GPL-2.0
/*
 * What is read of the first segments of a connection: see first.h.
 *
 * In: a segment that the phase machine took, under the lock of its flow, in any context
 * of a hook. Out: what core/payload.h learns of it. The skb is read, never changed: its
 * payload may be in pieces, or of a process that changes it meanwhile, so each byte is
 * looked at once, or is copied.
 */
#include "first.h"

/* Bytes that are copied at once, where they lie in pieces. */
#define CHUNK	128u

/* Bytes of a segment that are looked at; all others are inside of records. */
#define LOOKED_AT_MAX	4096u

/* May it have first bytes? It was seen to open, and so it is known which they are. */
static bool begins(const struct synfin_conn *conn)
{
	return conn->end[SYNFIN_FROM_CLIENT].flags & conn->end[SYNFIN_FROM_SERVER].flags &
	       SYNFIN_END_ISN && conn->open_ns && !(conn->flags & SYNFIN_FLAG_SELF);
}

static struct synfin_payload *begin(const struct synfin_conn *conn)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	struct synfin_payload *p = synfin_first_take();

	if (!p)
		return NULL;
	synfin_payload_init(p, client->isn + 1, conn->end[SYNFIN_FROM_SERVER].isn + 1,
			    synfin_first_names);
	if (unlikely(conn->flags & SYNFIN_FLAG_SYN_DATA) &&
	    client->flags & SYNFIN_END_UNA && client->una - client->isn > 1)
		synfin_payload_early(p, conn->open_ns);
	return p;
}

/* Some bytes that are to be looked at; false if they cannot be had. */
static bool read_chunk(struct synfin_payload *p, unsigned int from,
		       const struct sk_buff *skb, unsigned int at, unsigned int n, u64 now)
{
	u8 buf[CHUNK] SYNFIN_UNINITIALIZED;
	const u8 *bytes = skb_header_pointer(skb, at, n, buf);

	if (unlikely(!bytes))
		return false;
	if (unlikely(synfin_payload_may_be_tls(p, from, bytes[0])))
		p->tls = synfin_first_take_tls();
	synfin_payload_feed(p, from, bytes, n, now);
	return true;
}

static void read_payload(struct synfin_payload *p, unsigned int from,
			 const struct synfin_segment *seg, const struct sk_buff *skb,
			 u64 now)
{
	unsigned int looked_at = 0, begin = skb->len - seg->len;
	u32 offset, n;

	offset = synfin_payload_begin(p, from, seg->seq, seg->len, now);
	if (offset == seg->len)
		return;
	while (offset < seg->len) {
		n = synfin_payload_skip(p, from, seg->len - offset);
		offset += n;
		if (n)
			continue;
		n = min(seg->len - offset, CHUNK);
		looked_at += n;
		if (looked_at > LOOKED_AT_MAX ||
		    !read_chunk(p, from, skb, begin + offset, n, now))
			break;
		offset += n;
	}
	synfin_payload_end(p, from, seg->len - offset);
}

static void over(struct synfin_first *first, struct synfin_conn *conn)
{
	conn->flags &= ~SYNFIN_FLAG_FIRST;
	if (first->payload && first->payload->tls && !synfin_first_names)
		synfin_first_give_tls(first->payload);
}

static unsigned int speaker(const struct synfin_conn *conn,
			    const struct synfin_segment *seg)
{
	return seg->sport == conn->client_port &&
	       synfin_same_addr(&seg->src, &conn->client) ? SYNFIN_FROM_CLIENT :
							   SYNFIN_FROM_SERVER;
}

/**
 * synfin_first_segment() - a segment that the phase machine took
 * @first:	what was read of its flow so far
 * @conn:	its connection, in the state after it
 * @seg:	the segment
 * @skb:	what carries it
 * @now:	when it passed
 * @opened:	it has just completed the handshake
 *
 * Context: any context of a hook, under the lock of the flow, irqs off.
 */
void synfin_first_segment(struct synfin_first *first, struct synfin_conn *conn,
			  const struct synfin_segment *seg,
			  const struct sk_buff *skb, u64 now, bool opened)
{
	if (opened && !first->payload && begins(conn))
		conn->flags |= SYNFIN_FLAG_FIRST;
	if (!(conn->flags & SYNFIN_FLAG_FIRST) ||
	    (seg->kind != SYNFIN_KIND_PLAIN && seg->kind != SYNFIN_KIND_FIN))
		return;
	if (++first->segments > SYNFIN_FIRST_SEGMENTS ||
	    now - conn->open_ns > SYNFIN_FIRST_NS) {
		over(first, conn);
		return;
	}
	if (!seg->len || seg->len > skb->len)
		return;
	if (!first->payload) {
		first->payload = begin(conn);
		if (!first->payload) {
			over(first, conn);
			return;
		}
	}
	read_payload(first->payload, speaker(conn, seg), seg, skb, now);
	if (synfin_payload_is_done(first->payload))
		over(first, conn);
}
