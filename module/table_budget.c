// SPDX-License-Identifier: GPL-2.0
/*
 * How many new flows are written down at once, before an ACK has proved them.
 */
#include "table_private.h"

#include <linux/jiffies.h>
#include <linux/percpu.h>

/* Of the flows that anybody could have made up, each so many'th is a sample. */
#define SAMPLE	64

/**
 * struct budget - new flows of which every phase may be written down
 * @until:	jiffies, when it is filled up again
 * @left:	how many are left
 * @over:	how many came when none was
 */
struct budget {
	unsigned long	until;
	unsigned int	left;
	unsigned int	over;
};

static DEFINE_PER_CPU(struct budget, budgets);

/**
 * synfin_table_repay() - an ACK has proved a flow: what it took of the budget is back
 *
 * So real connections, however many, never use it up.
 *
 * Context: interrupts off.
 */
void synfin_table_repay(void)
{
	this_cpu_inc(budgets.left);
}

/**
 * synfin_table_is_quiet() - shall a new flow be kept out of the ring for now?
 *
 * A flood of made-up segments must not wash real connections out of the ring. What
 * exceeds the budget is written down once an ACK has proved it.
 *
 * Context: interrupts off.
 *
 * Return: true if it shall.
 */
bool synfin_table_is_quiet(void)
{
	struct budget *b = this_cpu_ptr(&budgets);

	if (time_after_eq(jiffies, b->until)) {
		b->until = jiffies + HZ;
		b->left = synfin_table.limits.max_loud;
	}
	if (likely(b->left)) {
		b->left--;
		return false;
	}
	return b->over++ % SAMPLE;
}
