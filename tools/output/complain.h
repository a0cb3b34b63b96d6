/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages: the name of the file, what is wrong with it, and what to do.
 */
#ifndef _TOOLS_COMPLAIN_H
#define _TOOLS_COMPLAIN_H

#include <stddef.h>

#include "output/util.h"

void complain_into(char *buf, size_t size);
int complain(const char *format, ...) __printf(1, 2);
int complain_version(const char *name, unsigned int version, unsigned int known,
		     const char *advice);
int complain_file(const char *name, int error, const char *advice);
const char *complain_reason(int error);

/* What was typed, so that one sees it. */
static inline const char *complain_value(const char *value)
{
	return *value ? value : "''";
}

#endif /* _TOOLS_COMPLAIN_H */
