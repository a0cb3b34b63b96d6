// SPDX-License-Identifier: GPL-2.0
/*
 * What stdout can show.
 */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "output/terminal.h"

/**
 * terminal_is_terminal() - is stdout one?
 *
 * Return: true if it is.
 */
bool terminal_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

/**
 * terminal_has_utf8() - does the locale of the terminal have more than ASCII?
 *
 * Return: true if it has; false for a pipe, which gets plain text.
 */
bool terminal_has_utf8(void)
{
	return terminal_is_terminal() && !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/**
 * terminal_has_color() - are colours wanted there? (no-color.org)
 *
 * Return: true if they are.
 */
bool terminal_has_color(void)
{
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");

	return terminal_is_terminal() && term && strcmp(term, "dumb") &&
	       (!no_color || !*no_color);
}

/**
 * terminal_width() - how many columns there are
 * @bounded: set to whether a line must not be longer; if stdout is a pipe and
 *	nobody said how wide, it may
 *
 * Return: the columns.
 */
unsigned int terminal_width(bool *bounded)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };

	*bounded = true;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	if (columns && atoi(columns) > 0)
		return (unsigned int)atoi(columns);
	*bounded = terminal_is_terminal();
	return TERM_WIDTH;
}

/**
 * terminal_width_of() - how many columns another descriptor has
 * @fd: the descriptor
 *
 * Return: the columns, 0 if it is no terminal.
 */
unsigned int terminal_width_of(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };

	if (!isatty(fd))
		return 0;
	if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	/* Of a serial line, say, nobody knows. */
	return columns && atoi(columns) > 0 ? (unsigned int)atoi(columns) : TERM_WIDTH;
}

/**
 * terminal_wrap() - print a text, and a newline, in lines as long as there is room for
 * @text: the text
 * @used: columns of the first line that have something in them
 * @at:	  where the other lines begin
 */
void terminal_wrap(const char *text, unsigned int used, unsigned int at)
{
	bool bounded;
	unsigned int width = terminal_width(&bounded);

	/* Letters in the last column make some terminals begin another line. */
	if (!bounded || width >= TERM_WIDTH)
		width = TERM_WIDTH - 1;
	while (*text) {
		unsigned int len = (unsigned int)strcspn(text, " ");

		if (used > at && used + 1 + len > width) {
			printf("\n%*s", (int)at, "");
			used = at;
		}
		printf("%s%.*s", used ? " " : "", (int)len, text);
		used += !!used + len;
		text += len;
		text += *text == ' ';
	}
	putchar('\n');
}
