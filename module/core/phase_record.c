// SPDX-License-Identifier: GPL-2.0
/*
 * What the summary of a connection says.
 *
 * Pure; see phase.c.
 */
#include "core/phase_cells.h"
#include "core/record.h"

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

/**
 * synfin_phase_summary() - fill in the record of a connection
 * @conn:	the connection, ended or not
 * @rec:	to be filled; head.time_ns is in the clock of the connection, and how many
 *		phases were recorded is left to whoever records them
 */
void synfin_phase_summary(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	synfin_record_head(conn, &rec->head, SYNFIN_RECORD_CONN, sizeof(*rec),
			   conn->first_ns);
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
	rec->phase_count = 0;
	rec->copies = 0;
	rec->drop_reason = 0;
	rec->drop_count = 0;
	rec->pid = 0;
	rec->reserved = 0;
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
