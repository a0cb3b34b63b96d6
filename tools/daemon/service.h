/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all services have at their beginning: the command line, and the folder that they
 * keep things in.
 */
#ifndef _TOOLS_DAEMON_SERVICE_H
#define _TOOLS_DAEMON_SERVICE_H

#include <getopt.h>

#include "commands/options.h"

/* The first of a service's own options without a letter; and one that all have. */
#define SERVICE_OPTION		256
#define SERVICE_RING_FILE	255

/**
 * struct service - a service, as its command line sees it
 * @name:	of the command
 * @help:	what --help prints
 * @longs:	its options; those of all are "read" r, "ring-file" SERVICE_RING_FILE and
 *		"help" h
 * @take:	takes an option of its own, with its value in optarg; -1 after a message
 * @check:	looks at all of them, in the end; likewise
 * @ctx:	handed to both
 * @opt:	set: where records come from
 */
struct service {
	const char *name;
	const char *help;
	const struct option *longs;
	int (*take)(void *ctx, int option);
	int (*check)(void *ctx);
	void *ctx;
	struct options *opt;
};

int service_begin(const struct service *service, int argc, char **argv);
int service_folder(const char *path);
int service_number(const char *option, const char *value, unsigned int most,
		   unsigned int *result);

#endif /* _TOOLS_DAEMON_SERVICE_H */
