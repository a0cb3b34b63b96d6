/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first bytes of a connection: what each end says first after the handshake.
 *
 * With the parameter first_data a flow waits, once it is open, for plain segments as for
 * an ACK, until the first payload of both ends has been looked at, or TLS's handshake up
 * to the first data inside it. What is read is core/payload.h's. The wait is bounded: in
 * segments, in bytes of each, and in time; then what is not known stays so.
 *
 *	first.c		what is read of a segment
 *	first_stock.c	memory for what was read
 */
#ifndef _SYNFIN_FIRST_H
#define _SYNFIN_FIRST_H

#include <linux/jump_label.h>
#include <linux/skbuff.h>
#include <net/tcp.h>
#include "core/payload.h"
#include "core/phase.h"

/* So many segments may pass until both ends have said something. */
#define SYNFIN_FIRST_SEGMENTS	256

/*
 * Of a socket that has received more segments than these, its first bytes are not among
 * those that arrive: established traffic is passed by as if nothing was wanted.
 */
#define SYNFIN_FIRST_RECEIVED	32

/* So long it is waited for the first bytes. */
#define SYNFIN_FIRST_NS		(120 * NSEC_PER_SEC)

/**
 * struct synfin_first - what was read of a flow, and how much has passed
 * @payload:	what was read; NULL until somebody says something
 * @segments:	that have passed while it was waited for
 *
 * Under the lock of its flow. It waits while SYNFIN_FLAG_FIRST is set.
 */
struct synfin_first {
	struct synfin_payload	*payload;
	u16			segments;
};

DECLARE_STATIC_KEY_FALSE(synfin_first_wanted);

/**
 * synfin_first_init() - nothing was read
 * @first: of a flow that begins
 */
static inline void synfin_first_init(struct synfin_first *first)
{
	first->payload = NULL;
	first->segments = 0;
}

/**
 * synfin_first_may_arrive() - may the first bytes that a socket receives be wanted?
 * @sk: an established socket of early demux
 *
 * Context: any; no lock.
 *
 * Return: true if the flow is to be asked.
 */
static __always_inline bool synfin_first_may_arrive(const struct sock *sk)
{
	return static_branch_unlikely(&synfin_first_wanted) &&
	       (sk->sk_protocol != IPPROTO_TCP ||
		READ_ONCE(tcp_sk(sk)->segs_in) <= SYNFIN_FIRST_RECEIVED);
}

/* first.c */
void synfin_first_segment(struct synfin_first *first, struct synfin_conn *conn,
			  const struct synfin_segment *seg,
			  const struct sk_buff *skb, u64 now, bool opened);

/* first_stock.c */
int synfin_first_setup(bool wanted, bool names, unsigned int max_flows);
void synfin_first_teardown(void);
void synfin_first_prepare(void);
struct synfin_payload *synfin_first_take(void);
struct synfin_tls *synfin_first_take_tls(void);
void synfin_first_give_tls(struct synfin_payload *payload);
void synfin_first_give(struct synfin_first *first);
void synfin_first_drain(void);

extern bool synfin_first_names;

#endif /* _SYNFIN_FIRST_H */
