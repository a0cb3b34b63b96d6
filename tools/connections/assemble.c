// SPDX-License-Identifier: GPL-2.0
/*
 * Puts the records of a connection together again, by its id.
 *
 * Bounded: of too many connections the one that was heard of least recently is
 * dropped; of one with too many phases those in the middle, and first of all what was
 * sent again and again. How it ended is always kept. A summary whose phases are gone
 * is handed on without them.
 *
 * A connection that has ended is handed on at once; or, where phases may follow
 * its summary (a FIN sent again, a late RST), when they have had the time to.
 */
#include "connections/assemble.h"
#include "connections/pending.h"
#include "connections/reconstruct.h"
#include "connections/restore.h"
#include "output/util.h"

#define HOLD_NS		(30 * 1000000000ull)

static bool is_first(const union synfin_record *rec)
{
	return rec->head.type == SYNFIN_RECORD_PHASES &&
	       rec->phases.step[0].since_ns == SYNFIN_NS_NONE;
}

/*
 * What begins with its first phase is not in the table: one look less, at memory that
 * is in no cache. Unless that phase comes late, behind others of its connection.
 */
static struct pending *find(struct assembly *a, const union synfin_record *rec)
{
	uint64_t id = rec->head.id;
	struct pending *e = *pending_recent(a, id);

	if (e && e->id == id)
		return e;
	return is_first(rec) && !a->nr_headless ? NULL : pending_find_in_table(a, id);
}

static uint64_t end_of(const struct synfin_record_conn *sum)
{
	return sum->head.time_ns + sum->duration_ns;
}

/* Phases that are there, also those that others stand for, up to the summary. */
static unsigned int phases_there(const struct conn *c)
{
	uint64_t end = end_of(&c->sum);
	unsigned int i, nr = c->nr_phases + c->skipped_phases;

	for (i = c->nr_phases; i && c->phases[i - 1].time_ns > end; i--)
		nr -= c->phases[i - 1].phase != SYNFIN_PHASE_TIMEOUT;
	return nr;
}

static bool has_phase(const struct conn *c, const struct synfin_record_step *step)
{
	for (unsigned int i = 0; i < c->nr_phases; i++)
		if (c->phases[i].phase == step->phase &&
		    c->phases[i].count == step->count)
			return true;
	return false;
}

static noinline void restore(struct assembly *a, struct pending *e)
{
	struct synfin_record_step step[RESTORE_MAX];
	unsigned int i, nr = restore_handshake(&e->conn.sum, step);

	for (i = 0; i < nr && e->conn.lost_phases; i++) {
		if (has_phase(&e->conn, &step[i]))
			continue;
		pending_step(a, e, &step[i]);
		e->conn.lost_phases--;
	}
}

/* Which phases are lost, and which of them the summary tells. */
static void settle_phases(struct assembly *a, struct pending *e)
{
	unsigned int there = phases_there(&e->conn);
	struct conn *c = &e->conn;

	/* A capture's summary does not say how many there were: all are there. */
	if (!c->sum.phase_count)
		return;
	c->lost_phases = c->sum.phase_count > there ? c->sum.phase_count - there : 0;
	if (c->lost_phases)
		restore(a, e);
}

/* An ICMP error is the reason only if nothing has taken it back. */
static bool tell(struct assembly *a, struct conn *c)
{
	if (c->sum.opening != SYNFIN_OPEN_UNREACHABLE)
		c->icmp = NULL;
	return a->ops.conn(a->ops.ctx, c);
}

static bool hand_on(struct assembly *a, struct pending *e)
{
	bool more;

	if (e->conn.ended)
		settle_phases(a, e);
	more = tell(a, &e->conn);

	pending_drop(a, e);
	return more;
}

/* Those whose time is over, or that are too many. */
static bool any_due(const struct assembly *a)
{
	return a->held && (a->held->due_ns <= a->now || a->nr_held > LIMIT_HELD);
}

static noinline bool hand_on_due(struct assembly *a)
{
	while (any_due(a))
		if (!hand_on(a, a->held))
			return false;
	return true;
}

/*
 * How many segments a phase that came after the summary stands for: not each that
 * was sent again is written down, but all are numbered.
 */
static unsigned int nr_since(const struct conn *c, const struct synfin_record_step *rec)
{
	unsigned int i, before = 0;

	for (i = 0; i < c->nr_phases; i++)
		if (c->phases[i].phase == rec->phase && c->phases[i].count > before &&
		    c->phases[i].from == rec->from)
			before = c->phases[i].count;
	return before && rec->count > before ? rec->count - before : 1;
}

static bool take_phases(struct assembly *a, struct pending *e,
			const struct synfin_record_phases *rec)
{
	unsigned int i, nr = synfin_record_steps(&rec->head);

	if (!e)
		e = pending_add(a, &rec->head, rec->step[0].since_ns != SYNFIN_NS_NONE);
	else if (!e->conn.nr_phases && !e->conn.ended)
		e->conn.sum.head = rec->head;
	if (!e)
		return true;
	for (i = 0; i < nr; i++) {
		/* Of another CPU's ring it may be read late, and be in the summary. */
		if (e->conn.ended && rec->step[i].time_ns > end_of(&e->conn.sum))
			reconstruct_count(&e->conn.sum, rec->step[i].phase,
					  rec->step[i].tcp_flags,
					  nr_since(&e->conn, &rec->step[i]));
		pending_step(a, e, &rec->step[i]);
	}
	if (!e->conn.ended && e->next) {
		DL_DELETE(a->live, e);
		DL_APPEND(a->live, e);
	}
	return true;
}

/* There is no memory to keep it in. */
static bool hand_on_bare(struct assembly *a, const struct synfin_record_conn *rec)
{
	struct conn bare = { .sum = *rec, .lost_phases = 1, .ended = true };

	return a->ops.conn(a->ops.ctx, &bare);
}

static noinline bool take_conn(struct assembly *a, struct pending *e,
			       const struct synfin_record_conn *rec)
{
	if (e && e->conn.ended)
		return true;
	if (!e)
		e = pending_add(a, &rec->head, true);
	if (!e)
		return hand_on_bare(a, rec);
	if (!e->conn.nr_phases)
		e->conn.lost_phases++;
	e->conn.sum = *rec;
	e->conn.ended = true;
	if (!a->ops.late)
		return hand_on(a, e);
	e->due_ns = a->now + HOLD_NS;
	DL_DELETE(a->live, e);
	e->list = &a->held;
	DL_APPEND(a->held, e);
	a->nr_held++;
	/* However little time passes. */
	return a->nr_held <= LIMIT_HELD || hand_on(a, a->held);
}

/* It precedes the summary. */
static noinline bool take_tls(struct assembly *a, struct pending *e,
			      const struct synfin_record_tls *rec)
{
	if (!e)
		e = pending_add(a, &rec->head, true);
	if (e && !e->tls)
		e->tls = pool_take(&a->tls);
	if (e && e->tls) {
		*e->tls = *rec;
		e->conn.tls = e->tls;
	}
	return true;
}

/* It precedes its phase. */
static noinline bool take_icmp(struct assembly *a, struct pending *e,
			       const struct synfin_record_icmp *rec)
{
	if (!e)
		e = pending_add(a, &rec->head, true);
	if (e && !e->icmp)
		e->icmp = pool_take(&a->icmp);
	if (e && e->icmp) {
		*e->icmp = *rec;
		e->conn.icmp = e->icmp;
	}
	return true;
}

/* Likewise. */
static noinline bool take_ftp(struct assembly *a, struct pending *e,
			      const struct synfin_record_ftp *rec)
{
	if (!e)
		e = pending_add(a, &rec->head, true);
	if (e)
		e->conn.ftp_control = rec->control;
	return true;
}

/**
 * assemble_record() - take a record
 * @a: the assembly
 * @rec: the record
 *
 * Return: false if no more are wanted.
 */
bool assemble_record(struct assembly *a, const union synfin_record *rec)
{
	struct pending *e;

	if (rec->head.type == SYNFIN_RECORD_PHASES && rec->head.time_ns > a->now) {
		a->now = rec->head.time_ns;
		if (any_due(a) && !hand_on_due(a))
			return false;
	}
	e = find(a, rec);
	if (rec->head.type == SYNFIN_RECORD_PHASES)
		return take_phases(a, e, &rec->phases);
	if (rec->head.type == SYNFIN_RECORD_CONN)
		return take_conn(a, e, &rec->conn);
	if (rec->head.type == SYNFIN_RECORD_TLS)
		return take_tls(a, e, &rec->tls);
	if (rec->head.type == SYNFIN_RECORD_ICMP)
		return take_icmp(a, e, &rec->icmp);
	if (rec->head.type == SYNFIN_RECORD_FTP)
		return take_ftp(a, e, &rec->ftp);
	return true;
}

/**
 * assemble_forgotten() - how many connections there was no room for
 * @a: the assembly
 *
 * Return: how many were given up before they ended, as too many others were open.
 */
uint64_t assemble_forgotten(const struct assembly *a)
{
	return a->forgotten;
}

/**
 * assemble_rest() - the source has ended: hand on what is kept
 * @a: the assembly
 * @complete: so have the connections without a summary: judge them by their
 *	phases, if they are all there
 *
 * Return: false if no more were wanted.
 */
bool assemble_rest(struct assembly *a, bool complete)
{
	struct pending *e, *next;

	while (a->held)
		if (!hand_on(a, a->held))
			return false;
	if (!complete)
		return true;
	DL_FOREACH_SAFE(a->live, e, next) {
		if (e->conn.lost_phases)
			continue;
		/* It is not dropped: all of them are about to be. */
		if (reconstruct(&e->conn, a->now) && !tell(a, &e->conn))
			return false;
	}
	return true;
}
