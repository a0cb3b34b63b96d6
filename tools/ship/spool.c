// SPDX-License-Identifier: GPL-2.0
/*
 * Segments are files of whole rows, "rows.NUMBER", the oldest with the smallest
 * number. One is appended to, the others wait to be sent. Rows are counted as
 * dropped before they are, so that a crash between the two reports too many, never
 * too few. Nothing is synced to disk: a crash of this program loses nothing, one of
 * the machine ends what the ring holds as well.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output/complain.h"
#include "ship/spool.h"

#define COUNTS	"counts"
#define PREFIX	"rows."
#define NAME	32

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void name_of(char name[NAME], uint64_t number)
{
	snprintf(name, NAME, PREFIX "%020" PRIu64, number);
}

static int open_segment(const struct spool *s, uint64_t number, int flags)
{
	char name[NAME];

	name_of(name, number);
	return openat(s->folder, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static uint64_t size_of(const struct spool *s, uint64_t number)
{
	char name[NAME];
	struct stat st;

	name_of(name, number);
	return fstatat(s->folder, name, &st, AT_SYMLINK_NOFOLLOW) ? 0 :
	       (uint64_t)st.st_size;
}

/**
 * spool_rows() - count rows
 * @rows: their text
 * @len: its length
 *
 * Return: how many there are.
 */
uint64_t spool_rows(const char *rows, size_t len)
{
	const char *end = rows + len;
	uint64_t nr = 0;

	while (rows < end && (rows = memchr(rows, '\n', (size_t)(end - rows)))) {
		rows++;
		nr++;
	}
	return nr;
}

/* In place: the file keeps its block when the disk is full. */
static void write_counts(const struct spool *s)
{
	const struct spool_counts counts = s->counts;

	if (pwrite(s->counts_fd, &counts, sizeof(counts), 0) != sizeof(counts))
		complain_file(COUNTS, errno, NULL);
}

/**
 * spool_count() - add to the counts
 * @s:		the spool
 * @shipped:	rows
 * @dropped:	rows
 * @lost:	records
 */
void spool_count(struct spool *s, uint64_t shipped, uint64_t dropped,
		 uint64_t lost)
{
	pthread_mutex_lock(&s->lock);
	s->counts.shipped += shipped;
	s->counts.dropped += dropped;
	s->counts.lost += lost;
	write_counts(s);
	pthread_mutex_unlock(&s->lock);
}

/**
 * spool_counts() - the counts
 * @s: the spool
 *
 * Return: them.
 */
struct spool_counts spool_counts(struct spool *s)
{
	struct spool_counts counts;

	pthread_mutex_lock(&s->lock);
	counts = s->counts;
	pthread_mutex_unlock(&s->lock);
	return counts;
}

/* Finds the segments that there are, and the range of their numbers. */
static int scan(struct spool *s)
{
	DIR *dir = fdopendir(openat(s->folder, ".", O_RDONLY | O_DIRECTORY |
				    O_CLOEXEC));
	struct dirent *entry;
	uint64_t number;
	char name[NAME];

	if (!dir)
		return complain_file("spool", errno, NULL);
	s->first = UINT64_MAX;
	s->number = 0;
	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, PREFIX "%20" SCNu64, &number) != 1)
			continue;
		name_of(name, number);
		if (strcmp(name, entry->d_name))
			continue;
		s->total += size_of(s, number);
		if (number < s->first)
			s->first = number;
		if (number >= s->number)
			s->number = number + 1;
	}
	closedir(dir);
	if (s->first == UINT64_MAX)
		s->first = s->number;
	s->closed = s->number;
	return 0;
}

/* A row that the crash of the run before has cut off is no row. */
static int mend_last(struct spool *s)
{
	uint64_t size;
	char text[4096];
	int fd, err = 0;

	if (s->first == s->number)
		return 0;
	fd = open_segment(s, s->number - 1, O_RDWR);
	if (fd < 0)
		return errno == ENOENT ? 0 : complain_file(PREFIX, errno, NULL);
	for (size = size_of(s, s->number - 1); size;) {
		size_t part = size < sizeof(text) ? size : sizeof(text);
		ssize_t n = pread(fd, text, part, (off_t)(size - part));
		char *end = n > 0 ? memrchr(text, '\n', (size_t)n) : NULL;

		if (end) {
			size = size - part + (size_t)(end - text) + 1;
			break;
		}
		size -= part;
	}
	if (ftruncate(fd, (off_t)size))
		err = complain_file(PREFIX, errno, NULL);
	close(fd);
	return err;
}

/**
 * spool_open() - open the folder, with what the run before left
 * @s:		with limits filled in
 * @path:	of the folder; only its owner should be able to read it
 *
 * Return: 0, or -1 after a message.
 */
int spool_open(struct spool *s, const char *path)
{
	struct flock lock = { .l_type = F_WRLCK };

	s->fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	s->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder < 0)
		return complain_file(path, errno, NULL);
	s->counts_fd = openat(s->folder, COUNTS, O_RDWR | O_CREAT | O_CLOEXEC |
			      O_NOFOLLOW, 0600);
	if (s->counts_fd < 0)
		return complain_file(path, errno, NULL);
	if (fcntl(s->counts_fd, F_SETLK, &lock))
		return complain("%s: another synfin ship uses it", path);
	if (pread(s->counts_fd, &s->counts, sizeof(s->counts), 0) !=
	    sizeof(s->counts))
		memset(&s->counts, 0, sizeof(s->counts));
	write_counts(s);
	return scan(s) ? -1 : mend_last(s);
}

/* With the lock held. Return: false if there is nothing to drop. */
static bool drop_oldest(struct spool *s)
{
	uint64_t size;
	char name[NAME], *text;
	int fd;

	while (s->first < s->closed) {
		fd = open_segment(s, s->first, O_RDONLY);
		size = size_of(s, s->first);
		text = fd < 0 || !size ? NULL : malloc(size);
		if (text && read(fd, text, size) == (ssize_t)size)
			s->counts.dropped += spool_rows(text, size);
		if (fd >= 0)
			close(fd);
		free(text);
		write_counts(s);
		name_of(name, s->first++);
		unlinkat(s->folder, name, 0);
		s->total -= size < s->total ? size : s->total;
		if (size)
			return true;
	}
	return false;
}

static void make_room(struct spool *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->total + s->segment > s->limit && drop_oldest(s))
		;
	pthread_mutex_unlock(&s->lock);
}

static int begin_segment(struct spool *s)
{
	make_room(s);
	s->fd = open_segment(s, s->number, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
	if (s->fd < 0)
		return -1;
	s->size = 0;
	s->due = now() + s->age;
	return 0;
}

/**
 * spool_close_segment() - let what was appended be sent
 * @s: the spool
 */
void spool_close_segment(struct spool *s)
{
	if (s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
	pthread_mutex_lock(&s->lock);
	s->total += s->size;
	s->closed = ++s->number;
	pthread_mutex_unlock(&s->lock);
}

/**
 * spool_age() - close the segment if it is old
 * @s: the spool
 */
void spool_age(struct spool *s)
{
	if (s->fd >= 0 && now() >= s->due)
		spool_close_segment(s);
}

/**
 * spool_append() - commit rows
 * @s:	the spool
 * @rows: whole rows
 * @len: bytes
 *
 * Return: 0; or an errno if they cannot be written now, as on a full disk: what is
 * sent meanwhile makes room.
 */
int spool_append(struct spool *s, const char *rows, size_t len)
{
	ssize_t n;
	int err;

	if (s->fd < 0 && begin_segment(s))
		return errno;
	n = write(s->fd, rows, len);
	if (n == (ssize_t)len) {
		s->size += len;
		if (s->size >= s->segment)
			spool_close_segment(s);
		return 0;
	}
	err = n < 0 ? errno : ENOSPC;
	/* What is whole in it can be sent, which is the way out. */
	if ((n > 0 && ftruncate(s->fd, (off_t)s->size)) || s->size)
		spool_close_segment(s);
	return err;
}

/**
 * spool_oldest() - what is to be sent next
 * @s:	the spool
 * @number: set to the segment's
 * @len: set to its length
 *
 * Return: its rows, to be freed; NULL if there is none, or it cannot be read now.
 */
char *spool_oldest(struct spool *s, uint64_t *number, size_t *len)
{
	char *text = NULL;
	int fd = -1;

	pthread_mutex_lock(&s->lock);
	for (; s->first < s->closed; s->first++) {
		*number = s->first;
		*len = size_of(s, s->first);
		fd = open_segment(s, s->first, O_RDONLY);
		if (fd >= 0 && *len)
			break;
		if (fd >= 0) {
			char name[NAME];

			name_of(name, s->first);
			unlinkat(s->folder, name, 0);
			close(fd);
			fd = -1;
		} else if (errno != ENOENT) {
			break;
		}
	}
	pthread_mutex_unlock(&s->lock);
	if (fd < 0)
		return NULL;
	text = malloc(*len);
	if (text && read(fd, text, *len) != (ssize_t)*len) {
		free(text);
		text = NULL;
	}
	close(fd);
	return text;
}

/**
 * spool_shipped() - the server has a segment
 * @s:	the spool
 * @number: of the segment; it may have been dropped meanwhile
 * @rows: in it
 */
void spool_shipped(struct spool *s, uint64_t number, uint64_t rows)
{
	char name[NAME];
	uint64_t size;

	spool_count(s, rows, 0, 0);
	pthread_mutex_lock(&s->lock);
	if (s->first == number) {
		size = size_of(s, number);
		s->total -= size < s->total ? size : s->total;
		s->first++;
		name_of(name, number);
		unlinkat(s->folder, name, 0);
	}
	pthread_mutex_unlock(&s->lock);
}

/**
 * spool_is_empty() - is there nothing to send?
 * @s: the spool
 *
 * Return: true if so.
 */
bool spool_is_empty(struct spool *s)
{
	bool empty;

	pthread_mutex_lock(&s->lock);
	empty = s->first >= s->closed;
	pthread_mutex_unlock(&s->lock);
	return empty;
}

/**
 * spool_close() - close it; what was not sent stays for the next run
 * @s: the spool
 */
void spool_close(struct spool *s)
{
	spool_close_segment(s);
	close(s->counts_fd);
	close(s->folder);
}
