// SPDX-License-Identifier: GPL-2.0
/*
 * synfin flows: the connections that are live now, as /proc/net/synfin/flows has
 * them: a line each, words of key=value, - for what is not known.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/totals.h"
#include "connections/owner.h"
#include "connections/rfc_state.h"
#include "output/table_cells.h"
#include "output/complain.h"
#include "output/csv.h"
#include "output/fmt.h"
#include "output/json.h"
#include "output/service.h"
#include "output/sorted.h"
#include "sources/proc.h"

enum kind { NUMBER, WORD };

/* An address, or a command of which each character is written as \nnn. */
#define WORD_ROOM	72
static_assert(WORD_ROOM > INET6_ADDRSTRLEN, "addresses fit");

/* Keys in the order in which JSON has them. */
enum key {
	ID, NETNS, FAMILY, CLIENT, CLIENT_PORT, SERVER, SERVER_PORT, STATE, OPEN,
	CLOSE, CLOSED_BY, AGE, IDLE, SYNS, SYN_ACKS, FINS, RSTS, SERVER_RTT,
	CLIENT_RTT, HANDSHAKE, CLIENT_ISN, SERVER_ISN, PROCESS, PID, COMM, CGROUP_ID,
	SOCKET, NR_KEYS
};

static const struct {
	const char *name;
	enum kind kind;
} keys[NR_KEYS] = {
	[ID] = { "id", NUMBER },
	[NETNS] = { "netns", NUMBER },
	[FAMILY] = { "family", NUMBER },
	[CLIENT] = { "client", WORD },
	[CLIENT_PORT] = { "client_port", NUMBER },
	[SERVER] = { "server", WORD },
	[SERVER_PORT] = { "server_port", NUMBER },
	[STATE] = { "state", WORD },
	[OPEN] = { "open", WORD },
	[CLOSE] = { "close", WORD },
	[CLOSED_BY] = { "closed_by", WORD },
	[AGE] = { "age_ns", NUMBER },
	[IDLE] = { "idle_ns", NUMBER },
	[SYNS] = { "syn_count", NUMBER },
	[SYN_ACKS] = { "syn_ack_count", NUMBER },
	[FINS] = { "fin_count", NUMBER },
	[RSTS] = { "rst_count", NUMBER },
	[SERVER_RTT] = { "server_rtt_ns", NUMBER },
	[CLIENT_RTT] = { "client_rtt_ns", NUMBER },
	[HANDSHAKE] = { "handshake_ns", NUMBER },
	[CLIENT_ISN] = { "client_isn", NUMBER },
	[SERVER_ISN] = { "server_isn", NUMBER },
	[PROCESS] = { "process", WORD },
	[PID] = { "pid", NUMBER },
	[COMM] = { "comm", WORD },
	[CGROUP_ID] = { "cgroup_id", NUMBER },
	[SOCKET] = { "socket", NUMBER },
};

/**
 * struct live_flow - a line of the file
 * @number:	by key, SYNFIN_NS_NONE if it is not known
 * @word:	by key, "" if it is not known
 * @state:	of client and server, by RFC 9293
 * @head:	what filters go by
 * @owner:	whose it is
 */
struct live_flow {
	uint64_t number[NR_KEYS];
	char word[NR_KEYS][WORD_ROOM];
	enum rfc_state state[2];
	struct synfin_record_head head;
	struct owner owner;
};

/* --- reading --- */

/* \\nnn is a character that is no letter. */
static void unescape(char *text)
{
	char *to = text;

	while (*text) {
		unsigned int code;

		if (sscanf(text, "\\%3o", &code) == 1 && strspn(text + 1, "01234567") >= 3) {
			*to++ = (char)code;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

static void take_word(struct live_flow *f, const char *name, const char *value)
{
	char *end;

	for (int i = 0; i < NR_KEYS; i++) {
		if (strcmp(name, keys[i].name) || !strcmp(value, "-"))
			continue;
		if (keys[i].kind == WORD) {
			snprintf(f->word[i], sizeof(f->word[i]), "%s", value);
			return;
		}
		f->number[i] = strtoull(value, &end, 10);
		if (*end)
			f->number[i] = SYNFIN_NS_NONE;
		return;
	}
}

static bool parse_ends(struct live_flow *f)
{
	int family = strchr(f->word[CLIENT], ':') ? AF_INET6 : AF_INET;

	f->head.family = family == AF_INET6 ? 6 : 4;
	f->head.netns = f->number[NETNS] == SYNFIN_NS_NONE ? 0 :
			(uint32_t)f->number[NETNS];
	f->head.client_port = (uint16_t)f->number[CLIENT_PORT];
	f->head.server_port = (uint16_t)f->number[SERVER_PORT];
	return inet_pton(family, f->word[CLIENT], f->head.client) == 1 &&
	       inet_pton(family, f->word[SERVER], f->head.server) == 1;
}

/* As of a record: names are looked up where that is possible. */
static void find_owner(struct live_flow *f)
{
	struct synfin_record_conn c = { .process = SYNFIN_PROCESS_NONE };

	unescape(f->word[COMM]);
	for (unsigned int kind = 1; owner_process_word(kind); kind++)
		if (!strcmp(f->word[PROCESS], owner_process_word(kind)))
			c.process = (uint8_t)kind;
	c.pid = f->number[PID] == SYNFIN_NS_NONE ? 0 : (uint32_t)f->number[PID];
	c.socket = f->number[SOCKET] == SYNFIN_NS_NONE ? 0 : (uint32_t)f->number[SOCKET];
	c.cgroup = f->number[CGROUP_ID] == SYNFIN_NS_NONE ? 0 : f->number[CGROUP_ID];
	memcpy(c.comm, f->word[COMM], strnlen(f->word[COMM], sizeof(c.comm)));
	owner_find(&c, &f->owner);
	f->number[PID] = f->owner.pid ? f->owner.pid : SYNFIN_NS_NONE;
	snprintf(f->word[COMM], sizeof(f->word[COMM]), "%s", f->owner.comm);
}

/* Cuts @line into words; what the module of tomorrow adds is passed over. */
static bool parse(char *line, struct live_flow *f)
{
	char *word, *value, *rest = NULL;

	memset(f, 0, sizeof(*f));
	memset(f->number, 0xff, sizeof(f->number));
	for (word = strtok_r(line, " \t\n", &rest); word;
	     word = strtok_r(NULL, " \t\n", &rest)) {
		value = strchr(word, '=');
		if (!value)
			continue;
		*value++ = '\0';
		take_word(f, word, value);
	}
	if (!parse_ends(f))
		return false;
	rfc_states(f->word[STATE], f->word[CLOSED_BY], f->state);
	find_owner(f);
	return true;
}

/* --- showing --- */

static void show_json(struct out *out, const void *row)
{
	const struct live_flow *f = row;
	struct json j;

	json_begin(&j, out);
	for (int i = 0; i < NR_KEYS; i++) {
		if (keys[i].kind == NUMBER)
			json_ns(&j, keys[i].name, f->number[i]);
		else
			json_text(&j, keys[i].name, *f->word[i] ? f->word[i] : NULL);
		if (i == SERVER_PORT)
			json_text(&j, "service", service_name(f->head.server_port));
		if (i == COMM)
			json_text(&j, "cgroup", f->owner.cgroup);
	}
	json_text(&j, "client_state", rfc_name(f->state[0]));
	json_text(&j, "server_state", rfc_name(f->state[1]));
	json_end(&j);
}

static const struct live_flow *flow_of(const void *row)
{
	return row;
}

#define FIGURE(name, cell_put, key)					\
static uint64_t num_##name(const void *row)				\
{									\
	return flow_of(row)->number[key];				\
}									\
									\
static char *put_##name(char *p, struct cell *cell)			\
{									\
	return cell_put(p, cell, num_##name(cell->row));		\
}

#define WORDS(name, key)						\
static char *put_##name(char *p, struct cell *cell)			\
{									\
	return fmt_text(p, flow_of(cell->row)->word[key]);		\
}

FIGURE(id, cell_number, ID)
FIGURE(netns, cell_number, NETNS)
FIGURE(age, cell_duration, AGE)
FIGURE(idle, cell_duration, IDLE)
FIGURE(syn, cell_number, SYNS)
FIGURE(syn_ack, cell_number, SYN_ACKS)
FIGURE(fin, cell_number, FINS)
FIGURE(rst, cell_number, RSTS)
FIGURE(server_rtt, cell_duration, SERVER_RTT)
FIGURE(client_rtt, cell_duration, CLIENT_RTT)
FIGURE(handshake, cell_duration, HANDSHAKE)
FIGURE(client_isn, cell_number, CLIENT_ISN)
FIGURE(server_isn, cell_number, SERVER_ISN)
WORDS(open, OPEN)
WORDS(close, CLOSE)
WORDS(by, CLOSED_BY)
FIGURE(pid, cell_number, PID)

static char *put_comm(char *p, struct cell *cell)
{
	return cell_text(p, cell, flow_of(cell->row)->owner.comm);
}

static char *put_cgroup(char *p, struct cell *cell)
{
	return cell_cgroup(p, cell, flow_of(cell->row)->owner.cgroup,
			   flow_of(cell->row)->number[CGROUP_ID]);
}

static char *put_client(char *p, struct cell *cell)
{
	return cell_client(p, cell, &flow_of(cell->row)->head);
}

static char *put_server(char *p, struct cell *cell)
{
	return cell_server(p, cell, &flow_of(cell->row)->head);
}

/* Of the client and of the server, or of both. */
static char *put_state(char *p, struct cell *cell)
{
	const struct live_flow *f = flow_of(cell->row);
	const char *client = rfc_name(f->state[0]), *server = rfc_name(f->state[1]);

	if (f->state[0] != RFC_ESTABLISHED || f->state[1] != RFC_ESTABLISHED)
		cell->color = SGR_YELLOW;
	if (!client || (server && !strcmp(client, server)))
		return server ? fmt_text(p, server) : p;
	p = fmt_text(p, client);
	if (!server)
		return p;
	*p++ = '/';
	return fmt_text(p, server);
}

static const struct column table_flows[] = {
	{ "CLIENT", 2, 21, 9, 47, false, put_client, NULL, "who sent the first SYN" },
	{ "SERVER", 1, 21, 9, 47, false, put_server, NULL, "the other end" },
	{ "STATE", 1, 21, 10, 23, false, put_state, NULL,
	  "of client/server, by RFC 9293" },
	{ "AGE", 3, 5, 5, 6, true, put_age, num_age, "since the first segment" },
	{ "IDLE", 4, 5, 5, 6, true, put_idle, num_idle,
	  "since the last one that was looked at" },
	{ "S-RTT", 5, 5, 5, 6, true, put_server_rtt, num_server_rtt,
	  "last SYN to SYN-ACK: the server's side" },
	{ "C-RTT", 6, 5, 5, 6, true, put_client_rtt, num_client_rtt,
	  "SYN-ACK to ACK: the client's side" },
	{ "OPEN", 7, 14, 14, 14, false, put_open, NULL, "how it opened" },
	{ "CLOSE", 8, 12, 12, 12, false, put_close, NULL, "how it is closing" },
	{ "BY", 8, 6, 6, 6, false, put_by, NULL, "who closes" },
	{ "SYN", 9, 3, 3, 3, true, put_syn, num_syn, "SYNs, repeated ones included" },
	{ "SYN-ACK", 9, 7, 7, 7, true, put_syn_ack, num_syn_ack, "SYN-ACKs" },
	{ "FIN", 9, 3, 3, 3, true, put_fin, num_fin, "FINs of both ends" },
	{ "RST", 9, 3, 3, 3, true, put_rst, num_rst, "RSTs of both ends" },
	{ "NETNS", 10, 10, 10, 10, true, put_netns, num_netns, "its network namespace" },
	{ "PID", 0, 7, 7, 7, true, put_pid, num_pid,
	  "the process that opened it, or that owns the listener" },
	{ "COMM", 0, 15, 8, 15, false, put_comm, NULL, "its command" },
	{ "CGROUP", 0, 24, 10, 60, false, put_cgroup, NULL, "its control group" },
	{ "HANDSHAKE", 0, 9, 9, 9, true, put_handshake, num_handshake,
	  "first SYN to ACK" },
	{ "C-ISN", 0, 10, 10, 10, true, put_client_isn, num_client_isn,
	  "the client's initial sequence number" },
	{ "S-ISN", 0, 10, 10, 10, true, put_server_isn, num_server_isn,
	  "the server's" },
	{ "ID", 0, 10, 10, 20, true, put_id, num_id, "the same in its records" },
	{ .name = NULL },
};

static bool is_wanted(const struct options *opt, const struct live_flow *f)
{
	if (opt->filter.on_head && !filter_head(&opt->filter, &f->head))
		return false;
	if (opt->older_ns &&
	    (f->number[AGE] == SYNFIN_NS_NONE || f->number[AGE] < opt->older_ns))
		return false;
	return rfc_match(&opt->states, f->state[0], f->state[1]) &&
	       (!opt->filter.owned ||
		filter_owner(&opt->filter, &f->owner,
			     f->number[CGROUP_ID] == SYNFIN_NS_NONE ? 0 :
			     f->number[CGROUP_ID]));
}

static int read_flows(FILE *file, const struct options *opt, struct sorted *rows)
{
	uint64_t nr = 0;
	char *text = NULL;
	size_t size = 0;
	struct live_flow f;
	int err = 0;

	while (!err && getline(&text, &size, file) > 0) {
		if (*text == '#' || !parse(text, &f) || !is_wanted(opt, &f))
			continue;
		err = sorted_add(rows, &f);
		/* The largest of all are known when all have been seen. */
		if (++nr == opt->count && !opt->sort)
			break;
	}
	free(text);
	return err;
}

static void say_total(const struct options *opt, struct out *out, size_t shown)
{
	if (opt->quiet || opt->json || opt->csv || !opt->headings)
		return;
	closing_line(out, "%zu live connection%s", shown, shown == 1 ? "" : "s");
}

static void show(const struct options *opt, struct out *out, struct table *table,
		 const struct sorted *rows)
{
	size_t nr = rows->nr;

	if (opt->count && opt->count < nr)
		nr = (size_t)opt->count;
	if (table)
		table_heading(table, out);
	for (size_t i = 0; i < nr; i++) {
		if (opt->csv)
			csv_row(out, show_json, sorted_row(rows, i), opt->headings);
		else if (opt->json)
			show_json(out, sorted_row(rows, i));
		else
			table_row(table, out, sorted_row(rows, i));
	}
	if (opt->csv && !nr)
		csv_empty(out, show_json, &(struct live_flow){ .head.family = 4 },
			  opt->headings);
	say_total(opt, out, nr);
}

/**
 * cmd_flows() - the connections that are live now
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_flows(const struct options *opt)
{
	bool as_table = !opt->json && !opt->csv;
	struct sorted rows;
	struct table table;
	struct out out;
	FILE *file;
	int err;

	if (as_table) {
		enum table_result result = table_init(&table, table_flows, opt);

		if (result != TABLE_READY)
			return result;
	}
	if (sorted_init(&rows, sizeof(struct live_flow), table_flows, opt))
		return 2;
	/* Copies are of another time, or another machine. */
	owner_live(!opt->proc);
	file = proc_open(PROC_FLOWS);
	if (!file)
		return EXIT_FAILURE;
	err = read_flows(file, opt, &rows);
	if (proc_close(file, PROC_FLOWS))
		err = -1;
	if (out_open(&out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	sorted_sort(&rows);
	show(opt, &out, as_table ? &table : NULL, &rows);
	sorted_free(&rows);
	out_close(&out);
	return err || out.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
