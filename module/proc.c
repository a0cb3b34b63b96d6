// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/synfin of each network namespace: stats, latency, services. Flows are in
 * proc_flows.c; the ring, in the first namespace only, is in ring_map.c.
 *
 * In: reads, in process context. Out: text. The sums are taken without a lock. An
 * entry's removal waits for the reads that are under way.
 */
#include "table.h"
#include "queue.h"
#include "ring.h"
#include "stats.h"

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/net_namespace.h>

static const char * const synfin_counter_names[SYNFIN_CNT_NR] = {
#define X(name, text) \
	[SYNFIN_CNT_##name] = #name,
	SYNFIN_COUNTERS(X)
#undef X
};

static const char * const synfin_histogram_names[SYNFIN_HISTOGRAM_NR] = {
	[SYNFIN_HISTOGRAM_HANDSHAKE]	= "handshake",
	[SYNFIN_HISTOGRAM_SERVER_RTT]	= "server_rtt",
	[SYNFIN_HISTOGRAM_CLIENT_RTT]	= "client_rtt",
	[SYNFIN_HISTOGRAM_DURATION]	= "duration",
	[SYNFIN_HISTOGRAM_CLOSE]	= "close",
	[SYNFIN_HISTOGRAM_HALF_CLOSE]	= "half_close",
	[SYNFIN_HISTOGRAM_FIRST_REQUEST] = "first_request",
	[SYNFIN_HISTOGRAM_FIRST_RESPONSE] = "first_response",
	[SYNFIN_HISTOGRAM_TLS_HANDSHAKE] = "tls_handshake",
};

static struct synfin_net *synfin_proc_net(const struct seq_file *m)
{
	return pde_data(file_inode(m->file));
}

static void synfin_put(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "%s %llu\n", name, value);
}

/*
 * The table is one for all namespaces, and so are the rings: what they tell of others
 * is for whoever opened the file with a right in the first of them.
 */
static void synfin_put_shared(struct seq_file *m, const struct synfin_gauges *g)
{
	const struct synfin_ring_header *ring = synfin_ring_header();

	if (!net_eq(synfin_proc_net(m)->net, &init_net) ||
	    !file_ns_capable(m->file, &init_user_ns, CAP_NET_ADMIN))
		return;
	synfin_put(m, "flows_total", g->total);
	synfin_put(m, "flows_embryonic", g->embryonic);
	synfin_put(m, "max_flows", g->max);
	synfin_put(m, "ring_records", ring->ring[SYNFIN_RING_CLOSED].nr_slots);
	synfin_put(m, "ring_cpus", ring->nr_cpus);
	synfin_put(m, "records", synfin_ring_records());
	synfin_put(m, "records_gone", synfin_stats_records_gone());
}

static int synfin_stats_show(struct seq_file *m, void *v)
{
	struct synfin_net *sn = synfin_proc_net(m);
	u64 value[SYNFIN_CNT_NR];
	struct synfin_gauges g;
	unsigned int i;

	synfin_stats_read(sn, value);
	for (i = 0; i < SYNFIN_CNT_NR; i++)
		synfin_put(m, synfin_counter_names[i], value[i]);
	synfin_put(m, "flows_live", value[SYNFIN_CNT_flows_created] -
				    value[SYNFIN_CNT_flows_ended] -
				    value[SYNFIN_CNT_flows_evicted]);

	synfin_table_gauges(sn, &g);
	synfin_put(m, "flows_opening", g.opening);
	synfin_put(m, "flows_open", g.open);
	synfin_put(m, "flows_closing", g.closing);
	synfin_put(m, "flows_lingering", g.lingering);
	synfin_put_shared(m, &g);
	return 0;
}

static int synfin_latency_show(struct seq_file *m, void *v)
{
	const struct synfin_net *sn = synfin_proc_net(m);
	unsigned int i, bucket;
	u64 count;

	seq_puts(m, "# histogram lower_ns upper_ns count\n");
	for (i = 0; i < SYNFIN_HISTOGRAM_NR; i++) {
		for (bucket = 0; bucket < SYNFIN_BUCKET_NR; bucket++) {
			count = synfin_stats_bucket(sn, i, bucket);
			if (!count)
				continue;
			seq_printf(m, "%s %llu %llu %llu\n",
				   synfin_histogram_names[i],
				   synfin_stats_bucket_lower(bucket),
				   synfin_stats_bucket_lower(bucket + 1),
				   count);
		}
	}
	return 0;
}

/* The columns: port, then by enum synfin_cell; openings and closings first. */
static void synfin_services_heading(struct seq_file *m)
{
	unsigned int i;

	BUILD_BUG_ON(SYNFIN_CNT_close_evicted - SYNFIN_CNT_open_established + 1 !=
		     SYNFIN_CELL_BY_CLIENT);
	seq_puts(m, "port");
	for (i = SYNFIN_CNT_open_established; i <= SYNFIN_CNT_close_evicted; i++)
		seq_printf(m, " %s", synfin_counter_names[i]);
	seq_puts(m, " closed_by_client closed_by_server server_rtt_count");
	seq_puts(m, " server_rtt_sum_ns bytes_client bytes_server");
	seq_puts(m, " first_response_count first_response_sum_ns");
	seq_puts(m, " tls_handshake_count tls_handshake_sum_ns");
	seq_puts(m, " accept_overflows syn_overflows accept_longest accept_limit\n");
}

static int synfin_services_show(struct seq_file *m, void *v)
{
	struct synfin_listener *listeners, queue;
	struct synfin_service *services;
	unsigned int nr_listeners;
	int i, j, nr;

	listeners = kvmalloc_array(SYNFIN_LISTENERS, sizeof(*listeners),
				   GFP_KERNEL_ACCOUNT);
	if (!listeners)
		return -ENOMEM;
	nr = synfin_stats_services(synfin_proc_net(m), &services);
	if (nr < 0) {
		kvfree(listeners);
		return nr;
	}
	nr_listeners = synfin_queue_copy(synfin_proc_net(m), listeners);

	synfin_services_heading(m);
	for (i = 0; i < nr; i++) {
		seq_printf(m, "%u", services[i].port);
		for (j = 0; j < SYNFIN_CELL_NR; j++)
			seq_printf(m, " %llu", services[i].cell[j]);
		synfin_queue_sum(listeners, nr_listeners, services[i].port, &queue);
		seq_printf(m, " %llu %llu %u %u\n", queue.overflows,
			   queue.syn_overflows, queue.longest, queue.limit);
	}
	kvfree(listeners);
	kvfree(services);
	return 0;
}

/**
 * synfin_proc_init() - make a namespace's /proc/net/synfin
 * @sn: the namespace; its net and its figures are set up
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int synfin_proc_init(struct synfin_net *sn)
{
	struct proc_dir_entry *dir;

	dir = proc_net_mkdir(sn->net, "synfin", sn->net->proc_net);
	if (!dir)
		return -ENOMEM;
	sn->proc = dir;
	if (proc_create_net_single("stats", 0444, dir, synfin_stats_show, sn) &&
	    proc_create_net_single("latency", 0444, dir, synfin_latency_show,
				   sn) &&
	    proc_create_net_single("services", 0444, dir,
				   synfin_services_show, sn) &&
	    proc_create_net_single("listeners", 0444, dir, synfin_queue_show, sn) &&
	    synfin_proc_flows(sn))
		return 0;
	synfin_proc_clean(sn);
	return -ENOMEM;
}

/**
 * synfin_proc_clean() - remove a namespace's /proc/net/synfin
 * @sn: the namespace
 *
 * Waits for the reads that are under way.
 *
 * Context: Process, may sleep.
 */
void synfin_proc_clean(struct synfin_net *sn)
{
	proc_remove(sn->proc);
	sn->proc = NULL;
}
