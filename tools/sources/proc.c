// SPDX-License-Identifier: GPL-2.0
/*
 * The text files of the module.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "output/complain.h"
#include "sources/absent.h"
#include "sources/proc.h"

/* Instead of the one in PROC_*, or NULL. */
static const char *other_folder;

/**
 * proc_set_folder() - read copies of the files
 * @folder: where they are, NULL for the module's own
 */
void proc_set_folder(const char *folder)
{
	other_folder = folder;
}

/**
 * proc_open() - open one
 * @path: its path
 *
 * Return: the file, NULL after a message.
 */
FILE *proc_open(const char *path)
{
	char copy[PATH_MAX];
	FILE *file;
	const char *advice = NULL;

	if (other_folder) {
		snprintf(copy, sizeof(copy), "%s%s", other_folder, strrchr(path, '/'));
		file = fopen(copy, "re");
		if (!file)
			complain_file(copy, errno, NULL);
		return file;
	}
	file = fopen(path, "re");
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
	int error = errno == EPERM ? EPERM : EIO;
	int err = 0;

	if (ferror(file))
		err = complain_file(path, error, error == EPERM ? "try: sudo" : NULL);
	fclose(file);
	return err;
}
