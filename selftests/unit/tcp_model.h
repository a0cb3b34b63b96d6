/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two TCPs, after RFC 9293, and the network between them, at which somebody looks.
 */
#ifndef _SYNFIN_TCP_MODEL_H
#define _SYNFIN_TCP_MODEL_H

#include "core/phase.h"

#define MODEL_ROOM	6	/* segments under way in each direction, each side */

enum model_state {
	MODEL_CLOSED, MODEL_LISTEN, MODEL_SYN_SENT, MODEL_SYN_RCVD, MODEL_OPEN,
	MODEL_FIN_WAIT_1, MODEL_FIN_WAIT_2, MODEL_CLOSE_WAIT, MODEL_CLOSING,
	MODEL_LAST_ACK, MODEL_TIME_WAIT,
};

/**
 * struct model_tcp - an end
 * @state:	where it is
 * @iss:	its initial number
 * @una:	what the other has acknowledged
 * @nxt:	what it sends next
 * @rcv:	what it expects next
 * @opened:	it has been established
 * @fin:	it has sent a FIN
 * @fin_acked:	which was acknowledged
 * @got_fin:	it has taken the other's
 * @sent_rst:	it has sent a RST
 * @took_rst:	it has believed one
 * @fin_first:	it sent its FIN before it knew of the other's
 * @data:	bytes it has sent, once each
 */
struct model_tcp {
	enum model_state state;
	__u32 iss, una, nxt, rcv;
	bool opened, fin, fin_acked, got_fin, sent_rst, took_rst, fin_first;
	__u32 data;
};

/**
 * struct model_queue - segments under way
 * @seg:	in the order in which they were sent
 * @nr:		how many
 */
struct model_queue {
	struct synfin_segment seg[MODEL_ROOM];
	unsigned int nr;
};

/**
 * struct model - a world
 * @tcp:	both ends, by enum synfin_from
 * @near:	from an end to where somebody looks, by who sent
 * @far:	from there to the other end
 * @choose:	a number below its argument: what comes next
 */
struct model {
	struct model_tcp tcp[2];
	struct model_queue near[2], far[2];
	unsigned int (*choose)(unsigned int limit);
};

void model_begin(struct model *m, unsigned int (*choose)(unsigned int limit),
		 __u32 x, __u32 y);
void model_act(struct model *m, __u8 who);
void model_take(struct model *m, __u8 who, const struct synfin_segment *seg);
bool model_pass(struct model *m, struct model_queue *q, struct synfin_segment *seg);
void model_put(struct model_queue *q, const struct synfin_segment *seg);

#endif /* _SYNFIN_TCP_MODEL_H */
