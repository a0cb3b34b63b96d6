/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rows on their way, on disk: a crash loses none that was committed, and a server
 * that is away for long costs a bounded room.
 */
#ifndef _TOOLS_SPOOL_H
#define _TOOLS_SPOOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct spool_counts - what became of rows; it survives a crash
 * @shipped:	rows that the server has taken
 * @dropped:	rows that were dropped for room
 * @lost:	records that the module overwrote before they were read
 */
struct spool_counts {
	uint64_t shipped;
	uint64_t dropped;
	uint64_t lost;
};

/**
 * struct spool - a folder of segments, files of rows
 * @folder:	its descriptor
 * @limit:	bytes of all segments at most
 * @segment:	bytes of a segment
 * @age:	seconds until a segment is closed, and can be sent
 * @fd:		of the segment that is appended to, -1 for none
 * @number:	of it; they count up
 * @size:	bytes in it
 * @due:	when it will be closed
 * @counts_fd:	of the file of @counts
 * @lock:	of what follows, and of which segments there are
 * @counts:	what became of rows
 * @first:	number of the oldest segment
 * @closed:	number of the first segment that cannot be sent yet
 * @total:	bytes of all segments that are closed
 */
struct spool {
	int folder;
	uint64_t limit;
	uint64_t segment;
	unsigned int age;
	int fd;
	uint64_t number;
	uint64_t size;
	int64_t due;
	int counts_fd;
	pthread_mutex_t lock;
	struct spool_counts counts;
	uint64_t first;
	uint64_t closed;
	uint64_t total;
};

int spool_open(struct spool *s, const char *path);
int spool_append(struct spool *s, const char *rows, size_t len);
void spool_age(struct spool *s);
void spool_close_segment(struct spool *s);
void spool_close(struct spool *s);
void spool_count(struct spool *s, uint64_t shipped, uint64_t dropped,
		 uint64_t lost);
struct spool_counts spool_counts(struct spool *s);
char *spool_oldest(struct spool *s, uint64_t *number, size_t *len);
void spool_shipped(struct spool *s, uint64_t number, uint64_t rows);
bool spool_is_empty(struct spool *s);
uint64_t spool_rows(const char *rows, size_t len);

#endif /* _TOOLS_SPOOL_H */
