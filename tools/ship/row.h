/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A row on its way to ClickHouse: what the table would not keep is not said.
 */
#ifndef _TOOLS_ROW_H
#define _TOOLS_ROW_H

#include <stddef.h>

size_t row_trim(char *row, size_t len);

#endif /* _TOOLS_ROW_H */
