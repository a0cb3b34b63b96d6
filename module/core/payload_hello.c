// SPDX-License-Identifier: GPL-2.0
/*
 * What TLS's hellos say (RFC 8446, 4.1; RFC 5246, 7.4.1): version, session, extensions.
 *
 * In: a handshake message, cut anywhere. Each level counts down what is left of it, and
 * none reads beyond the one around it.
 */
#include "core/payload_private.h"

/* Types of extensions (RFC 8446, 4.2; RFC 6066; RFC 7301). */
#define EXT_SERVER_NAME		0
#define EXT_ALPN		16
#define EXT_PRE_SHARED_KEY	41
#define EXT_SUPPORTED_VERSIONS	43

/* What comes next in a hello. */
enum step {
	STEP_VERSION,
	STEP_RANDOM,
	STEP_SESSION_LEN,
	STEP_SESSION,
	STEP_SUITES_LEN,
	STEP_SUITES,
	STEP_METHODS_LEN,
	STEP_METHODS,
	STEP_CHOICE,		/* a ServerHello's suite and compression method */
	STEP_EXTENSIONS_LEN,
	STEP_EXTENSION_HEAD,
	STEP_NAME_HEAD,
	STEP_NAME,
	STEP_CHOSEN_VERSION,
	STEP_EXTENSION,
	STEP_REST,
};

/* A ServerHello with this random number is a HelloRetryRequest (RFC 8446, 4.1.3). */
static const __u8 retry_random[32] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
	0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
	0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static void next_step(struct synfin_tls_end *t, enum step step, __u32 fields)
{
	t->step = step;
	t->fields_left = fields;
}

/* As many bytes as a length says, which may not be more than the message has. */
static void next_sized(struct synfin_tls_end *t, enum step step, __u32 fields)
{
	if (fields > t->message_left)
		t->step = STEP_REST;
	else
		next_step(t, step, fields);
}

/**
 * synfin_hello_begin() - a hello begins
 * @t: where its sender is
 */
void synfin_hello_begin(struct synfin_tls_end *t)
{
	t->step = STEP_VERSION;
	t->retry = 0;
}

/**
 * synfin_hello_end() - a hello was read
 * @p:		what was read
 * @from:	enum synfin_from, whose it was
 */
void synfin_hello_end(struct synfin_payload *p, unsigned int from)
{
	const struct synfin_tls_end *client = &p->tls->end[SYNFIN_FROM_CLIENT];
	const struct synfin_tls_end *server = &p->tls->end[SYNFIN_FROM_SERVER];

	if (from == SYNFIN_FROM_CLIENT)
		return;
	if (server->retry == sizeof(retry_random)) {
		p->tls_flags |= SYNFIN_TLS_RETRY;
		return;
	}
	p->tls_flags |= SYNFIN_TLS_HELLOS;
	/* Up to 1.2 an echoed identifier resumes; 1.3 always echoes it. */
	if (p->tls_version < SYNFIN_TLS_1_3 && server->session_len &&
	    server->session_len == client->session_len &&
	    server->session == client->session)
		p->tls_flags |= SYNFIN_TLS_RESUMED;
}

static void begin_extension(struct synfin_payload *p, struct synfin_tls_end *t,
			    unsigned int from)
{
	__u32 len = synfin_tls_get16(t->head + 2);
	bool server = from == SYNFIN_FROM_SERVER;

	t->extension = synfin_tls_get16(t->head);
	t->list_left -= 4;
	if (len > t->list_left) {
		t->step = STEP_REST;
		return;
	}
	t->list_left -= len;
	next_sized(t, STEP_EXTENSION, len);
	if (t->extension == EXT_SUPPORTED_VERSIONS && server && len == 2)
		next_step(t, STEP_CHOSEN_VERSION, len);
	else if (t->extension == EXT_PRE_SHARED_KEY && server &&
		 t->retry != sizeof(retry_random))
		p->tls_flags |= SYNFIN_TLS_RESUMED;
	else if (p->flags & SYNFIN_PAYLOAD_NAMES &&
		 ((t->extension == EXT_SERVER_NAME && !server && len > 5) ||
		  (t->extension == EXT_ALPN && len > 3)))
		next_step(t, STEP_NAME_HEAD, len);
}

/* The list's length, a type if it has one, and the length of its first name. */
static void begin_name(struct synfin_tls *tls, struct synfin_tls_end *t)
{
	bool sni = t->extension == EXT_SERVER_NAME;
	__u32 len = sni ? synfin_tls_get16(t->head + 3) : t->head[2];

	t->fields_left -= sni ? 5 : 3;
	if (len > t->fields_left || (sni && t->head[2])) {
		t->step = STEP_EXTENSION;
		return;
	}
	t->name_rest = t->fields_left - len;
	t->fields_left = len;
	t->step = STEP_NAME;
	if (sni)
		tls->sni_len = 0;
	else
		tls->alpn_len = 0;
}

/* As in names of hosts and of protocols; what else there is comes as a question mark. */
static bool is_name_byte(__u8 byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '-' && byte <= '9') || byte == '_';
}

static void keep_name(struct synfin_tls *tls, const struct synfin_tls_end *t, __u8 byte)
{
	if (!is_name_byte(byte))
		byte = '?';
	if (t->extension == EXT_SERVER_NAME) {
		if (tls->sni_len < SYNFIN_SNI_MAX)
			tls->sni[tls->sni_len++] = byte;
	} else if (tls->alpn_len < SYNFIN_ALPN_MAX) {
		tls->alpn[tls->alpn_len++] = byte;
	}
}

static void apply_length(struct synfin_tls_end *t)
{
	switch (t->step) {
	case STEP_SESSION_LEN:
		t->session = 0;
		t->session_len = t->head[0];
		next_sized(t, STEP_SESSION, t->session_len);
		break;
	case STEP_SUITES_LEN:
		next_sized(t, STEP_SUITES, synfin_tls_get16(t->head));
		break;
	case STEP_METHODS_LEN:
		next_sized(t, STEP_METHODS, t->head[0]);
		break;
	case STEP_EXTENSIONS_LEN:
		t->list_left = synfin_tls_get16(t->head);
		next_step(t, STEP_EXTENSION, 0);
		if (t->list_left > t->message_left)
			t->step = STEP_REST;
		break;
	}
}

/* A header is whole: what does it say, and what comes next? */
static void apply_header(struct synfin_payload *p, struct synfin_tls_end *t,
			 unsigned int from)
{
	switch (t->step) {
	case STEP_VERSION:
		if (from == SYNFIN_FROM_SERVER)
			p->tls_version = synfin_tls_get16(t->head);
		next_sized(t, STEP_RANDOM, sizeof(retry_random));
		break;
	case STEP_CHOICE:
		t->step = STEP_EXTENSIONS_LEN;
		break;
	case STEP_EXTENSION_HEAD:
		begin_extension(p, t, from);
		break;
	case STEP_NAME_HEAD:
		begin_name(p->tls, t);
		break;
	case STEP_CHOSEN_VERSION:
		p->tls_version = synfin_tls_get16(t->head);
		next_step(t, STEP_EXTENSION, 0);
		break;
	default:
		apply_length(t);
	}
}

/* Fields that are headers: read whole. Returns false if more bytes are needed. */
static bool read_header(struct synfin_payload *p, struct synfin_tls_end *t,
			unsigned int from, struct synfin_cursor *c)
{
	static const __u8 want[] = {
		[STEP_VERSION] = 2, [STEP_SESSION_LEN] = 1, [STEP_SUITES_LEN] = 2,
		[STEP_METHODS_LEN] = 1, [STEP_CHOICE] = 3, [STEP_EXTENSIONS_LEN] = 2,
		[STEP_EXTENSION_HEAD] = 4, [STEP_NAME_HEAD] = 5,
		[STEP_CHOSEN_VERSION] = 2,
	};
	__u8 size = want[t->step];
	__u32 left = c->left;
	bool whole;

	if (t->step == STEP_NAME_HEAD && t->extension == EXT_ALPN)
		size = 3;
	if (t->message_left + t->have < size) {
		t->step = STEP_REST;
		t->have = 0;
		return true;
	}
	whole = synfin_tls_fill(t, c, size);
	t->message_left -= left - c->left;
	if (whole)
		apply_header(p, t, from);
	return whole;
}

/* What follows a field of several bytes. */
static void after_field(struct synfin_tls_end *t)
{
	switch (t->step) {
	case STEP_RANDOM:
		t->step = STEP_SESSION_LEN;
		break;
	case STEP_SESSION:
		t->step = t->message == SYNFIN_TLS_CLIENT_HELLO ?
			  STEP_SUITES_LEN : STEP_CHOICE;
		break;
	case STEP_SUITES:
		t->step = STEP_METHODS_LEN;
		break;
	case STEP_METHODS:
		t->step = STEP_EXTENSIONS_LEN;
		break;
	case STEP_NAME:
		next_step(t, STEP_EXTENSION, t->name_rest);
		break;
	default:
		t->step = t->list_left >= 4 ? STEP_EXTENSION_HEAD : STEP_REST;
	}
}

/* Fields of several bytes: looked at one by one, or passed over. */
static void read_field(struct synfin_payload *p, struct synfin_tls_end *t, struct synfin_cursor *c)
{
	__u32 n = c->left < t->fields_left ? c->left : t->fields_left;
	__u32 i;

	for (i = 0; i < n; i++) {
		__u8 byte = c->at[i];

		if (t->step == STEP_RANDOM)
			t->retry += byte == retry_random[sizeof(retry_random) -
							 t->fields_left + i];
		else if (t->step == STEP_SESSION)
			t->session = (t->session ^ byte) * 0x01000193;
		else if (t->step == STEP_NAME)
			keep_name(p->tls, t, byte);
		else
			break;
	}
	c->at += n;
	c->left -= n;
	t->message_left -= n;
	t->fields_left -= n;
}

static bool is_field(const struct synfin_tls_end *t)
{
	switch (t->step) {
	case STEP_RANDOM:
	case STEP_SESSION:
	case STEP_SUITES:
	case STEP_METHODS:
	case STEP_NAME:
	case STEP_EXTENSION:
		return true;
	default:
		return false;
	}
}

/**
 * synfin_hello_read() - a part of a hello
 * @p:		what was read
 * @from:	enum synfin_from, whose it is
 * @c:		what has come of it
 *
 * Return: true once nothing more of it is wanted.
 */
bool synfin_hello_read(struct synfin_payload *p, unsigned int from,
		       struct synfin_cursor *c)
{
	struct synfin_tls_end *t = &p->tls->end[from];

	while (t->step != STEP_REST) {
		if (!is_field(t)) {
			if (!read_header(p, t, from, c))
				return false;
		} else if (t->fields_left) {
			if (!c->left)
				return false;
			read_field(p, t, c);
		} else {
			after_field(t);
		}
	}
	return true;
}
