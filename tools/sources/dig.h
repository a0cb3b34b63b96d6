/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a captured packet to the segments in it.
 */
#ifndef _TOOLS_DIG_H
#define _TOOLS_DIG_H

#include "sources/fragments.h"

/**
 * struct digger - takes packets apart
 * @take:	a segment has been written to @to; sets where the next goes; false if no
 *		more are wanted
 * @ctx:	handed to it
 * @to:		where the next segment goes
 * @unread:	packets that were not read, by enum unread
 * @passed:	packets without a sound segment, by enum synfin_counter
 * @fragments:	what is being put together
 */
struct digger {
	bool (*take)(struct digger *g, void *ctx);
	void *ctx;
	struct captured *to;
	uint64_t unread[UNREAD_NR];
	uint64_t passed[SYNFIN_CNT_NR];
	struct fragments fragments;
};

bool dig_packet(struct digger *g, const struct packet *pkt);
bool dig_finish(struct digger *g);
const char *dig_unread_text(enum unread reason);

#endif /* _TOOLS_DIG_H */
