// SPDX-License-Identifier: GPL-2.0
/*
 * What is written, compressed. Each block is a member (gzip), a frame (zstd) or a
 * stream of its own; all of these formats say that such ones follow each other in a
 * file. So whoever is killed has lost the last one only.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "output/complain.h"
#include "output/pack.h"

/* What does not get smaller gets a little larger. */
#define PACKED_ROOM	(PACK_BLOCK + PACK_BLOCK / 4)

static const struct {
	const char *word;
	const char *suffix;
	int (*filter)(struct archive *archive);
} formats[PACK_FORMATS] = {
	[PACK_NONE] = { "none", NULL, NULL },
	[PACK_GZIP] = { "gzip", ".gz", archive_write_add_filter_gzip },
	[PACK_ZSTD] = { "zstd", ".zst", archive_write_add_filter_zstd },
	[PACK_XZ] = { "xz", ".xz", archive_write_add_filter_xz },
	[PACK_BZIP2] = { "bzip2", ".bz2", archive_write_add_filter_bzip2 },
};

/**
 * pack_word() - the name of a format
 * @format: enum pack_format
 *
 * Return: the name, NULL after the last.
 */
const char *pack_word(unsigned int format)
{
	return format < PACK_FORMATS ? formats[format].word : NULL;
}

/**
 * pack_format_of() - how a file is to be compressed, by its name
 * @name: of the file
 *
 * Return: the format.
 */
enum pack_format pack_format_of(const char *name)
{
	const char *suffix = strrchr(name, '.');

	for (unsigned int i = 1; suffix && i < PACK_FORMATS; i++)
		if (!strcmp(formats[i].suffix, suffix))
			return (enum pack_format)i;
	return PACK_NONE;
}

/**
 * pack_open() - set up
 * @pack:	filled in
 * @format:	how
 *
 * Return: 0, or -1 after a message.
 */
int pack_open(struct pack *pack, enum pack_format format)
{
	*pack = (struct pack){ .format = format };
	if (!format)
		return 0;
	pack->block = malloc(PACK_BLOCK);
	pack->packed = malloc(PACKED_ROOM);
	if (pack->block && pack->packed)
		return 0;
	pack_close(pack);
	return complain("out of memory");
}

/**
 * pack_close() - free it; what was not flushed is lost
 * @pack: of pack_open()
 */
void pack_close(struct pack *pack)
{
	free(pack->block);
	free(pack->packed);
	*pack = (struct pack){ .format = PACK_NONE };
}

static int compress(const struct pack *pack, size_t *used)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	int err = -1;

	if (a && entry && !archive_write_set_format_raw(a) &&
	    !formats[pack->format].filter(a) &&
	    !archive_write_set_bytes_in_last_block(a, 1) &&
	    !archive_write_open_memory(a, pack->packed, PACKED_ROOM, used)) {
		archive_entry_set_filetype(entry, AE_IFREG);
		err = archive_write_header(a, entry) != ARCHIVE_OK ||
		      archive_write_data(a, pack->block, pack->len) !=
			      (la_ssize_t)pack->len ||
		      archive_write_close(a) != ARCHIVE_OK;
		if (err)
			complain("a block could not be compressed: %s",
				 archive_error_string(a));
	}
	archive_entry_free(entry);
	archive_write_free(a);
	return err;
}

/**
 * pack_flush() - compress what there is, and write it
 * @pack:	what is to be compressed
 * @out:	where to; failed if that fails
 *
 * Return: bytes that were written.
 */
size_t pack_flush(struct pack *pack, struct out *out)
{
	size_t used = 0;

	if (!pack->len)
		return 0;
	if (compress(pack, &used))
		out->failed = true;
	else
		out_write(out, pack->packed, used);
	pack->len = 0;
	return used;
}

/**
 * pack_write() - append bytes
 * @pack:	what is to be compressed
 * @out:	where to
 * @data:	the bytes
 * @len:	how many, PACK_BLOCK at most
 *
 * Return: bytes that were written; others may be later.
 */
size_t pack_write(struct pack *pack, struct out *out, const void *data, size_t len)
{
	size_t written = 0;

	if (!pack->format) {
		out_write(out, data, len);
		return len;
	}
	if (pack->len + len > PACK_BLOCK)
		written = pack_flush(pack, out);
	memcpy(pack->block + pack->len, data, len);
	pack->len += len;
	return written;
}
