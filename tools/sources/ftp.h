/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FTP in captures: what control connections announce, for each scope of addresses.
 *
 * As in the module, see core/ftp.h; but what passes here has happened, and nobody is led
 * astray by it: an announcement of another address, of a third host or behind NAT, is
 * kept beside that of its sender.
 */
#ifndef _TOOLS_FTP_H
#define _TOOLS_FTP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ftp.h"
#include "sources/captured.h"

/* Connections that are expected at a time. */
#define FTP_EXPECTED	64u

/**
 * struct ftp - what has been announced
 * @expected:	connections that are to come
 * @any:	there are some, or were
 */
struct ftp {
	struct synfin_ftp_expected expected[FTP_EXPECTED];
	bool any;
};

void ftp_control(struct ftp *ftp, const struct synfin_conn *conn,
		 struct synfin_payload *payload, const struct captured *c);
uint64_t ftp_begins(const struct ftp *ftp, const struct synfin_conn *conn,
		    const struct captured *c);
void ftp_opens(struct ftp *ftp, const struct synfin_conn *conn, uint64_t control);

#endif /* _TOOLS_FTP_H */
