// SPDX-License-Identifier: GPL-2.0
/*
 * Notes of what was dropped, or may have been, and who works them off.
 *
 * In: notes, from the probe in any context but NMI, and from the route when a queue of a
 * listener may be full. They lie in a queue of their CPU, whose lock is raw and held for
 * that alone. Out: a worker takes them to route_drop.c.
 *
 * Each CPU has a queue for what connections that are followed lose, and a smaller one for
 * all else: so who sends what is dropped at once takes no place from them. Both are short
 * and are emptied fifty times a second: that is the most that a flood costs.
 */
#include "drop.h"
#include "net.h"
#include "route.h"
#include "stats.h"

#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

/* So long a note waits, so that what passes at the same time is seen first. */
#define DELAY		DIV_ROUND_UP(HZ, 50)

#define NOTES		64u
#define NEW_NOTES	16u

/* Connections that begin with what was dropped, on each CPU: so many a second. */
#define BEGIN_RATE	32u
#define BEGIN_BURST	64u

/* It may have been: a queue of the listener is to be looked at, when it is so old. */
#define SUSPECT		0xfe
#define SUSPECT_NS	(10 * NSEC_PER_MSEC)

/**
 * struct notes - a queue
 * @nr:		how many are in it; the worker looks at it without the lock
 * @first:	the oldest
 */
struct notes {
	unsigned int	nr;
	unsigned int	first;
};

/**
 * struct drop_queue - notes of a CPU
 * @lock:	of what follows; raw, interrupts off, nothing is taken inside
 * @old:	@events[0] to [NOTES - 1]: of connections that are followed, or may be
 * @new:	the rest: of others
 * @events:	the notes
 * @work:	empties both
 * @tokens:	connections that may begin; the worker's alone
 * @tick:	jiffies, when that was counted; likewise
 */
struct drop_queue {
	raw_spinlock_t			lock;
	struct notes			old;
	struct notes			new;
	struct synfin_drop_event	events[NOTES + NEW_NOTES];
	struct delayed_work		work;
	unsigned int			tokens;
	unsigned long			tick;
};

static struct drop_queue __percpu *queues;

/**
 * synfin_drop_put() - make a note of a segment that was dropped
 * @sn:		its namespace
 * @event:	what is known
 * @followed:	a connection that is followed may have lost it
 *
 * Context: any but NMI, any lock held.
 */
void synfin_drop_put(struct synfin_net *sn, const struct synfin_drop_event *event,
		     bool followed)
{
	struct drop_queue *q = raw_cpu_ptr(queues);
	struct notes *notes = followed ? &q->old : &q->new;
	unsigned int max = followed ? NOTES : NEW_NOTES;
	bool first, full;
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	first = !q->old.nr && !q->new.nr;
	full = notes->nr == max;
	if (!full) {
		q->events[(followed ? 0 : NOTES) +
			  (notes->first + notes->nr) % max] = *event;
		WRITE_ONCE(notes->nr, notes->nr + 1);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (full)
		synfin_stats_inc(sn, SYNFIN_CNT_drop_missed);
	else if (first)
		schedule_delayed_work(&q->work, DELAY);
}

/* The ACK that a SYN-ACK asks for, as its client sends it. */
static void turn_around(struct synfin_segment *seg)
{
	struct synfin_addr src = seg->src;
	u32 seq = seg->seq;

	swap(seg->sport, seg->dport);
	seg->src = seg->dst;
	seg->dst = src;
	seg->seq = seg->ack;
	seg->ack = seq + 1;
	seg->flags = SYNFIN_TCP_ACK;
	seg->kind = SYNFIN_KIND_PLAIN;
	seg->window = 0;
	seg->len = 0;
}

/**
 * synfin_drop_suspect() - a queue of its listener may have no room for a segment
 * @sn:		the namespace
 * @seg:	a SYN, the ACK of a SYN-ACK, or a SYN-ACK that is sent again, as if its ACK
 *		had not come
 *
 * Context: any context of a hook; no lock held.
 */
void synfin_drop_suspect(struct synfin_net *sn, const struct synfin_segment *seg)
{
	struct synfin_drop_event event = {
		.sn = sn,
		.passed_ns = ktime_get_ns(),
		.seg = *seg,
		.reason = SUSPECT,
	};

	if (seg->kind == SYNFIN_KIND_SYN_ACK)
		turn_around(&event.seg);
	event.seg.len = 0;
	synfin_drop_put(sn, &event, true);
}

/* What its namespace no longer waits for is due, too: to be forgotten. */
static bool is_due(const struct synfin_drop_event *event)
{
	return event->reason != SUSPECT || !event->sn ||
	       ktime_get_ns() - event->passed_ns >= SUSPECT_NS;
}

static bool take_note(struct drop_queue *q, bool followed, struct synfin_drop_event *event)
{
	struct notes *notes = followed ? &q->old : &q->new;
	unsigned int max = followed ? NOTES : NEW_NOTES;
	struct synfin_drop_event *at;
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&q->lock, flags);
	at = &q->events[(followed ? 0 : NOTES) + notes->first];
	found = notes->nr && is_due(at);
	if (found) {
		*event = *at;
		at->sn = NULL;
		notes->first = (notes->first + 1) % max;
		WRITE_ONCE(notes->nr, notes->nr - 1);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return found;
}

/* May what was dropped begin a connection? */
static bool may_begin(struct drop_queue *q)
{
	unsigned long ticks = jiffies - q->tick;
	unsigned int more = min(ticks, (unsigned long)HZ * BEGIN_BURST) * BEGIN_RATE / HZ;

	if (more) {
		q->tokens = min(q->tokens + more, BEGIN_BURST);
		q->tick = jiffies;
	}
	if (!q->tokens)
		return false;
	q->tokens--;
	return true;
}

/**
 * synfin_drop_count() - count what was dropped
 * @event: its reason is known
 *
 * Context: any.
 */
void synfin_drop_count(const struct synfin_drop_event *event)
{
	synfin_stats_inc(event->sn, SYNFIN_CNT_drop_netfilter +
				    event->reason - SYNFIN_DROP_NETFILTER);
}

static void follow_note(struct drop_queue *q, struct synfin_drop_event *event,
			bool followed)
{
	if (!event->sn)
		return;
	if (event->reason == SUSPECT) {
		synfin_route_suspect(event);
		return;
	}
	synfin_drop_count(event);
	synfin_route_drop(event, !followed && may_begin(q));
}

static void drop_work(struct work_struct *work)
{
	struct drop_queue *q = container_of(work, struct drop_queue, work.work);
	struct synfin_drop_event event;
	unsigned int i;

	/* What comes meanwhile waits for the next time. */
	for (i = 0; i < NOTES && take_note(q, true, &event); i++)
		follow_note(q, &event, true);
	for (i = 0; i < NEW_NOTES && take_note(q, false, &event); i++)
		follow_note(q, &event, false);
	if (READ_ONCE(q->old.nr) || READ_ONCE(q->new.nr))
		schedule_delayed_work(&q->work, DELAY);
}

/* Of what goes away nothing is to be done any more. */
static void forget_notes(struct drop_queue *q)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&q->lock, flags);
	for (i = 0; i < ARRAY_SIZE(q->events); i++)
		if (q->events[i].sn && !READ_ONCE(q->events[i].sn->watched))
			q->events[i].sn = NULL;
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/**
 * synfin_drop_flush() - have done with namespaces that go away
 *
 * Context: may sleep; nothing of them is noted any more.
 */
void synfin_drop_flush(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct drop_queue *q = per_cpu_ptr(queues, cpu);

		forget_notes(q);
		/* It may just be at one. */
		flush_delayed_work(&q->work);
	}
}

/**
 * synfin_drop_setup() - make the queues
 *
 * Context: module load, before the first namespace; may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
int __init synfin_drop_setup(void)
{
	unsigned int cpu;

	BUILD_BUG_ON(SYNFIN_CNT_drop_unknown - SYNFIN_CNT_drop_netfilter !=
		     SYNFIN_DROP_NR - SYNFIN_DROP_NETFILTER);
	synfin_drop_learn();
	queues = alloc_percpu(struct drop_queue);
	if (!queues)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct drop_queue *q = per_cpu_ptr(queues, cpu);

		raw_spin_lock_init(&q->lock);
		INIT_DELAYED_WORK(&q->work, drop_work);
		q->tokens = BEGIN_BURST;
		q->tick = jiffies;
	}
	return 0;
}

/**
 * synfin_drop_teardown() - undo synfin_drop_setup()
 *
 * Context: module unload, after the last namespace.
 */
void synfin_drop_teardown(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		cancel_delayed_work_sync(&per_cpu_ptr(queues, cpu)->work);
	free_percpu(queues);
}
