// SPDX-License-Identifier: GPL-2.0
/*
 * Buffered output. A reader that has gone away is not an error: it is how
 * `synfin | head` ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/complain.h"
#include "output/out.h"

#define OUT_SIZE	(96u * 1024)
#define PIPE_SIZE	(256u * 1024)

/**
 * out_open() - begin to write to a descriptor
 * @o: the output
 * @fd: the descriptor
 * @name: for messages
 *
 * Return: 0, or -1 after a message.
 */
int out_open(struct out *o, int fd, const char *name)
{
	*o = (struct out){ .fd = fd, .name = name, .size = OUT_SIZE };
	/* Room for several, or who reads is woken for each; if it is a pipe. */
	fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
	o->buf = malloc(OUT_SIZE);
	return o->buf ? 0 : complain("out of memory");
}

/**
 * out_flush() - write what is in the buffer
 * @o: the output
 *
 * Return: 0, or -1 if there is no one to write to (@o->closed), or it failed
 * (@o->failed, after a message).
 */
int out_flush(struct out *o)
{
	size_t done = 0;

	while (done < o->len && !o->closed && !o->failed) {
		ssize_t n = write(o->fd, o->buf + done, o->len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EPIPE) {
			o->closed = true;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			/* Whoever shares the descriptor does not want to wait. */
			poll(&(struct pollfd){ .fd = o->fd, .events = POLLOUT }, 1,
			     -1);
		} else if (errno != EINTR) {
			o->failed = true;
			complain_file(o->name, errno, NULL);
		}
	}
	o->len = 0;
	return o->closed || o->failed ? -1 : 0;
}

/**
 * out_close() - write the rest and free the buffer; the descriptor stays open
 * @o: the output
 */
void out_close(struct out *o)
{
	out_flush(o);
	free(o->buf);
	o->buf = NULL;
}

/**
 * out_write() - append bytes, however many
 * @o: the output
 * @data: the bytes
 * @len: how many
 */
void out_write(struct out *o, const void *data, size_t len)
{
	while (len) {
		size_t part = len < OUT_ROOM ? len : OUT_ROOM;
		char *p = out_room(o, part);

		memcpy(p, data, part);
		out_used(o, p + part);
		data = (const char *)data + part;
		len -= part;
	}
}

/**
 * out_text() - append a string
 * @o: the output
 * @text: the string
 */
void out_text(struct out *o, const char *text)
{
	out_write(o, text, strlen(text));
}

/**
 * out_printf() - append formatted text, OUT_ROOM bytes at most
 * @o: the output
 * @format: as of printf()
 *
 * Return: how many bytes.
 */
int out_printf(struct out *o, const char *format, ...)
{
	char *p = out_room(o, OUT_ROOM);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(p, OUT_ROOM, format, args);
	va_end(args);
	if (n > (int)OUT_ROOM - 1)
		n = (int)OUT_ROOM - 1;
	if (n > 0)
		out_used(o, p + n);
	return n;
}

static ssize_t stream_write(void *cookie, const char *data, size_t len)
{
	out_write(cookie, data, len);
	return (ssize_t)len;
}

/**
 * out_stream() - the output as a FILE
 * @o: the output
 *
 * Return: the stream, to be flushed before anything else is written and closed
 * before out_close(); NULL after a message.
 */
FILE *out_stream(struct out *o)
{
	FILE *stream = fopencookie(o, "w", (cookie_io_functions_t){
		.write = stream_write });

	if (!stream)
		complain("out of memory");
	return stream;
}
