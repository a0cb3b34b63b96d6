/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text in HTML and in SVG.
 */
#ifndef _TOOLS_MARKUP_H
#define _TOOLS_MARKUP_H

#include <stdint.h>

#include "output/out.h"

void markup_text(struct out *out, const char *text);
void markup_ns(struct out *out, uint64_t ns);
void markup_number(struct out *out, uint64_t number);
void markup_share(struct out *out, uint64_t nr, uint64_t of);
void markup_tick(struct out *out, double place, double width, double narrow);

#endif /* _TOOLS_MARKUP_H */
