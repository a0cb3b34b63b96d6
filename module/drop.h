/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments that this host drops, by the tracepoint skb:kfree_skb.
 */
#ifndef _SYNFIN_DROP_H
#define _SYNFIN_DROP_H

#include <linux/types.h>
#include "core/wire.h"
#include "uapi/synfin.h"

struct synfin_net;

/**
 * struct synfin_drops - what of a connection was dropped here
 * @count:	how many segments
 * @reason:	enum synfin_drop, of the last
 * @hook:	of netfilter, NF_INET_* + 1; 0 if not known
 * @taken:	the server's socket has been found to live
 * @unseen:	the last SYN that was dropped had come to no hook of ours
 *
 * Under the lock of its flow.
 */
struct synfin_drops {
	u16	count;
	u8	reason;
	u8	hook;
	bool	taken;
	bool	unseen;
};

/**
 * enum synfin_drop_place - had it passed our hook when it was dropped?
 * @SYNFIN_DROP_BEHIND:	it had
 * @SYNFIN_DROP_BEFORE:	it had not
 * @SYNFIN_DROP_EITHER:	on its way out, where rules may come before us
 */
enum synfin_drop_place {
	SYNFIN_DROP_BEHIND,
	SYNFIN_DROP_BEFORE,
	SYNFIN_DROP_EITHER,
};

/**
 * struct synfin_drop_event - a segment was dropped
 * @sn:		its namespace
 * @passed_ns:	when
 * @seg:	the segment
 * @reason:	enum synfin_drop
 * @hook:	of netfilter, NF_INET_* + 1; 0 if not known
 * @place:	enum synfin_drop_place
 */
struct synfin_drop_event {
	struct synfin_net	*sn;
	u64			passed_ns;
	struct synfin_segment	seg;
	u8			reason;
	u8			hook;
	u8			place;
};

/* drop.c */
int synfin_drop_watch(void);
void synfin_drop_cease(void);

/* drop_reason.c */
void synfin_drop_learn(void);
bool synfin_drop_may_be(unsigned int reason);
u8 synfin_drop_why(unsigned int reason, bool is_syn, unsigned long location, bool *told);

/* drop_queue.c */
int synfin_drop_setup(void);
void synfin_drop_teardown(void);
void synfin_drop_flush(void);
void synfin_drop_put(struct synfin_net *sn, const struct synfin_drop_event *event,
		     bool followed);
void synfin_drop_suspect(struct synfin_net *sn, const struct synfin_segment *seg);
void synfin_drop_count(const struct synfin_drop_event *event);

#endif /* _SYNFIN_DROP_H */
