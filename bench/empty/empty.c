// SPDX-License-Identifier: GPL-2.0
/*
 * Empty hooks where synfin has its own: what netfilter itself costs.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/net_namespace.h>

static unsigned int empty(void *priv, struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

#define HOOK(family, number)						\
	{								\
		.hook = empty,						\
		.pf = NFPROTO_##family,					\
		.hooknum = NF_INET_##number,				\
		.priority = NF_IP_PRI_FILTER - 1,			\
	}

static const struct nf_hook_ops empty_hooks[] = {
	HOOK(IPV4, LOCAL_IN),
	HOOK(IPV4, FORWARD),
	HOOK(IPV4, LOCAL_OUT),
	HOOK(IPV6, LOCAL_IN),
	HOOK(IPV6, FORWARD),
	HOOK(IPV6, LOCAL_OUT),
};

static int __init empty_init(void)
{
	return nf_register_net_hooks(&init_net, empty_hooks,
				     ARRAY_SIZE(empty_hooks));
}

static void __exit empty_exit(void)
{
	nf_unregister_net_hooks(&init_net, empty_hooks, ARRAY_SIZE(empty_hooks));
}

module_init(empty_init);
module_exit(empty_exit);
MODULE_DESCRIPTION("empty netfilter hooks, to compare with");
MODULE_LICENSE("GPL");
