// SPDX-License-Identifier: GPL-2.0
/*
 * Which source the command line means. A file tells by its first bytes what it
 * is; what is no recording is left to libpcap.
 */
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

/* What a file is. */
enum kind { KIND_NONE, KIND_RECORDING, KIND_CAPTURE };

static const char *const kinds[] = {
	[KIND_RECORDING] = "recording", [KIND_CAPTURE] = "capture",
};

static enum kind kind_of(struct input *in)
{
	uint64_t magic = 0;

	if (!input_fill(in, sizeof(magic))) {
		complain("%s: %s", in->name, input_error(in) ? input_error(in) :
			 "empty: a recording or a capture is wanted");
		return KIND_NONE;
	}
	if (input_left(in) >= sizeof(magic))
		memcpy(&magic, input_data(in), sizeof(magic));
	return magic == SYNFIN_FILE_MAGIC ? KIND_RECORDING : KIND_CAPTURE;
}

static struct inputs *open_inputs(const struct options *opt)
{
	if (opt->nr_files > 1)
		return inputs_open(opt->files, opt->nr_files);
	return inputs_open(&opt->file, 1);
}

static struct source *open_file(const struct options *opt)
{
	struct inputs *inputs = open_inputs(opt);
	enum kind kind, other;

	if (!inputs)
		return NULL;
	kind = kind_of(inputs->in[0]);
	for (unsigned int i = 1; i < inputs->nr && kind != KIND_NONE; i++) {
		other = kind_of(inputs->in[i]);
		if (other != KIND_NONE && other != kind)
			complain("%s: is a %s, the first file a %s: read them one by one",
				 inputs->in[i]->name, kinds[other], kinds[kind]);
		if (other != kind)
			kind = KIND_NONE;
	}
	if (kind == KIND_RECORDING && !cannot_ask(opt))
		return source_file_open(inputs, opt->follow);
	if (kind == KIND_CAPTURE && !opt->follow)
		return source_pcap_open(inputs, opt->filter.expression, opt->sni);
	if (kind == KIND_CAPTURE)
		complain("%s: is no recording: leave out --follow", inputs->in[0]->name);
	inputs_close(inputs);
	return NULL;
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
