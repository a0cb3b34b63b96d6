// SPDX-License-Identifier: GPL-2.0
/*
 * What is kept and told of what was read: see first.h.
 *
 * In: a flow that waits no longer for first bytes, or that has ended. Under its lock, in
 * any context.
 */
#include "first.h"

static u64 unpacked(u64 ns)
{
	return ns == SYNFIN_FIRST_NONE ? SYNFIN_NS_NONE : ns;
}

/**
 * synfin_first_over() - nothing more is read
 * @first:	what was read so far
 * @conn:	its connection, that waits no longer
 *
 * Of most there is little to be kept, and the memory is for others that read.
 *
 * Context: under the lock of the flow.
 */
void synfin_first_over(struct synfin_first *first, struct synfin_conn *conn)
{
	struct synfin_payload *p = first->payload;
	struct synfin_told told;

	conn->flags &= ~SYNFIN_FLAG_FIRST;
	if (!p)
		return;
	if (unlikely(synfin_payload_tells_tls(p) ||
		     conn->flags & SYNFIN_FLAG_ANNOUNCED)) {
		if (p->tls && !synfin_first_names)
			synfin_first_give_tls(p);
		return;
	}
	synfin_payload_tell(p, conn->open_ns, &told);
	synfin_first_give(first);
	first->request_ns = synfin_first_packed(told.request_ns);
	first->response_ns = synfin_first_packed(told.response_ns);
	first->protocol = told.protocol;
	first->method = told.method;
	first->status = told.status;
	first->server_first = told.server_first;
}

/**
 * synfin_first_summary() - say what was read in the summary of a connection
 * @first:	what that is
 * @conn:	the connection
 * @rec:	its summary
 *
 * Context: under the lock of the flow.
 */
void synfin_first_summary(const struct synfin_first *first, const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	struct synfin_told told = {
		.request_ns = unpacked(first->request_ns),
		.response_ns = unpacked(first->response_ns),
		.protocol = first->protocol,
		.method = first->method,
		.status = first->status,
		.server_first = first->server_first,
	};

	if (unlikely(conn->flags & SYNFIN_FLAG_ANNOUNCED))
		rec->flags |= SYNFIN_CONN_FTP_DATA;
	if (first->payload)
		synfin_payload_summary(first->payload, conn->open_ns, rec);
	else if (!(conn->flags & SYNFIN_FLAG_ANNOUNCED) && first->protocol)
		synfin_payload_told(&told, rec);
}
