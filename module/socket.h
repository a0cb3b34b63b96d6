/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a socket of this host says of a segment: will it be accepted?
 */
#ifndef _SYNFIN_SOCKET_H
#define _SYNFIN_SOCKET_H

#include "segment.h"

struct net;
struct nf_hook_state;
struct sk_buff;

void synfin_socket_judge(const struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 struct synfin_segment *seg);
bool synfin_socket_is_gone(struct net *net, const struct synfin_segment *seg,
			   int dif, int sdif);

#endif /* _SYNFIN_SOCKET_H */
