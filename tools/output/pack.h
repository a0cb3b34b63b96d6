/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is written, compressed: in blocks, each of which can be read without what comes
 * after it.
 */
#ifndef _TOOLS_PACK_H
#define _TOOLS_PACK_H

#include <stdint.h>

#include "output/out.h"

#define PACK_BLOCK	(256u * 1024)

/* How. */
enum pack_format { PACK_NONE, PACK_GZIP, PACK_ZSTD, PACK_XZ, PACK_BZIP2, PACK_FORMATS };

/**
 * struct pack - what is to be compressed
 * @format:	how; with PACK_NONE all is written as it comes
 * @len:	bytes of it
 * @block:	they
 * @packed:	room for what it becomes
 */
struct pack {
	enum pack_format format;
	size_t len;
	uint8_t *block;
	uint8_t *packed;
};

int pack_open(struct pack *pack, enum pack_format format);
void pack_close(struct pack *pack);
size_t pack_write(struct pack *pack, struct out *out, const void *data, size_t len);
size_t pack_flush(struct pack *pack, struct out *out);
const char *pack_word(unsigned int format);
enum pack_format pack_format_of(const char *name);

#endif /* _TOOLS_PACK_H */
