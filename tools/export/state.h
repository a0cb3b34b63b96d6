/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter has counted, and up to where in the ring, kept on disk: it goes on
 * from there when it is started again, whoever has seen which scrape.
 */
#ifndef _TOOLS_EXPORT_STATE_H
#define _TOOLS_EXPORT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/tally.h"
#include "sources/source.h"

/**
 * struct state - what is kept
 * @folder:	descriptor of the folder, -1 to keep nothing
 * @boot:	of the ring
 * @lost:	records that the runs before had lost
 * @nr:		parts of the ring
 * @place:	in each of them, up to which all is counted
 * @saved:	a place is as the file has it
 * @said:	that it cannot be saved
 */
struct state {
	int folder;
	uint64_t boot;
	uint64_t lost;
	size_t nr;
	uint64_t *place;
	bool saved;
	bool said;
};

int state_open(struct state *st, const char *path, uint64_t boot, struct tally *t);
int state_begin(struct state *st, struct source *src);
void state_note(struct state *st, struct source *src);
void state_save(struct state *st, const struct tally *t, uint64_t lost);
void state_close(struct state *st);

#endif /* _TOOLS_EXPORT_STATE_H */
