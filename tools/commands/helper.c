// SPDX-License-Identifier: GPL-2.0
/*
 * Commands that are programs of their own, because they need libraries that the
 * reader does not. They are beside the reader, where both were built, or in the
 * folder that they were installed to.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/helper.h"
#include "output/complain.h"
#include "output/util.h"

static const struct {
	const char *command;
	const char *program;
} helpers[] = {
	{ "archive", "synfin-archive" },
	{ "export", "synfin-export" },
	{ "ship", "synfin-ship" },
	{ "ask", "synfin-ship" },
};

static const char *program_of(const char *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		if (!strcmp(helpers[i].command, command))
			return helpers[i].program;
	return NULL;
}

/**
 * is_helper() - is a command a program of its own?
 * @command: its name
 *
 * Return: true if it is.
 */
bool is_helper(const char *command)
{
	return program_of(command);
}

/**
 * run_helper() - become that program
 * @argv: the command and its arguments
 *
 * Return: the exit status, after a message; if all is well, not at all.
 */
int run_helper(char **argv)
{
	const char *program = program_of(argv[0]);
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 64);

	while (len > 0 && path[len - 1] != '/')
		len--;
	if (len > 0) {
		strcpy(path + len, program);
		execv(path, argv);
	}
	snprintf(path, sizeof(path), "%s/%s", SYNFIN_LIBEXEC, program);
	execv(path, argv);
	complain_file(path, errno, errno == ENOENT ?
		      "this synfin was built without it" : NULL);
	return EXIT_FAILURE;
}
