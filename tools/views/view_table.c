// SPDX-License-Identifier: GPL-2.0
/*
 * The table of connections: a line each, and one word for what came of it.
 */
#include "output/cells.h"
#include "output/fmt.h"
#include "views/view_table.h"
#include "output/vocab.h"

static const struct synfin_record_conn *sum(const struct cell *cell)
{
	return &((const struct conn *)cell->row)->sum;
}

static char *put_time(char *p, struct cell *cell)
{
	return fmt_clock(p, sum(cell)->head.time_ns, 3);
}

static char *put_client(char *p, struct cell *cell)
{
	return cell_client(p, cell, &sum(cell)->head);
}

static char *put_server(char *p, struct cell *cell)
{
	return cell_server(p, cell, &sum(cell)->head);
}

/* How often it was tried says more than by whom. */
static char *put_tries(char *p, const struct synfin_record_conn *s)
{
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

static char *put_outcome(char *p, struct cell *cell)
{
	static const char *const colors[] = {
		[VOCAB_ORDINARY] = SGR_DIM,
		[VOCAB_ODD] = SGR_YELLOW,
		[VOCAB_FAILED] = SGR_RED,
	};
	const struct synfin_record_conn *s = sum(cell);
	enum vocab_class class = vocab_class(s);

	cell->color = colors[class];
	p = vocab_copy(p, vocab_outcome_word(vocab_outcome(s)));
	if (class == VOCAB_FAILED)
		return put_tries(p, s);
	if (s->closed_by == SYNFIN_BY_CLIENT || s->closed_by == SYNFIN_BY_SERVER) {
		*p++ = ' ';
		p = vocab_copy(p, vocab_closed_by(s->closed_by));
	}
	return p;
}

static char *put_server_rtt(char *p, struct cell *cell)
{
	return cell_duration(p, cell, sum(cell)->server_rtt_ns);
}

static char *put_client_rtt(char *p, struct cell *cell)
{
	return cell_duration(p, cell, sum(cell)->client_rtt_ns);
}

static char *put_life(char *p, struct cell *cell)
{
	/* A connection of one segment has lasted no time that is worth a word. */
	uint64_t ns = sum(cell)->duration_ns;

	return cell_duration(p, cell, ns ? ns : SYNFIN_NS_NONE);
}

static char *put_up(char *p, struct cell *cell)
{
	uint64_t bytes = sum(cell)->bytes_client;

	return bytes == SYNFIN_BYTES_NONE ? p : fmt_bytes(p, bytes);
}

static char *put_down(char *p, struct cell *cell)
{
	uint64_t bytes = sum(cell)->bytes_server;

	return bytes == SYNFIN_BYTES_NONE ? p : fmt_bytes(p, bytes);
}

static char *put_syn(char *p, struct cell *cell)
{
	return fmt_u64(p, sum(cell)->syn_count);
}

static char *put_syn_ack(char *p, struct cell *cell)
{
	return fmt_u64(p, sum(cell)->syn_ack_count);
}

static char *put_fin(char *p, struct cell *cell)
{
	return fmt_u64(p, sum(cell)->fin_count);
}

static char *put_rst(char *p, struct cell *cell)
{
	return fmt_u64(p, sum(cell)->rst_count);
}

static char *put_half(char *p, struct cell *cell)
{
	return cell_duration(p, cell, sum(cell)->half_close_ns);
}

static char *put_handshake(char *p, struct cell *cell)
{
	return cell_duration(p, cell, sum(cell)->handshake_ns);
}

static char *put_closing(char *p, struct cell *cell)
{
	return cell_duration(p, cell, sum(cell)->close_ns);
}

static char *put_state(char *p, struct cell *cell)
{
	return vocab_copy(p, vocab_conn_state(sum(cell)));
}

static char *put_history(char *p, struct cell *cell)
{
	return vocab_history(p, sum(cell)->history);
}

static char *put_bits(char *p, struct cell *cell)
{
	return fmt_u64(p, sum(cell)->completeness);
}

static char *put_open(char *p, struct cell *cell)
{
	return vocab_copy(p, vocab_open(sum(cell)->opening));
}

static char *put_close(char *p, struct cell *cell)
{
	return sum(cell)->closing == SYNFIN_CLOSE_NONE ?
	       p : vocab_copy(p, vocab_close(sum(cell)->closing));
}

static char *put_by(char *p, struct cell *cell)
{
	return sum(cell)->closed_by == SYNFIN_BY_NOBODY ?
	       p : vocab_copy(p, vocab_closed_by(sum(cell)->closed_by));
}

static char *put_netns(char *p, struct cell *cell)
{
	return cell_netns(p, &sum(cell)->head);
}

static char *put_id(char *p, struct cell *cell)
{
	return fmt_u64(p, sum(cell)->head.id);
}

/* Up to rank 4 they are 80 columns wide. */
const struct column table_conns[] = {
	{ "TIME",	5, 12, 12, 12, false, put_time },
	{ "CLIENT",	1, 21, 9, 47, false, put_client },
	{ "SERVER",	1, 21, 9, 47, false, put_server },
	{ "OUTCOME",	1, 18, 12, 19, false, put_outcome },
	{ "S-RTT",	3, 5, 5, 6, true, put_server_rtt },
	{ "C-RTT",	4, 5, 5, 6, true, put_client_rtt },
	{ "LIFE",	2, 5, 5, 6, true, put_life },
	{ "UP",		6, 5, 5, 5, true, put_up },
	{ "DOWN",	6, 5, 5, 5, true, put_down },
	{ "SYN",	7, 3, 3, 3, true, put_syn },
	{ "FIN",	7, 3, 3, 3, true, put_fin },
	{ "HALF",	8, 5, 5, 6, true, put_half },
	{ "STATE",	9, 6, 6, 6, false, put_state },
	{ "HISTORY",	9, 8, 7, 16, false, put_history },
	{ "NETNS",	10, 10, 10, 10, true, put_netns },
	{ "OPEN",	0, 14, 14, 14, false, put_open },
	{ "CLOSE",	0, 12, 12, 12, false, put_close },
	{ "BY",		0, 6, 6, 6, false, put_by },
	{ "HANDSHAKE",	0, 9, 9, 9, true, put_handshake },
	{ "CLOSING",	0, 7, 7, 7, true, put_closing },
	{ "SYN-ACK",	0, 7, 7, 7, true, put_syn_ack },
	{ "RST",	0, 3, 3, 3, true, put_rst },
	{ "BITS",	0, 4, 4, 4, true, put_bits },
	{ "ID",		0, 10, 10, 20, true, put_id },
	{ NULL, 0, 0, 0, 0, false, NULL },
};
