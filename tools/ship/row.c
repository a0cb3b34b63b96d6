// SPDX-License-Identifier: GPL-2.0
/*
 * Half of a row's members say nothing that the table would keep: they are null, as a
 * column is that a row does not name, or false, as one is that cannot be NULL, or the
 * table has no such column. These are left out: spool and network hold more rows.
 */
#include <stdbool.h>
#include <string.h>

#include "output/util.h"
#include "ship/row.h"

/* What the table does not have: the time twice, and what lets others forge segments. */
static bool has_column(const char *name, size_t len)
{
	static const struct { size_t len; const char *name; } without[] = {
		{ 2, "ts" }, { 6, "copies" }, { 10, "client_isn" },
		{ 10, "server_isn" }, { 11, "phases_lost" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		if (without[i].len == len && !memcmp(without[i].name, name, len))
			return false;
	return true;
}

static bool is_wanted(const char *name, size_t len, const char *value)
{
	if (*value == 'n')
		return false;
	/* That there was TLS and it did not do something is not nothing. */
	if (*value == 'f')
		return !strncmp(name, "tls_", 4);
	return has_column(name, len);
}

static char *end_of_string(char *p)
{
	for (p++; *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

static char *end_of_nested(char *p)
{
	unsigned int depth = 0;

	do {
		if (*p == '"') {
			p = end_of_string(p);
			continue;
		}
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		p++;
	} while (depth);
	return p;
}

static char *end_of_value(char *p)
{
	if (*p == '"')
		return end_of_string(p);
	if (*p == '{' || *p == '[')
		return end_of_nested(p);
	while (*p != ',' && *p != '}')
		p++;
	return p;
}

/* Members in a run go together. */
static char *put(char *to, const char *row, const char *run, size_t len)
{
	if (to != row + 1)
		*to++ = ',';
	memmove(to, run, len);
	return to + len;
}

/**
 * row_trim() - leave out what the table would not keep
 * @row: an object in one line, as this program writes it
 * @len: its length, what follows the object included
 *
 * Return: the length that it has now.
 */
size_t row_trim(char *row, size_t len)
{
	char *from = row + 1, *to = row + 1, *run = NULL, *name, *value, *end = row;

	for (; *end != '}'; from = end + 1) {
		name = from + 1;
		value = (char *)rawmemchr(name, '"') + 2;
		end = end_of_value(value);
		if (is_wanted(name, (size_t)(value - 2 - name), value)) {
			run = run ? run : from;
			continue;
		}
		if (run)
			to = put(to, row, run, (size_t)(from - 1 - run));
		run = NULL;
	}
	if (run)
		to = put(to, row, run, (size_t)(end - run));
	len -= (size_t)(end - row);
	memmove(to, end, len);
	return (size_t)(to - row) + len;
}
