// SPDX-License-Identifier: GPL-2.0
/*
 * What one can type.
 */
#include <string.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/helper.h"
#include "output/complain.h"

static int cmd_help(const struct options *opt)
{
	const struct command *command;

	if (!opt->topic)
		return help_all();
	if (is_helper(opt->topic))
		return run_helper((char *[]){ (char *)opt->topic, (char *)"--help",
					      NULL });
	command = command_find(opt->topic);
	return command ? help_command(command) : 2;
}

/* Its options are its own: so its name is looked at before any of them. */
static int cmd_service(const struct options *opt)
{
	complain("%s: has options of its own, which follow it: see synfin %s --help",
		 opt->command->name, opt->command->name);
	return 2;
}

static int cmd_completion(const struct options *opt)
{
	return help_completion(opt->topic);
}

const struct command command_table[] = {
	{ "overview", CMD_OVERVIEW,
	  "how this machine's connections fare (the default)", NULL, cmd_overview },
	{ "conns", CMD_CONNS,
	  "a line for each connection that has ended (with -r the default)", NULL, cmd_conns },
	{ "phases", CMD_PHASES,
	  "a line for each segment that opened or closed one", NULL, cmd_phases },
	{ "ladder", CMD_LADDER,
	  "a drawing of each connection, segment by segment", NULL, cmd_ladder },
	{ "flows", CMD_FLOWS,
	  "the connections that are live now", NULL, cmd_flows },
	{ "listeners", CMD_LISTENERS,
	  "whose queues were full, and which process that is", NULL, cmd_listeners },
	{ "stats", CMD_STATS,
	  "what was counted, and how long handshakes took", NULL, cmd_stats },
	{ "latency", CMD_LATENCY,
	  "how long handshakes took, by service: percentiles and bars", NULL, cmd_latency },
	{ "top", CMD_TOP,
	  "the busiest services, refreshed each second", NULL, cmd_top },
	{ "report", CMD_REPORT,
	  "a page about what there is, with pictures (-o report.html)", NULL, cmd_report },
	{ "record", CMD_RECORD,
	  "write what happens to a file (-o FILE), to be read with -r", NULL, cmd_record },
	{ "archive", CMD_SERVICE,
	  "keep recordings for good, a file after the other", NULL, cmd_service },
	{ "export", CMD_SERVICE,
	  "metrics for Prometheus, on a port or in a file", NULL, cmd_service },
	{ "ship", CMD_SERVICE,
	  "send each connection to ClickHouse", NULL, cmd_service },
	{ "ask", CMD_SERVICE,
	  "ask ClickHouse about the connections of all hosts", NULL, cmd_service },
	{ "help", CMD_HELP,
	  "this text, or what a command can do", "COMMAND", cmd_help },
	{ "completion", CMD_COMPLETION,
	  "completes words for a shell: bash, zsh or fish", "SHELL", cmd_completion },
	{ NULL, 0, NULL, NULL, NULL },
};

static const char *next_name(unsigned int *i)
{
	return command_table[(*i)++].name;
}

/**
 * command_find() - which command is meant
 * @name: what was typed
 *
 * Return: the command, NULL after a message.
 */
const struct command *command_find(const char *name)
{
	const char *closest;

	for (const struct command *c = command_table; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	closest = help_closest(name, next_name);
	if (!access(name, F_OK))
		complain("%s: is a file, no command: try: synfin -r %s, each file with its -r",
			 name, name);
	else if (closest)
		complain("%s: no such command: did you mean %s?", name, closest);
	else
		complain("%s: no such command: try: synfin --help", name);
	return NULL;
}
