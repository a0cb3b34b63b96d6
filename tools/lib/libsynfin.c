// SPDX-License-Identifier: GPL-2.0
/*
 * The library: the reader's sources, from which one takes records instead of being
 * handed them.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands/interrupt.h"
#include "lib/libsynfin.h"
#include "output/complain.h"
#include "output/words.h"
#include "sources/input.h"
#include "sources/ring_map.h"
#include "sources/source.h"

/**
 * struct synfin_reader - a source, and what has been read of it
 * @src:	the source
 * @state:	what reading it came to last
 * @nr:		records that wait
 * @at:		the next of them
 * @room:	for how many there is room
 * @record:	they
 * @short_of:	there was no memory for one
 */
struct synfin_reader {
	struct source *src;
	enum source_state state;
	size_t nr;
	size_t at;
	size_t room;
	union synfin_record *record;
	bool short_of;
};

/* What could not be opened, by thread. */
static _Thread_local char failure[512];

static struct source *open_source(const char *file, bool follow)
{
	struct inputs *inputs;

	if (!file)
		return source_ring_open(RING_PATH, follow);
	inputs = inputs_open(&file, 1);
	if (!inputs)
		return NULL;
	return source_file_open(inputs, follow);
}

struct synfin_reader *synfin_open(const char *file, unsigned int flags)
{
	struct synfin_reader *r = calloc(1, sizeof(*r));

	/* A program's stdout and stderr are its own. */
	interrupt_without_stdout();
	*failure = '\0';
	complain_into(failure, sizeof(failure));
	if (r)
		r->src = open_source(file, flags & SYNFIN_FOLLOW);
	complain_into(NULL, 0);
	if (r && r->src)
		return r;
	if (!*failure)
		strcpy(failure, "out of memory");
	free(r);
	return NULL;
}

static bool take(void *ctx, const union synfin_record *rec)
{
	struct synfin_reader *r = ctx;
	size_t room = r->room ? 2 * r->room : 1024;
	union synfin_record *more;

	if (r->nr == r->room) {
		more = realloc(r->record, room * sizeof(*more));
		if (!more) {
			r->short_of = true;
			return false;
		}
		r->record = more;
		r->room = room;
	}
	memset(&r->record[r->nr], 0, sizeof(*r->record));
	memcpy(&r->record[r->nr++], rec, rec->head.words * sizeof(rec->words[0]));
	return true;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

const union synfin_record *synfin_next(struct synfin_reader *r, int milliseconds)
{
	struct sink sink = { .record = take, .ctx = r };
	int64_t until = milliseconds < 0 ? INT64_MAX : now_ms() + milliseconds;

	while (r->at == r->nr && !synfin_ended(r)) {
		r->at = 0;
		r->nr = 0;
		if (r->state == SOURCE_IDLE) {
			if (now_ms() >= until)
				break;
			r->src->wait(r->src);
		}
		r->state = r->src->read(r->src, &sink);
		if (r->state == SOURCE_IDLE && !r->nr && now_ms() >= until)
			break;
	}
	return r->at < r->nr ? &r->record[r->at++] : NULL;
}

int synfin_ended(const struct synfin_reader *r)
{
	return r->at == r->nr &&
	       (r->state == SOURCE_END || r->state == SOURCE_FAILED || r->short_of);
}

uint64_t synfin_lost(struct synfin_reader *r)
{
	if (r->src->settle)
		r->src->settle(r->src);
	return r->src->lost;
}

const char *synfin_error(const struct synfin_reader *r)
{
	if (!r)
		return *failure ? failure : NULL;
	if (r->short_of)
		return "out of memory";
	return r->state == SOURCE_FAILED ? r->src->error : NULL;
}

void synfin_close(struct synfin_reader *r)
{
	if (!r)
		return;
	r->src->close(r->src);
	free(r->record);
	free(r);
}

const char *synfin_phase_name(unsigned int phase)
{
	return word_phase(phase)->text;
}

const char *synfin_open_name(unsigned int opening)
{
	return word_open(opening)->text;
}

const char *synfin_close_name(unsigned int closing)
{
	return word_close(closing)->text;
}

const char *synfin_closed_by_name(unsigned int closed_by)
{
	return word_closed_by(closed_by)->text;
}
