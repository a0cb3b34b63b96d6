// SPDX-License-Identifier: GPL-2.0
/*
 * The queues of listeners.
 *
 * Before a connection is accepted it waits in a queue, and so does, in another one,
 * whoever has not acknowledged his SYN-ACK. What a full queue has no room for the kernel
 * drops without a reason that the tracepoint would tell, and for a SYN it tells nothing.
 * So each SYN-ACK that is sent shows its listener, and how long its queues are. Once one
 * is half full, each SYN and each last ACK is looked after a moment later: was it
 * answered, was it taken, and if not, is a queue full?
 *
 * In: sockets at LOCAL_OUT, under rcu_read_lock(), no lock held; notes, from drop_queue.c's
 * worker. Out: reasons, and rows for /proc. A row is written under a raw lock.
 */
#include "queue.h"
#include "compat.h"
#include "drop.h"
#include "net.h"
#include "process.h"
#include "socket.h"

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

/* So long after a queue was found half full each SYN is looked after. */
#define PRESSED		(60 * HZ)

/* Places where a listener may stand, from that of its number on. */
#define PROBES		4u

/**
 * struct synfin_listeners - listeners of a namespace
 * @lock:	of the rows; raw, interrupts off, nothing is taken inside
 * @row:	by their inode number
 */
struct synfin_listeners {
	raw_spinlock_t		lock;
	struct synfin_listener	row[SYNFIN_LISTENERS];
};

static u32 inode_of(const struct sock *listener)
{
	struct socket *sock = READ_ONCE(listener->sk_socket);

	return sock ? SOCK_INODE(sock)->i_ino : 0;
}

static struct synfin_listeners *listeners_of(struct synfin_net *sn)
{
	struct synfin_listeners *new, *old = READ_ONCE(sn->listeners);

	if (likely(old))
		return old;
	new = synfin_net_alloc(sn, sizeof(*new));
	if (!new)
		return NULL;
	raw_spin_lock_init(&new->lock);
	/*
	 * Pairs with the acquire in synfin_queue_copy(); those above depend on the
	 * address that they read.
	 */
	old = cmpxchg_release(&sn->listeners, NULL, new);
	if (!old)
		return new;
	kfree(new);
	return old;
}

/* Its row; if it has none, that of whom nothing is told, or of the longest ago. */
static struct synfin_listener *row_for(struct synfin_listeners *l, u32 socket)
{
	struct synfin_listener *row, *worst = &l->row[socket % SYNFIN_LISTENERS];
	unsigned int i;

	for (i = 0; i < PROBES; i++) {
		row = &l->row[(socket + i) % SYNFIN_LISTENERS];
		if (row->socket == socket)
			return row;
		if (!row->socket || (worst->socket && !row->overflows &&
				     (worst->overflows ||
				      (s32)(row->tick - worst->tick) < 0)))
			worst = row;
	}
	return worst;
}

static void write_row(struct synfin_listeners *l, const struct sock *listener,
		      u32 socket, u8 dropped)
{
	u32 length = READ_ONCE(listener->sk_ack_backlog);
	struct synfin_listener *row;
	unsigned long flags;

	raw_spin_lock_irqsave(&l->lock, flags);
	row = row_for(l, socket);
	if (row->socket != socket) {
		/* is_known() may look at it meanwhile: at worst it is written once more. */
		data_race(*row = (struct synfin_listener) { .port = listener->sk_num });
		WRITE_ONCE(row->socket, socket);
	}
	row->family = listener->sk_family == AF_INET6 ? 6 : 4;
	row->limit = READ_ONCE(listener->sk_max_ack_backlog);
	row->tick = jiffies;
	if (length > row->longest)
		WRITE_ONCE(row->longest, length);
	row->overflows += dropped == SYNFIN_DROP_ACCEPT_QUEUE;
	row->syn_overflows += dropped == SYNFIN_DROP_SYN_QUEUE;
	raw_spin_unlock_irqrestore(&l->lock, flags);
}

/* Of what is known already there is nothing to be written. */
static bool is_known(const struct synfin_listeners *l, u32 socket, u32 length)
{
	unsigned int i;

	for (i = 0; i < PROBES; i++) {
		const struct synfin_listener *row;

		row = &l->row[(socket + i) % SYNFIN_LISTENERS];
		if (READ_ONCE(row->socket) == socket)
			return length <= READ_ONCE(row->longest);
	}
	return false;
}

static bool is_half_full(u32 length, u32 limit)
{
	return length >= limit / 2 && (length || limit < 2);
}

/**
 * synfin_queue_note() - a SYN-ACK is sent: how long are its listener's queues?
 * @sn:	the namespace
 * @sk:	the socket that sends it
 *
 * Context: LOCAL_OUT, under rcu_read_lock(); no lock held.
 */
void synfin_queue_note(struct synfin_net *sn, const struct sock *sk)
{
	struct sock *listener = synfin_owner_listener(sk);
	struct synfin_listeners *l;
	u32 socket, length, limit;

	if (!listener)
		return;
	length = READ_ONCE(listener->sk_ack_backlog);
	limit = READ_ONCE(listener->sk_max_ack_backlog);
	if (is_half_full(length, limit) ||
	    is_half_full(inet_csk_reqsk_queue_len(listener), limit))
		WRITE_ONCE(sn->pressed, (u32)jiffies | 1);
	socket = inode_of(listener);
	if (!socket)
		return;
	l = listeners_of(sn);
	if (l && !is_known(l, socket, length))
		write_row(l, listener, socket, SYNFIN_DROP_NONE);
}

/**
 * synfin_queue_is_pressed() - was a queue found half full just now?
 * @sn:	the namespace
 *
 * Context: any.
 *
 * Return: true if one was: who comes now is to be looked after.
 */
bool synfin_queue_is_pressed(const struct synfin_net *sn)
{
	u32 pressed = READ_ONCE(sn->pressed);

	return unlikely(pressed) && (u32)jiffies - pressed < PRESSED;
}

static void count(struct synfin_net *sn, const struct sock *listener, u8 dropped)
{
	struct synfin_listeners *l = listeners_of(sn);
	u32 socket = inode_of(listener);

	if (l && socket)
		write_row(l, listener, socket, dropped);
}

/* Which of its queues is full? */
static u8 full_queue(const struct sock *listener)
{
	if (sk_acceptq_is_full(listener))
		return SYNFIN_DROP_ACCEPT_QUEUE;
	return inet_csk_reqsk_queue_is_full(listener) ? SYNFIN_DROP_SYN_QUEUE :
							SYNFIN_DROP_NONE;
}

static u8 ask_listener(const struct synfin_drop_event *event)
{
	struct sock *listener = synfin_socket_listener(event->sn->net, &event->seg);
	u8 dropped;

	if (!listener)
		return SYNFIN_DROP_NONE;
	dropped = full_queue(listener);
	if (dropped)
		count(event->sn, listener, dropped);
	sock_gen_put(listener);
	return dropped;
}

/*
 * Its server still waits for the ACK that it has had. With TCP_DEFER_ACCEPT it does so
 * on purpose, as long as there is room.
 */
static u8 ask_request(const struct synfin_drop_event *event)
{
	struct sock *sk = synfin_socket_of(event->sn->net, &event->seg);
	u8 dropped = SYNFIN_DROP_NONE;
	struct sock *listener;

	/* With a SYN cookie there was nothing but the ACK. */
	if (!sk)
		return ask_listener(event);
	if (sk->sk_state == TCP_NEW_SYN_RECV) {
		listener = inet_reqsk(sk)->rsk_listener;
		if (sk_acceptq_is_full(listener) ||
		    !inet_csk(listener)->icsk_accept_queue.rskq_defer_accept)
			dropped = SYNFIN_DROP_ACCEPT_QUEUE;
		if (dropped)
			count(event->sn, listener, dropped);
	}
	sock_gen_put(sk);
	return dropped;
}

/**
 * synfin_queue_ask() - was a segment dropped since a queue was full?
 * @event:	a SYN, or the last ACK of a handshake; it was sent a moment ago, and nothing
 *		came of it
 *
 * Context: a worker; no lock held.
 *
 * Return: enum synfin_drop.
 */
u8 synfin_queue_ask(const struct synfin_drop_event *event)
{
	u8 dropped;

	rcu_read_lock();
	dropped = event->seg.kind == SYNFIN_KIND_SYN ? ask_listener(event) :
						       ask_request(event);
	rcu_read_unlock();
	return dropped;
}

/**
 * synfin_queue_copy() - the listeners, for /proc
 * @sn:		the namespace
 * @out:	filled
 *
 * Context: any.
 *
 * Return: how many there are.
 */
unsigned int synfin_queue_copy(const struct synfin_net *sn,
			       struct synfin_listener out[SYNFIN_LISTENERS])
{
	/* Pairs with the release in listeners_of(). */
	struct synfin_listeners *l = smp_load_acquire(&sn->listeners);
	unsigned int i, nr = 0;
	unsigned long flags;

	if (!l)
		return 0;
	raw_spin_lock_irqsave(&l->lock, flags);
	for (i = 0; i < SYNFIN_LISTENERS; i++)
		if (l->row[i].socket)
			out[nr++] = l->row[i];
	raw_spin_unlock_irqrestore(&l->lock, flags);
	return nr;
}

/**
 * synfin_queue_clean() - free what is kept of a namespace's listeners
 * @sn: the namespace; its hooks, its notes and its /proc are gone
 */
void synfin_queue_clean(struct synfin_net *sn)
{
	kfree(sn->listeners);
	sn->listeners = NULL;
}
