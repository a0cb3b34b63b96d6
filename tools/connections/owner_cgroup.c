// SPDX-License-Identifier: GPL-2.0
/*
 * The path of a control group, by its number: in cgroup2 a file handle is made of it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connections/keyed_hash.h"
#include "connections/owner.h"

/* FILEID_KERNFS of linux/exportfs.h */
#define KERNFS_HANDLE	0xfe
/* Groups whose paths are kept: they come and go with their containers. */
#define KEPT_MAX	4096u
#define PATH_LONGEST	512u

struct group {
	UT_hash_handle hh;
	uint64_t id;
	char path[];
};

/* The folder where cgroup2 is mounted, alone or beside the older ones. */
static bool find_mount(char where[PATH_LONGEST])
{
	FILE *file = fopen("/proc/self/mounts", "re");
	char line[1024], type[32];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %511s %31s", where, type) == 2 &&
			!strcmp(type, "cgroup2");
	if (file)
		fclose(file);
	return found;
}

/* Looked for once; -1 if there is none. */
static int mount_folder(size_t *len)
{
	static char where[PATH_LONGEST];
	static bool looked;
	static int folder = -1;

	if (!looked && find_mount(where))
		folder = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	looked = true;
	*len = strlen(where);
	return folder;
}

static bool look_up(uint64_t id, char path[PATH_LONGEST])
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} of = { .handle = { .handle_bytes = sizeof(id), .handle_type = KERNFS_HANDLE } };
	char link[64], text[2 * PATH_LONGEST];
	size_t prefix;
	ssize_t len;
	int fd, folder = mount_folder(&prefix);

	memcpy(of.handle.f_handle, &id, sizeof(id));
	fd = folder < 0 ? -1 : open_by_handle_at(folder, &of.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, text, sizeof(text) - 1);
	close(fd);
	if (len < (ssize_t)prefix || (size_t)len - prefix >= PATH_LONGEST)
		return false;
	text[len] = '\0';
	snprintf(path, PATH_LONGEST, "%.511s", text[prefix] ? text + prefix : "/");
	return true;
}

static struct group *kept;

static void forget(void)
{
	struct group *g, *next;

	HASH_ITER(hh, kept, g, next) {
		HASH_DEL(kept, g);
		free(g);
	}
}

/**
 * owner_cgroup() - the path of a control group
 * @id: its number
 *
 * Return: as in /proc/PID/cgroup, from the root on; NULL if it has gone, or is none.
 * It stands until many others have been looked up.
 */
const char *owner_cgroup(uint64_t id)
{
	char path[PATH_LONGEST];
	struct group *g;

	if (!id)
		return NULL;
	HASH_FIND(hh, kept, &id, sizeof(id), g);
	if (g)
		return *g->path ? g->path : NULL;
	/* One that has gone does not come back: its number is not given again. */
	if (!look_up(id, path))
		*path = '\0';
	if (HASH_COUNT(kept) >= KEPT_MAX)
		forget();
	g = malloc(sizeof(*g) + strlen(path) + 1);
	if (!g)
		return NULL;
	g->id = id;
	strcpy(g->path, path);
	HASH_ADD(hh, kept, id, sizeof(g->id), g);
	return *g->path ? g->path : NULL;
}
