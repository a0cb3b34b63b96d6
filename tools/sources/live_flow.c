// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a line of /proc/net/synfin/flows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/live_flow.h"

enum kind { NUMBER, WORD };

static const struct {
	const char *name;
	enum kind kind;
} keys[LIVE_KEYS] = {
	[LIVE_ID] = { "id", NUMBER },
	[LIVE_NETNS] = { "netns", NUMBER },
	[LIVE_FAMILY] = { "family", NUMBER },
	[LIVE_CLIENT] = { "client", WORD },
	[LIVE_CLIENT_PORT] = { "client_port", NUMBER },
	[LIVE_SERVER] = { "server", WORD },
	[LIVE_SERVER_PORT] = { "server_port", NUMBER },
	[LIVE_STATE] = { "state", WORD },
	[LIVE_OPEN] = { "open", WORD },
	[LIVE_CLOSE] = { "close", WORD },
	[LIVE_CLOSED_BY] = { "closed_by", WORD },
	[LIVE_AGE] = { "age_ns", NUMBER },
	[LIVE_IDLE] = { "idle_ns", NUMBER },
	[LIVE_SYNS] = { "syn_count", NUMBER },
	[LIVE_SYN_ACKS] = { "syn_ack_count", NUMBER },
	[LIVE_FINS] = { "fin_count", NUMBER },
	[LIVE_RSTS] = { "rst_count", NUMBER },
	[LIVE_SERVER_RTT] = { "server_rtt_ns", NUMBER },
	[LIVE_CLIENT_RTT] = { "client_rtt_ns", NUMBER },
	[LIVE_HANDSHAKE] = { "handshake_ns", NUMBER },
	[LIVE_CLIENT_ISN] = { "client_isn", NUMBER },
	[LIVE_SERVER_ISN] = { "server_isn", NUMBER },
	[LIVE_FTP_CONTROL] = { "ftp_control", NUMBER },
	[LIVE_PROCESS] = { "process", WORD },
	[LIVE_PID] = { "pid", NUMBER },
	[LIVE_COMM] = { "comm", WORD },
	[LIVE_CGROUP_ID] = { "cgroup_id", NUMBER },
	[LIVE_SOCKET] = { "socket", NUMBER },
};

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

	for (int i = 0; i < LIVE_KEYS; i++) {
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
	int family = strchr(f->word[LIVE_CLIENT], ':') ? AF_INET6 : AF_INET;

	f->head.family = family == AF_INET6 ? 6 : 4;
	f->head.netns = f->number[LIVE_NETNS] == SYNFIN_NS_NONE ? 0 :
			(uint32_t)f->number[LIVE_NETNS];
	f->head.client_port = (uint16_t)f->number[LIVE_CLIENT_PORT];
	f->head.server_port = (uint16_t)f->number[LIVE_SERVER_PORT];
	return inet_pton(family, f->word[LIVE_CLIENT], f->head.client) == 1 &&
	       inet_pton(family, f->word[LIVE_SERVER], f->head.server) == 1;
}

/* As of a record: names are looked up where that is possible. */
static void find_owner(struct live_flow *f)
{
	struct synfin_record_conn c = { .process = SYNFIN_PROCESS_NONE };

	unescape(f->word[LIVE_COMM]);
	for (unsigned int kind = 1; owner_process_word(kind); kind++)
		if (!strcmp(f->word[LIVE_PROCESS], owner_process_word(kind)))
			c.process = (uint8_t)kind;
	c.pid = f->number[LIVE_PID] == SYNFIN_NS_NONE ? 0 : (uint32_t)f->number[LIVE_PID];
	c.socket = f->number[LIVE_SOCKET] == SYNFIN_NS_NONE ? 0 : (uint32_t)f->number[LIVE_SOCKET];
	c.cgroup = f->number[LIVE_CGROUP_ID] == SYNFIN_NS_NONE ? 0 : f->number[LIVE_CGROUP_ID];
	memcpy(c.comm, f->word[LIVE_COMM], strnlen(f->word[LIVE_COMM], sizeof(c.comm)));
	owner_find(&c, &f->owner);
	f->number[LIVE_PID] = f->owner.pid ? f->owner.pid : SYNFIN_NS_NONE;
	snprintf(f->word[LIVE_COMM], sizeof(f->word[LIVE_COMM]), "%s", f->owner.comm);
}

/**
 * live_flow_parse() - read a line of the file
 * @line: the line, which is cut into words; what the module of tomorrow adds is passed over
 * @f:	  set to what it says
 *
 * Return: false if it is no connection.
 */
bool live_flow_parse(char *line, struct live_flow *f)
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
	rfc_states(f->word[LIVE_STATE], f->word[LIVE_CLOSED_BY], f->state);
	find_owner(f);
	return true;
}

/**
 * live_flow_key() - how something of a connection is called
 * @key:	that
 * @is_word:	set to whether it is a word, and no number
 *
 * Return: its name.
 */
const char *live_flow_key(enum live_key key, bool *is_word)
{
	*is_word = keys[key].kind == WORD;
	return keys[key].name;
}
