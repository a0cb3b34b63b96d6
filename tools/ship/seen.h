/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which connections a service has dealt with, kept on disk: after a crash the ring
 * still holds them, and they must not count twice, nor may what came since be left
 * out. Numbers of connections are unique while the module is loaded.
 */
#ifndef _TOOLS_SEEN_H
#define _TOOLS_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct seen - connections that were dealt with
 * @folder:	descriptor of the folder that keeps them, -1 for none
 * @fd:		of the file that is appended to
 * @boot:	of the ring that they are from
 * @limit:	numbers in a file; the ring holds fewer connections
 * @nr:		numbers in the file that is appended to
 * @pending:	not written yet
 * @nr_pending:	how many
 * @before:	what the run before dealt with, sorted
 * @nr_before:	how many
 */
struct seen {
	int folder;
	int fd;
	uint64_t boot;
	size_t limit;
	size_t nr;
	uint64_t *pending;
	size_t nr_pending;
	uint64_t *before;
	size_t nr_before;
};

int seen_open(struct seen *s, int folder, uint64_t boot, size_t limit);
bool seen_before(const struct seen *s, uint64_t id);
void seen_add(struct seen *s, uint64_t id);
int seen_save(struct seen *s);
void seen_close(struct seen *s);

#endif /* _TOOLS_SEEN_H */
