/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a service has come in the ring, kept on disk: what the ring overwrites
 * while the service is not there is counted when it comes back.
 */
#ifndef _TOOLS_PLACE_H
#define _TOOLS_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/source.h"

/**
 * struct place - a place in each part of the ring
 * @fd:		of the file that keeps it, -1 for none
 * @nr:		parts
 * @said:	that it cannot be saved
 * @saved:	what the file has: the boot number of the ring, then the places
 * @now:	what it is to have, as long
 */
struct place {
	int fd;
	size_t nr;
	bool said;
	uint64_t *saved;
	uint64_t *now;
};

int place_open(struct place *p, int folder, uint64_t boot, struct source *src);
void place_note(struct place *p, struct source *src);
void place_save(struct place *p);
void place_close(struct place *p);

#endif /* _TOOLS_PLACE_H */
