/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of records from a source to a view, which conns, phases, ladder, record
 * and top have in common.
 */
#ifndef _TOOLS_PIPELINE_H
#define _TOOLS_PIPELINE_H

#include "connections/assemble.h"
#include "output/out.h"
#include "sources/source.h"
#include "commands/totals.h"

struct pipeline;

/* Records of TLS that wait for their summaries, where nothing else does. */
#define PIPELINE_TLS	64u

/**
 * struct view - what is done with what comes
 * @record:	takes each record by itself, or NULL; false if it wants no more
 * @conn:	takes connections that have ended, or NULL; likewise
 * @bare:	it looks at their summaries only
 * @drain:	told to end, it takes what is there first
 * @idle:	called after each batch, or NULL; likewise
 * @end:	called before the closing line, or NULL
 */
struct view {
	bool (*record)(struct pipeline *w, const union synfin_record *rec);
	bool (*conn)(struct pipeline *w, const struct conn *c);
	bool bare;
	bool drain;
	bool (*idle)(struct pipeline *w);
	void (*end)(struct pipeline *w);
};

/**
 * struct pipeline - records on their way
 * @opt:	the command line
 * @view:	what is done with them
 * @ctx:	the view's own
 * @out:	stdout
 * @src:	where they come from
 * @assembly:	if the view wants connections
 * @tls:	if there is no assembly: records of TLS, by connection
 * @ftp:	likewise, of FTP's data
 * @totals:	what the closing line says
 */
struct pipeline {
	const struct options *opt;
	const struct view *view;
	void *ctx;
	struct out out;
	struct source *src;
	struct assembly *assembly;
	struct synfin_record_tls tls[PIPELINE_TLS];
	struct synfin_record_ftp ftp[PIPELINE_TLS];
	struct totals totals;
};

int pipeline_run(struct pipeline *w);

#endif /* _TOOLS_PIPELINE_H */
