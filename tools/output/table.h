/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables that grow a line at a time: the widths are settled before the first row
 * is known, by the terminal, so that a row can be shown when it comes.
 *
 * In a pipe each row has as many words as the headings, and what is not known is a
 * dash, so that awk finds the same in the same place.
 */
#ifndef _TOOLS_TABLE_H
#define _TOOLS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "commands/options.h"
#include "output/out.h"

#define TABLE_COLUMNS	32u

/* Columns up to this rank get narrower before one of them is left out. */
#define TABLE_FIRM	3u

/**
 * struct cell - what a column's function is told, and fills
 * @row:	what the row shows
 * @opt:	the command line
 * @width:	columns there are
 * @bounded:	longer text is cut off: better make it fit
 * @plain:	it is for a program: the same number of words in each row
 * @color:	set to an SGR sequence, or left NULL
 * @text:	to be filled
 */
struct cell {
	const void *row;
	const struct options *opt;
	unsigned int width;
	bool bounded;
	bool plain;
	const char *color;
	char text[256];
};

/**
 * struct column - a column that a table may have
 * @name:	its heading, and its name for -o
 * @rank:	the order in which columns come as the terminal gets wider; equal
 *		ones come together; 0 for those that come by -o only
 * @width:	its width
 * @least:	the same when there is no room
 * @most:	the same when there is room left
 * @right:	its text stands to the right
 * @put:	writes the text, returns its end
 * @number:	what rows are compared by, SYNFIN_NS_NONE for nothing; NULL for the text
 * @help:	what it shows
 */
struct column {
	const char *name;
	uint8_t rank;
	uint8_t width;
	uint8_t least;
	uint8_t most;
	bool right;
	char *(*put)(char *p, struct cell *cell);
	uint64_t (*number)(const void *row);
	const char *help;
};

/**
 * struct table - columns that were chosen
 * @opt:	the command line
 * @all:	those that there are, a name of NULL after the last
 * @bounded:	no line may be longer than the terminal
 * @plain:	it is for a program
 * @headed:	the headings were written
 * @columns:	columns of the terminal
 * @nr:		how many were chosen
 * @chosen:	index in @all
 * @width:	of each
 */
struct table {
	const struct options *opt;
	const struct column *all;
	bool bounded;
	bool plain;
	bool headed;
	unsigned int columns;
	unsigned int nr;
	uint8_t chosen[TABLE_COLUMNS];
	uint8_t width[TABLE_COLUMNS];
};

/* What table_init() came to: go on, or end with this exit status. */
enum table_result { TABLE_READY = -1, TABLE_HELPED = 0, TABLE_FAILED = 1, TABLE_WRONG = 2 };

enum table_result table_init(struct table *t, const struct column *all,
			     const struct options *opt);
void table_row(struct table *t, struct out *out, const void *row);
void table_heading(struct table *t, struct out *out);

/* table_columns.c */
int table_layout(struct table *t);
const struct column *table_find(const struct column *all, const char *option,
				const char *name, size_t len);
int table_help(const struct column *all);

#endif /* _TOOLS_TABLE_H */
