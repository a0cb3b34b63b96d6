// SPDX-License-Identifier: GPL-2.0
/*
 * The words that protocols begin with.
 *
 * In: the first bytes of one end, as far as they have come. Out: the protocol, HTTP's
 * method and status; and whether more bytes could change that.
 */
#include "core/payload_private.h"

/* A word that begins what an end says. */
struct word {
	const char	*text;
	__u8		len;
	__u8		value;
};

#define WORD(text, value) { text, sizeof(text) - 1, value }

/* The blank is part of it: GETTY is no method. */
static const struct word methods[] = {
	WORD("GET ", SYNFIN_METHOD_GET),
	WORD("HEAD ", SYNFIN_METHOD_HEAD),
	WORD("POST ", SYNFIN_METHOD_POST),
	WORD("PUT ", SYNFIN_METHOD_PUT),
	WORD("DELETE ", SYNFIN_METHOD_DELETE),
	WORD("CONNECT ", SYNFIN_METHOD_CONNECT),
	WORD("OPTIONS ", SYNFIN_METHOD_OPTIONS),
	WORD("TRACE ", SYNFIN_METHOD_TRACE),
	WORD("PATCH ", SYNFIN_METHOD_PATCH),
};

/* What a client says first; HTTP/1 by its methods, TLS by its records. */
static const struct word client_words[] = {
	WORD("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", SYNFIN_PROTOCOL_HTTP2),
	WORD("SSH-", SYNFIN_PROTOCOL_SSH),
	WORD("EHLO ", SYNFIN_PROTOCOL_SMTP),
	WORD("HELO ", SYNFIN_PROTOCOL_SMTP),
};

static const struct word server_words[] = {
	WORD("SSH-", SYNFIN_PROTOCOL_SSH),
	WORD("HTTP/1.", SYNFIN_PROTOCOL_HTTP1),
};

/* What clients of FTP answer to 220; of SMTP they say hello. */
static const struct word ftp_words[] = {
	WORD("USER ", SYNFIN_PROTOCOL_FTP),
	WORD("FEAT\r\n", SYNFIN_PROTOCOL_FTP),
	WORD("AUTH ", SYNFIN_PROTOCOL_FTP),
	WORD("HOST ", SYNFIN_PROTOCOL_FTP),
	WORD("OPTS ", SYNFIN_PROTOCOL_FTP),
	WORD("SYST\r\n", SYNFIN_PROTOCOL_FTP),
	WORD("CLNT ", SYNFIN_PROTOCOL_FTP),
};

static const struct word welcome = WORD("220", 1);

enum fit { FIT_NONE, FIT_PART, FIT_WHOLE };

static enum fit fits(const struct synfin_stream *s, const struct word *word)
{
	__u8 n = s->nr < word->len ? s->nr : word->len;

	if (s->said[0] != (__u8)word->text[0] || __builtin_memcmp(s->said, word->text, n))
		return FIT_NONE;
	return n == word->len ? FIT_WHOLE : FIT_PART;
}

/* Letters that words begin with: most of what strangers say begins with none. */
#define LETTER(c)	(1u << ((c) - 'A'))
#define LETTERS		(LETTER('A') | LETTER('C') | LETTER('D') | LETTER('E') |	\
			 LETTER('F') | LETTER('G') | LETTER('H') | LETTER('O') |	\
			 LETTER('P') | LETTER('S') | LETTER('T') | LETTER('U'))

static bool begins_word(const struct synfin_stream *s)
{
	__u8 letter = s->said[0] - 'A';

	return letter < 26 && LETTERS >> letter & 1;
}

/* Looks a word up; *part is set if one may still come. */
static __u8 look_up(const struct synfin_stream *s, const struct word *words,
		    unsigned int nr, bool *part)
{
	unsigned int i;

	for (i = 0; i < nr && begins_word(s); i++) {
		enum fit fit = fits(s, &words[i]);

		if (fit == FIT_WHOLE)
			return words[i].value;
		if (fit == FIT_PART)
			*part = true;
	}
	return 0;
}

#define LOOK_UP(s, words, part) \
	look_up(s, words, sizeof(words) / sizeof((words)[0]), part)

/* A greeting: "220 mail.example ESMTP", "220 (vsFTPd 3.0.3)". */
static __u8 greeting(struct synfin_payload *p, const struct synfin_stream *s, bool *part)
{
	unsigned int i;

	switch (fits(s, &welcome)) {
	case FIT_NONE:
		return 0;
	case FIT_PART:
		*part = true;
		return 0;
	case FIT_WHOLE:
		p->flags |= SYNFIN_PAYLOAD_GREETED;
		break;
	}
	for (i = 3; i < s->nr; i++) {
		if (i + 3 <= s->nr && !__builtin_memcmp(s->said + i, "FTP", 3))
			return SYNFIN_PROTOCOL_FTP;
		if (i + 4 <= s->nr && !__builtin_memcmp(s->said + i, "SMTP", 4))
			return SYNFIN_PROTOCOL_SMTP;
		if (s->said[i] == '\n')
			return 0;
	}
	*part = true;
	return 0;
}

/* The first byte of a record and the version behind it (RFC 8446, 5.1). */
static enum fit looks_like_tls(const struct synfin_stream *s)
{
	if (s->said[0] != SYNFIN_TLS_HANDSHAKE && s->said[0] != SYNFIN_TLS_ALERT_RECORD)
		return FIT_NONE;
	if (s->nr >= 2 && s->said[1] != 3)
		return FIT_NONE;
	return s->nr >= 3 ? FIT_WHOLE : FIT_PART;
}

static void read_client(struct synfin_payload *p, struct synfin_stream *s)
{
	enum fit tls = looks_like_tls(s);
	bool part = tls == FIT_PART;
	__u8 protocol;

	p->method = LOOK_UP(s, methods, &part);
	protocol = p->method ? SYNFIN_PROTOCOL_HTTP1 : LOOK_UP(s, client_words, &part);
	if (tls == FIT_WHOLE)
		protocol = SYNFIN_PROTOCOL_TLS;
	/* Others than FTP have users, too. */
	if (!protocol && p->flags & SYNFIN_PAYLOAD_GREETED)
		protocol = LOOK_UP(s, ftp_words, &part);
	s->settled = protocol || !part;
	if (protocol)
		p->protocol = protocol;
	else if (s->settled && p->protocol == SYNFIN_PROTOCOL_NONE)
		p->protocol = SYNFIN_PROTOCOL_UNKNOWN;
}

static __u16 status_of(const struct synfin_stream *s)
{
	__u16 status = 0;
	int i;

	if (s->said[8] != ' ')
		return 0;
	for (i = 9; i < 12; i++) {
		if (s->said[i] < '0' || s->said[i] > '9')
			return 0;
		status = status * 10 + s->said[i] - '0';
	}
	return status;
}

static void read_server(struct synfin_payload *p, struct synfin_stream *s)
{
	enum fit tls = looks_like_tls(s);
	bool part = tls == FIT_PART;
	__u8 protocol = LOOK_UP(s, server_words, &part);

	if (!protocol)
		protocol = tls == FIT_WHOLE ? SYNFIN_PROTOCOL_TLS : greeting(p, s, &part);
	/* What the client said counts for more, unless it said nothing known. */
	if (protocol && p->protocol <= SYNFIN_PROTOCOL_UNKNOWN)
		p->protocol = protocol;
	s->settled = protocol || !part;
	if (protocol == SYNFIN_PROTOCOL_HTTP1) {
		s->settled = s->nr >= 12;
		if (s->settled)
			p->status = status_of(s);
	} else if (s->settled && p->protocol == SYNFIN_PROTOCOL_NONE) {
		p->protocol = SYNFIN_PROTOCOL_UNKNOWN;
	}
}

/**
 * synfin_words_read() - one end has said more
 * @p:		what was read; @said of that end has grown
 * @from:	enum synfin_from, which end
 */
void synfin_words_read(struct synfin_payload *p, unsigned int from)
{
	struct synfin_stream *s = &p->end[from];

	if (from == SYNFIN_FROM_CLIENT)
		read_client(p, s);
	else
		read_server(p, s);
	if (s->nr == sizeof(s->said))
		s->settled = 1;
}
