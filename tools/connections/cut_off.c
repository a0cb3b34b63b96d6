// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that the end of a capture cuts off: see cut_off.h.
 */
#include "connections/cut_off.h"

/* What is not answered is sent again after a second (RFC 6298, 2.1). */
#define AGAIN_NS	1000000000ull

/* One FIN, which nobody has acknowledged. */
static bool is_half_said(const struct synfin_conn *conn)
{
	unsigned int a = conn->end[0].flags, b = conn->end[1].flags;

	return conn->state == SYNFIN_STATE_FIN && ((a ^ b) & SYNFIN_END_FIN) &&
		!((a | b) & SYNFIN_END_FIN_ACKED);
}

/* Whether any of it was sent twice: then the first one has failed. */
static bool any_again(const struct synfin_conn *conn)
{
	for (unsigned int i = 0; i < 2; i++)
		if (conn->end[i].syns > 1 || conn->end[i].fins > 1)
			return true;
	return false;
}

/**
 * cut_off_by() - has the end come too early to judge a connection?
 * @conn:	the connection
 * @end_ns:	when the capture or recording ended, by its clock
 *
 * Return: what the end came between; nothing, if what should have come is overdue.
 */
enum cut_off cut_off_by(const struct synfin_conn *conn, uint64_t end_ns)
{
	if (end_ns - conn->last_ns >= AGAIN_NS || any_again(conn))
		return CUT_OFF_NOTHING;
	if (conn->state == SYNFIN_STATE_SYN)
		return CUT_OFF_OPENING;
	return is_half_said(conn) ? CUT_OFF_CLOSING : CUT_OFF_NOTHING;
}

/**
 * cut_off_summary() - the summary says that it is not over
 * @cut:	what the end came between
 * @sum:	the summary
 */
void cut_off_summary(enum cut_off cut, struct synfin_record_conn *sum)
{
	if (cut == CUT_OFF_OPENING && sum->opening == SYNFIN_OPEN_UNANSWERED)
		sum->opening = SYNFIN_OPEN_OPENING;
	if (cut != CUT_OFF_CLOSING || sum->closing != SYNFIN_CLOSE_HALF_CLOSED)
		return;
	sum->closing = SYNFIN_CLOSE_OPEN;
	sum->closed_by = SYNFIN_BY_NOBODY;
}
