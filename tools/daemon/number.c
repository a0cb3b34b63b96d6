// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers on the command lines of services.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/complain.h"
#include "daemon/number.h"

/**
 * daemon_number() - read a number
 * @option:	that it belongs to
 * @value:	the text
 * @most:	the largest that makes sense
 * @result:	set to it
 *
 * Return: 0, or -1 after a message.
 */
int daemon_number(const char *option, const char *value, unsigned int most,
		  unsigned int *result)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *end || end == value || strchr(value, '-') || !n || n > most)
		return complain("%s %s: a number from 1 to %u is wanted", option,
				value, most);
	*result = (unsigned int)n;
	return 0;
}
