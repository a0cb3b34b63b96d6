// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms and the rows of server ports; sums over CPUs.
 *
 * In: the summary of each connection that has ended, from emit.c, in any
 * context of a hook or in the worker. Out: figures for proc.c.
 *
 * There is no lock. A book belongs to a CPU, is installed with cmpxchg, only
 * ever grows, and is freed with its namespace. Its figures are local64_t,
 * changed with preemption off: safe from a softirq on the same CPU, and with
 * PREEMPT_RT. Memory is allocated before that, with preemption on; if there is
 * none, the sample is missing in the book and nowhere else.
 */
#include "stats.h"

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/net_namespace.h>

static const u8 synfin_opened[SYNFIN_OPEN_NR] = {
	[SYNFIN_OPEN_ESTABLISHED]	= SYNFIN_CNT_open_established,
	[SYNFIN_OPEN_SIMULTANEOUS]	= SYNFIN_CNT_open_simultaneous,
	[SYNFIN_OPEN_REFUSED]		= SYNFIN_CNT_open_refused,
	[SYNFIN_OPEN_UNREACHABLE]	= SYNFIN_CNT_open_unreachable,
	[SYNFIN_OPEN_UNANSWERED]	= SYNFIN_CNT_open_unanswered,
	[SYNFIN_OPEN_UNACKNOWLEDGED]	= SYNFIN_CNT_open_unacknowledged,
	[SYNFIN_OPEN_ABORTED]		= SYNFIN_CNT_open_aborted,
	[SYNFIN_OPEN_MIDSTREAM]		= SYNFIN_CNT_open_midstream,
};

static const u8 synfin_closed[SYNFIN_CLOSE_NR] = {
	[SYNFIN_CLOSE_NONE]		= SYNFIN_CNT_close_none,
	[SYNFIN_CLOSE_OPEN]		= SYNFIN_CNT_close_open,
	[SYNFIN_CLOSE_FOUR_WAY]		= SYNFIN_CNT_close_four_way,
	[SYNFIN_CLOSE_THREE_WAY]	= SYNFIN_CNT_close_three_way,
	[SYNFIN_CLOSE_SIMULTANEOUS]	= SYNFIN_CNT_close_simultaneous,
	[SYNFIN_CLOSE_RESET]		= SYNFIN_CNT_close_reset,
	[SYNFIN_CLOSE_HALF_CLOSED]	= SYNFIN_CNT_close_half_closed,
	[SYNFIN_CLOSE_EVICTED]		= SYNFIN_CNT_close_evicted,
};

/* Records written for namespaces that are gone, and their counters with them. */
static atomic64_t synfin_records_gone;

/*
 * Which row of @book is the record's. The first free one becomes it, but a
 * port that never answered gets none in the later half, so that a scan of all
 * ports cannot drive the real services out.
 */
static unsigned int synfin_row_of(struct synfin_book *book,
				  const struct synfin_record_conn *rec)
{
	bool proved = rec->opening != SYNFIN_OPEN_REFUSED &&
		      rec->opening != SYNFIN_OPEN_UNREACHABLE &&
		      rec->opening != SYNFIN_OPEN_UNANSWERED;
	unsigned int limit = proved ? SYNFIN_ROWS : SYNFIN_ROWS_UNPROVED;
	u32 port = rec->head.server_port;
	unsigned int i;
	u32 owner;

	for (i = 0; port && i < SYNFIN_ROWS; i++) {
		owner = READ_ONCE(book->port[i]);
		if (!owner) {
			if (i >= limit)
				break;
			owner = cmpxchg(&book->port[i], 0, port);
		}
		if (!owner || owner == port)
			return i;
	}
	return SYNFIN_ROW_OTHER;
}

/* Install in *@place what is missing there. False if memory is short. */
static bool synfin_book_fill(void **place, size_t size)
{
	void *new;

	if (READ_ONCE(*place))
		return true;
	new = kzalloc(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!new)
		return false;
	if (cmpxchg(place, NULL, new))
		kfree(new);
	return true;
}

/* Allocate what the record needs on the CPU where we are just now. */
static bool synfin_book_grow(struct synfin_net *sn,
			     const struct synfin_record_conn *rec)
{
	struct synfin_counters *counters = raw_cpu_ptr(sn->counters);
	struct synfin_book *book;

	if (!synfin_book_fill((void **)&counters->book, sizeof(*book)))
		return false;
	book = READ_ONCE(counters->book);
	return synfin_book_fill((void **)&book->row[synfin_row_of(book, rec)],
				sizeof(struct synfin_row));
}

static void synfin_book_row(struct synfin_row *row,
			    const struct synfin_record_conn *rec)
{
	local64_inc(&row->cell[SYNFIN_CELL_OPEN + rec->opening]);
	local64_inc(&row->cell[SYNFIN_CELL_CLOSE + rec->closing]);
	if (rec->closed_by == SYNFIN_BY_CLIENT)
		local64_inc(&row->cell[SYNFIN_CELL_BY_CLIENT]);
	if (rec->closed_by == SYNFIN_BY_SERVER)
		local64_inc(&row->cell[SYNFIN_CELL_BY_SERVER]);
	if (rec->server_rtt_ns != SYNFIN_NS_NONE) {
		local64_inc(&row->cell[SYNFIN_CELL_RTT_COUNT]);
		local64_add(rec->server_rtt_ns, &row->cell[SYNFIN_CELL_RTT_SUM]);
	}
	if (rec->bytes_client != SYNFIN_BYTES_NONE)
		local64_add(rec->bytes_client,
			    &row->cell[SYNFIN_CELL_BYTES_CLIENT]);
	if (rec->bytes_server != SYNFIN_BYTES_NONE)
		local64_add(rec->bytes_server,
			    &row->cell[SYNFIN_CELL_BYTES_SERVER]);
}

/* The record has its durations one after the other, as the histograms are numbered. */
#define SYNFIN_DURATION(histogram, member)				\
	static_assert(offsetof(struct synfin_record_conn, member) ==	\
		      offsetof(struct synfin_record_conn, handshake_ns) + \
		      SYNFIN_HISTOGRAM_##histogram * sizeof(u64))

SYNFIN_DURATION(SERVER_RTT, server_rtt_ns);
SYNFIN_DURATION(CLIENT_RTT, client_rtt_ns);
SYNFIN_DURATION(DURATION, duration_ns);
SYNFIN_DURATION(CLOSE, close_ns);
SYNFIN_DURATION(HALF_CLOSE, half_close_ns);

static void synfin_book_buckets(struct synfin_book *book,
				const struct synfin_record_conn *rec)
{
	const u64 *ns = &rec->handshake_ns;
	unsigned int i;

	for (i = 0; i < SYNFIN_HISTOGRAM_NR; i++)
		if (ns[i] != SYNFIN_NS_NONE)
			local64_inc(&book->bucket[i][synfin_stats_bucket_of(ns[i])]);
}

/* Write the record into this CPU's book. False if there is no room for it yet. */
static bool synfin_book_write(struct synfin_net *sn,
			      const struct synfin_record_conn *rec)
{
	struct synfin_row *row = NULL;
	struct synfin_book *book;

	book = READ_ONCE(this_cpu_ptr(sn->counters)->book);
	if (book)
		row = READ_ONCE(book->row[synfin_row_of(book, rec)]);
	if (row) {
		synfin_book_row(row, rec);
		synfin_book_buckets(book, rec);
	}
	return row;
}

/**
 * synfin_stats_count() - count a connection that has ended
 * @sn:		its namespace
 * @rec:	its summary
 *
 * Context: Any but NMI, irqs off; raw locks may be held.
 * Return: false if memory has to be allocated first: synfin_stats_conn() is due.
 */
bool synfin_stats_count(struct synfin_net *sn, const struct synfin_record_conn *rec)
{
	lockdep_assert_irqs_disabled();
	synfin_stats_inc(sn, synfin_opened[rec->opening]);
	synfin_stats_inc(sn, synfin_closed[rec->closing]);
	return synfin_book_write(sn, rec);
}

/**
 * synfin_stats_conn() - the rest of what synfin_stats_count() could not do
 * @sn:		the namespace
 * @rec:	the summary
 *
 * Context: Any of a netfilter hook, or a worker; no raw lock held, irqs on.
 */
void synfin_stats_conn(struct synfin_net *sn,
		       const struct synfin_record_conn *rec)
{
	bool written;

	/* Again, if we were moved to a CPU that has no book. */
	do {
		if (!synfin_book_grow(sn, rec))
			return;
		preempt_disable();
		written = synfin_book_write(sn, rec);
		preempt_enable();
	} while (!written);
}

/**
 * synfin_stats_counter() - the value of a counter
 * @sn:		the namespace
 * @counter:	which
 *
 * Context: Any. No locks; exact when nothing is being counted.
 * Return: the sum over CPUs.
 */
u64 synfin_stats_counter(const struct synfin_net *sn,
			 enum synfin_counter counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(sn->counters, cpu)->count[counter]);
	return sum;
}

/**
 * synfin_stats_read() - the values of all counters
 * @sn:		the namespace
 * @value:	to be filled, by enum synfin_counter
 *
 * They add up, whatever is counted meanwhile: a flow's end is read before its
 * beginning, and a segment is counted once only, by what became of it.
 *
 * Context: Any. No locks.
 */
void synfin_stats_read(const struct synfin_net *sn, u64 value[SYNFIN_CNT_NR])
{
	unsigned int i;

	value[SYNFIN_CNT_flows_ended] =
		synfin_stats_counter(sn, SYNFIN_CNT_flows_ended);
	value[SYNFIN_CNT_flows_evicted] =
		synfin_stats_counter(sn, SYNFIN_CNT_flows_evicted);
	/* Pairs with the lock of a flow's stripe: it began, was unlinked, ended. */
	smp_rmb();
	for (i = 0; i < SYNFIN_CNT_NR; i++)
		if (i != SYNFIN_CNT_flows_ended && i != SYNFIN_CNT_flows_evicted)
			value[i] = synfin_stats_counter(sn, i);

	value[SYNFIN_CNT_segments] += value[SYNFIN_CNT_recorded];
	for (i = SYNFIN_CNT_FIRST_REASON; i < SYNFIN_CNT_NR; i++)
		value[SYNFIN_CNT_segments] += value[i];
}

/**
 * synfin_stats_records_gone() - records of namespaces that are gone
 *
 * Context: Any.
 * Return: how many of the rings' records no namespace's counters have.
 */
u64 synfin_stats_records_gone(void)
{
	return atomic64_read(&synfin_records_gone);
}

/**
 * synfin_stats_bucket() - the value of a histogram's bucket
 * @sn:		the namespace
 * @histogram:	which histogram
 * @bucket:	which bucket
 *
 * Context: Any. No locks; exact when nothing is being counted.
 * Return: the sum over CPUs.
 */
u64 synfin_stats_bucket(const struct synfin_net *sn,
			enum synfin_histogram histogram, unsigned int bucket)
{
	struct synfin_book *book;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		book = READ_ONCE(per_cpu_ptr(sn->counters, cpu)->book);
		if (book)
			sum += local64_read(&book->bucket[histogram][bucket]);
	}
	return sum;
}

/* The rows of all CPUs as they stand, at most @max of them. */
static int synfin_rows_gather(const struct synfin_net *sn,
			      struct synfin_service *services, int max)
{
	struct synfin_service *service;
	struct synfin_book *book;
	struct synfin_row *row;
	int cpu, i, j, n = 0;

	for_each_possible_cpu(cpu) {
		book = READ_ONCE(per_cpu_ptr(sn->counters, cpu)->book);
		for (i = 0; book && i <= SYNFIN_ROW_OTHER && n < max; i++) {
			row = READ_ONCE(book->row[i]);
			if (!row)
				continue;
			service = &services[n++];
			service->port = i < SYNFIN_ROWS ?
					READ_ONCE(book->port[i]) : 0;
			for (j = 0; j < SYNFIN_CELL_NR; j++)
				service->cell[j] = local64_read(&row->cell[j]);
		}
	}
	return n;
}

static int synfin_service_order(const void *a, const void *b)
{
	const struct synfin_service *left = a, *right = b;

	return (int)left->port - (int)right->port;
}

/**
 * synfin_stats_services() - the rows of all ports
 * @sn:		the namespace
 * @services:	where the rows go, sorted by port; the caller's to kvfree()
 *
 * Context: Process, may sleep. No locks; exact when nothing is being counted.
 * Return: how many rows there are, or -ENOMEM.
 */
int synfin_stats_services(const struct synfin_net *sn,
			  struct synfin_service **services)
{
	struct synfin_service *rows;
	int cpu, i, j, nr, max = 0, last = -1;

	for_each_possible_cpu(cpu)
		if (READ_ONCE(per_cpu_ptr(sn->counters, cpu)->book))
			max += SYNFIN_ROWS + 1;
	rows = kvcalloc(max, sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return -ENOMEM;

	nr = synfin_rows_gather(sn, rows, max);
	sort(rows, nr, sizeof(*rows), synfin_service_order, NULL);
	for (i = 0; i < nr; i++) {
		if (last < 0 || rows[last].port != rows[i].port) {
			rows[++last] = rows[i];
			continue;
		}
		for (j = 0; j < SYNFIN_CELL_NR; j++)
			rows[last].cell[j] += rows[i].cell[j];
	}
	*services = rows;
	return last + 1;
}

/**
 * synfin_stats_init() - begin a namespace's figures
 * @sn: the namespace; its net is set
 *
 * Context: Process, may sleep; before the namespace's hooks.
 * Return: 0 or -ENOMEM.
 */
int synfin_stats_init(struct synfin_net *sn)
{
	sn->inum = sn->net->ns.inum;
	sn->counters = alloc_percpu_gfp(struct synfin_counters,
					GFP_KERNEL_ACCOUNT);
	return sn->counters ? 0 : -ENOMEM;
}

/**
 * synfin_stats_clean() - free a namespace's figures
 * @sn: the namespace; its hooks, flows and /proc entries are gone
 *
 * Context: Process, may sleep.
 */
void synfin_stats_clean(struct synfin_net *sn)
{
	struct synfin_book *book;
	int cpu, i;

	atomic64_add(synfin_stats_counter(sn, SYNFIN_CNT_phase_records) +
		     synfin_stats_counter(sn, SYNFIN_CNT_conns),
		     &synfin_records_gone);
	for_each_possible_cpu(cpu) {
		book = per_cpu_ptr(sn->counters, cpu)->book;
		for (i = 0; book && i <= SYNFIN_ROW_OTHER; i++)
			kfree(book->row[i]);
		kfree(book);
	}
	free_percpu(sn->counters);
	sn->counters = NULL;
}
