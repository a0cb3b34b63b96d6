/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the numbers of two segments tell of their order.
 */
#ifndef _TOOLS_NUMBERS_H
#define _TOOLS_NUMBERS_H

#include "sources/captured.h"

uint32_t numbers_acked_by(const struct synfin_segment *seg);
bool numbers_answer(const struct synfin_segment *b, const struct synfin_segment *a);
bool numbers_one_way(const struct synfin_segment *a, const struct synfin_segment *b);
bool numbers_other_way(const struct synfin_segment *a, const struct synfin_segment *b);
int numbers_follow(const struct synfin_segment *b, const struct synfin_segment *a);
int numbers_order(const struct captured *a, const struct captured *b);

#endif /* _TOOLS_NUMBERS_H */
