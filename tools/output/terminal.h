/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stdout can show.
 */
#ifndef _TOOLS_TERMINAL_H
#define _TOOLS_TERMINAL_H

#include <stdbool.h>

#define TERM_WIDTH	80u

bool terminal_is_terminal(void);
bool terminal_has_utf8(void);
bool terminal_has_color(void);
unsigned int terminal_width(bool *bounded);
unsigned int terminal_width_of(int fd);
void terminal_wrap(const char *text, unsigned int used, unsigned int at);

#endif /* _TOOLS_TERMINAL_H */
