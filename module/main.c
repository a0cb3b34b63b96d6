// SPDX-License-Identifier: GPL-2.0
/*
 * synfin: watches TCP connections open and close.
 *
 * Load and unload, and parameters. Unload mirrors load.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "net.h"
#include "table.h"
#include "recheck.h"
#include "ring.h"
#include "route.h"

#include <linux/log2.h>
#include <linux/module.h>
#include <linux/tracepoint.h>

#define MAX_FLOWS_MIN		1024
#define MAX_FLOWS_MAX		16777216
#define TIMEOUT_MAX		604800
#define RING_RECORDS_MIN	16

/* Who was refused asks again, or is answered all the same, within this time. */
#define DOUBTED_SECONDS		2

static unsigned int ring_records = 8192;
module_param(ring_records, uint, 0444);
MODULE_PARM_DESC(ring_records, "records that each CPU's ring holds, a power of two (8192)");

static unsigned int max_flows = 262144;
module_param(max_flows, uint, 0444);
MODULE_PARM_DESC(max_flows, "connections followed at most, all namespaces together (262144)");

static unsigned int unanswered_timeout = 120;
module_param(unanswered_timeout, uint, 0444);
MODULE_PARM_DESC(unanswered_timeout, "seconds after the last SYN until it is unanswered (120)");

static unsigned int unacknowledged_timeout = 60;
module_param(unacknowledged_timeout, uint, 0444);
MODULE_PARM_DESC(unacknowledged_timeout, "seconds after the last SYN-ACK until it is unacknowledged (60)");

static unsigned int half_closed_timeout = 600;
module_param(half_closed_timeout, uint, 0444);
MODULE_PARM_DESC(half_closed_timeout, "seconds after the first FIN until it is half closed (600)");

static unsigned int closing_timeout = 120;
module_param(closing_timeout, uint, 0444);
MODULE_PARM_DESC(closing_timeout, "seconds after the second FIN until the last ACK is given up (120)");

static unsigned int linger_timeout = 5;
module_param(linger_timeout, uint, 0444);
MODULE_PARM_DESC(linger_timeout, "seconds that an ended connection is kept for late segments (5)");

static int __init check_range(const char *name, unsigned int value,
			      unsigned int min, unsigned int max)
{
	if (value >= min && value <= max)
		return 0;
	pr_err("%s=%u: must be from %u to %u\n", name, value, min, max);
	return -EINVAL;
}

static int __init check_parameters(void)
{
	if (ring_records < RING_RECORDS_MIN ||
	    ring_records > SYNFIN_RING_SLOTS_MAX || !is_power_of_2(ring_records)) {
		pr_err("ring_records=%u: must be a power of two from %u to %lu\n",
		       ring_records, RING_RECORDS_MIN, SYNFIN_RING_SLOTS_MAX);
		return -EINVAL;
	}
	return check_range("max_flows", max_flows, MAX_FLOWS_MIN, MAX_FLOWS_MAX) ?:
	       check_range("unanswered_timeout", unanswered_timeout, 1, TIMEOUT_MAX) ?:
	       check_range("unacknowledged_timeout", unacknowledged_timeout, 1,
			   TIMEOUT_MAX) ?:
	       check_range("half_closed_timeout", half_closed_timeout, 1,
			   TIMEOUT_MAX) ?:
	       check_range("closing_timeout", closing_timeout, 1, TIMEOUT_MAX) ?:
	       check_range("linger_timeout", linger_timeout, 1, TIMEOUT_MAX);
}

static int __init setup_flows(void)
{
	const struct synfin_table_limits limits = {
		.max_flows = max_flows,
		.wait_ns = {
			[SYNFIN_WAIT_UNANSWERED] = unanswered_timeout * NSEC_PER_SEC,
			[SYNFIN_WAIT_UNACKNOWLEDGED] =
				unacknowledged_timeout * NSEC_PER_SEC,
			[SYNFIN_WAIT_DOUBTED] = DOUBTED_SECONDS * NSEC_PER_SEC,
			[SYNFIN_WAIT_UNPROVEN] =
				unacknowledged_timeout * NSEC_PER_SEC,
			[SYNFIN_WAIT_HALF_CLOSED] = half_closed_timeout * NSEC_PER_SEC,
			[SYNFIN_WAIT_CLOSING] = closing_timeout * NSEC_PER_SEC,
			[SYNFIN_WAIT_LINGER] = linger_timeout * NSEC_PER_SEC,
		},
	};

	return synfin_table_setup(&limits, synfin_route_report);
}

static int __init synfin_init(void)
{
	int err;

	err = check_parameters();
	if (err)
		return err;
	err = synfin_ring_setup(ring_records);
	if (err)
		return err;
	synfin_recheck_setup();
	err = setup_flows();
	if (err)
		goto err_teardown_ring;
	err = synfin_net_setup();
	if (err)
		goto err_teardown_flows;
	err = synfin_ring_map_setup();
	if (err)
		goto err_teardown_nets;
	return 0;

err_teardown_nets:
	synfin_net_teardown();
err_teardown_flows:
	synfin_table_teardown();
err_teardown_ring:
	synfin_ring_teardown();
	return err;
}

static void __exit synfin_exit(void)
{
	synfin_ring_map_teardown();
	synfin_net_teardown();
	synfin_table_teardown();
	/* Tracepoints may still be running on behalf of the last report. */
	tracepoint_synchronize_unregister();
	synfin_ring_teardown();
}

module_init(synfin_init);
module_exit(synfin_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Watches TCP connections open and close");
MODULE_VERSION("1.0");
