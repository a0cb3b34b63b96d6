/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that is made: under another name first, so that what had its name before
 * stays until the new one is good; for its owner alone.
 */
#ifndef _TOOLS_SAVE_H
#define _TOOLS_SAVE_H

#include <stdbool.h>

/**
 * struct save - a file that is made
 * @name:	as the user gave it
 * @temporary:	its name until save_keep(), NULL if it has its own
 * @fd:		its descriptor
 */
struct save {
	const char *name;
	char *temporary;
	int fd;
};

int save_open(struct save *save, const char *name);
int save_keep(struct save *save);
int save_close(struct save *save, bool good);

#endif /* _TOOLS_SAVE_H */
