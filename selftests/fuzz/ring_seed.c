// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a ring file of a recording: stdin to stdout. Two CPUs with eight slots; the
 * records go to them in turn, so that old ones are overwritten if there are many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/synfin.h"

#define PAGE	4096
#define CPUS	2
#define SLOTS	8
#define STRIDE	(PAGE + PAGE)

static unsigned char file[PAGE + CPUS * STRIDE];

static void put(__u64 n, const union synfin_record *rec)
{
	unsigned char *at = file + PAGE + n % CPUS * STRIDE;
	struct synfin_ring_cpu *cpu = (void *)at;
	struct synfin_slot *slot = (void *)(at + PAGE);

	slot += cpu->head % SLOTS;
	slot->record = *rec;
	slot->seq = 2 * (cpu->head + 1);
	cpu->cpu = n % CPUS;
	cpu->head++;
}

int main(void)
{
	struct synfin_ring_header *header = (void *)file;
	struct synfin_file_header begin;
	union synfin_record rec;
	__u64 n = 0;
	__u32 size;
	int type;

	*header = (struct synfin_ring_header) {
		.magic = SYNFIN_RING_MAGIC,
		.version = SYNFIN_VERSION,
		.slot_size = sizeof(struct synfin_slot),
		.nr_cpus = CPUS,
		.nr_slots = SLOTS,
		.cpu_offset = PAGE,
		.cpu_stride = STRIDE,
		.boot_id = 1,
	};
	if (fread(&begin, sizeof(begin), 1, stdin) != 1)
		return EXIT_FAILURE;
	while ((type = getchar()) != EOF) {
		ungetc(type, stdin);
		memset(&rec, 0, sizeof(rec));
		size = synfin_record_size(type);
		if (!size || fread(&rec, size, 1, stdin) != 1)
			return EXIT_FAILURE;
		put(n++, &rec);
	}
	return fwrite(file, sizeof(file), 1, stdout) == 1 ? 0 : EXIT_FAILURE;
}
