// SPDX-License-Identifier: GPL-2.0
/*
 * Where connections are kept while they are put together: by their id, bounded.
 */
#include <stdlib.h>

#include "connections/pending.h"
#include "output/complain.h"

/*
 * As many as a capture follows, of which a recording may have been made, and those that
 * are held: with one less each that ends would push out the next that is to end.
 */
#define LIMIT		(256u * 1024 + LIMIT_HELD + 1)
#define LIMIT_LONG	(16u * 1024)	/* those with more phases */
#define LIMIT_TLS	(64u * 1024)	/* those with a record of TLS */
#define LIMIT_ICMP	(64u * 1024)	/* those that an ICMP error answered */

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

static noinline void to_table(struct assembly *a, struct pending *e)
{
	HASH_ADD(hh, a->table, id, sizeof(e->id), e);
	e->in_table = true;
}

/* Only who has to leave its place goes to the table: most are over before. */
static void remember(struct assembly *a, struct pending *e)
{
	struct pending **place = pending_recent(a, e->id);

	if (*place && !(*place)->in_table)
		to_table(a, *place);
	*place = e;
}

/**
 * pending_find_in_table() - look for one that was not heard of recently
 * @a:	the assembly
 * @id:	of the connection
 *
 * Return: the connection, or NULL.
 */
struct pending *pending_find_in_table(struct assembly *a, uint64_t id)
{
	struct pending *e;

	HASH_FIND(hh, a->table, &id, sizeof(id), e);
	if (e)
		remember(a, e);
	return e;
}

/**
 * pending_drop() - forget a connection
 * @a:	the assembly
 * @e:	the connection
 */
void pending_drop(struct assembly *a, struct pending *e)
{
	if (*pending_recent(a, e->id) == e)
		*pending_recent(a, e->id) = NULL;
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

/**
 * pending_add() - keep another connection; of too many the first is forgotten
 * @a:		the assembly
 * @head:	of its first record
 * @headless:	that is not its first phase
 *
 * Return: the connection, NULL if there is no memory.
 */
struct pending *pending_add(struct assembly *a, const struct synfin_record_head *head,
			    bool headless)
{
	struct pending *e = pool_take(&a->entries);

	if (!e && a->live) {
		a->forgotten++;
		pending_drop(a, a->live);
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
	e->conn.ftp_control = 0;
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

/**
 * pending_step() - a connection has another phase
 * @a:		the assembly
 * @e:		the connection
 * @rec:	the phase
 */
void pending_step(struct assembly *a, struct pending *e,
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
