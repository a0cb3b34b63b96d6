/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A segment that crosses a namespace more than once is followed once.
 */
#ifndef _SYNFIN_DEDUP_H
#define _SYNFIN_DEDUP_H

#include <linux/types.h>

struct nf_hook_state;
struct sk_buff;
struct synfin_flow;
struct synfin_segment;

/**
 * struct synfin_way - which way the segments of one end of a flow take
 * @first:	the way that the last one took which was counted, see
 *		synfin_dedup_way(); 0 if none was
 * @here:	how many times that one passed there, up to 255
 * @there:	how many times it came back on another way, up to 255
 * @kind:	enum synfin_kind of that one
 * @marks:	what else is known, see dedup.c
 *
 * Under the lock of the flow's stripe.
 */
struct synfin_way {
	u32	first;
	u8	here;
	u8	there;
	u8	kind;
	u8	marks;
};

/* dedup.c */
u32 synfin_dedup_way(const struct sk_buff *skb, const struct nf_hook_state *state);
bool synfin_dedup_crossed(struct synfin_flow *flow, const struct synfin_segment *seg);
void synfin_dedup_passed(struct synfin_flow *flow, const struct synfin_segment *seg);

#endif /* _SYNFIN_DEDUP_H */
