/* SPDX-License-Identifier: GPL-2.0 */
/*
 * synfin export: what its threads share.
 */
#ifndef _TOOLS_EXPORTER_H
#define _TOOLS_EXPORTER_H

#include <pthread.h>

#include "commands/options.h"
#include "export/state.h"
#include "export/tally.h"

/**
 * struct exporter - the exporter
 * @opt:	where records come from
 * @listen:	address and port to serve at, or NULL
 * @textfile:	file to write, or NULL
 * @interval:	seconds from one writing of it to the next
 * @lock:	of what follows, which whoever is scraped reads
 * @tally:	what was counted
 * @lost:	records that were lost
 * @state:	on disk
 * @held:	who reads the ring holds @lock: only that one looks at this
 */
struct exporter {
	struct options opt;
	const char *listen;
	const char *textfile;
	unsigned int interval;
	pthread_mutex_t lock;
	struct tally tally;
	uint64_t lost;
	struct state state;
	bool held;
};

char *exporter_scrape(struct exporter *e, bool old, size_t *len);

struct MHD_Daemon;
int serve_check(const char *listen);
struct MHD_Daemon *serve_start(struct exporter *e);
void serve_stop(struct MHD_Daemon *daemon);

int textfile_write(struct exporter *e);

#endif /* _TOOLS_EXPORTER_H */
