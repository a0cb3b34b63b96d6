// SPDX-License-Identifier: GPL-2.0
/*
 * synfin: shows how TCP connections open and close.
 *
 *	source (ring, trace, recording, capture) -> records
 *	       -> assembly -> connections -> view (table, ladder, JSON)
 */
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "output/complain.h"
#include "commands/helper.h"
#include "commands/stop.h"
#include "output/util.h"

/* The options that only some commands have a use for. */
#define TAKES_OUTPUT	1	/* -o */
#define NEEDS_OUTPUT	2
#define TAKES_FILE	4	/* -r */

static const struct {
	const char *name;
	int (*run)(const struct options *opt);
	unsigned int takes;
} commands[] = {
	{ "conns", cmd_conns, TAKES_OUTPUT | TAKES_FILE },
	{ "phases", cmd_phases, TAKES_OUTPUT | TAKES_FILE },
	{ "ladder", cmd_ladder, TAKES_FILE },
	{ "flows", cmd_flows, TAKES_OUTPUT },
	{ "stats", cmd_stats, 0 },
	{ "top", cmd_top, 0 },
	{ "record", cmd_record, TAKES_OUTPUT | NEEDS_OUTPUT | TAKES_FILE },
};

static int check(const struct options *opt, unsigned int takes)
{
	if (opt->file && !(takes & TAKES_FILE))
		return complain("%s: shows what is live and reads no file: leave out -r",
				opt->command);
	if (opt->output && !(takes & TAKES_OUTPUT))
		return complain("%s: has no columns to choose: leave out -o",
				opt->command);
	if (!opt->output && (takes & NEEDS_OUTPUT))
		return complain("record: where to? try: synfin record -o FILE");
	return 0;
}

/*
 * A file must not get the number of stdout because that was closed: what is said would
 * go into it. So the three are open, the wrong way, which fails when it is used.
 */
static void hold_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	struct options opt;

	hold_descriptors();
	if (argc > 1 && is_helper(argv[1]))
		return run_helper(argv + 1);
	setlocale(LC_CTYPE, "");
	tzset();
	switch (options_parse(&opt, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_SUCCESS;
	case OPTIONS_WRONG:
		return 2;
	case OPTIONS_RUN:
		break;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, opt.command))
			continue;
		if (check(&opt, commands[i].takes))
			return 2;
		if (stop_setup(opt.seconds))
			return EXIT_FAILURE;
		return commands[i].run(&opt);
	}
	if (!access(opt.command, F_OK))
		complain("%s: is a file, no command: try: synfin -r %s",
			 opt.command, opt.command);
	else
		complain("%s: no such command: try: synfin --help", opt.command);
	return 2;
}
