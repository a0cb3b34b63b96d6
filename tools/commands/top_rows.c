// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of top. Their number is bounded: of too many, the one that had the
 * fewest connections lately makes room.
 */
#include <stdlib.h>
#include <string.h>

#include "output/complain.h"
#include "connections/keyed_hash.h"
#include "commands/top_rows.h"
#include "output/vocab.h"

#define LIMIT	4096u
/* How much a second counts against those before it. */
#define WEIGHT	0.4

struct key {
	uint8_t addr[16];
	uint32_t port;
	uint32_t family;
};

struct entry {
	struct key key;
	UT_hash_handle hh;
	struct top_row row;
};

struct top_rows {
	struct entry *table;
	const struct top_row *sorted[LIMIT];
};

/**
 * top_rows_new() - set up
 *
 * Return: to be freed with top_rows_free(); NULL after a message.
 */
struct top_rows *top_rows_new(void)
{
	struct top_rows *rows = calloc(1, sizeof(*rows));

	if (!rows)
		complain("out of memory");
	return rows;
}

static void drop(struct top_rows *rows, struct entry *e)
{
	HASH_DEL(rows->table, e);
	free(e);
}

/**
 * top_rows_free() - free them
 * @rows: of top_rows_new(), or NULL
 */
void top_rows_free(struct top_rows *rows)
{
	struct entry *e, *next;

	if (!rows)
		return;
	HASH_ITER(hh, rows->table, e, next)
		drop(rows, e);
	free(rows);
}

static void make_room(struct top_rows *rows)
{
	struct entry *e, *next, *least = rows->table;

	if (HASH_COUNT(rows->table) < LIMIT)
		return;
	HASH_ITER(hh, rows->table, e, next)
		if (e->row.rate < least->row.rate)
			least = e;
	drop(rows, least);
}

static struct top_row *find(struct top_rows *rows,
			    const struct synfin_record_head *head)
{
	struct key key = { .port = head->server_port, .family = head->family };
	struct entry *e;

	memcpy(key.addr, head->server, sizeof(key.addr));
	HASH_FIND(hh, rows->table, &key, sizeof(key), e);
	if (e)
		return &e->row;
	make_room(rows);
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->key = key;
	e->row.head = *head;
	HASH_ADD(hh, rows->table, key, sizeof(e->key), e);
	return &e->row;
}

static void count(struct top_figures *f, const struct synfin_record_conn *c)
{
	f->conns++;
	f->failed += vocab_class(c) == VOCAB_FAILED;
	f->resets += c->closing == SYNFIN_CLOSE_RESET;
	if (c->bytes_client != SYNFIN_BYTES_NONE)
		f->up += c->bytes_client;
	if (c->bytes_server != SYNFIN_BYTES_NONE)
		f->down += c->bytes_server;
}

/**
 * top_rows_add() - a connection has ended
 * @rows:	the rows
 * @c:		the connection
 * @past:	before top was started: it counts for totals only
 */
void top_rows_add(struct top_rows *rows, const struct synfin_record_conn *c,
		  bool past)
{
	struct top_row *row = find(rows, &c->head);

	if (!row)
		return;
	count(&row->total, c);
	if (!past)
		count(&row->fresh, c);
	if (c->server_rtt_ns != SYNFIN_NS_NONE)
		row->server_rtt[row->nr_samples++ % TOP_SAMPLES] =
			c->server_rtt_ns;
	if (c->client_rtt_ns != SYNFIN_NS_NONE)
		row->client_rtt[row->nr_client++ % TOP_SAMPLES] =
			c->client_rtt_ns;
}

static void blend(double *rate, double fresh)
{
	*rate = (1 - WEIGHT) * *rate + WEIGHT * fresh;
	if (*rate < 0.05)
		*rate = 0;
}

/**
 * top_rows_tick() - make rates of what came since the last time
 * @rows:	the rows
 * @seconds:	how long that was
 */
void top_rows_tick(struct top_rows *rows, double seconds)
{
	struct entry *e, *next;

	HASH_ITER(hh, rows->table, e, next) {
		struct top_row *row = &e->row;

		blend(&row->rate, (double)row->fresh.conns / seconds);
		blend(&row->up_rate, (double)row->fresh.up / seconds);
		blend(&row->down_rate, (double)row->fresh.down / seconds);
		memset(&row->fresh, 0, sizeof(row->fresh));
	}
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/**
 * top_median() - the median of the last samples
 * @samples:	TOP_SAMPLES of them
 * @nr:		how many were ever taken
 *
 * Return: the median, SYNFIN_NS_NONE if there are none.
 */
uint64_t top_median(const uint64_t *samples, uint64_t nr)
{
	uint64_t sorted[TOP_SAMPLES];
	size_t n = nr < TOP_SAMPLES ? (size_t)nr : TOP_SAMPLES;

	if (!n)
		return SYNFIN_NS_NONE;
	memcpy(sorted, samples, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), by_number);
	return sorted[n / 2];
}

static enum top_order order_by;

static double rank(const struct top_row *row)
{
	uint64_t rtt;

	switch (order_by) {
	case TOP_BY_RATE:
		return row->rate;
	case TOP_BY_TOTAL:
		return (double)row->total.conns;
	case TOP_BY_FAILED:
		return (double)row->total.failed + (double)row->total.resets;
	case TOP_BY_RTT:
		rtt = top_median(row->server_rtt, row->nr_samples);
		return rtt == SYNFIN_NS_NONE ? 0 : (double)rtt;
	}
	return 0;
}

/* Equal ones stay in an order that does not change from second to second. */
static int by_rank(const void *a, const void *b)
{
	const struct top_row *x = *(const struct top_row *const *)a;
	const struct top_row *y = *(const struct top_row *const *)b;
	double difference = rank(y) - rank(x);

	if (difference != 0)
		return difference < 0 ? -1 : 1;
	if (x->total.conns != y->total.conns)
		return x->total.conns > y->total.conns ? -1 : 1;
	if (x->head.server_port != y->head.server_port)
		return x->head.server_port < y->head.server_port ? -1 : 1;
	return memcmp(x->head.server, y->head.server, sizeof(x->head.server));
}

/**
 * top_rows_sorted() - the rows in order
 * @rows:	the rows
 * @order:	of what
 * @sorted:	set to the first of them
 *
 * Return: how many there are.
 */
unsigned int top_rows_sorted(struct top_rows *rows, enum top_order order,
			     const struct top_row ***sorted)
{
	struct entry *e, *next;
	unsigned int nr = 0;

	HASH_ITER(hh, rows->table, e, next)
		rows->sorted[nr++] = &e->row;
	order_by = order;
	qsort(rows->sorted, nr, sizeof(rows->sorted[0]), by_rank);
	*sorted = rows->sorted;
	return nr;
}
