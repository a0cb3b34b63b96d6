/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a connection and its phases to the record of phases: a head, then steps.
 *
 * Inline, since it is most of what is done for a segment that makes a phase. Pure:
 * compiled into the module and into the reader.
 */
#ifndef _SYNFIN_RECORD_H
#define _SYNFIN_RECORD_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif
#include "core/phase.h"

/* Is a member where the other structure has that which it is copied to? */
#define SYNFIN_SAME_PLACE(here, member, there, other)			\
	static_assert(__builtin_offsetof(struct here, member) ==	\
		      __builtin_offsetof(struct there, other), #member)

SYNFIN_SAME_PLACE(synfin_conn, state, synfin_record_head, type);
SYNFIN_SAME_PLACE(synfin_conn, family, synfin_record_head, family);
SYNFIN_SAME_PLACE(synfin_conn, client_port, synfin_record_head, client_port);
SYNFIN_SAME_PLACE(synfin_conn, server_port, synfin_record_head, server_port);
SYNFIN_SAME_PLACE(synfin_conn, flags, synfin_record_head, words);
SYNFIN_SAME_PLACE(synfin_conn, netns, synfin_record_head, netns);
SYNFIN_SAME_PLACE(synfin_conn, shift, synfin_record_head, reserved1);
SYNFIN_SAME_PLACE(synfin_conn, id, synfin_record_head, id);
SYNFIN_SAME_PLACE(synfin_conn, first_ns, synfin_record_head, time_ns);
SYNFIN_SAME_PLACE(synfin_conn, client, synfin_record_head, client);
SYNFIN_SAME_PLACE(synfin_conn, server, synfin_record_head, server);

SYNFIN_SAME_PLACE(synfin_step, phase, synfin_record_step, phase);
SYNFIN_SAME_PLACE(synfin_step, from, synfin_record_step, from);
SYNFIN_SAME_PLACE(synfin_step, reason, synfin_record_step, reason);
SYNFIN_SAME_PLACE(synfin_step, window, synfin_record_step, window);
SYNFIN_SAME_PLACE(synfin_step, flags, synfin_record_step, tcp_flags);
SYNFIN_SAME_PLACE(synfin_step, hook, synfin_record_step, hook);
SYNFIN_SAME_PLACE(synfin_step, seq, synfin_record_step, seq);
SYNFIN_SAME_PLACE(synfin_step, ack, synfin_record_step, ack);
SYNFIN_SAME_PLACE(synfin_step, len, synfin_record_step, len);
SYNFIN_SAME_PLACE(synfin_step, count, synfin_record_step, count);
SYNFIN_SAME_PLACE(synfin_step, since_ns, synfin_record_step, since_ns);
SYNFIN_SAME_PLACE(synfin_step, time_ns, synfin_record_step, time_ns);
static_assert(sizeof(struct synfin_step) == sizeof(struct synfin_record_step));

/**
 * synfin_record_head() - fill in what a record of a connection begins with
 * @conn:	the connection
 * @head:	to be filled
 * @type:	enum synfin_record_type
 * @size:	bytes of the record
 * @time_ns:	when it began
 */
static inline void synfin_record_head(const struct synfin_conn *conn,
				      struct synfin_record_head *head, __u8 type,
				      __u32 size, __u64 time_ns)
{
	__builtin_memcpy(head, conn,
			 __builtin_offsetof(struct synfin_record_head, time_ns));
	__builtin_memcpy(head->client, &conn->client,
			 sizeof(head->client) + sizeof(head->server));
	head->type = type;
	head->words = size / sizeof(__u64);
	head->reserved0 = 0;
	head->reserved1 = 0;
	head->time_ns = time_ns;
}

/**
 * synfin_record_icmp() - fill in the record of an ICMP error
 * @conn:	the connection
 * @seg:	the error
 * @time_ns:	when it passed
 * @rec:	to be filled
 */
static inline void synfin_record_icmp(const struct synfin_conn *conn,
				      const struct synfin_segment *seg, __u64 time_ns,
				      struct synfin_record_icmp *rec)
{
	synfin_record_head(conn, &rec->head, SYNFIN_RECORD_ICMP, sizeof(*rec), time_ns);
	__builtin_memcpy(rec->router, &seg->router, sizeof(rec->router));
	rec->type = seg->icmp >> 8;
	rec->code = seg->icmp & 0xff;
	__builtin_memset(rec->reserved, 0, sizeof(rec->reserved));
}

/**
 * synfin_record_add() - append a phase to a record
 * @rec:	the record; its head comes later, with synfin_record_phases()
 * @nr:		how many phases are in it, less than SYNFIN_STEPS_MAX
 * @step:	the phase
 * @offset_ns:	from the clock of the step to that of the record
 */
static inline void synfin_record_add(struct synfin_record_phases *rec, unsigned int nr,
				     const struct synfin_step *step, __u64 offset_ns)
{
	struct synfin_record_step *to = &rec->step[nr];

	__builtin_memcpy(to, step, __builtin_offsetof(struct synfin_step, time_ns));
	to->time_ns = step->time_ns + offset_ns;
}

/**
 * synfin_record_phases() - fill in the head of a record of phases
 * @conn:	the connection
 * @rec:	the record
 * @nr:		how many phases are in it, at least one
 * @time_ns:	when the first passed, in the clock of the record
 */
static inline void synfin_record_phases(const struct synfin_conn *conn,
					struct synfin_record_phases *rec,
					unsigned int nr, __u64 time_ns)
{
	synfin_record_head(conn, &rec->head, SYNFIN_RECORD_PHASES,
			   sizeof(rec->head) + nr * sizeof(rec->step[0]), time_ns);
}

/**
 * synfin_record_extras() - nothing is known but what the segments' headers say
 * @rec:	the summary; what follows @rec->drop_count is filled in
 */
static inline void synfin_record_extras(struct synfin_record_conn *rec)
{
	__builtin_memset((char *)rec + __builtin_offsetof(struct synfin_record_conn, pid),
			 0, sizeof(*rec) -
			 __builtin_offsetof(struct synfin_record_conn, pid));
	rec->first_request_ns = SYNFIN_NS_NONE;
	rec->first_response_ns = SYNFIN_NS_NONE;
	rec->tls_handshake_ns = SYNFIN_NS_NONE;
}

#endif /* _SYNFIN_RECORD_H */
