// SPDX-License-Identifier: GPL-2.0
/*
 * gzip, zstd, bzip2 and xz: see unpack_formats.h. What can be unpacked of a member that is
 * cut off is handed on before that is known.
 */
#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "output/util.h"
#include "sources/unpack_formats.h"

/* xz -9 wants 65 MiB; zstd's own limit is 128 MiB, too. */
#define XZ_MEMORY	(128u << 20)

static unsigned int at_most(size_t n)
{
	return n < 1u << 30 ? (unsigned int)n : 1u << 30;
}

/* Behind so many bytes. */
static void moved(struct unpack_bytes *b, size_t taken, size_t given)
{
	b->in += taken;
	b->left -= taken;
	b->out += given;
	b->room -= given;
}

static void *gzip_begin(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z && inflateInit2(z, 16 + MAX_WBITS) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static enum unpack_step gzip_step(void *state, struct unpack_bytes *b)
{
	unsigned int left = at_most(b->left), room = at_most(b->room);
	z_stream *z = state;
	int err;

	z->next_in = (uint8_t *)(uintptr_t)b->in;
	z->avail_in = left;
	z->next_out = b->out;
	z->avail_out = room;
	err = inflate(z, Z_SYNC_FLUSH);
	moved(b, left - z->avail_in, room - z->avail_out);
	if (err == Z_STREAM_END)
		return UNPACK_MEMBER_ENDS;
	if (err == Z_MEM_ERROR)
		return UNPACK_TOO_LARGE;
	return err == Z_OK || err == Z_BUF_ERROR ? UNPACK_MORE : UNPACK_DAMAGED;
}

static void gzip_end(void *state)
{
	inflateEnd(state);
	free(state);
}

static void *bzip2_begin(void)
{
	bz_stream *bz = calloc(1, sizeof(*bz));

	if (bz && BZ2_bzDecompressInit(bz, 0, 0) != BZ_OK) {
		free(bz);
		return NULL;
	}
	return bz;
}

static enum unpack_step bzip2_step(void *state, struct unpack_bytes *b)
{
	unsigned int left = at_most(b->left), room = at_most(b->room);
	bz_stream *bz = state;
	int err;

	bz->next_in = (char *)(uintptr_t)b->in;
	bz->avail_in = left;
	bz->next_out = (char *)b->out;
	bz->avail_out = room;
	err = BZ2_bzDecompress(bz);
	moved(b, left - bz->avail_in, room - bz->avail_out);
	if (err == BZ_STREAM_END)
		return UNPACK_MEMBER_ENDS;
	if (err == BZ_MEM_ERROR)
		return UNPACK_TOO_LARGE;
	return err == BZ_OK ? UNPACK_MORE : UNPACK_DAMAGED;
}

static void bzip2_end(void *state)
{
	BZ2_bzDecompressEnd(state);
	free(state);
}

static void *xz_begin(void)
{
	lzma_stream *xz = calloc(1, sizeof(*xz));

	if (xz && lzma_stream_decoder(xz, XZ_MEMORY, 0) != LZMA_OK) {
		free(xz);
		return NULL;
	}
	return xz;
}

static enum unpack_step xz_step(void *state, struct unpack_bytes *b)
{
	lzma_stream *xz = state;
	lzma_ret err;

	xz->next_in = b->in;
	xz->avail_in = b->left;
	xz->next_out = b->out;
	xz->avail_out = b->room;
	err = lzma_code(xz, LZMA_RUN);
	moved(b, b->left - xz->avail_in, b->room - xz->avail_out);
	if (err == LZMA_STREAM_END)
		return UNPACK_MEMBER_ENDS;
	if (err == LZMA_MEM_ERROR || err == LZMA_MEMLIMIT_ERROR)
		return UNPACK_TOO_LARGE;
	return err == LZMA_OK || err == LZMA_BUF_ERROR ? UNPACK_MORE : UNPACK_DAMAGED;
}

static void xz_end(void *state)
{
	lzma_end(state);
	free(state);
}

static void *zstd_begin(void)
{
	return ZSTD_createDStream();
}

static enum unpack_step zstd_step(void *state, struct unpack_bytes *b)
{
	ZSTD_inBuffer in = { b->in, b->left, 0 };
	ZSTD_outBuffer out = { b->out, b->room, 0 };
	size_t left = ZSTD_decompressStream(state, &out, &in);

	moved(b, in.pos, out.pos);
	if (!left)
		return UNPACK_MEMBER_ENDS;
	if (!ZSTD_isError(left))
		return UNPACK_MORE;
	/* Its number is not for others, its name is. */
	return strstr(ZSTD_getErrorName(left), "memory") ? UNPACK_TOO_LARGE : UNPACK_DAMAGED;
}

static void zstd_end(void *state)
{
	ZSTD_freeDStream(state);
}

static const struct unpack_format formats[] = {
	{ "\x1f\x8b\x08", 3, gzip_begin, gzip_step, gzip_end },
	{ "\x28\xb5\x2f\xfd", 4, zstd_begin, zstd_step, zstd_end },
	/* As pzstd begins: a frame that is passed over. */
	{ "\x50\x2a\x4d\x18", 4, zstd_begin, zstd_step, zstd_end },
	{ "BZh", 3, bzip2_begin, bzip2_step, bzip2_end },
	{ "\xfd" "7zXZ", 6, xz_begin, xz_step, xz_end },
};

/**
 * unpack_format_of() - how is a file compressed?
 * @data: its first bytes
 * @len: how many
 *
 * Return: the format, NULL if it is none that can be read.
 */
const struct unpack_format *unpack_format_of(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (len >= formats[i].len &&
		    !memcmp(data, formats[i].magic, formats[i].len))
			return &formats[i];
	return NULL;
}
