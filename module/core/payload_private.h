/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside payload*.c.
 */
#ifndef _SYNFIN_PAYLOAD_PRIVATE_H
#define _SYNFIN_PAYLOAD_PRIVATE_H

#include "core/payload.h"

/* Types of TLS's records (RFC 8446, 5.1). */
#define SYNFIN_TLS_CHANGE_CIPHER	20
#define SYNFIN_TLS_ALERT_RECORD		21
#define SYNFIN_TLS_HANDSHAKE		22
#define SYNFIN_TLS_APPLICATION_DATA	23

/* Types of handshake messages (RFC 8446, 4; RFC 5246, 7.4); the hellos as enum synfin_from. */
#define SYNFIN_TLS_CLIENT_HELLO		1
#define SYNFIN_TLS_SERVER_HELLO		2
#define SYNFIN_TLS_CERT_REQUEST		13
#define SYNFIN_TLS_HELLO_DONE		14

#define SYNFIN_TLS_1_3			0x0304

/**
 * struct synfin_cursor - bytes of one end that are still to be looked at
 * @at:		the first
 * @left:	how many
 */
struct synfin_cursor {
	const __u8	*at;
	__u32		left;
};

/* Fill a header of @want bytes; true once it is whole, and then a new one begins. */
static inline bool synfin_tls_fill(struct synfin_tls_end *t, struct synfin_cursor *c,
				   __u8 want)
{
	while (t->have < want && c->left) {
		t->head[t->have++] = *c->at++;
		c->left--;
	}
	if (t->have < want)
		return false;
	t->have = 0;
	return true;
}

static inline __u32 synfin_tls_get16(const __u8 *p)
{
	return (__u32)p[0] << 8 | p[1];
}

/* payload_words.c */
void synfin_words_read(struct synfin_payload *p, unsigned int from);

/* payload_tls.c */
void synfin_tls_bytes(struct synfin_payload *p, unsigned int from,
		      const __u8 *bytes, __u32 len, __u64 now);
__u32 synfin_tls_skip(struct synfin_payload *p, unsigned int from, __u32 len);

/* payload_hello.c */
void synfin_hello_begin(struct synfin_tls_end *t);
bool synfin_hello_read(struct synfin_payload *p, unsigned int from,
		       struct synfin_cursor *c);
void synfin_hello_end(struct synfin_payload *p, unsigned int from);

#endif /* _SYNFIN_PAYLOAD_PRIVATE_H */
