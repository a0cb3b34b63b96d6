// SPDX-License-Identifier: GPL-2.0
/*
 * What finds a connection in Wireshark.
 */
#include <stdio.h>

#include "views/wireshark.h"

/**
 * wireshark_filter() - the parts of a display filter, to be joined by "&&"
 * @part:	to be filled
 * @h:		the connection
 *
 * What both ends have is there once.
 *
 * Return: how many there are.
 */
unsigned int wireshark_filter(char part[WIRESHARK_PARTS][FMT_ROOM],
			      const struct synfin_record_head *h)
{
	const char *name = h->family == 4 ? "ip.addr" : "ipv6.addr";
	bool one_addr = !memcmp(h->client, h->server, sizeof(h->client));
	char text[FMT_ROOM];
	unsigned int nr = 0;

	*fmt_addr(text, h->family, h->client) = '\0';
	snprintf(part[nr++], FMT_ROOM, "%s == %.60s", name, text);
	if (!one_addr) {
		*fmt_addr(text, h->family, h->server) = '\0';
		snprintf(part[nr++], FMT_ROOM, "%s == %.60s", name, text);
	}
	snprintf(part[nr++], FMT_ROOM, "tcp.port == %u", h->client_port);
	if (h->server_port != h->client_port)
		snprintf(part[nr++], FMT_ROOM, "tcp.port == %u", h->server_port);
	return nr;
}
