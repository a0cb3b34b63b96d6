// SPDX-License-Identifier: GPL-2.0
/*
 * Cells that several tables have. What is not known is an empty cell.
 */
#include "output/cells.h"
#include "output/fmt.h"
#include "output/service.h"

/*
 * Takes text out of the middle: an address is known by how it begins, and the
 * port at its end says most of all.
 */
static char *elide(char *text, char *end, unsigned int width,
		   unsigned int port_len, bool utf8)
{
	unsigned int len = (unsigned int)(end - text);
	unsigned int mark = utf8 ? 1 : 2, head, tail;

	if (!width || len <= width || width < mark + 4)
		return end;
	tail = port_len + 5;
	if (tail < (width - mark) / 2)
		tail = (width - mark) / 2;
	if (tail > width - mark - 3)
		tail = width - mark - 3;
	head = width - mark - tail;
	memmove(text + head + (utf8 ? 3 : 2), end - tail, tail);
	memcpy(text + head, utf8 ? "\xe2\x80\xa6" : "..", utf8 ? 3 : 2);
	return text + head + (utf8 ? 3 : 2) + tail;
}

/**
 * cell_endpoint() - an address and its port
 * @p:		where to
 * @opt:	the command line
 * @width:	columns there are, 0 for no limit
 * @family:	4 or 6
 * @addr:	in network order
 * @port:	host order
 * @service:	the port's name, NULL to show its number
 *
 * Return: the end.
 */
char *cell_endpoint(char *p, const struct options *opt, unsigned int width,
		    unsigned int family, const uint8_t *addr, uint16_t port,
		    const char *service)
{
	char *text = p, *colon;

	if (family == 6)
		*p++ = '[';
	p = fmt_addr(p, family, addr);
	if (family == 6)
		*p++ = ']';
	colon = p;
	*p++ = ':';
	p = service ? fmt_text(p, service) : fmt_u64(p, port);
	return elide(text, p, width, (unsigned int)(p - colon), opt->utf8);
}

/**
 * cell_client() - the client
 * @p:		where to
 * @cell:	its cell
 * @head:	of the record
 *
 * Return: the end.
 */
char *cell_client(char *p, const struct cell *cell,
		  const struct synfin_record_head *head)
{
	return cell_endpoint(p, cell->opt, cell->bounded ? cell->width : 0,
			     head->family, head->client, head->client_port, NULL);
}

/**
 * cell_server() - the server, with its service's name
 * @p:		where to
 * @cell:	its cell
 * @head:	of the record
 *
 * Return: the end.
 */
char *cell_server(char *p, const struct cell *cell,
		  const struct synfin_record_head *head)
{
	return cell_endpoint(p, cell->opt, cell->bounded ? cell->width : 0,
			     head->family, head->server, head->server_port,
			     cell->opt->numeric ? NULL :
			     service_name(head->server_port));
}

/**
 * cell_netns() - the namespace
 * @p:		where to
 * @head:	of the record
 *
 * Return: the end.
 */
char *cell_netns(char *p, const struct synfin_record_head *head)
{
	return head->netns ? fmt_u64(p, head->netns) : p;
}

/**
 * cell_duration() - a duration
 * @p:		where to
 * @cell:	its cell
 * @ns:		the duration, SYNFIN_NS_NONE if it is not known
 *
 * Return: the end.
 */
char *cell_duration(char *p, const struct cell *cell, uint64_t ns)
{
	if (ns == SYNFIN_NS_NONE)
		return p;
	return fmt_duration(p, ns, cell->width);
}
