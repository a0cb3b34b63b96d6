/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One JSON object a line, for connections and for phases.
 */
#ifndef _TOOLS_VIEW_JSON_H
#define _TOOLS_VIEW_JSON_H

#include "connections/conn.h"
#include "output/out.h"

void json_conn(struct out *out, const struct conn *c, bool bare);
void json_phase(struct out *out, const struct phase *phase);

#endif /* _TOOLS_VIEW_JSON_H */
