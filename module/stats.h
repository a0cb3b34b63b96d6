/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Figures of a network namespace: counters, histograms of durations, a row for
 * each server port.
 *
 * Counters are per CPU and there from the start. Histograms and rows are in a
 * 'book' per namespace and CPU, allocated when the first connection ends there:
 * a thousand idle namespaces cost a thousand times the counters and no more.
 */
#ifndef _SYNFIN_STATS_H
#define _SYNFIN_STATS_H

#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include "uapi/synfin.h"
#include "core/counters.h"
#include "services.h"
#include "net.h"

struct proc_dir_entry;
struct synfin_book;

/**
 * enum synfin_gauge - the kinds of flows that are in the table
 * @SYNFIN_GAUGE_OPENING:	not established yet
 * @SYNFIN_GAUGE_OPEN:		established
 * @SYNFIN_GAUGE_CLOSING:	with a FIN
 * @SYNFIN_GAUGE_LINGERING:	ended
 * @SYNFIN_GAUGE_NR:		how many there are
 */
enum synfin_gauge {
	SYNFIN_GAUGE_OPENING,
	SYNFIN_GAUGE_OPEN,
	SYNFIN_GAUGE_CLOSING,
	SYNFIN_GAUGE_LINGERING,
	SYNFIN_GAUGE_NR,
};

/**
 * struct synfin_counters - one CPU's part of a namespace's figures
 * @count:	by enum synfin_counter
 * @gauge:	by enum synfin_gauge; what CPUs have together is how many there are
 * @book:	histograms and rows, NULL until a connection has ended here
 */
struct synfin_counters {
	u64			count[SYNFIN_CNT_NR];
	s64			gauge[SYNFIN_GAUGE_NR];
	struct synfin_book	*book;
};

/**
 * synfin_stats_add() - add to a counter
 * @sn:		the namespace
 * @counter:	which
 * @n:		how much
 *
 * Context: Any but NMI. No locks.
 */
static inline void synfin_stats_add(struct synfin_net *sn,
				    enum synfin_counter counter, u64 n)
{
	this_cpu_add(sn->counters->count[counter], n);
}

/**
 * synfin_stats_inc() - add one to a counter
 * @sn:		the namespace
 * @counter:	which
 *
 * Context: Any but NMI. No locks.
 */
static inline void synfin_stats_inc(struct synfin_net *sn,
				    enum synfin_counter counter)
{
	this_cpu_inc(sn->counters->count[counter]);
}

/**
 * enum synfin_histogram - the durations of which a histogram is kept
 * @SYNFIN_HISTOGRAM_HANDSHAKE:	handshake_ns of a connection; likewise:
 * @SYNFIN_HISTOGRAM_SERVER_RTT: server_rtt_ns
 * @SYNFIN_HISTOGRAM_CLIENT_RTT: client_rtt_ns
 * @SYNFIN_HISTOGRAM_DURATION:	duration_ns
 * @SYNFIN_HISTOGRAM_CLOSE:	close_ns
 * @SYNFIN_HISTOGRAM_HALF_CLOSE: half_close_ns
 * @SYNFIN_HISTOGRAM_FIRST_REQUEST: first_request_ns, if first bytes are looked at
 * @SYNFIN_HISTOGRAM_FIRST_RESPONSE: first_response_ns
 * @SYNFIN_HISTOGRAM_TLS_HANDSHAKE: tls_handshake_ns
 * @SYNFIN_HISTOGRAM_NR:	how many there are
 */
enum synfin_histogram {
	SYNFIN_HISTOGRAM_HANDSHAKE,
	SYNFIN_HISTOGRAM_SERVER_RTT,
	SYNFIN_HISTOGRAM_CLIENT_RTT,
	SYNFIN_HISTOGRAM_DURATION,
	SYNFIN_HISTOGRAM_CLOSE,
	SYNFIN_HISTOGRAM_HALF_CLOSE,
	SYNFIN_HISTOGRAM_FIRST_REQUEST,
	SYNFIN_HISTOGRAM_FIRST_RESPONSE,
	SYNFIN_HISTOGRAM_TLS_HANDSHAKE,
	SYNFIN_HISTOGRAM_NR,
};

/*
 * Buckets: one below 2^10 ns (1 us), four to each octave up to 2^42 ns (73
 * minutes), one above.
 */
#define SYNFIN_BUCKET_FIRST	10
#define SYNFIN_BUCKET_LAST	42
#define SYNFIN_BUCKET_NR	(2 + 4 * (SYNFIN_BUCKET_LAST - SYNFIN_BUCKET_FIRST))

/**
 * synfin_stats_bucket_of() - the bucket of a duration
 * @ns: nanoseconds
 *
 * Return: which bucket.
 */
static inline unsigned int synfin_stats_bucket_of(u64 ns)
{
	unsigned int octave;

	if (ns < BIT_ULL(SYNFIN_BUCKET_FIRST))
		return 0;
	if (ns >= BIT_ULL(SYNFIN_BUCKET_LAST))
		return SYNFIN_BUCKET_NR - 1;
	octave = __fls(ns);
	/* Of three bits that begin with a one: four to seven. */
	return 4 * octave + (ns >> (octave - 2)) - (4 * SYNFIN_BUCKET_FIRST + 3);
}

/**
 * synfin_stats_bucket_lower() - where a bucket begins
 * @bucket: which, SYNFIN_BUCKET_NR for the end of the last
 *
 * Return: the shortest duration in it, nanoseconds.
 */
static inline u64 synfin_stats_bucket_lower(unsigned int bucket)
{
	unsigned int quarters = bucket - 1;

	if (!bucket)
		return 0;
	if (bucket >= SYNFIN_BUCKET_NR)
		return U64_MAX;
	return (4ULL + quarters % 4) << (SYNFIN_BUCKET_FIRST - 2 + quarters / 4);
}

/**
 * struct synfin_book - what one CPU knows of a namespace's connections
 * @bucket:	the histograms
 * @rows:	the rows of server ports
 *
 * Its CPU alone writes it, with interrupts off.
 */
struct synfin_book {
	u64			bucket[SYNFIN_HISTOGRAM_NR][SYNFIN_BUCKET_NR];
	struct synfin_rows	rows;
};

/* stats.c */
int synfin_stats_init(struct synfin_net *sn);
void synfin_stats_clean(struct synfin_net *sn);
bool synfin_stats_count(struct synfin_net *sn, const struct synfin_record_conn *rec);
void synfin_stats_conn(struct synfin_net *sn,
		       const struct synfin_record_conn *rec);

/* For proc.c. */
u64 synfin_stats_counter(const struct synfin_net *sn,
			 enum synfin_counter counter);
void synfin_stats_read(const struct synfin_net *sn, u64 value[SYNFIN_CNT_NR]);
u64 synfin_stats_records_gone(void);
u64 synfin_stats_bucket(const struct synfin_net *sn,
			enum synfin_histogram histogram, unsigned int bucket);
int synfin_stats_services(const struct synfin_net *sn,
			  struct synfin_service **services);

/* proc.c */
struct proc_dir_entry *synfin_proc_flows(struct synfin_net *sn);
int synfin_proc_init(struct synfin_net *sn);
void synfin_proc_clean(struct synfin_net *sn);

#endif /* _SYNFIN_STATS_H */
