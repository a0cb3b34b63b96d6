// SPDX-License-Identifier: GPL-2.0
/*
 * A few connections of many.
 */
#include <stdlib.h>
#include <string.h>

#include "connections/examples.h"
#include "output/words.h"

static int keep(struct example *to, const struct conn *c, uint64_t weight)
{
	struct conn copy;

	if (conn_keep(&copy, c))
		return -1;
	conn_free(&to->conn);
	*to = (struct example){ .conn = copy, .weight = weight, .nr = 1 };
	return 0;
}

static struct example *lightest_of(struct examples *e)
{
	struct example *lightest = e->example;

	for (unsigned int i = 1; i < e->nr; i++)
		if (e->example[i].weight < lightest->weight)
			lightest = &e->example[i];
	return lightest;
}

/**
 * examples_add_heaviest() - keep a connection if it is one of the heaviest
 * @e:		what is kept
 * @c:		the connection
 * @weight:	its weight
 *
 * Return: 0, or -1 after a message.
 */
int examples_add_heaviest(struct examples *e, const struct conn *c, uint64_t weight)
{
	struct example *lightest;

	if (e->nr < e->limit)
		return keep(&e->example[e->nr++], c, weight);
	lightest = lightest_of(e);
	return weight > lightest->weight ? keep(lightest, c, weight) : 0;
}

/* One kind: what came of them, and of which server. */
static bool is_like(const struct synfin_record_conn *a, const struct synfin_record_conn *b)
{
	return outcome_of(a) == outcome_of(b) && a->closed_by == b->closed_by &&
	       a->head.family == b->head.family &&
	       a->head.server_port == b->head.server_port &&
	       !memcmp(a->head.server, b->head.server, sizeof(a->head.server));
}

/**
 * examples_add_kind() - keep a connection if it is the first of its kind
 * @e: what is kept
 * @c: the connection
 *
 * Return: 0, or -1 after a message.
 */
int examples_add_kind(struct examples *e, const struct conn *c)
{
	for (unsigned int i = 0; i < e->nr; i++) {
		if (!is_like(&e->example[i].conn.sum, &c->sum))
			continue;
		e->example[i].weight++;
		e->example[i].nr++;
		return 0;
	}
	if (e->nr == e->limit) {
		e->left_out++;
		return 0;
	}
	return keep(&e->example[e->nr++], c, 1);
}

static int by_weight(const void *a, const void *b)
{
	const struct example *one = a, *two = b;

	return (one->weight < two->weight) - (one->weight > two->weight);
}

/**
 * examples_sort() - the heaviest first
 * @e: what is kept
 */
void examples_sort(struct examples *e)
{
	qsort(e->example, e->nr, sizeof(*e->example), by_weight);
}

/**
 * examples_free() - free them
 * @e: what is kept
 */
void examples_free(struct examples *e)
{
	for (unsigned int i = 0; i < e->nr; i++)
		conn_free(&e->example[i].conn);
	e->nr = 0;
}
