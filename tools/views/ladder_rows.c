// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of a ladder: one per segment, with the states after it.
 *
 * What is seen is that a segment passed, not that it arrived. So its sender
 * moves at once, and its receiver when there is a sign that it got the segment:
 * it acknowledged it, or the segment was not sent again. A SYN or FIN that
 * nothing acknowledges moves nobody but its sender.
 */
#include "views/ladder_states.h"

#include "core/wire.h"

/* A segment that was sent more often than that is not drawn each time. */
#define DRAWN_AGAIN	8u

/* What a phase is to its sender and to its receiver; LADDER_EVENT_NR is nothing. */
static const struct {
	unsigned char send;
	unsigned char recv;
} events[SYNFIN_PHASE_NR] = {
	[SYNFIN_PHASE_SYN]	= { LADDER_SEND_SYN,		LADDER_RECV_SYN },
	[SYNFIN_PHASE_SYN_ACK]	= { LADDER_SEND_SYN_ACK,	LADDER_RECV_SYN_ACK },
	[SYNFIN_PHASE_ACK]	= { LADDER_SEND_ACK,		LADDER_RECV_ACK },
	[SYNFIN_PHASE_FIN_1]	= { LADDER_SEND_FIN,		LADDER_RECV_FIN },
	[SYNFIN_PHASE_ACK_1]	= { LADDER_EVENT_NR,		LADDER_FIN_ACKED },
	[SYNFIN_PHASE_FIN_2]	= { LADDER_SEND_FIN,		LADDER_RECV_FIN },
	[SYNFIN_PHASE_ACK_2]	= { LADDER_EVENT_NR,		LADDER_FIN_ACKED },
	[SYNFIN_PHASE_RST]	= { LADDER_SEND_RST,		LADDER_RECV_RST },
	[SYNFIN_PHASE_TIMEOUT]	= { LADDER_EVENT_NR,		LADDER_EVENT_NR },
	[SYNFIN_PHASE_DROP]	= { LADDER_EVENT_NR,		LADDER_EVENT_NR },
};

static bool has(const struct step *rec, __u8 flag)
{
	/* Of a drop the flags are those of a segment that has its own row. */
	return rec->phase != SYNFIN_PHASE_DROP && rec->tcp_flags & flag;
}

/* Does @later acknowledge the SYN or FIN of @rec? Data in a SYN may be refused. */
static bool acks(const struct step *later, const struct step *rec)
{
	__u32 end = rec->seq + 1 + (has(rec, SYNFIN_TCP_SYN) ? 0 : rec->len);

	return later->from != rec->from && has(later, SYNFIN_TCP_ACK) &&
	       (__s32)(later->ack - end) >= 0;
}

/* Two phases of one segment, such as the ACK and the FIN of a three-way close. */
static bool same_segment(const struct step *a, const struct step *b)
{
	return b->phase < SYNFIN_PHASE_DROP && a->phase < SYNFIN_PHASE_DROP &&
	       a->phase != b->phase &&
	       a->from == b->from && a->tcp_flags &&
	       a->tcp_flags == b->tcp_flags && a->seq == b->seq &&
	       a->time_ns == b->time_ns;
}

static const struct step *last_fin(const struct ladder_row *rows, unsigned int nr,
				   __u8 from)
{
	while (nr--)
		if (has(rows[nr].rec, SYNFIN_TCP_FIN) &&
		    rows[nr].rec->from == from)
			return rows[nr].rec;
	return NULL;
}

static bool acked_apart(const struct ladder_row *rows, unsigned int nr)
{
	while (nr--)
		if (rows[nr].rec->phase == SYNFIN_PHASE_ACK_1 && !rows[nr].also)
			return true;
	return false;
}

/* Is row @i a second FIN with the ACK of the first, which nothing had brought? */
static bool carries_ack(const struct conn *c, const struct ladder_row *rows,
			unsigned int i)
{
	const struct step *rec = rows[i].rec, *fin;

	if (rows[i].also)
		return rec->phase == SYNFIN_PHASE_ACK_1;
	if (rec->phase != SYNFIN_PHASE_FIN_2 ||
	    c->sum.closing == SYNFIN_CLOSE_FOUR_WAY || acked_apart(rows, i))
		return false;
	fin = last_fin(rows, i, !rec->from);
	return fin ? acks(rec, fin) : c->sum.closing == SYNFIN_CLOSE_THREE_WAY;
}

/* Did the SYN or FIN of row @i pass while the peer's was already under way? */
static bool has_crossed(const struct ladder_row *rows, unsigned int i)
{
	const struct step *rec = rows[i].rec, *fin;

	if (rec->phase == SYNFIN_PHASE_SYN)
		return rec->from == SYNFIN_FROM_SERVER;
	if (rec->phase != SYNFIN_PHASE_FIN_2)
		return false;
	fin = last_fin(rows, i, !rec->from);
	return fin && !acks(rec, fin);
}

static bool has_reset(const struct conn *c, const struct step *rec)
{
	return c->sum.closing == SYNFIN_CLOSE_RESET &&
	       c->sum.closed_by == (rec->from == SYNFIN_FROM_CLIENT ? SYNFIN_BY_CLIENT :
								      SYNFIN_BY_SERVER);
}

/*
 * Who goes on after a reset has not been reset. What it overtook may come after the one
 * that is believed, which is the last one of who has reset.
 */
static void mark_forged(const struct conn *c, struct ladder_row *rows, unsigned int nr)
{
	bool goes_on = false, believed = false;

	while (nr--) {
		const struct step *rec = rows[nr].rec;

		if (rec->phase == SYNFIN_PHASE_RST) {
			bool reset = !believed && has_reset(c, rec);

			rows[nr].forged = goes_on && !reset;
			believed |= reset;
		} else if (rec->tcp_flags && rec->phase != SYNFIN_PHASE_DROP) {
			goes_on = true;
		}
	}
}

/* RSTs are numbered for both ends together, and all else for each. */
static void number(struct ladder_row *rows, unsigned int nr)
{
	__u32 resets = 0, own[2] = {};

	for (unsigned int i = 0; i < nr; i++) {
		const struct step *rec = rows[i].rec;

		rows[i].times = rec->count;
		if (rec->phase != SYNFIN_PHASE_RST || rec->count <= resets)
			continue;
		own[rec->from & 1] += rec->count - resets;
		resets = rec->count;
		rows[i].times = own[rec->from & 1];
	}
}

static unsigned int merge(const struct conn *c, struct ladder_row *rows)
{
	unsigned int i, nr = 0;

	for (i = 0; i < c->nr_phases; i++) {
		struct ladder_row *row = &rows[nr];

		if (c->phases[i].phase >= SYNFIN_PHASE_NR)
			continue;
		*row = (struct ladder_row){ .rec = &c->phases[i] };
		if (i + 1 < c->nr_phases &&
		    same_segment(row->rec, &c->phases[i + 1]))
			row->also = &c->phases[++i];
		row->skipped = row->rec->skipped;
		row->mixed = row->rec->mixed;
		row->carries = carries_ack(c, rows, nr);
		row->crossed = has_crossed(rows, nr);
		nr++;
	}
	mark_forged(c, rows, nr);
	number(rows, nr);
	return nr;
}

/* Is @later what one sends only if @row has not arrived? */
static bool ignores(const struct ladder_row *later,
		    const struct ladder_row *row)
{
	__u8 both = later->rec->tcp_flags & row->rec->tcp_flags;

	if (later->rec->from != row->rec->from)
		return later->crossed &&
		       both & (SYNFIN_TCP_SYN | SYNFIN_TCP_FIN);
	return later->rec->phase == row->rec->phase ||
	       (row->also && later->rec->phase == row->also->phase);
}

/* Is @later what one sends only if @rec has arrived? */
static bool answers(const struct ladder_row *later, const struct step *rec)
{
	if (later->rec->from == rec->from)
		return false;
	/* Who resets on a SYN-ACK has not opened. */
	if (later->rec->phase == SYNFIN_PHASE_RST)
		return later->rec->tcp_flags && !later->forged &&
		       rec->phase != SYNFIN_PHASE_SYN_ACK;
	return acks(later->rec, rec);
}

/* Is there a sign that the segment of row @i arrived, and before the next row? */
static bool arrives(const struct conn *c, const struct ladder_row *rows,
		    unsigned int nr, unsigned int i)
{
	const struct step *rec = rows[i].rec;
	bool numbered = has(rec, SYNFIN_TCP_SYN | SYNFIN_TCP_FIN);
	unsigned int j;

	for (j = i + 1; j < nr; j++) {
		if (ignores(&rows[j], &rows[i]))
			return false;
		if (numbered && answers(&rows[j], rec))
			return true;
	}
	return !numbered || (rec->phase == SYNFIN_PHASE_SYN_ACK &&
			     c->sum.opening == SYNFIN_OPEN_SIMULTANEOUS);
}

static void receive(const struct ladder_row *row, enum ladder_state *state)
{
	if (row->carries)
		ladder_move(state, LADDER_FIN_ACKED);
	if (!row->also || !row->carries)
		ladder_move(state, events[row->rec->phase].recv);
	if (row->also)
		ladder_move(state, events[row->also->phase].recv);
}

static void step(const struct conn *c, const struct ladder_row *rows,
		 unsigned int nr, unsigned int i, enum ladder_state state[2],
		 const struct ladder_row *pending[2])
{
	const struct ladder_row *row = &rows[i];
	__u8 from = row->rec->from & 1;

	if (row->forged || row->rec->phase == SYNFIN_PHASE_DROP)
		return;
	if (pending[from] && acks(row->rec, pending[from]->rec)) {
		receive(pending[from], &state[from]);
		pending[from] = NULL;
	}
	if (row->rec->tcp_flags)	/* an ICMP error is a router's */
		ladder_move(&state[from], events[row->rec->phase].send);
	if (row->also)
		ladder_move(&state[from], events[row->also->phase].send);

	if (arrives(c, rows, nr, i))
		receive(row, &state[!from]);
	else if (has(row->rec, SYNFIN_TCP_SYN | SYNFIN_TCP_FIN))
		pending[!from] = row;
}

/*
 * A segment that was sent again and again is drawn twice at its beginning and once at
 * its end; the last one tells how many it stands for.
 */
static unsigned int fold(struct ladder_row *rows, unsigned int nr)
{
	unsigned int i, j, run, to = 0;

	for (i = 0; i < nr; i += run) {
		for (run = 1; i + run < nr; run++)
			if (!step_repeats(rows[i].rec, rows[i + run].rec))
				break;
		for (j = i; j < i + run; j++) {
			if (run <= DRAWN_AGAIN || j < i + 2 || j == i + run - 1) {
				rows[to++] = rows[j];
				continue;
			}
			rows[i + run - 1].skipped += rows[j].skipped + 1;
			rows[i + run - 1].mixed |= rows[j].mixed;
		}
	}
	return to;
}

/**
 * ladder_rows() - make rows of the phases, and the states after each
 * @c:		the connection; phases of no known kind are passed over
 * @rows:	room for as many as there are phases
 *
 * Return: how many rows there are.
 */
unsigned int ladder_rows(const struct conn *c, struct ladder_row *rows)
{
	const struct ladder_row *pending[2] = { NULL, NULL };
	unsigned int nr = merge(c, rows), i;
	enum ladder_state state[2];

	ladder_states_before(c, state);
	for (i = 0; i < nr; i++) {
		step(c, rows, nr, i, state, pending);
		rows[i].after[0] = state[0];
		rows[i].after[1] = state[1];
	}
	return fold(rows, nr);
}
