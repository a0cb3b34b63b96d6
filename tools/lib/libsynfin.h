/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * libsynfin: reads the records of the kernel module synfin, from its ring or from a
 * recording (synfin record), in the order in which they were written.
 *
 *	struct synfin_reader *r = synfin_open(NULL, SYNFIN_FOLLOW);
 *	const union synfin_record *rec;
 *
 *	while ((rec = synfin_next(r, -1)))
 *		if (rec->head.type == SYNFIN_RECORD_CONN)
 *			puts(synfin_open_name(rec->conn.opening));
 *	if (synfin_error(r))
 *		fprintf(stderr, "%s\n", synfin_error(r));
 *	synfin_close(r);
 *
 * What a record says is in uapi/synfin.h. A reader is for one thread at a time.
 */
#ifndef _LIBSYNFIN_H
#define _LIBSYNFIN_H

#include <stdint.h>

#include "uapi/synfin.h"

#ifdef __cplusplus
extern "C" {
#endif

struct synfin_reader;

/* Flags of synfin_open(). */
#define SYNFIN_FOLLOW	1u	/* at the end of what there is, wait for more */

/*
 * Opens a recording, compressed or not, or with NULL the ring, for which one has to be
 * root. Returns NULL on failure; synfin_error(NULL) then says why.
 */
struct synfin_reader *synfin_open(const char *file, unsigned int flags);

/*
 * Returns the next record, whole and checked, good until the next call. NULL: that was
 * all, or it failed (synfin_error()), or none came in this time, of which -1 is for
 * ever (then synfin_ended() is 0).
 */
const union synfin_record *synfin_next(struct synfin_reader *r, int milliseconds);

int synfin_ended(const struct synfin_reader *r);
/* Records that were overwritten in the ring before they could be read. */
uint64_t synfin_lost(struct synfin_reader *r);
/* What failed, NULL if nothing did. */
const char *synfin_error(const struct synfin_reader *r);
void synfin_close(struct synfin_reader *r);

/* The words for enum synfin_phase, synfin_open, synfin_close and synfin_closed_by. */
const char *synfin_phase_name(unsigned int phase);
const char *synfin_open_name(unsigned int opening);
const char *synfin_close_name(unsigned int closing);
const char *synfin_closed_by_name(unsigned int closed_by);

#ifdef __cplusplus
}
#endif

#endif /* _LIBSYNFIN_H */
