// SPDX-License-Identifier: GPL-2.0
/*
 * What the records of a connection say: of each phase, and at its end.
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"

/* From the sequence numbers: what lies between the SYN and the FIN. */
static __u64 bytes_of(const struct synfin_end *end, __u32 *flags)
{
	__u32 next;

	if (!(end->flags & SYNFIN_END_NXT) && !(end->flags & SYNFIN_END_FIN)) {
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
		return SYNFIN_BYTES_NONE;
	}
	if ((end->flags & SYNFIN_END_FIN) && !(end->flags & SYNFIN_END_WRAPPED)) {
		next = end->fin_end - 1;
	} else {
		next = end->nxt;
		if (end->flags & SYNFIN_END_UNA && synfin_after(end->una, next))
			next = end->una;
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
	}
	if (!(end->flags & SYNFIN_END_ISN))
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
	return next - end->isn - 1;
}

static void summary_bytes(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	/* It never opened: no byte was delivered, and that is known. */
	if (conn->closing == SYNFIN_CLOSE_NONE) {
		rec->bytes_client = SYNFIN_BYTES_NONE;
		rec->bytes_server = SYNFIN_BYTES_NONE;
		return;
	}
	rec->bytes_client = bytes_of(&conn->end[SYNFIN_FROM_CLIENT], &rec->flags);
	rec->bytes_server = bytes_of(&conn->end[SYNFIN_FROM_SERVER], &rec->flags);
	/* What was under way is lost, FIN or not. */
	if (conn->closing == SYNFIN_CLOSE_RESET)
		rec->flags |= SYNFIN_CONN_BYTES_PARTIAL;
}

/* Is a member where the other structure has that which it is copied to? */
#define SAME_PLACE(here, member, there, other)				\
	static_assert(__builtin_offsetof(struct here, member) ==	\
		      __builtin_offsetof(struct there, other) -		\
		      __builtin_offsetof(struct there, PLACE_##there),	\
		      #member)
#define PLACE_synfin_record_head	type
#define PLACE_synfin_record_phase	phase

SAME_PLACE(synfin_conn, state, synfin_record_head, type);
SAME_PLACE(synfin_conn, family, synfin_record_head, family);
SAME_PLACE(synfin_conn, client_port, synfin_record_head, client_port);
SAME_PLACE(synfin_conn, server_port, synfin_record_head, server_port);
SAME_PLACE(synfin_conn, flags, synfin_record_head, reserved0);
SAME_PLACE(synfin_conn, netns, synfin_record_head, netns);
SAME_PLACE(synfin_conn, next_isn, synfin_record_head, reserved1);
SAME_PLACE(synfin_conn, id, synfin_record_head, id);
SAME_PLACE(synfin_conn, first_ns, synfin_record_head, time_ns);
SAME_PLACE(synfin_conn, client, synfin_record_head, client);
SAME_PLACE(synfin_conn, server, synfin_record_head, server);

SAME_PLACE(synfin_step, phase, synfin_record_phase, phase);
SAME_PLACE(synfin_step, from, synfin_record_phase, from);
SAME_PLACE(synfin_step, count, synfin_record_phase, count);
SAME_PLACE(synfin_step, window, synfin_record_phase, window);
SAME_PLACE(synfin_step, flags, synfin_record_phase, tcp_flags);
SAME_PLACE(synfin_step, reserved0, synfin_record_phase, reserved0);
SAME_PLACE(synfin_step, seq, synfin_record_phase, seq);
SAME_PLACE(synfin_step, ack, synfin_record_phase, ack);
SAME_PLACE(synfin_step, len, synfin_record_phase, len);
SAME_PLACE(synfin_step, reserved1, synfin_record_phase, reserved1);
SAME_PLACE(synfin_step, since_ns, synfin_record_phase, since_ns);

static void head_of(const struct synfin_conn *conn,
		    struct synfin_record_head *head, __u8 type, __u64 time_ns)
{
	__builtin_memcpy(head, conn, __builtin_offsetof(struct synfin_record_head,
							time_ns));
	__builtin_memcpy(head->client, &conn->client,
			 sizeof(head->client) + sizeof(head->server));
	head->type = type;
	head->reserved0 = 0;
	head->reserved1 = 0;
	head->time_ns = time_ns;
}

/**
 * synfin_phase_summary() - fill in the record of a connection
 * @conn:	the connection, ended or not
 * @rec:	to be filled; head.time_ns is in the clock of the connection
 */
void synfin_phase_summary(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	head_of(conn, &rec->head, SYNFIN_RECORD_CONN, conn->first_ns);
	rec->opening = conn->opening;
	rec->closing = conn->closing;
	rec->closed_by = conn->closed_by;
	rec->completeness = conn->seen;
	rec->flags = 0;
	rec->syn_count = client->syns + server->syns;
	rec->syn_ack_count = client->syn_acks + server->syn_acks;
	rec->fin_count = conn->fin_count;
	rec->rst_count = conn->rst_count;
	rec->client_isn = client->isn;
	rec->server_isn = server->isn;
	rec->handshake_ns = conn->handshake_ns;
	rec->server_rtt_ns = conn->server_rtt_ns;
	rec->client_rtt_ns = conn->client_rtt_ns;
	rec->duration_ns = synfin_since(conn->seen_ns, conn->first_ns);
	rec->close_ns = conn->flags & SYNFIN_FLAG_CLOSED ? conn->syn_ns :
							   SYNFIN_NS_NONE;
	rec->half_close_ns = conn->half_close_ns;
	rec->history = conn->history;
	summary_bytes(conn, rec);
	if ((conn->flags & SYNFIN_FLAG_DATA) ||
	    (rec->bytes_client != SYNFIN_BYTES_NONE && rec->bytes_client) ||
	    (rec->bytes_server != SYNFIN_BYTES_NONE && rec->bytes_server))
		rec->completeness |= SYNFIN_SEEN_DATA;
	if (conn->flags & SYNFIN_FLAG_GUESSED)
		rec->flags |= SYNFIN_CONN_FLIPPED;
	if (conn->flags & SYNFIN_FLAG_SYN_DATA)
		rec->flags |= SYNFIN_CONN_SYN_DATA;
	if (client->flags & SYNFIN_END_ISN)
		rec->flags |= SYNFIN_CONN_CLIENT_ISN;
	if (server->flags & SYNFIN_END_ISN)
		rec->flags |= SYNFIN_CONN_SERVER_ISN;
}

/**
 * synfin_phase_record() - fill in the record of a phase
 * @conn:	the connection
 * @step:	the phase
 * @time_ns:	when it passed, in the clock that the record is to have
 * @rec:	to be filled
 */
void synfin_phase_record(const struct synfin_conn *conn,
			 const struct synfin_step *step, __u64 time_ns,
			 struct synfin_record_phase *rec)
{
	head_of(conn, &rec->head, SYNFIN_RECORD_PHASE, time_ns);
	__builtin_memcpy(&rec->phase, step, sizeof(*rec) - sizeof(rec->head));
}
