/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection that is live now, as /proc/net/synfin/flows has it: a line each, words
 * of key=value, - for what is not known.
 */
#ifndef _TOOLS_LIVE_FLOW_H
#define _TOOLS_LIVE_FLOW_H

#include <arpa/inet.h>
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "connections/owner.h"
#include "connections/rfc_state.h"
#include "uapi/synfin.h"

/* An address, or a command of which each character is written as \nnn. */
#define LIVE_WORD_ROOM	72
static_assert(LIVE_WORD_ROOM > INET6_ADDRSTRLEN, "addresses fit");

/* Keys in the order in which JSON has them. */
enum live_key {
	LIVE_ID, LIVE_NETNS, LIVE_FAMILY, LIVE_CLIENT, LIVE_CLIENT_PORT, LIVE_SERVER,
	LIVE_SERVER_PORT, LIVE_STATE, LIVE_OPEN, LIVE_CLOSE, LIVE_CLOSED_BY, LIVE_AGE,
	LIVE_IDLE, LIVE_SYNS, LIVE_SYN_ACKS, LIVE_FINS, LIVE_RSTS, LIVE_SERVER_RTT,
	LIVE_CLIENT_RTT, LIVE_HANDSHAKE, LIVE_CLIENT_ISN, LIVE_SERVER_ISN,
	LIVE_FTP_CONTROL, LIVE_PROCESS, LIVE_PID, LIVE_COMM, LIVE_CGROUP_ID, LIVE_SOCKET, LIVE_KEYS
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
	uint64_t number[LIVE_KEYS];
	char word[LIVE_KEYS][LIVE_WORD_ROOM];
	enum rfc_state state[2];
	struct synfin_record_head head;
	struct owner owner;
};

bool live_flow_parse(char *line, struct live_flow *f);
const char *live_flow_key(enum live_key key, bool *is_word);

#endif /* _TOOLS_LIVE_FLOW_H */
