/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several captures read as one: each packet from the file where the next one is
 * earliest.
 */
#ifndef _TOOLS_CAPTURE_FILES_H
#define _TOOLS_CAPTURE_FILES_H

#include "sources/packets.h"

/**
 * struct capture_file - one of them
 * @in:		the file
 * @packets:	what is in it
 * @next:	its next packet, if there is one
 * @lane:	tells it from others that were captured at the same time
 * @begun:	a packet of it has been handed on
 * @waiting:	@next is there
 * @ended:	all of it has been read
 */
struct capture_file {
	struct input *in;
	struct packets packets;
	struct packet next;
	unsigned int lane;
	bool begun;
	bool waiting;
	bool ended;
};

/**
 * struct capture_files - all of them
 * @nr:		how many
 * @file:	they
 * @last:	the one that the last packet came from
 * @broken:	the first that is, with what in @wrong; or NULL
 * @wrong:	what is wrong
 */
struct capture_files {
	unsigned int nr;
	struct capture_file *file;
	struct capture_file *last;
	const struct capture_file *broken;
	const char *wrong;
};

int capture_files_open(struct capture_files *f, struct input *const *in, unsigned int nr);
void capture_files_close(struct capture_files *f);
bool capture_files_next(struct capture_files *f, struct packet *pkt);
uint64_t capture_files_lost(const struct capture_files *f);

#endif /* _TOOLS_CAPTURE_FILES_H */
