// SPDX-License-Identifier: GPL-2.0
/*
 * The rings, kernel side: memory and writer. See the diagram in ring.h.
 *
 * In: whole records from emit.c, with irqs off. Out: slots in pages that
 * ring_map.c maps, and a wake-up each quarter of a ring. There is no lock: a
 * ring has one writer, its CPU, and irqs are off from the first store to the
 * last.
 */
#include "ring.h"
#include "core/abi.h"

#include <linux/container_of.h>
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

/**
 * struct synfin_ring - the writer's own state, one for each CPU
 * @head:	records written; what the mapped page says is a copy
 * @slot_mask:	number of slots - 1
 * @wake_mask:	a wake-up is due when @head has none of these bits
 * @slots:	the slots, mapped
 * @shared:	the first page of the ring, mapped
 * @wake:	wakes the readers, once irqs are on again
 */
struct synfin_ring {
	u64			head;
	u64			slot_mask;
	u64			wake_mask;
	struct synfin_slot	*slots;
	struct synfin_ring_cpu	*shared;
	struct irq_work		wake;
};

static DEFINE_PER_CPU_ALIGNED(struct synfin_ring, synfin_rings);

/* The kernel's copy of the header, and the page that shows it. */
static struct synfin_ring_header synfin_header;
static void *synfin_header_page;
/* The memory of the i-th possible CPU's ring. */
static void **synfin_regions;

DECLARE_WAIT_QUEUE_HEAD(synfin_ring_wait);

static void synfin_ring_wake(struct irq_work *work)
{
	wake_up_interruptible_poll(&synfin_ring_wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * synfin_ring_begin() - open the next slot of this CPU's ring
 * @record: set to where the record goes; to be written, not read
 *
 * Context: Any but NMI, irqs off until synfin_ring_end(), which must follow; raw
 * locks may be held.
 * Return: the ring.
 */
struct synfin_ring *synfin_ring_begin(union synfin_record **record)
{
	struct synfin_ring *ring = this_cpu_ptr(&synfin_rings);
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
	smp_store_release(&ring->shared->head, n + 1);

	if (likely((n + 1) & ring->wake_mask))
		return;
	/* D, matches synfin_ring_poll(): the head before a look at the queue */
	if (wq_has_sleeper(&synfin_ring_wait))
		irq_work_queue(&ring->wake);
}

/**
 * synfin_ring_records() - how many records have been written on all CPUs
 *
 * Context: Any. No locks; exact when nothing is being written.
 * Return: the number since the module was loaded.
 */
u64 synfin_ring_records(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(synfin_rings, cpu).head);
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
 * synfin_ring_watermark() - how many records are worth a wake-up
 *
 * Context: Any, between setup and teardown. No locks.
 * Return: a quarter of a ring, at least 1.
 */
unsigned long synfin_ring_watermark(void)
{
	return max(synfin_header.nr_slots / 4, 1U);
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
 * Return: the page, no reference taken; NULL beyond the end.
 */
struct page *synfin_ring_page(unsigned long pgoff)
{
	unsigned long stride = synfin_header.cpu_stride >> PAGE_SHIFT;
	unsigned long i;

	if (!pgoff)
		return vmalloc_to_page(synfin_header_page);
	i = --pgoff / stride;
	if (i >= synfin_header.nr_cpus)
		return NULL;
	return vmalloc_to_page(synfin_regions[i] +
			       ((pgoff % stride) << PAGE_SHIFT));
}

/* Where @cpu writes from now on; it is the i-th possible one. */
static int synfin_ring_alloc(int cpu, unsigned int i)
{
	struct synfin_ring *ring = &per_cpu(synfin_rings, cpu);
	void *region;

	region = vzalloc_node(synfin_header.cpu_stride, cpu_to_node(cpu));
	if (!region)
		return -ENOMEM;
	synfin_regions[i] = region;

	ring->head = 0;
	ring->slot_mask = synfin_header.nr_slots - 1;
	ring->wake_mask = synfin_ring_watermark() - 1;
	ring->shared = region;
	ring->shared->cpu = cpu;
	ring->slots = region + PAGE_SIZE;
	init_irq_work(&ring->wake, synfin_ring_wake);
	return 0;
}

/* The header says what setup decided; its page is a copy. */
static int synfin_ring_header_init(unsigned int nr_slots)
{
	size_t slots = (size_t)nr_slots * sizeof(struct synfin_slot);

	synfin_header = (struct synfin_ring_header) {
		.magic		= SYNFIN_RING_MAGIC,
		.version	= SYNFIN_VERSION,
		.slot_size	= sizeof(struct synfin_slot),
		.nr_cpus	= num_possible_cpus(),
		.nr_slots	= nr_slots,
		.cpu_offset	= PAGE_SIZE,
		.cpu_stride	= PAGE_SIZE + PAGE_ALIGN(slots),
		.boot_id	= get_random_u64(),
	};
	synfin_header_page = vzalloc(PAGE_SIZE);
	if (!synfin_header_page)
		return -ENOMEM;
	memcpy(synfin_header_page, &synfin_header, sizeof(synfin_header));
	return 0;
}

/**
 * synfin_ring_setup() - allocate the rings
 * @nr_slots: records that each holds, a power of two
 *
 * Context: Process, may sleep. Before the first hook.
 * Return: 0, -EINVAL for a number that is none, -ENOMEM.
 */
int synfin_ring_setup(unsigned int nr_slots)
{
	unsigned int i = 0;
	int cpu, err;

	if (!is_power_of_2(nr_slots) || nr_slots > SYNFIN_RING_SLOTS_MAX)
		return -EINVAL;

	synfin_regions = kcalloc(num_possible_cpus(), sizeof(*synfin_regions),
				 GFP_KERNEL);
	if (!synfin_regions)
		return -ENOMEM;
	err = synfin_ring_header_init(nr_slots);
	if (err)
		goto err_teardown;
	for_each_possible_cpu(cpu) {
		err = synfin_ring_alloc(cpu, i++);
		if (err)
			goto err_teardown;
	}
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

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu(synfin_rings, cpu).wake);
	for (i = 0; i < num_possible_cpus(); i++)
		vfree(synfin_regions[i]);
	kfree(synfin_regions);
	synfin_regions = NULL;
	vfree(synfin_header_page);
	synfin_header_page = NULL;
}
