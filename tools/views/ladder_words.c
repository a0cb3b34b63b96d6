// SPDX-License-Identifier: GPL-2.0
/*
 * The words and numbers of a ladder.
 */
#include "views/ladder_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/wire.h"
#include "output/fmt.h"
#include "output/words.h"
#include "output/words_icmp.h"
#include "views/view_ladder.h"

static const struct {
	const char *name;
	const char *step;
} phases[SYNFIN_PHASE_NR] = {
	[SYNFIN_PHASE_SYN]	= { "SYN",	"1" },
	[SYNFIN_PHASE_SYN_ACK]	= { "SYN-ACK",	"2" },
	[SYNFIN_PHASE_ACK]	= { "ACK",	"3" },
	[SYNFIN_PHASE_FIN_1]	= { "FIN",	"1" },
	[SYNFIN_PHASE_ACK_1]	= { "ACK",	"2" },
	[SYNFIN_PHASE_FIN_2]	= { "FIN",	"3" },
	[SYNFIN_PHASE_ACK_2]	= { "ACK",	"4" },
	[SYNFIN_PHASE_RST]	= { "RST",	"" },
	[SYNFIN_PHASE_TIMEOUT]	= { "timeout",	"" },
	[SYNFIN_PHASE_DROP]	= { "dropped",	"" },
};

static const char * const whose[2][2] = {
	[SYNFIN_FROM_CLIENT] = { "the client's side", "client" },
	[SYNFIN_FROM_SERVER] = { "the server's side", "server" },
};

/* Appends; what does not fit is cut off. */
static void __attribute__((format(printf, 3, 4)))
append(char *buf, size_t size, const char *format, ...)
{
	size_t used = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + used, size - used, format, args);
	va_end(args);
}

static void put_ns(char *buf, size_t size, const char *sign, __u64 ns,
		   bool ascii)
{
	char text[FMT_ROOM];

	*fmt_long_duration(text, ns, ascii) = '\0';
	snprintf(buf, size, "%s%.20s", sign, text);
}

/**
 * rung_put_since() - the time since the phase before
 * @rung:	the line
 * @ns:		the time, SYNFIN_NS_NONE if it is not known
 * @ascii:	no character beyond ASCII
 */
void rung_put_since(struct rung *rung, __u64 ns, bool ascii)
{
	if (ns != SYNFIN_NS_NONE)
		put_ns(rung->time, sizeof(rung->time), "+", ns, ascii);
}

/**
 * rung_put_remark() - what the time was spent on
 * @rung:	the line
 * @full:	at length
 * @brief:	in a word
 */
void rung_put_remark(struct rung *rung, const char *full, const char *brief)
{
	rung->remark[0] = full;
	rung->remark[1] = brief;
}

/* Two letters: 1st, 2nd, 3rd, 4th, 11th. */
static const char *ordinal(unsigned int n)
{
	unsigned int last = n % 10 > 3 || n % 100 / 10 == 1 ? 0 : n % 10;

	return &"thstndrd"[2 * last];
}

static const char *icmp_name(const struct step *rec, char text[16])
{
	snprintf(text, 16, "ICMP %u/%u", rec->icmp >> 8, rec->icmp & 0xffu);
	return text;
}

static void put_name(struct rung *rung, const struct ladder_row *row)
{
	const struct step *rec = row->rec;
	const char *name = phases[rec->phase].name;
	char icmp[16];

	if (rec->phase == SYNFIN_PHASE_RST && !rec->tcp_flags)
		name = rec->icmp ? icmp_name(rec, icmp) : "ICMP error";
	else if (row->carries || (row->also && rec->tcp_flags & SYNFIN_TCP_FIN))
		name = "FIN, ACK";
	if (row->times > 1)
		snprintf(rung->name, sizeof(rung->name), "%s (%u%.2s)", name,
			 row->times, ordinal(row->times));
	else
		snprintf(rung->name, sizeof(rung->name), "%s", name);
}

static void put_step(struct rung *rung, const struct ladder_row *row)
{
	const char *first = phases[row->rec->phase].step;

	if (row->also)
		snprintf(rung->step, sizeof(rung->step), "%s+%s", first,
			 phases[row->also->phase].step);
	else
		snprintf(rung->step, sizeof(rung->step), "%s",
			 row->carries ? "2+3" : first);
}

/* One number of the end @from, counted from its initial one if that is known. */
static void put_number(struct rung *rung, const struct conn *c, bool absolute,
		       const char *key, __u8 from, __u32 number)
{
	bool server = from == SYNFIN_FROM_SERVER;
	bool known = c->sum.flags & (server ? SYNFIN_CONN_SERVER_ISN :
					      SYNFIN_CONN_CLIENT_ISN);
	__u32 far = number - (server ? c->sum.server_isn : c->sum.client_isn);
	size_t size = sizeof(rung->numbers);
	char *buf = rung->numbers;

	append(buf, size, "%s%s=", buf[0] ? " " : "", key);
	if (absolute || !known)
		append(buf, size, "%u", number);
	else if (!far)
		append(buf, size, "%c", "xy"[server]);
	else if (far > 0xffff0000)	/* before the first: a keep-alive */
		append(buf, size, "%c-%u", "xy"[server], -far);
	else
		append(buf, size, "%c+%u", "xy"[server], far);
}

/* A bare ACK is told by what it acknowledges, the others by where they are. */
static void put_numbers(struct rung *rung, const struct conn *c, bool absolute,
			const struct ladder_row *row)
{
	const struct step *rec = row->rec;
	__u8 flags = rec->tcp_flags;

	if (!flags)
		return;
	if (flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_FIN | SYNFIN_TCP_RST))
		put_number(rung, c, absolute, "seq", rec->from, rec->seq);
	if (flags & SYNFIN_TCP_ACK &&
	    (row->carries || row->also || !(flags & SYNFIN_TCP_FIN)))
		put_number(rung, c, absolute, "ack", !rec->from, rec->ack);
	if (rec->len)
		append(rung->numbers, sizeof(rung->numbers), " len=%u",
		       rec->len);
}

/**
 * rung_put_segment() - what a segment is
 * @rung:	the line
 * @c:		the connection
 * @absolute:	numbers as on the wire
 * @row:	the segment
 */
void rung_put_segment(struct rung *rung, const struct conn *c, bool absolute,
		      const struct ladder_row *row)
{
	const struct step *rec = row->rec;

	rung->from = rec->from & 1;
	if (rec->phase == SYNFIN_PHASE_RST)
		rung->mood = MOOD_BAD;
	else if (row->times > 1)
		rung->mood = MOOD_AGAIN;
	put_step(rung, row);
	put_name(rung, row);
	put_numbers(rung, c, absolute, row);
}

/**
 * rung_put_gap() - what is not drawn
 * @rung:	the line
 * @row:	the segment that follows it
 */
void rung_put_gap(struct rung *rung, const struct ladder_row *row)
{
	char number[FMT_ROOM];

	*fmt_grouped(number, row->skipped) = '\0';
	if (row->mixed)
		append(rung->name, sizeof(rung->name), "%s segment%s not shown",
		       number, row->skipped == 1 ? "" : "s");
	else
		append(rung->name, sizeof(rung->name), "%s x %s",
		       phases[row->rec->phase].name, number);
	append(rung->brief, sizeof(rung->brief), "%s", rung->name);
}

/**
 * rung_put_drop() - what this host dropped, and why
 * @rung:	the line
 * @rec:	the drop
 */
void rung_put_drop(struct rung *rung, const struct step *rec)
{
	rung->from = rec->from & 1;
	rung->wall = true;
	rung->mood = MOOD_BAD;
	append(rung->name, sizeof(rung->name), "dropped: %s",
	       word_drop(rec->reason)->text);
	if (rec->hook)
		append(rung->name, sizeof(rung->name), " (%s)",
		       word_hook(rec->hook)->text);
	if (rec->count > 1)
		append(rung->name, sizeof(rung->name), ", %u%.2s", rec->count,
		       ordinal(rec->count));
}

/**
 * rung_put_missing() - what a segment would have been
 * @rung:	the line
 * @phase:	enum synfin_phase
 */
void rung_put_missing(struct rung *rung, __u8 phase)
{
	rung->dotted = true;
	rung->mood = MOOD_BAD;
	append(rung->step, sizeof(rung->step), "%s", phases[phase].step);
	append(rung->name, sizeof(rung->name), "%s ?", phases[phase].name);
}

/**
 * rung_remark_on() - whose side the time before a segment was spent on
 * @rung:	the line
 * @row:	the segment
 */
void rung_remark_on(struct rung *rung, const struct ladder_row *row)
{
	const struct step *rec = row->rec;

	if (row->forged)
		rung_put_remark(rung, "not believed", "forged");
	else if (row->times > 1)
		rung_put_remark(rung, "sent again", "again");
	else if (row->crossed)
		rung_put_remark(rung, "crossed", "cross");
	else if (row->carries)
		rung_put_remark(rung, "in one segment", "in one");
	else if (rec->phase == SYNFIN_PHASE_FIN_2)
		rung_put_remark(rung, "half closed", "half");
	else if (rec->phase == SYNFIN_PHASE_RST && !rec->tcp_flags)
		rung_put_remark(rung, "from the network", "net");
	else if (rec->phase != SYNFIN_PHASE_FIN_1)
		rung_put_remark(rung, whose[rec->from & 1][0],
				whose[rec->from & 1][1]);
}

/* Exact below ten million. */
static void append_bytes(char *buf, size_t size, __u64 bytes, bool brief)
{
	char exact[FMT_ROOM];

	if (bytes != SYNFIN_BYTES_NONE && (brief || bytes >= 10000000)) {
		*fmt_bytes(exact, bytes) = '\0';
		append(buf, size, brief ? "%s" : "%sB", exact);
	} else if (bytes != SYNFIN_BYTES_NONE) {
		*fmt_grouped(exact, bytes) = '\0';
		append(buf, size, "%s byte%s", exact, bytes == 1 ? "" : "s");
	} else {
		append(buf, size, brief ? "?" : "? bytes");
	}
}

/**
 * rung_put_bytes() - the payload each way
 * @rung:	the line
 * @sum:	the summary of the connection
 * @ascii:	no character beyond ASCII
 */
void rung_put_bytes(struct rung *rung, const struct synfin_record_conn *sum,
		    bool ascii)
{
	bool partial = sum->flags & SYNFIN_CONN_BYTES_PARTIAL;
	size_t size = sizeof(rung->name);

	if (!ladder_knows_bytes(sum)) {
		append(rung->name, size, "bytes not known");
		append(rung->brief, size, "? bytes");
		return;
	}
	append(rung->name, size, partial ? "at least: " : "");
	append_bytes(rung->name, size, sum->bytes_client, false);
	append(rung->name, size, ascii ? " -->   <-- " : " ──►   ◄── ");
	append_bytes(rung->name, size, sum->bytes_server, false);

	append_bytes(rung->brief, size, sum->bytes_client, true);
	append(rung->brief, size, ascii ? " >  < " : " ►  ◄ ");
	append_bytes(rung->brief, size, sum->bytes_server, true);
}

static void put_ftp(const struct conn *c, char *buf, size_t size)
{
	if (c->ftp_control)
		append(buf, size, ", data of FTP connection %llu",
		       (unsigned long long)c->ftp_control);
	else if (c->sum.flags & SYNFIN_CONN_FTP_DATA)
		append(buf, size, ", data of an FTP connection");
}

static void put_opening(const struct conn *c, char *buf, size_t size)
{
	const struct synfin_record_conn *sum = &c->sum;
	char icmp[ICMP_WORDS];

	if (c->icmp && sum->opening == SYNFIN_OPEN_UNREACHABLE) {
		icmp_words(c->icmp, icmp);
		append(buf, size, "%s", icmp);
		put_ftp(c, buf, size);
		return;
	}
	append(buf, size, "%s", word_open(sum->opening)->text);
	if (sum->flags & SYNFIN_CONN_UNACCEPTED)
		append(buf, size, ", never accepted");
	if (sum->opening == SYNFIN_OPEN_SIMULTANEOUS)
		append(buf, size, " open");
	else if (sum->opening == SYNFIN_OPEN_UNANSWERED)
		append(buf, size, ", %u SYN", sum->syn_count);
	else if (sum->opening == SYNFIN_OPEN_UNACKNOWLEDGED)
		append(buf, size, ", %u SYN-ACK", sum->syn_ack_count);
	put_ftp(c, buf, size);
}

static void put_closing(const struct synfin_record_conn *sum, char *buf,
			size_t size)
{
	if (sum->closing != SYNFIN_CLOSE_NONE)
		append(buf, size, ", %s%s",
		       sum->closing == SYNFIN_CLOSE_OPEN ? "still " : "",
		       word_close(sum->closing)->text);
	if (sum->closing == SYNFIN_CLOSE_FOUR_WAY ||
	    sum->closing == SYNFIN_CLOSE_THREE_WAY ||
	    sum->closing == SYNFIN_CLOSE_SIMULTANEOUS)
		append(buf, size, " close");
	if (sum->closed_by == SYNFIN_BY_CLIENT ||
	    sum->closed_by == SYNFIN_BY_SERVER)
		append(buf, size, " by the %s",
		       word_closed_by(sum->closed_by)->text);
	if (sum->closing == SYNFIN_CLOSE_RESET && sum->fin_count)
		append(buf, size, " after %u FIN", sum->fin_count);
}

/**
 * ladder_outcome() - what came of a connection, and how long it lived
 * @c:		the connection
 * @ascii:	no character beyond ASCII
 * @buf:	filled in
 * @size:	of @buf
 */
void ladder_outcome(const struct conn *c, bool ascii, char *buf, size_t size)
{
	const struct synfin_record_conn *sum = &c->sum;
	char life[24];

	buf[0] = '\0';
	put_opening(c, buf, size);
	put_closing(sum, buf, size);
	/* One segment lasts no time. */
	if (sum->duration_ns == SYNFIN_NS_NONE || !sum->duration_ns)
		return;
	put_ns(life, sizeof(life), "", sum->duration_ns, ascii);
	append(buf, size, ", %s", life);
}
