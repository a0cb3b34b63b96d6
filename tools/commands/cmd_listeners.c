// SPDX-License-Identifier: GPL-2.0
/*
 * synfin listeners: whose queues have been how long, and what they had no room for, as
 * /proc/net/synfin/listeners has it: a line each, under headings.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "connections/owner.h"
#include "output/csv.h"
#include "output/fmt.h"
#include "output/json.h"
#include "output/service.h"
#include "output/sorted.h"
#include "output/table_cells.h"
#include "sources/proc.h"

/* A line of the file, and who that is. */
struct listener {
	uint64_t port;
	uint64_t family;
	uint64_t socket;
	uint64_t limit;
	uint64_t longest;
	uint64_t overflows;
	uint64_t syn_overflows;
	struct owner owner;
};

/* Columns of the file; later versions may have more. */
static bool parse(const char *line, struct listener *l)
{
	unsigned long long n[7];

	*l = (struct listener){ .port = 0 };
	if (sscanf(line, "%llu %llu %llu %llu %llu %llu %llu", &n[0], &n[1], &n[2], &n[3],
		   &n[4], &n[5], &n[6]) != 7)
		return false;
	l->port = n[0];
	l->family = n[1];
	l->socket = n[2];
	l->limit = n[3];
	l->longest = n[4];
	l->overflows = n[5];
	l->syn_overflows = n[6];
	return true;
}

static const struct listener *listener_of(const void *row)
{
	return row;
}

#define NUMBER(name, value)						\
static uint64_t num_##name(const void *row)				\
{									\
	return value;							\
}

#define FIGURE(name, value)						\
NUMBER(name, value)							\
									\
static char *put_##name(char *p, struct cell *cell)			\
{									\
	return cell_number(p, cell, num_##name(cell->row));		\
}

NUMBER(port, listener_of(row)->port)
FIGURE(socket, listener_of(row)->socket)
FIGURE(limit, listener_of(row)->limit)
FIGURE(longest, listener_of(row)->longest)
FIGURE(overflows, listener_of(row)->overflows)
FIGURE(syn_overflows, listener_of(row)->syn_overflows)

static char *put_service(char *p, struct cell *cell)
{
	uint16_t port = (uint16_t)listener_of(cell->row)->port;
	const char *name = cell->opt->numeric ? NULL : service_name(port);

	return name ? fmt_text(p, name) : fmt_u64(p, port);
}

static uint64_t num_pid(const void *row)
{
	uint32_t pid = listener_of(row)->owner.pid;

	return pid ? pid : SYNFIN_NS_NONE;
}

static char *put_pid(char *p, struct cell *cell)
{
	return cell_number(p, cell, num_pid(cell->row));
}

static char *put_comm(char *p, struct cell *cell)
{
	return cell_text(p, cell, listener_of(cell->row)->owner.comm);
}

/* What it had no room for stands out. */
static char *put_dropped(char *p, struct cell *cell)
{
	if (listener_of(cell->row)->overflows)
		cell->color = SGR_RED;
	return put_overflows(p, cell);
}

static const struct column columns[] = {
	{ "SERVICE", 1, 14, 7, 16, false, put_service, num_port, "its port" },
	{ "DROPPED", 1, 9, 7, 12, true, put_dropped, num_overflows,
	  "SYNs and ACKs for which its accept queue had no room" },
	{ "SYN-DROPPED", 4, 11, 11, 12, true, put_syn_overflows, num_syn_overflows,
	  "SYNs for which its queue of unanswered SYN-ACKs had no room" },
	{ "LONGEST", 2, 7, 7, 9, true, put_longest, num_longest,
	  "how many waited to be accepted, at most" },
	{ "LIMIT", 2, 7, 7, 9, true, put_limit, num_limit,
	  "how many may, as listen() said; one more does" },
	{ "PID", 3, 7, 7, 7, true, put_pid, num_pid, "the process that owns it" },
	{ "COMM", 3, 15, 8, 15, false, put_comm, NULL, "its command" },
	{ "SOCKET", 5, 10, 10, 10, true, put_socket, num_socket,
	  "its inode number, as of ss -e" },
	{ .name = NULL },
};

static void show_json(struct out *out, const void *row)
{
	const struct listener *l = row;
	struct json j;

	json_begin(&j, out);
	json_number(&j, "port", l->port);
	json_text(&j, "service", service_name((uint16_t)l->port));
	json_number(&j, "family", l->family);
	json_number(&j, "socket", l->socket);
	json_number(&j, "accept_overflows", l->overflows);
	json_number(&j, "syn_overflows", l->syn_overflows);
	json_number(&j, "accept_longest", l->longest);
	json_number(&j, "accept_limit", l->limit);
	json_ns(&j, "pid", num_pid(l));
	json_text(&j, "comm", *l->owner.comm ? l->owner.comm : NULL);
	json_end(&j);
}

static int read_listeners(const struct options *opt, struct sorted *rows)
{
	FILE *file = proc_open(PROC_LISTENERS);
	struct listener l;
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	if (!file)
		return -1;
	while (!err && getline(&text, &size, file) > 0) {
		if (!parse(text, &l))
			continue;
		/* Copies are of another time, or another machine. */
		if (!opt->proc)
			owner_of_socket(l.socket, &l.owner);
		err = sorted_add(rows, &l);
	}
	free(text);
	return proc_close(file, PROC_LISTENERS) ? -1 : err;
}

static void show(const struct options *opt, struct out *out, struct table *table,
		 const struct sorted *rows)
{
	if (table)
		table_heading(table, out);
	for (size_t i = 0; i < rows->nr; i++) {
		if (opt->csv)
			csv_row(out, show_json, sorted_row(rows, i), opt->headings);
		else if (opt->json)
			show_json(out, sorted_row(rows, i));
		else
			table_row(table, out, sorted_row(rows, i));
	}
	if (opt->csv && !rows->nr)
		csv_empty(out, show_json, &(struct listener){ .port = 0 }, opt->headings);
}

/**
 * cmd_listeners() - whose queues are full, and who that is
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_listeners(const struct options *opt)
{
	bool as_table = !opt->json && !opt->csv;
	struct options mine = *opt;
	struct sorted rows;
	struct table table;
	struct out out;
	int err;

	if (!mine.sort)
		mine.sort = "DROPPED";
	if (as_table) {
		enum table_result result = table_init(&table, columns, &mine);

		if (result != TABLE_READY)
			return result;
	}
	if (sorted_init(&rows, sizeof(struct listener), columns, &mine))
		return 2;
	err = read_listeners(&mine, &rows);
	if (!err) {
		if (out_open(&out, STDOUT_FILENO, "stdout"))
			return EXIT_FAILURE;
		err = sorted_sort(&rows);
		if (!err)
			show(&mine, &out, as_table ? &table : NULL, &rows);
		out_close(&out);
		err |= out.failed;
	}
	sorted_free(&rows);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
