/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection as the views get it: its summary and the phases seen of it.
 */
#ifndef _TOOLS_CONN_H
#define _TOOLS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "connections/step.h"

/**
 * struct conn - a connection and its phases
 * @sum:	the summary; of a connection that has not ended, what is known of it
 * @tls:	when what passed of TLS's handshake; NULL if there was none
 * @icmp:	the ICMP error for which it is unreachable, and who sent it; NULL if it is not
 * @ftp_control: of FTP's data, id of the connection that announced it; 0 if none is known
 * @phases:	its phases, in the order of their time
 * @nr_phases:	how many are in @phases
 * @lost_phases: phases that had been overwritten, or came when memory was short
 * @skipped_phases: too many to keep, so that others stand for them; see struct step
 * @ended:	@sum is a record of the kernel, or of the phase machine, not a guess
 */
struct conn {
	struct synfin_record_conn sum;
	const struct synfin_record_tls *tls;
	const struct synfin_record_icmp *icmp;
	uint64_t ftp_control;
	struct step *phases;
	unsigned int nr_phases;
	unsigned int lost_phases;
	unsigned int skipped_phases;
	bool ended;
};

/* conn.c */
int conn_keep(struct conn *to, const struct conn *from);
void conn_free(struct conn *c);

#endif /* _TOOLS_CONN_H */
