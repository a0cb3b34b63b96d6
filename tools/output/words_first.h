/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words for what the first bytes of a connection say.
 */
#ifndef _TOOLS_WORDS_FIRST_H
#define _TOOLS_WORDS_FIRST_H

#include "output/words.h"

const struct word *word_protocol(unsigned int protocol);
const struct word *word_method(unsigned int method);
const char *word_alert(unsigned int alert);
char *word_tls_version(char *p, unsigned int version);

#endif /* _TOOLS_WORDS_FIRST_H */
