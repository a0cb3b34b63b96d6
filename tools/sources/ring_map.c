// SPDX-License-Identifier: GPL-2.0
/*
 * Opens and maps the ring. What its header says is checked before it is used.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "output/complain.h"
#include "sources/absent.h"
#include "sources/ring_map.h"

static int open_failed(const char *path, int error)
{
	const char *advice = NULL;

	if (error == EACCES || error == EPERM)
		advice = "try: sudo";
	else if (error == ENOENT && strcmp(path, RING_PATH))
		advice = NULL;
	else if (error == ENOENT && !access("/proc/net/synfin/stats", F_OK))
		advice = "not in this network namespace: try: nsenter --net=/proc/1/ns/net";
	else if (error == ENOENT)
		advice = absent_advice();
	return complain_file(path, error, advice);
}

/* Who may not open it can be handed it, as stdin. */
static int open_ring(const char *path)
{
	return strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
				   fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
}

static int check_header(const struct synfin_ring_header *h, const char *path)
{
	if (h->magic != SYNFIN_RING_MAGIC)
		return complain("%s: not a ring of synfin: it begins with %#llx",
				path, (unsigned long long)h->magic);
	if (h->version != SYNFIN_VERSION)
		return complain_version(path, h->version, SYNFIN_VERSION,
					"install the synfin that came with the module");
	return 0;
}

static int check_layout(const struct ring_map *map, const char *path)
{
	uint64_t slots = (uint64_t)map->nr_slots * map->slot_size;

	if (!map->nr_cpus || !map->nr_slots ||
	    (map->nr_slots & (map->nr_slots - 1)) ||
	    map->slot_size < sizeof(struct synfin_slot) || map->slot_size % 8 ||
	    map->cpu_offset < sizeof(struct synfin_ring_header) ||
	    map->cpu_offset % 8 || map->cpu_stride % 8 ||
	    map->cpu_stride < map->page + slots ||
	    map->cpu_stride > (SIZE_MAX - map->cpu_offset) / map->nr_cpus)
		return complain("%s: its header makes no sense: %u CPUs with %u slots of %u bytes",
				path, map->nr_cpus, map->nr_slots,
				map->slot_size);
	return 0;
}

/* Reads the header through a mapping of its page alone. */
static int map_header(struct ring_map *map, const char *path)
{
	const struct synfin_ring_header *h;
	int err;

	h = mmap(NULL, map->page, PROT_READ, MAP_SHARED, map->fd, 0);
	if (h == MAP_FAILED)
		return complain_file(path, errno, "cannot be mapped");
	err = check_header(h, path);
	map->nr_cpus = h->nr_cpus;
	map->nr_slots = h->nr_slots;
	map->slot_size = h->slot_size;
	map->cpu_offset = h->cpu_offset;
	map->cpu_stride = h->cpu_stride;
	munmap((void *)h, map->page);
	return err ? err : check_layout(map, path);
}

static bool in_proc(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

/* A plain file that is too short would end us with SIGBUS. */
static int check_size(const struct ring_map *map, const char *path, size_t size)
{
	struct stat st;

	if (fstat(map->fd, &st))
		return complain_file(path, errno, NULL);
	if (S_ISDIR(st.st_mode))
		return complain_file(path, EISDIR, NULL);
	/* The size of a file in /proc is 0. */
	if (S_ISREG(st.st_mode) && !in_proc(map->fd) &&
	    (size_t)st.st_size < size)
		return complain("%s: cut off: %lld bytes, and a ring has at least %zu",
				path, (long long)st.st_size, size);
	return 0;
}

/**
 * ring_map_open() - open and map a ring
 * @map: to be filled
 * @path: its file, "-" for stdin
 *
 * Return: 0, or -1 after a message.
 */
int ring_map_open(struct ring_map *map, const char *path)
{
	void *base;

	*map = (struct ring_map){
		.fd = open_ring(path),
		.page = (size_t)sysconf(_SC_PAGESIZE),
	};
	if (map->fd < 0)
		return open_failed(path, errno);
	if (check_size(map, path, map->page) || map_header(map, path))
		goto err_close;
	map->size = map->cpu_offset + map->nr_cpus * map->cpu_stride;
	if (check_size(map, path, map->size))
		goto err_close;
	base = mmap(NULL, map->size, PROT_READ, MAP_SHARED, map->fd, 0);
	if (base == MAP_FAILED) {
		complain_file(path, errno, "cannot be mapped");
		goto err_close;
	}
	map->base = base;
	return 0;

err_close:
	close(map->fd);
	return -1;
}

/**
 * ring_map_close() - undo ring_map_open()
 * @map: the ring
 */
void ring_map_close(struct ring_map *map)
{
	munmap((void *)map->base, map->size);
	close(map->fd);
}
