// SPDX-License-Identifier: GPL-2.0
/*
 * Cells that several tables have. What is not known is an empty cell.
 */
#include <string.h>

#include "output/table_cells.h"
#include "output/fmt.h"
#include "output/service.h"
#include "output/text.h"
#include "output/words.h"

/*
 * Takes text out of the middle of an address, which is known by how it begins; a port
 * is whole, or replaced by a mark. Half of it would be another port.
 */
static char *elide(char *text, char *end, unsigned int width,
		   unsigned int port_len, bool utf8)
{
	unsigned int len = (unsigned int)(end - text);
	const char *mark = utf8 ? "\xe2\x80\xa6" : "..";
	unsigned int mark_columns = utf8 ? 1 : 2, head, tail;
	size_t mark_len = strlen(mark);
	char rest[FMT_ROOM];

	if (!width || len <= width)
		return end;
	tail = (width - mark_columns) / 2;
	if (tail < port_len + 5)
		tail = port_len + 5;
	if (tail > width - mark_columns - 3)
		tail = width - mark_columns - 3;
	if (width < mark_columns + 3 + port_len || tail < port_len)
		tail = port_len;
	if (width < mark_columns + port_len)
		return end;	/* the table cuts it, with a mark at the end */
	head = width - mark_columns - tail;
	memcpy(rest, end - tail, tail);
	memcpy(text + head, mark, mark_len);
	memcpy(text + head + mark_len, rest, tail);
	return text + head + mark_len + tail;
}

static char *put_addr(char *p, unsigned int family, const uint8_t *addr)
{
	if (family == 4)
		return fmt_addr(p, family, addr);
	*p++ = '[';
	p = fmt_addr(p, family, addr);
	*p++ = ']';
	return p;
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
	char *text = p, *colon = put_addr(p, family, addr);

	/* A number is shorter than most names. */
	if (service && width && strlen(service) > 5 &&
	    (size_t)(colon - text) + 1 + strlen(service) > width)
		service = NULL;
	p = colon;
	*p++ = ':';
	p = service ? fmt_text(p, service) : fmt_u64(p, port);
	return elide(text, p, width, (unsigned int)(p - colon), opt->utf8);
}

/**
 * cell_time() - when
 * @p:		where to
 * @cell:	its cell
 * @ns:		since 1970
 *
 * Return: the end.
 */
char *cell_time(char *p, const struct cell *cell, uint64_t ns)
{
	static uint64_t first;

	switch (cell->opt->time) {
	case TIME_ISO:
		return fmt_iso(p, ns);
	case TIME_EPOCH:
		return fmt_seconds(p, ns);
	case TIME_RELATIVE:
		if (!first)
			first = ns;
		if (ns < first)
			*p++ = '-';
		p = fmt_seconds(p, ns < first ? first - ns : ns - first);
		return p - 3;	/* no nanoseconds */
	default:
		return fmt_clock(p, ns, cell->width < 15 ? 3 : 6);
	}
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

/**
 * cell_bytes() - a number of bytes
 * @p:		where to
 * @cell:	its cell
 * @bytes:	how many, SYNFIN_BYTES_NONE if it is not known
 *
 * Return: the end.
 */
char *cell_bytes(char *p, const struct cell *cell, uint64_t bytes)
{
	(void)cell;
	return bytes == SYNFIN_BYTES_NONE ? p : fmt_bytes(p, bytes);
}

/**
 * cell_number() - a number
 * @p:		where to
 * @cell:	its cell
 * @number:	SYNFIN_NS_NONE if it is not known
 *
 * Return: the end.
 */
char *cell_number(char *p, const struct cell *cell, uint64_t number)
{
	(void)cell;
	return number == SYNFIN_NS_NONE ? p : fmt_u64(p, number);
}

/**
 * cell_text() - text that somebody else has chosen
 * @p:		where to
 * @cell:	its cell, which is empty
 * @text:	anything
 *
 * Return: the end.
 */
char *cell_text(char *p, const struct cell *cell, const char *text)
{
	return text_shown(p, text, sizeof(cell->text) - 8, cell->plain);
}

/**
 * cell_drop() - why a segment was dropped, in one word
 * @p:		where to
 * @reason:	enum synfin_drop
 * @hook:	NF_INET_* + 1, or 0
 *
 * Return: the end.
 */
char *cell_drop(char *p, unsigned int reason, unsigned int hook)
{
	p = word_copy(p, word_drop(reason));
	if (!hook)
		return p;
	*p++ = ':';
	return word_copy(p, word_hook(hook));
}

/**
 * cell_cgroup() - a control group: of a path the end says most
 * @p:		where to
 * @cell:	the cell
 * @path:	its path, or NULL
 * @id:		its number, which stands for that; or SYNFIN_NS_NONE
 *
 * Return: the end of the text.
 */
char *cell_cgroup(char *p, struct cell *cell, const char *path, uint64_t id)
{
	size_t len;

	if (!path)
		return id == SYNFIN_NS_NONE ? p : fmt_u64(p, id);
	len = strlen(path);
	if (!cell->bounded || len <= cell->width || cell->width < 2)
		return cell_text(p, cell, path);
	p = fmt_text(p, cell->opt->utf8 ? "\xe2\x80\xa6" : "~");
	return cell_text(p, cell, path + len - (cell->width - 1));
}
