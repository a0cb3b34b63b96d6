/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a socket of this host says of a segment: will it be accepted?
 */
#ifndef _SYNFIN_SOCKET_H
#define _SYNFIN_SOCKET_H

#include "segment.h"

struct nf_hook_state;
struct sk_buff;

void synfin_socket_judge(const struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 struct synfin_segment *seg);

#endif /* _SYNFIN_SOCKET_H */
