/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of groups of connections.
 */
#ifndef _TOOLS_VIEW_GROUPS_H
#define _TOOLS_VIEW_GROUPS_H

#include "connections/groups.h"
#include "output/table.h"

/* Those of the keys, and of the figures, and one without a name. */
#define GROUP_COLUMNS	24u

void group_columns(struct column columns[GROUP_COLUMNS], const enum group_key *by,
		   unsigned int nr);
void group_json_keys(const enum group_key *by, unsigned int nr);
void group_json(struct out *out, const void *row);

#endif /* _TOOLS_VIEW_GROUPS_H */
