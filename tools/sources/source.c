// SPDX-License-Identifier: GPL-2.0
/*
 * Which source the command line means. A file tells by its first bytes what it
 * is; what is no recording is left to libpcap.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output/complain.h"
#include "sources/input.h"
#include "sources/ring_map.h"
#include "connections/owner.h"
#include "sources/source.h"

/* Records are of connections; only a capture has packets. */
static bool cannot_ask(const struct options *opt)
{
	if (!opt->filter.expr_error)
		return false;
	complain("--filter: %s", opt->filter.expr_error);
	return true;
}

static struct source *open_file(const struct options *opt)
{
	struct input *in = input_open(opt->file);
	uint64_t magic = 0;

	if (!in)
		return NULL;
	if (!input_fill(in, sizeof(magic))) {
		complain("%s: empty: a recording or a capture is wanted", in->name);
		input_close(in);
		return NULL;
	}
	if (input_left(in) >= sizeof(magic))
		memcpy(&magic, input_data(in), sizeof(magic));
	if (magic == SYNFIN_FILE_MAGIC) {
		if (!cannot_ask(opt))
			return source_file_open(in, opt->follow);
	} else if (opt->follow) {
		complain("%s: is no recording: leave out --follow", in->name);
	} else {
		return source_pcap_open(in, opt->filter.expression, opt->sni);
	}
	input_close(in);
	return NULL;
}

/**
 * source_fail() - the source cannot go on
 * @src: the source
 * @format: as of printf(): what is wrong
 *
 * Return: SOURCE_FAILED.
 */
enum source_state source_fail(struct source *src, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(src->error, sizeof(src->error), format, args);
	va_end(args);
	return SOURCE_FAILED;
}

/**
 * source_open() - open what the command line says
 * @opt: the command line
 *
 * Return: the source, NULL after a message.
 */
struct source *source_open(const struct options *opt)
{
	owner_live(!opt->file && !opt->ring);
	if (opt->file)
		return open_file(opt);
	if (cannot_ask(opt))
		return NULL;
	if (opt->trace)
		return source_trace_open(opt->follow);
	return source_ring_open(opt->ring ? opt->ring : RING_PATH, opt->follow);
}
