/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that is recorded to: compressed, rotated, and good at any moment.
 */
#ifndef _TOOLS_RECORDER_H
#define _TOOLS_RECORDER_H

#include "commands/options.h"
#include "output/out.h"
#include "output/pack.h"
#include "output/save.h"

/**
 * struct recorder - what is written, and to where
 * @opt:	the command line
 * @out:	what is written
 * @pack:	the same before it is compressed
 * @save:	its file
 * @to_stdout:	it is none
 * @header:	writes what a file begins with
 * @bytes:	written to the file so far
 * @begun_ns:	when it was begun
 * @block_ns:	when something last was compressed and written
 */
struct recorder {
	const struct options *opt;
	struct out out;
	struct pack pack;
	struct save save;
	bool to_stdout;
	void (*header)(struct recorder *r);
	uint64_t bytes;
	uint64_t begun_ns;
	uint64_t block_ns;
};

int recorder_open(struct recorder *r, const struct options *opt,
		  void (*header)(struct recorder *r));
void recorder_put(struct recorder *r, const void *data, size_t len);
bool recorder_rotate(struct recorder *r);
bool recorder_keep(struct recorder *r);
int recorder_end(struct recorder *r);
int recorder_close(struct recorder *r, bool good);

#endif /* _TOOLS_RECORDER_H */
