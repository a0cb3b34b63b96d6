// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces come and go: each gets figures, files in its /proc and hooks.
 */
#include "net.h"
#include "drop.h"
#include "hook.h"
#include "maker.h"
#include "queue.h"
#include "recheck.h"
#include "stats.h"
#include "table.h"

#include <linux/memcontrol.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

static unsigned int synfin_net_id __read_mostly;

/* What there is already is not charged to whoever loads the module. */
static bool loading;

static struct synfin_net *synfin_net(const struct net *net)
{
	return net_generic(net, synfin_net_id);
}

static int __net_init synfin_net_init(struct net *net)
{
	struct synfin_net *sn = synfin_net(net);
	int err;

	sn->net = net;
	sn->inum = net->ns.inum;
	get_random_bytes(&sn->keys, sizeof(sn->keys));
	sn->keys.mix |= 1;
	synfin_ftp_init(&sn->ftp);
	err = synfin_maker_get(net, &sn->maker);
	if (err)
		return err;
	if (!loading)
		sn->memcg = get_mem_cgroup_from_mm(current->mm);
	err = synfin_stats_init(sn);
	if (err)
		goto err_put_maker;
	err = synfin_proc_init(sn);
	if (err)
		goto err_clean_stats;
	err = synfin_hook_init(sn);
	if (err)
		goto err_clean_proc;
	WRITE_ONCE(sn->watched, true);
	return 0;

err_clean_proc:
	synfin_proc_clean(sn);
err_clean_stats:
	synfin_stats_clean(sn);
err_put_maker:
	mem_cgroup_put(sn->memcg);
	synfin_maker_put(sn->maker);
	return err;
}

/* A grace period passes between the two: no hook of the namespace runs any more. */
static void __net_exit synfin_net_pre_exit(struct net *net)
{
	/* Whoever drops a segment has read it under rcu_read_lock(). */
	WRITE_ONCE(synfin_net(net)->watched, false);
	synfin_hook_clean(synfin_net(net));
}

/* If somebody may still report a flow of theirs, another one. */
static void __net_exit synfin_net_exit_batch(struct list_head *nets)
{
	bool gone = true;
	struct net *net;

	synfin_recheck_flush();
	synfin_drop_flush();
	list_for_each_entry(net, nets, exit_list) {
		synfin_proc_clean(synfin_net(net));
		synfin_hook_free(synfin_net(net));
		gone &= synfin_table_net_exit(synfin_net(net));
	}
	if (!gone)
		synchronize_rcu();
	list_for_each_entry(net, nets, exit_list) {
		synfin_queue_clean(synfin_net(net));
		synfin_stats_clean(synfin_net(net));
		mem_cgroup_put(synfin_net(net)->memcg);
		synfin_maker_put(synfin_net(net)->maker);
	}
}

static struct pernet_operations synfin_net_ops = {
	.init = synfin_net_init,
	.pre_exit = synfin_net_pre_exit,
	.exit_batch = synfin_net_exit_batch,
	.id = &synfin_net_id,
	.size = sizeof(struct synfin_net),
};

/**
 * synfin_net_alloc() - memory for what a namespace comes to have
 * @sn:		the namespace
 * @size:	how much
 *
 * It is charged to who made the namespace.
 *
 * Context: any but NMI; no raw lock held.
 *
 * Return: the memory, zeroed, or NULL.
 */
void *synfin_net_alloc(const struct synfin_net *sn, size_t size)
{
	gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN;
	struct mem_cgroup *before;
	void *new;

	if (!sn->memcg)
		return kzalloc(size, gfp);
	before = set_active_memcg(sn->memcg);
	new = kzalloc(size, gfp | __GFP_ACCOUNT);
	set_active_memcg(before);
	return new;
}

/**
 * synfin_net_of() - what is kept for a namespace
 * @net: the namespace; it is there, and so is the module's part of it
 *
 * Context: any.
 *
 * Return: its part.
 */
struct synfin_net *synfin_net_of(const struct net *net)
{
	return synfin_net(net);
}

/**
 * synfin_net_setup() - begin to watch all namespaces, and those to come
 *
 * Context: module load; may sleep.
 *
 * Return: 0, or a negative error.
 */
int synfin_net_setup(void)
{
	int err;

	/* Nobody makes one meanwhile. */
	loading = true;
	err = register_pernet_subsys(&synfin_net_ops);
	loading = false;
	return err;
}

/**
 * synfin_net_teardown() - cease to watch them
 *
 * Context: module unload; may sleep.
 */
void synfin_net_teardown(void)
{
	unregister_pernet_subsys(&synfin_net_ops);
}
