// SPDX-License-Identifier: GPL-2.0
/*
 * Help, made of the tables of commands and options.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cmd.h"
#include "output/complain.h"
#include "output/terminal.h"

#define HELP_AT		27
#define HELP_NARROW	8	/* where there is no room for two columns */

static unsigned int help_at = HELP_AT;

/* Two columns want 60. */
static void fit_terminal(void)
{
	bool bounded;

	if (terminal_width(&bounded) < 60 && bounded)
		help_at = HELP_NARROW;
}

/**
 * help_said() - nobody has read it if it could not be written
 *
 * Return: the exit status.
 */
int help_said(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_SUCCESS;
	/* Who has read enough of it has gone. */
	if (errno == EPIPE)
		return EXIT_SUCCESS;
	complain("stdout: the help could not be written");
	return EXIT_FAILURE;
}

static void put_option(const struct option_row *row)
{
	char text[64], value[32] = "";
	unsigned int used;

	if (row->argument)
		snprintf(value, sizeof(value), row->optional ? "[=%s]" : " %s",
			 row->argument);
	if (row->letter)
		snprintf(text, sizeof(text), "  -%c, --%s%s", row->letter, row->name,
			 value);
	else
		snprintf(text, sizeof(text), "      --%s%s", row->name, value);
	used = (unsigned int)printf("%-*s", (int)help_at - 1, text);
	if (used > help_at - 1) {
		printf("\n%*s", (int)help_at - 1, "");
		used = help_at - 1;
	}
	terminal_wrap(row->help, used, help_at - 1);
}

static void put_options(uint32_t commands)
{
	const char *section = NULL;

	for (const struct option_row *row = option_table; row->name; row++) {
		if (!(row->commands & commands))
			continue;
		if (!section || strcmp(section, row->section))
			printf("\n%s:\n", row->section);
		section = row->section;
		put_option(row);
	}
}

/**
 * help_all() - what there is
 *
 * Return: the exit status.
 */
int help_all(void)
{
	fit_terminal();
	terminal_wrap("Usage: synfin [COMMAND] [OPTION...]", 0, 0);
	putchar('\n');
	terminal_wrap("Shows how TCP connections open and close.", 0, 0);
	putchar('\n');
	terminal_wrap("Commands (synfin COMMAND --help tells the options of one):", 0, 0);
	for (const struct command *c = command_table; c->name; c++)
		terminal_wrap(c->help, (unsigned int)printf("  %-11s", c->name),
			      help_at < HELP_AT ? HELP_NARROW : 13);
	put_options((uint32_t)CMD_ALL);
	putchar('\n');
	terminal_wrap("The exit status is 0, 1 if something failed, 2 if the usage was wrong.",
		      0, 0);
	return help_said();
}

/**
 * help_command() - what a command can do
 * @command: the command
 *
 * Return: the exit status.
 */
int help_command(const struct command *command)
{
	unsigned int used;

	fit_terminal();
	used = (unsigned int)printf("Usage: synfin %s", command->name);
	if (command->topic)
		used += (unsigned int)printf(" [%s]", command->topic);
	terminal_wrap("[OPTION...]", used, 0);
	putchar('\n');
	terminal_wrap(command->help, (unsigned int)printf("%s:", command->name), 0);
	put_options(command->bit);
	return help_said();
}

/**
 * help_version() - which version this is
 *
 * Return: the exit status.
 */
int help_version(void)
{
	printf("synfin %s (records of version %d)\n", SYNFIN_RELEASE, SYNFIN_VERSION);
	return help_said();
}

/* How many letters have to change, come, go or be swapped. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[3][32], la = (unsigned int)strlen(a);
	unsigned int lb = (unsigned int)strlen(b), best;

	if (la > 30 || lb > 30)
		return 99;
	for (unsigned int j = 0; j <= lb; j++)
		row[0][j] = j;
	for (unsigned int i = 1; i <= la; i++) {
		unsigned int *now = row[i % 3], *above = row[(i - 1) % 3];
		const unsigned int *higher = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned int j = 1; j <= lb; j++) {
			best = above[j - 1] + (a[i - 1] != b[j - 1]);
			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && higher[j - 2] + 1 < best)
				best = higher[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[la % 3][lb];
}

/**
 * help_closest() - what may have been meant
 * @word:	what was typed
 * @next:	gives the known words, one after the other, then NULL
 *
 * Return: the known word that is most like it, NULL if none is.
 */
const char *help_closest(const char *word, const char *(*next)(unsigned int *i))
{
	unsigned int i = 0, least = (unsigned int)strlen(word) / 3 + 1;
	const char *known, *closest = NULL;

	while ((known = next(&i))) {
		unsigned int d = distance(word, known);

		/* Of a short word all is changed by two letters. */
		if (d < 3 && 2 * d <= strlen(word) && (!closest || d < least)) {
			least = d;
			closest = known;
		}
	}
	return closest;
}
