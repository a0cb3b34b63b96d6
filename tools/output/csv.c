// SPDX-License-Identifier: GPL-2.0
/*
 * CSV, from the JSON of the same row: so both have the same names and values.
 */
#include <stdlib.h>
#include <string.h>

#include "output/csv.h"

/* The end of a string or of a number. Values that are objects have no column. */
static const char *end_of(const char *p)
{
	unsigned int depth = 0;
	bool quoted = false;

	for (; *p; p++) {
		if (quoted) {
			quoted = *p != '"';
			/* A quote behind it ends nothing. */
			p += *p == '\\';
			continue;
		}
		if (!depth && (*p == ',' || *p == ':' || *p == '}'))
			return p;
		quoted = *p == '"';
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
	}
	return p;
}

/* Names come from processes and from peers: no spreadsheet shall calculate one. */
static const char *mark_of(const char *p)
{
	return memchr("=+-@", *p, 4) ? "'" : "";
}

/* Quoted if it must be; what JSON escapes is a letter again. */
static void put_value(struct out *out, const char *p, const char *end)
{
	if (*p != '"') {
		if (strncmp(p, "null", 4))
			out_write(out, p, (size_t)(end - p));
		return;
	}
	p++;
	end--;
	if (!memchr(p, '\\', (size_t)(end - p)) && !memchr(p, ',', (size_t)(end - p))) {
		out_text(out, mark_of(p));
		out_write(out, p, (size_t)(end - p));
		return;
	}
	out_text(out, "\"");
	out_text(out, mark_of(p));
	for (; p < end; p++) {
		if (*p == '\\' && p[1] != 'u')
			p++;
		out_write(out, p, 1);
		if (*p == '"')
			out_text(out, "\"");
	}
	out_text(out, "\"");
}

static void put_line(struct out *out, const char *p, bool names)
{
	const char *name, *value, *end;
	bool first = true;

	for (p++; *p && *p != '}' && *p != '\n'; p = end + (*end == ',')) {
		name = p;
		value = end_of(p) + 1;
		end = end_of(value);
		if (*value == '{' || *value == '[')
			continue;
		if (!first)
			out_text(out, ",");
		first = false;
		if (names)
			put_value(out, name, value - 1);
		else
			put_value(out, value, end);
	}
	out_text(out, "\n");
}

static void put(struct out *out, csv_json json, const void *row, bool headings,
		bool values)
{
	static struct out line;
	static bool headed;

	if (!line.buf && out_open(&line, -1, "memory")) {
		out->failed = true;
		return;
	}
	line.len = 0;
	json(&line, row);
	line.buf[line.len] = '\0';
	if (headings && !headed)
		put_line(out, line.buf, true);
	headed = true;
	if (values)
		put_line(out, line.buf, false);
}

/**
 * csv_row() - write a row, and the headings above the first
 * @out:	where to
 * @json:	writes its JSON, OUT_ROOM at most
 * @row:	what that gets
 * @headings:	whether they are wanted
 */
void csv_row(struct out *out, csv_json json, const void *row, bool headings)
{
	put(out, json, row, headings, true);
}

/**
 * csv_empty() - write the headings of a table without rows
 * @out:	where to
 * @json:	writes the JSON of a row
 * @row:	any row
 * @headings:	whether they are wanted
 */
void csv_empty(struct out *out, csv_json json, const void *row, bool headings)
{
	put(out, json, row, headings, false);
}
