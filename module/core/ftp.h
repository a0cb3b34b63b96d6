/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FTP: which connection carries the data that another one has announced.
 *
 *	server	227 Entering Passive Mode (10,0,0,2,156,64)
 *	server	229 Entering Extended Passive Mode (|||40000|)
 *	client	PORT 10,0,0,1,156,64
 *	client	EPRT |2|fd00::1|40000|
 *
 * (RFC 959, 5.3.1; RFC 2428, 2 and 3.) In: what both ends of a control connection say.
 * Out: for a connection that begins, the control connection that announced it. Only ports
 * are kept of what was read, of a bounded number of connections, and not for long.
 *
 * Data passes between the two ends of the control connection, the other way if the client
 * announced it. So the address that an announcement names is not needed: behind NAT it may
 * be another one, and nobody can point at a stranger.
 *
 * A line may go on in the next segment, down to single bytes: what came of it is kept, as
 * far as an announcement may be long.
 *
 * Pure. What strangers wrote is text that may say anything.
 */
#ifndef _SYNFIN_FTP_H
#define _SYNFIN_FTP_H

#include "core/payload.h"
#include "core/phase.h"

/* So long it is waited for what was announced. */
#define SYNFIN_FTP_WAIT_NS	(120 * 1000000000ULL)

/* The longest address in an announcement. */
#define SYNFIN_FTP_ADDRESS_MAX	45u

/**
 * struct synfin_ftp_text - what one end said that is still to be read
 * @at:		the first byte
 * @end:	behind the last one
 */
struct synfin_ftp_text {
	const __u8	*at;
	const __u8	*end;
};

/**
 * struct synfin_ftp_port - what a line announces
 * @address:	where the address is that it names, as text, with points or commas
 * @length:	of that; 0 if it names none
 * @port:	the port
 */
struct synfin_ftp_port {
	const __u8	*address;
	__u8		length;
	__u16		port;
};

/**
 * struct synfin_ftp_expected - a connection that is to come
 * @from:	who will open it
 * @to:		whom it will be opened to
 * @ns:		when that was said
 * @control:	by which connection
 * @scope:	of that, where addresses have one
 * @port:	of @to; 0 if nothing is expected
 * @family:	4 or 6
 */
struct synfin_ftp_expected {
	struct synfin_addr	from;
	struct synfin_addr	to;
	__u64			ns;
	__u64			control;
	__u32			scope;
	__u16			port;
	__u8			family;
};

bool synfin_ftp_follows(struct synfin_payload *p, unsigned int from, __u32 seq,
			__u32 len, __u32 ack);
bool synfin_ftp_next(struct synfin_payload *p, struct synfin_ftp_text *text,
		     unsigned int from, __u8 family, struct synfin_ftp_port *port);
void synfin_ftp_unread(struct synfin_payload *p, unsigned int from, __u8 last);

void synfin_ftp_announce(const struct synfin_conn *control, unsigned int from, __u16 port,
			 __u64 now, struct synfin_ftp_expected *what);
void synfin_ftp_expect(struct synfin_ftp_expected *all, unsigned int nr,
		       const struct synfin_ftp_expected *what);
__u64 synfin_ftp_announcer(const struct synfin_ftp_expected *all, unsigned int nr,
			   const struct synfin_conn *conn, __u32 scope, __u64 now);
void synfin_ftp_came(struct synfin_ftp_expected *all, unsigned int nr, __u64 control,
		     __u16 port);

#endif /* _SYNFIN_FTP_H */
