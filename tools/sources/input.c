// SPDX-License-Identifier: GPL-2.0
/*
 * A file that is read; one that is compressed reads as what it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/complain.h"
#include "sources/input.h"
#include "sources/unpack.h"
#include "commands/interrupt.h"

/* A pipe that nobody writes to yet is waited for when it is read, not here. */
static int open_waitless(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

/**
 * input_open() - open a file
 * @name: of the file, "-" for stdin
 *
 * Return: to be closed with input_close(); NULL after a message.
 */
struct input *input_open(const char *name)
{
	struct input *in = calloc(1, sizeof(*in));
	struct stat st;

	if (in)
		in->buf = malloc(INPUT_SIZE);
	if (!in || !in->buf) {
		complain("out of memory");
		goto err_free;
	}
	in->name = strcmp(name, "-") ? name : "stdin";
	in->fd = strcmp(name, "-") ? open_waitless(name) : STDIN_FILENO;
	if (in->fd < 0 || fstat(in->fd, &st)) {
		complain_file(in->name, errno, errno == EACCES ? "try: sudo" : NULL);
		goto err_close;
	}
	if (S_ISDIR(st.st_mode)) {
		complain_file(in->name, EISDIR, NULL);
		goto err_close;
	}
	in->plain = S_ISREG(st.st_mode);
	if (unpack_begins(input_data(in), input_fill(in, UNPACK_MAGIC))) {
		in->unpack = unpack_new(in->fd, in->buf, in->len);
		if (!in->unpack)
			goto err_close;
		in->len = 0;
	}
	return in;

err_close:
	if (in->fd > STDIN_FILENO)
		close(in->fd);
err_free:
	if (in)
		free(in->buf);
	free(in);
	return NULL;
}

/**
 * input_close() - close the file
 * @in: of input_open(), or NULL
 */
void input_close(struct input *in)
{
	if (!in)
		return;
	unpack_free(in->unpack);
	if (in->fd != STDIN_FILENO)
		close(in->fd);
	free(in->buf);
	free(in);
}

/* Reads once. A signal that asks to stop counts as the end. */
static ssize_t read_some(struct input *in, void *to, size_t room)
{
	ssize_t n;

	do {
		/* What a signal interrupts is this, not the read() after it. */
		while (!in->plain && !in->unpack && !interrupted && !interrupt_wait(in->fd, 100))
			;
		if (interrupted)
			return 0;
		n = in->unpack ? unpack_read(in->unpack, to, room) :
				 read(in->fd, to, room);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && !in->unpack)
		in->error = errno;
	return n;
}

/**
 * input_read() - for input_fill(): read until so many bytes are there
 * @in: the file
 * @want: bytes, more than there are, INPUT_WANT at most
 *
 * Return: how many there are, fewer than @want at the end of the file.
 */
size_t input_read(struct input *in, size_t want)
{
	ssize_t n;

	/* Whatever is left moves to the front, where it is aligned. */
	memmove(in->buf, input_data(in), input_left(in));
	in->len = input_left(in);
	in->pos = 0;
	in->ended = false;
	while (in->len < want) {
		n = read_some(in, in->buf + in->len, INPUT_SIZE - in->len);
		if (n <= 0) {
			in->ended = true;
			break;
		}
		in->len += (size_t)n;
	}
	return in->len;
}

/**
 * input_error() - could the file not be read to its end?
 * @in: the file
 *
 * Return: what is wrong, NULL if nothing is.
 */
const char *input_error(const struct input *in)
{
	if (in->unpack && unpack_error(in->unpack))
		return unpack_error(in->unpack);
	return in->error ? complain_reason(in->error) : NULL;
}

/**
 * inputs_close() - close them all
 * @inputs: of inputs_open(), or NULL
 */
void inputs_close(struct inputs *inputs)
{
	if (!inputs)
		return;
	for (unsigned int i = 0; i < inputs->nr; i++)
		input_close(inputs->in[i]);
	free(inputs->in);
	free(inputs);
}

/**
 * inputs_open() - open several files
 * @names:	of the files
 * @nr:		how many
 *
 * Return: to be closed with inputs_close(); NULL after a message.
 */
struct inputs *inputs_open(const char *const *names, unsigned int nr)
{
	struct inputs *inputs = calloc(1, sizeof(*inputs));

	if (inputs)
		inputs->in = calloc(nr, sizeof(*inputs->in));
	if (!inputs || !inputs->in) {
		complain("out of memory");
		free(inputs);
		return NULL;
	}
	for (; inputs->nr < nr; inputs->nr++) {
		inputs->in[inputs->nr] = input_open(names[inputs->nr]);
		if (inputs->in[inputs->nr])
			continue;
		inputs_close(inputs);
		return NULL;
	}
	return inputs;
}
