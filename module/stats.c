// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms and the rows of server ports; sums over CPUs.
 *
 * In: the summary of each connection that has ended, from emit.c, in any
 * context of a hook or in the worker. Out: figures for proc.c.
 *
 * There is no lock. A book belongs to a CPU, which changes it with interrupts off,
 * and is freed with its namespace. Memory is allocated before that, with interrupts
 * on; if there is none, the sample is missing in the book and nowhere else.
 */
#include "stats.h"

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
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

/* And those of first bytes. */
static_assert(offsetof(struct synfin_record_conn, tls_handshake_ns) ==
	      offsetof(struct synfin_record_conn, first_request_ns) +
	      (SYNFIN_HISTOGRAM_TLS_HANDSHAKE - SYNFIN_HISTOGRAM_FIRST_REQUEST) *
	      sizeof(u64));

static void add(u64 *figure)
{
	WRITE_ONCE(*figure, *figure + 1);
}

static void synfin_book_buckets(struct synfin_book *book,
				const struct synfin_record_conn *rec)
{
	const u64 *ns = &rec->handshake_ns;
	unsigned int i;

	for (i = 0; i < SYNFIN_HISTOGRAM_FIRST_REQUEST; i++)
		if (ns[i] != SYNFIN_NS_NONE)
			add(&book->bucket[i][synfin_stats_bucket_of(ns[i])]);
	if (rec->protocol == SYNFIN_PROTOCOL_NONE)
		return;
	for (ns = &rec->first_request_ns; i < SYNFIN_HISTOGRAM_NR; i++, ns++)
		if (*ns != SYNFIN_NS_NONE)
			add(&book->bucket[i][synfin_stats_bucket_of(*ns)]);
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
	struct synfin_book *book = this_cpu_ptr(sn->counters)->book;

	lockdep_assert_irqs_disabled();
	synfin_stats_inc(sn, synfin_opened[rec->opening]);
	synfin_stats_inc(sn, synfin_closed[rec->closing]);
	if (unlikely(!book || !synfin_services_count(&book->rows, rec, NULL)))
		return false;
	synfin_book_buckets(book, rec);
	return true;
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
	struct synfin_book *new = synfin_net_alloc(sn, sizeof(*new));
	struct synfin_row *row = synfin_net_alloc(sn, sizeof(*row));
	struct synfin_counters *counters;
	unsigned long flags;

	/* Wherever we are now. */
	local_irq_save(flags);
	counters = this_cpu_ptr(sn->counters);
	if (!counters->book) {
		/* Pairs with the readers' acquire: zeroed before it is found. */
		smp_store_release(&counters->book, new);
		new = NULL;
	}
	if (counters->book) {
		synfin_services_count(&counters->book->rows, rec, &row);
		synfin_book_buckets(counters->book, rec);
	}
	local_irq_restore(flags);
	kfree(new);
	kfree(row);
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

/* The book of a CPU, NULL if it has none. */
static const struct synfin_book *book_of(const struct synfin_net *sn, int cpu)
{
	/* Pairs with the release in synfin_stats_conn(). */
	return smp_load_acquire(&per_cpu_ptr(sn->counters, cpu)->book);
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
	const struct synfin_book *book;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		book = book_of(sn, cpu);
		if (book)
			sum += READ_ONCE(book->bucket[histogram][bucket]);
	}
	return sum;
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
	const struct synfin_book *book;
	int cpu, nr = 0, max = 0;

	for_each_possible_cpu(cpu)
		if (book_of(sn, cpu))
			max += SYNFIN_ROWS + 1;
	rows = kvcalloc(max, sizeof(*rows), GFP_KERNEL_ACCOUNT);
	if (!rows)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		book = book_of(sn, cpu);
		/* One may have come meanwhile. */
		if (book && nr + SYNFIN_ROWS < max)
			nr += synfin_services_gather(&book->rows, &rows[nr]);
		cond_resched();
	}
	*services = rows;
	return synfin_services_merge(rows, nr);
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
	int cpu;

	atomic64_add(synfin_stats_counter(sn, SYNFIN_CNT_phase_records) +
		     synfin_stats_counter(sn, SYNFIN_CNT_conns) +
		     synfin_stats_counter(sn, SYNFIN_CNT_tls_records) +
		     synfin_stats_counter(sn, SYNFIN_CNT_ftp_records),
		     &synfin_records_gone);
	for_each_possible_cpu(cpu) {
		book = per_cpu_ptr(sn->counters, cpu)->book;
		if (book)
			synfin_services_free(&book->rows);
		kfree(book);
	}
	free_percpu(sn->counters);
	sn->counters = NULL;
}
