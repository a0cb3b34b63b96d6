// SPDX-License-Identifier: GPL-2.0
/*
 * Compressed files: member by member, as far as they go. Of one that is cut off all that
 * can be unpacked is handed on, and then what is wrong.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/interrupt.h"
#include "output/complain.h"
#include "sources/input.h"
#include "sources/unpack.h"
#include "sources/unpack_formats.h"

/* What was looked at before it was known to be compressed fits in. */
#define ROOM	INPUT_SIZE

struct unpack {
	const struct unpack_format *format;
	void *member;		/* its state, NULL between members */
	int fd;
	bool ended;		/* there is no more to be read */
	const char *error;
	const uint8_t *in;
	size_t left;
	uint8_t buf[ROOM];
};

/**
 * unpack_begins() - is a file compressed?
 * @data: its first bytes
 * @len: how many, UNPACK_MAGIC if there are as many
 *
 * Return: true if it is, by one of the formats that can be read.
 */
bool unpack_begins(const uint8_t *data, size_t len)
{
	return unpack_format_of(data, len);
}

static void refill(struct unpack *u)
{
	ssize_t n;

	do {
		/* A signal interrupts the wait, not the read() that follows. */
		while (!interrupted && !interrupt_wait(u->fd, 100))
			;
		if (interrupted) {
			u->ended = true;
			return;
		}
		n = read(u->fd, u->buf, sizeof(u->buf));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		u->error = strerror(errno);
	u->ended = n <= 0;
	u->in = u->buf;
	u->left = n > 0 ? (size_t)n : 0;
}

/**
 * unpack_new() - set up
 * @fd:		the file, which goes on behind
 * @begun:	what has been read of it: unpack_begins()
 * @len:	bytes of that
 *
 * Return: to be freed with unpack_free(); NULL after a message.
 */
struct unpack *unpack_new(int fd, const uint8_t *begun, size_t len)
{
	struct unpack *u = len <= ROOM ? calloc(1, sizeof(*u)) : NULL;

	if (!u) {
		complain("out of memory");
		return NULL;
	}
	u->fd = fd;
	u->format = unpack_format_of(begun, len);
	u->in = memcpy(u->buf, begun, len);
	u->left = len;
	return u;
}

static void end_member(struct unpack *u)
{
	if (u->member)
		u->format->end(u->member);
	u->member = NULL;
}

/**
 * unpack_free() - free it
 * @u: of unpack_new(), or NULL
 */
void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	end_member(u);
	free(u);
}

/* A tape is filled up with zeros. False at the end of the file. */
static bool begin_member(struct unpack *u)
{
	for (;;) {
		while (u->left && !*u->in) {
			u->in++;
			u->left--;
		}
		if (u->left)
			break;
		if (u->ended)
			return false;
		refill(u);
	}
	u->member = u->format->begin();
	if (!u->member)
		u->error = strerror(ENOMEM);
	return u->member;
}

/* Some bytes more; of what is there nothing is left over, or the room is full. */
static void step(struct unpack *u, struct unpack_bytes *b)
{
	size_t room = b->room;

	b->in = u->in;
	b->left = u->left;
	switch (u->format->step(u->member, b)) {
	case UNPACK_MEMBER_ENDS:
		end_member(u);
		break;
	case UNPACK_DAMAGED:
		u->error = "the compressed file is damaged";
		break;
	case UNPACK_TOO_LARGE:
		u->error = "it takes too much memory here: unpack it, and read that";
		break;
	case UNPACK_MORE:
		if (u->ended && !b->left && b->room == room && !interrupted)
			u->error = "the compressed file is cut off";
		break;
	}
	u->in = b->in;
	u->left = b->left;
}

/**
 * unpack_read() - read some more of what the file was
 * @u:		the file
 * @to:		where to
 * @room:	how many bytes at most
 *
 * Return: how many, 0 at the end, -1 on an error.
 */
ssize_t unpack_read(struct unpack *u, void *to, size_t room)
{
	struct unpack_bytes b = { .out = to, .room = room };

	while (b.room == room && !u->error && !interrupted) {
		if (!u->member && !begin_member(u))
			break;
		if (!u->left && !u->ended)
			refill(u);
		if (!u->error)
			step(u, &b);
	}
	if (b.room < room)
		return (ssize_t)(room - b.room);
	return u->error ? -1 : 0;
}

/**
 * unpack_error() - what went wrong
 * @u: the file
 *
 * Return: a text, NULL if nothing did.
 */
const char *unpack_error(const struct unpack *u)
{
	return u->error;
}
