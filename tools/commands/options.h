/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the command line says.
 */
#ifndef _TOOLS_OPTIONS_H
#define _TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/synfin.h"

/**
 * struct filter - which connections are wanted
 * @port:	of either end, 0 for any
 * @netns:	number of a namespace, 0 for any
 * @family:	of @host, 0 for any
 * @host:	address of either end
 * @failed:	only those that did not open
 */
struct filter {
	uint16_t port;
	uint32_t netns;
	uint8_t family;
	uint8_t host[16];
	bool failed;
};

/**
 * struct options - the command line
 * @command:	the command's name
 * @file:	a recording or a capture to read, "-" for stdin, or NULL
 * @ring:	the file to map as the ring
 * @output:	what -o says: columns, or for record the file
 * @filter:	which connections
 * @count:	end after so many, 0 for no limit
 * @seconds:	end after so long, 0 for no limit
 * @trace:	read the tracepoints instead of the ring
 * @follow:	wait for more
 * @json:	an object a line
 * @headings:	a line of them above a table
 * @utf8:	the terminal can show more than ASCII
 * @color:	use colours
 * @numeric:	port numbers, not names
 * @absolute:	sequence numbers as on the wire
 * @explain:	say what each counter means
 */
struct options {
	const char *command;
	const char *file;
	const char *ring;
	const char *output;
	struct filter filter;
	uint64_t count;
	double seconds;
	bool trace;
	bool follow;
	bool json;
	bool headings;
	bool utf8;
	bool color;
	bool numeric;
	bool absolute;
	bool explain;
};

/* What options_parse() found: go on, or end with success or a wrong usage. */
enum options_result {
	OPTIONS_RUN,
	OPTIONS_DONE,
	OPTIONS_WRONG,
};

enum options_result options_parse(struct options *opt, int argc, char **argv);

bool filter_any(const struct filter *f);
bool filter_head(const struct filter *f, const struct synfin_record_head *head);

#endif /* _TOOLS_OPTIONS_H */
