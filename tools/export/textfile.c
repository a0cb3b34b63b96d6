// SPDX-License-Identifier: GPL-2.0
/*
 * Writes metrics to a file for node_exporter's textfile collector. Who reads it sees
 * the one before or this one, whole.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/exporter.h"
#include "output/complain.h"

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/**
 * textfile_write() - write the file anew
 * @e: the exporter
 *
 * Return: 0, or -1 after a message; the old one is still there then.
 */
int textfile_write(struct exporter *e)
{
	char *text, *name;
	size_t len;
	int fd, err = -1;

	/* Not *.prom: nobody takes it for a file of metrics. */
	if (asprintf(&name, "%s.XXXXXX", e->textfile) < 0)
		return complain("out of memory");
	text = exporter_scrape(e, true, &len);
	if (!text) {
		complain("out of memory");
		goto free;
	}
	fd = mkstemp(name);
	if (fd < 0) {
		complain_file(e->textfile, errno, NULL);
		goto free;
	}
	err = write_all(fd, text, len) || fchmod(fd, 0644);
	if (close(fd) || err || rename(name, e->textfile)) {
		err = complain_file(e->textfile, errno, NULL);
		unlink(name);
	}
free:
	free(text);
	free(name);
	return err;
}
