// SPDX-License-Identifier: GPL-2.0
/*
 * The rungs of a ladder: which lines there are, in which order.
 */
#include "views/ladder_rungs.h"

#include <string.h>

/* What rungs_make() works on. */
struct maker {
	const struct conn *c;
	const struct ladder_options *opt;
	const struct ladder_row *rows;
	unsigned int nr;
	struct rung *rungs;
	unsigned int used;
	bool bytes_told;
	bool wait_told;
	struct first_step first[FIRST_STEPS];
	unsigned int nr_first;
	unsigned int first_drawn;
	uint64_t last_ns;	/* when what was drawn last passed */
};

static struct rung *next_rung(struct maker *m, enum rung_kind kind)
{
	struct rung *rung = &m->rungs[m->used++];

	*rung = (struct rung){ .kind = kind };
	return rung;
}

static void add_states(struct maker *m, const enum ladder_state *before,
		       const enum ladder_state *after)
{
	struct rung *rung;
	int end;

	if (before && before[0] == after[0] && before[1] == after[1])
		return;
	rung = next_rung(m, RUNG_STATES);
	for (end = 0; end < 2; end++)
		if (!before || before[end] != after[end])
			rung->state[end] = ladder_state_name(after[end]);
}

/* Does the line before tell the time that passed until @row? */
static bool time_told(const struct maker *m, const struct ladder_row *row)
{
	const struct rung *before = &m->rungs[m->used - 1];

	return before->kind == RUNG_TEXT && before->time[0] &&
	       row->rec->count < 2;
}

static void add_segment(struct maker *m, const struct ladder_row *row)
{
	const struct step *rec = row->rec;
	bool told = time_told(m, row);
	struct rung *rung = next_rung(m, RUNG_ARROW);

	rung_put_segment(rung, m->c, m->opt->absolute, row);
	if (rec->since_ns != SYNFIN_NS_NONE && !told) {
		rung_put_since(rung, rec->since_ns, m->opt->ascii);
		rung_remark_on(rung, row);
	} else if (rec->phase == SYNFIN_PHASE_SYN && rec->count < 2) {
		strcpy(rung->time, "0");
	}
}

/* What its ends said first, as far as it passed before then. */
static void add_first(struct maker *m, uint64_t until_ns)
{
	while (m->first_drawn < m->nr_first &&
	       m->first[m->first_drawn].time_ns <= until_ns) {
		const struct first_step *step = &m->first[m->first_drawn++];
		struct rung *rung = next_rung(m, RUNG_ARROW);

		rung->from = step->from;
		strcpy(rung->name, step->name);
		rung_put_since(rung, first_span(m->last_ns, step->time_ns), m->opt->ascii);
		if (step->full)
			rung_put_remark(rung, step->full, step->brief);
		m->last_ns = step->time_ns;
	}
}

/* The segment stands above it. */
static void add_drop(struct maker *m, const struct ladder_row *row)
{
	rung_put_drop(next_rung(m, RUNG_ARROW), row->rec);
}

/* What went each way; the time is how long it was open, since the last that is drawn. */
static void add_bytes(struct maker *m, const struct ladder_row *row)
{
	struct rung *rung;

	m->bytes_told = true;
	if (!row && !ladder_knows_bytes(&m->c->sum))
		return;
	rung = next_rung(m, RUNG_TEXT);
	rung_put_bytes(rung, &m->c->sum, m->opt->ascii);
	if (row && (row->rec->phase == SYNFIN_PHASE_FIN_1 ||
		    row->rec->phase == SYNFIN_PHASE_RST))
		rung_put_since(rung, m->first_drawn ?
			       first_span(m->last_ns, row->rec->time_ns) :
			       row->rec->since_ns, m->opt->ascii);
}

static bool has_opened(const struct conn *c)
{
	return c->sum.opening == SYNFIN_OPEN_ESTABLISHED ||
	       c->sum.opening == SYNFIN_OPEN_SIMULTANEOUS ||
	       c->sum.opening == SYNFIN_OPEN_MIDSTREAM;
}

/* Is this row the first that is no part of the opening? */
static bool ends_open_time(const struct ladder_row *row)
{
	return row->rec->phase >= SYNFIN_PHASE_FIN_1 &&
	       row->rec->phase <= SYNFIN_PHASE_RST && !row->forged;
}

static unsigned int phases_seen(const struct maker *m)
{
	unsigned int i, seen = 0;

	for (i = 0; i < m->nr; i++) {
		seen |= 1U << m->rows[i].rec->phase;
		if (m->rows[i].also)
			seen |= 1U << m->rows[i].also->phase;
		if (m->rows[i].carries)
			seen |= 1U << SYNFIN_PHASE_ACK_1;
	}
	return seen;
}

/* Who should have sent @phase. */
static __u8 who_owes(const struct maker *m, __u8 phase)
{
	__u8 fin = phase == SYNFIN_PHASE_ACK_2 ? SYNFIN_PHASE_FIN_2 :
						 SYNFIN_PHASE_FIN_1;
	unsigned int i;

	if (phase == SYNFIN_PHASE_SYN_ACK)
		return SYNFIN_FROM_SERVER;
	if (phase == SYNFIN_PHASE_ACK)
		return SYNFIN_FROM_CLIENT;
	for (i = 0; i < m->nr; i++)
		if (m->rows[i].rec->phase == fin ||
		    (m->rows[i].also && m->rows[i].also->phase == fin))
			return !m->rows[i].rec->from;
	return m->c->sum.closed_by != SYNFIN_BY_SERVER;
}

static void add_missing(struct maker *m, __u8 phase,
			const struct ladder_row *timeout)
{
	struct rung *rung = next_rung(m, RUNG_ARROW);

	rung_put_missing(rung, phase);
	rung->from = who_owes(m, phase);
	if (timeout)
		rung_put_since(rung, timeout->rec->since_ns, m->opt->ascii);
	if (m->c->ended)
		rung_put_remark(rung, "never came", "never");
	else
		rung_put_remark(rung, "not yet", "yet");
}

/* The segments that were waited for in vain: dotted. */
static void add_wait(struct maker *m, const struct ladder_row *timeout)
{
	const struct synfin_record_conn *sum = &m->c->sum;
	unsigned int seen = phases_seen(m);

	m->wait_told = true;
	if (sum->opening == SYNFIN_OPEN_UNANSWERED) {
		add_missing(m, SYNFIN_PHASE_SYN_ACK, timeout);
	} else if (sum->opening == SYNFIN_OPEN_UNACKNOWLEDGED) {
		add_missing(m, SYNFIN_PHASE_ACK, timeout);
	} else if (sum->closing == SYNFIN_CLOSE_HALF_CLOSED) {
		if (!(seen & (1U << SYNFIN_PHASE_ACK_1)))
			add_missing(m, SYNFIN_PHASE_ACK_1, NULL);
		add_missing(m, SYNFIN_PHASE_FIN_2, timeout);
	} else if (timeout && seen & (1U << SYNFIN_PHASE_FIN_2)) {
		add_missing(m, seen & (1U << SYNFIN_PHASE_ACK_1) ?
			    SYNFIN_PHASE_ACK_2 : SYNFIN_PHASE_ACK_1, timeout);
	} else if (timeout) {
		struct rung *rung = next_rung(m, RUNG_TEXT);

		strcpy(rung->name, "gave up waiting");
		rung_put_since(rung, timeout->rec->since_ns, m->opt->ascii);
	}
}

/* What is between this row and the one before it, and is not drawn. */
static void add_gap(struct maker *m, const struct ladder_row *row)
{
	struct rung *rung;

	if (!row->skipped)
		return;
	rung = next_rung(m, RUNG_TEXT);
	rung_put_gap(rung, row);
}

static void add_row(struct maker *m, const struct ladder_row *row)
{
	add_gap(m, row);
	if (row->rec->phase == SYNFIN_PHASE_TIMEOUT) {
		if (!m->wait_told)
			add_wait(m, row);
		return;
	}
	if (row->rec->phase == SYNFIN_PHASE_DROP) {
		add_drop(m, row);
		return;
	}
	if (has_opened(m->c) && row->rec->phase > SYNFIN_PHASE_ACK)
		add_first(m, row->rec->time_ns);
	if (!m->bytes_told && has_opened(m->c) && ends_open_time(row))
		add_bytes(m, row);
	add_segment(m, row);
	m->last_ns = row->rec->time_ns;
}

/* How it was left, if not closed. */
static void add_end(struct maker *m)
{
	add_first(m, UINT64_MAX);
	if (!m->wait_told)
		add_wait(m, NULL);
	if (!m->bytes_told && has_opened(m->c))
		add_bytes(m, NULL);
	if (m->c->sum.closing == SYNFIN_CLOSE_OPEN && has_opened(m->c))
		strcpy(next_rung(m, RUNG_TEXT)->name, "still open");
	else if (m->c->sum.closing == SYNFIN_CLOSE_EVICTED)
		strcpy(next_rung(m, RUNG_TEXT)->name, "dropped for room");
}

/**
 * rungs_make() - put a connection into lines
 * @c:		the connection
 * @opt:	how to draw
 * @rows:	its rows, of ladder_rows()
 * @nr:		how many
 * @rungs:	room for rungs_max() of them
 *
 * Return: how many lines there are.
 */
unsigned int rungs_make(const struct conn *c, const struct ladder_options *opt,
			const struct ladder_row *rows, unsigned int nr,
			struct rung *rungs)
{
	struct maker m = {
		.c = c, .opt = opt, .rows = rows, .nr = nr, .rungs = rungs,
	};
	enum ladder_state state[2];
	unsigned int i;

	m.nr_first = first_steps(c, m.first);
	ladder_states_before(c, state);
	add_states(&m, NULL, state);
	for (i = 0; i < nr; i++) {
		add_row(&m, &rows[i]);
		/* The last states stand at the bottom, both of them. */
		if (i + 1 < nr)
			add_states(&m, state, rows[i].after);
		memcpy(state, rows[i].after, sizeof(state));
	}
	add_end(&m);
	if (nr)
		add_states(&m, NULL, state);
	return m.used;
}
