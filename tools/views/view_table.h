/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables of connections and of phases.
 */
#ifndef _TOOLS_VIEW_TABLE_H
#define _TOOLS_VIEW_TABLE_H

#include "connections/conn.h"
#include "output/table.h"

extern const struct column table_conns[];
extern const struct column table_phases[];

#endif /* _TOOLS_VIEW_TABLE_H */
