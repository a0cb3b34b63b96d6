// SPDX-License-Identifier: GPL-2.0
/*
 * FTP's announcements (RFC 959, 5.3.1; RFC 2428): see ftp.h.
 *
 *	server	227 Entering Passive Mode (10,0,0,2,156,64)
 *	server	229 Entering Extended Passive Mode (|||40000|)
 *	client	PORT 10,0,0,1,156,64
 *	client	EPRT |2|fd00::1|40000|
 *
 * What strangers wrote: a line is copied, bounded, and read as text.
 */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sources/ftp.h"

/* The longest line that is looked at, and how long what it announces is waited for. */
#define LINE		128u
#define WAIT_NS		(120 * 1000000000ull)

/* Six numbers: an address and a port. */
static bool read_six(const char *text, struct ftp_announced *a)
{
	unsigned int n[6];

	if (sscanf(text, "%3u,%3u,%3u,%3u,%3u,%3u", &n[0], &n[1], &n[2], &n[3], &n[4],
		   &n[5]) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		if (n[i] > 255)
			return false;
	a->family = 4;
	a->addr = (struct synfin_addr){ { htonl(n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3]) } };
	a->port = (uint16_t)(n[4] << 8 | n[5]);
	return true;
}

/* |family|address|port|, with any character for the bars; of a server the port alone. */
static bool read_bars(const char *text, struct ftp_announced *a)
{
	char mark = *text, address[INET6_ADDRSTRLEN], *end;
	const char *from = text + 1, *to = strchr(from, mark), *port;
	unsigned int number;

	if (mark < 33 || mark > 126 || !to)
		return false;
	from = to + 1;
	end = strchr(from, mark);
	if (!end || end - from >= (ptrdiff_t)sizeof(address))
		return false;
	memcpy(address, from, (size_t)(end - from));
	address[end - from] = '\0';
	port = end + 1;
	if (sscanf(port, "%5u", &number) != 1 || number > 65535)
		return false;
	a->port = (uint16_t)number;
	if (!*address)
		return true;
	a->family = strchr(address, ':') ? 6 : 4;
	return inet_pton(a->family == 6 ? AF_INET6 : AF_INET, address, &a->addr) == 1;
}

static bool read_line(const char *line, bool by_client, struct ftp_announced *a)
{
	if (by_client) {
		if (!strncasecmp(line, "PORT ", 5))
			return read_six(line + 5, a);
		return !strncasecmp(line, "EPRT ", 5) && read_bars(line + 5, a);
	}
	if (!strncmp(line, "227 ", 4)) {
		line = strpbrk(line + 4, "0123456789");
		return line && read_six(line, a);
	}
	if (strncmp(line, "229 ", 4))
		return false;
	line = strchr(line, '(');
	return line && read_bars(line + 1, a);
}

static void announce(struct ftp *ftp, const struct ftp_announced *a)
{
	struct ftp_announced *place = &ftp->announced[ftp->next++ % FTP_ANNOUNCED];

	ftp->nr += !place->port;
	*place = *a;
}

/**
 * ftp_control() - a segment of a control connection
 * @ftp:	what has been announced
 * @conn:	the connection
 * @c:		the segment
 */
void ftp_control(struct ftp *ftp, const struct synfin_conn *conn, const struct captured *c)
{
	bool by_client = c->seg.sport == conn->client_port;
	const uint8_t *at = c->payload, *end = c->payload + c->room;
	char line[LINE];

	while (at < end) {
		const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((feed ? feed : end) - at);
		/* Who announces is who is connected to. */
		struct ftp_announced a = {
			.addr = c->seg.src, .host = c->seg.src, .family = c->seg.family,
			.ns = c->ns, .control = conn->id, .scope = c->scope,
		};

		if (len < sizeof(line)) {
			memcpy(line, at, len);
			line[len] = '\0';
			if (read_line(line, by_client, &a) && a.port)
				announce(ftp, &a);
		}
		at += len + !!feed;
	}
}

static bool is_for(const struct ftp_announced *a, const struct captured *c)
{
	const struct synfin_segment *seg = &c->seg;

	return a->port == seg->dport && a->family == seg->family && a->scope == c->scope &&
	       c->ns - a->ns <= WAIT_NS &&
	       (synfin_same_addr(&a->addr, &seg->dst) ||
		synfin_same_addr(&a->host, &seg->dst));
}

/**
 * ftp_data() - who announced a connection that begins?
 * @ftp:	what has been announced; this one is not waited for any more
 * @c:		its SYN
 *
 * Return: the number of the control connection, 0 if there is none.
 */
uint64_t ftp_data(struct ftp *ftp, const struct captured *c)
{
	for (unsigned int i = 1; ftp->nr && i <= FTP_ANNOUNCED; i++) {
		struct ftp_announced *a = &ftp->announced[(ftp->next - i) % FTP_ANNOUNCED];

		if (!a->port || !is_for(a, c))
			continue;
		a->port = 0;
		ftp->nr--;
		return a->control;
	}
	return 0;
}
