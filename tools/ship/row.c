// SPDX-License-Identifier: GPL-2.0
/*
 * Half of a row's members are null. A column that a row does not name is NULL as well,
 * so these are left out: spool and network hold more rows.
 */
#include <string.h>

#include "ship/row.h"

static char *end_of_string(char *p)
{
	for (p++; *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

static char *end_of_value(char *p)
{
	unsigned int depth = 0;

	for (;;) {
		switch (*p) {
		case '"':
			p = end_of_string(p);
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (!depth--)
				return p;
			break;
		case ',':
			if (!depth)
				return p;
			break;
		}
		p++;
	}
}

/**
 * row_without_nulls() - leave out members that are null
 * @row: an object in one line, as this program writes it
 * @len: its length, what follows the object included
 *
 * Return: the length that it has now.
 */
size_t row_without_nulls(char *row, size_t len)
{
	char *from = row + 1, *to = row + 1, *value, *end = row;

	for (; *end != '}'; from = end + 1) {
		value = end_of_string(from) + 1;
		end = end_of_value(value);
		if (*value == 'n')
			continue;
		if (to != row + 1)
			*to++ = ',';
		memmove(to, from, (size_t)(end - from));
		to += end - from;
	}
	len -= (size_t)(end - row);
	memmove(to, end, len);
	return (size_t)(to - row) + len;
}
