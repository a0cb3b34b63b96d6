// SPDX-License-Identifier: GPL-2.0
/*
 * The table of connections: a line each, and one word for what came of it.
 */
#include <stdio.h>
#include <string.h>

#include "connections/owner.h"
#include "output/table_cells.h"
#include "output/fmt.h"
#include "views/view_table.h"
#include "output/words.h"
#include "output/words_first.h"
#include "output/words_icmp.h"

static const struct synfin_record_conn *sum_of(const void *row)
{
	return &((const struct conn *)row)->sum;
}

/* A figure: rows are in its order, and @cell shows it. */
#define FIGURE(name, cell_put, value)					\
static uint64_t num_##name(const void *row)				\
{									\
	const struct synfin_record_conn *s = sum_of(row);		\
									\
	return value;							\
}									\
									\
static char *put_##name(char *p, struct cell *cell)			\
{									\
	return cell_put(p, cell, num_##name(cell->row));		\
}

FIGURE(time, cell_time, s->head.time_ns)
FIGURE(server_rtt, cell_duration, s->server_rtt_ns)
FIGURE(client_rtt, cell_duration, s->client_rtt_ns)
/* A connection of one segment has lasted no time that is worth a word. */
FIGURE(life, cell_duration, s->duration_ns ? s->duration_ns : SYNFIN_NS_NONE)
FIGURE(up, cell_bytes, s->bytes_client)
FIGURE(down, cell_bytes, s->bytes_server)
FIGURE(syn, cell_number, s->syn_count)
FIGURE(syn_ack, cell_number, s->syn_ack_count)
FIGURE(fin, cell_number, s->fin_count)
FIGURE(rst, cell_number, s->rst_count)
FIGURE(half, cell_duration, s->half_close_ns)
FIGURE(handshake, cell_duration, s->handshake_ns)
FIGURE(closing, cell_duration, s->close_ns)
FIGURE(bits, cell_number, s->completeness)
/* A capture has none. */
FIGURE(netns, cell_number, s->head.netns ? s->head.netns : SYNFIN_NS_NONE)
FIGURE(id, cell_number, s->head.id)

static uint64_t num_ftp(const void *row)
{
	uint64_t control = ((const struct conn *)row)->ftp_control;

	return control ? control : SYNFIN_NS_NONE;
}

static char *put_ftp(char *p, struct cell *cell)
{
	return cell_number(p, cell, num_ftp(cell->row));
}

FIGURE(copies, cell_number, s->head.netns ? SYNFIN_NS_NONE : s->copies)
FIGURE(drops, cell_number, s->head.netns ? s->drop_count : SYNFIN_NS_NONE)

/* Of the first bytes. */
FIGURE(status, cell_number, s->status ? s->status : SYNFIN_NS_NONE)
FIGURE(request, cell_duration, s->first_request_ns)
FIGURE(response, cell_duration, s->first_response_ns)
FIGURE(tls_time, cell_duration, s->tls_handshake_ns)

static char *put_proto(char *p, struct cell *cell)
{
	const struct synfin_record_conn *s = sum_of(cell->row);

	return s->protocol ? word_copy(p, word_protocol(s->protocol)) : p;
}

static char *put_method(char *p, struct cell *cell)
{
	const struct synfin_record_conn *s = sum_of(cell->row);

	return s->method ? word_copy(p, word_method(s->method)) : p;
}

/* Its version, and what is out of the ordinary. */
static char *put_tls(char *p, struct cell *cell)
{
	const struct synfin_record_conn *s = sum_of(cell->row);

	if (s->tls_version)
		p = word_tls_version(p, s->tls_version);
	if (s->tls_flags & SYNFIN_TLS_RESUMED)
		p = fmt_text(p, "-resumed");
	if (!(s->tls_flags & SYNFIN_TLS_ALERT))
		return p;
	cell->color = SGR_RED;
	if (s->tls_version)
		*p++ = '-';
	p = fmt_text(p, "alert");
	return s->tls_alert ? fmt_u64(p, s->tls_alert) : p;
}

static char *put_client(char *p, struct cell *cell)
{
	return cell_client(p, cell, &sum_of(cell->row)->head);
}

static char *put_server(char *p, struct cell *cell)
{
	return cell_server(p, cell, &sum_of(cell->row)->head);
}

/* How often it was tried says more than by whom. */
static char *put_tries(char *p, const struct conn *c)
{
	const struct synfin_record_icmp *icmp = c->icmp;
	const struct synfin_record_conn *s = &c->sum;

	/* That it was not lost on the way says more. */
	if (s->drop_reason && s->opening == SYNFIN_OPEN_UNANSWERED)
		return FMT_LITERAL(p, ", dropped");
	if (icmp && s->opening == SYNFIN_OPEN_UNREACHABLE) {
		p = FMT_LITERAL(p, ", ");
		return fmt_text(p, icmp_brief(s->head.family, icmp->type, icmp->code));
	}
	if (s->opening != SYNFIN_OPEN_UNANSWERED && s->syn_count < 2)
		return p;
	/* There is no room to say of what; it is the SYN-ACK, or the SYN. */
	if (s->opening == SYNFIN_OPEN_UNACKNOWLEDGED ||
	    s->opening == SYNFIN_OPEN_ABORTED)
		return p;
	p = FMT_LITERAL(p, ", ");
	p = fmt_u64(p, s->syn_count);
	return FMT_LITERAL(p, " SYN");
}

static const char *closer(const struct synfin_record_conn *s)
{
	if (s->closed_by == SYNFIN_BY_CLIENT || s->closed_by == SYNFIN_BY_SERVER)
		return word_closed_by(s->closed_by)->text;
	return NULL;
}

/* For a program: two words always, the first of which gives way. */
static char *put_two_words(char *p, const struct cell *cell, const char *second)
{
	unsigned int len = (unsigned int)(p - cell->text);
	unsigned int least = (unsigned int)strlen(second) + 3;

	if (cell->bounded && cell->width >= least && cell->width < len + least - 2) {
		p = (char *)cell->text + cell->width - least + 1;
		*p++ = '~';
	}
	*p++ = ' ';
	return fmt_text(p, second);
}

static char *put_outcome(char *p, struct cell *cell)
{
	static const char *const colors[] = {
		[OUTCOME_ORDINARY] = SGR_DIM,
		[OUTCOME_ODD] = SGR_YELLOW,
		[OUTCOME_FAILED] = SGR_RED,
	};
	const struct synfin_record_conn *s = sum_of(cell->row);
	enum outcome_class class = outcome_class(s);
	const char *second;

	cell->color = colors[class];
	p = word_copy(p, outcome_word(outcome_of(s)));
	second = class == OUTCOME_FAILED ? NULL : closer(s);
	if (cell->plain)
		return put_two_words(p, cell, second ? second : "-");
	if (class == OUTCOME_FAILED)
		return put_tries(p, cell->row);
	if (!second)
		return p;
	*p++ = ' ';
	return fmt_text(p, second);
}

static char *put_state(char *p, struct cell *cell)
{
	return word_copy(p, word_conn_state(sum_of(cell->row)));
}

static char *put_history(char *p, struct cell *cell)
{
	return word_history(p, sum_of(cell->row)->history);
}

static char *put_open(char *p, struct cell *cell)
{
	return word_copy(p, word_open(sum_of(cell->row)->opening));
}

static char *put_close(char *p, struct cell *cell)
{
	const struct synfin_record_conn *s = sum_of(cell->row);

	return s->closing == SYNFIN_CLOSE_NONE ?
	       p : word_copy(p, word_close(s->closing));
}

static char *put_by(char *p, struct cell *cell)
{
	const struct synfin_record_conn *s = sum_of(cell->row);

	return s->closed_by == SYNFIN_BY_NOBODY ?
	       p : word_copy(p, word_closed_by(s->closed_by));
}

/* One word: netfilter:input */
static char *put_dropped(char *p, struct cell *cell)
{
	const struct synfin_record_conn *s = sum_of(cell->row);

	return s->drop_reason ? cell_drop(p, s->drop_reason, s->drop_hook) : p;
}

/* One word: 3/1@10.1.0.254 */
static char *put_icmp(char *p, struct cell *cell)
{
	const struct synfin_record_icmp *icmp = ((const struct conn *)cell->row)->icmp;

	if (!icmp)
		return p;
	p = fmt_u64(p, icmp->type);
	*p++ = '/';
	p = fmt_u64(p, icmp->code);
	*p++ = '@';
	return fmt_addr(p, icmp->head.family, icmp->router);
}

/* Why it did not open, in words: host unreachable: 10.1.0.254 (ICMP 3/1) */
static char *put_why(char *p, struct cell *cell)
{
	const struct conn *c = cell->row;
	const struct synfin_record_icmp *icmp = c->icmp;
	char text[ICMP_WORDS], router[FMT_ROOM];

	if (cell->plain || !icmp || c->sum.opening != SYNFIN_OPEN_UNREACHABLE)
		return put_outcome(p, cell);
	cell->color = SGR_RED;
	*fmt_addr(router, icmp->head.family, icmp->router) = '\0';
	snprintf(text, sizeof(text), "%s: %.45s (ICMP %u/%u)",
		 icmp_meaning(icmp->head.family, icmp->type, icmp->code), router,
		 icmp->type, icmp->code);
	return cell_text(p, cell, text);
}

static uint64_t num_pid(const void *row)
{
	struct owner owner;

	owner_find(sum_of(row), &owner);
	return owner.pid ? owner.pid : SYNFIN_NS_NONE;
}

static char *put_pid(char *p, struct cell *cell)
{
	return cell_number(p, cell, num_pid(cell->row));
}

static char *put_comm(char *p, struct cell *cell)
{
	struct owner owner;

	owner_find(sum_of(cell->row), &owner);
	return cell_text(p, cell, owner.comm);
}

static char *put_cgroup(char *p, struct cell *cell)
{
	const struct synfin_record_conn *s = sum_of(cell->row);
	struct owner owner;

	owner_find(s, &owner);
	return cell_cgroup(p, cell, owner.cgroup, s->cgroup ? s->cgroup : SYNFIN_NS_NONE);
}

/* Up to rank 6 they are 80 columns wide. */
const struct column table_conns[] = {
	{ "TIME", 7, 12, 12, 12, false, put_time, num_time, "when its first segment passed" },
	{ "CLIENT", 2, 21, 9, 47, false, put_client, NULL, "who sent the first SYN" },
	{ "SERVER", 1, 21, 9, 47, false, put_server, NULL, "the other end" },
	{ "OUTCOME", 1, 18, 10, 19, false, put_outcome, NULL,
	  "how it closed and by whom, or why it did not open" },
	{ "S-RTT", 5, 5, 5, 6, true, put_server_rtt, num_server_rtt,
	  "last SYN to SYN-ACK: the server's side" },
	{ "C-RTT", 6, 5, 5, 6, true, put_client_rtt, num_client_rtt,
	  "SYN-ACK to ACK: the client's side" },
	{ "LIFE", 4, 5, 5, 6, true, put_life, num_life, "first segment to last" },
	{ "UP", 8, 5, 5, 5, true, put_up, num_up, "bytes that the client sent" },
	{ "DOWN", 8, 5, 5, 5, true, put_down, num_down, "bytes that the server sent" },
	{ "SYN", 9, 3, 3, 3, true, put_syn, num_syn, "SYNs, repeated ones included" },
	{ "FIN", 9, 3, 3, 3, true, put_fin, num_fin, "FINs of both ends" },
	{ "HALF", 10, 5, 5, 6, true, put_half, num_half, "how long one end was closed" },
	{ "STATE", 11, 6, 6, 6, false, put_state, NULL, "conn_state of Zeek" },
	{ "HISTORY", 11, 8, 7, 16, false, put_history, NULL, "history of Zeek" },
	{ "NETNS", 12, 10, 10, 10, true, put_netns, num_netns, "its network namespace" },
	{ "PROTO", 13, 7, 7, 8, false, put_proto, NULL,
	  "what its first bytes are, whatever its port" },
	{ "STATUS", 13, 6, 6, 6, true, put_status, num_status,
	  "status of the first HTTP/1 response" },
	{ "RESPONSE", 13, 8, 8, 8, true, put_response, num_response,
	  "client's first byte to the server's; of a server that speaks first, ACK to that" },
	{ "REQUEST", 0, 7, 7, 7, true, put_request, num_request,
	  "ACK to the client's first byte; of a server that speaks first, that to it" },
	{ "METHOD", 0, 7, 7, 7, false, put_method, NULL,
	  "method of the first HTTP/1 request" },
	{ "TLS", 0, 11, 11, 18, false, put_tls, NULL,
	  "version of TLS, whether a session was resumed, the alert that ended it" },
	{ "TLS-TIME", 0, 8, 8, 8, true, put_tls_time, num_tls_time,
	  "ClientHello to the end of TLS's handshake" },
	{ "OPEN", 0, 14, 14, 14, false, put_open, NULL, "how it opened, or why not" },
	{ "CLOSE", 0, 12, 12, 12, false, put_close, NULL, "how it closed" },
	{ "BY", 0, 6, 6, 6, false, put_by, NULL, "who closed" },
	{ "HANDSHAKE", 0, 9, 9, 9, true, put_handshake, num_handshake,
	  "first SYN to ACK" },
	{ "CLOSING", 0, 7, 7, 7, true, put_closing, num_closing,
	  "first FIN to last ACK" },
	{ "SYN-ACK", 0, 7, 7, 7, true, put_syn_ack, num_syn_ack,
	  "SYN-ACKs, repeated ones included" },
	{ "RST", 0, 3, 3, 3, true, put_rst, num_rst, "RSTs of both ends" },
	{ "BITS", 0, 4, 4, 4, true, put_bits, num_bits, "tcp.completeness of Wireshark" },
	{ "DROPPED", 8, 15, 9, 21, false, put_dropped, NULL,
	  "why this host dropped a segment of its handshake or close" },
	{ "ICMP", 14, 20, 8, 46, false, put_icmp, NULL,
	  "type and code of the ICMP error that answered its SYN, and who sent it" },
	{ "WHY", 0, 30, 10, 72, false, put_why, NULL,
	  "the outcome; and if an ICMP error answered, what it says, and who" },
	{ "COPIES", 0, 6, 6, 6, true, put_copies, num_copies,
	  "segments that a capture holds twice" },
	{ "DROPS", 0, 5, 5, 5, true, put_drops, num_drops, "how many it dropped" },
	{ "PID", 0, 7, 7, 7, true, put_pid, num_pid,
	  "the process that opened it, or that owns the listener" },
	{ "COMM", 0, 15, 8, 15, false, put_comm, NULL, "its command" },
	{ "CGROUP", 0, 24, 10, 60, false, put_cgroup, NULL, "its control group" },
	{ "ID", 0, 10, 10, 20, true, put_id, num_id, "the same in all of its records" },
	{ "FTP-CONTROL", 0, 11, 11, 20, true, put_ftp, num_ftp,
	  "of FTP's data, ID of the connection that announced it" },
	{ .name = NULL },
};
