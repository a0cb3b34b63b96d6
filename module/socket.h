/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a socket of this host says of a segment: will it be accepted?
 */
#ifndef _SYNFIN_SOCKET_H
#define _SYNFIN_SOCKET_H

#include "segment.h"

/**
 * struct synfin_socket_life - what a socket says of its connection
 * @found:	there is one, if only in TIME_WAIT
 * @lived:	it has had more than its handshake
 * @idle_ns:	since it last sent or received anything
 */
struct synfin_socket_life {
	bool	found;
	bool	lived;
	u64	idle_ns;
};

struct net;
struct nf_hook_state;
struct sk_buff;
struct sock;

u8 synfin_socket_ask(const struct sk_buff *skb, const struct nf_hook_state *state,
		     struct synfin_segment *seg);

/**
 * synfin_socket_judge() - ask the sockets of this host about a segment
 * @skb:	the packet
 * @state:	the hook
 * @seg:	the segment; its verdict is set
 *
 * Of most there is nothing to be asked.
 *
 * Context: any context of a hook; takes and drops a reference to a socket.
 */
static inline void synfin_socket_judge(const struct sk_buff *skb,
				       const struct nf_hook_state *state,
				       struct synfin_segment *seg)
{
	if (seg->kind == SYNFIN_KIND_RST || seg->kind == SYNFIN_KIND_FIN)
		seg->verdict = synfin_socket_ask(skb, state, seg);
	else
		seg->verdict = SYNFIN_VERDICT_UNKNOWN;
}

struct sock *synfin_socket_of(struct net *net, const struct synfin_segment *seg);
struct sock *synfin_socket_listener(struct net *net, const struct synfin_segment *seg);
void synfin_socket_fares(struct net *net, const struct synfin_segment *seg,
			 struct synfin_socket_life *life);
bool synfin_socket_is_gone(struct net *net, const struct synfin_segment *seg,
			   int dif, int sdif);

#endif /* _SYNFIN_SOCKET_H */
