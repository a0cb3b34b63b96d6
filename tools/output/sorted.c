// SPDX-License-Identifier: GPL-2.0
/*
 * Rows in the order of a column: figures with the largest first, words from A to Z,
 * times from the first on; with a - before the column's name the other way round.
 */
#include <stdlib.h>
#include <string.h>

#include "output/complain.h"
#include "output/sorted.h"

/* Memory for rows. */
#define LIMIT	(1024ul * 1024 * 1024)

/**
 * sorted_init() - set up
 * @s:		to be filled
 * @size:	of a row
 * @all:	columns that can be named
 * @opt:	the command line: --sort
 *
 * Return: 0, or -1 after a message.
 */
int sorted_init(struct sorted *s, size_t size, const struct column *all,
		const struct options *opt)
{
	const char *name = opt->sort;

	*s = (struct sorted){ .size = size, .opt = opt };
	if (!name)
		return 0;
	s->reverse = *name == '-';
	name += s->reverse;
	s->by = table_find(all, "--sort", name, strlen(name));
	return s->by ? 0 : -1;
}

/**
 * sorted_add() - keep a row
 * @s: the rows
 * @row: copied
 *
 * Return: 0, or -1 after a message.
 */
int sorted_add(struct sorted *s, const void *row)
{
	if (s->nr == s->room) {
		size_t room = s->room ? 2 * s->room : 256;
		char *more = room * s->size <= LIMIT ?
			     realloc(s->rows, room * s->size) : NULL;

		if (!more)
			return complain("--sort: no memory for more than %zu rows: try a filter",
					s->nr);
		s->rows = more;
		s->room = room;
	}
	memcpy(s->rows + s->nr++ * s->size, row, s->size);
	return 0;
}

static char *text_of(const struct sorted *s, const void *row, struct cell *cell)
{
	*cell = (struct cell){ .row = row, .opt = s->opt, .width = 200 };
	*s->by->put(cell->text, cell) = '\0';
	return cell->text;
}

static int compare(const void *a, const void *b, void *ctx)
{
	const void *x = *(const void *const *)a, *y = *(const void *const *)b;
	const struct sorted *s = ctx;
	struct cell one, other;
	int order;

	if (s->by->number) {
		uint64_t m = s->by->number(x), n = s->by->number(y);
		bool m_known = m != SYNFIN_NS_NONE, n_known = n != SYNFIN_NS_NONE;

		/* What is not known comes last, whichever way. */
		if (m_known != n_known)
			return m_known ? -1 : 1;
		order = m == n ? 0 : m > n ? -1 : 1;
		if (!strcmp(s->by->name, "TIME"))
			order = -order;
	} else {
		order = strcmp(text_of(s, x, &one), text_of(s, y, &other));
	}
	if (!order)	/* as they came */
		return x < y ? -1 : x > y;
	return s->reverse ? -order : order;
}

/**
 * sorted_sort() - put them into their order
 * @s: the rows
 *
 * Return: 0, or -1 after a message.
 */
int sorted_sort(struct sorted *s)
{
	if (!s->by || !s->nr)
		return 0;
	s->order = malloc(s->nr * sizeof(*s->order));
	if (!s->order)
		return complain("--sort: no memory for %zu rows: try a filter", s->nr);
	for (size_t i = 0; i < s->nr; i++)
		s->order[i] = s->rows + i * s->size;
	qsort_r(s->order, s->nr, sizeof(*s->order), compare, s);
	return 0;
}

/**
 * sorted_free() - free them
 * @s: of sorted_init()
 */
void sorted_free(struct sorted *s)
{
	free(s->order);
	free(s->rows);
}
