// SPDX-License-Identifier: GPL-2.0
/*
 * The rings, kernel side: memory and writer. See the diagram in ring.h.
 *
 * In: whole records from emit.c, with irqs off. Out: slots in pages that
 * ring_map.c maps, and a wake-up each quarter of a ring. There is no lock: a
 * ring has one writer, its CPU, and irqs are off from the first store to the
 * last.
 *
 * A CPU's rings get their memory before it comes online for the first time, and
 * keep it, and what is in it, until the module goes.
 */
#include "ring.h"
#include "core/abi.h"

#include <linux/container_of.h>
#include <linux/cpuhotplug.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/poll.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* Heads and sequences are published with 64-bit release stores. */
static_assert(BITS_PER_LONG == 64, "synfin needs a 64-bit kernel");

/* Rings of all kinds but the first are so much smaller. */
#define SHARE	4

/**
 * struct synfin_ring - the writer's own state, one for each ring
 * @head:	records written; what the mapped page says is a copy
 * @slot_mask:	number of slots - 1
 * @wake_mask:	a wake-up is due when @head has none of these bits
 * @slots:	the slots, mapped
 * @shared:	where the copy of @head is, mapped
 */
struct synfin_ring {
	u64			head;
	u64			slot_mask;
	u64			wake_mask;
	struct synfin_slot	*slots;
	u64			*shared;
} ____cacheline_aligned;

static DEFINE_PER_CPU_ALIGNED(struct synfin_ring, synfin_rings[SYNFIN_RING_NR]);

/* Wakes the readers, once irqs are on again. */
static DEFINE_PER_CPU(struct irq_work, synfin_wakes);

/* The kernel's copy of the header. */
static struct synfin_ring_header synfin_header;
/* The header and the heads of all CPUs, as they are mapped. */
static void *synfin_front;
/* The slots of the i-th possible CPU; NULL until it is there. */
static void **synfin_areas;
static int synfin_cpuhp_state;

DECLARE_WAIT_QUEUE_HEAD(synfin_ring_wait);

static void synfin_ring_wake(struct irq_work *work)
{
	wake_up_interruptible_poll(&synfin_ring_wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * synfin_ring_begin() - open the next slot of a ring of this CPU
 * @kind:	which ring
 * @record:	set to where the record goes
 *
 * Context: Any but NMI, irqs off until synfin_ring_end(), which must follow; raw
 * locks may be held.
 * Return: the ring.
 */
struct synfin_ring *synfin_ring_begin(enum synfin_ring_kind kind,
				      union synfin_record **record)
{
	struct synfin_ring *ring = this_cpu_ptr(&synfin_rings[kind]);
	u64 n = ring->head;
	struct synfin_slot *slot = &ring->slots[n & ring->slot_mask];

	lockdep_assert_irqs_disabled();

	WRITE_ONCE(slot->seq, 2 * n + 1);
	/* A, matches the reader's acquire fence: odd before any word changes */
	smp_wmb();
	*record = &slot->record;
	return ring;
}

/**
 * synfin_ring_end() - publish the record in the slot that was opened
 * @ring:	from synfin_ring_begin()
 * @record:	likewise
 *
 * Context: Any but NMI, irqs off since synfin_ring_begin().
 */
void synfin_ring_end(struct synfin_ring *ring, union synfin_record *record)
{
	struct synfin_slot *slot = container_of(record, struct synfin_slot, record);
	u64 n = ring->head;

	/* B, matches the reader's acquire of the sequence: payload before it */
	smp_store_release(&slot->seq, 2 * (n + 1));

	WRITE_ONCE(ring->head, n + 1);
	/* C, matches the reader's acquire of the head: slots before it */
	smp_store_release(ring->shared, n + 1);

	if (likely((n + 1) & ring->wake_mask))
		return;
	/* D, matches synfin_ring_poll(): the head before a look at the queue */
	if (wq_has_sleeper(&synfin_ring_wait))
		irq_work_queue(this_cpu_ptr(&synfin_wakes));
}

/**
 * synfin_ring_records() - how many records have been written on all CPUs
 *
 * Context: Any. No locks; exact when nothing is being written.
 * Return: the number since the module was loaded, all rings together.
 */
u64 synfin_ring_records(void)
{
	u64 sum = 0;
	int cpu, k;

	for_each_possible_cpu(cpu)
		for (k = 0; k < SYNFIN_RING_NR; k++)
			sum += READ_ONCE(per_cpu(synfin_rings[k], cpu).head);
	return sum;
}

/**
 * synfin_ring_header() - what the first page of the mapping says
 *
 * Context: Any, between setup and teardown. No locks.
 * Return: the kernel's own copy, which does not change.
 */
const struct synfin_ring_header *synfin_ring_header(void)
{
	return &synfin_header;
}

/**
 * synfin_ring_pages() - the length of the whole mapping
 *
 * Context: Any, between setup and teardown. No locks.
 * Return: the number of pages.
 */
unsigned long synfin_ring_pages(void)
{
	return (synfin_header.cpu_offset +
		synfin_header.nr_cpus * synfin_header.cpu_stride) >> PAGE_SHIFT;
}

/**
 * synfin_ring_page() - a page of the mapping
 * @pgoff: which, counted from the header
 *
 * Context: Any, between setup and teardown. No locks.
 * Return: the page, no reference taken; NULL beyond the end, or of a CPU that has not
 * been there yet.
 */
struct page *synfin_ring_page(unsigned long pgoff)
{
	unsigned long front = synfin_header.cpu_offset >> PAGE_SHIFT;
	unsigned long stride = synfin_header.cpu_stride >> PAGE_SHIFT;
	unsigned long i;
	void *area;

	if (pgoff < front)
		return vmalloc_to_page(synfin_front + (pgoff << PAGE_SHIFT));
	pgoff -= front;
	i = pgoff / stride;
	if (i >= synfin_header.nr_cpus)
		return NULL;
	/* E, matches synfin_ring_prepare() */
	area = smp_load_acquire(&synfin_areas[i]);
	if (!area)
		return NULL;
	return vmalloc_to_page(area + ((pgoff % stride) << PAGE_SHIFT));
}

/* Which of the possible CPUs it is. */
static unsigned int ring_index(unsigned int cpu)
{
	unsigned int i = 0, other;

	for_each_possible_cpu(other)
		if (other < cpu)
			i++;
	return i;
}

static struct synfin_ring_cpu *heads_of(unsigned int i)
{
	return synfin_front + synfin_header.head_offset +
	       i * synfin_header.head_stride;
}

/*
 * A CPU is about to come online. If it has been before, it goes on where it was; if
 * there is no memory for it, it stays away.
 */
static int synfin_ring_prepare(unsigned int cpu)
{
	unsigned int k, i = ring_index(cpu);
	struct synfin_ring *ring;
	void *area;

	if (synfin_areas[i])
		return 0;
	area = vzalloc_node(synfin_header.cpu_stride, cpu_to_node(cpu));
	if (!area)
		return -ENOMEM;
	for (k = 0; k < SYNFIN_RING_NR; k++) {
		ring = &per_cpu(synfin_rings[k], cpu);
		ring->head = 0;
		ring->slot_mask = synfin_header.ring[k].nr_slots - 1;
		ring->wake_mask = max(synfin_header.ring[k].nr_slots / 4, 1U) - 1;
		ring->shared = &heads_of(i)->head[k];
		ring->slots = area + synfin_header.ring[k].offset;
	}
	WRITE_ONCE(heads_of(i)->present, 1);
	/* E, matches synfin_ring_page(): the memory, zeroed, before it is found */
	smp_store_release(&synfin_areas[i], area);
	return 0;
}

/* The header says what setup decided; what is mapped is a copy. */
static void make_header(unsigned int nr_slots)
{
	struct synfin_ring_header *h = &synfin_header;
	unsigned int k, nr = nr_slots;
	u64 offset = 0;

	*h = (struct synfin_ring_header) {
		.magic		= SYNFIN_RING_MAGIC,
		.version	= SYNFIN_VERSION,
		.slot_size	= sizeof(struct synfin_slot),
		.nr_cpus	= num_possible_cpus(),
		.nr_rings	= SYNFIN_RING_NR,
		.head_offset	= L1_CACHE_ALIGN(sizeof(*h)),
		.head_stride	= L1_CACHE_ALIGN(sizeof(struct synfin_ring_cpu)),
		.boot_id	= get_random_u64(),
	};
	h->cpu_offset = PAGE_ALIGN(h->head_offset + h->nr_cpus * h->head_stride);
	for (k = 0; k < SYNFIN_RING_NR; k++) {
		h->ring[k] = (struct synfin_ring_place) {
			.kind		= k,
			.nr_slots	= nr,
			.offset		= offset,
		};
		offset += PAGE_ALIGN((u64)nr * sizeof(struct synfin_slot));
		nr = nr_slots / SHARE;
	}
	h->cpu_stride = offset;
}

static int alloc_front(void)
{
	unsigned int i = 0;
	int cpu;

	synfin_front = vzalloc(synfin_header.cpu_offset);
	synfin_areas = kcalloc(synfin_header.nr_cpus, sizeof(*synfin_areas),
			       GFP_KERNEL);
	if (!synfin_front || !synfin_areas)
		return -ENOMEM;
	memcpy(synfin_front, &synfin_header, sizeof(synfin_header));
	for_each_possible_cpu(cpu) {
		heads_of(i++)->cpu = cpu;
		init_irq_work(&per_cpu(synfin_wakes, cpu), synfin_ring_wake);
	}
	return 0;
}

/**
 * synfin_ring_setup() - allocate the rings
 * @nr_slots: records that the first ring of each CPU holds, a power of two, at least 4
 *
 * Context: Process, may sleep. Before the first hook.
 * Return: 0, -EINVAL for a number that is none, -ENOMEM.
 */
int synfin_ring_setup(unsigned int nr_slots)
{
	int err;

	if (!is_power_of_2(nr_slots) || nr_slots < SHARE ||
	    nr_slots > SYNFIN_RING_SLOTS_MAX)
		return -EINVAL;
	make_header(nr_slots);
	synfin_cpuhp_state = -1;
	err = alloc_front();
	if (err)
		goto err_teardown;
	/* It is called at once for those that are online. */
	err = cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "net/synfin:prepare",
				synfin_ring_prepare, NULL);
	if (err < 0)
		goto err_teardown;
	synfin_cpuhp_state = err;
	return 0;

err_teardown:
	synfin_ring_teardown();
	return err;
}

/**
 * synfin_ring_teardown() - free the rings
 *
 * Nothing writes and no file is open any more: the hooks, the worker and the
 * namespaces are gone, and a reader holds the module.
 *
 * Context: Process, may sleep.
 */
void synfin_ring_teardown(void)
{
	unsigned int i;
	int cpu;

	if (synfin_cpuhp_state >= 0)
		cpuhp_remove_state_nocalls(synfin_cpuhp_state);
	for (i = 0; synfin_areas && i < synfin_header.nr_cpus; i++)
		vfree(synfin_areas[i]);
	if (synfin_areas)
		for_each_possible_cpu(cpu)
			irq_work_sync(&per_cpu(synfin_wakes, cpu));
	kfree(synfin_areas);
	synfin_areas = NULL;
	vfree(synfin_front);
	synfin_front = NULL;
}
