// SPDX-License-Identifier: GPL-2.0
/*
 * Compressed files, by libarchive, which knows the formats and is told of nothing but
 * them: no archives, and no programs that it would start.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/interrupt.h"
#include "output/complain.h"
#include "output/util.h"
#include "sources/input.h"
#include "sources/unpack.h"

/* What was looked at before it was known to be compressed fits in. */
#define ROOM	INPUT_SIZE

struct unpack {
	struct archive *archive;
	int fd;
	size_t begun;		/* bytes in @buf that were read before */
	bool opened;
	bool ended;
	bool failed;		/* it could not be read */
	const char *error;
	const uint8_t *block;	/* that was unpacked, and is not yet read */
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
	static const struct {
		const char *magic;
		size_t len;
	} formats[] = {
		{ "\x1f\x8b\x08", 3 },		/* gzip */
		{ "\x28\xb5\x2f\xfd", 4 },	/* zstd */
		{ "BZh", 3 },			/* bzip2 */
		{ "\xfd" "7zXZ", 6 },		/* xz */
	};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (len >= formats[i].len &&
		    !memcmp(data, formats[i].magic, formats[i].len))
			return true;
	return false;
}

static ssize_t more(struct archive *archive, void *ctx, const void **data)
{
	struct unpack *u = ctx;
	ssize_t n = (ssize_t)u->begun;

	*data = u->buf;
	u->begun = 0;
	while (!n) {
		/* A signal interrupts the wait, not the read() that follows. */
		while (!interrupted && !interrupt_wait(u->fd, 100))
			;
		if (interrupted)
			return 0;
		n = read(u->fd, u->buf, sizeof(u->buf));
		if (n >= 0)
			break;
		if (errno != EINTR) {
			archive_set_error(archive, errno, "%s", strerror(errno));
			u->failed = true;
			return -1;
		}
		n = 0;
	}
	return n;
}

static int open_archive(struct unpack *u)
{
	struct archive_entry *entry;
	struct archive *a = u->archive;

	if (archive_read_support_filter_gzip(a) ||
	    archive_read_support_filter_zstd(a) ||
	    archive_read_support_filter_bzip2(a) ||
	    archive_read_support_filter_xz(a) ||
	    archive_read_support_format_raw(a) ||
	    archive_read_support_format_empty(a))
		return -1;
	if (archive_read_open(a, u, NULL, more, NULL) != ARCHIVE_OK)
		return -1;
	switch (archive_read_next_header(a, &entry)) {
	case ARCHIVE_EOF:
		u->ended = true;
		return 0;
	case ARCHIVE_OK:
	case ARCHIVE_WARN:
		return 0;
	default:
		return -1;
	}
}

/**
 * unpack_new() - set up
 * @fd:		the file, which goes on behind
 * @begun:	what has been read of it
 * @len:	bytes of that
 *
 * Return: to be freed with unpack_free(); NULL after a message.
 */
struct unpack *unpack_new(int fd, const uint8_t *begun, size_t len)
{
	struct unpack *u = calloc(1, sizeof(*u));

	if (u)
		u->archive = archive_read_new();
	if (!u || !u->archive || len > sizeof(u->buf)) {
		complain("out of memory");
		free(u);
		return NULL;
	}
	u->fd = fd;
	u->begun = len;
	memcpy(u->buf, begun, len);
	return u;
}

/**
 * unpack_free() - free it
 * @u: of unpack_new(), or NULL
 */
void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	archive_read_free(u->archive);
	free(u);
}

static const char *reason(const struct unpack *u)
{
	return u->failed ? archive_error_string(u->archive) :
			   "the compressed file is cut off or damaged";
}

/* Block by block: those before one that is broken are good. */
static void next_block(struct unpack *u)
{
	const void *block = NULL;
	int64_t offset;
	int err;

	do {
		err = archive_read_data_block(u->archive, &block, &u->left, &offset);
	} while (err >= ARCHIVE_WARN && err != ARCHIVE_EOF && !u->left);
	u->ended = err == ARCHIVE_EOF;
	if (err < ARCHIVE_WARN)
		u->error = reason(u);
	if (u->ended || u->error)
		u->left = 0;
	u->block = block;
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
	size_t n;

	if (u->error)
		return -1;
	if (!u->opened) {
		u->opened = true;
		if (open_archive(u)) {
			u->error = reason(u);
			return -1;
		}
	}
	if (u->ended)
		return 0;
	if (!u->left)
		next_block(u);
	if (!u->left)
		return u->error ? -1 : 0;
	n = u->left < room ? u->left : room;
	memcpy(to, u->block, n);
	u->block += n;
	u->left -= n;
	return (ssize_t)n;
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
