// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a connection is. Of a listener the record has the number of its socket: who
 * holds that is found in /proc/PID/fd, which is read at most once a second.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connections/owner.h"

/* So long what was found holds, and so long nobody looks again, in nanoseconds. */
#define HOLDS_NS	10000000000ull
#define PAUSE_NS	1000000000ull

/* A process holds a socket. */
struct holder {
	uint64_t inode;
	uint32_t pid;
};

static struct {
	bool live;
	struct holder *holder;
	size_t nr;
	size_t room;
	uint64_t read_ns;
} holders;

/**
 * owner_live() - the records to come are of the kernel that runs here, and fresh
 * @live: or they are not: no name is looked up
 */
void owner_live(bool live)
{
	holders.live = live;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void add(uint64_t inode, uint32_t pid)
{
	struct holder *more;

	if (holders.nr == holders.room) {
		more = realloc(holders.holder, (holders.room + 1024) * sizeof(*more));
		if (!more)
			return;
		holders.holder = more;
		holders.room += 1024;
	}
	holders.holder[holders.nr++] = (struct holder){ inode, pid };
}

static void read_process(uint32_t pid)
{
	char path[64], text[64];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		ssize_t len = readlinkat(dirfd(folder), entry->d_name, text,
					 sizeof(text) - 1);
		unsigned long long inode;

		if (len <= 0)
			continue;
		text[len] = '\0';
		if (sscanf(text, "socket:[%llu]", &inode) == 1)
			add(inode, pid);
	}
	if (folder)
		closedir(folder);
}

static int by_inode(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

static void read_all(void)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;

	holders.nr = 0;
	while (folder && (entry = readdir(folder)))
		if (isdigit((unsigned char)*entry->d_name))
			read_process((uint32_t)strtoul(entry->d_name, NULL, 10));
	if (folder)
		closedir(folder);
	if (holders.nr)
		qsort(holders.holder, holders.nr, sizeof(*holders.holder), by_inode);
	holders.read_ns = now_ns();
}

/* The first holder of a socket; NULL if there is none. */
static const struct holder *first_of(uint64_t inode)
{
	size_t low = 0, high = holders.nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (holders.holder[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < holders.nr && holders.holder[low].inode == inode ?
	       &holders.holder[low] : NULL;
}

static uint32_t parent_of(uint32_t pid)
{
	char path[64], text[512], *end;
	unsigned int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* A command may hold anything, brackets included. */
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	end = strrchr(text, ')');
	if (!end || sscanf(end + 1, " %*c %u", &parent) != 1)
		return 0;
	return parent;
}

static bool descends(uint32_t pid, uint32_t from)
{
	for (unsigned int i = 0; pid > 1 && i < 64; i++) {
		if (pid == from)
			return true;
		pid = parent_of(pid);
	}
	return pid == from;
}

/*
 * Of those that hold a socket, the one of which all others descend: a server's first
 * process. Who started the server and holds it for that, as systemd does, is not asked.
 */
static uint32_t owner_among(const struct holder *first)
{
	const struct holder *end = &holders.holder[holders.nr], *h, *other;

	for (h = first; h < end && h->inode == first->inode; h++) {
		bool all = h->pid != 1;

		for (other = first; all && other < end &&
		     other->inode == first->inode; other++)
			all = other->pid == 1 || descends(other->pid, h->pid);
		if (all)
			return h->pid;
	}
	return h == first + 1 ? first->pid : 0;
}

static bool read_comm(uint32_t pid, char comm[OWNER_COMM])
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, comm, OWNER_COMM - 1);
	close(fd);
	if (len <= 0)
		return false;
	/* Its last character is a line feed that is none of the command's. */
	comm[comm[len - 1] == '\n' ? len - 1 : len] = '\0';
	return true;
}

static bool look_up(uint64_t inode, struct owner *owner)
{
	const struct holder *first = first_of(inode);
	uint64_t age = now_ns() - holders.read_ns;
	uint32_t pid;

	if (!holders.read_ns || age > (first ? HOLDS_NS : PAUSE_NS)) {
		read_all();
		first = first_of(inode);
	}
	pid = first ? owner_among(first) : 0;
	if (!pid || !read_comm(pid, owner->comm))
		return false;
	owner->pid = pid;
	return true;
}

/* What was found a moment ago, for the connections of a busy listener. */
#define FOUND	64u

/**
 * owner_of_socket() - who holds a socket
 * @inode:	its number
 * @owner:	@pid and @comm are set, or left as they are
 *
 * Return: false if that is nobody, not to be seen from here, or not one alone.
 */
bool owner_of_socket(uint64_t inode, struct owner *owner)
{
	static struct found {
		uint64_t inode;
		uint64_t at_ns;
		struct owner owner;
	} found[FOUND];
	struct found *f = &found[inode % FOUND];
	uint64_t now = now_ns();

	if (!inode)
		return false;
	if (f->inode != inode || now - f->at_ns > PAUSE_NS) {
		*f = (struct found){ .inode = inode, .at_ns = now };
		look_up(inode, &f->owner);
	}
	if (!f->owner.pid)
		return false;
	owner->pid = f->owner.pid;
	memcpy(owner->comm, f->owner.comm, sizeof(owner->comm));
	return true;
}

/**
 * owner_find() - whose a connection is
 * @c:		its summary
 * @owner:	filled in
 */
void owner_find(const struct synfin_record_conn *c, struct owner *owner)
{
	*owner = (struct owner){ .pid = 0 };
	if (c->process == SYNFIN_PROCESS_NONE)
		return;
	if (c->process == SYNFIN_PROCESS_CONNECT) {
		owner->pid = c->pid;
		memcpy(owner->comm, c->comm, sizeof(c->comm));
	}
	if (!holders.live)
		return;
	if (c->process == SYNFIN_PROCESS_LISTENER)
		owner_of_socket(c->socket, owner);
	owner->cgroup = owner_cgroup(c->cgroup);
}

/**
 * owner_process_word() - how the owner of a connection is known
 * @process: enum synfin_process
 *
 * Return: the word, NULL if there is none.
 */
const char *owner_process_word(unsigned int process)
{
	if (process == SYNFIN_PROCESS_CONNECT)
		return "connect";
	return process == SYNFIN_PROCESS_LISTENER ? "listener" : NULL;
}
