/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the first bytes of a captured connection say: core/payload.h, with memory.
 */
#ifndef _TOOLS_FIRST_BYTES_H
#define _TOOLS_FIRST_BYTES_H

#include <stdbool.h>

#include "core/phase.h"
#include "core/payload.h"
#include "sources/captured.h"

/**
 * struct first_bytes - what was read of a connection
 * @payload:	it, or NULL if it has said nothing yet
 * @over:	nothing is read any more
 */
struct first_bytes {
	struct synfin_payload *payload;
	bool over;
};

void first_bytes_segment(struct first_bytes *f, const struct synfin_conn *conn,
			 const struct captured *c, bool names);
void first_bytes_free(struct first_bytes *f);

#endif /* _TOOLS_FIRST_BYTES_H */
