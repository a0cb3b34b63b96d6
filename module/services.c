// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of server ports on one CPU, and their sums over all.
 *
 * In: summaries, from stats.c, with interrupts off. Out: rows for proc.c. There is no
 * lock: a row's figures only grow, but for one that gets another port, which a reader
 * sees by its sequence.
 */
#include "services.h"

#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

static_assert(SYNFIN_ROWS < U8_MAX);

static bool is_proved(const struct synfin_record_conn *rec)
{
	return rec->opening == SYNFIN_OPEN_ESTABLISHED ||
	       rec->opening == SYNFIN_OPEN_SIMULTANEOUS;
}

static unsigned int chain_of(u16 port)
{
	return (port ^ port / SYNFIN_ROW_CHAINS) % SYNFIN_ROW_CHAINS;
}

static struct synfin_row *find(const struct synfin_rows *rows, u16 port)
{
	u8 i = rows->chain[chain_of(port)];

	for (; i; i = rows->row[i - 1]->next)
		if (rows->row[i - 1]->port == port)
			return rows->row[i - 1];
	return NULL;
}

static void link_row(struct synfin_rows *rows, unsigned int i)
{
	u8 *chain = &rows->chain[chain_of(rows->row[i]->port)];

	rows->row[i]->next = *chain;
	*chain = i + 1;
}

static void unlink_row(struct synfin_rows *rows, unsigned int i)
{
	u8 *at = &rows->chain[chain_of(rows->row[i]->port)];

	while (*at != i + 1)
		at = &rows->row[*at - 1]->next;
	*at = rows->row[i]->next;
}

/* The one that fewest connections were established to; of these, the longest ago. */
static unsigned int least_used(const struct synfin_rows *rows)
{
	const struct synfin_row *row, *best = rows->row[0];
	unsigned int i, found = 0;

	for (i = 1; i < SYNFIN_ROWS; i++) {
		row = rows->row[i];
		if (row->proved < best->proved ||
		    (row->proved == best->proved && row->last < best->last)) {
			best = row;
			found = i;
		}
	}
	return found;
}

/* The least used row becomes that of another port. */
static struct synfin_row *reuse(struct synfin_rows *rows, u16 port)
{
	unsigned int i = least_used(rows), cell;
	struct synfin_row *row = rows->row[i];

	unlink_row(rows, i);
	WRITE_ONCE(row->seq, row->seq + 1);
	/* Pairs with copy_row(): odd before anything changes. */
	smp_wmb();
	for (cell = 0; cell < SYNFIN_CELL_NR; cell++) {
		WRITE_ONCE(rows->other.cell[cell],
			   rows->other.cell[cell] + row->cell[cell]);
		WRITE_ONCE(row->cell[cell], 0);
	}
	WRITE_ONCE(row->port, port);
	row->proved = 0;
	/* Pairs with copy_row(): all of it before it is even again. */
	smp_store_release(&row->seq, row->seq + 1);
	link_row(rows, i);
	return row;
}

/* NULL if it wants a row of its own, and none is to be had so. */
static struct synfin_row *row_of(struct synfin_rows *rows,
				 const struct synfin_record_conn *rec,
				 struct synfin_row **spare)
{
	u16 port = rec->head.server_port;
	struct synfin_row *row;

	row = port ? find(rows, port) : NULL;
	if (row)
		return row;
	if (!port || !is_proved(rec))
		return &rows->other;
	if (rows->nr == SYNFIN_ROWS)
		return reuse(rows, port);
	if (!spare)
		return NULL;
	if (!*spare)
		return &rows->other;
	row = *spare;
	*spare = NULL;
	row->port = port;
	/* Pairs with synfin_services_gather(): a row that is found is whole. */
	smp_store_release(&rows->row[rows->nr], row);
	link_row(rows, rows->nr++);
	return row;
}

static void add(struct synfin_row *row, unsigned int cell, u64 n)
{
	WRITE_ONCE(row->cell[cell], row->cell[cell] + n);
}

/* How many, and in the cell behind that their sum. */
static void count_duration(struct synfin_row *row, unsigned int cell, u64 ns)
{
	if (ns == SYNFIN_NS_NONE)
		return;
	add(row, cell, 1);
	add(row, cell + 1, ns);
}

/**
 * synfin_services_count() - count a connection in the row of its port
 * @rows:	the rows
 * @rec:	its summary
 * @spare:	a new row, zeroed, or NULL if there was no memory; taken if one is wanted.
 *		NULL itself if none has been asked for
 *
 * Context: Any but NMI, irqs off, on the CPU whose rows they are.
 * Return: false if a spare row is wanted that has not been asked for; nothing is counted.
 */
bool synfin_services_count(struct synfin_rows *rows,
			   const struct synfin_record_conn *rec,
			   struct synfin_row **spare)
{
	struct synfin_row *row = row_of(rows, rec, spare);

	lockdep_assert_irqs_disabled();
	if (unlikely(!row))
		return false;
	row->last = ++rows->clock;
	row->proved += is_proved(rec);
	add(row, SYNFIN_CELL_OPEN + rec->opening, 1);
	add(row, SYNFIN_CELL_CLOSE + rec->closing, 1);
	if (rec->closed_by == SYNFIN_BY_CLIENT)
		add(row, SYNFIN_CELL_BY_CLIENT, 1);
	if (rec->closed_by == SYNFIN_BY_SERVER)
		add(row, SYNFIN_CELL_BY_SERVER, 1);
	count_duration(row, SYNFIN_CELL_RTT_COUNT, rec->server_rtt_ns);
	if (rec->bytes_client != SYNFIN_BYTES_NONE)
		add(row, SYNFIN_CELL_BYTES_CLIENT, rec->bytes_client);
	if (rec->bytes_server != SYNFIN_BYTES_NONE)
		add(row, SYNFIN_CELL_BYTES_SERVER, rec->bytes_server);
	if (likely(rec->protocol == SYNFIN_PROTOCOL_NONE))
		return true;
	count_duration(row, SYNFIN_CELL_RESPONSE_COUNT, rec->first_response_ns);
	count_duration(row, SYNFIN_CELL_TLS_COUNT, rec->tls_handshake_ns);
	return true;
}

/**
 * synfin_services_free() - free the rows
 * @rows: the rows; nobody looks at them any more
 */
void synfin_services_free(struct synfin_rows *rows)
{
	unsigned int i;

	for (i = 0; i < rows->nr; i++)
		kfree(rows->row[i]);
}

/* All of it of one port, however often it changes. */
static void copy_row(const struct synfin_row *row, struct synfin_service *service)
{
	unsigned int cell;
	u32 seq;

	do {
		/* Pairs with the release in reuse(). */
		seq = smp_load_acquire(&row->seq);
		service->port = READ_ONCE(row->port);
		for (cell = 0; cell < SYNFIN_CELL_NR; cell++)
			service->cell[cell] = READ_ONCE(row->cell[cell]);
		/* Pairs with the barrier in reuse(). */
		smp_rmb();
	} while (seq & 1 || READ_ONCE(row->seq) != seq);
}

/**
 * synfin_services_gather() - copy the rows
 * @rows:	the rows, of any CPU
 * @services:	where to: room for SYNFIN_ROWS + 1
 *
 * Context: Any. No locks.
 * Return: how many were copied.
 */
int synfin_services_gather(const struct synfin_rows *rows,
			   struct synfin_service *services)
{
	const struct synfin_row *row;
	int i;

	for (i = 0; i < SYNFIN_ROWS; i++) {
		/* Pairs with the release in row_of(). */
		row = smp_load_acquire(&rows->row[i]);
		if (!row)
			break;
		copy_row(row, &services[i]);
	}
	copy_row(&rows->other, &services[i]);
	return i + 1;
}

static int by_port(const void *a, const void *b)
{
	const struct synfin_service *left = a, *right = b;

	return (int)left->port - (int)right->port;
}

static bool is_empty(const struct synfin_service *service)
{
	return !memchr_inv(service->cell, 0, sizeof(service->cell));
}

/**
 * synfin_services_merge() - one row for each port
 * @services:	the rows of all CPUs; afterwards sorted by port
 * @nr:		how many they are
 *
 * Context: Any.
 * Return: how many are left.
 */
int synfin_services_merge(struct synfin_service *services, int nr)
{
	int i, j, last = -1;

	sort(services, nr, sizeof(*services), by_port, NULL);
	for (i = 0; i < nr; i++) {
		if (is_empty(&services[i]))
			continue;
		if (last < 0 || services[last].port != services[i].port) {
			services[++last] = services[i];
			continue;
		}
		for (j = 0; j < SYNFIN_CELL_NR; j++)
			services[last].cell[j] += services[i].cell[j];
	}
	return last + 1;
}
