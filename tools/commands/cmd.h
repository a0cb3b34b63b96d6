/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands. Each returns the exit status of the program.
 */
#ifndef _TOOLS_CMD_H
#define _TOOLS_CMD_H

#include "commands/options.h"

int cmd_conns(const struct options *opt);
int cmd_phases(const struct options *opt);
int cmd_ladder(const struct options *opt);
int cmd_flows(const struct options *opt);
int cmd_stats(const struct options *opt);
int cmd_top(const struct options *opt);
int cmd_record(const struct options *opt);

#endif /* _TOOLS_CMD_H */
