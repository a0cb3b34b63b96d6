// SPDX-License-Identifier: GPL-2.0
/*
 * The reader on a file: a capture, a recording or a ring, as its first bytes say. The
 * first byte says how it is to be shown; the rest is the file.
 */
#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "fuzz.h"

static char path[64];

static char *const ways[][8] = {
	{ "conns", "--json", "-r", path },
	{ "conns", "-r", path },
	{ "phases", "--json", "-r", path },
	{ "phases", "--failed", "--utf8", "-r", path },
	{ "ladder", "--utf8", "--color", "always", "-r", path },
	{ "ladder", "--ascii", "--absolute", "-r", path },
	{ "conns", "--port", "80", "--host", "10.0.0.1", "-r", path },
	{ "record", "-o", "/dev/null", "-r", path },
	{ "conns", "--json", "--no-follow", "--ring-file", path },
	{ "phases", "--no-follow", "--ring-file", path },
	{ "ladder", "--ascii", "--no-follow", "--ring-file", path },
	{ "record", "-o", "/dev/null", "--no-follow", "--ring-file", path },
};

static void clean_up(void)
{
	unlink(path);
}

int fuzz_begin(int *argc, char ***argv)
{
	snprintf(path, sizeof(path), "/tmp/synfin-fuzz.%d", getpid());
	atexit(clean_up);
	return 0;
}

int fuzz_one(const uint8_t *data, size_t size)
{
	char *argv[10] = { "synfin" };
	struct options opt;
	int fd, argc = 1;

	if (!size)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	HOLDS(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)size - 1);
	close(fd);
	for (int i = 0; i < 8 && ways[data[0] % 12][i]; i++)
		argv[argc++] = ways[data[0] % 12][i];
	optind = 0;
	HOLDS(options_parse(&opt, argc, argv) == OPTIONS_RUN);
	HOLDS(opt.command->run(&opt) <= 2);
	filter_free(&opt.filter);
	return 0;
}
