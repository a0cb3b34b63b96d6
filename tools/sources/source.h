/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where records come from: the ring, the tracepoints, a recording, a capture.
 * Whatever the source, what it hands on are the kernel's records in their order.
 */
#ifndef _TOOLS_SOURCE_H
#define _TOOLS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/synfin.h"
#include "commands/options.h"
#include "output/out.h"
#include "output/util.h"

/**
 * enum source_state - what reading a source came to
 * @SOURCE_MORE:	there may be more at once
 * @SOURCE_IDLE:	nothing now: wait
 * @SOURCE_END:		that was all
 * @SOURCE_FAILED:	see source_fail(); what had been handed on is good
 */
enum source_state {
	SOURCE_MORE,
	SOURCE_IDLE,
	SOURCE_END,
	SOURCE_FAILED,
};

/**
 * struct sink - who takes the records
 * @record:	takes one; false if it wants no more
 * @ctx:	handed to it
 */
struct sink {
	bool (*record)(void *ctx, const union synfin_record *rec);
	void *ctx;
};

/**
 * struct source - where records come from
 * @read:	hands on some records, a bounded number
 * @wait:	sleeps until there may be more, a tenth of a second at most
 * @settle:	brings @lost up to date, or NULL if it always is
 * @close:	frees it
 * @remark:	appends to the closing line what else there is to say, or NULL
 * @places:	tells where in each of its parts it is, or NULL: the number of the next
 *		record to be handed on, of @nr parts at most; returns how many there are
 * @resume:	what is gone from there on counts as lost, or NULL
 * @go_on:	the same, and what is before is not handed on
 * @lost:	records that were overwritten before they could be read
 * @late:	phases may follow the summary of their connection
 * @complete:	what has not ended when the source does is to be judged as it is
 * @live:	it goes on: print at once
 * @error:	what failed, to be said when what was good has been shown
 */
struct source {
	enum source_state (*read)(struct source *src, const struct sink *sink);
	void (*wait)(struct source *src);
	void (*settle)(struct source *src);
	void (*close)(struct source *src);
	void (*remark)(struct source *src, struct out *out);
	size_t (*places)(struct source *src, uint64_t *place, size_t nr);
	void (*resume)(struct source *src, const uint64_t *place, size_t nr);
	void (*go_on)(struct source *src, const uint64_t *place, size_t nr);
	uint64_t lost;
	bool late;
	bool complete;
	bool live;
	char error[512];
};

struct inputs;

enum source_state source_fail(struct source *src, const char *format, ...)
	__printf(2, 3);
struct source *source_open(const struct options *opt);
bool source_end(const struct options *opt, uint64_t *ns);
struct source *source_ring_open(const char *path, bool follow);
struct source *source_trace_open(bool follow);
struct source *source_file_open(struct inputs *inputs, bool follow);
struct source *source_pcap_open(struct inputs *inputs, const char *filter, bool names);

#endif /* _TOOLS_SOURCE_H */
