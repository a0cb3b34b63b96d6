// SPDX-License-Identifier: GPL-2.0
/*
 * A RST that its receiver seemed not to accept is looked at once more.
 *
 * A socket is asked at the hook, when segments that passed before may still be on their
 * way to it on other processors; with them a RST is acceptable that is not without. So
 * a moment later the socket is looked for again: if it has gone, and the connection has
 * not closed, the RST was true.
 *
 * One at a time for each CPU: a flood of RSTs that are forged costs no more than that.
 */
#include "recheck.h"
#include "route.h"
#include "socket.h"
#include "stats.h"

#include <linux/bitops.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/ip.h>

/* Longer than a receiver holds its socket, or another processor a segment. */
#define DELAY	(HZ / 4)

#define BUSY	0

/**
 * struct recheck - a RST that is looked at once more
 * @work:	does it
 * @state:	bit BUSY
 * @sn:		its namespace
 * @seg:	the RST
 * @passed_ns:	when it passed
 * @dif:	index of the device that it arrived on
 * @sdif:	index of the device below a VRF, or 0
 */
struct recheck {
	struct delayed_work	work;
	unsigned long		state;
	struct synfin_net	*sn;
	struct synfin_segment	seg;
	u64			passed_ns;
	int			dif;
	int			sdif;
};

static DEFINE_PER_CPU(struct recheck, rechecks);

static void recheck_work(struct work_struct *work)
{
	struct recheck *r = container_of(work, struct recheck, work.work);

	if (synfin_socket_is_gone(r->sn->net, &r->seg, r->dif, r->sdif)) {
		r->seg.verdict = SYNFIN_VERDICT_GONE;
		synfin_route_again(r->sn, &r->seg, r->passed_ns);
	}
	/* Pairs with test_and_set_bit_lock() in synfin_recheck_later(). */
	clear_bit_unlock(BUSY, &r->state);
}

/**
 * synfin_recheck_later() - look at a RST once more
 * @sn:		its namespace
 * @skb:	the packet
 * @state:	the hook, LOCAL_IN
 * @seg:	the RST, found to be forged
 *
 * Context: LOCAL_IN.
 */
void synfin_recheck_later(struct synfin_net *sn, const struct sk_buff *skb,
			  const struct nf_hook_state *state,
			  const struct synfin_segment *seg)
{
	struct recheck *r = raw_cpu_ptr(&rechecks);

	/* Pairs with clear_bit_unlock() in recheck_work(). */
	if (test_and_set_bit_lock(BUSY, &r->state))
		return;
	r->sn = sn;
	r->seg = *seg;
	r->passed_ns = ktime_get_ns();
	r->dif = state->in->ifindex;
	r->sdif = seg->family == 4 ? inet_sdif(skb) : inet6_sdif(skb);
	schedule_delayed_work(&r->work, DELAY);
}

/**
 * synfin_recheck_flush() - have done what is to be done
 *
 * Context: may sleep; no hook of the namespaces that go away runs any more.
 */
void synfin_recheck_flush(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		flush_delayed_work(&per_cpu(rechecks, cpu).work);
}

/**
 * synfin_recheck_setup() - before the first hook
 *
 * Context: module load.
 */
void __init synfin_recheck_setup(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		INIT_DELAYED_WORK(&per_cpu(rechecks, cpu).work, recheck_work);
}
