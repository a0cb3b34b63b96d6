// SPDX-License-Identifier: GPL-2.0
/*
 * A file that is recorded to.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/interrupt.h"
#include "commands/parse.h"
#include "commands/recorder.h"
#include "output/complain.h"

/* A block that is compressed is no longer than that. */
#define BLOCK_NS	1000000000ull

static void begin_file(struct recorder *r)
{
	r->bytes = 0;
	r->header(r);
	/* A block of its own, so that a file can be read from the beginning on. */
	r->bytes += pack_flush(&r->pack, &r->out);
	r->begun_ns = parse_now();
	r->block_ns = r->begun_ns;
}

static int open_output(struct recorder *r)
{
	if (r->to_stdout)
		return out_open(&r->out, STDOUT_FILENO, "stdout");
	/* It goes on, whoever has stopped to read what it says. */
	interrupt_without_stdout();
	if (save_open(&r->save, r->opt->output))
		return -1;
	if (!out_open(&r->out, r->save.fd, r->opt->output))
		return 0;
	save_close(&r->save, false);
	return -1;
}

/**
 * recorder_open() - begin
 * @r:		filled in
 * @opt:	the command line
 * @header:	writes what a file begins with
 *
 * Return: 0, or -1 after a message.
 */
int recorder_open(struct recorder *r, const struct options *opt,
		  void (*header)(struct recorder *r))
{
	*r = (struct recorder){
		.opt = opt, .header = header, .to_stdout = !strcmp(opt->output, "-"),
	};
	if (pack_open(&r->pack, opt->pack))
		return -1;
	if (!open_output(r)) {
		begin_file(r);
		return 0;
	}
	pack_close(&r->pack);
	return -1;
}

/**
 * recorder_put() - write some more
 * @r:		the file
 * @data:	bytes that belong together
 * @len:	how many
 */
void recorder_put(struct recorder *r, const void *data, size_t len)
{
	r->bytes += pack_write(&r->pack, &r->out, data, len);
}

static bool is_full(const struct recorder *r)
{
	const struct options *opt = r->opt;

	return (opt->rotate_bytes && r->bytes >= opt->rotate_bytes) ||
	       (opt->rotate_ns && parse_now() - r->begun_ns >= opt->rotate_ns);
}

/* FILE becomes FILE.1, that FILE.2, and so on; the oldest goes. */
static int shift_files(const struct options *opt)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (uint64_t i = opt->keep; i; i--) {
		snprintf(to, sizeof(to), "%s.%llu", opt->output, (unsigned long long)i);
		snprintf(from, sizeof(from), i > 1 ? "%s.%llu" : "%s", opt->output,
			 (unsigned long long)i - 1);
		if (rename(from, to) && errno != ENOENT)
			return complain_file(to, errno, NULL);
	}
	return 0;
}

/* The next file has the name of this one. */
static int rotate(struct recorder *r)
{
	pack_flush(&r->pack, &r->out);
	if (out_flush(&r->out) || save_close(&r->save, true) || shift_files(r->opt))
		return -1;
	if (save_open(&r->save, r->opt->output))
		return -1;
	r->out.fd = r->save.fd;
	begin_file(r);
	return 0;
}

/**
 * recorder_rotate() - begin the next file, if this one is full
 * @r: the file
 *
 * Return: false if nothing more can be written.
 */
bool recorder_rotate(struct recorder *r)
{
	if (is_full(r) && rotate(r))
		r->out.failed = true;
	return !r->out.failed && !r->out.closed;
}

/**
 * recorder_keep() - write out what there is
 * @r: the file
 *
 * What was recorded can be read while it goes on, and is there if this process is
 * killed: all but the last moment, or, if it is compressed, the last second.
 *
 * Return: false if nothing more can be written.
 */
bool recorder_keep(struct recorder *r)
{
	if (r->pack.len && parse_now() - r->block_ns >= BLOCK_NS) {
		r->bytes += pack_flush(&r->pack, &r->out);
		r->block_ns = parse_now();
	}
	return !out_flush(&r->out) && (r->to_stdout || !save_keep(&r->save));
}

/**
 * recorder_end() - nothing more comes
 * @r: the file
 *
 * Return: 0, or -1 if it could not be written.
 */
int recorder_end(struct recorder *r)
{
	pack_flush(&r->pack, &r->out);
	return out_flush(&r->out) && r->out.failed ? -1 : 0;
}

/**
 * recorder_close() - that is all
 * @r:		the file
 * @good:	give it its name, or else remove it
 *
 * Return: 0, or -1 after a message.
 */
int recorder_close(struct recorder *r, bool good)
{
	int err = 0;

	if (!r->to_stdout)
		err = save_close(&r->save, good);
	out_close(&r->out);
	pack_close(&r->pack);
	return err;
}
