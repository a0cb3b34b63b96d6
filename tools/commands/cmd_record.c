// SPDX-License-Identifier: GPL-2.0
/*
 * synfin record: writes the records as they are, to be read with -r; or packets made of
 * them, for Wireshark.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/parse.h"
#include "commands/pipeline.h"
#include "commands/recorder.h"
#include "output/complain.h"
#include "views/view_pcapng.h"

/* So many packets are put in order at once; each takes some 100 bytes. */
#define SORTED_PACKETS	2000000u

/* What is recorded, and packets that wait for others which may come before them. */
struct recording {
	struct recorder file;
	struct made_packets made;
};

/* --- records --- */

static void put_header(struct recorder *r)
{
	struct synfin_file_header header = {
		.magic = SYNFIN_FILE_MAGIC,
		.version = SYNFIN_VERSION,
		.header_size = sizeof(header),
		.begun_ns = parse_now(),
	};

	recorder_put(r, &header, sizeof(header));
}

static bool keep_record(struct pipeline *w, const union synfin_record *rec)
{
	struct recording *r = w->ctx;

	if (!filter_time(&w->opt->filter, rec->head.time_ns))
		return true;
	w->totals.records++;
	if (rec->head.type == SYNFIN_RECORD_CONN)
		totals_conn(&w->totals, &rec->conn);
	recorder_put(&r->file, rec, rec->head.words * sizeof(rec->words[0]));
	return !w->opt->rotate_bytes ? !r->file.out.failed && !r->file.out.closed :
				       recorder_rotate(&r->file);
}

static bool keep_on(struct pipeline *w)
{
	struct recording *r = w->ctx;

	if (w->opt->rotate_ns && !recorder_rotate(&r->file))
		return false;
	return !w->src->live || recorder_keep(&r->file);
}

/* --- packets --- */

static void put_pcapng_header(struct recorder *r)
{
	uint8_t block[PCAPNG_ROOM];

	recorder_put(r, block, pcapng_put_header(block));
}

static bool put_packets(struct recording *r)
{
	uint8_t block[PCAPNG_ROOM];
	bool good = true;

	made_packets_sort(&r->made);
	for (size_t i = 0; good && i < r->made.nr; i++) {
		recorder_put(&r->file, block, pcapng_put_packet(block, &r->made.packet[i]));
		good = recorder_rotate(&r->file);
	}
	made_packets_clear(&r->made);
	return good;
}

static bool keep_packets(struct pipeline *w, const struct conn *c)
{
	struct recording *r = w->ctx;

	if (made_packets_add(&r->made, c)) {
		r->file.out.failed = true;
		return false;
	}
	/* Of what there is already all can be put in order. */
	if (!w->src->live && r->made.nr < SORTED_PACKETS)
		return true;
	return put_packets(r);
}

static void end_packets(struct pipeline *w)
{
	struct recording *r = w->ctx;
	uint8_t block[PCAPNG_ROOM];

	put_packets(r);
	if (w->src->settle)
		w->src->settle(w->src);
	recorder_put(&r->file, block, pcapng_put_lost(block, parse_now(), w->src->lost));
}

/* --- the command --- */

/* Would the recording overwrite what it is made from? */
static bool is_input(const struct options *opt)
{
	struct stat from, to;

	if (stat(opt->output, &to))
		return false;
	for (unsigned int i = 0; i < opt->nr_files; i++) {
		if (strcmp(opt->files[i], "-") ? stat(opt->files[i], &from) :
						 fstat(STDIN_FILENO, &from))
			continue;
		if (S_ISREG(from.st_mode) && from.st_dev == to.st_dev &&
		    from.st_ino == to.st_ino)
			return true;
	}
	return false;
}

static int record_to(struct pipeline *w, struct recording *r)
{
	static const struct view records = { .record = keep_record, .idle = keep_on };
	static const struct view packets = {
		.conn = keep_packets, .idle = keep_on, .end = end_packets,
	};
	int status;
	bool good;

	w->view = w->opt->pcapng ? &packets : &records;
	w->ctx = r;
	status = pipeline_run(w);
	if (recorder_end(&r->file))
		status = EXIT_FAILURE;
	/* What was good before its input broke is good still. */
	good = !r->file.out.failed &&
	       (w->totals.records || w->totals.conns || status == EXIT_SUCCESS);
	if (recorder_close(&r->file, good))
		status = EXIT_FAILURE;
	made_packets_free(&r->made);
	return status;
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
	struct recording r = { .made.nr = 0 };
	struct pipeline w = { .opt = opt };
	bool to_stdout = !strcmp(opt->output, "-");

	if (to_stdout && isatty(STDOUT_FILENO)) {
		complain("stdout: a recording is not for a terminal: try: -o FILE");
		return 2;
	}
	if (!to_stdout && is_input(opt)) {
		complain("%s: is what -r reads: name another file with -o",
			 opt->output);
		return 2;
	}
	w.src = source_open(opt);
	if (!w.src)
		return EXIT_FAILURE;
	/* What is said, is said on stderr if the recording goes to stdout. */
	if (recorder_open(&r.file, opt, opt->pcapng ? put_pcapng_header : put_header))
		goto close_source;
	if (!out_open(&w.out, to_stdout ? STDERR_FILENO : STDOUT_FILENO, "stdout"))
		return record_to(&w, &r);
	recorder_close(&r.file, false);
close_source:
	w.src->close(w.src);
	return EXIT_FAILURE;
}
