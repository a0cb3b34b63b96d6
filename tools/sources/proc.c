// SPDX-License-Identifier: GPL-2.0
/*
 * The text files of the module.
 */
#include <errno.h>

#include "output/complain.h"
#include "sources/absent.h"
#include "sources/proc.h"

/**
 * proc_open() - open one
 * @path: its path
 *
 * Return: the file, NULL after a message.
 */
FILE *proc_open(const char *path)
{
	FILE *file = fopen(path, "re");
	const char *advice = NULL;

	if (file)
		return file;
	if (errno == ENOENT)
		advice = absent_advice();
	else if (errno == EACCES || errno == EPERM)
		advice = "try: sudo";
	complain_file(path, errno, advice);
	return NULL;
}

/**
 * proc_close() - close it
 * @file: of proc_open()
 * @path: its path
 *
 * Return: 0, or -1 after a message if it could not be read to its end.
 */
int proc_close(FILE *file, const char *path)
{
	int err = ferror(file) ? complain_file(path, EIO, NULL) : 0;

	fclose(file);
	return err;
}
