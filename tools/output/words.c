// SPDX-License-Identifier: GPL-2.0
/*
 * The words. A number beyond a table, as a broken file may hold, reads "?".
 */
#include "output/util.h"
#include "output/words.h"

#define WORD(text)	{ sizeof(text) - 1, text }
static const struct word *pick(const struct word *words, unsigned int nr,
			       unsigned int index)
{
	static const struct word unknown = WORD("?");

	return index < nr ? &words[index] : &unknown;
}

static const struct word phases[] = {
	[SYNFIN_PHASE_SYN]	= WORD("syn"),
	[SYNFIN_PHASE_SYN_ACK]	= WORD("syn-ack"),
	[SYNFIN_PHASE_ACK]	= WORD("ack"),
	[SYNFIN_PHASE_FIN_1]	= WORD("fin-1"),
	[SYNFIN_PHASE_ACK_1]	= WORD("ack-1"),
	[SYNFIN_PHASE_FIN_2]	= WORD("fin-2"),
	[SYNFIN_PHASE_ACK_2]	= WORD("ack-2"),
	[SYNFIN_PHASE_RST]	= WORD("rst"),
	[SYNFIN_PHASE_TIMEOUT]	= WORD("timeout"),
	[SYNFIN_PHASE_DROP]	= WORD("drop"),
};

static const struct word ends[] = {
	[SYNFIN_FROM_CLIENT]	= WORD("client"),
	[SYNFIN_FROM_SERVER]	= WORD("server"),
};

static const struct word openings[] = {
	[SYNFIN_OPEN_ESTABLISHED]	= WORD("established"),
	[SYNFIN_OPEN_SIMULTANEOUS]	= WORD("simultaneous"),
	[SYNFIN_OPEN_REFUSED]		= WORD("refused"),
	[SYNFIN_OPEN_UNREACHABLE]	= WORD("unreachable"),
	[SYNFIN_OPEN_UNANSWERED]	= WORD("unanswered"),
	[SYNFIN_OPEN_UNACKNOWLEDGED]	= WORD("unacknowledged"),
	[SYNFIN_OPEN_ABORTED]		= WORD("aborted"),
	[SYNFIN_OPEN_MIDSTREAM]		= WORD("midstream"),
	[SYNFIN_OPEN_OPENING]		= WORD("opening"),
};

static const struct word closings[] = {
	[SYNFIN_CLOSE_NONE]		= WORD("none"),
	[SYNFIN_CLOSE_OPEN]		= WORD("open"),
	[SYNFIN_CLOSE_FOUR_WAY]		= WORD("four-way"),
	[SYNFIN_CLOSE_THREE_WAY]	= WORD("three-way"),
	[SYNFIN_CLOSE_SIMULTANEOUS]	= WORD("simultaneous"),
	[SYNFIN_CLOSE_RESET]		= WORD("reset"),
	[SYNFIN_CLOSE_HALF_CLOSED]	= WORD("half-closed"),
	[SYNFIN_CLOSE_EVICTED]		= WORD("evicted"),
};

static const struct word closers[] = {
	[SYNFIN_BY_NOBODY]	= WORD("nobody"),
	[SYNFIN_BY_CLIENT]	= WORD("client"),
	[SYNFIN_BY_SERVER]	= WORD("server"),
	[SYNFIN_BY_BOTH]	= WORD("both"),
};

static const struct word drops[] = {
	[SYNFIN_DROP_NONE]	= WORD("nothing"),
	[SYNFIN_DROP_NETFILTER]	= WORD("netfilter"),
	[SYNFIN_DROP_ACCEPT_QUEUE]	= WORD("accept-queue"),
	[SYNFIN_DROP_SYN_QUEUE]	= WORD("syn-queue"),
	[SYNFIN_DROP_NO_SOCKET]	= WORD("no-socket"),
	[SYNFIN_DROP_NO_ROUTE]	= WORD("no-route"),
	[SYNFIN_DROP_MARTIAN]	= WORD("martian"),
	[SYNFIN_DROP_RP_FILTER]	= WORD("rp-filter"),
	[SYNFIN_DROP_NOT_FOR_US]	= WORD("not-for-us"),
	[SYNFIN_DROP_CHECKSUM]	= WORD("checksum"),
	[SYNFIN_DROP_HEADER]	= WORD("header"),
	[SYNFIN_DROP_SOCKET_FILTER]	= WORD("socket-filter"),
	[SYNFIN_DROP_SECURITY]	= WORD("security"),
	[SYNFIN_DROP_BPF]	= WORD("bpf"),
	[SYNFIN_DROP_SIGNATURE]	= WORD("signature"),
	[SYNFIN_DROP_OLD]	= WORD("old"),
	[SYNFIN_DROP_NEIGHBOUR]	= WORD("neighbour"),
	[SYNFIN_DROP_QDISC]	= WORD("qdisc"),
	[SYNFIN_DROP_TC]	= WORD("tc"),
	[SYNFIN_DROP_XDP]	= WORD("xdp"),
	[SYNFIN_DROP_BACKLOG]	= WORD("backlog"),
	[SYNFIN_DROP_DEVICE]	= WORD("device"),
	[SYNFIN_DROP_MEMORY]	= WORD("memory"),
	[SYNFIN_DROP_TOO_BIG]	= WORD("too-big"),
};

/* By NF_INET_* + 1. */
static const struct word hooks[] = {
	WORD("?"), WORD("prerouting"), WORD("input"), WORD("forward"), WORD("output"),
	WORD("postrouting"), WORD("ingress"),
};

enum zeek { S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH };

static const struct word zeek_states[] = {
	[S0]	= WORD("S0"),
	[S1]	= WORD("S1"),
	[SF]	= WORD("SF"),
	[REJ]	= WORD("REJ"),
	[S2]	= WORD("S2"),
	[S3]	= WORD("S3"),
	[RSTO]	= WORD("RSTO"),
	[RSTR]	= WORD("RSTR"),
	[RSTOS0] = WORD("RSTOS0"),
	[RSTRH]	= WORD("RSTRH"),
	[SH]	= WORD("SH"),
	[SHR]	= WORD("SHR"),
	[OTH]	= WORD("OTH"),
};

/**
 * word_phase() - the name of a phase
 * @phase: enum synfin_phase
 *
 * Return: the word.
 */
const struct word *word_phase(unsigned int phase)
{
	return pick(phases, ARRAY_SIZE(phases), phase);
}

/**
 * word_from() - which end
 * @from: enum synfin_from
 *
 * Return: the word.
 */
const struct word *word_from(unsigned int from)
{
	return pick(ends, ARRAY_SIZE(ends), from);
}

/**
 * word_open() - the name of an opening
 * @opening: enum synfin_open
 *
 * Return: the word.
 */
const struct word *word_open(unsigned int opening)
{
	return pick(openings, ARRAY_SIZE(openings), opening);
}

/**
 * word_close() - the name of a closing
 * @closing: enum synfin_close
 *
 * Return: the word.
 */
const struct word *word_close(unsigned int closing)
{
	return pick(closings, ARRAY_SIZE(closings), closing);
}

/**
 * word_closed_by() - who closed
 * @closed_by: enum synfin_closed_by
 *
 * Return: the word.
 */
const struct word *word_closed_by(unsigned int closed_by)
{
	return pick(closers, ARRAY_SIZE(closers), closed_by);
}

/**
 * word_drop() - why a segment was dropped
 * @reason: enum synfin_drop
 *
 * Return: the word.
 */
const struct word *word_drop(unsigned int reason)
{
	return pick(drops, ARRAY_SIZE(drops), reason);
}

/**
 * word_hook() - where netfilter dropped it
 * @hook: NF_INET_* + 1
 *
 * Return: the word.
 */
const struct word *word_hook(unsigned int hook)
{
	return pick(hooks, ARRAY_SIZE(hooks), hook);
}

#define HISTORY_MAX	16u

/* Where in the history a letter stands; HISTORY_MAX if it does not. */
static unsigned int place(const struct synfin_record_conn *c, unsigned int letter)
{
	unsigned int i = 0;

	while (i < HISTORY_MAX && (c->history >> 4 * i & 15) != letter)
		i++;
	return i;
}

static bool has_letter(const struct synfin_record_conn *c, unsigned int letter)
{
	return place(c, letter) < HISTORY_MAX;
}

/* Its FIN came, and before any RST of its own. */
static bool closed_first(const struct synfin_record_conn *c, unsigned int end)
{
	return place(c, SYNFIN_HISTORY_FIN | end) < place(c, SYNFIN_HISTORY_RST | end);
}

/*
 * An established connection, by its closing. To Zeek a RST behind the FINs of both
 * ends changes nothing any more.
 */
static enum zeek zeek_closed(const struct synfin_record_conn *c)
{
	bool by_server = c->closed_by == SYNFIN_BY_SERVER;

	switch (c->closing) {
	case SYNFIN_CLOSE_FOUR_WAY:
	case SYNFIN_CLOSE_THREE_WAY:
	case SYNFIN_CLOSE_SIMULTANEOUS:
		return SF;
	case SYNFIN_CLOSE_RESET:
		if (closed_first(c, 0) && closed_first(c, SYNFIN_HISTORY_SERVER))
			return SF;
		return by_server ? RSTR : RSTO;
	case SYNFIN_CLOSE_HALF_CLOSED:
		return by_server ? S3 : S2;
	default:
		/* A FIN just before the end of a capture. */
		if (!c->fin_count)
			return S1;
		return closed_first(c, 0) ? S2 : S3;
	}
}

/*
 * To Zeek a SYN-ACK makes a connection established: whoever gives up after it
 * has reset, or closed, what was open.
 */
static enum zeek zeek_refused(const struct synfin_record_conn *c)
{
	return c->completeness & SYNFIN_SEEN_SYN_ACK ? RSTR : REJ;
}

static enum zeek zeek_aborted(const struct synfin_record_conn *c)
{
	if (c->completeness & SYNFIN_SEEN_SYN_ACK)
		return c->rst_count ? RSTO : S2;
	return c->rst_count ? RSTOS0 : SH;
}

/*
 * OTH is "no SYN seen, just midstream traffic". A SYN-ACK, and what the client says
 * to it, are enough to be established; of one that nobody heeds Zeek tells apart how
 * the server ended it.
 */
static enum zeek zeek_midstream(const struct synfin_record_conn *c)
{
	if (!(c->completeness & SYNFIN_SEEN_SYN_ACK) ||
	    c->completeness & SYNFIN_SEEN_SYN)
		return OTH;
	if (has_letter(c, SYNFIN_HISTORY_ACK) || has_letter(c, SYNFIN_HISTORY_FIN) ||
	    has_letter(c, SYNFIN_HISTORY_RST))
		return zeek_closed(c);
	if (c->closing == SYNFIN_CLOSE_RESET && c->closed_by == SYNFIN_BY_SERVER)
		return RSTRH;
	return c->fin_count && c->closing != SYNFIN_CLOSE_RESET ? SHR : OTH;
}

/* Of one direction Zeek tells what it saw. */
static enum zeek zeek_established(const struct synfin_record_conn *c)
{
	if (!(c->completeness & SYNFIN_SEEN_SYN))
		return zeek_midstream(c);
	if (c->completeness & SYNFIN_SEEN_SYN_ACK)
		return zeek_closed(c);
	if (c->closing == SYNFIN_CLOSE_RESET)
		return RSTOS0;
	return c->fin_count ? SH : S0;
}

static enum zeek zeek_state(const struct synfin_record_conn *c)
{
	switch (c->opening) {
	case SYNFIN_OPEN_ESTABLISHED:
		return zeek_established(c);
	case SYNFIN_OPEN_SIMULTANEOUS:
		return zeek_closed(c);
	case SYNFIN_OPEN_REFUSED:
		return zeek_refused(c);
	case SYNFIN_OPEN_UNREACHABLE:
	case SYNFIN_OPEN_UNANSWERED:
	case SYNFIN_OPEN_OPENING:
		return S0;
	case SYNFIN_OPEN_UNACKNOWLEDGED:
		return c->completeness & SYNFIN_SEEN_SYN ? S1 : OTH;
	case SYNFIN_OPEN_ABORTED:
		return zeek_aborted(c);
	default:
		return zeek_midstream(c);
	}
}

/**
 * word_conn_state() - a connection in Zeek's word
 * @c: the connection
 *
 * Return: the word, as in Zeek's conn.log.
 */
const struct word *word_conn_state(const struct synfin_record_conn *c)
{
	return &zeek_states[zeek_state(c)];
}

/**
 * word_history() - the segments in Zeek's letters
 * @p: where to
 * @history: of the record
 *
 * Return: the end.
 */
char *word_history(char *p, uint64_t history)
{
	for (; history & 15; history >>= 4)
		*p++ = "?SHAFR^??shafr^?"[history & 15];
	return p;
}

/**
 * word_flags() - flags of a TCP header, SYN,ACK
 * @p: where to
 * @tcp_flags: byte 13 of the header
 *
 * Return: the end.
 */
char *word_flags(char *p, unsigned int tcp_flags)
{
	static const char names[8][4] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR",
	};
	const char *begin = p;

	for (unsigned int i = 0; i < 8; i++) {
		if (!(tcp_flags & 1u << i))
			continue;
		if (p != begin)
			*p++ = ',';
		memcpy(p, names[i], 3);
		p += 3;
	}
	return p;
}

/* Opened as far as was seen: what came of it is its closing. */
static bool opened(unsigned int opening)
{
	return opening == SYNFIN_OPEN_ESTABLISHED ||
	       opening == SYNFIN_OPEN_SIMULTANEOUS ||
	       opening == SYNFIN_OPEN_MIDSTREAM;
}

/**
 * outcome_class() - how a connection's end is to be taken
 * @c: the connection
 *
 * Return: the class.
 */
enum outcome_class outcome_class(const struct synfin_record_conn *c)
{
	if (c->opening == SYNFIN_OPEN_OPENING)
		return OUTCOME_ORDINARY;
	if (!opened(c->opening) || c->flags & SYNFIN_CONN_UNACCEPTED)
		return OUTCOME_FAILED;
	switch (c->closing) {
	case SYNFIN_CLOSE_RESET:
	case SYNFIN_CLOSE_HALF_CLOSED:
	case SYNFIN_CLOSE_EVICTED:
		return OUTCOME_ODD;
	default:
		return OUTCOME_ORDINARY;
	}
}

/**
 * outcome_of() - what came of a connection, as one number
 * @c: the connection
 *
 * Return: below OUTCOMES.
 */
unsigned int outcome_of(const struct synfin_record_conn *c)
{
	unsigned int opening = c->opening, closing = c->closing;

	if (!opened(opening))
		return opening < SYNFIN_OPEN_NR ? opening : 0;
	if (c->flags & SYNFIN_CONN_UNACCEPTED)
		return OUTCOME_UNACCEPTED;
	return SYNFIN_OPEN_NR + (closing < SYNFIN_CLOSE_NR ? closing : 0);
}

/**
 * outcome_word() - the one word for it
 * @outcome: of outcome_of()
 *
 * Return: the word.
 */
const struct word *outcome_word(unsigned int outcome)
{
	static const struct word unaccepted = WORD("unaccepted");

	if (outcome == OUTCOME_UNACCEPTED)
		return &unaccepted;
	return outcome < SYNFIN_OPEN_NR ? word_open(outcome) :
					  word_close(outcome - SYNFIN_OPEN_NR);
}
