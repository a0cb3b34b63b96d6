// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a ring file of a recording: stdin to stdout. Two CPUs with two rings of eight
 * slots; the records go to them in turn, so that old ones are overwritten if there are
 * many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/synfin.h"

#define PAGE	4096
#define CPUS	2
#define RINGS	2
#define SLOTS	8

static unsigned char file[2 * PAGE + CPUS * PAGE];

static void put(__u64 n, const union synfin_record *rec)
{
	unsigned int ring = n / CPUS % RINGS;
	struct synfin_ring_cpu *cpu = (void *)(file + PAGE);
	struct synfin_slot *slot = (void *)(file + 2 * PAGE + n % CPUS * PAGE);

	cpu += n % CPUS;
	slot += ring * SLOTS + cpu->head[ring] % SLOTS;
	slot->record = *rec;
	slot->seq = 2 * (cpu->head[ring] + 1);
	cpu->cpu = n % CPUS;
	cpu->present = 1;
	cpu->head[ring]++;
}

int main(void)
{
	struct synfin_ring_header *header = (void *)file;
	struct synfin_file_header begin;
	union synfin_record rec;
	size_t rest;
	__u64 n = 0;

	*header = (struct synfin_ring_header) {
		.magic = SYNFIN_RING_MAGIC,
		.version = SYNFIN_VERSION,
		.slot_size = sizeof(struct synfin_slot),
		.nr_cpus = CPUS,
		.nr_rings = RINGS,
		.head_offset = PAGE,
		.head_stride = sizeof(struct synfin_ring_cpu),
		.cpu_offset = 2 * PAGE,
		.cpu_stride = PAGE,
		.boot_id = 1,
		.ring = {
			{ .kind = 0, .nr_slots = SLOTS },
			{ .kind = 1, .nr_slots = SLOTS,
			  .offset = SLOTS * sizeof(struct synfin_slot) },
		},
	};
	if (fread(&begin, sizeof(begin), 1, stdin) != 1)
		return EXIT_FAILURE;
	while (fread(&rec.head, sizeof(rec.head), 1, stdin) == 1) {
		rest = rec.head.words * 8 - sizeof(rec.head);
		if (rest > sizeof(rec) - sizeof(rec.head) ||
		    fread(&rec.head + 1, 1, rest, stdin) != rest)
			return EXIT_FAILURE;
		put(n++, &rec);
	}
	return fwrite(file, sizeof(file), 1, stdout) == 1 ? 0 : EXIT_FAILURE;
}
