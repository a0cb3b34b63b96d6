/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FTP's control connections go on being read, for what they announce: see core/ftp.h.
 *
 * Each namespace keeps what is announced in it. Whoever begins a connection asks if anything
 * is, which costs a load where nothing is.
 *
 * What arrives for an established socket is passed by once that has received some
 * segments; of control connections it is not, and they are told by the port of their server.
 */
#ifndef _SYNFIN_FTP_MODULE_H
#define _SYNFIN_FTP_MODULE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/spinlock_types.h>
#include "core/ftp.h"

struct sk_buff;

/* Connections that may be expected in a namespace. */
#define SYNFIN_FTP_EXPECTED	16

/* A port's bit; others may have the same. */
#define SYNFIN_FTP_BIT(port)	BIT_ULL((port) & 63)

/**
 * struct synfin_ftp_net - what is announced in a namespace
 * @ports:	bits of ports that may be expected; written under @lock, read without
 * @last_ns:	when the last one was announced; likewise
 * @lock:	taken under the lock of a flow, raw for the same reasons; nothing is locked
 *		under it
 * @expected:	what is expected; under @lock
 */
struct synfin_ftp_net {
	u64				ports;
	u64				last_ns;
	raw_spinlock_t			lock;
	struct synfin_ftp_expected	expected[SYNFIN_FTP_EXPECTED];
};

/**
 * struct synfin_ftp_fast - which sockets may be of control connections
 * @ports:	bits of their servers' ports
 * @received:	of a socket that has received more segments than these nothing is wanted
 *
 * Of all namespaces. Written under a lock, read without.
 */
struct synfin_ftp_fast {
	u64	ports;
	u32	received;
};

extern struct synfin_ftp_fast synfin_ftp_fast;

/**
 * synfin_ftp_expects() - may anything be expected?
 * @ftp: of a namespace
 *
 * Context: any; no lock.
 *
 * Return: false if nothing is: nearly always.
 */
static __always_inline bool synfin_ftp_expects(const struct synfin_ftp_net *ftp)
{
	return READ_ONCE(ftp->ports);
}

void synfin_ftp_setup(unsigned int max_flows, unsigned int received);
bool synfin_ftp_listen(u16 port);
void synfin_ftp_cease(u16 port);

void synfin_ftp_init(struct synfin_ftp_net *ftp);
void synfin_ftp_segment(struct synfin_ftp_net *ftp, const struct synfin_conn *conn,
			struct synfin_payload *p, const struct synfin_segment *seg,
			const struct sk_buff *skb, unsigned int from, u64 now);
u64 synfin_ftp_begins(struct synfin_ftp_net *ftp, const struct synfin_conn *conn, u64 now);
void synfin_ftp_opens(struct synfin_ftp_net *ftp, const struct synfin_conn *conn,
		      u64 control);

#endif /* _SYNFIN_FTP_MODULE_H */
