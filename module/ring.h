/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flight recorder: rings of each CPU, which that CPU alone writes and any number
 * of readers map read-only. The writer overwrites the oldest record and never looks
 * at a reader. There is one ring for each enum synfin_ring_kind, so that what is worth
 * little overwrites its like only.
 *
 *	kernel, on the ring's CPU, irqs off	reader, for record n
 *	-----------------------------------	-----------------------------
 *	slot->seq = 2n + 1
 *	smp_wmb()			(A)
 *	payload, word by word
 *	slot->seq = 2(n + 1), release	(B)
 *	cpu->head[k] = n + 1, release	(C)	head = cpu->head[k], acquire (C)
 *						n < head, or wait
 *						seq = slot->seq, acquire  (B)
 *						seq == 2(n + 1), or lost
 *						payload, word by word
 *						acquire fence		  (A)
 *						slot->seq == seq, or lost
 *
 *	ring->head = n + 1			enqueue on the wait queue
 *	smp_mb() in wq_has_sleeper()	(D)	smp_mb()		  (D)
 *	anybody waiting? wake			enough written? else sleep
 *
 *	synfin_areas[i], release	(E)	head > 0: the page of a slot is
 *	the CPU comes online, writes		missing, fault: acquire	  (E)
 *
 *	A  who has read one word of a later record sees that the sequence moved
 *	B  who sees the even sequence sees the whole payload before it
 *	C  who sees the head sees the slots of all records before it
 *	D  a waker sees the sleeper, or the sleeper sees the record
 *	E  who maps a slot that was written finds the memory it was written to
 *
 * The reader's A, B and C are in user space; its D and E are in ring_map.c. The kernel
 * steers by memory of its own only: nothing that it reads in a page that is mapped
 * decides where it writes.
 */
#ifndef _SYNFIN_RING_H
#define _SYNFIN_RING_H

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/wait.h>
#include "uapi/synfin.h"

#define SYNFIN_RING_SLOTS_MAX	BIT(20)

struct page;
struct synfin_ring;

/* ring.c */
int synfin_ring_setup(unsigned int nr_slots);
void synfin_ring_teardown(void);
struct synfin_ring *synfin_ring_begin(enum synfin_ring_kind kind,
				      union synfin_record **record);
void synfin_ring_end(struct synfin_ring *ring, union synfin_record *record);
u64 synfin_ring_records(void);
const struct synfin_ring_header *synfin_ring_header(void);

/* For ring_map.c. */
extern wait_queue_head_t synfin_ring_wait;
unsigned long synfin_ring_pages(void);
struct page *synfin_ring_page(unsigned long pgoff);

/* ring_map.c */
int synfin_ring_map_setup(void);
void synfin_ring_map_teardown(void);

#endif /* _SYNFIN_RING_H */
