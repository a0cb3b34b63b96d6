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
#include "commands/interrupt.h"
#include "output/util.h"
#include "sources/proc.h"

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
	int status;

	hold_descriptors();
	if (argc > 1 && is_helper(argv[1]))
		return run_helper(argv + 1);
	setlocale(LC_CTYPE, "");
	tzset();
	switch (options_parse(&opt, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_SUCCESS;
	case OPTIONS_FAILED:
		return EXIT_FAILURE;
	case OPTIONS_WRONG:
		return 2;
	case OPTIONS_RUN:
		break;
	}
	proc_set_folder(opt.proc);
	if (interrupt_setup(opt.seconds))
		return EXIT_FAILURE;
	status = option_times_settle(&opt);
	if (!status)
		status = opt.command->run(&opt);
	options_free(&opt);
	return status;
}
