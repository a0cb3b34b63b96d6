// SPDX-License-Identifier: GPL-2.0
/*
 * synfin: watches TCP connections open and close.
 *
 * Load and unload, and parameters. Unload mirrors load.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "drop.h"
#include "net.h"
#include "first.h"
#include "table.h"
#include "recheck.h"
#include "ring.h"
#include "route.h"

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
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

static bool first_data;
MODULE_PARM_DESC(first_data, "look at the first payload of each end (N)");

static bool sni;
module_param(sni, bool, 0444);
MODULE_PARM_DESC(sni, "keep the server names and protocols in TLS, which are personal data (N)");

/**
 * struct timeout - a parameter that can be changed while the module is loaded
 * @seconds:	its value; must be first
 * @name:	what it is called
 * @waits:	those that it limits, a bit for each enum synfin_wait
 */
struct timeout {
	unsigned int	seconds;
	const char	*name;
	unsigned int	waits;
};

/* Set once the table is there; under the lock of the module's parameters. */
static bool running;

static int check_range(const char *name, unsigned int value, unsigned int min,
		       unsigned int max)
{
	if (value >= min && value <= max)
		return 0;
	pr_err("%s=%u: must be from %u to %u\n", name, value, min, max);
	return -EINVAL;
}

static void limit_waits(const struct timeout *timeout)
{
	unsigned int wait;

	for (wait = 0; wait < SYNFIN_WAIT_NR; wait++)
		if (timeout->waits & BIT(wait))
			synfin_table_limit(wait, timeout->seconds * NSEC_PER_SEC);
}

/*
 * At load they are checked together with the others. Afterwards the file's mode lets in
 * uid 0, also that of a container.
 */
static int set_timeout(const char *text, const struct kernel_param *param)
{
	struct timeout *timeout = param->arg;
	unsigned int seconds;
	int err;

	if (running && !capable(CAP_NET_ADMIN))
		return -EPERM;
	err = kstrtouint(text, 0, &seconds);
	if (err)
		return err;
	if (running) {
		err = check_range(timeout->name, seconds, 1, TIMEOUT_MAX);
		if (err)
			return err;
	}
	timeout->seconds = seconds;
	if (running)
		limit_waits(timeout);
	return 0;
}

static const struct kernel_param_ops timeout_ops = {
	.set = set_timeout,
	.get = param_get_uint,
};

#define TIMEOUT(parameter, by_default, waits_, text)			\
	static struct timeout parameter = { by_default, #parameter, waits_ }; \
	module_param_cb(parameter, &timeout_ops, &parameter, 0644);	\
	__MODULE_PARM_TYPE(parameter, "uint");				\
	MODULE_PARM_DESC(parameter, "seconds " text " (" #by_default ")")

/* What nobody has kept while it was off must be known before it is asked for. */
static void look_at_first_data(void)
{
	if (first_data && !static_key_enabled(&synfin_first_wanted)) {
		synfin_table_doubt_answers();
		static_branch_enable(&synfin_first_wanted);
		synfin_table_learn_answers();
	}
	WRITE_ONCE(synfin_first_on, first_data);
}

static int set_first_data(const char *text, const struct kernel_param *param)
{
	int err;

	if (running && !capable(CAP_NET_ADMIN))
		return -EPERM;
	err = param_set_bool(text, param);
	if (!err && running)
		look_at_first_data();
	return err;
}

static const struct kernel_param_ops first_data_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_first_data,
	.get = param_get_bool,
};

module_param_cb(first_data, &first_data_ops, &first_data, 0644);
__MODULE_PARM_TYPE(first_data, "bool");

TIMEOUT(unanswered_timeout, 120, BIT(SYNFIN_WAIT_UNANSWERED),
	"after the last SYN until it is unanswered");
TIMEOUT(unacknowledged_timeout, 60,
	BIT(SYNFIN_WAIT_UNACKNOWLEDGED) | BIT(SYNFIN_WAIT_UNPROVEN),
	"after the last SYN-ACK until it is unacknowledged");
TIMEOUT(open_timeout, 7875, BIT(SYNFIN_WAIT_OPEN),
	"after its last segment until a forwarded connection is given up");
TIMEOUT(half_closed_timeout, 600, BIT(SYNFIN_WAIT_HALF_CLOSED),
	"after its last segment until a forwarded one with a FIN is half closed");
TIMEOUT(closing_timeout, 120, BIT(SYNFIN_WAIT_CLOSING),
	"after the second FIN until the last ACK is given up");
TIMEOUT(linger_timeout, 5, BIT(SYNFIN_WAIT_LINGER),
	"that an ended connection is kept for late segments");

static struct timeout * const timeouts[] = {
	&unanswered_timeout, &unacknowledged_timeout, &open_timeout,
	&half_closed_timeout, &closing_timeout, &linger_timeout,
};

static int __init check_parameters(void)
{
	unsigned int i;
	int err;

	if (ring_records < RING_RECORDS_MIN ||
	    ring_records > SYNFIN_RING_SLOTS_MAX || !is_power_of_2(ring_records)) {
		pr_err("ring_records=%u: must be a power of two from %u to %lu\n",
		       ring_records, RING_RECORDS_MIN, SYNFIN_RING_SLOTS_MAX);
		return -EINVAL;
	}
	err = check_range("max_flows", max_flows, MAX_FLOWS_MIN, MAX_FLOWS_MAX);
	for (i = 0; !err && i < ARRAY_SIZE(timeouts); i++)
		err = check_range(timeouts[i]->name, timeouts[i]->seconds, 1, TIMEOUT_MAX);
	return err;
}

static int __init setup_flows(void)
{
	unsigned int i;
	int err;

	err = synfin_first_setup(sni, max_flows);
	if (err)
		return err;
	err = synfin_table_setup(max_flows, synfin_route_report);
	if (err) {
		synfin_first_teardown();
		return err;
	}
	kernel_param_lock(THIS_MODULE);
	first_data |= sni;
	look_at_first_data();
	for (i = 0; i < ARRAY_SIZE(timeouts); i++)
		limit_waits(timeouts[i]);
	synfin_table_limit(SYNFIN_WAIT_DOUBTED, DOUBTED_SECONDS * NSEC_PER_SEC);
	running = true;
	kernel_param_unlock(THIS_MODULE);
	return 0;
}

static void teardown_flows(void)
{
	kernel_param_lock(THIS_MODULE);
	running = false;
	kernel_param_unlock(THIS_MODULE);
	synfin_table_teardown();
	synfin_first_teardown();
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
	err = synfin_drop_setup();
	if (err)
		goto err_teardown_ring;
	err = setup_flows();
	if (err)
		goto err_teardown_drops;
	err = synfin_net_setup();
	if (err)
		goto err_teardown_flows;
	err = synfin_ring_map_setup();
	if (err)
		goto err_teardown_nets;
	err = synfin_drop_watch();
	if (err)
		goto err_teardown_ring_map;
	return 0;

err_teardown_ring_map:
	synfin_ring_map_teardown();
err_teardown_nets:
	synfin_net_teardown();
err_teardown_flows:
	teardown_flows();
err_teardown_drops:
	synfin_drop_teardown();
err_teardown_ring:
	synfin_ring_teardown();
	return err;
}

static void __exit synfin_exit(void)
{
	synfin_drop_cease();
	synfin_ring_map_teardown();
	synfin_net_teardown();
	teardown_flows();
	synfin_drop_teardown();
	/* Tracepoints may still be running on behalf of the last report. */
	tracepoint_synchronize_unregister();
	synfin_ring_teardown();
}

module_init(synfin_init);
module_exit(synfin_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Watches TCP connections open and close");
MODULE_VERSION("1.0");
