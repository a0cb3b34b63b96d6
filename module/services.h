/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A row of figures for each server port, on one CPU. A port gets a row when a
 * connection to it is established: whoever only knocks takes none. When there is none
 * left the least used makes way, and what it had counted goes to the row of all others.
 */
#ifndef _SYNFIN_SERVICES_H
#define _SYNFIN_SERVICES_H

#include <linux/types.h>
#include "uapi/synfin.h"

/**
 * enum synfin_cell - the columns of a server port's row
 * @SYNFIN_CELL_OPEN:		openings, one column for each enum synfin_open
 * @SYNFIN_CELL_CLOSE:		closings, one for each enum synfin_close
 * @SYNFIN_CELL_BY_CLIENT:	closed first by the client
 * @SYNFIN_CELL_BY_SERVER:	closed first by the server
 * @SYNFIN_CELL_RTT_COUNT:	connections whose server_rtt_ns is known
 * @SYNFIN_CELL_RTT_SUM:	the sum of these, in nanoseconds
 * @SYNFIN_CELL_BYTES_CLIENT:	payload sent by clients, as far as known
 * @SYNFIN_CELL_BYTES_SERVER:	payload sent by the server
 * @SYNFIN_CELL_RESPONSE_COUNT:	connections whose first_response_ns is known
 * @SYNFIN_CELL_RESPONSE_SUM:	the sum of these, in nanoseconds
 * @SYNFIN_CELL_TLS_COUNT:	connections whose tls_handshake_ns is known
 * @SYNFIN_CELL_TLS_SUM:	the sum of these, in nanoseconds
 * @SYNFIN_CELL_NR:		how many columns there are
 */
enum synfin_cell {
	SYNFIN_CELL_OPEN,
	/* The last opening is of the reader, where a capture ends. */
	SYNFIN_CELL_CLOSE = SYNFIN_CELL_OPEN + SYNFIN_OPEN_OPENING,
	SYNFIN_CELL_BY_CLIENT = SYNFIN_CELL_CLOSE + SYNFIN_CLOSE_NR,
	SYNFIN_CELL_BY_SERVER,
	SYNFIN_CELL_RTT_COUNT,
	SYNFIN_CELL_RTT_SUM,
	SYNFIN_CELL_BYTES_CLIENT,
	SYNFIN_CELL_BYTES_SERVER,
	SYNFIN_CELL_RESPONSE_COUNT,
	SYNFIN_CELL_RESPONSE_SUM,
	SYNFIN_CELL_TLS_COUNT,
	SYNFIN_CELL_TLS_SUM,
	SYNFIN_CELL_NR,
};

/* Ports that are told apart, in a namespace on one CPU. */
#define SYNFIN_ROWS		128
#define SYNFIN_ROW_CHAINS	64

/**
 * struct synfin_row - a server port's figures on one CPU
 * @seq:	odd while the row changes its port
 * @port:	whose row it is, 0 for that of all others
 * @next:	the number of the next row in its chain, from 1 on; 0 for none
 * @last:	when it was last used, by @clock of the rows
 * @proved:	connections that were established
 * @cell:	by enum synfin_cell
 */
struct synfin_row {
	u32	seq;
	u16	port;
	u8	next;
	u64	last;
	u64	proved;
	u64	cell[SYNFIN_CELL_NR];
};

/**
 * struct synfin_rows - all rows of a namespace on one CPU
 * @clock:	connections that were counted here
 * @nr:		rows that are in use
 * @chain:	by port: the number of the first row, from 1 on; 0 for none
 * @row:	the rows
 * @other:	that of all ports that have none
 *
 * Its CPU alone writes it, with interrupts off; anybody reads.
 */
struct synfin_rows {
	u64			clock;
	unsigned int		nr;
	u8			chain[SYNFIN_ROW_CHAINS];
	struct synfin_row	*row[SYNFIN_ROWS];
	struct synfin_row	other;
};

/**
 * struct synfin_service - a server port's row, summed over CPUs
 * @port:	the port, 0 for all that have no row of their own
 * @cell:	the figures, by enum synfin_cell
 */
struct synfin_service {
	u32 port;
	u64 cell[SYNFIN_CELL_NR];
};

bool synfin_services_count(struct synfin_rows *rows,
			   const struct synfin_record_conn *rec,
			   struct synfin_row **spare);
void synfin_services_free(struct synfin_rows *rows);
int synfin_services_gather(const struct synfin_rows *rows,
			   struct synfin_service *services);
int synfin_services_merge(struct synfin_service *services, int nr);

#endif /* _SYNFIN_SERVICES_H */
