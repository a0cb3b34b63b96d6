// SPDX-License-Identifier: GPL-2.0
/*
 * What FTP's control connections announce: see ftp.h.
 *
 * In: their segments, and connections that begin; in any context of a hook, under the lock
 * of the flow. Out: which control connection announced one. Of a segment its beginning is
 * read, which is copied first: it may be in pieces, or of a process that changes it.
 */
#include "ftp.h"

#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>

/* Bytes of a segment that are read: an answer or a command, and some around it. */
#define LOOKED_AT	256u

/* Announcements in them: more are there only to be counted. */
#define ANNOUNCED_MAX	4

struct synfin_ftp_fast synfin_ftp_fast __read_mostly;

/**
 * struct listened - control connections that are read, of all namespaces
 * @lock:	protects the rest, and what synfin_ftp_fast says of it
 * @nr:		how many
 * @max:	as many as there may be; written at load
 * @received:	as of struct synfin_ftp_fast, while there is none; likewise
 * @by_bit:	how many there are of each bit of a port
 */
static struct listened {
	raw_spinlock_t	lock;
	unsigned int	nr;
	unsigned int	max;
	u32		received;
	unsigned int	by_bit[64];
} listened = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(listened.lock),
};

/**
 * synfin_ftp_setup() - nobody is read yet
 * @max_flows:	the most flows that there are
 * @received:	as of struct synfin_ftp_fast, while no control connection is read
 *
 * Context: module load, before the first flow.
 */
void synfin_ftp_setup(unsigned int max_flows, unsigned int received)
{
	listened.max = max(max_flows / 16, 1u);
	listened.received = received;
	synfin_ftp_fast.received = received;
}

/**
 * synfin_ftp_listen() - a control connection is to be read on
 * @port: of its server
 *
 * Context: any; irqs off.
 *
 * Return: false if there are too many.
 */
bool synfin_ftp_listen(u16 port)
{
	bool room;

	lockdep_assert_irqs_disabled();
	raw_spin_lock(&listened.lock);
	room = listened.nr < listened.max;
	if (room) {
		listened.nr++;
		listened.by_bit[port & 63]++;
		WRITE_ONCE(synfin_ftp_fast.ports,
			   synfin_ftp_fast.ports | SYNFIN_FTP_BIT(port));
		WRITE_ONCE(synfin_ftp_fast.received, U32_MAX);
	}
	raw_spin_unlock(&listened.lock);
	return room;
}

/**
 * synfin_ftp_cease() - a control connection is read no longer
 * @port: as of synfin_ftp_listen()
 *
 * Context: any; irqs off.
 */
void synfin_ftp_cease(u16 port)
{
	lockdep_assert_irqs_disabled();
	raw_spin_lock(&listened.lock);
	if (!--listened.by_bit[port & 63])
		WRITE_ONCE(synfin_ftp_fast.ports,
			   synfin_ftp_fast.ports & ~SYNFIN_FTP_BIT(port));
	if (!--listened.nr)
		WRITE_ONCE(synfin_ftp_fast.received, listened.received);
	raw_spin_unlock(&listened.lock);
}

/**
 * synfin_ftp_init() - nothing is expected
 * @ftp: of a namespace that begins, zeroed
 */
void synfin_ftp_init(struct synfin_ftp_net *ftp)
{
	raw_spin_lock_init(&ftp->lock);
}

/* Bits of what is still expected. */
static void note_ports(struct synfin_ftp_net *ftp)
{
	u64 ports = 0;
	unsigned int i;

	lockdep_assert_held(&ftp->lock);
	for (i = 0; i < SYNFIN_FTP_EXPECTED; i++)
		if (ftp->expected[i].port)
			ports |= SYNFIN_FTP_BIT(ftp->expected[i].port);
	WRITE_ONCE(ftp->ports, ports);
}

static void expect(struct synfin_ftp_net *ftp, const struct synfin_ftp_expected *what)
{
	raw_spin_lock(&ftp->lock);
	synfin_ftp_expect(ftp->expected, SYNFIN_FTP_EXPECTED, what);
	WRITE_ONCE(ftp->last_ns, what->ns);
	note_ports(ftp);
	raw_spin_unlock(&ftp->lock);
}

static noinline void read_lines(struct synfin_ftp_net *ftp, const struct synfin_conn *conn,
				struct synfin_payload *p, unsigned int from,
				const struct sk_buff *skb, u32 len, u64 now)
{
	u8 copy[LOOKED_AT];
	struct synfin_ftp_expected what;
	struct synfin_ftp_text text = { .at = copy };
	struct synfin_ftp_port port;
	unsigned int n = min(len, LOOKED_AT), nr = 0;
	u8 last;

	if (skb_copy_bits(skb, skb->len - len, copy, n))
		return;
	text.end = copy + n;
	while (synfin_ftp_next(p, &text, from, conn->family, &port)) {
		if (nr++ >= ANNOUNCED_MAX)
			continue;
		synfin_ftp_announce(conn, from, port.port, now, &what);
		expect(ftp, &what);
	}
	if (n < len && !skb_copy_bits(skb, skb->len - 1, &last, 1))
		synfin_ftp_unread(p, from, last);
}

/**
 * synfin_ftp_segment() - a segment of a control connection
 * @ftp:	what is announced in its namespace
 * @conn:	the connection
 * @p:		what was read of it
 * @seg:	the segment, which the phase machine took; it has payload
 * @skb:	what carries it, at the end
 * @from:	enum synfin_from, who sent it
 * @now:	when it passed
 *
 * Context: any context of a hook, under the lock of the flow, irqs off.
 */
void synfin_ftp_segment(struct synfin_ftp_net *ftp, const struct synfin_conn *conn,
			struct synfin_payload *p, const struct synfin_segment *seg,
			const struct sk_buff *skb, unsigned int from, u64 now)
{
	lockdep_assert_irqs_disabled();
	if (synfin_ftp_follows(p, from, seg->seq, seg->len, seg->ack))
		read_lines(ftp, conn, p, from, skb, seg->len, now);
}

/* The last was announced so long ago that all of it is over; another CPU may be ahead. */
static bool is_long_ago(u64 last_ns, u64 now)
{
	return (s64)(now - last_ns) > (s64)SYNFIN_FTP_WAIT_NS;
}

static void forget_all(struct synfin_ftp_net *ftp)
{
	unsigned int i;

	lockdep_assert_held(&ftp->lock);
	for (i = 0; i < SYNFIN_FTP_EXPECTED; i++)
		ftp->expected[i].port = 0;
	WRITE_ONCE(ftp->ports, 0);
}

/**
 * synfin_ftp_begins() - has anybody announced a connection?
 * @ftp:	what is announced in its namespace: something
 * @conn:	the connection, which begins with a SYN
 * @now:	when that passed
 *
 * Context: any context of a hook, under the lock of the flow, irqs off.
 *
 * Return: the id of the control connection, 0 if there is none.
 */
noinline u64 synfin_ftp_begins(struct synfin_ftp_net *ftp, const struct synfin_conn *conn,
			       u64 now)
{
	u64 control = 0;

	lockdep_assert_irqs_disabled();
	if (!(READ_ONCE(ftp->ports) & SYNFIN_FTP_BIT(conn->server_port)) &&
	    !is_long_ago(READ_ONCE(ftp->last_ns), now))
		return 0;
	raw_spin_lock(&ftp->lock);
	if (is_long_ago(ftp->last_ns, now))
		forget_all(ftp);
	else
		control = synfin_ftp_announcer(ftp->expected, SYNFIN_FTP_EXPECTED, conn, 0,
					       now);
	raw_spin_unlock(&ftp->lock);
	return control;
}

/**
 * synfin_ftp_opens() - a connection that was announced has been opened
 * @ftp:	what is announced in its namespace
 * @conn:	the connection
 * @control:	who announced it
 *
 * Context: any context of a hook, under the lock of the flow, irqs off.
 */
noinline void synfin_ftp_opens(struct synfin_ftp_net *ftp, const struct synfin_conn *conn,
			       u64 control)
{
	lockdep_assert_irqs_disabled();
	raw_spin_lock(&ftp->lock);
	synfin_ftp_came(ftp->expected, SYNFIN_FTP_EXPECTED, control, conn->server_port);
	note_ports(ftp);
	raw_spin_unlock(&ftp->lock);
}
