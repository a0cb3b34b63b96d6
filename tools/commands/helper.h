/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands that are programs of their own.
 */
#ifndef _TOOLS_HELPER_H
#define _TOOLS_HELPER_H

#include <stdbool.h>

bool is_helper(const char *command);
int run_helper(char **argv);

#endif /* _TOOLS_HELPER_H */
