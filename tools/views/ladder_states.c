// SPDX-License-Identifier: GPL-2.0
/*
 * The diagram of RFC 9293, 3.3.2, as a table, and where a connection enters it.
 */
#include "views/ladder_states.h"

static const char * const names[LADDER_STATE_NR] = {
	[LADDER_UNKNOWN]	= "?",
	[LADDER_CLOSED]		= "CLOSED",
	[LADDER_LISTEN]		= "LISTEN",
	[LADDER_SYN_SENT]	= "SYN_SENT",
	[LADDER_SYN_RECV]	= "SYN_RECV",
	[LADDER_ESTABLISHED]	= "ESTABLISHED",
	[LADDER_FIN_WAIT_1]	= "FIN_WAIT_1",
	[LADDER_FIN_WAIT_2]	= "FIN_WAIT_2",
	[LADDER_CLOSING]	= "CLOSING",
	[LADDER_TIME_WAIT]	= "TIME_WAIT",
	[LADDER_CLOSE_WAIT]	= "CLOSE_WAIT",
	[LADDER_LAST_ACK]	= "LAST_ACK",
};

/*
 * What is not here stays. Beside the arcs of the diagram there are those that
 * a segment implies when the phases before it are missing.
 */
static const unsigned char next_state[LADDER_EVENT_NR][LADDER_STATE_NR] = {
	[LADDER_SEND_SYN] = {		/* active open */
		[LADDER_UNKNOWN]	= LADDER_SYN_SENT,
		[LADDER_CLOSED]		= LADDER_SYN_SENT,
		[LADDER_LISTEN]		= LADDER_SYN_SENT,
	},
	[LADDER_RECV_SYN] = {		/* passive open; from SYN_SENT simultaneous */
		[LADDER_UNKNOWN]	= LADDER_SYN_RECV,
		[LADDER_LISTEN]		= LADDER_SYN_RECV,
		[LADDER_SYN_SENT]	= LADDER_SYN_RECV,
	},
	[LADDER_SEND_SYN_ACK] = {	/* implies that the SYN has arrived */
		[LADDER_UNKNOWN]	= LADDER_SYN_RECV,
		[LADDER_CLOSED]		= LADDER_SYN_RECV,
		[LADDER_LISTEN]		= LADDER_SYN_RECV,
		[LADDER_SYN_SENT]	= LADDER_SYN_RECV,
	},
	[LADDER_RECV_SYN_ACK] = {
		[LADDER_UNKNOWN]	= LADDER_ESTABLISHED,
		[LADDER_SYN_SENT]	= LADDER_ESTABLISHED,
		[LADDER_SYN_RECV]	= LADDER_ESTABLISHED,
	},
	[LADDER_SEND_ACK] = {		/* implies that the SYN-ACK has arrived */
		[LADDER_UNKNOWN]	= LADDER_ESTABLISHED,
		[LADDER_CLOSED]		= LADDER_ESTABLISHED,
		[LADDER_SYN_SENT]	= LADDER_ESTABLISHED,
	},
	[LADDER_RECV_ACK] = {
		[LADDER_UNKNOWN]	= LADDER_ESTABLISHED,
		[LADDER_SYN_RECV]	= LADDER_ESTABLISHED,
	},
	[LADDER_SEND_FIN] = {
		[LADDER_UNKNOWN]	= LADDER_FIN_WAIT_1,
		[LADDER_SYN_SENT]	= LADDER_FIN_WAIT_1,
		[LADDER_SYN_RECV]	= LADDER_FIN_WAIT_1,
		[LADDER_ESTABLISHED]	= LADDER_FIN_WAIT_1,
		[LADDER_CLOSE_WAIT]	= LADDER_LAST_ACK,
	},
	[LADDER_RECV_FIN] = {		/* in FIN_WAIT_1 the two FINs have crossed */
		[LADDER_UNKNOWN]	= LADDER_CLOSE_WAIT,
		[LADDER_SYN_SENT]	= LADDER_CLOSE_WAIT,
		[LADDER_SYN_RECV]	= LADDER_CLOSE_WAIT,
		[LADDER_ESTABLISHED]	= LADDER_CLOSE_WAIT,
		[LADDER_FIN_WAIT_1]	= LADDER_CLOSING,
		[LADDER_FIN_WAIT_2]	= LADDER_TIME_WAIT,
	},
	[LADDER_FIN_ACKED] = {		/* got the ACK of its FIN */
		[LADDER_UNKNOWN]	= LADDER_FIN_WAIT_2,
		[LADDER_FIN_WAIT_1]	= LADDER_FIN_WAIT_2,
		[LADDER_CLOSING]	= LADDER_TIME_WAIT,
		[LADDER_LAST_ACK]	= LADDER_CLOSED,
	},
	[LADDER_SEND_RST] = {
		[LADDER_UNKNOWN]	= LADDER_CLOSED,
		[LADDER_SYN_SENT ... LADDER_LAST_ACK] = LADDER_CLOSED,
	},
	[LADDER_RECV_RST] = {		/* from SYN_RECV back to LISTEN, as the diagram says */
		[LADDER_SYN_SENT]	= LADDER_CLOSED,
		[LADDER_SYN_RECV]	= LADDER_LISTEN,
		[LADDER_ESTABLISHED ... LADDER_LAST_ACK] = LADDER_CLOSED,
	},
};

/* The states of the sender and its peer when the phases before are missing. */
static const struct {
	unsigned char sender;
	unsigned char peer;
} missing[SYNFIN_PHASE_NR] = {
	[SYNFIN_PHASE_SYN_ACK]	= { LADDER_LISTEN,	LADDER_SYN_SENT },
	[SYNFIN_PHASE_ACK]	= { LADDER_SYN_SENT,	LADDER_SYN_RECV },
	[SYNFIN_PHASE_FIN_1]	= { LADDER_ESTABLISHED,	LADDER_ESTABLISHED },
	[SYNFIN_PHASE_ACK_1]	= { LADDER_CLOSE_WAIT,	LADDER_FIN_WAIT_1 },
	[SYNFIN_PHASE_FIN_2]	= { LADDER_CLOSE_WAIT,	LADDER_FIN_WAIT_2 },
	[SYNFIN_PHASE_ACK_2]	= { LADDER_TIME_WAIT,	LADDER_LAST_ACK },
};

/**
 * ladder_state_name() - a state, as RFC 9293 and ss(8) would spell it
 * @state: the state
 *
 * Return: the name, "?" for one that is not known.
 */
const char *ladder_state_name(enum ladder_state state)
{
	return names[state];
}

/**
 * ladder_move() - what an event does to an end
 * @state:	its state
 * @event:	the event, LADDER_EVENT_NR for none
 */
void ladder_move(enum ladder_state *state, enum ladder_event event)
{
	if (event < LADDER_EVENT_NR && next_state[event][*state])
		*state = next_state[event][*state];
}

/* Where the server is before the first SYN: what came of it tells. */
static enum ladder_state server_before(const struct conn *c)
{
	switch (c->sum.opening) {
	case SYNFIN_OPEN_REFUSED:
	case SYNFIN_OPEN_SIMULTANEOUS:
		return LADDER_CLOSED;
	case SYNFIN_OPEN_UNANSWERED:
	case SYNFIN_OPEN_UNREACHABLE:
		return LADDER_UNKNOWN;
	default:
		return LADDER_LISTEN;
	}
}

/**
 * ladder_states_before() - the states before the first phase that is there
 * @c:		the connection
 * @state:	filled in, by enum synfin_from
 */
void ladder_states_before(const struct conn *c, enum ladder_state state[2])
{
	const struct step *first = c->phases;

	if (c->nr_phases && first->phase == SYNFIN_PHASE_SYN) {
		state[SYNFIN_FROM_CLIENT] = LADDER_CLOSED;
		state[SYNFIN_FROM_SERVER] = server_before(c);
	} else if (c->sum.opening == SYNFIN_OPEN_MIDSTREAM && !c->lost_phases) {
		state[SYNFIN_FROM_CLIENT] = LADDER_ESTABLISHED;
		state[SYNFIN_FROM_SERVER] = LADDER_ESTABLISHED;
	} else if (c->nr_phases && first->phase < SYNFIN_PHASE_NR) {
		state[first->from & 1] = missing[first->phase].sender;
		state[!(first->from & 1)] = missing[first->phase].peer;
	} else {
		state[SYNFIN_FROM_CLIENT] = LADDER_UNKNOWN;
		state[SYNFIN_FROM_SERVER] = LADDER_UNKNOWN;
	}
}
