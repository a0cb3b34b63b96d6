/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words: synfin's own, and those of Zeek that stand beside them.
 */
#ifndef _TOOLS_VOCAB_H
#define _TOOLS_VOCAB_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "uapi/synfin.h"

/**
 * struct word - a word and its length, of a size that one copy moves
 * @len: letters
 * @text: the word
 */
struct word {
	uint8_t len;
	char text[23];
};

/**
 * enum vocab_class - how a connection's end is to be taken
 * @VOCAB_ORDINARY: as one wishes
 * @VOCAB_ODD:	it opened, and ended by a reset, or not on both sides
 * @VOCAB_FAILED: it did not open
 */
enum vocab_class {
	VOCAB_ORDINARY,
	VOCAB_ODD,
	VOCAB_FAILED,
};

/* Outcomes: an opening that failed, or else the closing. */
#define VOCAB_OUTCOMES	(SYNFIN_OPEN_NR + SYNFIN_CLOSE_NR)

const struct word *vocab_phase(unsigned int phase);
const struct word *vocab_from(unsigned int from);
const struct word *vocab_open(unsigned int opening);
const struct word *vocab_close(unsigned int closing);
const struct word *vocab_closed_by(unsigned int closed_by);
const struct word *vocab_conn_state(const struct synfin_record_conn *c);
char *vocab_history(char *p, uint64_t history);
char *vocab_flags(char *p, unsigned int tcp_flags);

enum vocab_class vocab_class(const struct synfin_record_conn *c);
unsigned int vocab_outcome(const struct synfin_record_conn *c);
const struct word *vocab_outcome_word(unsigned int outcome);

/**
 * vocab_copy() - append a word
 * @p: where to; all 23 bytes must have room
 * @word: the word
 *
 * Return: the end.
 */
static inline char *vocab_copy(char *p, const struct word *word)
{
	memcpy(p, word->text, sizeof(word->text));
	return p + word->len;
}

#endif /* _TOOLS_VOCAB_H */
