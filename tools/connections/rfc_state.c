// SPDX-License-Identifier: GPL-2.0
/*
 * States of the two ends, from the one that the module keeps.
 */
#include <stddef.h>
#include <string.h>

#include "connections/rfc_state.h"
#include "output/util.h"

static const char *const names[RFC_STATES] = {
	[RFC_SYN_SENT] = "syn-sent",
	[RFC_SYN_RECEIVED] = "syn-received",
	[RFC_ESTABLISHED] = "established",
	[RFC_FIN_WAIT_1] = "fin-wait-1",
	[RFC_FIN_WAIT_2] = "fin-wait-2",
	[RFC_CLOSE_WAIT] = "close-wait",
	[RFC_CLOSING] = "closing",
	[RFC_LAST_ACK] = "last-ack",
	[RFC_TIME_WAIT] = "time-wait",
};

/* By the module's word: the end that sent the first SYN, or FIN, and the other. */
static const struct {
	const char *word;
	enum rfc_state first;
	enum rfc_state other;
} states[] = {
	{ "syn", RFC_SYN_SENT, RFC_UNKNOWN },
	{ "syn-syn", RFC_SYN_RECEIVED, RFC_SYN_RECEIVED },
	{ "syn-ack", RFC_SYN_SENT, RFC_SYN_RECEIVED },
	{ "open", RFC_ESTABLISHED, RFC_ESTABLISHED },
	{ "fin", RFC_FIN_WAIT_1, RFC_ESTABLISHED },
	{ "half", RFC_FIN_WAIT_2, RFC_CLOSE_WAIT },
	{ "fin-fin", RFC_CLOSING, RFC_CLOSING },
	{ "last", RFC_TIME_WAIT, RFC_LAST_ACK },
};

/**
 * rfc_name() - the name of a state
 * @state: the state
 *
 * Return: as in RFC 9293, in small letters; NULL if it is not known.
 */
const char *rfc_name(enum rfc_state state)
{
	return state < RFC_STATES ? names[state] : NULL;
}

/**
 * rfc_word() - the names, one after the other
 * @i: which; 0 has none that could be typed
 *
 * Return: the name, NULL after the last.
 */
const char *rfc_word(unsigned int i)
{
	return i ? rfc_name((enum rfc_state)i) : "unknown";
}

/**
 * rfc_states() - states of both ends
 * @state:	the word of the module
 * @closed_by:	"server" if that one sent the first FIN
 * @ends:	set, of client and server
 */
void rfc_states(const char *state, const char *closed_by, enum rfc_state ends[2])
{
	bool server = !strcmp(closed_by, "server");

	ends[0] = RFC_UNKNOWN;
	ends[1] = RFC_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (strcmp(states[i].word, state))
			continue;
		ends[server] = states[i].first;
		ends[!server] = states[i].other;
	}
}

/**
 * rfc_match() - are these states wanted?
 * @f:		which are
 * @client:	of the client
 * @server:	of the server
 *
 * Return: true if they are.
 */
bool rfc_match(const struct rfc_filter *f, enum rfc_state client,
	       enum rfc_state server)
{
	uint32_t both = 1u << client | 1u << server;

	return !(f->denied & both) && (!f->wanted || f->wanted & both);
}
