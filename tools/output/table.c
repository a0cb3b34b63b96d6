// SPDX-License-Identifier: GPL-2.0
/*
 * Tables that grow a line at a time. (libsmartcols sets the widths when it knows
 * all rows; here the first must be on the screen before the second exists.)
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "output/complain.h"
#include "output/fmt.h"
#include "output/table.h"
#include "output/term.h"

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

static unsigned int total(const struct table *t)
{
	unsigned int sum = t->nr ? t->nr - 1 : 0;

	for (unsigned int i = 0; i < t->nr; i++)
		sum += t->width[i];
	return sum;
}

static void choose_rank(struct table *t, unsigned int rank)
{
	t->nr = 0;
	for (unsigned int i = 0; t->all[i].name; i++) {
		if (!t->all[i].rank || t->all[i].rank > rank)
			continue;
		t->width[t->nr] = t->all[i].width;
		t->chosen[t->nr++] = (uint8_t)i;
	}
}

/* As many as fit, the most telling first. */
static void choose(struct table *t)
{
	unsigned int rank, last = 1;

	for (unsigned int i = 0; t->all[i].name; i++)
		if (t->all[i].rank > last)
			last = t->all[i].rank;
	for (rank = 2; rank <= last; rank++) {
		choose_rank(t, rank);
		if (total(t) > t->columns)
			break;
	}
	choose_rank(t, rank - 1);
}

static int choose_named(struct table *t, const char *names)
{
	const char *name, *end;
	unsigned int i;

	t->nr = 0;
	for (name = names; ; name = end + 1) {
		size_t len = strcspn(name, ",");

		end = name + len;
		for (i = 0; t->all[i].name; i++)
			if (strlen(t->all[i].name) == len &&
			    !strncasecmp(t->all[i].name, name, len))
				break;
		if (!t->all[i].name || t->nr == TABLE_COLUMNS)
			break;
		t->width[t->nr] = t->all[i].width;
		t->chosen[t->nr++] = (uint8_t)i;
		if (!*end)
			return 0;
	}
	complain("-o: no column '%.*s': try some of:", (int)(end - name), name);
	for (i = 0; t->all[i].name; i++)
		fprintf(stderr, "%s%s", i ? "," : "  ", t->all[i].name);
	fputc('\n', stderr);
	return -1;
}

/* Too narrow: the widest column that can be told from less gives way. */
static void shrink(struct table *t)
{
	while (total(t) > t->columns) {
		unsigned int i, widest = t->nr;

		for (i = 0; i < t->nr; i++)
			if (t->width[i] > t->all[t->chosen[i]].least &&
			    (widest == t->nr || t->width[i] > t->width[widest]))
				widest = i;
		if (widest == t->nr)
			return;
		t->width[widest]--;
	}
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

static int layout(struct table *t)
{
	t->columns = term_width(&t->bounded);
	if (!t->opt->output)
		choose(t);
	else if (choose_named(t, t->opt->output))
		return -1;
	shrink(t);
	if (t->bounded)
		grow(t);
	return 0;
}

/**
 * table_init() - choose the columns
 * @t:		to be filled
 * @all:	the columns that there are; a name of NULL after the last
 * @opt:	the command line: -o, headings, colours
 *
 * Return: 0, or -1 after a message.
 */
int table_init(struct table *t, const struct column *all,
	       const struct options *opt)
{
	*t = (struct table){ .opt = opt, .all = all };
	signal(SIGWINCH, on_resize);
	return layout(t);
}

static char *pad(char *p, unsigned int width, unsigned int used)
{
	if (width <= used)
		return p;
	memset(p, ' ', width - used);
	return p + width - used;
}

/* Cuts off what does not fit; the cell's function knows better ways. */
static char *cut(char *text, char *end, unsigned int width)
{
	for (; text < end; text++)
		if ((*text & 0xc0) != 0x80 && !width--)
			return text;
	return end;
}

static char *put_cell(char *p, const struct table *t, unsigned int i,
		      struct cell *cell, char *end)
{
	const struct column *col = &t->all[t->chosen[i]];
	const char *color = t->opt->color ? cell->color : NULL;
	unsigned int used;

	if (t->bounded)
		end = cut(cell->text, end, t->width[i]);
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
	for (unsigned int i = 0; i < t->nr; i++)
		p = put_cell(p, t, i, &cell,
			     fmt_text(cell.text, t->all[t->chosen[i]].name));
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
		layout(t);
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
		cell.color = NULL;
		end = t->all[t->chosen[i]].put(cell.text, &cell);
		p = put_cell(p, t, i, &cell, end);
	}
	put_line(out, start, p);
}
