/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose a connection is: the process that opened it, or the owner of the listener that
 * took it; the path of its control group.
 *
 * A record has numbers. What they mean is known to the kernel that wrote it, as long as
 * the process, or the group, lives: so names are looked up only for what is live.
 */
#ifndef _TOOLS_OWNER_H
#define _TOOLS_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/synfin.h"

/* A command, as the kernel keeps it, and a 0. */
#define OWNER_COMM	17u

/**
 * struct owner - whose a connection is, as far as that is known
 * @pid:	the process, 0 if it is not known
 * @comm:	its command, "" if it is not known; whatever it says of itself
 * @cgroup:	the path of its control group, NULL if it is not known
 */
struct owner {
	uint32_t pid;
	char comm[OWNER_COMM];
	const char *cgroup;
};

void owner_live(bool live);
void owner_find(const struct synfin_record_conn *c, struct owner *owner);
bool owner_of_socket(uint64_t inode, struct owner *owner);
const char *owner_process_word(unsigned int process);

/* owner_cgroup.c */
const char *owner_cgroup(uint64_t id);

#endif /* _TOOLS_OWNER_H */
