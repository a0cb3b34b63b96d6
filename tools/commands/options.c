// SPDX-License-Identifier: GPL-2.0
/*
 * The command line.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/complain.h"
#include "commands/options.h"
#include "output/term.h"

static const char help[] =
"Usage: synfin [COMMAND] [OPTION...]\n"
"\n"
"Shows how TCP connections open and close.\n"
"\n"
"Commands:\n"
"  conns     a line for each connection that has ended (the default)\n"
"  phases    a line for each segment that opened or closed one\n"
"  ladder    a drawing of each connection, segment by segment\n"
"  flows     the connections that are live now\n"
"  stats     what was counted, and how long handshakes took\n"
"  top       the busiest services, refreshed each second\n"
"  record    write what happens to a file (-o FILE), to be read with -r\n"
"\n"
"Where from:\n"
"  -r, --read FILE        a recording or a capture; - is stdin\n"
"      --source NAME      ring (the default) or trace, the tracepoints\n"
"      --ring-file FILE   another file than /proc/net/synfin/ring\n"
"      --follow           wait for more (the default, but for a file)\n"
"      --no-follow        end with what is there now\n"
"  -n, --count COUNT      end after so many connections, or phases\n"
"  -d, --duration SECONDS end after so long\n"
"\n"
"Which:\n"
"      --port NUMBER      with this port at either end\n"
"      --host ADDRESS     with this address at either end\n"
"      --netns NUMBER     of this network namespace (ls -L -i /proc/PID/ns/net)\n"
"      --failed           only those that did not open\n"
"\n"
"How:\n"
"      --json             an object a line\n"
"  -o, --output COLUMNS   these columns, as TIME,CLIENT,OUTCOME\n"
"      --no-headings      rows only\n"
"      --ascii, --utf8    what the terminal can show (as the locale says)\n"
"      --color WHEN       auto (the default), always or never\n"
"      --numeric          port numbers, not the names of services\n"
"      --absolute         sequence numbers as on the wire, in a ladder\n"
"      --relative         counted from the first one, x and y (the default)\n"
"      --explain          say what each counter means, with stats\n"
"\n"
"  -h, --help             this text\n"
"      --version          the version\n"
"\n"
"The exit status is 0, 1 if something failed, 2 if the usage was wrong.\n";

enum {
	OPT_SOURCE = 256,
	OPT_RING_FILE,
	OPT_FOLLOW,
	OPT_NO_FOLLOW,
	OPT_PORT,
	OPT_HOST,
	OPT_NETNS,
	OPT_FAILED,
	OPT_JSON,
	OPT_NO_HEADINGS,
	OPT_ASCII,
	OPT_UTF8,
	OPT_COLOR,
	OPT_NUMERIC,
	OPT_ABSOLUTE,
	OPT_RELATIVE,
	OPT_EXPLAIN,
	OPT_VERSION,
};

static const struct option longs[] = {
	{ "read", required_argument, NULL, 'r' },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "ring-file", required_argument, NULL, OPT_RING_FILE },
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ "no-follow", no_argument, NULL, OPT_NO_FOLLOW },
	{ "count", required_argument, NULL, 'n' },
	{ "duration", required_argument, NULL, 'd' },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "failed", no_argument, NULL, OPT_FAILED },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "output", required_argument, NULL, 'o' },
	{ "no-headings", no_argument, NULL, OPT_NO_HEADINGS },
	{ "ascii", no_argument, NULL, OPT_ASCII },
	{ "utf8", no_argument, NULL, OPT_UTF8 },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "numeric", no_argument, NULL, OPT_NUMERIC },
	{ "absolute", no_argument, NULL, OPT_ABSOLUTE },
	{ "relative", no_argument, NULL, OPT_RELATIVE },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static int wrong(const char *option, const char *value, const char *wanted)
{
	return complain("%s %s: %s", option, value, wanted);
}

static int parse_number(const char *option, const char *value, uint64_t most,
			uint64_t *result)
{
	char *end;

	errno = 0;
	*result = strtoull(value, &end, 10);
	if (errno || *end || end == value || strchr(value, '-') || !*result ||
	    *result > most)
		return complain("%s %s: a number from 1 to %llu is wanted",
				option, value, (unsigned long long)most);
	return 0;
}

static int parse_seconds(struct options *opt, const char *value)
{
	char *end;

	opt->seconds = strtod(value, &end);
	if (*end || end == value || !isfinite(opt->seconds) ||
	    opt->seconds <= 0 || opt->seconds > 1e9)
		return wrong("-d", value, "a number of seconds is wanted");
	return 0;
}

static int parse_host(struct filter *f, const char *value)
{
	if (inet_pton(AF_INET, value, f->host) == 1)
		f->family = 4;
	else if (inet_pton(AF_INET6, value, f->host) == 1)
		f->family = 6;
	else
		return wrong("--host", value, "an address, not a name, is wanted");
	return 0;
}

static int parse_color(struct options *opt, const char *value)
{
	if (!strcmp(value, "always"))
		opt->color = true;
	else if (!strcmp(value, "never"))
		opt->color = false;
	else if (!strcmp(value, "auto"))
		opt->color = term_has_color();
	else
		return wrong("--color", value, "auto, always or never is wanted");
	return 0;
}

static int parse_source(struct options *opt, const char *value)
{
	opt->trace = !strcmp(value, "trace");
	if (!opt->trace && strcmp(value, "ring"))
		return wrong("--source", value, "ring or trace is wanted");
	return 0;
}

static int parse_filter(struct filter *f, int option, const char *value)
{
	uint64_t n = 0;
	int err = 0;

	switch (option) {
	case OPT_PORT:
		err = parse_number("--port", value, UINT16_MAX, &n);
		f->port = (uint16_t)n;
		break;
	case OPT_NETNS:
		err = parse_number("--netns", value, UINT32_MAX, &n);
		f->netns = (uint32_t)n;
		break;
	case OPT_HOST:
		err = parse_host(f, value);
		break;
	default:
		f->failed = true;
		break;
	}
	return err;
}

/* Options that are no more than a switch. */
static void parse_switch(struct options *opt, int option)
{
	switch (option) {
	case OPT_JSON:
		opt->json = true;
		break;
	case OPT_NO_HEADINGS:
		opt->headings = false;
		break;
	case OPT_ASCII:
	case OPT_UTF8:
		opt->utf8 = option == OPT_UTF8;
		break;
	case OPT_NUMERIC:
		opt->numeric = true;
		break;
	case OPT_ABSOLUTE:
	case OPT_RELATIVE:
		opt->absolute = option == OPT_ABSOLUTE;
		break;
	case OPT_EXPLAIN:
		opt->explain = true;
		break;
	}
}

static int parse_option(struct options *opt, int option, int *follow)
{
	switch (option) {
	case 'r':
		opt->file = optarg;
		return 0;
	case 'o':
		opt->output = optarg;
		return 0;
	case 'n':
		return parse_number("-n", optarg, UINT64_MAX, &opt->count);
	case 'd':
		return parse_seconds(opt, optarg);
	case OPT_SOURCE:
		return parse_source(opt, optarg);
	case OPT_RING_FILE:
		opt->ring = optarg;
		return 0;
	case OPT_FOLLOW:
	case OPT_NO_FOLLOW:
		*follow = option == OPT_FOLLOW;
		return 0;
	case OPT_COLOR:
		return parse_color(opt, optarg);
	case OPT_PORT:
	case OPT_HOST:
	case OPT_NETNS:
	case OPT_FAILED:
		return parse_filter(&opt->filter, option, optarg);
	default:
		parse_switch(opt, option);
		return 0;
	}
}

static int parse_command(struct options *opt, int argc, char **argv)
{
	if (optind == argc)
		return 0;
	opt->command = argv[optind];
	if (optind + 1 < argc)
		return complain("%s: one command is enough: is a -r missing?",
				argv[optind + 1]);
	return 0;
}

static enum options_result usage_wrong(void)
{
	fputs("Try: synfin --help\n", stderr);
	return OPTIONS_WRONG;
}

/**
 * options_parse() - read the command line
 * @opt: to be filled
 * @argc: of main()
 * @argv: of main()
 *
 * Return: whether to go on, or the reason why not, after a message.
 */
enum options_result options_parse(struct options *opt, int argc, char **argv)
{
	int option, follow = -1;

	*opt = (struct options){
		.command = "conns",
		.headings = true,
		.utf8 = term_has_utf8(),
		.color = term_has_color(),
	};
	opterr = 0;
	while ((option = getopt_long(argc, argv, "r:n:d:o:h", longs, NULL)) >= 0) {
		switch (option) {
		case 'h':
			fputs(help, stdout);
			return OPTIONS_DONE;
		case OPT_VERSION:
			printf("synfin %s (records of version %d)\n",
			       SYNFIN_RELEASE, SYNFIN_VERSION);
			return OPTIONS_DONE;
		case '?':
			complain("%s: is no option, or lacks its value",
				 argv[optind - 1]);
			return usage_wrong();
		default:
			if (parse_option(opt, option, &follow))
				return usage_wrong();
		}
	}
	if (parse_command(opt, argc, argv))
		return usage_wrong();
	if (opt->file && (opt->trace || opt->ring)) {
		complain("-r: a file is no live source: leave out --source and --ring-file");
		return usage_wrong();
	}
	opt->follow = follow < 0 ? !opt->file : follow;
	return OPTIONS_RUN;
}
