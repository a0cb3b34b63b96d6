/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPVS passes LOCAL_IN and then LOCAL_OUT with one packet: to the real server by
 * NAT, or unchanged by direct routing. See ipvs.c.
 */
#ifndef _SYNFIN_IPVS_H
#define _SYNFIN_IPVS_H

#include <linux/types.h>
#include <net/net_namespace.h>

struct nf_hook_state;
struct sk_buff;
struct synfin_net;
struct synfin_segment;

/**
 * synfin_ipvs_is_there() - may IPVS take packets of a namespace?
 * @net: the namespace
 *
 * Return: true if its module is loaded.
 */
static inline bool synfin_ipvs_is_there(const struct net *net)
{
#if IS_ENABLED(CONFIG_IP_VS)
	return READ_ONCE(net->ipvs);
#else
	return false;
#endif
}

bool synfin_ipvs_counted(struct synfin_net *sn, const struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 const struct synfin_segment *seg);

#endif /* _SYNFIN_IPVS_H */
