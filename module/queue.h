/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queues of listeners: how long they were, and what they had no room for.
 */
#ifndef _SYNFIN_QUEUE_H
#define _SYNFIN_QUEUE_H

#include <linux/types.h>

struct seq_file;
struct sock;
struct synfin_drop_event;
struct synfin_net;
struct synfin_segment;

/* Listeners of a namespace that are told apart. */
#define SYNFIN_LISTENERS	64

/**
 * struct synfin_listener - a listener, and its queue of connections to be accepted
 * @socket:	its inode number, 0 if there is none here
 * @port:	its port
 * @family:	4 or 6; one that takes both says 6
 * @limit:	how many may wait, as listen() said; one more does
 * @longest:	how many waited at most, when a SYN-ACK was sent or an ACK dropped
 * @overflows:	SYNs and ACKs that were dropped as it was full
 * @syn_overflows: SYNs that were dropped as the queue of unanswered SYN-ACKs was full
 * @tick:	jiffies, when it was last changed
 */
struct synfin_listener {
	u32	socket;
	u16	port;
	u8	family;
	u32	limit;
	u32	longest;
	u32	tick;
	u64	overflows;
	u64	syn_overflows;
};

struct synfin_listeners;

void synfin_queue_note(struct synfin_net *sn, const struct sock *sk);
bool synfin_queue_is_pressed(const struct synfin_net *sn);
u8 synfin_queue_ask(const struct synfin_drop_event *event);
unsigned int synfin_queue_copy(const struct synfin_net *sn,
			       struct synfin_listener out[SYNFIN_LISTENERS]);
void synfin_queue_clean(struct synfin_net *sn);

/* queue_proc.c */
int synfin_queue_show(struct seq_file *m, void *v);
void synfin_queue_sum(const struct synfin_listener *row, unsigned int nr, u32 port,
		      struct synfin_listener *sum);

#endif /* _SYNFIN_QUEUE_H */
