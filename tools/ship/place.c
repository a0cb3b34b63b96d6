// SPDX-License-Identifier: GPL-2.0
/*
 * The file has its length from the start and is written in place: a full disk does
 * not matter, and of a write that a crash cuts off each place is an old one or a new
 * one. An old one counts too much as lost, never too little.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/complain.h"
#include "ship/place.h"

#define NAME	"place"

static size_t size_of(const struct place *p)
{
	return (p->nr + 1) * sizeof(*p->now);
}

/*
 * Goes on from where the run before was in this ring; from the beginning, if that run
 * read another one, whose module is gone; the first run of all, from here.
 */
static int begin(struct place *p, struct source *src)
{
	ssize_t n = pread(p->fd, p->saved, size_of(p), 0);

	if (n != (ssize_t)size_of(p) || p->saved[0] != p->now[0]) {
		memset(p->saved, 0, size_of(p));
		p->saved[0] = p->now[0];
		if (!n)
			src->places(src, p->saved + 1, p->nr);
		if (ftruncate(p->fd, 0) || pwrite(p->fd, p->saved, size_of(p), 0) !=
					   (ssize_t)size_of(p))
			return complain_file(NAME, errno, NULL);
	}
	memcpy(p->now, p->saved, size_of(p));
	src->resume(src, p->saved + 1, p->nr);
	return 0;
}

/**
 * place_open() - count what was lost since the run before
 * @p:		to be filled
 * @folder:	descriptor of the folder, -1 to keep nothing
 * @boot:	of the ring
 * @src:	that reads it, nothing of which was handed on yet
 *
 * Return: 0, or -1 after a message.
 */
int place_open(struct place *p, int folder, uint64_t boot, struct source *src)
{
	*p = (struct place){ .fd = -1 };
	if (folder < 0 || !src->places)
		return 0;
	p->nr = src->places(src, NULL, 0);
	p->saved = calloc(p->nr + 1, sizeof(*p->saved));
	p->now = calloc(p->nr + 1, sizeof(*p->now));
	if (!p->saved || !p->now)
		return complain("out of memory");
	p->fd = openat(folder, NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->fd < 0)
		return complain_file(NAME, errno, NULL);
	p->now[0] = boot;
	return begin(p, src);
}

/**
 * place_note() - what was handed on until now has been dealt with
 * @p:	 the place
 * @src: that reads the ring
 */
void place_note(struct place *p, struct source *src)
{
	if (p->fd >= 0)
		src->places(src, p->now + 1, p->nr);
}

/**
 * place_save() - keep what was noted last; what is lost until there is counted
 * @p: the place
 */
void place_save(struct place *p)
{
	if (p->fd < 0 || !memcmp(p->now, p->saved, size_of(p)))
		return;
	if (pwrite(p->fd, p->now, size_of(p), 0) == (ssize_t)size_of(p))
		memcpy(p->saved, p->now, size_of(p));
	else if (!p->said)
		p->said = complain_file(NAME, errno, NULL);
}

/**
 * place_close() - free it
 * @p: the place
 */
void place_close(struct place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->saved);
	free(p->now);
}
