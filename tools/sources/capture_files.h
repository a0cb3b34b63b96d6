/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several captures read as one: each packet from the file where the next one is
 * earliest. A file in which the interfaces stand one behind the other is read as several.
 */
#ifndef _TOOLS_CAPTURE_FILES_H
#define _TOOLS_CAPTURE_FILES_H

#include "sources/packets.h"

/* Of a file, all packets are wanted. */
#define CAPTURE_ALL	UINT32_MAX

/* So many interfaces of a file may stand one behind the other. */
#define CAPTURE_GROUPS	16u

/**
 * struct capture_file - one of them
 * @in:		the file
 * @packets:	what is in it
 * @next:	its next packet, if there is one
 * @lane:	tells it from others that were captured at the same time
 * @only:	the interface whose packets are wanted, CAPTURE_ALL for all
 * @own:	@in was opened once more, to read another interface's
 * @begun:	a packet of it has been handed on
 * @waiting:	@next is there
 * @ended:	all of it has been read
 */
struct capture_file {
	struct input *in;
	struct packets packets;
	struct packet next;
	unsigned int lane;
	unsigned int only;
	bool own;
	bool begun;
	bool waiting;
	bool ended;
};

/**
 * struct capture_files - all of them
 * @nr:		how many
 * @room:	for so many there is room in @file
 * @file:	they
 * @last:	the one that the last packet came from
 * @broken:	the first that is, with what in @wrong; or NULL
 * @wrong:	what is wrong
 */
struct capture_files {
	unsigned int nr;
	unsigned int room;
	struct capture_file *file;
	struct capture_file *last;
	const struct capture_file *broken;
	const char *wrong;
};

int capture_files_open(struct capture_files *f, struct input *const *in, unsigned int nr);
void capture_files_close(struct capture_files *f);
bool capture_files_next(struct capture_files *f, struct packet *pkt);
uint64_t capture_files_lost(const struct capture_files *f);

/* capture_groups.c */
unsigned int capture_groups(const struct input *in, uint16_t number[CAPTURE_GROUPS]);

#endif /* _TOOLS_CAPTURE_FILES_H */
