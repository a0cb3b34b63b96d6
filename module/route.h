/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The route of a segment behind the hooks.
 */
#ifndef _SYNFIN_ROUTE_H
#define _SYNFIN_ROUTE_H

#include <linux/types.h>

struct sk_buff;
struct sock;
struct synfin_drop_event;
struct synfin_flow;
struct synfin_net;
struct synfin_result;
struct synfin_segment;
struct tcphdr;

/* route.c */
void synfin_route(struct synfin_net *sn, struct synfin_segment *seg, u64 hash,
		  const struct sock *sk, const struct sk_buff *skb);
void synfin_route_held(struct synfin_net *sn, struct synfin_segment *seg);
void synfin_route_again(struct synfin_net *sn, const struct synfin_segment *seg,
			u64 passed_ns);
u64 synfin_route_opened(void);
void synfin_route_report(struct synfin_flow *flow,
			 const struct synfin_result *res);

/* route_first.c */
bool synfin_route_first(struct synfin_net *sn, const struct sk_buff *skb, u8 pf,
			const struct tcphdr *th, u64 hash);

/* route_drop.c */
void synfin_route_suspect(struct synfin_drop_event *event);
void synfin_route_drop(const struct synfin_drop_event *event, bool begin);

#endif /* _SYNFIN_ROUTE_H */
