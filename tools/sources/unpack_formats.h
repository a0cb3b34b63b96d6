/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The formats in which a file may be compressed, each by its own library. A file is a row
 * of members, each of which is read without the others.
 */
#ifndef _TOOLS_UNPACK_FORMATS_H
#define _TOOLS_UNPACK_FORMATS_H

#include <stddef.h>
#include <stdint.h>

/* What came of some bytes. */
enum unpack_step { UNPACK_MORE, UNPACK_MEMBER_ENDS, UNPACK_DAMAGED, UNPACK_TOO_LARGE };

/**
 * struct unpack_bytes - what there is to be read, and room for what it becomes
 * @in:		packed
 * @left:	bytes of it
 * @out:	where to
 * @room:	for how many
 */
struct unpack_bytes {
	const uint8_t *in;
	size_t left;
	uint8_t *out;
	size_t room;
};

/**
 * struct unpack_format - how files are compressed
 * @magic:	what they begin with
 * @len:	of that
 * @begin:	a member begins; returns its state, NULL if there is no memory
 * @step:	take and give as many bytes as possible
 * @end:	free the state
 */
struct unpack_format {
	const char *magic;
	size_t len;
	void *(*begin)(void);
	enum unpack_step (*step)(void *state, struct unpack_bytes *b);
	void (*end)(void *state);
};

const struct unpack_format *unpack_format_of(const uint8_t *data, size_t len);

#endif /* _TOOLS_UNPACK_FORMATS_H */
