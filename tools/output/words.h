/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words: synfin's own, and those of Zeek that stand beside them.
 */
#ifndef _TOOLS_WORDS_H
#define _TOOLS_WORDS_H

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
 * enum outcome_class - how a connection's end is to be taken
 * @OUTCOME_ORDINARY: as one wishes
 * @OUTCOME_ODD:	it opened, and ended by a reset, or not on both sides
 * @OUTCOME_FAILED: it did not open
 */
enum outcome_class {
	OUTCOME_ORDINARY,
	OUTCOME_ODD,
	OUTCOME_FAILED,
};

/*
 * Outcomes: an opening that failed, or that the server's queue had no room for; or else
 * the closing.
 */
#define OUTCOME_UNACCEPTED	(SYNFIN_OPEN_NR + SYNFIN_CLOSE_NR)
#define OUTCOMES	(OUTCOME_UNACCEPTED + 1)

const struct word *word_phase(unsigned int phase);
const struct word *word_from(unsigned int from);
const struct word *word_open(unsigned int opening);
const struct word *word_close(unsigned int closing);
const struct word *word_closed_by(unsigned int closed_by);
const struct word *word_drop(unsigned int reason);
const struct word *word_hook(unsigned int hook);
const struct word *word_conn_state(const struct synfin_record_conn *c);
char *word_history(char *p, uint64_t history);
char *word_flags(char *p, unsigned int tcp_flags);

enum outcome_class outcome_class(const struct synfin_record_conn *c);
unsigned int outcome_of(const struct synfin_record_conn *c);
const struct word *outcome_word(unsigned int outcome);

/**
 * word_copy() - append a word
 * @p: where to; all 23 bytes must have room
 * @word: the word
 *
 * Return: the end.
 */
static inline char *word_copy(char *p, const struct word *word)
{
	memcpy(p, word->text, sizeof(word->text));
	return p + word->len;
}

#endif /* _TOOLS_WORDS_H */
