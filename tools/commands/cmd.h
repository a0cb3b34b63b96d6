/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands. Each returns the exit status of the program.
 */
#ifndef _TOOLS_CMD_H
#define _TOOLS_CMD_H

#include "commands/options.h"

/* What struct option_row says of commands. */
enum {
	CMD_CONNS	= 1 << 0,
	CMD_PHASES	= 1 << 1,
	CMD_LADDER	= 1 << 2,
	CMD_FLOWS	= 1 << 3,
	CMD_STATS	= 1 << 4,
	CMD_TOP		= 1 << 5,
	CMD_RECORD	= 1 << 6,
	CMD_HELP	= 1 << 7,
	CMD_COMPLETION	= 1 << 8,
	CMD_LATENCY	= 1 << 9,
	CMD_OVERVIEW	= 1 << 10,
	CMD_REPORT	= 1 << 11,
	CMD_LISTENERS	= 1 << 12,
	CMD_SERVICE	= 1 << 13,
	CMD_ALL		= -1,
};

/**
 * struct command - something that one can type after "synfin"
 * @name:	what one types
 * @bit:	CMD_*
 * @help:	what it does
 * @topic:	the name of a word that may follow, or NULL
 * @run:	does it
 */
struct command {
	const char *name;
	uint32_t bit;
	const char *help;
	const char *topic;
	int (*run)(const struct options *opt);
};

/* command_table.c: ends with a name of NULL */
extern const struct command command_table[];

const struct command *command_find(const char *name);

int cmd_conns(const struct options *opt);
int cmd_phases(const struct options *opt);
int cmd_ladder(const struct options *opt);
int cmd_flows(const struct options *opt);
int cmd_listeners(const struct options *opt);
int cmd_stats(const struct options *opt);
int cmd_top(const struct options *opt);
int cmd_groups(const struct options *opt);
int cmd_overview(const struct options *opt);
int cmd_latency(const struct options *opt);
int cmd_report(const struct options *opt);
int cmd_record(const struct options *opt);

#endif /* _TOOLS_CMD_H */
