// SPDX-License-Identifier: GPL-2.0
/*
 * The ring's protocol in user space, under ThreadSanitizer: a writer that does what the
 * diagram in module/ring.h says, and readers as in ring.h beside this folder, which
 * must never accept a record that is not whole, nor miss one without knowing it.
 */
#include <pthread.h>
#include <stdlib.h>

#include "../ring.h"

#define SLOTS	8
#define READERS	3
#define RECORDS	300000u
#define PAGE	4096
#define WORDS	(sizeof(union synfin_record) / 8)

/* As it is mapped: a header, then the ring of one CPU. */
static uint8_t file[3 * PAGE] __attribute__((aligned(PAGE)));
static struct ring ring = {
	.map = file,
	.header = {
		.nr_cpus = 1,
		.nr_rings = 1,
		.slot_size = sizeof(struct synfin_slot),
		.head_offset = PAGE,
		.head_stride = sizeof(struct synfin_ring_cpu),
		.cpu_offset = 2 * PAGE,
		.cpu_stride = PAGE,
		.ring[0] = { .nr_slots = SLOTS },
	},
};

static uint64_t good[READERS], lost[READERS];

static void write_record(uint64_t n)
{
	struct synfin_ring_cpu *cpu = (void *)ring_cpu(&ring, 0);
	struct synfin_slot *slot = (void *)ring_slot(&ring, 0, n);

	__atomic_store_n(&slot->seq, 2 * n + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (size_t i = 0; i < WORDS; i++)
		__atomic_store_n(&slot->record.words[i], n * WORDS + i,
				 __ATOMIC_RELAXED);
	__atomic_store_n(&slot->seq, 2 * (n + 1), __ATOMIC_RELEASE);
	__atomic_store_n(&cpu->head[0], n + 1, __ATOMIC_RELEASE);
}

static void *write_all(void *unused)
{
	for (uint64_t n = 0; n < RECORDS; n++) {
		write_record(n);
		/* Now and then they may keep up. */
		if (n % 4096 == 0)
			usleep(200);
	}
	return unused;
}

static void look_at(unsigned int who, uint64_t n)
{
	union synfin_record rec;

	if (!ring_read(&ring, 0, n, &rec)) {
		lost[who]++;
		return;
	}
	for (size_t i = 0; i < WORDS; i++)
		if (rec.words[i] != n * WORDS + i) {
			printf("record %llu is torn\n", (unsigned long long)n);
			exit(1);
		}
	good[who]++;
}

static void *read_all(void *number)
{
	unsigned int who = (uintptr_t)number;
	uint64_t next = 0, head, first;

	while (next < RECORDS) {
		head = ring_head(&ring, 0);
		first = ring_first(&ring, 0, head);
		if (next < first) {
			lost[who] += first - next;
			next = first;
		}
		for (; next < head; next++)
			look_at(who, next);
	}
	return NULL;
}

int main(void)
{
	pthread_t thread[READERS + 1];
	uint64_t read = 0, all = 0;
	uintptr_t i;

	for (i = 0; i < READERS; i++)
		pthread_create(&thread[i], NULL, read_all, (void *)i);
	pthread_create(&thread[READERS], NULL, write_all, NULL);
	for (i = 0; i <= READERS; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < READERS; i++) {
		read += good[i];
		all += good[i] + lost[i];
	}
	printf("%u written, %llu read by %u readers, %llu lost\n", RECORDS,
	       (unsigned long long)read, READERS, (unsigned long long)(all - read));
	return all != (uint64_t)READERS * RECORDS || !read;
}
