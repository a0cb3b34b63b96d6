/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Buffered output: views ask for room once a record and write straight into it.
 */
#ifndef _TOOLS_OUT_H
#define _TOOLS_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "output/util.h"

/* What a view may ask for at once. */
#define OUT_ROOM	(32u * 1024)

/**
 * struct out - a file that is written to
 * @fd:		its descriptor
 * @name:	for messages
 * @closed:	whoever read it has gone (EPIPE): end quietly
 * @failed:	it could not be written: end with an error
 * @len:	bytes in @buf
 * @size:	room in @buf
 * @buf:	what has not been written yet
 */
struct out {
	int fd;
	const char *name;
	bool closed;
	bool failed;
	size_t len;
	size_t size;
	char *buf;
};

int out_open(struct out *o, int fd, const char *name);
int out_flush(struct out *o);
void out_close(struct out *o);
FILE *out_stream(struct out *o);
void out_write(struct out *o, const void *data, size_t len);
void out_text(struct out *o, const char *text);
int out_printf(struct out *o, const char *format, ...) __printf(2, 3);

/**
 * out_room() - a place to write to
 * @o: the output
 * @need: bytes, OUT_ROOM at most
 *
 * Return: where to write; out_used() tells where it ended.
 */
static inline char *out_room(struct out *o, size_t need)
{
	if (o->size - o->len < need)
		out_flush(o);
	return o->buf + o->len;
}

/**
 * out_used() - take over what was written to out_room()
 * @o: the output
 * @end: where it ended
 */
static inline void out_used(struct out *o, const char *end)
{
	o->len = (size_t)(end - o->buf);
}

#endif /* _TOOLS_OUT_H */
