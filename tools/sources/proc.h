/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text files of the module.
 */
#ifndef _TOOLS_PROC_H
#define _TOOLS_PROC_H

#include <stdio.h>

#define PROC_FLOWS	"/proc/net/synfin/flows"
#define PROC_STATS	"/proc/net/synfin/stats"
#define PROC_LATENCY	"/proc/net/synfin/latency"

#define PROC_SERVICES	"/proc/net/synfin/services"
#define PROC_LISTENERS	"/proc/net/synfin/listeners"

void proc_set_folder(const char *folder);
FILE *proc_open(const char *path);
int proc_close(FILE *file, const char *path);

#endif /* _TOOLS_PROC_H */
