/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of shapes have in common: play a dialogue, hold its summary.
 */
#ifndef _SYNFIN_SHAPE_H
#define _SYNFIN_SHAPE_H

#include <string.h>

#include "dialogue.h"
#include "tap.h"

#define SHAKE	"c S 0 : syn; s SA 0 1 : syn-ack; c A 1 1 : ack;"
#define MS	DIALOGUE_MS

#define PLAY(d, script) TAP_IS(dialogue_play(d, script))

/* Where a fact was asked for; the numbers of a summary that were asked for. */
struct shape_at {
	const char *test;
	int line;
};

#define SHAPE_AT ((struct shape_at){ __func__, __LINE__ })

#define SHAPE(sum, open, close, by)					\
	shape_outcome(SHAPE_AT, sum, SYNFIN_OPEN_##open,		\
		      SYNFIN_CLOSE_##close, SYNFIN_BY_##by)
#define COUNTS(sum, ...)	shape_counts(SHAPE_AT, sum, __VA_ARGS__)
#define BYTES(sum, ...)		shape_bytes(SHAPE_AT, sum, __VA_ARGS__)
#define HISTORY(sum, letters)	shape_history(SHAPE_AT, sum, letters)

static inline void shape_number(struct shape_at at, const char *what, __u64 got,
				__u64 want)
{
	if (got != want)
		tap_wrong("%s:%d: %s is %llu, not %llu", at.test, at.line, what,
			  got, want);
}

static inline void shape_outcome(struct shape_at at,
				 const struct synfin_record_conn *sum,
				 __u8 opening, __u8 closing, __u8 closed_by)
{
	shape_number(at, "opening", sum->opening, opening);
	shape_number(at, "closing", sum->closing, closing);
	shape_number(at, "closed_by", sum->closed_by, closed_by);
}

static inline void shape_counts(struct shape_at at,
				const struct synfin_record_conn *sum,
				unsigned int syn, unsigned int syn_ack,
				unsigned int fin, unsigned int rst)
{
	shape_number(at, "syn_count", sum->syn_count, syn);
	shape_number(at, "syn_ack_count", sum->syn_ack_count, syn_ack);
	shape_number(at, "fin_count", sum->fin_count, fin);
	shape_number(at, "rst_count", sum->rst_count, rst);
}

static inline void shape_bytes(struct shape_at at,
			       const struct synfin_record_conn *sum,
			       __u64 client, __u64 server, bool partial)
{
	shape_number(at, "bytes_client", sum->bytes_client, client);
	shape_number(at, "bytes_server", sum->bytes_server, server);
	shape_number(at, "bytes are partial",
		     !!(sum->flags & SYNFIN_CONN_BYTES_PARTIAL), partial);
}

static inline void shape_history(struct shape_at at,
				 const struct synfin_record_conn *sum,
				 const char *letters)
{
	const char *got = dialogue_history(sum->history);

	if (strcmp(got, letters))
		tap_wrong("%s:%d: history %s, not %s", at.test, at.line, got,
			  letters);
}

/*
 * Both ways of looking: every segment shown, or only what the hooks let through.
 * A loop whose body plays the same dialogue for each.
 */
#define SHAPE_NEITHER	(-1)

static inline bool shape_source(struct dialogue *d, int *all)
{
	if (++*all == 2) {
		*all = SHAPE_NEITHER;
		return false;
	}
	dialogue_begin(d, *all);
	return true;
}

#endif /* _SYNFIN_SHAPE_H */
