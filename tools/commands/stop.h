/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When to end: a signal, the time that -d gives, or nobody left to write to.
 */
#ifndef _TOOLS_STOP_H
#define _TOOLS_STOP_H

#include <stdatomic.h>
#include <stdbool.h>

extern atomic_bool stop_asked;
extern bool stop_unread;

int stop_setup(double seconds);
void stop_without_stdout(void);
bool stop_wait(int fd, int milliseconds);

#endif /* _TOOLS_STOP_H */
