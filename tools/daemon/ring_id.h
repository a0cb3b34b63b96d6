/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tells one load of the module from another, and how much its ring holds.
 */
#ifndef _TOOLS_RING_ID_H
#define _TOOLS_RING_ID_H

#include <stddef.h>
#include <stdint.h>

int ring_id(const char *path, uint64_t *boot, size_t *capacity);

#endif /* _TOOLS_RING_ID_H */
