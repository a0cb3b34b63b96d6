// SPDX-License-Identifier: GPL-2.0
/*
 * One file, replaced whole: counts and places in it belong together. What is of another
 * load of the module, or of other options, is of no use, and counting begins anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/service.h"
#include "export/state.h"
#include "output/complain.h"

#define NAME	"counts"
#define PART	"counts.new"
#define MAGIC	0x00316c6c61746e73ull	/* "sntall1" */

/* Places follow, then rows. */
struct head {
	uint64_t magic;
	uint64_t boot;
	uint64_t lost;
	uint32_t nr_places;
	uint32_t nr_rows;
	uint32_t row_size;
	uint32_t failed;
	uint32_t limit;
	uint32_t by_netns;
};

static FILE *open_file(const struct state *st, const char *name, int flags)
{
	int fd = openat(st->folder, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, flags & O_CREAT ? "w" : "r");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

static bool is_of_use(const struct head *h, const struct state *st, const struct tally *t)
{
	return h->magic == MAGIC && h->boot == st->boot && h->nr_places &&
	       h->nr_places < 1u << 24 && h->nr_rows && h->nr_rows <= t->limit + 1 &&
	       h->row_size == sizeof(*t->service) && h->limit == t->limit &&
	       h->by_netns == t->by_netns;
}

/* Return: 0, also if there is nothing of use; or -1 after a message. */
static int load(struct state *st, struct tally *t)
{
	FILE *f = open_file(st, NAME, O_RDONLY);
	struct head h;
	int err = 0;

	if (!f)
		return errno == ENOENT ? 0 : complain_file(NAME, errno, NULL);
	if (fread(&h, sizeof(h), 1, f) != 1 || !is_of_use(&h, st, t))
		goto close;
	st->place = calloc(h.nr_places, sizeof(*st->place));
	if (!st->place) {
		err = complain("out of memory");
		goto close;
	}
	if (fread(st->place, sizeof(*st->place), h.nr_places, f) != h.nr_places ||
	    fread(t->service, h.row_size, h.nr_rows, f) != h.nr_rows) {
		complain("%s: cut off: counting begins anew", NAME);
		memset(t->service, 0, (t->limit + 1) * sizeof(*t->service));
		free(st->place);
		st->place = NULL;
		goto close;
	}
	st->nr = h.nr_places;
	st->lost = h.lost;
	tally_restored(t, h.nr_rows, h.failed);
close:
	fclose(f);
	return err;
}

/**
 * state_open() - read what the run before had counted
 * @st:		to be filled
 * @path:	of the folder, NULL to keep nothing
 * @boot:	of the ring
 * @t:		counts, of nothing yet
 *
 * Return: 0, or -1 after a message.
 */
int state_open(struct state *st, const char *path, uint64_t boot, struct tally *t)
{
	*st = (struct state){ .folder = -1, .boot = boot };
	if (!path)
		return 0;
	st->folder = service_folder(path);
	return st->folder < 0 ? -1 : load(st, t);
}

/**
 * state_begin() - go on from there
 * @st:  what the run before had counted
 * @src: that reads the ring, nothing of which was handed on yet
 *
 * Return: 0, or -1 after a message.
 */
int state_begin(struct state *st, struct source *src)
{
	size_t nr;

	if (st->folder < 0 || !src->places)
		return 0;
	nr = src->places(src, NULL, 0);
	if (st->nr && st->nr != nr)
		return complain("%s: of another ring: remove it", NAME);
	if (st->nr) {
		src->go_on(src, st->place, nr);
		return 0;
	}
	st->place = calloc(nr, sizeof(*st->place));
	if (!st->place)
		return complain("out of memory");
	st->nr = nr;
	src->places(src, st->place, nr);
	return 0;
}

/**
 * state_note() - what was handed on until now is counted
 * @st:  the state
 * @src: that reads the ring
 */
void state_note(struct state *st, struct source *src)
{
	if (st->folder < 0 || !src->places)
		return;
	src->places(src, st->place, st->nr);
	st->saved = false;
}

static int write_file(const struct state *st, const struct tally *t, uint64_t lost)
{
	struct head h = {
		.magic = MAGIC, .boot = st->boot, .lost = lost,
		.nr_places = (uint32_t)st->nr, .nr_rows = t->nr,
		.row_size = sizeof(*t->service), .failed = t->failed,
		.limit = t->limit, .by_netns = t->by_netns,
	};
	FILE *f = open_file(st, PART, O_WRONLY | O_CREAT | O_TRUNC);
	bool good;

	if (!f)
		return -1;
	good = fwrite(&h, sizeof(h), 1, f) == 1 &&
	       fwrite(st->place, sizeof(*st->place), st->nr, f) == st->nr &&
	       fwrite(t->service, sizeof(*t->service), t->nr, f) == t->nr;
	return fclose(f) || !good ? -1 : renameat(st->folder, PART, st->folder, NAME);
}

/**
 * state_save() - keep what was counted up to what was noted last
 * @st:   the state
 * @t:    the counts
 * @lost: records, those of the runs before included
 */
void state_save(struct state *st, const struct tally *t, uint64_t lost)
{
	if (st->folder < 0 || st->saved || !st->nr)
		return;
	st->saved = !write_file(st, t, lost);
	if (!st->saved && !st->said)
		st->said = complain_file(NAME, errno, NULL);
}

/**
 * state_close() - free it
 * @st: the state
 */
void state_close(struct state *st)
{
	if (st->folder >= 0)
		close(st->folder);
	free(st->place);
}
