// SPDX-License-Identifier: GPL-2.0
/*
 * How services begin: see service.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/service.h"
#include "output/complain.h"

static int take(const struct service *service, int option)
{
	switch (option) {
	case 'h':
		fputs(service->help, stdout);
		exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
	case 'r':
		service->opt->file = optarg;
		return 0;
	case SERVICE_RING_FILE:
		service->opt->ring = optarg;
		return 0;
	case '?':
		return -1;
	default:
		return service->take(service->ctx, option);
	}
}

static int take_all(const struct service *service, int argc, char **argv)
{
	int option;

	/* getopt() begins its messages by it. */
	argv[0] = (char *)"synfin";
	while ((option = getopt_long(argc, argv, "r:h", service->longs, NULL)) >= 0)
		if (take(service, option))
			return -1;
	if (optind < argc)
		return complain("%s: %s takes options only", argv[optind], service->name);
	return service->check(service->ctx);
}

/**
 * service_begin() - read the command line
 * @service: the service
 * @argc: of main()
 * @argv: of main()
 *
 * Return: 0, or the exit status, after a message.
 */
int service_begin(const struct service *service, int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	if (take_all(service, argc, argv)) {
		fprintf(stderr, "Try: synfin %s --help\n", service->name);
		return 2;
	}
	service->opt->follow = !service->opt->file;
	return 0;
}

/**
 * service_folder() - open the folder that a service keeps things in
 * @path: where it is
 *
 * Return: its descriptor, or -1 after a message.
 */
int service_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? fd : complain_file(path, errno, NULL);
}

/**
 * service_number() - read a number
 * @option:	that it belongs to
 * @value:	the text
 * @most:	the largest that makes sense
 * @result:	set to it
 *
 * Return: 0, or -1 after a message.
 */
int service_number(const char *option, const char *value, unsigned int most,
		   unsigned int *result)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *end || end == value || strchr(value, '-') || !n || n > most)
		return complain("%s %s: a number from 1 to %u is wanted", option,
				value, most);
	*result = (unsigned int)n;
	return 0;
}
