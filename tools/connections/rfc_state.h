/* SPDX-License-Identifier: GPL-2.0 */
/*
 * States of the two ends of a live connection, by RFC 9293.
 */
#ifndef _TOOLS_RFC_STATE_H
#define _TOOLS_RFC_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of a connection's life; RFC_UNKNOWN has no name. */
enum rfc_state {
	RFC_UNKNOWN,
	RFC_SYN_SENT,
	RFC_SYN_RECEIVED,
	RFC_ESTABLISHED,
	RFC_FIN_WAIT_1,
	RFC_FIN_WAIT_2,
	RFC_CLOSE_WAIT,
	RFC_CLOSING,
	RFC_LAST_ACK,
	RFC_TIME_WAIT,
	RFC_STATES,
};

/**
 * struct rfc_filter - which states are wanted, as bits
 * @wanted:	one end at least is in one of these, if there are any
 * @denied:	no end is in one of these
 */
struct rfc_filter {
	uint32_t wanted;
	uint32_t denied;
};

const char *rfc_name(enum rfc_state state);
const char *rfc_word(unsigned int i);
void rfc_states(const char *state, const char *closed_by, enum rfc_state ends[2]);
bool rfc_match(const struct rfc_filter *f, enum rfc_state client,
	       enum rfc_state server);

#endif /* _TOOLS_RFC_STATE_H */
