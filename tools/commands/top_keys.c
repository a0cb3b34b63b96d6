// SPDX-License-Identifier: GPL-2.0
/*
 * The keys of top, and what they do.
 */
#include <ncurses.h>
#include <string.h>

#include "commands/top.h"

static const char orders[TOP_ORDERS] = {
	[TOP_RATE] = 'r', [TOP_CONNECTIONS] = 't', [TOP_FAILED] = 'f',
	[TOP_RESETS] = 'x', [TOP_SERVER_RTT] = 's', [TOP_CLIENT_RTT] = 'c',
};

static void type_filter(struct top *top, int key)
{
	size_t len = strlen(top->filter);

	if (key == '\n' || key == KEY_ENTER || key == 27) {
		top->typing = false;
		if (key == 27)
			*top->filter = '\0';
	} else if (key == KEY_BACKSPACE || key == 127 || key == 8) {
		if (len)
			top->filter[len - 1] = '\0';
	} else if (key >= ' ' && key < 127 && len + 1 < sizeof(top->filter)) {
		top->filter[len] = (char)key;
		top->filter[len + 1] = '\0';
	}
}

static void go_in(struct top *top)
{
	size_t selected = top->selected[top->screen];

	if (selected >= top_nr(top) || top->screen == TOP_LADDER)
		return;
	if (top->screen == TOP_GROUPS) {
		strcpy(top->key, top->row[selected]->key[0]);
	} else {
		top_draw_ladder(top);
		if (!top->ladder)
			return;
	}
	top->screen++;
	top->selected[top->screen] = 0;
	top->first[top->screen] = 0;
}

static void move_row(struct top *top, int key)
{
	size_t *selected = &top->selected[top->screen], page = (size_t)LINES / 2;

	switch (key) {
	case KEY_UP:
		*selected -= *selected > 0;
		break;
	case KEY_DOWN:
		++*selected;
		break;
	case KEY_PPAGE:
		*selected -= *selected < page ? *selected : page;
		break;
	case KEY_NPAGE:
		*selected += page;
		break;
	case KEY_HOME:
		*selected = 0;
		break;
	case KEY_END:
		*selected = top_nr(top);
		break;
	default:
		break;
	}
}

static void command(struct top *top, int key)
{
	for (unsigned int i = 0; i < TOP_ORDERS; i++)
		if (key == orders[i])
			top->order = (enum top_order)i;
	switch (key) {
	case '\t':
		if (top->screen == TOP_GROUPS)
			top->view = (top->view + 1) % TOP_VIEWS;
		break;
	case '/':
		top->typing = top->screen == TOP_GROUPS;
		break;
	case 'p':
	case ' ':
		top->paused = !top->paused;
		break;
	case '\n':
	case KEY_ENTER:
	case KEY_RIGHT:
		go_in(top);
		break;
	case 27:
	case KEY_LEFT:
	case KEY_BACKSPACE:
		top->screen -= top->screen > TOP_GROUPS;
		break;
	case KEY_RESIZE:
		if (top->screen == TOP_LADDER)
			top_draw_ladder(top);
		break;
	default:
		move_row(top, key);
		break;
	}
}

/**
 * top_keys() - do what is typed
 * @top: the screen
 * @changed: set if it looks different now
 *
 * Return: false for q.
 */
bool top_keys(struct top *top, bool *changed)
{
	int key;

	while ((key = getch()) != ERR) {
		*changed = true;
		if (key == 'q' && !top->typing)
			return false;
		if (top->typing)
			type_filter(top, key);
		else if (top->help || key == '?')
			top->help = !top->help;
		else
			command(top, key);
	}
	return true;
}
