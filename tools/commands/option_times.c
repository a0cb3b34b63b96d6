// SPDX-License-Identifier: GPL-2.0
/*
 * Times that count from now: of a file, now is its last record.
 */
#include <stdlib.h>

#include "commands/options.h"
#include "commands/parse.h"
#include "output/complain.h"
#include "sources/source.h"

/* What goes on, or comes through a pipe, ends now. */
static int settle(struct options *opt)
{
	uint64_t end, ns;
	bool any = opt->times[OPTION_LAST] || opt->times[OPTION_SINCE] ||
		   opt->times[OPTION_UNTIL];

	if (!any || !opt->file || opt->follow)
		return 0;
	if (!source_end(opt, &end))
		return -1;
	if (!end)
		return 0;
	if (opt->times[OPTION_LAST] && parse_duration(opt->times[OPTION_LAST], &ns))
		opt->filter.since_ns = ns < end ? end - ns : 0;
	if (opt->times[OPTION_SINCE])
		parse_time(opt->times[OPTION_SINCE], end, &opt->filter.since_ns);
	if (opt->times[OPTION_UNTIL])
		parse_time(opt->times[OPTION_UNTIL], end, &opt->filter.until_ns);
	return 0;
}

/**
 * option_times_settle() - let the times of the options count from the end of the files
 * @opt: the command line; what it says of times has been found to be right
 *
 * Return: 0, or the exit status, after a message.
 */
int option_times_settle(struct options *opt)
{
	if (settle(opt))
		return EXIT_FAILURE;
	if (!opt->filter.until_ns || opt->filter.since_ns <= opt->filter.until_ns)
		return 0;
	complain("--until %s: is before the other time: nothing was there then",
		 opt->times[OPTION_UNTIL]);
	return 2;
}
