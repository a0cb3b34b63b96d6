/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module keeps for each network namespace.
 */
#ifndef _SYNFIN_NET_H
#define _SYNFIN_NET_H

#include <linux/percpu.h>
#include <linux/types.h>
#include "core/hash.h"

struct net;
struct nf_hook_ops;
struct proc_dir_entry;
struct synfin_counters;

/**
 * struct synfin_net - what the module keeps for a network namespace
 * @keys:	of the hash of its flows; random, written once, shown to nobody
 * @counters:	its figures
 * @net:	the namespace
 * @inum:	its inode number, as in /proc/PID/ns/net
 * @hooks:	what was registered; their priv is this
 * @proc:	its /proc/net/synfin
 */
struct synfin_net {
	struct synfin_hash_keys		keys;
	struct synfin_counters __percpu	*counters;
	struct net			*net;
	u32				inum;
	struct nf_hook_ops		*hooks;
	struct proc_dir_entry		*proc;
};

int synfin_net_setup(void);
void synfin_net_teardown(void);

#endif /* _SYNFIN_NET_H */
