/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cells that several tables have. What is not known is an empty cell.
 */
#ifndef _TOOLS_TABLE_CELLS_H
#define _TOOLS_TABLE_CELLS_H

#include "uapi/synfin.h"
#include "output/table.h"

#define SGR_RED	"\033[31m"
#define SGR_YELLOW	"\033[33m"
#define SGR_DIM	"\033[2m"

char *cell_time(char *p, const struct cell *cell, uint64_t ns);
char *cell_client(char *p, const struct cell *cell,
		  const struct synfin_record_head *head);
char *cell_server(char *p, const struct cell *cell,
		  const struct synfin_record_head *head);
char *cell_duration(char *p, const struct cell *cell, uint64_t ns);
char *cell_bytes(char *p, const struct cell *cell, uint64_t bytes);
char *cell_drop(char *p, unsigned int reason, unsigned int hook);
char *cell_text(char *p, const struct cell *cell, const char *text);
char *cell_cgroup(char *p, struct cell *cell, const char *path, uint64_t id);
char *cell_number(char *p, const struct cell *cell, uint64_t number);
char *cell_endpoint(char *p, const struct options *opt, unsigned int width,
		    unsigned int family, const uint8_t *addr, uint16_t port,
		    const char *service);

#endif /* _TOOLS_TABLE_CELLS_H */
