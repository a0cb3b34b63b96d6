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

/* Are the slots of a ring inside of what belongs to its CPU? */
static bool ring_fits(const struct synfin_ring_header *h,
		      const struct synfin_ring_place *ring)
{
	return ring->nr_slots && !(ring->nr_slots & (ring->nr_slots - 1)) &&
	       ring->offset % 8 == 0 && ring->offset <= h->cpu_stride &&
	       (uint64_t)ring->nr_slots * h->slot_size <=
	       h->cpu_stride - ring->offset;
}

/* Are the parts of the mapping inside of it, and aligned as they are used? */
static bool parts_fit(const struct synfin_ring_header *h)
{
	return h->nr_cpus && h->nr_rings && h->nr_rings <= SYNFIN_RINGS_MAX &&
	       h->nr_cpus <= UINT32_MAX / SYNFIN_RINGS_MAX &&
	       h->slot_size >= sizeof(struct synfin_slot) && h->slot_size % 8 == 0 &&
	       h->head_offset >= sizeof(*h) && h->head_offset % 8 == 0 &&
	       h->head_stride >= sizeof(struct synfin_ring_cpu) &&
	       h->head_stride % 8 == 0 && h->head_offset <= h->cpu_offset &&
	       h->head_stride <= (h->cpu_offset - h->head_offset) / h->nr_cpus &&
	       h->cpu_offset % 8 == 0 && h->cpu_stride % 8 == 0 &&
	       h->cpu_stride <= (SIZE_MAX - h->cpu_offset) / h->nr_cpus;
}

static int check_layout(const struct synfin_ring_header *h, const char *path)
{
	bool good = parts_fit(h);

	for (unsigned int k = 0; good && k < h->nr_rings; k++)
		good = ring_fits(h, &h->ring[k]);
	if (!good)
		return complain("%s: its header makes no sense: %u CPUs with %u rings of %u slots",
				path, h->nr_cpus, h->nr_rings,
				h->ring[0].nr_slots);
	return 0;
}

/* Reads the header through a mapping of its page alone. */
static int map_header(struct ring_map *map, const char *path, size_t page)
{
	const struct synfin_ring_header *h;
	int err;

	h = mmap(NULL, page, PROT_READ, MAP_SHARED, map->fd, 0);
	if (h == MAP_FAILED)
		return complain_file(path, errno, "cannot be mapped");
	map->h = *h;
	munmap((void *)h, page);
	err = check_header(&map->h, path);
	return err ? err : check_layout(&map->h, path);
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
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *base;

	*map = (struct ring_map){ .fd = open_ring(path) };
	if (map->fd < 0)
		return open_failed(path, errno);
	if (check_size(map, path, page) || map_header(map, path, page))
		goto err_close;
	map->size = map->h.cpu_offset + map->h.nr_cpus * map->h.cpu_stride;
	map->nr_rings = map->h.nr_cpus * map->h.nr_rings;
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
