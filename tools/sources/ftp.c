// SPDX-License-Identifier: GPL-2.0
/*
 * FTP in captures: see ftp.h.
 *
 * In: segments of control connections, connections that begin and open. What is read is
 * core/ftp.c's.
 */
#include <arpa/inet.h>
#include <string.h>

#include "sources/ftp.h"

static unsigned int speaker(const struct synfin_conn *conn, const struct captured *c)
{
	return c->seg.sport == conn->client_port &&
	       synfin_same_addr(&c->seg.src, &conn->client) ? SYNFIN_FROM_CLIENT :
							      SYNFIN_FROM_SERVER;
}

/* The address that it names; false if it is none, or of the other family. */
static bool read_address(const struct synfin_ftp_port *port, uint8_t family,
			 struct synfin_addr *addr)
{
	char text[SYNFIN_FTP_ADDRESS_MAX + 1];

	memcpy(text, port->address, port->length);
	text[port->length] = '\0';
	for (char *comma = text; (comma = strchr(comma, ',')); )
		*comma = '.';
	*addr = (struct synfin_addr){};
	return inet_pton(family == 6 ? AF_INET6 : AF_INET, text, addr) == 1;
}

static void announce(struct ftp *ftp, const struct synfin_conn *conn, unsigned int from,
		     const struct synfin_ftp_port *port, const struct captured *c)
{
	struct synfin_ftp_expected what;
	struct synfin_addr named;

	synfin_ftp_announce(conn, from, port->port, c->ns, &what);
	what.scope = c->scope;
	synfin_ftp_expect(ftp->expected, FTP_EXPECTED, &what);
	ftp->any = true;
	if (!read_address(port, conn->family, &named) || synfin_same_addr(&named, &what.to))
		return;
	what.to = named;
	synfin_ftp_expect(ftp->expected, FTP_EXPECTED, &what);
}

/**
 * ftp_control() - a segment of a control connection
 * @ftp:	what has been announced
 * @conn:	the connection
 * @payload:	what was read of it
 * @c:		the segment, which has payload
 */
void ftp_control(struct ftp *ftp, const struct synfin_conn *conn,
		 struct synfin_payload *payload, const struct captured *c)
{
	struct synfin_ftp_text text = { c->payload, c->payload + c->room };
	unsigned int from = speaker(conn, c);
	struct synfin_ftp_port port;

	if (!c->room || c->seg.kind == SYNFIN_KIND_RST ||
	    !synfin_ftp_follows(payload, from, c->seg.seq, c->seg.len, c->seg.ack))
		return;
	while (synfin_ftp_next(payload, &text, from, conn->family, &port))
		announce(ftp, conn, from, &port, c);
	/* Most segments end with a line. */
	if (c->room < c->seg.len)
		synfin_ftp_unread(payload, from, '\n');
}

/**
 * ftp_begins() - who announced a connection that begins?
 * @ftp:	what has been announced
 * @conn:	the connection
 * @c:		its SYN
 *
 * Return: the number of the control connection, 0 if there is none.
 */
uint64_t ftp_begins(const struct ftp *ftp, const struct synfin_conn *conn,
		    const struct captured *c)
{
	return ftp->any ? synfin_ftp_announcer(ftp->expected, FTP_EXPECTED, conn, c->scope,
					       c->ns) : 0;
}

/**
 * ftp_opens() - a connection that was announced has been opened
 * @ftp:	what has been announced
 * @conn:	the connection
 * @control:	who announced it
 */
void ftp_opens(struct ftp *ftp, const struct synfin_conn *conn, uint64_t control)
{
	synfin_ftp_came(ftp->expected, FTP_EXPECTED, control, conn->server_port);
}
