// SPDX-License-Identifier: GPL-2.0
/*
 * synfin flows: the connections that are live now, as /proc/net/synfin/flows has
 * them: a line each, words of key=value, - for what is not known.
 */
#include <arpa/inet.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "output/cells.h"
#include "commands/cmd.h"
#include "output/complain.h"
#include "output/fmt.h"
#include "sources/proc.h"
#include "output/service.h"
#include "output/term.h"

enum kind { NUMBER, WORD, DURATION };

/* Keys in the order in which JSON has them; heading and rank are for tables. */
enum key {
	ID, NETNS, FAMILY, CLIENT, CLIENT_PORT, SERVER, SERVER_PORT, STATE, OPEN,
	CLOSE, CLOSED_BY, AGE, IDLE, SYNS, SYN_ACKS, FINS, RSTS, SERVER_RTT,
	CLIENT_RTT, HANDSHAKE, CLIENT_ISN, SERVER_ISN, NR_KEYS
};

static const struct {
	const char *name;
	enum kind kind;
	const char *heading;
	bool shown;
} keys[NR_KEYS] = {
	[ID] = { "id", NUMBER, "ID", false },
	[NETNS] = { "netns", NUMBER, "NETNS", false },
	[FAMILY] = { "family", NUMBER, NULL, false },
	[CLIENT] = { "client", WORD, "CLIENT", true },
	[CLIENT_PORT] = { "client_port", NUMBER, NULL, false },
	[SERVER] = { "server", WORD, "SERVER", true },
	[SERVER_PORT] = { "server_port", NUMBER, NULL, false },
	[STATE] = { "state", WORD, "STATE", true },
	[OPEN] = { "open", WORD, "OPEN", false },
	[CLOSE] = { "close", WORD, "CLOSE", false },
	[CLOSED_BY] = { "closed_by", WORD, "BY", false },
	[AGE] = { "age_ns", DURATION, "AGE", true },
	[IDLE] = { "idle_ns", DURATION, "IDLE", true },
	[SYNS] = { "syn_count", NUMBER, "SYN", false },
	[SYN_ACKS] = { "syn_ack_count", NUMBER, "SYN-ACK", false },
	[FINS] = { "fin_count", NUMBER, "FIN", false },
	[RSTS] = { "rst_count", NUMBER, "RST", false },
	[SERVER_RTT] = { "server_rtt_ns", DURATION, "S-RTT", true },
	[CLIENT_RTT] = { "client_rtt_ns", DURATION, "C-RTT", true },
	[HANDSHAKE] = { "handshake_ns", DURATION, "HANDSHAKE", false },
	[CLIENT_ISN] = { "client_isn", NUMBER, "C-ISN", false },
	[SERVER_ISN] = { "server_isn", NUMBER, "S-ISN", false },
};

/* Values by key, NULL if not known, and the head that filters go by. */
struct flow {
	const char *value[NR_KEYS];
	struct synfin_record_head head;
};

static uint64_t number(const struct flow *f, enum key key)
{
	return f->value[key] ? strtoull(f->value[key], NULL, 10) : 0;
}

/* Cuts @line into words; what the module of tomorrow adds is passed over. */
static bool parse(char *line, struct flow *f)
{
	char *word, *value, *rest = NULL;

	*f = (struct flow){ .head.family = 0 };
	for (word = strtok_r(line, " \t\n", &rest); word;
	     word = strtok_r(NULL, " \t\n", &rest)) {
		value = strchr(word, '=');
		if (!value)
			continue;
		*value++ = '\0';
		for (int i = 0; i < NR_KEYS; i++)
			if (!strcmp(word, keys[i].name) && strcmp(value, "-"))
				f->value[i] = value;
	}
	if (!f->value[CLIENT] || !f->value[SERVER])
		return false;
	f->head.family = strchr(f->value[CLIENT], ':') ? 6 : 4;
	f->head.netns = (uint32_t)number(f, NETNS);
	f->head.client_port = (uint16_t)number(f, CLIENT_PORT);
	f->head.server_port = (uint16_t)number(f, SERVER_PORT);
	return inet_pton(f->head.family == 6 ? AF_INET6 : AF_INET,
			 f->value[CLIENT], f->head.client) == 1 &&
	       inet_pton(f->head.family == 6 ? AF_INET6 : AF_INET,
			 f->value[SERVER], f->head.server) == 1;
}

static void show_json(struct out *out, const struct flow *f)
{
	const char *service = service_name(f->head.server_port);

	for (int i = 0; i < NR_KEYS; i++) {
		bool quoted = keys[i].kind == WORD && f->value[i];

		out_printf(out, "%s\"%s\":%s%s%s", i ? "," : "{", keys[i].name,
			   quoted ? "\"" : "",
			   f->value[i] ? f->value[i] : "null",
			   quoted ? "\"" : "");
		if (i == SERVER_PORT && service)
			out_printf(out, ",\"service\":\"%s\"", service);
		else if (i == SERVER_PORT)
			out_text(out, ",\"service\":null");
	}
	out_text(out, "}\n");
}

static void put_cell(struct libscols_line *line, unsigned int column,
		     const struct flow *f, enum key which,
		     const struct options *opt)
{
	struct cell cell = { .opt = opt };
	char *end;

	if (which == CLIENT)
		end = cell_client(cell.text, &cell, &f->head);
	else if (which == SERVER)
		end = cell_server(cell.text, &cell, &f->head);
	else if (!f->value[which] || strlen(f->value[which]) >= sizeof(cell.text))
		return;
	else if (keys[which].kind == DURATION)
		end = fmt_duration(cell.text, number(f, which), 6);
	else
		end = fmt_text(cell.text, f->value[which]);
	*end = '\0';
	scols_line_set_data(line, column, cell.text);
}

static int find_column(const char *name, size_t len)
{
	for (int i = 0; i < NR_KEYS; i++)
		if (keys[i].heading && strlen(keys[i].heading) == len &&
		    !strncasecmp(keys[i].heading, name, len))
			return i;
	complain("-o: no column '%.*s': try some of:", (int)len, name);
	for (int i = 0; i < NR_KEYS; i++)
		if (keys[i].heading)
			fprintf(stderr, "%s%s", i ? "," : "  ", keys[i].heading);
	fputc('\n', stderr);
	return -1;
}

/* Fills @chosen; returns how many, or -1. */
static int choose(const char *names, enum key *chosen)
{
	int nr = 0, key;

	if (!names) {
		for (int i = 0; i < NR_KEYS; i++)
			if (keys[i].shown)
				chosen[nr++] = (enum key)i;
		return nr;
	}
	for (;; names++) {
		size_t len = strcspn(names, ",");

		key = nr < NR_KEYS ? find_column(names, len) : -1;
		if (key < 0)
			return -1;
		chosen[nr++] = (enum key)key;
		names += len;
		if (!*names)
			return nr;
	}
}

static struct libscols_table *new_table(const struct options *opt,
					const enum key *chosen, int nr)
{
	struct libscols_table *table = scols_new_table();
	bool bounded;

	if (!table)
		return NULL;
	scols_table_enable_noheadings(table, !opt->headings);
	scols_table_enable_colors(table, opt->color);
	scols_table_set_termwidth(table, term_width(&bounded));
	scols_table_set_termforce(table, bounded ? SCOLS_TERMFORCE_ALWAYS :
						   SCOLS_TERMFORCE_NEVER);
	for (int i = 0; i < nr; i++) {
		enum key key = chosen[i];
		int flags = keys[key].kind == WORD ? 0 : SCOLS_FL_RIGHT;

		/* These give way if the terminal is narrow. */
		if (key == CLIENT || key == SERVER)
			flags |= SCOLS_FL_TRUNC;
		if (!scols_table_new_column(table, keys[key].heading, 0, flags)) {
			scols_unref_table(table);
			return NULL;
		}
	}
	return table;
}

static uint64_t read_flows(FILE *file, const struct options *opt,
			   struct libscols_table *table, struct out *out,
			   const enum key *chosen, int nr)
{
	struct libscols_line *line;
	uint64_t shown = 0;
	char *text = NULL;
	size_t size = 0;
	struct flow f;

	while (getline(&text, &size, file) > 0) {
		if (*text == '#' || !parse(text, &f) ||
		    !filter_head(&opt->filter, &f.head))
			continue;
		if (!table) {
			show_json(out, &f);
		} else {
			line = scols_table_new_line(table, NULL);
			for (int i = 0; line && i < nr; i++)
				put_cell(line, (unsigned int)i, &f, chosen[i], opt);
		}
		if (++shown == opt->count)
			break;
	}
	free(text);
	return shown;
}

static int show(const struct options *opt, struct out *out, const enum key *chosen,
		int nr)
{
	struct libscols_table *table = NULL;
	FILE *file = proc_open(PROC_FLOWS), *stream;
	uint64_t shown;

	if (!file)
		return -1;
	if (!opt->json) {
		table = new_table(opt, chosen, nr);
		if (!table) {
			fclose(file);
			return complain("out of memory");
		}
	}
	shown = read_flows(file, opt, table, out, chosen, nr);
	if (table) {
		stream = out_stream(out);
		if (stream) {
			scols_table_set_stream(table, stream);
			if (shown)
				scols_print_table(table);
			fclose(stream);
		}
		scols_unref_table(table);
		if (opt->headings)
			out_printf(out, "%llu live connection%s\n",
				   (unsigned long long)shown,
				   shown == 1 ? "" : "s");
	}
	return proc_close(file, PROC_FLOWS);
}

/**
 * cmd_flows() - the connections that are live now
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_flows(const struct options *opt)
{
	enum key chosen[NR_KEYS];
	struct out out;
	int err, nr;

	nr = choose(opt->output, chosen);
	if (nr < 0)
		return 2;
	if (out_open(&out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	err = show(opt, &out, chosen, nr);
	out_close(&out);
	return err || out.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
