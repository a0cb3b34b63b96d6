// SPDX-License-Identifier: GPL-2.0
/*
 * What nothing proves yet, and what proves or refutes it.
 *
 *	a RST		refuted by who sent it, if it goes on; by the other end, if it
 *			acknowledges what was sent after it. That the other end sends
 *			its own again refutes nothing: the RST may have been lost. Nor
 *			does what it has overtaken, nor the answer to that.
 *	a failure	of the opening: refuted by an answer to the same SYN (RFC 5461)
 *	a FIN		see phase_suspect_fin.c
 *
 * What nothing refutes is believed when its wait is over. Where a local socket tells
 * whether a RST is acceptable, it is believed at once. Pure; see phase.h.
 */
#include "core/phase_move.h"

static bool is_true(const struct synfin_segment *seg)
{
	return seg->verdict == SYNFIN_VERDICT_TRUE ||
	       seg->verdict == SYNFIN_VERDICT_GONE;
}

/**
 * synfin_clear() - what was suspected was not so
 * @m: the move that shows it
 */
void synfin_clear(struct synfin_move *m)
{
	m->conn->suspect.what = SYNFIN_SUSPECT_NOTHING;
	m->conn->deadline_ns = 0;
	m->res->taken_back = 1;
}

/**
 * synfin_believe() - what was suspected is believed
 * @conn: the connection; it has ended with this
 */
void synfin_believe(struct synfin_conn *conn)
{
	struct synfin_suspect *suspect = &conn->suspect;

	if (suspect->what == SYNFIN_SUSPECT_FAILED) {
		conn->opening = suspect->opening;
		conn->closing = SYNFIN_CLOSE_NONE;
		conn->closed_by = SYNFIN_BY_NOBODY;
	} else {
		if (conn->opening == SYNFIN_OPEN_UNANSWERED ||
		    conn->opening == SYNFIN_OPEN_UNACKNOWLEDGED)
			conn->opening = suspect->opening;
		conn->closing = SYNFIN_CLOSE_RESET;
		conn->closed_by = synfin_by(suspect->from);
		if (synfin_rst_is_behind_fin(conn))
			conn->end[suspect->from].flags &= ~SYNFIN_END_FIN_DOUBTED;
	}
	suspect->what = SYNFIN_SUSPECT_NOTHING;
}

/**
 * synfin_fail() - the opening seems to have come to nothing
 * @m:		the move, its phase recorded
 * @opening:	what it is if that is so
 *
 * Return: the next state.
 */
unsigned int synfin_fail(struct synfin_move *m, __u8 opening)
{
	struct synfin_conn *conn = m->conn;

	/* Who gave up is refused afterwards: that tells nothing new. */
	if (conn->suspect.what == SYNFIN_SUSPECT_FAILED &&
	    conn->suspect.opening == SYNFIN_OPEN_ABORTED)
		opening = SYNFIN_OPEN_ABORTED;
	conn->suspect = (struct synfin_suspect) {
		.what = SYNFIN_SUSPECT_FAILED,
		.from = m->from,
		.opening = opening,
		.seq = m->seg->seq,
	};
	if (!is_true(m->seg))
		return conn->state;
	synfin_believe(conn);
	return SYNFIN_STATE_DONE;
}

/* When is it believed, if nothing refutes it? An exact one as soon as others wait. */
static __u64 believed_at(const struct synfin_move *m)
{
	bool shown = synfin_shows_all(m->seg) || m->conn->flags & SYNFIN_FLAG_WATCHED;

	if (!shown || m->own->flags & SYNFIN_END_FIN_ACKED || synfin_rst_is_exact(m))
		return 0;
	return m->now + 3 * synfin_elapsed(m->now, m->conn->seen_ns);
}

/*
 * A socket that is closed answers with a RST without ACK (RFC 9293, 3.10.7.1). What it
 * answers was sent by who seems to have reset before, and was overtaken by that.
 */
static bool answers_late(const struct synfin_move *m)
{
	return m->from != m->conn->suspect.from && !synfin_has_ack(m->seg);
}

/**
 * synfin_suspect_rst() - a RST seems to have ended it
 * @m:		the move, its phase recorded
 * @opening:	how it had opened, if that was not seen
 *
 * One that does not lie where its sender's next byte would be is believed only after a
 * silence that tells something: three times as long as that before it. One that lies there
 * takes its place, but for one that only answers what was under way; another one does not:
 * it would make that silence short.
 */
void synfin_suspect_rst(struct synfin_move *m, __u8 opening)
{
	__u64 at = believed_at(m);
	struct synfin_conn *conn = m->conn;
	__u32 seq = m->seg->seq;

	if (conn->suspect.what == SYNFIN_SUSPECT_RST && m->from != conn->suspect.from &&
	    synfin_rst_is_exact(m))
		conn->suspect.answered = 1;
	if (conn->suspect.what == SYNFIN_SUSPECT_RST &&
	    (at || !conn->deadline_ns || answers_late(m)))
		return;
	/* Of several RSTs of one end the last number is where it ended. */
	if (conn->suspect.what == SYNFIN_SUSPECT_RST && m->from == conn->suspect.from &&
	    synfin_after(conn->suspect.seq, seq))
		seq = conn->suspect.seq;
	conn->suspect = (struct synfin_suspect) {
		.what = SYNFIN_SUSPECT_RST,
		.from = m->from,
		.opening = opening,
		.seq = seq,
	};
	conn->flags &= ~SYNFIN_FLAG_ASKED_AGAIN;
	conn->deadline_ns = at;
	/* Of how far the other end got nothing else may tell. */
	if (synfin_has_ack(m->seg) && !(conn->flags & SYNFIN_FLAG_JUMP) && synfin_hidden(m)) {
		conn->jump = (struct synfin_jump) {
			.seq = m->seg->seq,
			.ack = m->seg->ack,
			.from = m->from,
			.at_ns = m->now,
		};
		conn->flags |= SYNFIN_FLAG_JUMP;
	}
}

/**
 * synfin_reset() - a RST on an open or closing connection
 * @m: the move
 *
 * Return: the next state.
 */
unsigned int synfin_reset(struct synfin_move *m)
{
	struct synfin_conn *conn = m->conn;

	if (m->seg->verdict == SYNFIN_VERDICT_FORGED ||
	    !(is_true(m->seg) || synfin_rst_fits(m))) {
		synfin_pass(m, SYNFIN_CNT_forged_rst);
		return conn->state;
	}
	synfin_rst_add(m);
	if (is_true(m->seg))
		conn->suspect.what = SYNFIN_SUSPECT_NOTHING;
	synfin_suspect_rst(m, conn->opening);
	if (!is_true(m->seg))
		return conn->state;
	synfin_track_told(m);
	synfin_believe(conn);
	return SYNFIN_STATE_DONE;
}

/* Does it show that a RST was not its sender's, or not accepted? */
static bool refutes_rst(const struct synfin_move *m)
{
	const struct synfin_conn *conn = m->conn;
	const struct synfin_segment *seg = m->seg;
	const struct synfin_end *end = &conn->end[conn->suspect.from];
	bool sender = m->from == conn->suspect.from;
	__u32 number = sender ? synfin_segment_end(seg) : seg->ack;
	__u32 span = synfin_unseen(m), last = conn->suspect.seq;

	if ((seg->kind != SYNFIN_KIND_PLAIN && seg->kind != SYNFIN_KIND_FIN) ||
	    !synfin_has_ack(seg) || seg->verdict == SYNFIN_VERDICT_FORGED)
		return false;
	/* A closed socket answers late data: its RST may lie behind its FIN. */
	if (!sender && (end->flags & SYNFIN_END_FIN) && synfin_after(end->fin_end, last))
		last = end->fin_end;
	/* What it had sent before may have been overtaken, or comes again. */
	if (sender && synfin_after(end->nxt, last))
		last = end->nxt;
	if (span < SYNFIN_GAP_MAX)
		span = SYNFIN_GAP_MAX;
	if (synfin_within(number, last + 1, span))
		return true;
	/* Long after it, its sender says what it always said. */
	return sender && synfin_elapsed(m->now, conn->last_ns) > SYNFIN_REORDER_NS &&
	       synfin_seq_fits(m);
}

/**
 * synfin_refute() - a segment passes while a RST is suspected
 * @m: the move, not yet made
 */
void synfin_refute(struct synfin_move *m)
{
	struct synfin_suspect *suspect = &m->conn->suspect;
	__u8 answered = suspect->answered && m->from == suspect->from;

	if (m->conn->state == SYNFIN_STATE_DONE || !refutes_rst(m))
		return;
	synfin_clear(m);
	/* Then it was another's; who was deceived has reset all the same. */
	if (!answered)
		return;
	suspect->what = SYNFIN_SUSPECT_RST;
	suspect->from = !m->from;
	suspect->answered = 0;
	suspect->seq = m->peer->nxt;
}

/**
 * synfin_rst_is_behind_fin() - does a suspected RST lie right behind its sender's FIN?
 * @conn: the connection, closed
 *
 * Then it is true, though an ACK was under way still.
 *
 * Return: true if it does.
 */
bool synfin_rst_is_behind_fin(const struct synfin_conn *conn)
{
	const struct synfin_end *end = &conn->end[conn->suspect.from];

	return conn->suspect.what == SYNFIN_SUSPECT_RST &&
	       (end->flags & SYNFIN_END_FIN) && conn->suspect.seq == end->fin_end;
}
