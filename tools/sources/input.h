/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file, or a pipe, that is read from its beginning to its end. What it begins
 * with can be looked at before it is known who is to read it.
 */
#ifndef _TOOLS_INPUT_H
#define _TOOLS_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

struct unpack;

/* So many bytes are read at once. */
#define INPUT_SIZE	(512u * 1024)

/* So many can be had at once. */
#define INPUT_WANT	65536u

/**
 * struct input - a file that is read
 * @name:	for messages
 * @fd:		its descriptor
 * @plain:	a plain file, not a pipe that more may come from
 * @ended:	it has been read to its end
 * @error:	an errno if it could not be read
 * @offset:	in what is read, of @buf[@pos]; of a compressed file, unpacked
 * @pos:	of what comes next in @buf
 * @len:	bytes in @buf
 * @buf:	what has been read
 * @unpack:	undoes its compression, or NULL
 */
struct input {
	const char *name;
	int fd;
	bool plain;
	bool ended;
	int error;
	uint64_t offset;
	size_t pos;
	size_t len;
	uint8_t *buf;
	struct unpack *unpack;
};

/**
 * struct inputs - files that are read together
 * @nr:	how many
 * @in:	they; one that was read to its end may be closed, and NULL
 */
struct inputs {
	unsigned int nr;
	struct input **in;
};

struct inputs *inputs_open(const char *const *names, unsigned int nr);
void inputs_close(struct inputs *inputs);
struct input *input_open(const char *name);
void input_close(struct input *in);
size_t input_read(struct input *in, size_t want);
const char *input_error(const struct input *in);

static inline const uint8_t *input_data(const struct input *in)
{
	return in->buf + in->pos;
}

static inline size_t input_left(const struct input *in)
{
	return in->len - in->pos;
}

/**
 * input_fill() - have so many bytes at input_data()
 * @in: the file
 * @want: bytes, INPUT_WANT at most
 *
 * Return: how many there are, fewer than @want at the end of the file.
 */
static inline size_t input_fill(struct input *in, size_t want)
{
	size_t left = input_left(in);

	return left >= want ? left : input_read(in, want);
}

static inline void input_skip(struct input *in, size_t nr)
{
	in->pos += nr;
	in->offset += nr;
}

#endif /* _TOOLS_INPUT_H */
