/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When to end: a signal, the time that -d gives, or nobody left to write to.
 */
#ifndef _TOOLS_INTERRUPT_H
#define _TOOLS_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

extern atomic_bool interrupted;
extern bool interrupt_unread;

int interrupt_setup(double seconds);
void interrupt_without_stdout(void);
bool interrupt_wait(int fd, int milliseconds);

#endif /* _TOOLS_INTERRUPT_H */
