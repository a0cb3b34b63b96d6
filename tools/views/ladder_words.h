/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words and numbers of a ladder's lines.
 */
#ifndef _TOOLS_LADDER_WORDS_H
#define _TOOLS_LADDER_WORDS_H

#include "views/ladder_states.h"

/**
 * enum rung_kind - what a line of the drawing is
 * @RUNG_ARROW:	a segment
 * @RUNG_STATES: states that have changed
 * @RUNG_TEXT:	words between the two ends
 */
enum rung_kind {
	RUNG_ARROW,
	RUNG_STATES,
	RUNG_TEXT,
};

/**
 * enum rung_mood - what a line is to the eye
 * @MOOD_PLAIN:	as it should be
 * @MOOD_AGAIN:	sent again
 * @MOOD_BAD:	a reset, or what never came
 */
enum rung_mood {
	MOOD_PLAIN,
	MOOD_AGAIN,
	MOOD_BAD,
};

/**
 * struct rung - a line of the drawing
 * @kind:	enum rung_kind
 * @mood:	enum rung_mood
 * @from:	enum synfin_from, of an arrow
 * @wall:	an arrow that ends at a wall: this host dropped it
 * @dotted:	an arrow that was expected and never came
 * @step:	number of the phase, as textbooks count
 * @name:	name of the segment, or the words of a text
 * @brief:	the words of a text, for a narrow drawing; may be empty
 * @numbers:	sequence numbers
 * @time:	since the phase before
 * @remark:	whose time it was, at length and in a word
 * @state:	by enum synfin_from; NULL if it has not changed
 */
struct rung {
	enum rung_kind kind;
	enum rung_mood mood;
	__u8 from;
	bool wall;
	bool dotted;
	char step[8];
	char name[64];
	char brief[64];
	char numbers[64];
	char time[24];
	const char *remark[2];
	const char *state[2];
};

/**
 * ladder_knows_bytes() - is it known what went either way?
 * @sum: the summary
 *
 * Return: true if it is.
 */
static inline bool ladder_knows_bytes(const struct synfin_record_conn *sum)
{
	return sum->bytes_client != SYNFIN_BYTES_NONE ||
	       sum->bytes_server != SYNFIN_BYTES_NONE;
}

void rung_put_segment(struct rung *rung, const struct conn *c, bool absolute,
		      const struct ladder_row *row);
void rung_put_gap(struct rung *rung, const struct ladder_row *row);
void rung_put_drop(struct rung *rung, const struct step *rec);
void rung_put_missing(struct rung *rung, __u8 phase);
void rung_put_since(struct rung *rung, __u64 ns, bool ascii);
void rung_put_remark(struct rung *rung, const char *full, const char *brief);
void rung_remark_on(struct rung *rung, const struct ladder_row *row);
void rung_put_bytes(struct rung *rung, const struct synfin_record_conn *sum,
		    bool ascii);

#endif /* _TOOLS_LADDER_WORDS_H */
