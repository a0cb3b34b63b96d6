// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/synfin/listeners, and what the rows of services say of queues.
 *
 * In: reads, in process context. Out: text.
 */
#include "queue.h"
#include "net.h"

#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

/**
 * synfin_queue_show() - the listeners of a namespace, a line each
 * @m:	where to
 * @v:	not looked at
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int synfin_queue_show(struct seq_file *m, void *v)
{
	const struct synfin_net *sn = pde_data(file_inode(m->file));
	struct synfin_listener *row;
	unsigned int i, nr;

	row = kvmalloc_array(SYNFIN_LISTENERS, sizeof(*row), GFP_KERNEL_ACCOUNT);
	if (!row)
		return -ENOMEM;
	nr = synfin_queue_copy(sn, row);
	seq_puts(m, "port family socket limit longest overflows syn_overflows\n");
	for (i = 0; i < nr; i++)
		seq_printf(m, "%u %u %u %u %u %llu %llu\n", row[i].port, row[i].family,
			   row[i].socket, row[i].limit, row[i].longest,
			   row[i].overflows, row[i].syn_overflows);
	kvfree(row);
	return 0;
}

/**
 * synfin_queue_sum() - the queues of all listeners of a port
 * @row:	the listeners
 * @nr:		how many
 * @port:	the port
 * @sum:	filled: its overflows added up, of its queues the longest and its limit
 *
 * Context: any.
 */
void synfin_queue_sum(const struct synfin_listener *row, unsigned int nr, u32 port,
		      struct synfin_listener *sum)
{
	unsigned int i;

	*sum = (struct synfin_listener) {};
	for (i = 0; i < nr; i++) {
		if (row[i].port != port)
			continue;
		sum->overflows += row[i].overflows;
		sum->syn_overflows += row[i].syn_overflows;
		if (row[i].longest >= sum->longest)
			sum->limit = row[i].limit;
		sum->longest = max(sum->longest, row[i].longest);
	}
}
