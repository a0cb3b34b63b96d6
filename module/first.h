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
 *	first_report.c	what is kept and told of it
 *	route_first.c	the short way there
 *	first_stock.c	memory for what was read
 */
#ifndef _SYNFIN_FIRST_H
#define _SYNFIN_FIRST_H

#include <linux/jump_label.h>
#include <linux/skbuff.h>
#include <net/tcp.h>
#include "core/payload.h"
#include "core/phase.h"
#include "ftp.h"

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
 * @payload:	what is read; NULL until somebody says something that must be read on, and
 *		again once all is known, unless there is more than fits here, of TLS, or
 *		FTP's control connection is read on
 * @request_ns:	as of struct synfin_told, as all that follow, where there is no @payload:
 *		what was said left no doubt, or it has been given back; or
 *		SYNFIN_FIRST_NONE
 * @protocol:	SYNFIN_PROTOCOL_NONE: nobody said anything, and the others hold anything
 * @method:	likewise
 * @response_ns: as @request_ns
 * @status:	likewise
 * @server_first: likewise
 * @segments:	with payload that have passed while it was waited for; with
 *		SYNFIN_FIRST_SEGMENTS something else is to be done than to read on
 * @control:	instead of @request_ns, @protocol and @method, with SYNFIN_FLAG_ANNOUNCED: id
 *		of the control connection that announced this one. What is read of it is
 *		in @payload, or nowhere
 *
 * Under the lock of its flow. It waits while SYNFIN_FLAG_FIRST is set.
 */
struct synfin_first {
	struct synfin_payload	*payload;
	union {
		struct {
			u64	request_ns : 40;
			u64	protocol : 8;
			u64	method : 16;
		};
		u64		control;
	};
	u64			response_ns : 40;
	u64			status : 10;
	u64			server_first : 1;
	u64			segments : 13;
};

/* Nobody waits for so long. */
#define SYNFIN_FIRST_NONE	((1ULL << 40) - 1)
static_assert(SYNFIN_FIRST_NS < SYNFIN_FIRST_NONE);

/**
 * synfin_first_packed() - a time as struct synfin_first has it
 * @ns:	the time
 *
 * Return: as much of it as fits.
 */
static inline u64 synfin_first_packed(u64 ns)
{
	return min(ns, SYNFIN_FIRST_NONE);
}

/* On once anybody has wanted them: if they are turned off those that wait go on. */
DECLARE_STATIC_KEY_FALSE(synfin_first_wanted);

/**
 * synfin_first_init() - nothing was read
 * @first: of a flow that begins
 */
static inline void synfin_first_init(struct synfin_first *first)
{
	first->payload = NULL;
	first->protocol = SYNFIN_PROTOCOL_NONE;
	first->segments = 0;
}

/* May it be of a control connection of FTP, which is read on? */
static inline bool synfin_first_may_go_on(const struct sock *sk)
{
	return READ_ONCE(synfin_ftp_fast.ports) &
	       (SYNFIN_FTP_BIT(sk->sk_num) | SYNFIN_FTP_BIT(ntohs(sk->sk_dport)));
}

/**
 * synfin_first_is_listened() - is it FTP's control connection, and read on?
 * @first: what was read of a flow
 *
 * Context: under the lock of the flow.
 *
 * Return: true if it is; then it waits as long as it is open.
 */
static inline bool synfin_first_is_listened(const struct synfin_first *first)
{
	return first->payload && first->payload->flags & SYNFIN_PAYLOAD_LISTENS;
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
	u32 received;

	if (!static_branch_unlikely(&synfin_first_wanted))
		return false;
	if (sk->sk_protocol != IPPROTO_TCP)
		return true;
	received = READ_ONCE(tcp_sk(sk)->segs_in);
	return received <= READ_ONCE(synfin_ftp_fast.received) &&
	       (received <= SYNFIN_FIRST_RECEIVED || synfin_first_may_go_on(sk));
}

/* first.c */
void synfin_first_announced(struct synfin_first *first, struct synfin_conn *conn,
			    u64 control);
void synfin_first_segment(struct synfin_first *first, struct synfin_conn *conn,
			  const struct synfin_segment *seg,
			  const struct sk_buff *skb, struct synfin_ftp_net *ftp, u64 now,
			  bool opened);

bool synfin_first_is_next(const struct synfin_first *first,
			  const struct synfin_conn *conn, const struct tcphdr *th,
			  unsigned int from);
bool synfin_first_hear(struct synfin_first *first, struct synfin_conn *conn, u32 seq,
		       u32 len, const struct sk_buff *skb, unsigned int from, u64 now,
		       bool whole);

/* first_report.c */
void synfin_first_over(struct synfin_first *first, struct synfin_conn *conn);
void synfin_first_summary(const struct synfin_first *first, const struct synfin_conn *conn,
			  struct synfin_record_conn *rec);

/* first_stock.c */
int synfin_first_setup(bool names, unsigned int max_flows);
void synfin_first_teardown(void);
void synfin_first_prepare(void);
struct synfin_payload *synfin_first_take(void);
struct synfin_tls *synfin_first_take_tls(void);
void synfin_first_give_tls(struct synfin_payload *payload);
void synfin_first_give(struct synfin_first *first);
void synfin_first_drain(void);

extern bool synfin_first_on;
extern bool synfin_first_names;

#endif /* _SYNFIN_FIRST_H */
