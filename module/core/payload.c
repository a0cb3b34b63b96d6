// SPDX-License-Identifier: GPL-2.0
/*
 * What the first bytes of a connection say; see payload.h.
 *
 * In: the payload of segments, in any order and cut anywhere. Out: struct
 * synfin_payload. What comes again is passed over; where bytes are missing that had to be
 * read, reading ends.
 *
 *	offset = synfin_payload_begin()
 *	while there is more behind that:
 *		synfin_payload_skip()	what nobody looks at
 *		synfin_payload_feed()	what follows
 *	synfin_payload_end()
 */
#include "core/payload_private.h"

/**
 * synfin_payload_init() - begin to read
 * @p:			to be filled
 * @client_next:	sequence number of the client's first byte
 * @server_next:	of the server's
 * @names:		keep the server's name and the protocol that TLS negotiates
 */
void synfin_payload_init(struct synfin_payload *p, __u32 client_next,
			 __u32 server_next, bool names)
{
	__builtin_memset(p, 0, sizeof(*p));
	p->end[SYNFIN_FROM_CLIENT].next = client_next;
	p->end[SYNFIN_FROM_SERVER].next = server_next;
	if (names)
		p->flags = SYNFIN_PAYLOAD_NAMES;
}

/**
 * synfin_payload_early() - the client's first bytes came with its SYN
 * @p:		just set up
 * @now:	when the connection was opened
 *
 * They were not looked at.
 */
void synfin_payload_early(struct synfin_payload *p, __u64 now)
{
	p->first_ns[SYNFIN_FROM_CLIENT] = now;
	p->end[SYNFIN_FROM_CLIENT].settled = 1;
	p->end[SYNFIN_FROM_CLIENT].broken = 1;
}

/**
 * synfin_payload_may_be_tls() - will memory for TLS be wanted?
 * @p:		what was read so far
 * @from:	enum synfin_from, who sends
 * @first:	the next byte
 *
 * Return: true if @p->tls should be set before that byte is fed: to zeros.
 */
bool synfin_payload_may_be_tls(const struct synfin_payload *p, unsigned int from,
			       __u8 first)
{
	const struct synfin_stream *s = &p->end[from];

	if (s->nr || p->tls)
		return false;
	return first == SYNFIN_TLS_HANDSHAKE || first == SYNFIN_TLS_ALERT_RECORD;
}

static void note_first(struct synfin_payload *p, unsigned int from, __u64 now)
{
	if (p->first_ns[from])
		return;
	p->first_ns[from] = now;
	if (from == SYNFIN_FROM_SERVER && !p->first_ns[SYNFIN_FROM_CLIENT])
		p->flags |= SYNFIN_PAYLOAD_SERVER_FIRST;
}

/* It passed before what precedes it did. */
static void note_ahead(struct synfin_stream *s, __u32 seq, __u32 len)
{
	if (s->ahead == s->ahead_end) {
		s->ahead = seq;
		s->ahead_end = seq + len;
	} else if (seq == s->ahead_end) {
		s->ahead_end += len;
	}
}

/* Of a sender that keeps to what the other end takes; what is beyond it is forged. */
#define AHEAD_MAX	0x1000000

/**
 * synfin_payload_begin() - a segment with payload
 * @p:		what was read so far
 * @from:	enum synfin_from, who sent it
 * @seq:	sequence number of its first byte
 * @len:	how many bytes there were on the wire
 * @now:	when it passed
 *
 * Context: as the caller's; the caller locks.
 *
 * Return: where in it the first byte is that has not been read; @len if there is none.
 * If there is one, synfin_payload_end() is due after it.
 */
__u32 synfin_payload_begin(struct synfin_payload *p, unsigned int from, __u32 seq,
			   __u32 len, __u64 now)
{
	struct synfin_stream *s = &p->end[from];
	__u32 known = s->next - seq;

	/* None, or all of it came before. */
	if (!len || (__s32)(seq + len - s->next) <= 0 || (__s32)known < -AHEAD_MAX)
		return len;
	note_first(p, from, now);
	if (p->flags & SYNFIN_PAYLOAD_GAP)
		return len;
	if ((__s32)known < 0) {
		note_ahead(s, seq, len);
		return len;
	}
	s->next = seq + len;
	return known;
}

static bool reads_tls(const struct synfin_payload *p, unsigned int from)
{
	return p->protocol == SYNFIN_PROTOCOL_TLS && p->tls && !p->end[from].broken;
}

/**
 * synfin_payload_skip() - pass over what nobody looks at
 * @p:		what was read so far
 * @from:	enum synfin_from, who sent it
 * @len:	how much there is
 *
 * Return: how much was passed over.
 */
__u32 synfin_payload_skip(struct synfin_payload *p, unsigned int from, __u32 len)
{
	if (!p->end[from].settled)
		return 0;
	return reads_tls(p, from) ? synfin_tls_skip(p, from, len) : len;
}

static void remember(struct synfin_stream *s, const __u8 *bytes, __u32 len)
{
	__u32 room = sizeof(s->said) - s->nr;

	if (len > room)
		len = room;
	__builtin_memcpy(s->said + s->nr, bytes, len);
	s->nr += len;
}

/**
 * synfin_payload_feed() - some bytes of the segment
 * @p:		what was read so far
 * @from:	enum synfin_from, who sent it
 * @bytes:	those that come next
 * @len:	how many
 * @now:	when it passed
 */
void synfin_payload_feed(struct synfin_payload *p, unsigned int from,
			 const __u8 *bytes, __u32 len, __u64 now)
{
	struct synfin_stream *s = &p->end[from];

	if (!s->settled) {
		__u8 before = s->nr;

		remember(s, bytes, len);
		synfin_words_read(p, from);
		/* Records that were cut before it was known that they are some. */
		if (s->settled && reads_tls(p, from))
			synfin_tls_bytes(p, from, s->said, before, now);
	}
	if (s->settled && reads_tls(p, from))
		synfin_tls_bytes(p, from, bytes, len, now);
}

/**
 * synfin_payload_end() - that was the segment
 * @p:		what was read so far
 * @from:	enum synfin_from, who sent it
 * @lack:	how many bytes at its end could not be had
 */
void synfin_payload_end(struct synfin_payload *p, unsigned int from, __u32 lack)
{
	struct synfin_stream *s = &p->end[from];

	if (s->ahead != s->ahead_end && (__s32)(s->ahead - s->next) <= 0) {
		if ((__s32)(s->ahead_end - s->next) > 0) {
			lack += s->ahead_end - s->next;
			s->next = s->ahead_end;
		}
		s->ahead = s->ahead_end;
	}
	while (lack) {
		__u32 skipped = synfin_payload_skip(p, from, lack);

		if (!skipped) {
			p->flags |= SYNFIN_PAYLOAD_GAP;
			return;
		}
		lack -= skipped;
	}
}

/**
 * synfin_payload_is_done() - is there nothing more to learn?
 * @p: what was read
 *
 * Return: true if no further byte would change anything that is reported.
 */
bool synfin_payload_is_done(const struct synfin_payload *p)
{
	const struct synfin_stream *client = &p->end[SYNFIN_FROM_CLIENT];
	const struct synfin_stream *server = &p->end[SYNFIN_FROM_SERVER];

	if (!p->first_ns[0] || !p->first_ns[1])
		return false;
	if (p->flags & SYNFIN_PAYLOAD_GAP)
		return true;
	if (p->protocol != SYNFIN_PROTOCOL_TLS || !p->tls)
		return client->settled && server->settled;
	if (client->broken || server->broken || p->tls_flags & SYNFIN_TLS_ALERT)
		return true;
	return p->app_ns[0] && p->app_ns[1];
}
