/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose a connection is: the process that opened it here, the listener that took it.
 */
#ifndef _SYNFIN_PROCESS_H
#define _SYNFIN_PROCESS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include "uapi/synfin.h"

struct sock;

/**
 * struct synfin_owner - whose a connection is, as far as that is certain
 * @cgroup:	of the process, or of the listener if there is none; as its inode number
 * @pid:	of the process, as the first namespace counts
 * @socket:	inode number of the listener, 0 if none was seen
 * @comm:	the command of the process; whatever it says of itself
 * @kind:	enum synfin_process
 *
 * Under the lock of its flow. What @kind does not speak of holds anything.
 */
struct synfin_owner {
	u64	cgroup;
	u32	pid;
	u32	socket;
	u8	comm[16];
	u8	kind;
};

/**
 * synfin_owner_init() - nothing is known
 * @owner: of a flow that begins
 */
static inline void synfin_owner_init(struct synfin_owner *owner)
{
	owner->kind = SYNFIN_PROCESS_NONE;
	owner->socket = 0;
}

void synfin_owner_of_syn(struct synfin_owner *owner, const struct sock *sk);
void synfin_owner_of_syn_ack(struct synfin_owner *owner, const struct sock *sk);
void synfin_owner_tell(const struct synfin_owner *owner,
		       struct synfin_record_conn *rec);
struct sock *synfin_owner_listener(const struct sock *sk);

#endif /* _SYNFIN_PROCESS_H */
