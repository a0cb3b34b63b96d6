/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rows that are kept, to be put into the order of one of their columns.
 */
#ifndef _TOOLS_SORTED_H
#define _TOOLS_SORTED_H

#include "output/table.h"

/**
 * struct sorted - rows that are kept
 * @size:	of a row
 * @nr:		how many there are
 * @room:	for how many there is memory
 * @rows:	the rows
 * @order:	the rows, sorted
 * @by:		the column, or NULL for the order in which they came
 * @reverse:	the other way round
 * @opt:	the command line
 */
struct sorted {
	size_t size;
	size_t nr;
	size_t room;
	char *rows;
	const void **order;
	const struct column *by;
	bool reverse;
	const struct options *opt;
};

int sorted_init(struct sorted *s, size_t size, const struct column *all,
		const struct options *opt);
int sorted_add(struct sorted *s, const void *row);
int sorted_sort(struct sorted *s);
void sorted_free(struct sorted *s);

static inline const void *sorted_row(const struct sorted *s, size_t i)
{
	return s->order ? s->order[i] : s->rows + i * s->size;
}

#endif /* _TOOLS_SORTED_H */
