/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A row on its way to ClickHouse: what is not known need not be said.
 */
#ifndef _TOOLS_ROW_H
#define _TOOLS_ROW_H

#include <stddef.h>

size_t row_without_nulls(char *row, size_t len);

#endif /* _TOOLS_ROW_H */
