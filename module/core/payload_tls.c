// SPDX-License-Identifier: GPL-2.0
/*
 * The headers of TLS's records and handshake messages (RFC 8446, RFC 5246).
 *
 * In: bytes of one end, in order, cut anywhere. Out: the times and marks in struct
 * synfin_payload. A record holds messages or parts of them.
 */
#include "core/payload_private.h"

/* The longest record, encrypted (RFC 5246, 6.2.3). */
#define RECORD_MAX	(0x4000u + 2048u)

/* Encrypted records of 1.3, with the type and the authentication that each has. */
#define SEALED_ALERT		(2 + 17)
#define SEALED_END_OF_EARLY	(4 + 17)
#define SEALED_FINISHED_256	(4 + 32 + 17)
#define SEALED_FINISHED_384	(4 + 48 + 17)

/* A message whose inside is looked at: the hello of its sender. */
static bool is_read(const struct synfin_tls_end *t, unsigned int from)
{
	return t->message == SYNFIN_TLS_CLIENT_HELLO + from;
}

static void begin_message(struct synfin_payload *p, struct synfin_tls_end *t,
			  unsigned int from, __u64 now)
{
	t->message = t->head[0];
	t->message_left = (__u32)t->head[1] << 16 | synfin_tls_get16(t->head + 2);
	if (is_read(t, from)) {
		if (from == SYNFIN_FROM_CLIENT && !p->hello_ns)
			p->hello_ns = now;
		if (from == SYNFIN_FROM_SERVER && !p->server_hello_ns)
			p->server_hello_ns = now;
		synfin_hello_begin(t);
	} else if (from == SYNFIN_FROM_SERVER) {
		if (t->message == SYNFIN_TLS_CERT_REQUEST)
			p->tls_flags |= SYNFIN_TLS_CERT_KNOWN | SYNFIN_TLS_CERT_ASKED;
		else if (t->message == SYNFIN_TLS_HELLO_DONE)
			p->tls_flags |= SYNFIN_TLS_CERT_KNOWN;
	}
}

/* Handshake messages in the clear: those that are hellos are read, others passed over. */
static void read_messages(struct synfin_payload *p, unsigned int from,
			  struct synfin_cursor *c, __u64 now)
{
	struct synfin_tls_end *t = &p->tls->end[from];

	/* One may be empty. */
	while (c->left || (t->in_message && !t->message_left)) {
		__u32 n;

		if (!t->in_message) {
			if (!synfin_tls_fill(t, c, 4))
				return;
			t->in_message = 1;
			begin_message(p, t, from, now);
		}
		if (is_read(t, from) && !synfin_hello_read(p, from, c))
			return;
		n = c->left < t->message_left ? c->left : t->message_left;
		c->at += n;
		c->left -= n;
		t->message_left -= n;
		if (t->message_left)
			return;
		t->in_message = 0;
		if (is_read(t, from))
			synfin_hello_end(p, from);
	}
}

static void note_alert(struct synfin_payload *p, unsigned int from, __u8 alert)
{
	if (p->tls_flags & SYNFIN_TLS_ALERT)
		return;
	p->alert = alert;
	p->tls_flags |= SYNFIN_TLS_ALERT;
	if (from == SYNFIN_FROM_SERVER)
		p->tls_flags |= SYNFIN_TLS_ALERT_SERVER;
}

static void read_alert(struct synfin_payload *p, unsigned int from,
		       struct synfin_cursor *c)
{
	struct synfin_tls_end *t = &p->tls->end[from];

	/* close_notify is how a connection ends (RFC 8446, 6.1). */
	if (synfin_tls_fill(t, c, 2) && t->head[1])
		note_alert(p, from, t->head[1]);
}

static void secured(struct synfin_payload *p, __u64 now)
{
	p->secured_ns = now;
	p->tls->sealed_at = p->end[SYNFIN_FROM_CLIENT].next;
}

static void first_app_data(struct synfin_payload *p, unsigned int from, __u64 now)
{
	if (!p->app_ns[from])
		p->app_ns[from] = now;
}

/* The client's first encrypted record: its length tells what it is. */
static void first_sealed_13(struct synfin_payload *p, __u32 len)
{
	if (len == SEALED_ALERT) {
		note_alert(p, SYNFIN_FROM_CLIENT, 0);
		return;
	}
	if (len == SEALED_END_OF_EARLY)
		return;
	p->tls_flags |= SYNFIN_TLS_CERT_KNOWN;
	if (len != SEALED_FINISHED_256 && len != SEALED_FINISHED_384)
		p->tls_flags |= SYNFIN_TLS_CERT_ASKED;
}

/*
 * In 1.3 all that is encrypted looks like data. The client's first records after the
 * ServerHello end the handshake: up to its Finished, or as far as the server waits for
 * more. What it sends behind that is data, and what the server sends after that.
 */
static void sealed_record_13(struct synfin_payload *p, unsigned int from, __u32 len,
			     __u64 now)
{
	struct synfin_tls *tls = p->tls;

	if (from == SYNFIN_FROM_SERVER) {
		if (p->secured_ns)
			tls->finished = 1;
		if (p->app_ns[SYNFIN_FROM_CLIENT])
			first_app_data(p, from, now);
		return;
	}
	if (!(p->tls_flags & SYNFIN_TLS_CERT_KNOWN))
		first_sealed_13(p, len);
	if (p->tls_flags & SYNFIN_TLS_ALERT)
		return;
	if (!tls->finished) {
		secured(p, now);
		tls->finished = len == SEALED_FINISHED_256 || len == SEALED_FINISHED_384;
		/* Nothing more of the handshake can be in this segment. */
		if (tls->finished)
			tls->sealed_at = p->end[from].next - 1;
	} else if (p->end[from].next != tls->sealed_at) {
		first_app_data(p, from, now);
	}
}

/* Up to 1.2 both ends change ciphers, and send a Finished first. */
static void sealed_record_12(struct synfin_payload *p, unsigned int from, __u8 type,
			     __u64 now)
{
	if (type == SYNFIN_TLS_HANDSHAKE) {
		p->tls->finished |= 1 << from;
		if (p->tls->finished == 3 && !p->secured_ns)
			secured(p, now);
	} else if (type == SYNFIN_TLS_APPLICATION_DATA) {
		first_app_data(p, from, now);
	}
}

/* Who changes ciphers without having asked for anything takes up a session. */
static void change_cipher(struct synfin_payload *p, struct synfin_tls_end *t,
			  unsigned int from)
{
	if (from == SYNFIN_FROM_SERVER && !(p->tls_flags & SYNFIN_TLS_CERT_KNOWN))
		p->tls_flags |= SYNFIN_TLS_CERT_KNOWN | SYNFIN_TLS_RESUMED;
	t->sealed = 1;
}

static void begin_record(struct synfin_payload *p, unsigned int from, __u64 now)
{
	struct synfin_tls_end *t = &p->tls->end[from];
	const __u8 *head = t->record_head;
	__u32 type = head[0], len = synfin_tls_get16(head + 3);
	bool is_13 = p->tls_version == SYNFIN_TLS_1_3;

	if (type < SYNFIN_TLS_CHANGE_CIPHER || type > SYNFIN_TLS_APPLICATION_DATA ||
	    head[1] != 3 || len > RECORD_MAX) {
		p->end[from].broken = 1;
		return;
	}
	t->record_type = type;
	t->record_left = len;
	if (!(p->tls_flags & SYNFIN_TLS_HELLOS))
		return;
	if (is_13 && type == SYNFIN_TLS_APPLICATION_DATA) {
		t->sealed = 1;
		sealed_record_13(p, from, len, now);
	} else if (!is_13 && t->sealed) {
		sealed_record_12(p, from, type, now);
	}
	if (type == SYNFIN_TLS_CHANGE_CIPHER && !is_13 && !t->sealed)
		change_cipher(p, t, from);
}

/* Does nobody look at what is in the record? */
static bool is_opaque(const struct synfin_tls_end *t)
{
	return t->sealed || t->record_type == SYNFIN_TLS_CHANGE_CIPHER ||
	       t->record_type == SYNFIN_TLS_APPLICATION_DATA;
}

/* The part of a record that has come. */
static void read_record(struct synfin_payload *p, unsigned int from,
			struct synfin_cursor *c, __u64 now)
{
	struct synfin_tls_end *t = &p->tls->end[from];
	struct synfin_cursor part = {
		.at = c->at,
		.left = c->left < t->record_left ? c->left : t->record_left,
	};

	c->at += part.left;
	c->left -= part.left;
	t->record_left -= part.left;
	if (is_opaque(t))
		return;
	if (t->record_type == SYNFIN_TLS_HANDSHAKE)
		read_messages(p, from, &part, now);
	else
		read_alert(p, from, &part);
}

/**
 * synfin_tls_bytes() - bytes of one end of a connection that speaks TLS
 * @p:		what was read so far
 * @from:	enum synfin_from, who sent them
 * @bytes:	those that follow what was read
 * @len:	how many
 * @now:	when they passed
 */
void synfin_tls_bytes(struct synfin_payload *p, unsigned int from,
		      const __u8 *bytes, __u32 len, __u64 now)
{
	struct synfin_tls_end *t = &p->tls->end[from];
	struct synfin_cursor c = { .at = bytes, .left = len };

	while (c.left && !p->end[from].broken) {
		if (t->record_left) {
			read_record(p, from, &c, now);
			continue;
		}
		while (t->record_have < sizeof(t->record_head) && c.left) {
			t->record_head[t->record_have++] = *c.at++;
			c.left--;
		}
		if (t->record_have < sizeof(t->record_head))
			return;
		t->record_have = 0;
		begin_record(p, from, now);
	}
}

/**
 * synfin_tls_skip() - pass over the inside of a record, or of a message
 * @p:		what was read so far
 * @from:	enum synfin_from, who sent it
 * @len:	how much there is
 *
 * Return: how much was passed over; 0 if the next byte is to be looked at.
 */
__u32 synfin_tls_skip(struct synfin_payload *p, unsigned int from, __u32 len)
{
	struct synfin_tls_end *t = &p->tls->end[from];

	if (len > t->record_left)
		len = t->record_left;
	if (is_opaque(t)) {
		t->record_left -= len;
		return len;
	}
	if (t->record_type != SYNFIN_TLS_HANDSHAKE || !t->in_message || is_read(t, from))
		return 0;
	/* The last byte is read: with it the message ends. */
	if (t->message_left < 2)
		return 0;
	if (len > t->message_left - 1)
		len = t->message_left - 1;
	t->record_left -= len;
	t->message_left -= len;
	return len;
}
