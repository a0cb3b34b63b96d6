/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections of a capture: the module's flow table, for a file.
 */
#ifndef _TOOLS_CAPTURE_H
#define _TOOLS_CAPTURE_H

#include "sources/captured.h"
#include "sources/source.h"

struct capture;

struct capture *capture_new(bool names, bool live);
void capture_free(struct capture *cap);
bool capture_segment(struct capture *cap, struct captured *c,
		     const struct sink *sink);
void capture_copy(struct capture *cap, const struct captured *c);
bool capture_finish(struct capture *cap, const struct sink *sink);
void capture_pass(struct capture *cap, enum synfin_counter reason);
uint64_t capture_passed(const struct capture *cap, enum synfin_counter reason);

#endif /* _TOOLS_CAPTURE_H */
