/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A compressed file that is read as what it was: gzip, zstd, bzip2, xz.
 */
#ifndef _TOOLS_UNPACK_H
#define _TOOLS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes that tell whether a file is compressed. */
#define UNPACK_MAGIC	6u

struct unpack;

bool unpack_begins(const uint8_t *data, size_t len);
struct unpack *unpack_new(int fd, const uint8_t *begun, size_t len);
void unpack_free(struct unpack *u);
ssize_t unpack_read(struct unpack *u, void *to, size_t room);
const char *unpack_error(const struct unpack *u);

#endif /* _TOOLS_UNPACK_H */
