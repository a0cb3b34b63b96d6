// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of a table.
 */
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "output/fmt.h"
#include "output/table.h"
#include "output/terminal.h"

#define COLOR_OFF	"\033[0m"

/*
 * How many columns text takes: none for what continues a UTF-8 character. Nearly
 * all of it is ASCII, so eight characters are looked at together.
 */
static unsigned int columns_of(const char *text, const char *end)
{
	unsigned int n = 0;
	uint64_t word;

	for (; end - text >= 8; text += 8, n += 8) {
		memcpy(&word, text, sizeof(word));
		if (word & 0x8080808080808080ull)
			break;
	}
	for (; text < end; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Set by SIGWINCH. */
static atomic_bool resized;

static void on_resize(int number)
{
	(void)number;
	resized = true;
}

/**
 * table_init() - choose the columns
 * @t:		to be filled
 * @all:	the columns that there are; a name of NULL after the last
 * @opt:	the command line: -o, headings, colours
 *
 * Return: whether to go on.
 */
enum table_result table_init(struct table *t, const struct column *all,
			     const struct options *opt)
{
	*t = (struct table){
		.opt = opt, .all = all, .plain = !terminal_is_terminal(),
	};
	if (opt->columns && !strcmp(opt->columns, "help"))
		return table_help(all) ? TABLE_FAILED : TABLE_HELPED;
	signal(SIGWINCH, on_resize);
	return table_layout(t) ? TABLE_WRONG : TABLE_READY;
}

static char *pad(char *p, unsigned int width, unsigned int used)
{
	if (width <= used)
		return p;
	memset(p, ' ', width - used);
	return p + width - used;
}

/*
 * Cuts off what does not fit; the cell's function knows better ways. A mark says so:
 * half a number would be another number.
 */
static char *cut(char *text, char *end, unsigned int width, bool utf8)
{
	char *last = text;

	if (columns_of(text, end) <= width)
		return end;
	for (char *p = text; p < end; p++) {
		if ((*p & 0xc0) == 0x80)
			continue;
		if (!width--)
			break;
		last = p;
	}
	return fmt_text(last, utf8 ? "\xe2\x80\xa6" : "~");
}

static char *put_cell(char *p, const struct table *t, unsigned int i,
		      struct cell *cell, char *end)
{
	const struct column *col = &t->all[t->chosen[i]];
	const char *color = t->opt->color ? cell->color : NULL;
	unsigned int used;

	if (end == cell->text && t->plain)
		*end++ = '-';
	if (t->bounded)
		end = cut(cell->text, end, t->width[i], t->opt->utf8);
	used = columns_of(cell->text, end);
	if (col->right)
		p = pad(p, t->width[i], used);
	if (color)
		p = fmt_text(p, color);
	memcpy(p, cell->text, (size_t)(end - cell->text));
	p += end - cell->text;
	if (color)
		p = FMT_LITERAL(p, COLOR_OFF);
	if (!col->right)
		p = pad(p, t->width[i], used);
	if (i + 1 < t->nr)
		*p++ = ' ';
	return p;
}

static void put_line(struct out *out, char *start, char *p)
{
	while (p > start && p[-1] == ' ')
		p--;
	*p++ = '\n';
	out_used(out, p);
}

/**
 * table_heading() - write the line of headings, unless it was, or is not wanted
 * @t:	the table
 * @out: where to
 */
void table_heading(struct table *t, struct out *out)
{
	char *start = out_room(out, OUT_ROOM), *p = start;
	struct cell cell = { .color = NULL };

	if (t->headed || !t->opt->headings)
		return;
	t->headed = true;
	for (unsigned int i = 0; i < t->nr; i++) {
		const char *name = t->all[t->chosen[i]].name;
		char *end = fmt_text(cell.text, name);

		/* Its cells are two words there. */
		if (t->plain && !strcmp(name, "OUTCOME"))
			end = FMT_LITERAL(end, " BY");
		p = put_cell(p, t, i, &cell, end);
	}
	put_line(out, start, p);
}

/**
 * table_row() - write a row, and the headings above the first
 * @t:	the table
 * @out: where to
 * @row: what the columns' functions get
 */
void table_row(struct table *t, struct out *out, const void *row)
{
	char *start, *p;

	if (resized) {
		resized = false;
		table_layout(t);
		t->headed = false;
	}
	table_heading(t, out);
	start = out_room(out, OUT_ROOM);
	p = start;
	for (unsigned int i = 0; i < t->nr; i++) {
		struct cell cell;
		char *end;

		cell.row = row;
		cell.opt = t->opt;
		cell.width = t->width[i];
		cell.bounded = t->bounded;
		cell.plain = t->plain;
		cell.color = NULL;
		end = t->all[t->chosen[i]].put(cell.text, &cell);
		p = put_cell(p, t, i, &cell, end);
	}
	put_line(out, start, p);
}
