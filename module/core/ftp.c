// SPDX-License-Identifier: GPL-2.0
/*
 * FTP's announcements, and who keeps to them; see ftp.h.
 *
 * In: text that strangers wrote, connections that begin. Each byte is looked at between
 * the two ends of its line.
 */
#include "core/ftp.h"

/**
 * synfin_ftp_follows() - does a segment of a control connection follow what was read?
 * @p:		what was read of it
 * @from:	enum synfin_from, who sent it
 * @seq:	its sequence number
 * @len:	how many bytes it has
 * @ack:	what it acknowledges
 *
 * What comes again, or early, or out of the blue is not read. What of the other end has
 * passed unseen is passed over, once it is acknowledged.
 *
 * Return: true if it does: it is read then.
 */
bool synfin_ftp_follows(struct synfin_payload *p, unsigned int from, __u32 seq,
			__u32 len, __u32 ack)
{
	struct synfin_stream *own = &p->end[from], *peer = &p->end[!from];

	if (seq != own->next)
		return false;
	own->next += len;
	if ((__s32)(ack - peer->next) > 0) {
		peer->next = ack;
		peer->in_line = SYNFIN_LINE_BEGINS;
	}
	return true;
}

/**
 * synfin_ftp_unread() - the rest of a segment is not read
 * @p:		what was read of the connection
 * @from:	enum synfin_from, who sent it
 * @last:	its last byte
 */
void synfin_ftp_unread(struct synfin_payload *p, unsigned int from, __u8 last)
{
	p->end[from].in_line = last == '\n' ? SYNFIN_LINE_BEGINS : SYNFIN_LINE_LOST;
}

/* Of a line that goes on. */
static void keep(struct synfin_payload *p, unsigned int from, const __u8 *at, __u32 n)
{
	struct synfin_stream *own = &p->end[from];
	__u32 have = 0;

	if (own->in_line == SYNFIN_LINE_KEPT)
		have = p->lines->nr[from];
	if (own->in_line == SYNFIN_LINE_LOST || !p->lines || n > SYNFIN_LINE_MAX - have) {
		own->in_line = SYNFIN_LINE_LOST;
		return;
	}
	__builtin_memcpy(p->lines->text[from] + have, at, n);
	p->lines->nr[from] = (__u8)(have + n);
	own->in_line = SYNFIN_LINE_KEPT;
}

/* Up to the end of the next line; false if it does not end here. */
static bool take_line(struct synfin_ftp_text *text, struct synfin_ftp_text *line)
{
	line->at = text->at;
	while (text->at < text->end)
		if (*text->at++ == '\n')
			break;
	line->end = text->at;
	return line->at < line->end && line->end[-1] == '\n';
}

static bool take(struct synfin_ftp_text *t, __u8 byte)
{
	if (t->at == t->end || *t->at != byte)
		return false;
	t->at++;
	return true;
}

/* A word in capitals, which may be written in small letters. */
static bool take_word(struct synfin_ftp_text *t, const char *word)
{
	for (; *word; word++)
		if (!take(t, (__u8)*word) &&
		    (*word < 'A' || *word > 'Z' || !take(t, (__u8)(*word + 'a' - 'A'))))
			return false;
	return true;
}

static bool is_digit(__u8 byte)
{
	return byte >= '0' && byte <= '9';
}

static bool take_number(struct synfin_ftp_text *t, unsigned int max, unsigned int *number)
{
	const __u8 *begin = t->at;

	for (*number = 0; t->at < t->end && is_digit(*t->at); t->at++) {
		*number = *number * 10 + *t->at - '0';
		if (*number > max)
			return false;
	}
	return t->at > begin;
}

/* Six numbers: an address and a port. */
static bool read_six(struct synfin_ftp_text t, struct synfin_ftp_port *port)
{
	unsigned int i, number[6];

	port->address = t.at;
	for (i = 0; i < 6; i++) {
		if ((i && !take(&t, ',')) || !take_number(&t, 255, &number[i]))
			return false;
		if (i != 3)
			continue;
		if (t.at - port->address > SYNFIN_FTP_ADDRESS_MAX)
			return false;
		port->length = (__u8)(t.at - port->address);
	}
	port->port = (__u16)(number[4] << 8 | number[5]);
	return true;
}

/* |family|address|port|, with any character for the bars; of a server the port alone. */
static bool read_bars(struct synfin_ftp_text t, unsigned int from, __u8 family,
		      struct synfin_ftp_port *port)
{
	unsigned int number, kind = 0;
	__u8 bar = t.at < t.end ? *t.at : 0;

	if (bar < 33 || bar > 126 || is_digit(bar) || !take(&t, bar))
		return false;
	if (take_number(&t, 9, &kind) ? kind != (family == 4 ? 1 : 2) :
					from == SYNFIN_FROM_CLIENT)
		return false;
	if (!take(&t, bar))
		return false;
	port->address = t.at;
	while (t.at < t.end && *t.at != bar)
		t.at++;
	if (t.at - port->address > SYNFIN_FTP_ADDRESS_MAX)
		return false;
	port->length = (__u8)(t.at - port->address);
	if (!take(&t, bar) || !take_number(&t, 65535, &number) || !take(&t, bar))
		return false;
	port->port = (__u16)number;
	return true;
}

/* The address stands behind words that each server chooses. */
static bool read_answer(struct synfin_ftp_text t, bool extended, __u8 family,
			struct synfin_ftp_port *port)
{
	for (; t.at < t.end; t.at++) {
		if (extended && t.at[-1] == '(' &&
		    read_bars(t, SYNFIN_FROM_SERVER, family, port))
			return true;
		if (!extended && is_digit(*t.at) && !is_digit(t.at[-1]) &&
		    read_six(t, port))
			return true;
	}
	return false;
}

static bool read_line(struct synfin_ftp_text t, unsigned int from, __u8 family,
		      struct synfin_ftp_port *port)
{
	struct synfin_ftp_text other = t;

	if (from == SYNFIN_FROM_SERVER) {
		if (take_word(&t, "227 "))
			return read_answer(t, false, family, port);
		return take_word(&other, "229 ") && read_answer(other, true, family, port);
	}
	if (take_word(&t, "PORT "))
		return read_six(t, port);
	return take_word(&other, "EPRT ") && read_bars(other, from, family, port);
}

/**
 * synfin_ftp_next() - read on to the next line that announces something
 * @p:		what was read of the connection
 * @text:	what there is to be read; then, what is left
 * @from:	enum synfin_from, who sent it
 * @family:	of the control connection, 4 or 6
 * @port:	filled, with what it announces; its address is there until the next call
 *
 * A line that does not end here is read with what ends it.
 *
 * Return: false if there is none.
 */
bool synfin_ftp_next(struct synfin_payload *p, struct synfin_ftp_text *text,
		     unsigned int from, __u8 family, struct synfin_ftp_port *port)
{
	struct synfin_stream *own = &p->end[from];
	struct synfin_ftp_text line;
	enum synfin_in_line begun;

	while (text->at < text->end) {
		bool whole = take_line(text, &line);

		begun = own->in_line;
		if (!whole || begun == SYNFIN_LINE_KEPT)
			keep(p, from, line.at, (__u32)(line.end - line.at));
		if (!whole)
			return false;
		if (own->in_line == SYNFIN_LINE_KEPT) {
			line.at = p->lines->text[from];
			line.end = line.at + p->lines->nr[from];
		}
		begun = own->in_line;
		own->in_line = SYNFIN_LINE_BEGINS;
		if (begun != SYNFIN_LINE_LOST && read_line(line, from, family, port) &&
		    port->port)
			return true;
	}
	return false;
}

/**
 * synfin_ftp_announce() - which connection does an announcement mean?
 * @control:	the connection that it passes on
 * @from:	enum synfin_from, who announces
 * @port:	the port that he announces
 * @now:	when
 * @what:	filled; without a scope
 */
void synfin_ftp_announce(const struct synfin_conn *control, unsigned int from, __u16 port,
			 __u64 now, struct synfin_ftp_expected *what)
{
	bool by_client = from == SYNFIN_FROM_CLIENT;

	*what = (struct synfin_ftp_expected) {
		.from = by_client ? control->server : control->client,
		.to = by_client ? control->client : control->server,
		.ns = now,
		.control = control->id,
		.port = port,
		.family = control->family,
	};
}

/* Another processor's clock may be a moment ahead. */
static bool is_over(const struct synfin_ftp_expected *e, __u64 now)
{
	return !e->port || (__s64)(now - e->ns) > (__s64)SYNFIN_FTP_WAIT_NS;
}

/* Is it of the same two, the same way? */
static bool is_between(const struct synfin_ftp_expected *e,
		       const struct synfin_ftp_expected *what)
{
	return e->family == what->family && synfin_same_addr(&e->to, &what->to) &&
	       synfin_same_addr(&e->from, &what->from);
}

static bool is_replaced(const struct synfin_ftp_expected *e,
			const struct synfin_ftp_expected *what)
{
	if (e->control == what->control)
		return synfin_same_addr(&e->to, &what->to);
	return e->port == what->port && e->scope == what->scope && is_between(e, what);
}

/* Whose place does a new one take? The older of two that are worth the same. */
static bool is_worth_less(const struct synfin_ftp_expected *a,
			  const struct synfin_ftp_expected *b,
			  const struct synfin_ftp_expected *what)
{
	bool a_over = is_over(a, what->ns), b_over = is_over(b, what->ns);

	if (a_over != b_over)
		return a_over;
	if (is_between(a, what) != is_between(b, what))
		return is_between(a, what);
	return a->ns < b->ns;
}

/**
 * synfin_ftp_expect() - a connection is to come
 * @all:	those that are to come
 * @nr:		as many as there may be
 * @what:	the new one
 *
 * A control connection announces one at a time: it takes the place of that one's last. A
 * port is one's only, too: who announced it before waits no longer. If there is no place,
 * one of the same two ends makes way, so that nobody pushes out what others wait for as
 * long as he has some himself; or else the oldest.
 */
void synfin_ftp_expect(struct synfin_ftp_expected *all, unsigned int nr,
		       const struct synfin_ftp_expected *what)
{
	struct synfin_ftp_expected *place = all;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (is_replaced(&all[i], what))
			all[i].port = 0;
		if (is_worth_less(&all[i], place, what))
			place = &all[i];
	}
	*place = *what;
}

/**
 * synfin_ftp_announcer() - which control connection has announced one that begins?
 * @all:	those that are to come
 * @nr:		as many as there may be
 * @conn:	the connection, which has a SYN
 * @scope:	where its addresses are
 * @now:	when that SYN passed
 *
 * It stays expected, until synfin_ftp_came().
 *
 * Return: its id; 0 if there is none.
 */
__u64 synfin_ftp_announcer(const struct synfin_ftp_expected *all, unsigned int nr,
			   const struct synfin_conn *conn, __u32 scope, __u64 now)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (all[i].port == conn->server_port && !is_over(&all[i], now) &&
		    all[i].family == conn->family && all[i].scope == scope &&
		    synfin_same_addr(&all[i].to, &conn->server) &&
		    synfin_same_addr(&all[i].from, &conn->client))
			return all[i].control;
	return 0;
}

/**
 * synfin_ftp_came() - what was announced has been opened
 * @all:	those that are to come
 * @nr:		as many as there may be
 * @control:	the connection that announced it
 * @port:	where to
 */
void synfin_ftp_came(struct synfin_ftp_expected *all, unsigned int nr, __u64 control,
		     __u16 port)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (all[i].control == control && all[i].port == port)
			all[i].port = 0;
}
