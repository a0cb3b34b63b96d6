// SPDX-License-Identifier: GPL-2.0
/*
 * A recording: a header, then payloads of slots, one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "output/complain.h"
#include "sources/input.h"
#include "sources/record_check.h"
#include "sources/record_old.h"
#include "sources/source.h"
#include "commands/interrupt.h"

#define BATCH	1024u

/**
 * struct part - one of the files
 * @in:		the file
 * @version:	of its records
 * @begun_ns:	when it was begun, 0 if it does not say
 * @time_ns:	of its first record
 */
struct part {
	struct input *in;
	uint32_t version;
	uint64_t begun_ns;
	uint64_t time_ns;
};

struct recording {
	struct source src;
	struct inputs *inputs;
	struct part *part;
	unsigned int at;	/* the part that is read: @in and @version are its */
	bool failed;		/* one of them was broken: src.error says how */
	struct input *in;
	bool follow;
	uint32_t version;
	union synfin_record converted;
};

static enum source_state at_end(struct recording *r, size_t left)
{
	if (input_error(r->in))
		return source_fail(&r->src, "%s: %s", r->in->name,
				   input_error(r->in));
	if (interrupted)
		return SOURCE_END;
	if (r->follow && r->in->plain && !r->in->unpack)
		return SOURCE_IDLE;
	if (!left)
		return SOURCE_END;
	return source_fail(&r->src,
			   "%s: cut off: the record at offset %llu is not whole",
			   r->in->name, (unsigned long long)r->in->offset);
}

static enum source_state bad_record(struct recording *r)
{
	return source_fail(&r->src,
			   "%s: broken at offset %llu: no record of version %u",
			   r->in->name, (unsigned long long)r->in->offset,
			   r->version);
}

/* How long the record is of which the head has been read; 0 if it is none. */
static size_t size_of(const struct recording *r)
{
	const struct synfin_record_head *head = (const void *)input_data(r->in);

	if (r->version == 1)
		return record_v1_size(head->type);
	if (r->version == 2)
		return record_v2_size(head);
	return record_has_size(head) ? head->words * sizeof(__u64) : 0;
}

/* The record that has been read, as it is written today. */
static const union synfin_record *record_of(struct recording *r)
{
	const union synfin_record *rec = (const void *)input_data(r->in);

	if (r->version == 1)
		record_v1_convert(rec, &r->converted);
	else if (r->version == 2 && rec->head.type == SYNFIN_RECORD_CONN)
		record_v2_convert(rec, &r->converted);
	else
		return rec;
	return &r->converted;
}

static void begin_part(struct recording *r)
{
	r->in = r->part[r->at].in;
	r->version = r->part[r->at].version;
}

static enum source_state read_part(struct recording *r, const struct sink *sink,
				   bool *enough)
{
	const union synfin_record *rec;
	size_t left, size;

	for (unsigned int i = 0; i < BATCH; i++) {
		/* The head says how long the record is. */
		left = input_fill(r->in, sizeof(rec->head));
		if (left < sizeof(rec->head))
			return at_end(r, left);
		size = size_of(r);
		if (!size)
			return bad_record(r);
		left = input_fill(r->in, size);
		if (left < size)
			return at_end(r, left);
		rec = record_of(r);
		if (record_is_known(&rec->head)) {
			if (!record_is_sound(rec))
				return bad_record(r);
			if (!sink->record(sink->ctx, rec)) {
				*enough = true;
				return SOURCE_END;
			}
		}
		input_skip(r->in, size);
		/* Show what there is before waiting for a pipe. */
		if (!r->in->plain && input_left(r->in) < sizeof(rec->head))
			return SOURCE_MORE;
	}
	return SOURCE_MORE;
}

static enum source_state recording_read(struct source *src,
					const struct sink *sink)
{
	struct recording *r = (struct recording *)src;
	bool enough = false;
	enum source_state state = read_part(r, sink, &enough);

	if (enough || interrupted || (state != SOURCE_END && state != SOURCE_FAILED))
		return state;
	/* What is broken in one file, is none of the next one's. */
	r->failed |= state == SOURCE_FAILED;
	if (++r->at == r->inputs->nr)
		return r->failed ? SOURCE_FAILED : SOURCE_END;
	begin_part(r);
	return SOURCE_MORE;
}

static void recording_wait(struct source *src)
{
	(void)src;
	interrupt_wait(-1, 100);
}

static void recording_close(struct source *src)
{
	struct recording *r = (struct recording *)src;

	inputs_close(r->inputs);
	free(r->part);
	free(r);
}

/* Reads the header; 0, or -1 after a message. */
static int read_header(struct part *part)
{
	struct input *in = part->in;
	struct synfin_file_header header;

	if (input_fill(in, sizeof(header)) < sizeof(header))
		return complain("%s: cut off: its header is not whole", in->name);
	memcpy(&header, input_data(in), sizeof(header));
	/* A library's user may name any file. */
	if (header.magic != SYNFIN_FILE_MAGIC)
		return complain("%s: is no recording", in->name);
	if (!header.version || header.version > SYNFIN_VERSION)
		return complain_version(in->name, header.version, SYNFIN_VERSION,
					"read it with the synfin that wrote it");
	if (header.header_size < sizeof(header) || header.header_size % 8 ||
	    header.header_size > 4096 ||
	    input_fill(in, header.header_size) < header.header_size)
		return complain("%s: its header makes no sense: a size of %u bytes",
				in->name, header.header_size);
	input_skip(in, header.header_size);
	part->version = header.version;
	part->begun_ns = header.begun_ns;
	return 0;
}

/* When the first record of a file was written, about; a summary is of an end. */
static uint64_t time_of(struct recording *r)
{
	const union synfin_record *rec;
	size_t size;

	if (input_fill(r->in, sizeof(rec->head)) < sizeof(rec->head))
		return 0;
	size = size_of(r);
	if (!size || input_fill(r->in, size) < size)
		return 0;
	rec = record_of(r);
	if (rec->head.type != SYNFIN_RECORD_CONN || !record_is_sound(rec) ||
	    rec->conn.duration_ns == SYNFIN_NS_NONE)
		return rec->head.time_ns;
	return rec->head.time_ns + rec->conn.duration_ns;
}

static int by_time(const void *a, const void *b)
{
	const struct part *one = a, *two = b;

	if (one->begun_ns && two->begun_ns)
		return (one->begun_ns > two->begun_ns) - (one->begun_ns < two->begun_ns);
	return (one->time_ns > two->time_ns) - (one->time_ns < two->time_ns);
}

static int open_parts(struct recording *r, struct inputs *inputs)
{
	r->inputs = inputs;
	r->part = calloc(inputs->nr, sizeof(*r->part));
	if (!r->part)
		return complain("out of memory");
	for (unsigned int i = 0; i < inputs->nr; i++) {
		struct part *part = &r->part[i];

		r->in = inputs->in[i];
		part->in = r->in;
		if (read_header(part))
			return -1;
		r->version = part->version;
		if (inputs->nr > 1)
			part->time_ns = time_of(r);
	}
	/* Those that were rotated belong together, in whichever order they are named. */
	qsort(r->part, inputs->nr, sizeof(*r->part), by_time);
	begin_part(r);
	return 0;
}

/**
 * source_file_open() - read recordings
 * @inputs: the files, at their beginnings; are closed with the source
 * @follow: at the end of a plain file wait for more
 *
 * Return: the source, NULL after a message.
 */
struct source *source_file_open(struct inputs *inputs, bool follow)
{
	struct recording *r = calloc(1, sizeof(*r));

	if (!r) {
		complain("out of memory");
		inputs_close(inputs);
		return NULL;
	}
	r->src = (struct source){
		.read = recording_read,
		.wait = recording_wait,
		.close = recording_close,
		.late = !follow,
		.complete = !follow,
		.live = follow || (inputs->nr == 1 && !inputs->in[0]->plain),
	};
	r->follow = follow;
	if (!open_parts(r, inputs))
		return &r->src;
	recording_close(&r->src);
	return NULL;
}
