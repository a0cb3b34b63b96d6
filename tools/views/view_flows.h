/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Live connections, as a table and as objects.
 */
#ifndef _TOOLS_VIEW_FLOWS_H
#define _TOOLS_VIEW_FLOWS_H

#include "output/table.h"

extern const struct column flow_columns[];

void flow_json(struct out *out, const void *row);

#endif /* _TOOLS_VIEW_FLOWS_H */
