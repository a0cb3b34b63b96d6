/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an ICMP error says.
 */
#ifndef _TOOLS_WORDS_ICMP_H
#define _TOOLS_WORDS_ICMP_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/synfin.h"

/* What icmp_words() writes at most, with its NUL. */
#define ICMP_WORDS	128

const char *icmp_brief(unsigned int family, unsigned int type, unsigned int code);
const char *icmp_meaning(unsigned int family, unsigned int type, unsigned int code);
void icmp_words(const struct synfin_record_icmp *icmp, char text[ICMP_WORDS]);

#endif /* _TOOLS_WORDS_ICMP_H */
