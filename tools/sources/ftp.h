/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FTP: which connection carries the data that another one has announced.
 *
 * In: what both ends of a control connection say, as far as a segment has whole lines.
 * Out: for a connection that begins, the control connection that announced it. Of what
 * is read only addresses and ports are kept, of a bounded number, and not for long.
 */
#ifndef _TOOLS_FTP_H
#define _TOOLS_FTP_H

#include <stdint.h>

#include "core/phase.h"
#include "sources/captured.h"

#define FTP_ANNOUNCED	64u

/**
 * struct ftp_announced - a connection that is to come
 * @addr:	where to
 * @host:	or there: behind NAT a server may announce an address that is not reached
 * @ns:		when that was said
 * @control:	by which connection
 * @scope:	of the control connection, as struct captured has it
 * @port:	0 if there is nothing here
 * @family:	4 or 6
 */
struct ftp_announced {
	struct synfin_addr addr;
	struct synfin_addr host;
	uint64_t ns;
	uint64_t control;
	uint32_t scope;
	uint16_t port;
	uint8_t family;
};

/**
 * struct ftp - what has been announced
 * @announced:	the last ones
 * @next:	where the next goes
 * @nr:		how many are waited for
 */
struct ftp {
	struct ftp_announced announced[FTP_ANNOUNCED];
	unsigned int next;
	unsigned int nr;
};

void ftp_control(struct ftp *ftp, const struct synfin_conn *conn, const struct captured *c);
uint64_t ftp_data(struct ftp *ftp, const struct captured *c);

#endif /* _TOOLS_FTP_H */
