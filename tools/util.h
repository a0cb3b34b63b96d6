/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_UTIL_H
#define _TOOLS_UTIL_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* As in the kernel: checks the arguments as those of printf(). */
#define __printf(text, first)	__attribute((format(printf, text, first)))

#endif /* _TOOLS_UTIL_H */
