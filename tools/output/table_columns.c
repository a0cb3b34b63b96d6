// SPDX-License-Identifier: GPL-2.0
/*
 * Which columns a table has, and how wide they are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "output/complain.h"
#include "output/table.h"
#include "output/terminal.h"

static bool is_time(const struct column *col)
{
	return !strcmp(col->name, "TIME");
}

/* Who asks for a time wants to see it. */
static unsigned int rank_of(const struct table *t, const struct column *col)
{
	return is_time(col) && t->opt->time_given ? TABLE_FIRM : col->rank;
}

static uint8_t width_of(const struct table *t, const struct column *col, uint8_t width)
{
	static const uint8_t times[] = {
		[TIME_ISO] = 27, [TIME_EPOCH] = 20, [TIME_RELATIVE] = 12,
	};

	return is_time(col) && t->opt->time != TIME_LOCAL ? times[t->opt->time] : width;
}

static uint8_t least_of(const struct table *t, unsigned int i)
{
	const struct column *col = &t->all[t->chosen[i]];

	return width_of(t, col, col->least);
}

static unsigned int total(const struct table *t)
{
	unsigned int sum = t->nr ? t->nr - 1 : 0;

	for (unsigned int i = 0; i < t->nr; i++)
		sum += t->width[i];
	return sum;
}

static unsigned int total_least(const struct table *t)
{
	unsigned int sum = t->nr ? t->nr - 1 : 0;

	for (unsigned int i = 0; i < t->nr; i++)
		sum += least_of(t, i);
	return sum;
}

static void add(struct table *t, const struct column *col)
{
	if (t->nr == TABLE_COLUMNS)
		return;
	t->width[t->nr] = width_of(t, col, col->width);
	t->chosen[t->nr++] = (uint8_t)(col - t->all);
}

static void choose_rank(struct table *t, unsigned int rank)
{
	t->nr = 0;
	for (const struct column *col = t->all; col->name; col++)
		if (rank_of(t, col) && rank_of(t, col) <= rank)
			add(t, col);
}

/* As many as fit beside @taken columns, the most telling first. */
static void choose(struct table *t, unsigned int taken)
{
	unsigned int rank, last = 1;

	for (const struct column *col = t->all; col->name; col++)
		if (rank_of(t, col) > last)
			last = rank_of(t, col);
	for (rank = 2; rank <= last; rank++) {
		choose_rank(t, rank);
		if ((rank <= TABLE_FIRM ? total_least(t) : total(t)) + taken >
		    t->columns)
			break;
	}
	choose_rank(t, rank - 1);
}

/**
 * table_find() - a column by its name
 * @all:	the columns that there are
 * @option:	that names it, for the message
 * @name:	of the column
 * @len:	of @name
 *
 * Return: the column, NULL after a message.
 */
const struct column *table_find(const struct column *all, const char *option,
				const char *name, size_t len)
{
	char text[512] = "";

	for (const struct column *col = all; col->name; col++) {
		if (strlen(col->name) == len && !strncasecmp(col->name, name, len))
			return col;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 col == all ? "" : ",", col->name);
	}
	complain("%s: no column '%.*s': try some of: %s", option, (int)len, name, text);
	return NULL;
}

/* Adds the columns of a list of names; without a table, says how wide they are. */
static int add_named(struct table *t, const char *names, unsigned int *taken)
{
	for (;;) {
		size_t len = strcspn(names, ",");
		const struct column *col = table_find(t->all, "-o", names, len);

		if (!col)
			return -1;
		if (taken)
			*taken += width_of(t, col, col->width) + 1u;
		else
			add(t, col);
		if (!names[len])
			return 0;
		names += len + 1;
	}
}

static int choose_named(struct table *t, const char *names)
{
	unsigned int taken = 0;

	t->nr = 0;
	if (*names != '+')
		return add_named(t, names, NULL);
	if (add_named(t, names + 1, &taken))
		return -1;
	choose(t, taken);
	return add_named(t, names + 1, NULL);
}

/* Too narrow: the widest column that can be told from less gives way. */
static void shrink(struct table *t)
{
	while (total(t) > t->columns) {
		unsigned int i, widest = t->nr;

		for (i = 0; i < t->nr; i++)
			if (t->width[i] > least_of(t, i) &&
			    (widest == t->nr || t->width[i] > t->width[widest]))
				widest = i;
		if (widest == t->nr)
			return;
		t->width[widest]--;
	}
}

/* Still too narrow: the last ones are left out, and what is left is cut off. */
static void clip(struct table *t)
{
	while (t->nr > 1 && total(t) > t->columns)
		t->nr--;
	if (t->nr && t->width[0] > t->columns)
		t->width[0] = (uint8_t)t->columns;
}

/* Room is left: columns that have use for it take it, a bit each. */
static void grow(struct table *t)
{
	bool changed = true;

	while (changed && total(t) < t->columns) {
		changed = false;
		for (unsigned int i = 0; i < t->nr; i++) {
			if (t->width[i] >= t->all[t->chosen[i]].most ||
			    total(t) >= t->columns)
				continue;
			t->width[i]++;
			changed = true;
		}
	}
}

/**
 * table_layout() - choose columns for the terminal as it is now
 * @t: the table
 *
 * Return: 0, or -1 after a message.
 */
int table_layout(struct table *t)
{
	t->columns = terminal_width(&t->bounded);
	if (!t->opt->columns)
		choose(t, 0);
	else if (choose_named(t, t->opt->columns))
		return -1;
	shrink(t);
	if (t->bounded) {
		clip(t);
		grow(t);
	}
	return 0;
}

/**
 * table_help() - which columns there are
 * @all: the columns
 *
 * Return: 0, or -1 if it could not be written.
 */
int table_help(const struct column *all)
{
	for (; all->name; all++)
		terminal_wrap(all->help, (unsigned int)printf("%-10s", all->name), 10);
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE)
		return 0;
	return complain("stdout: the columns could not be written");
}
