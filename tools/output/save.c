// SPDX-License-Identifier: GPL-2.0
/*
 * A file that is made. It begins as .NAME.XXXXXX in the same folder, which nobody else
 * can have made; then it takes the place of whatever is called NAME. Pipes and devices
 * are written to as they are, and no symbolic link is followed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/complain.h"
#include "output/save.h"

static int open_temporary(struct save *save)
{
	const char *slash = strrchr(save->name, '/');
	int folder = slash ? (int)(slash - save->name) + 1 : 0;

	if (asprintf(&save->temporary, "%.*s.%.200s.XXXXXX", folder, save->name,
		     save->name + folder) < 0) {
		save->temporary = NULL;
		return complain("out of memory");
	}
	/* As mkstemp() of the C library does it: O_EXCL, mode 0600. */
	save->fd = mkostemp(save->temporary, O_CLOEXEC);
	if (save->fd >= 0)
		return 0;
	complain_file(save->name, errno, errno == EACCES ? "try: sudo" : NULL);
	free(save->temporary);
	save->temporary = NULL;
	return -1;
}

/**
 * save_open() - begin to make a file
 * @save: to be filled
 * @name: what it is to be called
 *
 * Return: 0, or -1 after a message.
 */
int save_open(struct save *save, const char *name)
{
	struct stat st;

	*save = (struct save){ .name = name, .fd = -1 };
	if (!*name || name[strlen(name) - 1] == '/')
		return complain("'%s': is no name for a file", name);
	if (lstat(name, &st) || S_ISREG(st.st_mode))
		return open_temporary(save);
	if (S_ISDIR(st.st_mode))
		return complain_file(name, EISDIR, NULL);
	if (S_ISLNK(st.st_mode))
		return complain("%s: is a symbolic link: name the file it leads to",
				name);
	save->fd = open(name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	return save->fd < 0 ? complain_file(name, errno, NULL) : 0;
}

/**
 * save_keep() - it is good as it is now: give it its name
 * @save: the file; more can be written to it
 *
 * Return: 0, or -1 after a message.
 */
int save_keep(struct save *save)
{
	if (!save->temporary)
		return 0;
	if (rename(save->temporary, save->name))
		return complain_file(save->name, errno, NULL);
	free(save->temporary);
	save->temporary = NULL;
	return 0;
}

/**
 * save_close() - that is all
 * @save: the file
 * @good: give it its name, if it has not got it; or else remove it
 *
 * Return: 0, or -1 after a message.
 */
int save_close(struct save *save, bool good)
{
	int err = 0;

	if (good)
		err = save_keep(save);
	if (save->temporary)
		unlink(save->temporary);
	free(save->temporary);
	save->temporary = NULL;
	if (close(save->fd))
		err = complain_file(save->name, errno, NULL);
	return err;
}
