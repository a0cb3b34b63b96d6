// SPDX-License-Identifier: GPL-2.0
/*
 * synfin record: writes the records as they are, to be read with -r.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/parse.h"
#include "output/complain.h"
#include "output/save.h"
#include "commands/interrupt.h"
#include "commands/pipeline.h"

/**
 * struct recorder - what is written, and to where
 * @opt:	the command line
 * @out:	what is written
 * @save:	its file
 * @to_stdout:	it is none
 * @bytes:	written to the file so far
 * @begun_ns:	when it was begun
 */
struct recorder {
	const struct options *opt;
	struct out out;
	struct save save;
	bool to_stdout;
	uint64_t bytes;
	uint64_t begun_ns;
};

static void begin_file(struct recorder *r)
{
	struct synfin_file_header header = {
		.magic = SYNFIN_FILE_MAGIC,
		.version = SYNFIN_VERSION,
		.header_size = sizeof(header),
	};

	out_write(&r->out, &header, sizeof(header));
	r->bytes = sizeof(header);
	r->begun_ns = parse_now();
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

/* The file is full: the next one has its name. */
static int rotate(struct recorder *r)
{
	if (out_flush(&r->out) || save_close(&r->save, true) || shift_files(r->opt))
		return -1;
	if (save_open(&r->save, r->opt->output))
		return -1;
	r->out.fd = r->save.fd;
	begin_file(r);
	return 0;
}

static bool keep(struct pipeline *w, const union synfin_record *rec)
{
	struct recorder *r = w->ctx;

	if (!filter_time(&w->opt->filter, rec->head.time_ns))
		return true;
	w->totals.records++;
	if (rec->head.type == SYNFIN_RECORD_CONN)
		totals_conn(&w->totals, &rec->conn);
	out_write(&r->out, rec, rec->head.words * sizeof(rec->words[0]));
	r->bytes += rec->head.words * sizeof(rec->words[0]);
	if (r->opt->rotate_bytes && is_full(r) && rotate(r))
		r->out.failed = true;
	return !r->out.failed && !r->out.closed;
}

/*
 * What was recorded can be read while it goes on, and is there if this process is
 * killed: all but the last moment.
 */
static bool flush(struct pipeline *w)
{
	struct recorder *r = w->ctx;

	if (r->opt->rotate_ns && is_full(r) && rotate(r))
		r->out.failed = true;
	return !w->src->live || (!out_flush(&r->out) &&
				 (r->to_stdout || !save_keep(&r->save)));
}

static int record_to(struct pipeline *w, struct recorder *r)
{
	static const struct view view = { .record = keep, .idle = flush };
	int status;

	w->view = &view;
	w->ctx = r;
	begin_file(r);
	status = pipeline_run(w);
	return out_flush(&r->out) && r->out.failed ? EXIT_FAILURE : status;
}

/* Would the recording overwrite what it is made from? */
static bool is_input(const struct options *opt)
{
	struct stat from, to;

	if (!opt->file || stat(opt->output, &to))
		return false;
	if (strcmp(opt->file, "-") ? stat(opt->file, &from) :
				     fstat(STDIN_FILENO, &from))
		return false;
	return S_ISREG(from.st_mode) && from.st_dev == to.st_dev &&
	       from.st_ino == to.st_ino;
}

static int open_output(struct recorder *r, const struct options *opt)
{
	if (r->to_stdout)
		return out_open(&r->out, STDOUT_FILENO, "stdout");
	/* It goes on, whoever has stopped to read what it says. */
	interrupt_without_stdout();
	if (save_open(&r->save, opt->output))
		return -1;
	if (!out_open(&r->out, r->save.fd, opt->output))
		return 0;
	save_close(&r->save, false);
	return -1;
}

/**
 * cmd_record() - write a recording
 * @opt: the command line
 *
 * The file is for its owner alone: whoever can read sequence numbers can forge
 * segments.
 *
 * Return: the exit status.
 */
int cmd_record(const struct options *opt)
{
	struct recorder r = { .opt = opt, .to_stdout = !strcmp(opt->output, "-") };
	struct pipeline w = { .opt = opt };
	int status = EXIT_FAILURE;
	bool good;

	if (r.to_stdout && isatty(STDOUT_FILENO)) {
		complain("stdout: a recording is not for a terminal: try: -o FILE");
		return 2;
	}
	if (!r.to_stdout && is_input(opt)) {
		complain("%s: is what -r reads: name another file with -o",
			 opt->output);
		return 2;
	}
	w.src = source_open(opt);
	if (!w.src)
		return EXIT_FAILURE;
	if (open_output(&r, opt))
		goto close_source;
	/* What is said, is said on stderr if the recording goes to stdout. */
	if (out_open(&w.out, r.to_stdout ? STDERR_FILENO : STDOUT_FILENO, "stdout")) {
		out_close(&r.out);
		if (!r.to_stdout)
			save_close(&r.save, false);
		goto close_source;
	}
	status = record_to(&w, &r);
	/* What was good before its input broke is good still. */
	good = !r.out.failed && (w.totals.records || status == EXIT_SUCCESS);
	if (!r.to_stdout && save_close(&r.save, good))
		status = EXIT_FAILURE;
	out_close(&r.out);
	return status;

close_source:
	w.src->close(w.src);
	return status;
}
