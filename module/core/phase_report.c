// SPDX-License-Identifier: GPL-2.0
/*
 * What is told of a connection: each phase as it passes, and all of it at its end.
 *
 * Pure; see phase.h.
 */
#include "core/phase_move.h"
#include "core/record.h"

/* Which letter of the history a phase is. */
static const __u8 letters[SYNFIN_PHASE_NR] = {
	[SYNFIN_PHASE_SYN] = SYNFIN_HISTORY_SYN,
	[SYNFIN_PHASE_SYN_ACK] = SYNFIN_HISTORY_SYN_ACK,
	[SYNFIN_PHASE_ACK] = SYNFIN_HISTORY_ACK,
	[SYNFIN_PHASE_FIN_1] = SYNFIN_HISTORY_FIN,
	[SYNFIN_PHASE_ACK_1] = SYNFIN_HISTORY_ACK,
	[SYNFIN_PHASE_FIN_2] = SYNFIN_HISTORY_FIN,
	[SYNFIN_PHASE_ACK_2] = SYNFIN_HISTORY_ACK,
	[SYNFIN_PHASE_RST] = SYNFIN_HISTORY_RST,
};

/* Each letter of each end once, in the order of their segments. */
static void history_add(struct synfin_conn *conn, __u32 letter)
{
	if ((conn->said >> letter & 1) || conn->letters == 64)
		return;
	conn->said |= 1u << letter;
	conn->history |= (__u64)letter << conn->letters;
	conn->letters += 4;
}

/* Is a member of a segment where a step has it, seen from the window? */
#define SAME_IN_STEP(member)						\
	static_assert(__builtin_offsetof(struct synfin_segment, member) - \
		      __builtin_offsetof(struct synfin_segment, window) == \
		      __builtin_offsetof(struct synfin_step, member) -	\
		      __builtin_offsetof(struct synfin_step, window),	\
		      #member)
#define AS_ON_THE_WIRE							\
	(__builtin_offsetof(struct synfin_step, count) -		\
	 __builtin_offsetof(struct synfin_step, window))

SAME_IN_STEP(flags);
SAME_IN_STEP(seq);
SAME_IN_STEP(ack);
SAME_IN_STEP(len);

/**
 * synfin_step_add() - the segment makes a phase
 * @m:		the move
 * @phase:	enum synfin_phase
 * @count:	how many times this segment has been sent
 */
void synfin_step_add(struct synfin_move *m, __u8 phase, __u32 count)
{
	const struct synfin_segment *seg = m->seg;
	struct synfin_step *step = &m->res->step[m->res->nr++];
	struct synfin_conn *conn = m->conn;
	__u64 now = m->now;

	step->phase = phase;
	step->from = m->from;
	step->reason = SYNFIN_DROP_NONE;
	__builtin_memcpy(&step->window, &seg->window, AS_ON_THE_WIRE);
	step->count = count;
	step->time_ns = now;
	/* The first phase leaves its mark, whatever passed before it. */
	step->since_ns = conn->said ? synfin_elapsed(now, conn->last_ns) :
				      SYNFIN_NS_NONE;

	conn->last_ns = now;
	if (seg->kind == SYNFIN_KIND_ICMP)
		return;
	history_add(conn, letters[phase] | m->from * SYNFIN_HISTORY_SERVER);
}

/**
 * synfin_rst_add() - the segment is a RST, and makes a phase
 * @m: the move
 */
void synfin_rst_add(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;
	bool client = m->from == SYNFIN_FROM_CLIENT;

	synfin_count(&conn->rst_count);
	if (client && conn->client_rsts != 0xffff)
		conn->client_rsts++;
	synfin_step_add(m, SYNFIN_PHASE_RST,
			client ? conn->client_rsts : conn->rst_count - conn->client_rsts);
}

/**
 * synfin_pass() - the segment makes no phase
 * @m:		the move
 * @reason:	the counter that says why
 */
void synfin_pass(struct synfin_move *m, enum synfin_counter reason)
{
	if (!m->res->nr)
		m->res->reason = reason;
}

/*
 * The last number may be a FIN's, or of what had no room. Of an end that was never shown it
 * may be if the other one has closed, who may have acknowledged both before.
 */
static bool one_more(const struct synfin_end *end, const struct synfin_end *other)
{
	return end->flags & SYNFIN_END_ONE_MORE ||
	       (!(end->flags & SYNFIN_END_SEEN) && other->flags & SYNFIN_END_FIN);
}

/*
 * From the sequence numbers: what lies between the SYN and the FIN. What is not known
 * exactly is never more than was sent.
 */
static __u64 bytes_of(const struct synfin_end *end, const struct synfin_end *other,
		      __u32 *flags)
{
	__u64 bytes = (__u64)end->wraps << 32;
	__u32 more;

	/* Its FIN alone tells how much it sent only from its SYN on. */
	if (!(end->flags & SYNFIN_END_NXT) &&
	    ~end->flags & (SYNFIN_END_FIN | SYNFIN_END_ISN)) {
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
		return SYNFIN_BYTES_NONE;
	}
	if (!(end->flags & SYNFIN_END_ISN))
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
	if (end->flags & SYNFIN_END_NXT)
		bytes += end->nxt - end->isn - 1;
	if (!(end->flags & SYNFIN_END_FIN) ||
	    (end->flags & (SYNFIN_END_FIN_DOUBTED | SYNFIN_END_FIN_ACKED)) ==
	    SYNFIN_END_FIN_DOUBTED || end->flags & SYNFIN_END_WRAPPED) {
		*flags |= SYNFIN_CONN_BYTES_PARTIAL;
		return one_more(end, other) && bytes ? bytes - 1 : bytes;
	}
	if (!(end->flags & SYNFIN_END_NXT))
		return end->fin_end - end->isn - 2;
	more = end->fin_end - 1 - end->nxt;
	if (more >= -(SYNFIN_WINDOW_MAX / 4))
		return bytes >= -more ? bytes - -more : 0;
	return bytes + more;
}

static void summary_bytes(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	const struct synfin_end *client = &conn->end[SYNFIN_FROM_CLIENT];
	const struct synfin_end *server = &conn->end[SYNFIN_FROM_SERVER];

	/* It never opened: no byte was delivered, and that is known. */
	if (conn->closing == SYNFIN_CLOSE_NONE) {
		rec->bytes_client = SYNFIN_BYTES_NONE;
		rec->bytes_server = SYNFIN_BYTES_NONE;
		return;
	}
	rec->bytes_client = bytes_of(client, server, &rec->flags);
	rec->bytes_server = bytes_of(server, client, &rec->flags);
	/* What was under way is lost, FIN or not. */
	if (conn->closing == SYNFIN_CLOSE_RESET ||
	    conn->flags & SYNFIN_FLAG_UNCOUNTED)
		rec->flags |= SYNFIN_CONN_BYTES_PARTIAL;
}

static __u64 span(__u64 from_ns, __u64 to_ns)
{
	return from_ns && to_ns ? synfin_elapsed(to_ns, from_ns) : SYNFIN_NS_NONE;
}

static void summary_times(const struct synfin_conn *conn,
			  struct synfin_record_conn *rec)
{
	const struct synfin_closing *close = &conn->close;
	bool closes = (conn->end[0].flags | conn->end[1].flags) & SYNFIN_END_FIN;

	rec->handshake_ns = conn->open_ns ? synfin_elapsed(conn->open_ns, conn->first_ns) :
					    SYNFIN_NS_NONE;
	rec->server_rtt_ns = conn->server_rtt_ns;
	rec->client_rtt_ns = conn->client_rtt_ns;
	rec->duration_ns = synfin_elapsed(conn->seen_ns, conn->first_ns);
	rec->close_ns = closes ? span(close->fin_ns, close->end_ns) : SYNFIN_NS_NONE;
	rec->half_close_ns = closes ? span(close->ack_ns, close->fin2_ns) :
				      SYNFIN_NS_NONE;
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
	rec->history = conn->history;
	rec->phase_count = 0;
	rec->copies = 0;
	rec->drop_reason = 0;
	rec->drop_count = 0;
	synfin_record_extras(rec);
	summary_times(conn, rec);
	summary_bytes(conn, rec);
	/* What passed unseen was data all the same. */
	if ((conn->blind_ns || conn->flags & SYNFIN_FLAG_WATCHED) &&
	    ((rec->bytes_client != SYNFIN_BYTES_NONE && rec->bytes_client) ||
	     (rec->bytes_server != SYNFIN_BYTES_NONE && rec->bytes_server)))
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
