/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module keeps for each network namespace.
 */
#ifndef _SYNFIN_NET_H
#define _SYNFIN_NET_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include "core/hash.h"
#include "ftp.h"

/* Stripes of the table at most. */
#define SYNFIN_NET_STRIPES	4096

struct net;
struct mem_cgroup;
struct nf_hook_ops;
struct synfin_maker;
struct proc_dir_entry;
struct synfin_counters;

/**
 * struct synfin_net - what the module keeps for a network namespace
 * @keys:	of the hash of its flows; random, written once, shown to nobody
 * @counters:	its figures
 * @memcg:	who is charged for those that it comes to have, or NULL
 * @net:	the namespace
 * @inum:	its inode number, as in /proc/PID/ns/net
 * @hooks:	what was registered; their priv is this
 * @proc:	its /proc/net/synfin
 * @watched:	what it drops is looked at
 * @pressed:	jiffies, when a queue of a listener was found half full; 0 if none was
 * @listeners:	the queues of its listeners; NULL until one has answered
 * @flows:	its flows, and whoever looks at one that is no longer in the table: while
 *		there are any, it stays
 * @embryonic:	those that no ACK has proved
 * @maker:	who holds what it holds, if it does not stand for itself, or NULL
 * @stripes:	of the table, in which it has had flows
 * @ftp:	what FTP announces
 */
struct synfin_net {
	struct synfin_hash_keys		keys;
	struct synfin_counters __percpu	*counters;
	struct mem_cgroup		*memcg;
	struct net			*net;
	u32				inum;
	struct nf_hook_ops		*hooks;
	struct proc_dir_entry		*proc;
	bool				watched;
	u32				pressed;
	struct synfin_listeners		*listeners;
	atomic_t			flows ____cacheline_aligned_in_smp;
	atomic_t			embryonic;
	struct synfin_maker		*maker;
	DECLARE_BITMAP(stripes, SYNFIN_NET_STRIPES);
	struct synfin_ftp_net		ftp;
};

void *synfin_net_alloc(const struct synfin_net *sn, size_t size);
struct synfin_net *synfin_net_of(const struct net *net);
int synfin_net_setup(void);
void synfin_net_teardown(void);

#endif /* _SYNFIN_NET_H */
