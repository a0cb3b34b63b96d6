/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stdout can show.
 */
#ifndef _TOOLS_TERM_H
#define _TOOLS_TERM_H

#include <stdbool.h>

#define TERM_WIDTH	80u

bool term_is_terminal(void);
bool term_has_utf8(void);
bool term_has_color(void);
unsigned int term_width(bool *bounded);
unsigned int term_width_of(int fd);

#endif /* _TOOLS_TERM_H */
