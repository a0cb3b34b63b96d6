// SPDX-License-Identifier: GPL-2.0
/*
 * The table of groups: what the connections have in common, how many there are, how many
 * failed, and how long the parts of their handshakes took.
 */
#include <string.h>

#include "output/table_cells.h"
#include "output/fmt.h"
#include "output/json.h"
#include "views/view_groups.h"

static const struct group *group_of(const void *row)
{
	return row;
}

#define FIGURE(name, cell_put, value)					\
static uint64_t num_##name(const void *row)				\
{									\
	const struct group *g = group_of(row);				\
									\
	return value;							\
}									\
									\
static char *put_##name(char *p, struct cell *cell)			\
{									\
	return cell_put(p, cell, num_##name(cell->row));		\
}

FIGURE(conns, cell_number, g->conns)
FIGURE(resets, cell_number, g->resets)
FIGURE(server_50, cell_duration, spread_percentile(&g->server, 50))
FIGURE(server_99, cell_duration, spread_percentile(&g->server, 99))
FIGURE(client_50, cell_duration, spread_percentile(&g->client, 50))
FIGURE(client_99, cell_duration, spread_percentile(&g->client, 99))
FIGURE(handshake_50, cell_duration, spread_percentile(&g->handshake, 50))
FIGURE(handshake_99, cell_duration, spread_percentile(&g->handshake, 99))
FIGURE(closing_50, cell_duration, spread_percentile(&g->closing, 50))
FIGURE(closing_99, cell_duration, spread_percentile(&g->closing, 99))
FIGURE(response_50, cell_duration, spread_percentile(&g->response, 50))
FIGURE(response_99, cell_duration, spread_percentile(&g->response, 99))
FIGURE(tls_50, cell_duration, spread_percentile(&g->tls, 50))
FIGURE(tls_99, cell_duration, spread_percentile(&g->tls, 99))
FIGURE(up, cell_bytes, g->up)
FIGURE(down, cell_bytes, g->down)

static uint64_t num_failed(const void *row)
{
	return group_of(row)->failed;
}

static char *put_failed(char *p, struct cell *cell)
{
	if (group_of(cell->row)->failed)
		cell->color = SGR_RED;
	return cell_number(p, cell, num_failed(cell->row));
}

#define KEY(i)								\
static char *put_key_##i(char *p, struct cell *cell)			\
{									\
	return fmt_text(p, group_of(cell->row)->key[i]);		\
}

KEY(0)
KEY(1)
KEY(2)
KEY(3)

static const struct column keys[GROUP_KINDS] = {
	[GROUP_SERVER] = { "SERVER", 1, 21, 9, 47, false, NULL, NULL, "the server" },
	[GROUP_CLIENT] = { "CLIENT", 1, 15, 9, 39, false, NULL, NULL, "the client" },
	[GROUP_SERVICE] = { "SERVICE", 1, 14, 7, 16, false, NULL, NULL, "its port" },
	[GROUP_OUTCOME] = { "RESULT", 1, 14, 10, 14, false, NULL, NULL,
			    "how they closed, or why they did not open" },
	[GROUP_OPEN] = { "OPEN", 1, 14, 10, 14, false, NULL, NULL, "how they opened" },
	[GROUP_CLOSE] = { "CLOSE", 1, 12, 9, 12, false, NULL, NULL, "how they closed" },
	[GROUP_CLOSED_BY] = { "BY", 1, 6, 6, 6, false, NULL, NULL, "who closed" },
	[GROUP_PROTOCOL] = { "PROTO", 1, 8, 7, 8, false, NULL, NULL,
			     "what their first bytes are" },
	[GROUP_STATUS] = { "STATUS", 1, 6, 6, 6, true, NULL, NULL,
			   "status of the first HTTP/1 response" },
	[GROUP_DROPPED] = { "DROPPED", 1, 21, 9, 25, false, NULL, NULL,
			    "why this host dropped segments of theirs" },
	[GROUP_COMM] = { "COMM", 1, 15, 8, 15, false, NULL, NULL, "whose they are" },
	[GROUP_CGROUP] = { "CGROUP", 1, 24, 10, 60, false, NULL, NULL,
			   "control group of whose they are" },
	[GROUP_NETNS] = { "NETNS", 1, 10, 10, 10, true, NULL, NULL, "their namespace" },
};

static const struct column figures[] = {
	{ "CONNS", 1, 7, 5, 9, true, put_conns, num_conns, "how many" },
	{ "FAILED", 2, 6, 6, 7, true, put_failed, num_failed, "that did not open" },
	{ "RESET", 3, 5, 5, 7, true, put_resets, num_resets, "that a RST ended" },
	{ "S-P50", 4, 5, 5, 6, true, put_server_50, num_server_50,
	  "the server's side: half took no longer" },
	{ "S-P99", 4, 5, 5, 6, true, put_server_99, num_server_99,
	  "99 in 100 took no longer" },
	{ "C-P50", 5, 5, 5, 6, true, put_client_50, num_client_50, "the client's side" },
	{ "C-P99", 5, 5, 5, 6, true, put_client_99, num_client_99, "the same" },
	{ "H-P50", 6, 5, 5, 6, true, put_handshake_50, num_handshake_50,
	  "the whole handshake" },
	{ "H-P99", 6, 5, 5, 6, true, put_handshake_99, num_handshake_99, "the same" },
	{ "F-P50", 7, 5, 5, 6, true, put_closing_50, num_closing_50,
	  "first FIN to last ACK" },
	{ "F-P99", 7, 5, 5, 6, true, put_closing_99, num_closing_99, "the same" },
	{ "R-P50", 9, 5, 5, 6, true, put_response_50, num_response_50,
	  "the first response: client's first byte to the server's" },
	{ "R-P99", 9, 5, 5, 6, true, put_response_99, num_response_99, "the same" },
	{ "T-P50", 10, 5, 5, 6, true, put_tls_50, num_tls_50, "TLS's handshake" },
	{ "T-P99", 10, 5, 5, 6, true, put_tls_99, num_tls_99, "the same" },
	{ "UP", 8, 5, 5, 5, true, put_up, num_up, "bytes of clients" },
	{ "DOWN", 8, 5, 5, 5, true, put_down, num_down, "bytes of servers" },
};

/**
 * group_columns() - the columns of a table of groups
 * @columns:	filled
 * @by:		what the groups are made by
 * @nr:		how many of these
 */
void group_columns(struct column columns[GROUP_COLUMNS], const enum group_key *by,
		   unsigned int nr)
{
	static char *(*const puts[GROUP_KEYS])(char *p, struct cell *cell) = {
		put_key_0, put_key_1, put_key_2, put_key_3,
	};

	for (unsigned int i = 0; i < nr; i++) {
		columns[i] = keys[by[i]];
		columns[i].put = puts[i];
	}
	memcpy(columns + nr, figures, sizeof(figures));
	columns[nr + ARRAY_SIZE(figures)] = (struct column){ .name = NULL };
}

static enum group_key json_by[GROUP_KEYS];
static unsigned int json_nr;

/**
 * group_json_keys() - what groups are made by, for group_json()
 * @by:		these
 * @nr:		how many
 */
void group_json_keys(const enum group_key *by, unsigned int nr)
{
	memcpy(json_by, by, nr * sizeof(*by));
	json_nr = nr;
}

static void put_spread(struct json *j, const char *name, const struct spread *s)
{
	static const unsigned int percents[] = { 50, 90, 99 };
	char text[64];

	snprintf(text, sizeof(text), "%s_count", name);
	json_number(j, text, s->nr);
	for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
		snprintf(text, sizeof(text), "%s_p%u_ns", name, percents[i]);
		json_ns(j, text, spread_percentile(s, percents[i]));
	}
	snprintf(text, sizeof(text), "%s_max_ns", name);
	json_ns(j, text, s->nr ? s->most : SYNFIN_NS_NONE);
}

/**
 * group_json() - a group as an object
 * @out:	where to
 * @row:	the group
 */
void group_json(struct out *out, const void *row)
{
	const struct group *g = row;
	struct json j;

	json_begin(&j, out);
	for (unsigned int i = 0; i < json_nr; i++)
		json_text(&j, groups_word(json_by[i]),
			  strcmp(g->key[i], "-") ? g->key[i] : NULL);
	json_number(&j, "conns", g->conns);
	json_number(&j, "failed", g->failed);
	json_number(&j, "resets", g->resets);
	json_number(&j, "bytes_client", g->up);
	json_number(&j, "bytes_server", g->down);
	put_spread(&j, "server_rtt", &g->server);
	put_spread(&j, "client_rtt", &g->client);
	put_spread(&j, "handshake", &g->handshake);
	put_spread(&j, "close", &g->closing);
	put_spread(&j, "first_request", &g->request);
	put_spread(&j, "first_response", &g->response);
	put_spread(&j, "tls_handshake", &g->tls);
	json_end(&j);
}
