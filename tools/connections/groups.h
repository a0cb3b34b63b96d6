/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections counted by what they have in common: server, client, service, outcome.
 */
#ifndef _TOOLS_GROUPS_H
#define _TOOLS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "connections/spread.h"
#include "uapi/synfin.h"

#define GROUP_KEYS	4u	/* what groups are made by, at most */
#define GROUP_TEXT	64u
#define GROUPS_MAX	8192u	/* those that come later are one group */

/* What connections can have in common. */
enum group_key {
	GROUP_SERVER,
	GROUP_CLIENT,
	GROUP_SERVICE,
	GROUP_OUTCOME,
	GROUP_OPEN,
	GROUP_CLOSE,
	GROUP_CLOSED_BY,
	GROUP_NETNS,
	GROUP_PROTOCOL,
	GROUP_STATUS,
	GROUP_DROPPED,
	GROUP_COMM,
	GROUP_CGROUP,
	GROUP_KINDS,
};

/**
 * struct group - connections that have something in common
 * @key:	what that is, by its place in struct groups
 * @head:	of one of them
 * @conns:	how many
 * @failed:	that did not open
 * @resets:	that a RST ended
 * @up:		bytes of clients
 * @down:	bytes of servers
 * @fresh:	connections since groups_tick()
 * @rate:	connections a second, lately
 * @server:	the server's part of the handshake
 * @client:	the client's
 * @handshake:	all of it
 * @closing:	first FIN to last ACK
 * @request:	ACK to the client's first byte
 * @response:	that to the server's
 * @tls:	TLS's handshake
 */
struct group {
	char key[GROUP_KEYS][GROUP_TEXT];
	struct synfin_record_head head;
	uint64_t conns;
	uint64_t failed;
	uint64_t resets;
	uint64_t up;
	uint64_t down;
	uint64_t fresh;
	double rate;
	struct spread server;
	struct spread client;
	struct spread handshake;
	struct spread closing;
	struct spread request;
	struct spread response;
	struct spread tls;
};

struct groups;

struct groups *groups_new(const enum group_key *by, unsigned int nr, bool numeric);
void groups_free(struct groups *g);
int groups_add(struct groups *g, const struct synfin_record_conn *c, bool fresh);
void groups_tick(struct groups *g, double seconds);
size_t groups_nr(const struct groups *g);
const struct group *groups_at(const struct groups *g, size_t i);
void groups_key(const struct synfin_record_conn *c, enum group_key key, bool numeric,
		char text[GROUP_TEXT]);

int groups_parse(const char *text, enum group_key by[GROUP_KEYS]);
const char *groups_word(unsigned int key);

#endif /* _TOOLS_GROUPS_H */
