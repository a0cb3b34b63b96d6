// SPDX-License-Identifier: GPL-2.0
/*
 * Which source the command line means. A file tells by its first bytes what it
 * is; what is no recording is left to libpcap.
 */
#include <string.h>
#include <sys/stat.h>

#include "commands/interrupt.h"
#include "output/complain.h"
#include "sources/capture_files.h"
#include "sources/input.h"
#include "sources/merge.h"
#include "sources/ring_map.h"
#include "connections/owner.h"
#include "sources/source.h"

/* What a file is. */
enum kind { KIND_NONE, KIND_RECORDING, KIND_CAPTURE };

static const char *const kinds[] = {
	[KIND_RECORDING] = "recording", [KIND_CAPTURE] = "capture",
};

static enum kind kind_of(struct input *in)
{
	uint64_t magic = 0;

	if (!input_fill(in, sizeof(magic))) {
		if (interrupted)
			return KIND_NONE;
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

static enum source_state end_at_once(struct source *src, const struct sink *sink)
{
	(void)src;
	(void)sink;
	return SOURCE_END;
}

static void close_nothing(struct source *src)
{
	(void)src;
}

/* Of who was interrupted before there was anything: it ends as its input would. */
static struct source nothing = { .read = end_at_once, .close = close_nothing };

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
	/* Records are of connections; only a capture has packets. */
	if (kind == KIND_RECORDING && !filter_expr_check(&opt->filter))
		return source_file_open(inputs, opt->follow);
	if (kind == KIND_CAPTURE && !opt->follow)
		return source_pcap_open(inputs, opt->filter.expression, opt->sni);
	if (kind == KIND_CAPTURE)
		complain("%s: is no recording: leave out --follow", inputs->in[0]->name);
	inputs_close(inputs);
	return kind == KIND_NONE && interrupted ? &nothing : NULL;
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
	if (filter_expr_check(&opt->filter))
		return NULL;
	if (opt->trace)
		return source_trace_open(opt->follow);
	return source_ring_open(opt->ring ? opt->ring : RING_PATH, opt->follow);
}

/* --- when files end --- */

static bool take_time(void *ctx, const union synfin_record *rec)
{
	uint64_t *last = ctx, written = merge_written(rec);

	if (written > *last)
		*last = written;
	return true;
}

static bool end_of_recordings(struct inputs *inputs, uint64_t *last)
{
	struct source *src = source_file_open(inputs, false);
	struct sink sink = { take_time, last };

	while (src && !interrupted && src->read(src, &sink) == SOURCE_MORE)
		;
	if (src)
		src->close(src);
	return src;
}

static bool end_of_captures(struct inputs *inputs, uint64_t *last)
{
	struct capture_files files;
	struct packet pkt;
	bool opened = !capture_files_open(&files, inputs->in, inputs->nr);

	/* The last one, not the latest: a clock may have been wrong for a packet. */
	while (opened && !interrupted && capture_files_next(&files, &pkt))
		*last = pkt.ns;
	capture_files_close(&files);
	inputs_close(inputs);
	return opened;
}

/* What can be read twice. Who cannot be found is complained of by whoever opens it. */
static bool is_plain(const char *name)
{
	struct stat st;

	return !stat(name, &st) && S_ISREG(st.st_mode);
}

/**
 * source_end() - when the files of the command line end
 * @opt: the command line, with a file
 * @ns: set to the time of their last record, or packet; 0 if there is none, or if it
 *	cannot be told without waiting for it
 *
 * Return: false after a message.
 */
bool source_end(const struct options *opt, uint64_t *ns)
{
	const char *const *names = opt->nr_files > 1 ? opt->files : &opt->file;
	unsigned int nr = opt->nr_files > 1 ? opt->nr_files : 1;
	const char *stdin_again = "/dev/stdin";
	struct inputs *inputs;
	enum kind kind;

	*ns = 0;
	if (nr == 1 && !strcmp(*names, "-"))
		names = &stdin_again;
	for (unsigned int i = 0; i < nr; i++)
		if (!is_plain(names[i]))
			return true;
	inputs = inputs_open(names, nr);
	if (!inputs)
		return false;
	kind = kind_of(inputs->in[0]);
	if (kind == KIND_RECORDING)
		return end_of_recordings(inputs, ns);
	if (kind == KIND_CAPTURE)
		return end_of_captures(inputs, ns);
	inputs_close(inputs);
	return false;
}
