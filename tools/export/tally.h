/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter counts: connections, durations and bytes, by the server's port.
 * Its size is fixed, whatever comes.
 */
#ifndef _TOOLS_TALLY_H
#define _TOOLS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/synfin.h"

#define TALLY_BUCKETS		16u
#define TALLY_SERVICES_MAX	1024u
#define TALLY_BY		(SYNFIN_BY_BOTH + 1)

/* Durations that have a histogram. */
enum tally_time {
	TALLY_HANDSHAKE,
	TALLY_SERVER_RTT,
	TALLY_CLIENT_RTT,
	TALLY_CLOSE,
	TALLY_LIFE,
	TALLY_TLS,
	TALLY_RESPONSE,
	TALLY_TIMES,
};

/* Upper ends of the buckets, in nanoseconds; those of one kind of duration. */
extern const uint64_t tally_bounds[TALLY_TIMES][TALLY_BUCKETS];

/**
 * struct tally_histogram - durations
 * @bucket:	how many were in it, the last one for those above all bounds
 * @sum:	of all, in nanoseconds
 */
struct tally_histogram {
	uint64_t bucket[TALLY_BUCKETS + 1];
	uint64_t sum;
};

/**
 * struct tally_service - a server's port
 * @port:	it; of the first one, which is for all others, 0
 * @netns:	its network namespace, 0 if those are not told apart
 * @conns:	connections by opening, closing and who closed
 * @bytes:	sent by clients and by servers
 * @repeats:	SYNs and SYN-ACKs that were sent again
 * @unaccepted:	connections that met a full accept queue
 * @drops:	segments that this host dropped, by enum synfin_drop
 * @time:	histograms
 */
struct tally_service {
	uint16_t port;
	uint32_t netns;
	uint64_t conns[SYNFIN_OPEN_NR][SYNFIN_CLOSE_NR][TALLY_BY];
	uint64_t bytes[2];
	uint64_t repeats[2];
	uint64_t drops[SYNFIN_DROP_NR];
	uint64_t unaccepted;
	struct tally_histogram time[TALLY_TIMES];
};

/**
 * struct tally - all of them
 * @by_netns:	network namespaces are told apart
 * @limit:	services that get a row of their own
 * @failed:	services whose row is due to a connection that failed
 * @nr:		rows in use, the one for all others included
 * @index:	rows by a hash of port and namespace, 0 for none
 * @service:	the rows
 */
struct tally {
	bool by_netns;
	unsigned int limit;
	unsigned int failed;
	unsigned int nr;
	uint16_t index[TALLY_SERVICES_MAX * 4];
	struct tally_service *service;
};

int tally_init(struct tally *t, unsigned int limit, bool by_netns);
void tally_restored(struct tally *t, unsigned int nr, unsigned int failed);
void tally_clean(struct tally *t);
void tally_conn(struct tally *t, const struct synfin_record_conn *c);

#endif /* _TOOLS_TALLY_H */
