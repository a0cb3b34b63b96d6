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
#include <stdlib.h>

#include "connections/assemble.h"
#include "output/complain.h"
#include "connections/keyed_hash.h"
#include "connections/reconstruct.h"
#include "connections/pool.h"
#include "connections/restore.h"
#include "output/util.h"

#define INLINE_PHASES	8u		/* what nearly all connections have */
#define LIMIT		(256u * 1024)	/* connections */
#define LIMIT_LONG	(16u * 1024)	/* those with more phases */
#define LIMIT_TLS	(64u * 1024)	/* those with a record of TLS */
#define LIMIT_ICMP	(64u * 1024)	/* those that an ICMP error answered */
#define LIMIT_HELD	(16u * 1024)	/* those that have ended: a cache holds them */
#define HOLD_NS		(30 * 1000000000ull)
#define RECENT		64u		/* places of connections found without the table */

struct pending {
	uint64_t id;
	UT_hash_handle hh;
	struct pending *prev, *next;
	struct pending **list;	/* which of the two it is in */
	uint64_t due_ns;
	bool headless;		/* it did not begin with its first phase */
	bool in_table;
	struct synfin_record_tls *tls;
	struct synfin_record_icmp *icmp;
	struct conn conn;
	struct step inline_phases[INLINE_PHASES];
};

struct assembly {
	struct assemble_ops ops;
	struct pending *table;
	struct pending anchor;		/* uthash frees a table that is empty */
	struct pending *recent[RECENT];	/* by id */
	struct pending *live;	/* least recently heard of first */
	struct pending *held;	/* first ended first */
	unsigned int nr_held;
	uint64_t forgotten;
	unsigned int nr_headless;
	uint64_t now;
	struct pool entries;
	struct pool longer;
	struct pool tls;
	struct pool icmp;
};

/**
 * assemble_new() - set up
 * @ops: what to do with connections
 *
 * Return: to be freed with assemble_free(); NULL after a message.
 */
struct assembly *assemble_new(const struct assemble_ops *ops)
{
	struct assembly *a = calloc(1, sizeof(*a));

	if (!a) {
		complain("out of memory");
		return NULL;
	}
	a->ops = *ops;
	/* Found by no key, since no key is empty: any id may be a stranger's. */
	HASH_ADD_KEYPTR(hh, a->table, &a->anchor.id, 0, &a->anchor);
	a->entries = (struct pool){ .size = sizeof(struct pending), .limit = LIMIT };
	a->longer = (struct pool){
		.size = ASSEMBLE_PHASES * sizeof(struct step),
		.limit = LIMIT_LONG,
	};
	a->tls = (struct pool){
		.size = sizeof(struct synfin_record_tls),
		.limit = LIMIT_TLS,
	};
	a->icmp = (struct pool){
		.size = sizeof(struct synfin_record_icmp),
		.limit = LIMIT_ICMP,
	};
	return a;
}

/**
 * assemble_free() - free it
 * @a: of assemble_new(), or NULL
 */
void assemble_free(struct assembly *a)
{
	if (!a)
		return;
	HASH_CLEAR(hh, a->table);
	pool_free(&a->entries);
	pool_free(&a->longer);
	pool_free(&a->tls);
	pool_free(&a->icmp);
	free(a);
}

/* Many are short: what comes next is often of one that was just heard of. */
static struct pending **recent(struct assembly *a, uint64_t id)
{
	return &a->recent[id % RECENT];
}

static noinline void to_table(struct assembly *a, struct pending *e)
{
	HASH_ADD(hh, a->table, id, sizeof(e->id), e);
	e->in_table = true;
}

/* Only who has to leave its place goes to the table: most are over before. */
static void remember(struct assembly *a, struct pending *e)
{
	struct pending **place = recent(a, e->id);

	if (*place && !(*place)->in_table)
		to_table(a, *place);
	*place = e;
}

static noinline struct pending *find_in_table(struct assembly *a, uint64_t id)
{
	struct pending *e;

	HASH_FIND(hh, a->table, &id, sizeof(id), e);
	if (e)
		remember(a, e);
	return e;
}

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
	struct pending *e = *recent(a, id);

	if (e && e->id == id)
		return e;
	return is_first(rec) && !a->nr_headless ? NULL : find_in_table(a, id);
}

static void drop(struct assembly *a, struct pending *e)
{
	if (*recent(a, e->id) == e)
		*recent(a, e->id) = NULL;
	if (e->in_table)
		HASH_DEL(a->table, e);
	DL_DELETE(*e->list, e);
	a->nr_held -= e->list == &a->held;
	a->nr_headless -= e->headless;
	if (e->conn.phases != e->inline_phases)
		pool_give(&a->longer, e->conn.phases);
	if (e->tls)
		pool_give(&a->tls, e->tls);
	if (e->icmp)
		pool_give(&a->icmp, e->icmp);
	pool_give(&a->entries, e);
}

static struct pending *add(struct assembly *a, const struct synfin_record_head *head,
			   bool headless)
{
	struct pending *e = pool_take(&a->entries);

	if (!e && a->live) {
		a->forgotten++;
		drop(a, a->live);
		e = pool_take(&a->entries);
	}
	if (!e)
		return NULL;
	e->id = head->id;
	e->headless = headless;
	a->nr_headless += headless;
	e->tls = NULL;
	e->icmp = NULL;
	e->conn.sum.head = *head;
	e->conn.tls = NULL;
	e->conn.icmp = NULL;
	e->conn.phases = e->inline_phases;
	e->conn.nr_phases = 0;
	e->conn.lost_phases = 0;
	e->conn.skipped_phases = 0;
	e->conn.ended = false;
	e->in_table = false;
	remember(a, e);
	e->list = &a->live;
	DL_APPEND(a->live, e);
	return e;
}

/*
 * All places are taken: one in the middle is freed, best of all a segment that the
 * next phase repeats. What follows the free place tells how many it stands for.
 */
static void make_room(struct conn *c)
{
	unsigned int i, last = c->nr_phases - 2;
	struct step *gone, *next;

	for (i = 1; i < last; i++)
		if (step_repeats(&c->phases[i], &c->phases[i + 1]))
			break;
	if (i == last)
		i = c->nr_phases / 2;
	gone = &c->phases[i];
	next = gone + 1;
	next->mixed |= gone->mixed || !step_repeats(gone, next);
	next->skipped += gone->skipped + 1;
	if (next->since_ns != SYNFIN_NS_NONE && gone->since_ns != SYNFIN_NS_NONE)
		next->since_ns += gone->since_ns;
	c->nr_phases--;
	c->skipped_phases++;
	memmove(gone, next, (c->nr_phases - i) * sizeof(*gone));
}

static noinline void more_room(struct assembly *a, struct pending *e)
{
	struct step *longer;

	if (e->conn.phases != e->inline_phases) {
		if (e->conn.nr_phases == ASSEMBLE_PHASES)
			make_room(&e->conn);
		return;
	}
	longer = pool_take(&a->longer);
	if (!longer) {
		make_room(&e->conn);
		return;
	}
	memcpy(longer, e->inline_phases, sizeof(e->inline_phases));
	e->conn.phases = longer;
}

/* A tracepoint can be held up on its CPU, and come after those that follow it. */
static struct step *place(struct conn *c, uint64_t time_ns)
{
	struct step *step = &c->phases[c->nr_phases++];

	for (; step > c->phases && step[-1].time_ns > time_ns; step--)
		*step = step[-1];
	return step;
}

static void add_step(struct assembly *a, struct pending *e,
		     const struct synfin_record_step *rec)
{
	struct conn *c = &e->conn;

	if (c->nr_phases >= INLINE_PHASES)
		more_room(a, e);
	/* The first that is known was not the first that there was. */
	if (!c->nr_phases && rec->since_ns != SYNFIN_NS_NONE)
		c->lost_phases++;
	step_pack(place(c, rec->time_ns), rec);
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
		add_step(a, e, &step[i]);
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

static bool hand_on(struct assembly *a, struct pending *e)
{
	bool more;

	if (e->conn.ended)
		settle_phases(a, e);
	more = a->ops.conn(a->ops.ctx, &e->conn);

	drop(a, e);
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
 * was sent again is written down, but all are numbered. RSTs are, of both ends together.
 */
static unsigned int nr_since(const struct conn *c, const struct synfin_record_step *rec)
{
	unsigned int i, before = 0;

	for (i = 0; i < c->nr_phases; i++)
		if (c->phases[i].phase == rec->phase && c->phases[i].count > before &&
		    (c->phases[i].from == rec->from || rec->phase == SYNFIN_PHASE_RST))
			before = c->phases[i].count;
	return before && rec->count > before ? rec->count - before : 1;
}

static bool take_phases(struct assembly *a, struct pending *e,
			const struct synfin_record_phases *rec)
{
	unsigned int i, nr = synfin_record_steps(&rec->head);

	if (!e)
		e = add(a, &rec->head, rec->step[0].since_ns != SYNFIN_NS_NONE);
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
		add_step(a, e, &rec->step[i]);
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
		e = add(a, &rec->head, true);
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
	return true;
}

/* It precedes the summary. */
static noinline bool take_tls(struct assembly *a, struct pending *e,
			      const struct synfin_record_tls *rec)
{
	if (!e)
		e = add(a, &rec->head, true);
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
		e = add(a, &rec->head, true);
	if (e && !e->icmp)
		e->icmp = pool_take(&a->icmp);
	if (e && e->icmp) {
		*e->icmp = *rec;
		e->conn.icmp = e->icmp;
	}
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
		if (reconstruct(&e->conn, a->now) && !a->ops.conn(a->ops.ctx, &e->conn))
			return false;
	}
	return true;
}
