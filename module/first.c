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
#include "compat.h"
#include "core/payload_private.h"

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

/* The client was heard before, and what it said left no doubt. */
static void resume(struct synfin_payload *p, const struct synfin_first *first, u64 open_ns)
{
	p->first_ns[SYNFIN_FROM_CLIENT] = open_ns + first->request_ns;
	p->protocol = first->protocol;
	p->method = first->method;
	p->end[SYNFIN_FROM_CLIENT].settled = 1;
}

static struct synfin_payload *begin(const struct synfin_first *first,
				    const struct synfin_conn *conn)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	struct synfin_payload *p = synfin_first_take();

	if (!p)
		return NULL;
	synfin_payload_init(p, client->isn + 1, conn->end[SYNFIN_FROM_SERVER].isn + 1,
			    synfin_first_names);
	if (!(conn->flags & SYNFIN_FLAG_ANNOUNCED) && first->protocol)
		resume(p, first, conn->open_ns);
	if (unlikely(conn->flags & SYNFIN_FLAG_SYN_DATA) &&
	    client->flags & SYNFIN_END_UNA && client->una - client->isn > 1)
		synfin_payload_early(p, conn->open_ns);
	return p;
}

/*
 * Bytes of a segment, copied if they lie in pieces. What this host sends lies in a page
 * behind the headers.
 */
static __always_inline const u8 *bytes_at(const struct sk_buff *skb, unsigned int at,
					  unsigned int n, u8 buf[CHUNK])
{
	const skb_frag_t *frag = skb_shinfo(skb)->frags;

	if (IS_ENABLED(CONFIG_HIGHMEM) || at != skb_headlen(skb) ||
	    !skb_shinfo(skb)->nr_frags || skb_frag_size(frag) < n)
		return skb_header_pointer(skb, at, n, buf);
	return skb_frag_address(frag);
}

/* Some bytes that are to be looked at; false if they cannot be had. */
static bool read_chunk(struct synfin_payload *p, unsigned int from,
		       const struct sk_buff *skb, unsigned int at, unsigned int n, u64 now)
{
	u8 buf[CHUNK] SYNFIN_UNINITIALIZED;
	const u8 *bytes = bytes_at(skb, at, n, buf);

	if (unlikely(!bytes))
		return false;
	if (unlikely(synfin_payload_may_be_tls(p, from, bytes[0])))
		p->tls = synfin_first_take_tls();
	synfin_payload_feed(p, from, bytes, n, now);
	return true;
}

static noinline void read_payload(struct synfin_payload *p, unsigned int from, u32 seq,
				  u32 len, const struct sk_buff *skb, u64 now)
{
	unsigned int looked_at = 0, begin = skb->len - len;
	u32 offset, n;

	offset = synfin_payload_begin(p, from, seq, len, now);
	if (offset == len)
		return;
	while (offset < len) {
		n = synfin_payload_skip(p, from, len - offset);
		offset += n;
		if (n)
			continue;
		n = min(len - offset, CHUNK);
		looked_at += n;
		if (looked_at > LOOKED_AT_MAX ||
		    !read_chunk(p, from, skb, begin + offset, n, now))
			break;
		offset += n;
	}
	synfin_payload_end(p, from, len - offset);
}

static unsigned int speaker(const struct synfin_conn *conn,
			    const struct synfin_segment *seg)
{
	return seg->sport == conn->client_port &&
	       synfin_same_addr(&seg->src, &conn->client) ? SYNFIN_FROM_CLIENT :
							   SYNFIN_FROM_SERVER;
}

/* As many as an end may have said; some of those in the middle twice. */
static __always_inline void copy_few(u8 to[24], const u8 *bytes, unsigned int n)
{
	static_assert(sizeof_field(struct synfin_stream, said) == 24);
	if (likely(n >= 16)) {
		memcpy(to, bytes, 16);
		memcpy(to + n - 8, bytes + n - 8, 8);
	} else if (n >= 8) {
		memcpy(to, bytes, 8);
		memcpy(to + n - 8, bytes + n - 8, 8);
	} else {
		while (n--)
			to[n] = bytes[n];
	}
}

/*
 * Most say at once what they are, the client first and then the server, and there is
 * nothing to be read on. False if it is not so. Inline, what is copied here would align
 * the stack of all that leads here.
 */
static noinline bool hear_at_once(struct synfin_first *first, struct synfin_conn *conn,
				  u32 seq, u32 len, const struct sk_buff *skb,
				  unsigned int from, u64 now)
{
	struct synfin_payload p SYNFIN_UNINITIALIZED;
	struct synfin_stream *s = &p.end[from];
	u64 since = now - conn->open_ns;
	const u8 *bytes;

	if (from == SYNFIN_FROM_CLIENT && first->protocol)
		return true;
	if ((from == SYNFIN_FROM_SERVER && !first->protocol) ||
	    seq != conn->end[from].isn + 1 || conn->flags & SYNFIN_FLAG_SYN_DATA)
		return false;
	s->nr = min_t(u32, len, sizeof(s->said));
	bytes = bytes_at(skb, skb->len - len, s->nr, s->said);
	if (unlikely(!bytes))
		return false;
	if (bytes != s->said)
		copy_few(s->said, bytes, s->nr);
	p.protocol = from == SYNFIN_FROM_CLIENT ? SYNFIN_PROTOCOL_NONE : first->protocol;
	p.method = first->method;
	p.status = 0;
	p.flags = 0;
	synfin_words_read(&p, from);
	if (!s->settled || p.protocol == SYNFIN_PROTOCOL_TLS || p.flags)
		return false;
	first->protocol = p.protocol;
	if (from == SYNFIN_FROM_CLIENT) {
		first->method = p.method;
		first->request_ns = synfin_first_packed(since);
		first->response_ns = SYNFIN_FIRST_NONE;
		first->status = 0;
		first->server_first = false;
		return true;
	}
	first->response_ns = synfin_first_packed(since - min_t(u64, since, first->request_ns));
	first->status = p.status;
	conn->flags &= ~SYNFIN_FLAG_FIRST;
	return true;
}

/* FTP's control connection is read on: it announces others. */
static bool go_on(struct synfin_first *first, const struct synfin_conn *conn)
{
	struct synfin_payload *p = first->payload;

	if (p->protocol != SYNFIN_PROTOCOL_FTP || !synfin_ftp_listen(conn->server_port))
		return false;
	p->flags |= SYNFIN_PAYLOAD_LISTENS;
	p->port = conn->server_port;
	first->segments = SYNFIN_FIRST_SEGMENTS;
	return true;
}

/* Has it been announced, and nothing of it been read? */
static bool is_untouched(const struct synfin_first *first, const struct synfin_conn *conn)
{
	return conn->flags & SYNFIN_FLAG_ANNOUNCED && !first->payload;
}

/* It is over, unless it is for the whole route. */
static noinline bool hear_no_more(struct synfin_first *first, struct synfin_conn *conn)
{
	if (synfin_first_is_listened(first) || is_untouched(first, conn))
		return false;
	synfin_first_over(first, conn);
	return true;
}

/**
 * synfin_first_hear() - a segment with payload of a flow that waits
 * @first:	what was read of it so far
 * @conn:	its connection
 * @seq:	the segment's sequence number
 * @len:	how much payload it has, at the end of @skb
 * @skb:	what carries it
 * @from:	enum synfin_from, who sent it
 * @now:	when it passed
 * @whole:	memory may be taken, for what must be read on
 *
 * It is looked at, or waited for no longer.
 *
 * Context: any context of a hook, under the lock of the flow, irqs off.
 *
 * Return: false if nothing has been done, for want of @whole, or as it is read on.
 */
bool synfin_first_hear(struct synfin_first *first, struct synfin_conn *conn, u32 seq,
		       u32 len, const struct sk_buff *skb, unsigned int from, u64 now,
		       bool whole)
{
	if (unlikely(first->segments == SYNFIN_FIRST_SEGMENTS ||
		     now - conn->open_ns > SYNFIN_FIRST_NS))
		return hear_no_more(first, conn);
	first->segments++;
	if (!first->payload) {
		if (hear_at_once(first, conn, seq, len, skb, from, now))
			return true;
		if (!whole)
			return false;
		first->payload = begin(first, conn);
		if (!first->payload) {
			synfin_first_over(first, conn);
			return true;
		}
	}
	read_payload(first->payload, from, seq, len, skb, now);
	if (synfin_payload_is_done(first->payload) && !go_on(first, conn))
		synfin_first_over(first, conn);
	return true;
}

/**
 * synfin_first_announced() - a flow begins that FTP's control connection has announced
 * @first:	nothing has been read of it
 * @conn:	its connection
 * @control:	id of the control connection
 *
 * Context: under the lock of the flow.
 */
void synfin_first_announced(struct synfin_first *first, struct synfin_conn *conn,
			    u64 control)
{
	conn->flags |= SYNFIN_FLAG_ANNOUNCED;
	first->control = control;
	first->segments = SYNFIN_FIRST_SEGMENTS;
}

static __always_inline void opens(const struct synfin_first *first,
				  struct synfin_conn *conn, struct synfin_ftp_net *ftp)
{
	bool announced = conn->flags & SYNFIN_FLAG_ANNOUNCED;

	if (READ_ONCE(synfin_first_on) && !first->payload &&
	    (!first->protocol || announced) && begins(conn))
		conn->flags |= SYNFIN_FLAG_FIRST;
	if (unlikely(announced))
		synfin_ftp_opens(ftp, conn, first->control);
}

/* What announces others, or was announced. False if it is to be heard as the rest is. */
static noinline bool hear_otherwise(struct synfin_first *first, struct synfin_conn *conn,
				    const struct synfin_segment *seg,
				    const struct sk_buff *skb,
				    struct synfin_ftp_net *ftp, u64 now)
{
	if (synfin_first_is_listened(first)) {
		/* There is room for lines in what is for TLS. */
		static_assert(sizeof(struct synfin_lines) <= sizeof(struct synfin_tls));
		if (!first->payload->tls)
			first->payload->tls = synfin_first_take_tls();
		synfin_ftp_segment(ftp, conn, first->payload, seg, skb,
				   speaker(conn, seg), now);
		return true;
	}
	if (!is_untouched(first, conn))
		return false;
	first->payload = begin(first, conn);
	first->segments = 0;
	if (!first->payload)
		synfin_first_over(first, conn);
	return !first->payload;
}

/**
 * synfin_first_segment() - a segment that the phase machine took, of a flow that may wait
 * @first:	what was read of its flow so far
 * @conn:	its connection, in the state after it
 * @seg:	the segment
 * @skb:	what carries it
 * @ftp:	what FTP announces in its namespace
 * @now:	when it passed
 * @opened:	it has just completed the handshake
 *
 * Context: any context of a hook, under the lock of the flow, irqs off.
 */
void synfin_first_segment(struct synfin_first *first, struct synfin_conn *conn,
			  const struct synfin_segment *seg,
			  const struct sk_buff *skb, struct synfin_ftp_net *ftp, u64 now,
			  bool opened)
{
	if (opened)
		opens(first, conn, ftp);
	if (!(conn->flags & SYNFIN_FLAG_FIRST) || !seg->len || seg->len > skb->len ||
	    (seg->kind != SYNFIN_KIND_PLAIN && seg->kind != SYNFIN_KIND_FIN))
		return;
	if (unlikely(first->segments == SYNFIN_FIRST_SEGMENTS) &&
	    hear_otherwise(first, conn, seg, skb, ftp, now))
		return;
	synfin_first_hear(first, conn, seg->seq, seg->len, skb, speaker(conn, seg), now,
			  true);
}

/* Of these flags none means more than that first bytes are waited for. */
#define MORE_IS_WAITED_FOR						\
	(SYNFIN_FLAG_SELF | SYNFIN_FLAG_AWAITS | SYNFIN_FLAG_SHIFTED |	\
	 SYNFIN_FLAG_JUMP | SYNFIN_FLAG_WATCHED | SYNFIN_FLAG_SYN_DATA)

/* So far ahead of what it has acknowledged an end may be, or it is looked at closely. */
#define ACK_AHEAD	0x100000u

/**
 * synfin_first_is_next() - is it what a flow waits for, and nothing else?
 * @first:	what was read of it so far
 * @conn:	its connection
 * @th:		the header of a plain segment with payload
 * @from:	enum synfin_from, who sent it
 *
 * If so the phase machine has no use for it, as for what passes unseen.
 *
 * Context: under the lock of the flow.
 *
 * Return: true if its bytes follow those that were read.
 */
bool synfin_first_is_next(const struct synfin_first *first,
			  const struct synfin_conn *conn, const struct tcphdr *th,
			  unsigned int from)
{
	u32 seq = ntohl(th->seq);

	if ((conn->flags & (MORE_IS_WAITED_FOR | SYNFIN_FLAG_FIRST)) != SYNFIN_FLAG_FIRST ||
	    conn->state != SYNFIN_STATE_OPEN || conn->suspect.what ||
	    ntohl(th->ack_seq) - conn->end[!from].una > ACK_AHEAD)
		return false;
	if (first->payload)
		return seq == first->payload->end[from].next;
	return seq == conn->end[from].isn + 1 || first->protocol;
}
