// SPDX-License-Identifier: GPL-2.0
/*
 * A file that is read. libpcap reads from a FILE, which input_stream() makes, so
 * that a pipe can be a recording as well as a capture.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/complain.h"
#include "sources/input.h"
#include "commands/stop.h"

#define INPUT_SIZE	(512u * 1024)

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
	in->fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) :
				     STDIN_FILENO;
	if (in->fd < 0 || fstat(in->fd, &st)) {
		complain_file(in->name, errno, errno == EACCES ? "try: sudo" : NULL);
		goto err_close;
	}
	if (S_ISDIR(st.st_mode)) {
		complain_file(in->name, EISDIR, NULL);
		goto err_close;
	}
	in->plain = S_ISREG(st.st_mode);
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
		while (!in->plain && !stop_asked && !stop_wait(in->fd, 100))
			;
		if (stop_asked)
			return 0;
		n = read(in->fd, to, room);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		in->error = errno;
	return n;
}

/**
 * input_read() - for input_fill(): read until so many bytes are there
 * @in: the file
 * @want: bytes, more than there are, 4096 at most
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

/* How many bytes of a pcapng file may be handed on now. */
static size_t blocks_left(struct input *in)
{
	size_t left = input_fill(in, PCAPNG_HEAD);
	size_t n = pcapng_pass(&in->blocks, in->buf + in->pos, left);

	/* At the end of the file: what is left is no block. */
	if (!n)
		in->blocks.on = false;
	return n ? n : left;
}

static ssize_t stream_read(void *cookie, char *to, size_t room)
{
	struct input *in = cookie;
	size_t n = in->blocks.on ? blocks_left(in) : input_left(in);
	ssize_t got;

	if (n) {
		n = n < room ? n : room;
		memcpy(to, input_data(in), n);
		input_skip(in, n);
		if (in->blocks.on)
			in->blocks.left -= n;
		return (ssize_t)n;
	}
	got = read_some(in, to, room);
	if (got > 0)
		in->offset += (uint64_t)got;
	return got;
}

/* For ftell() only: a pipe can go nowhere. */
static int stream_seek(void *cookie, off64_t *offset, int whence)
{
	struct input *in = cookie;

	if (whence != SEEK_CUR || *offset)
		return -1;
	*offset = (off64_t)in->offset;
	return 0;
}

/**
 * input_stream() - the rest of the file, for a library that reads a FILE
 * @in: the file; to be closed after the stream
 *
 * Return: the stream, NULL after a message.
 */
FILE *input_stream(struct input *in)
{
	FILE *stream = fopencookie(in, "r", (cookie_io_functions_t){
		.read = stream_read, .seek = stream_seek });
	size_t left = input_fill(in, PCAPNG_HEAD);

	in->blocks.on = pcapng_begins(input_data(in), left);
	in->blocks.first = -1;
	if (!stream || setvbuf(stream, NULL, _IOFBF, INPUT_SIZE)) {
		if (stream)
			fclose(stream);
		complain("out of memory");
		return NULL;
	}
	return stream;
}
