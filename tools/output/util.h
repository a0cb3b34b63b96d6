/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_UTIL_H
#define _TOOLS_UTIL_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* As in the kernel: keeps what is rare out of the registers of what is not. */
#define noinline		__attribute__((noinline))

/* As in the kernel: checks the arguments as those of printf(). */
#define __printf(text, first)	__attribute((format(printf, text, first)))

#endif /* _TOOLS_UTIL_H */
