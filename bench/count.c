// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU: how many instructions all processors of the machine have executed,
 * each time that one of them executes the marker. Unlike the clock of -icount it
 * counts while two run at once, and what they wait for each other is counted, too.
 *
 * In: -plugin count.so,out=FILE; the marker, from load. Out: a line for each.
 *
 * Its header comes in no package: what is used of it is declared here (QEMU 7.2,
 * qemu-plugin.h).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT	__attribute__((visibility("default")))
#define CPUS	64

typedef uint64_t qemu_plugin_id_t;
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_trans_fn)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_fn)(unsigned int cpu, void *data);
enum { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_fn fn);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, exec_fn fn,
					  int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_fn fn, int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 1;

/* Each processor's own, in a cache line of its own. */
static struct {
	_Alignas(64) uint64_t executed;
} cpus[CPUS];
static FILE *out;

/* xchg %r13,%r13: nobody else's. */
static const uint8_t marker[] = { 0x4d, 0x87, 0xed };

static void on_block(unsigned int cpu, void *data)
{
	cpus[cpu % CPUS].executed += (uintptr_t)data;
}

static void on_marker(unsigned int cpu, void *data)
{
	uint64_t sum = 0;

	(void)cpu;
	(void)data;
	for (unsigned int i = 0; i < CPUS; i++)
		sum += __atomic_load_n(&cpus[i].executed, __ATOMIC_RELAXED);
	fprintf(out, "%" PRIu64 "\n", sum);
	fflush(out);
}

static bool is_marker(const struct qemu_plugin_insn *insn)
{
	return qemu_plugin_insn_size(insn) == sizeof(marker) &&
	       !memcmp(qemu_plugin_insn_data(insn), marker, sizeof(marker));
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS,
					     (void *)(uintptr_t)n);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (is_marker(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_marker,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
	}
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
			       int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("count: usage: -plugin count.so,out=FILE\n", stderr);
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
