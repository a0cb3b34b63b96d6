// SPDX-License-Identifier: GPL-2.0
/*
 * Every cell of the phase machine's table: state, kind of segment, who sent it.
 *
 * Each row brings a connection into a state by segments, makes one move, and
 * holds what comes of it: phases, reason, end, next state, whether an ACK is
 * awaited, what is waited for. A cell that no row has met fails.
 */
#include <string.h>

#include "dialogue.h"
#include "tap.h"

#define SYN	"c S 0;"
#define CROSSED	SYN "s S 0;"
#define ANSWER	SYN "s SA 0 1;"
#define OPEN	ANSWER "c A 1 1;"

/* What closes: played as it stands, and with the ends exchanged. */
#define FIN	"c FA 1 1;"
#define HALF	FIN "s A 1 2;"
#define BOTH	FIN "s FA 1 1;"
#define LAST	HALF "s FA 1 2;"
#define DONE	LAST "c A 2 2;"

#include "phase_table_rows.h"

/* Design, 4: the ACK of a SYN-ACK, the ACK of a FIN; design, 7: the waits. */
static const struct {
	bool awaits;
	__u8 wait;
} normal[SYNFIN_STATE_NR] = {
	[SYNFIN_STATE_NONE] = { false, SYNFIN_WAIT_LINGER },
	[SYNFIN_STATE_SYN] = { true, SYNFIN_WAIT_UNANSWERED },
	[SYNFIN_STATE_SYN_SYN] = { true, SYNFIN_WAIT_UNANSWERED },
	[SYNFIN_STATE_SYN_ACK] = { true, SYNFIN_WAIT_UNACKNOWLEDGED },
	[SYNFIN_STATE_OPEN] = { false, SYNFIN_WAIT_OPEN },
	[SYNFIN_STATE_FIN] = { true, SYNFIN_WAIT_HALF_CLOSED },
	[SYNFIN_STATE_HALF] = { false, SYNFIN_WAIT_HALF_CLOSED },
	[SYNFIN_STATE_FIN_FIN] = { true, SYNFIN_WAIT_CLOSING },
	[SYNFIN_STATE_LAST] = { true, SYNFIN_WAIT_CLOSING },
	[SYNFIN_STATE_DONE] = { false, SYNFIN_WAIT_LINGER },
};

/* The ends exchanged: the first letter of each line. */
static void exchange(char *script)
{
	bool first = true;

	for (; *script; script++) {
		if (first && (*script == 'c' || *script == 's')) {
			*script = *script == 'c' ? 's' : 'c';
			first = false;
		}
		if (*script == ';')
			first = true;
	}
}

static void hold_waits(const struct dialogue *d, const struct row *row)
{
	const struct synfin_conn *conn = &d->conn;
	bool awaits = normal[conn->state].awaits;
	__u8 wait = normal[conn->state].wait;

	if (row->odd & PENDING)
		wait = SYNFIN_WAIT_LINGER;
	if (row->odd & UNPROVEN)
		wait = SYNFIN_WAIT_UNPROVEN;
	if (row->odd & DOUBTED)
		wait = SYNFIN_WAIT_DOUBTED;
	if (row->odd & (PENDING | AWAITS))
		awaits = true;
	if (synfin_phase_awaits(conn) != awaits)
		tap_wrong("awaits an ACK: %d", !awaits);
	if (synfin_phase_wait(conn) != wait)
		tap_wrong("waits for %d, not %d", synfin_phase_wait(conn), wait);
}

static void play_row(const struct row *row, bool exchanged)
{
	char closing[128], move[128], name[256];
	struct dialogue d;

	snprintf(closing, sizeof(closing), "%s", row->closing);
	snprintf(move, sizeof(move), "%s : %s", row->move, row->comes);
	if (exchanged) {
		exchange(closing);
		exchange(move);
	}
	dialogue_begin(&d, row->odd & ALL);
	if (!dialogue_play(&d, row->opening) || !dialogue_play(&d, closing))
		tap_wrong("the way to the state");
	snprintf(name, sizeof(name), "%s%s meets %s",
		 d.live ? dialogue_states[d.conn.state] : "nothing",
		 row->odd & ALL ? ", all shown," : "", move);
	if (!dialogue_play(&d, move))
		tap_bad = true;
	if (d.live)
		hold_waits(&d, row);
	tap_line(name);
}

static void every_cell_is_met(void)
{
	unsigned int state, kind, who;

	for (state = 0; state < SYNFIN_STATE_NR; state++)
		for (kind = 0; kind < SYNFIN_KIND_NR; kind++)
			for (who = 0; who < 2; who++)
				if (!dialogue_met[state][kind][who])
					tap_wrong("never met: %s, %s, column %u",
						  dialogue_states[state],
						  dialogue_kinds[kind], who);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		play_row(&rows[i], false);
		if (rows[i].odd & EITHER)
			play_row(&rows[i], true);
	}
	every_cell_is_met();
	tap_line("every cell is met");
	return tap_exit();
}
