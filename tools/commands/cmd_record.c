// SPDX-License-Identifier: GPL-2.0
/*
 * synfin record: writes the records as they are, to be read with -r.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "output/complain.h"
#include "commands/watch.h"

static bool keep(struct watch *w, const union synfin_record *rec)
{
	struct out *file = w->ctx;

	w->totals.records++;
	if (rec->head.type == SYNFIN_RECORD_CONN)
		totals_conn(&w->totals, &rec->conn);
	out_write(file, rec, synfin_record_size(rec->head.type));
	return !file->failed && !file->closed;
}

/* So that what was recorded can be read while it goes on. */
static bool flush(struct watch *w)
{
	return !w->src->live || !out_flush(w->ctx);
}

static int record_to(struct watch *w, struct out *file)
{
	static const struct view view = { .record = keep, .idle = flush };
	struct synfin_file_header header = {
		.magic = SYNFIN_FILE_MAGIC,
		.version = SYNFIN_VERSION,
		.header_size = sizeof(header),
	};
	int status;

	w->view = &view;
	w->ctx = file;
	out_write(file, &header, sizeof(header));
	status = watch_run(w);
	return out_flush(file) && file->failed ? EXIT_FAILURE : status;
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
	bool to_stdout = !strcmp(opt->output, "-");
	struct watch w = { .opt = opt };
	int status = EXIT_FAILURE;
	struct out file;
	int fd;

	if (to_stdout && isatty(STDOUT_FILENO)) {
		complain("stdout: a recording is not for a terminal: try: -o FILE");
		return 2;
	}
	w.src = source_open(opt);
	if (!w.src)
		return EXIT_FAILURE;
	fd = to_stdout ? STDOUT_FILENO :
	     open(opt->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		complain_file(opt->output, errno, NULL);
		goto close_source;
	}
	/* What is said, is said on stderr if the recording goes to stdout. */
	if (out_open(&file, fd, to_stdout ? "stdout" : opt->output))
		goto close_fd;
	if (out_open(&w.out, to_stdout ? STDERR_FILENO : STDOUT_FILENO, "stdout"))
		goto close_file;
	status = record_to(&w, &file);
	out_close(&file);
	if (fd != STDOUT_FILENO && close(fd))
		status = complain_file(opt->output, errno, NULL) ? EXIT_FAILURE : 0;
	return status;

close_file:
	out_close(&file);
close_fd:
	if (fd != STDOUT_FILENO)
		close(fd);
close_source:
	w.src->close(w.src);
	return status;
}
