/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CSV, as RFC 4180 has it but for the ends of lines: the members of a JSON object, with
 * its names as headings.
 */
#ifndef _TOOLS_CSV_H
#define _TOOLS_CSV_H

#include "output/out.h"

typedef void (*csv_json)(struct out *out, const void *row);

void csv_row(struct out *out, csv_json json, const void *row, bool headings);
void csv_empty(struct out *out, csv_json json, const void *row, bool headings);

#endif /* _TOOLS_CSV_H */
