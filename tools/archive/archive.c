// SPDX-License-Identifier: GPL-2.0
/*
 * synfin archive: keeps recordings in a folder, each of a bounded size and age, and
 * removes the oldest. Any of them is read with synfin -r.
 *
 * What is written is whole records; if the disk is full, older recordings make room,
 * and if there are none, reading waits, and what the ring overwrites is counted.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "commands/interrupt.h"
#include "commands/pipeline.h"
#include "daemon/service.h"
#include "output/complain.h"

#define BUFFER	(256u * 1024)
#define NAME	64
#define PREFIX	"synfin-"
#define SUFFIX	".rec"

static const char help[] =
"Usage: synfin archive --folder FOLDER [OPTION...]\n"
"\n"
"Keeps recordings of TCP connections; synfin -r FILE reads one.\n"
"\n"
"      --folder FOLDER    where; files of their owner alone\n"
"      --size MIB         begin another one when it is so large (64)\n"
"      --age MINUTES      or so old (60)\n"
"      --limit MIB        of all of them; then the oldest is removed (1024)\n"
"      --days DAYS        and those that are older (7)\n"
"  -r, --read FILE        a recording or a capture instead of what is live\n"
"      --ring-file FILE   another file than /proc/net/synfin/ring; - is stdin\n"
"  -h, --help             this text\n";

enum { OPT_FOLDER = SERVICE_OPTION, OPT_SIZE, OPT_AGE, OPT_LIMIT, OPT_DAYS };

static const struct option longs[] = {
	{ "folder", required_argument, NULL, OPT_FOLDER },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "age", required_argument, NULL, OPT_AGE },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "read", required_argument, NULL, 'r' },
	{ "ring-file", required_argument, NULL, SERVICE_RING_FILE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/**
 * struct archive - a folder of recordings
 * @opt:	where records come from
 * @path:	of the folder
 * @folder:	its descriptor
 * @size:	MiB of a recording
 * @age:	minutes
 * @limit:	MiB of all
 * @days:	that they are kept
 * @fd:		of the recording that is written, -1 for none
 * @name:	of it
 * @written:	bytes in it
 * @due:	when another one begins
 * @len:	bytes in @buffer
 * @buffer:	whole records that are not written yet
 */
struct archive {
	struct options opt;
	const char *path;
	int folder;
	unsigned int size;
	unsigned int age;
	unsigned int limit;
	unsigned int days;
	int fd;
	char name[NAME];
	uint64_t written;
	int64_t due;
	size_t len;
	uint8_t buffer[BUFFER];
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static int is_recording(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return !strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) &&
	       len > sizeof(SUFFIX) && len < NAME &&
	       !strcmp(entry->d_name + len - sizeof(SUFFIX) + 1, SUFFIX);
}

/*
 * Removes what is too old, or beyond the limit, or @force: the oldest. Their names
 * tell their order. Return: how many.
 */
static unsigned int expire(const struct archive *a, bool force)
{
	struct dirent **entries;
	int nr = scandirat(a->folder, ".", &entries, is_recording, alphasort);
	uint64_t total = (uint64_t)a->size << 20;
	time_t oldest = time(NULL) - (time_t)a->days * 86400;
	unsigned int removed = 0;
	struct stat st;

	/* From the youngest on: those that have room stay. */
	for (int i = nr; i-- > 0;) {
		const char *name = entries[i]->d_name;

		if (fstatat(a->folder, name, &st, AT_SYMLINK_NOFOLLOW) ||
		    (a->fd >= 0 && !strcmp(name, a->name)))
			continue;
		total += (uint64_t)st.st_size;
		if (total <= (uint64_t)a->limit << 20 && st.st_mtime >= oldest &&
		    !(force && !i))
			continue;
		removed += !unlinkat(a->folder, name, 0);
	}
	for (int i = 0; i < nr; i++)
		free(entries[i]);
	if (nr >= 0)
		free(entries);
	return removed;
}

static void end_file(struct archive *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static int begin_file(struct archive *a)
{
	static const struct synfin_file_header header = {
		.magic = SYNFIN_FILE_MAGIC,
		.version = SYNFIN_VERSION,
		.header_size = sizeof(header),
	};
	struct timespec t;
	struct tm tm;
	char stamp[32];

	expire(a, false);
	clock_gettime(CLOCK_REALTIME, &t);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", gmtime_r(&t.tv_sec, &tm));
	snprintf(a->name, sizeof(a->name), PREFIX "%s.%09ldZ" SUFFIX, stamp,
		 t.tv_nsec);
	a->fd = openat(a->folder, a->name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND |
		       O_CLOEXEC | O_NOFOLLOW, 0600);
	if (a->fd < 0)
		return -1;
	if (write(a->fd, &header, sizeof(header)) != sizeof(header)) {
		int err = errno;

		unlinkat(a->folder, a->name, 0);
		end_file(a);
		errno = err;
		return -1;
	}
	a->written = sizeof(header);
	a->due = now() + (int64_t)a->age * 60;
	return 0;
}

/* Writes the buffer, or nothing. Return: 0, or an errno. */
static int write_once(struct archive *a)
{
	ssize_t n;
	int err;

	if (a->fd < 0 && begin_file(a))
		return errno;
	n = write(a->fd, a->buffer, a->len);
	if (n == (ssize_t)a->len) {
		a->written += a->len;
		a->len = 0;
		return 0;
	}
	err = n < 0 ? errno : ENOSPC;
	if (n > 0 && ftruncate(a->fd, (off_t)a->written))
		end_file(a);
	return err;
}

/* Return: false if it is time to end, and records had to be dropped. */
static bool flush(struct archive *a)
{
	int err, said = 0;

	while (a->len && (err = write_once(a))) {
		if (err == ENOSPC && expire(a, true))
			continue;
		if (said != err)
			complain("%s: %s: reading waits", a->path, strerror(err));
		said = err;
		if (interrupted)
			return false;
		interrupt_wait(-1, 100);
	}
	if (a->fd >= 0 && (a->written >= (uint64_t)a->size << 20 || now() >= a->due))
		end_file(a);
	return true;
}

static bool on_record(struct pipeline *w, const union synfin_record *rec)
{
	size_t len = rec->head.words * sizeof(rec->words[0]);
	struct archive *a = w->ctx;

	if (a->len + len > sizeof(a->buffer) && !flush(a))
		return false;
	w->totals.records++;
	if (rec->head.type == SYNFIN_RECORD_CONN)
		totals_conn(&w->totals, &rec->conn);
	memcpy(a->buffer + a->len, rec, len);
	a->len += len;
	return true;
}

static bool on_idle(struct pipeline *w)
{
	return flush(w->ctx);
}

static int run(struct archive *a)
{
	static const struct view view = {
		.record = on_record, .drain = true, .idle = on_idle,
	};
	struct pipeline w = { .opt = &a->opt, .view = &view, .ctx = a };
	int status;

	w.src = source_open(&a->opt);
	if (!w.src)
		return EXIT_FAILURE;
	if (out_open(&w.out, STDOUT_FILENO, "stdout")) {
		w.src->close(w.src);
		return EXIT_FAILURE;
	}
	status = pipeline_run(&w);
	if (!flush(a))
		status = EXIT_FAILURE;
	end_file(a);
	expire(a, false);
	return status;
}

static int take_option(void *ctx, int option)
{
	struct archive *a = ctx;

	switch (option) {
	case OPT_FOLDER:
		a->path = optarg;
		return 0;
	case OPT_SIZE:
		return service_number("--size", optarg, 65536, &a->size);
	case OPT_AGE:
		return service_number("--age", optarg, 525600, &a->age);
	case OPT_LIMIT:
		return service_number("--limit", optarg, 16777216, &a->limit);
	case OPT_DAYS:
		return service_number("--days", optarg, 36500, &a->days);
	default:
		return -1;
	}
}

static int check_options(void *ctx)
{
	const struct archive *a = ctx;

	return a->path ? 0 : complain("archive: where to? try: --folder FOLDER");
}

int main(int argc, char **argv)
{
	static struct archive a = {
		.fd = -1, .size = 64, .age = 60, .limit = 1024, .days = 7,
	};
	const struct service service = {
		.name = "archive", .help = help, .longs = longs, .take = take_option,
		.check = check_options, .ctx = &a, .opt = &a.opt,
	};
	int status = service_begin(&service, argc, argv);

	if (status)
		return status;
	a.folder = service_folder(a.path);
	return a.folder < 0 || interrupt_setup(0) ? EXIT_FAILURE : run(&a);
}
