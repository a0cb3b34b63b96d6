// SPDX-License-Identifier: GPL-2.0
/*
 * Two files take turns, so that what is on disk is bounded: "seen.0" is appended
 * to until it has as many numbers as the ring holds, and then becomes "seen.1".
 * Each begins with the ring's boot number. A number that was cut off by a crash is
 * no number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/complain.h"
#include "ship/seen.h"

#define NEW	"seen.0"
#define OLD	"seen.1"

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Appends the numbers of a file to those from before.
 *
 * Return: how many; 0 if it is of no use, -1 after a message.
 */
static ssize_t load(struct seen *s, const char *name)
{
	int fd = openat(s->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t room = 2 * s->limit * sizeof(*s->before);
	uint64_t boot = 0, *grown;
	ssize_t n = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : complain_file(name, errno, NULL);
	if (read(fd, &boot, sizeof(boot)) != sizeof(boot) || boot != s->boot)
		goto close;
	grown = realloc(s->before, s->nr_before * sizeof(*grown) + room);
	if (!grown) {
		n = complain("out of memory");
		goto close;
	}
	s->before = grown;
	n = read(fd, grown + s->nr_before, room);
	if (n < 0) {
		complain_file(name, errno, NULL);
		goto close;
	}
	n /= (ssize_t)sizeof(*grown);
	s->nr_before += (size_t)n;
close:
	close(fd);
	return n;
}

static int open_new(struct seen *s, int flags)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = openat(s->folder, NEW, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
		       O_NOFOLLOW | flags, 0600);
	return s->fd < 0 ? complain_file(NEW, errno, NULL) : 0;
}

static int begin_file(struct seen *s)
{
	if (renameat(s->folder, NEW, s->folder, OLD) && errno != ENOENT)
		return complain_file(OLD, errno, NULL);
	s->nr = 0;
	if (open_new(s, O_TRUNC))
		return -1;
	if (write(s->fd, &s->boot, sizeof(s->boot)) != sizeof(s->boot))
		return complain_file(NEW, errno, NULL);
	return 0;
}

/* Goes on with the file of the run before, without what a crash has cut off. */
static int resume_file(struct seen *s, size_t nr)
{
	s->nr = nr;
	if (open_new(s, 0))
		return -1;
	if (ftruncate(s->fd, (off_t)((nr + 1) * sizeof(s->boot))))
		return complain_file(NEW, errno, NULL);
	return 0;
}

/**
 * seen_open() - read what the run before dealt with
 * @s:		to be filled
 * @folder:	descriptor of the folder, -1 to keep nothing
 * @boot:	of the ring
 * @limit:	connections that the ring can hold
 *
 * Return: 0, or -1 after a message.
 */
int seen_open(struct seen *s, int folder, uint64_t boot, size_t limit)
{
	ssize_t nr;

	*s = (struct seen){ .folder = folder, .fd = -1, .boot = boot,
			    .limit = limit };
	if (folder < 0)
		return 0;
	s->pending = malloc(limit * sizeof(*s->pending));
	if (!s->pending)
		return complain("out of memory");
	nr = load(s, OLD);
	if (nr >= 0)
		nr = load(s, NEW);
	if (nr < 0)
		return -1;
	if (s->nr_before)
		qsort(s->before, s->nr_before, sizeof(*s->before), compare);
	return nr && (size_t)nr < limit ? resume_file(s, (size_t)nr) : begin_file(s);
}

/**
 * seen_before() - has the run before dealt with it?
 * @s:	what was dealt with
 * @id:	of the connection
 *
 * Return: true if it has.
 */
bool seen_before(const struct seen *s, uint64_t id)
{
	return s->nr_before && bsearch(&id, s->before, s->nr_before,
				       sizeof(*s->before), compare);
}

/**
 * seen_add() - remember a connection, from the next seen_save() on
 * @s:	what was dealt with
 * @id:	of the connection
 */
void seen_add(struct seen *s, uint64_t id)
{
	if (s->folder < 0)
		return;
	/* The ring has not so many: the oldest is gone from it. */
	if (s->nr_pending == s->limit)
		seen_save(s);
	s->pending[s->nr_pending++] = id;
}

/**
 * seen_save() - write what was added
 * @s:	what was dealt with
 *
 * Return: 0, or -1 after a message; what was added is forgotten all the same.
 */
int seen_save(struct seen *s)
{
	size_t len = s->nr_pending * sizeof(*s->pending);
	int err = 0;

	if (s->folder < 0 || !len)
		return 0;
	if (write(s->fd, s->pending, len) != (ssize_t)len)
		err = complain_file(NEW, errno, NULL);
	s->nr += s->nr_pending;
	s->nr_pending = 0;
	return s->nr >= s->limit ? begin_file(s) : err;
}

/**
 * seen_close() - save and free it
 * @s:	what was dealt with
 */
void seen_close(struct seen *s)
{
	seen_save(s);
	if (s->fd >= 0)
		close(s->fd);
	free(s->pending);
	free(s->before);
}
