// SPDX-License-Identifier: GPL-2.0
/*
 * The terminal that top takes over, and gives back.
 */
#include <ncurses.h>
#include <stdlib.h>

#include "commands/top.h"
#include "output/complain.h"

/* It makes words of every day macros. */
#include <term.h>

/**
 * top_begin() - take over the terminal
 * @opt: the command line
 *
 * Return: 0, or -1 after a message.
 */
int top_begin(const struct options *opt)
{
	/* stdin is the keyboard. */
	SCREEN *screen = newterm(NULL, stdout, stdin);

	if (!screen)
		return complain("the terminal '%s' is not known: try: TERM=xterm",
				getenv("TERM") ? getenv("TERM") : "");
	/* Without it lines would come anywhere. */
	if (!tigetstr("cup")) {
		endwin();
		return complain("the terminal '%s' cannot be drawn on: try: synfin top --batch",
				getenv("TERM"));
	}
	set_escdelay(50);
	cbreak();
	noecho();
	curs_set(0);
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	if (opt->color && has_colors()) {
		start_color();
		use_default_colors();
		init_pair(COLOR_OF_FAILURE, COLOR_RED, -1);
		init_pair(COLOR_OF_ODD, COLOR_YELLOW, -1);
	}
	return 0;
}

/**
 * top_end() - give it back
 */
void top_end(void)
{
	endwin();
}
