// SPDX-License-Identifier: GPL-2.0
/*
 * The table of phases: a line for each segment that opened or closed something.
 */
#include "output/table_cells.h"
#include "output/fmt.h"
#include "views/view_table.h"
#include "output/words.h"

#define TCP_ACK	0x10

static const struct synfin_record_step *step_of(const void *row)
{
	return ((const struct phase *)row)->step;
}

static const struct synfin_record_head *head_of(const void *row)
{
	return ((const struct phase *)row)->head;
}

/* A figure: rows are in its order, and @cell shows it. */
#define FIGURE(name, cell_put, value)					\
static uint64_t num_##name(const void *row)				\
{									\
	const struct synfin_record_step *rec = step_of(row);		\
									\
	return value;							\
}									\
									\
static char *put_##name(char *p, struct cell *cell)			\
{									\
	return cell_put(p, cell, num_##name(cell->row));		\
}

FIGURE(time, cell_time, rec->time_ns)
FIGURE(since, cell_duration, rec->since_ns)
/* A timeout is no segment, and an ICMP error has no header of TCP. */
FIGURE(seq, cell_number, rec->phase == SYNFIN_PHASE_TIMEOUT ? SYNFIN_NS_NONE : rec->seq)
FIGURE(ack, cell_number, rec->tcp_flags & TCP_ACK ? rec->ack : SYNFIN_NS_NONE)
FIGURE(len, cell_number, rec->tcp_flags ? rec->len : SYNFIN_NS_NONE)
FIGURE(window, cell_number, rec->tcp_flags ? rec->window : SYNFIN_NS_NONE)

static uint64_t num_netns(const void *row)
{
	return head_of(row)->netns ? head_of(row)->netns : SYNFIN_NS_NONE;
}

static char *put_netns(char *p, struct cell *cell)
{
	return cell_number(p, cell, num_netns(cell->row));
}

static uint64_t num_id(const void *row)
{
	return head_of(row)->id;
}

static char *put_id(char *p, struct cell *cell)
{
	return cell_number(p, cell, num_id(cell->row));
}

static char *put_client(char *p, struct cell *cell)
{
	return cell_client(p, cell, head_of(cell->row));
}

static char *put_server(char *p, struct cell *cell)
{
	return cell_server(p, cell, head_of(cell->row));
}

static char *put_from(char *p, struct cell *cell)
{
	return word_copy(p, word_from(step_of(cell->row)->from));
}

static char *put_phase(char *p, struct cell *cell)
{
	unsigned int phase = step_of(cell->row)->phase;

	if (phase == SYNFIN_PHASE_RST)
		cell->color = SGR_YELLOW;
	else if (phase == SYNFIN_PHASE_TIMEOUT)
		cell->color = SGR_RED;
	return word_copy(p, word_phase(phase));
}

static uint64_t num_count(const void *row)
{
	return step_of(row)->count;
}

static char *put_count(char *p, struct cell *cell)
{
	if (num_count(cell->row) > 1)
		cell->color = SGR_YELLOW;
	return fmt_u64(p, num_count(cell->row));
}

/* One letter each; JSON has the words. */
static char *put_flags(char *p, struct cell *cell)
{
	for (unsigned int i = 0; i < 8; i++)
		if (step_of(cell->row)->tcp_flags & 1u << i)
			*p++ = "FSRPAUEC"[i];
	return p;
}

static char *put_dropped(char *p, struct cell *cell)
{
	const struct synfin_record_step *rec = step_of(cell->row);

	return rec->reason ? cell_drop(p, rec->reason, rec->hook) : p;
}

/* Up to rank 6 they are 80 columns wide. */
const struct column table_phases[] = {
	{ "TIME", 5, 12, 12, 15, false, put_time, num_time, "when it passed" },
	{ "CLIENT", 3, 21, 9, 47, false, put_client, NULL, "who sent the first SYN" },
	{ "SERVER", 1, 21, 9, 47, false, put_server, NULL, "the other end" },
	{ "FROM", 2, 6, 6, 6, false, put_from, NULL, "who sent it" },
	{ "PHASE", 1, 7, 7, 7, false, put_phase, NULL, "which segment it is" },
	{ "N", 6, 2, 2, 2, true, put_count, num_count, "how many times it was sent so far" },
	{ "SINCE", 4, 5, 5, 6, true, put_since, num_since, "since the one before" },
	{ "FLAGS", 7, 5, 5, 5, false, put_flags, NULL, "flags, a letter each" },
	{ "LEN", 8, 5, 5, 5, true, put_len, num_len, "bytes of payload" },
	{ "SEQ", 9, 10, 10, 10, true, put_seq, num_seq, "sequence number" },
	{ "ACK", 9, 10, 10, 10, true, put_ack, num_ack, "acknowledgment number" },
	{ "WIN", 10, 5, 5, 5, true, put_window, num_window, "window, as on the wire" },
	{ "NETNS", 11, 10, 10, 10, true, put_netns, num_netns, "its network namespace" },
	{ "DROPPED", 0, 15, 9, 21, false, put_dropped, NULL, "why this host dropped it" },
	{ "ID", 0, 10, 10, 20, true, put_id, num_id, "of the connection" },
	{ .name = NULL },
};
