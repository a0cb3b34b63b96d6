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

struct recording {
	struct source src;
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

static enum source_state recording_read(struct source *src,
					const struct sink *sink)
{
	struct recording *r = (struct recording *)src;
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
			if (!sink->record(sink->ctx, rec))
				return SOURCE_END;
		}
		input_skip(r->in, size);
		/* Show what there is before waiting for a pipe. */
		if (!r->in->plain && input_left(r->in) < sizeof(rec->head))
			return SOURCE_MORE;
	}
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

	input_close(r->in);
	free(r);
}

/**
 * source_file_open() - read a recording
 * @in: the file, at its beginning; is closed with the source
 * @follow: at the end of a plain file wait for more
 *
 * Return: the source, NULL after a message.
 */
struct source *source_file_open(struct input *in, bool follow)
{
	struct synfin_file_header header;
	struct recording *r;

	if (input_fill(in, sizeof(header)) < sizeof(header)) {
		complain("%s: cut off: its header is not whole", in->name);
		goto err_close;
	}
	memcpy(&header, input_data(in), sizeof(header));
	if (!header.version || header.version > SYNFIN_VERSION) {
		complain_version(in->name, header.version, SYNFIN_VERSION,
				 "read it with the synfin that wrote it");
		goto err_close;
	}
	if (header.header_size < sizeof(header) || header.header_size % 8 ||
	    header.header_size > 4096 ||
	    input_fill(in, header.header_size) < header.header_size) {
		complain("%s: its header makes no sense: a size of %u bytes",
			 in->name, header.header_size);
		goto err_close;
	}
	input_skip(in, header.header_size);
	r = calloc(1, sizeof(*r));
	if (!r) {
		complain("out of memory");
		goto err_close;
	}
	*r = (struct recording){
		.src = {
			.read = recording_read,
			.wait = recording_wait,
			.close = recording_close,
			.late = !follow,
			.complete = !follow,
			.live = follow || !in->plain,
		},
		.in = in,
		.follow = follow,
		.version = header.version,
	};
	return &r->src;

err_close:
	input_close(in);
	return NULL;
}
