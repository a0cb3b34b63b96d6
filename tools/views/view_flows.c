// SPDX-License-Identifier: GPL-2.0
/*
 * Live connections, as a table and as objects.
 */
#include "views/view_flows.h"

#include <string.h>

#include "output/fmt.h"
#include "output/json.h"
#include "output/service.h"
#include "output/table_cells.h"
#include "sources/live_flow.h"

/**
 * flow_json() - a live connection as an object
 * @out:	where to
 * @row:	the connection
 */
void flow_json(struct out *out, const void *row)
{
	const struct live_flow *f = row;
	struct json j;

	json_begin(&j, out);
	for (int i = 0; i < LIVE_KEYS; i++) {
		bool is_word;
		const char *name = live_flow_key((enum live_key)i, &is_word);

		if (!is_word)
			json_ns(&j, name, f->number[i]);
		else
			json_text(&j, name, *f->word[i] ? f->word[i] : NULL);
		if (i == LIVE_SERVER_PORT)
			json_text(&j, "service", service_name(f->head.server_port));
		if (i == LIVE_COMM)
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

FIGURE(id, cell_number, LIVE_ID)
FIGURE(netns, cell_number, LIVE_NETNS)
FIGURE(age, cell_duration, LIVE_AGE)
FIGURE(idle, cell_duration, LIVE_IDLE)
FIGURE(syn, cell_number, LIVE_SYNS)
FIGURE(syn_ack, cell_number, LIVE_SYN_ACKS)
FIGURE(fin, cell_number, LIVE_FINS)
FIGURE(rst, cell_number, LIVE_RSTS)
FIGURE(server_rtt, cell_duration, LIVE_SERVER_RTT)
FIGURE(client_rtt, cell_duration, LIVE_CLIENT_RTT)
FIGURE(handshake, cell_duration, LIVE_HANDSHAKE)
FIGURE(client_isn, cell_number, LIVE_CLIENT_ISN)
FIGURE(server_isn, cell_number, LIVE_SERVER_ISN)
WORDS(open, LIVE_OPEN)
WORDS(close, LIVE_CLOSE)
WORDS(by, LIVE_CLOSED_BY)
FIGURE(pid, cell_number, LIVE_PID)
FIGURE(ftp, cell_number, LIVE_FTP_CONTROL)

static char *put_comm(char *p, struct cell *cell)
{
	return cell_text(p, cell, flow_of(cell->row)->owner.comm);
}

static char *put_cgroup(char *p, struct cell *cell)
{
	return cell_cgroup(p, cell, flow_of(cell->row)->owner.cgroup,
			   flow_of(cell->row)->number[LIVE_CGROUP_ID]);
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

const struct column flow_columns[] = {
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
	{ "FTP-CONTROL", 0, 11, 11, 20, true, put_ftp, num_ftp,
	  "of FTP's data, ID of the connection that announced it" },
	{ .name = NULL },
};
