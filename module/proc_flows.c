// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/synfin/flows: what is open now, a line each.
 *
 * In: reads, in process context. Out: text. The flow table takes its own lock when it
 * copies flows out.
 */
#include "table.h"
#include "stats.h"

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

static const char * const synfin_state_names[SYNFIN_STATE_NR] = {
	[SYNFIN_STATE_NONE]	= "none",
	[SYNFIN_STATE_SYN]	= "syn",
	[SYNFIN_STATE_SYN_SYN]	= "syn-syn",
	[SYNFIN_STATE_SYN_ACK]	= "syn-ack",
	[SYNFIN_STATE_OPEN]	= "open",
	[SYNFIN_STATE_FIN]	= "fin",
	[SYNFIN_STATE_HALF]	= "half",
	[SYNFIN_STATE_FIN_FIN]	= "fin-fin",
	[SYNFIN_STATE_LAST]	= "last",
	[SYNFIN_STATE_DONE]	= "done",
};

static const char * const synfin_open_names[SYNFIN_OPEN_NR] = {
	[SYNFIN_OPEN_ESTABLISHED]	= "established",
	[SYNFIN_OPEN_SIMULTANEOUS]	= "simultaneous",
	[SYNFIN_OPEN_REFUSED]		= "refused",
	[SYNFIN_OPEN_UNREACHABLE]	= "unreachable",
	[SYNFIN_OPEN_UNANSWERED]	= "unanswered",
	[SYNFIN_OPEN_UNACKNOWLEDGED]	= "unacknowledged",
	[SYNFIN_OPEN_ABORTED]		= "aborted",
	[SYNFIN_OPEN_MIDSTREAM]		= "midstream",
};

static const char * const synfin_close_names[SYNFIN_CLOSE_NR] = {
	[SYNFIN_CLOSE_NONE]		= "-",
	[SYNFIN_CLOSE_OPEN]		= "open",
	[SYNFIN_CLOSE_FOUR_WAY]		= "four-way",
	[SYNFIN_CLOSE_THREE_WAY]	= "three-way",
	[SYNFIN_CLOSE_SIMULTANEOUS]	= "simultaneous",
	[SYNFIN_CLOSE_RESET]		= "reset",
	[SYNFIN_CLOSE_HALF_CLOSED]	= "half-closed",
	[SYNFIN_CLOSE_EVICTED]		= "evicted",
};

static const char * const synfin_closed_by_names[] = {
	[SYNFIN_BY_NOBODY]	= "-",
	[SYNFIN_BY_CLIENT]	= "client",
	[SYNFIN_BY_SERVER]	= "server",
	[SYNFIN_BY_BOTH]	= "both",
};

/**
 * struct synfin_flow_walk - a reading of all flows
 * @p:		the namespace, held; must be first
 * @pos:	the number of the flow we are at
 * @stripe:	where the next batch begins
 * @skip:	how many flows of @stripe are in batches already
 * @nr:		flows in @copy
 * @at:		which of them we are at
 * @copy:	copies, so that no lock is held while text is made
 */
struct synfin_flow_walk {
	struct seq_net_private	p;
	loff_t			pos;
	unsigned int		stripe;
	unsigned int		skip;
	unsigned int		nr;
	unsigned int		at;
	struct synfin_flow_copy	copy[16];
};

/* The flow we are at; NULL after the last. */
static struct synfin_flow_copy *synfin_flow_here(struct synfin_net *sn,
						 struct synfin_flow_walk *walk)
{
	while (walk->at == walk->nr) {
		if (walk->stripe == synfin_table_stripes())
			return NULL;
		walk->at = 0;
		walk->nr = synfin_table_snapshot(sn, walk->stripe, walk->skip,
						 walk->copy,
						 ARRAY_SIZE(walk->copy));
		walk->skip += walk->nr;
		if (walk->nr < ARRAY_SIZE(walk->copy)) {
			walk->stripe++;
			walk->skip = 0;
		}
		cond_resched();
	}
	return &walk->copy[walk->at];
}

static void *synfin_flows_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct synfin_flow_walk *walk = m->private;

	walk->at++;
	walk->pos = ++*pos;
	return synfin_flow_here(pde_data(file_inode(m->file)), walk);
}

static void *synfin_flows_start(struct seq_file *m, loff_t *pos)
{
	struct synfin_flow_walk *walk = m->private;
	struct synfin_net *sn = pde_data(file_inode(m->file));
	struct synfin_flow_copy *copy;

	/* The mode lets in uid 0 of whatever shares this network. */
	if (!file_ns_capable(m->file, sn->net->user_ns, CAP_NET_ADMIN))
		return ERR_PTR(-EPERM);
	/* Mostly we go on where the last read stopped. */
	if (*pos && *pos == walk->pos)
		return synfin_flow_here(sn, walk);

	walk->pos = 0;
	walk->stripe = 0;
	walk->skip = 0;
	walk->nr = 0;
	walk->at = 0;
	while ((copy = synfin_flow_here(sn, walk)) && walk->pos < *pos) {
		walk->at++;
		walk->pos++;
	}
	return copy;
}

static void synfin_flows_stop(struct seq_file *m, void *v)
{
}

static void synfin_put_known(struct seq_file *m, const char *name, u64 value)
{
	if (value == SYNFIN_NS_NONE)
		seq_printf(m, " %s=-", name);
	else
		seq_printf(m, " %s=%llu", name, value);
}

/* A command may hold anything: what is no letter is written as \nnn. */
static void synfin_put_owner(struct seq_file *m, const struct synfin_record_conn *rec)
{
	static const char * const kinds[] = {
		[SYNFIN_PROCESS_NONE] = "-",
		[SYNFIN_PROCESS_CONNECT] = "connect",
		[SYNFIN_PROCESS_LISTENER] = "listener",
	};
	size_t len = strnlen(rec->comm, sizeof(rec->comm));

	seq_printf(m, " process=%s", kinds[rec->process]);
	synfin_put_known(m, "pid", rec->pid ?: SYNFIN_NS_NONE);
	synfin_put_known(m, "cgroup_id", rec->cgroup ?: SYNFIN_NS_NONE);
	synfin_put_known(m, "socket", rec->socket ?: SYNFIN_NS_NONE);
	seq_puts(m, len ? " comm=" : " comm=-");
	seq_escape_mem(m, rec->comm, len, ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND,
		       " \\");
}

static int synfin_flows_show(struct seq_file *m, void *v)
{
	const struct synfin_flow_copy *copy = v;
	const struct synfin_conn *conn = &copy->conn;
	struct synfin_record_conn rec;
	u64 now = ktime_get_ns();

	synfin_phase_summary(conn, &rec);
	synfin_owner_tell(&copy->owner, &rec);
	seq_printf(m, "id=%llu netns=%u family=%u", rec.head.id,
		   rec.head.netns, rec.head.family);
	seq_printf(m, rec.head.family == 4 ?
		   " client=%pI4 client_port=%u" : " client=%pI6c client_port=%u",
		   rec.head.client, rec.head.client_port);
	seq_printf(m, rec.head.family == 4 ?
		   " server=%pI4 server_port=%u" : " server=%pI6c server_port=%u",
		   rec.head.server, rec.head.server_port);
	seq_printf(m, " state=%s open=%s close=%s closed_by=%s",
		   synfin_state_names[conn->state],
		   synfin_open_names[rec.opening],
		   synfin_close_names[rec.closing],
		   synfin_closed_by_names[rec.closed_by]);
	seq_printf(m, " age_ns=%llu idle_ns=%llu", now - conn->first_ns,
		   now - conn->last_ns);
	seq_printf(m, " syn_count=%u syn_ack_count=%u fin_count=%u rst_count=%u",
		   rec.syn_count, rec.syn_ack_count, rec.fin_count,
		   rec.rst_count);
	synfin_put_known(m, "server_rtt_ns", rec.server_rtt_ns);
	synfin_put_known(m, "client_rtt_ns", rec.client_rtt_ns);
	synfin_put_known(m, "handshake_ns", rec.handshake_ns);
	synfin_put_known(m, "client_isn", rec.flags & SYNFIN_CONN_CLIENT_ISN ?
			 rec.client_isn : SYNFIN_NS_NONE);
	synfin_put_known(m, "server_isn", rec.flags & SYNFIN_CONN_SERVER_ISN ?
			 rec.server_isn : SYNFIN_NS_NONE);
	synfin_put_known(m, "ftp_control", copy->ftp_control ?: SYNFIN_NS_NONE);
	synfin_put_owner(m, &rec);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations synfin_flows_ops = {
	.start	= synfin_flows_start,
	.next	= synfin_flows_next,
	.stop	= synfin_flows_stop,
	.show	= synfin_flows_show,
};

/**
 * synfin_proc_flows() - make a namespace's /proc/net/synfin/flows
 * @sn: the namespace, its folder in /proc made
 *
 * Context: Process, may sleep.
 * Return: the entry, or NULL.
 */
struct proc_dir_entry *synfin_proc_flows(struct synfin_net *sn)
{
	return proc_create_net_data("flows", 0400, sn->proc, &synfin_flows_ops,
				    sizeof(struct synfin_flow_walk), sn);
}
