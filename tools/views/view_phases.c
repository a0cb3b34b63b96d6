// SPDX-License-Identifier: GPL-2.0
/*
 * The table of phases: a line for each segment that opened or closed something.
 */
#include "connections/step.h"
#include "output/cells.h"
#include "output/fmt.h"
#include "views/view_table.h"
#include "output/vocab.h"

static const struct synfin_record_step *step(const struct cell *cell)
{
	const struct phase *phase = cell->row;

	return phase->step;
}

static const struct synfin_record_head *head(const struct cell *cell)
{
	const struct phase *phase = cell->row;

	return phase->head;
}

static char *put_time(char *p, struct cell *cell)
{
	return fmt_clock(p, step(cell)->time_ns,
			 cell->width < 15 ? 3 : 6);
}

static char *put_client(char *p, struct cell *cell)
{
	return cell_client(p, cell, head(cell));
}

static char *put_server(char *p, struct cell *cell)
{
	return cell_server(p, cell, head(cell));
}

static char *put_from(char *p, struct cell *cell)
{
	return vocab_copy(p, vocab_from(step(cell)->from));
}

static char *put_phase(char *p, struct cell *cell)
{
	unsigned int phase = step(cell)->phase;

	if (phase == SYNFIN_PHASE_RST)
		cell->color = SGR_YELLOW;
	else if (phase == SYNFIN_PHASE_TIMEOUT)
		cell->color = SGR_RED;
	return vocab_copy(p, vocab_phase(phase));
}

static char *put_count(char *p, struct cell *cell)
{
	if (step(cell)->count > 1)
		cell->color = SGR_YELLOW;
	return fmt_u64(p, step(cell)->count);
}

static char *put_since(char *p, struct cell *cell)
{
	return cell_duration(p, cell, step(cell)->since_ns);
}

/* A timeout is no segment. */
static char *put_seq(char *p, struct cell *cell)
{
	return step(cell)->phase == SYNFIN_PHASE_TIMEOUT ?
	       p : fmt_u64(p, step(cell)->seq);
}

static char *put_ack(char *p, struct cell *cell)
{
	return step(cell)->tcp_flags & 0x10 ? fmt_u64(p, step(cell)->ack) : p;
}

/* One letter each; JSON has the words. */
static char *put_flags(char *p, struct cell *cell)
{
	for (unsigned int i = 0; i < 8; i++)
		if (step(cell)->tcp_flags & 1u << i)
			*p++ = "FSRPAUEC"[i];
	return p;
}

static char *put_len(char *p, struct cell *cell)
{
	return step(cell)->tcp_flags ? fmt_u64(p, step(cell)->len) : p;
}

static char *put_window(char *p, struct cell *cell)
{
	return step(cell)->tcp_flags ? fmt_u64(p, step(cell)->window) : p;
}

static char *put_netns(char *p, struct cell *cell)
{
	return cell_netns(p, head(cell));
}

static char *put_id(char *p, struct cell *cell)
{
	return fmt_u64(p, head(cell)->id);
}

/* Up to rank 4 they are 80 columns wide. */
const struct column table_phases[] = {
	{ "TIME",	3, 12, 12, 15, false, put_time },
	{ "CLIENT",	1, 21, 9, 47, false, put_client },
	{ "SERVER",	1, 21, 9, 47, false, put_server },
	{ "FROM",	1, 6, 6, 6, false, put_from },
	{ "PHASE",	1, 7, 7, 7, false, put_phase },
	{ "N",		4, 2, 2, 2, true, put_count },
	{ "SINCE",	2, 5, 5, 6, true, put_since },
	{ "FLAGS",	5, 5, 5, 5, false, put_flags },
	{ "LEN",	6, 5, 5, 5, true, put_len },
	{ "SEQ",	7, 10, 10, 10, true, put_seq },
	{ "ACK",	7, 10, 10, 10, true, put_ack },
	{ "WIN",	8, 5, 5, 5, true, put_window },
	{ "NETNS",	9, 10, 10, 10, true, put_netns },
	{ "ID",		0, 10, 10, 20, true, put_id },
	{ NULL, 0, 0, 0, 0, false, NULL },
};
