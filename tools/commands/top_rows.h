/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What top shows: a row for each server and port.
 */
#ifndef _TOOLS_TOP_ROWS_H
#define _TOOLS_TOP_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/synfin.h"

#define TOP_SAMPLES	64u

/**
 * struct top_figures - what is counted of connections
 * @conns:	that have ended
 * @failed:	of these, that did not open
 * @resets:	of these, that a RST ended
 * @up:		bytes of clients
 * @down:	bytes of servers
 */
struct top_figures {
	uint64_t conns;
	uint64_t failed;
	uint64_t resets;
	uint64_t up;
	uint64_t down;
};

/**
 * struct top_row - a server
 * @head:	a record of it, for its address and port
 * @total:	since the oldest record in the ring
 * @fresh:	since top_tick()
 * @rate:	connections a second, lately
 * @up_rate:	bytes a second
 * @down_rate:	bytes a second
 * @nr_samples:	of @server_rtt that were ever taken
 * @server_rtt:	the last of them, by @nr_samples modulo TOP_SAMPLES
 * @nr_client:	likewise
 * @client_rtt:	likewise
 */
struct top_row {
	struct synfin_record_head head;
	struct top_figures total;
	struct top_figures fresh;
	double rate;
	double up_rate;
	double down_rate;
	uint64_t nr_samples;
	uint64_t server_rtt[TOP_SAMPLES];
	uint64_t nr_client;
	uint64_t client_rtt[TOP_SAMPLES];
};

/* What rows are in order of. */
enum top_order { TOP_BY_RATE, TOP_BY_TOTAL, TOP_BY_FAILED, TOP_BY_RTT };

struct top_rows;

struct top_rows *top_rows_new(void);
void top_rows_free(struct top_rows *rows);
void top_rows_add(struct top_rows *rows, const struct synfin_record_conn *c,
		  bool past);
void top_rows_tick(struct top_rows *rows, double seconds);
unsigned int top_rows_sorted(struct top_rows *rows, enum top_order order,
			     const struct top_row ***sorted);
uint64_t top_median(const uint64_t *samples, uint64_t nr);

#endif /* _TOOLS_TOP_ROWS_H */
