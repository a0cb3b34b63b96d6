/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a group's handshakes and closes took, in words and bars.
 */
#ifndef _TOOLS_VIEW_LATENCY_H
#define _TOOLS_VIEW_LATENCY_H

#include "connections/groups.h"
#include "output/out.h"

void latency_show(struct out *out, const struct group *group, unsigned int keys, bool utf8);

#endif /* _TOOLS_VIEW_LATENCY_H */
