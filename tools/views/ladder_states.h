/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of both ends of a connection, as its phases drive them.
 *
 * In: a connection's phases. Out: a row per segment, with the state of each end
 * after it, by the diagram of RFC 9293, 3.3.2. Pure: it neither prints nor
 * allocates.
 */
#ifndef _TOOLS_LADDER_STATES_H
#define _TOOLS_LADDER_STATES_H

#include "connections/conn.h"

/**
 * enum ladder_state - state of one end, by RFC 9293
 * @LADDER_UNKNOWN:	nothing tells
 * @LADDER_CLOSED:	no connection
 * @LADDER_LISTEN:	waiting for a SYN
 * @LADDER_SYN_SENT:	sent a SYN
 * @LADDER_SYN_RECV:	got a SYN and sent one, its own is not acknowledged
 * @LADDER_ESTABLISHED:	open
 * @LADDER_FIN_WAIT_1:	sent the first FIN
 * @LADDER_FIN_WAIT_2:	sent the first FIN, and it was acknowledged
 * @LADDER_CLOSING:	both FINs crossed, its own is not acknowledged
 * @LADDER_TIME_WAIT:	waiting for late segments
 * @LADDER_CLOSE_WAIT:	got a FIN, and has not sent its own
 * @LADDER_LAST_ACK:	sent the second FIN
 * @LADDER_STATE_NR:	how many there are
 */
enum ladder_state {
	LADDER_UNKNOWN,
	LADDER_CLOSED,
	LADDER_LISTEN,
	LADDER_SYN_SENT,
	LADDER_SYN_RECV,
	LADDER_ESTABLISHED,
	LADDER_FIN_WAIT_1,
	LADDER_FIN_WAIT_2,
	LADDER_CLOSING,
	LADDER_TIME_WAIT,
	LADDER_CLOSE_WAIT,
	LADDER_LAST_ACK,
	LADDER_STATE_NR,
};

/**
 * enum ladder_event - what moves an end from state to state
 * @LADDER_SEND_SYN:	it sends a SYN
 * @LADDER_RECV_SYN:	a SYN arrives
 * @LADDER_SEND_SYN_ACK: it sends a SYN-ACK
 * @LADDER_RECV_SYN_ACK: a SYN-ACK arrives
 * @LADDER_SEND_ACK:	it acknowledges the SYN-ACK
 * @LADDER_RECV_ACK:	the ACK of its SYN arrives
 * @LADDER_SEND_FIN:	it sends a FIN
 * @LADDER_RECV_FIN:	a FIN arrives
 * @LADDER_FIN_ACKED:	the ACK of its FIN arrives
 * @LADDER_SEND_RST:	it sends a RST
 * @LADDER_RECV_RST:	a RST, or an ICMP error, arrives
 * @LADDER_EVENT_NR:	how many there are
 */
enum ladder_event {
	LADDER_SEND_SYN,
	LADDER_RECV_SYN,
	LADDER_SEND_SYN_ACK,
	LADDER_RECV_SYN_ACK,
	LADDER_SEND_ACK,
	LADDER_RECV_ACK,
	LADDER_SEND_FIN,
	LADDER_RECV_FIN,
	LADDER_FIN_ACKED,
	LADDER_SEND_RST,
	LADDER_RECV_RST,
	LADDER_EVENT_NR,
};

/**
 * struct ladder_row - one segment, or one wait that was given up
 * @rec:	its phase, or the first of its two
 * @also:	the second phase of the same segment, or NULL
 * @carries:	a second FIN that carries the ACK of the first
 * @crossed:	sent before its sender had got the peer's SYN, or FIN
 * @forged:	a reset that was not believed: the connection went on
 * @times:	how many times its own end has sent it
 * @skipped:	segments before it that are not drawn
 * @mixed:	of these, not all are earlier copies of it
 * @after:	the states once it has passed, by enum synfin_from
 */
struct ladder_row {
	const struct step *rec;
	const struct step *also;
	bool carries;
	bool crossed;
	bool forged;
	bool mixed;
	__u32 times;
	__u32 skipped;
	enum ladder_state after[2];
};

/* ladder_states.c */
const char *ladder_state_name(enum ladder_state state);
void ladder_move(enum ladder_state *state, enum ladder_event event);
void ladder_states_before(const struct conn *c, enum ladder_state state[2]);

/* ladder_rows.c */
unsigned int ladder_rows(const struct conn *c, struct ladder_row *rows);

#endif /* _TOOLS_LADDER_STATES_H */
