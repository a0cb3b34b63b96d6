// SPDX-License-Identifier: GPL-2.0
/*
 * What user space can do to the module, and what the kernel can refuse it.
 *
 *	faults nth WHAT FROM STEP	WHAT again and again, and the FROM-th allocation
 *					in it fails, then the one STEP later, until it
 *					has fewer; WHAT: load, netns, ring, proc, connect
 *	faults count			how many allocations a namespace takes
 *	faults maps			maps the ring in every wrong way
 *	faults hold			maps it, polls it, never reads it, until killed
 *	faults read			reads it for ever, as a reader does
 *
 * In: root; SYNFIN_KO for load. Out: a line of figures; exit status 1 after a line
 * that says what is wrong; 4 if the kernel makes nothing fail.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "ring.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SKIP		4
#define FAIL_NTH	"/proc/self/fail-nth"
#define NTH_MOST	100000

static int wrong(const char *what, long detail)
{
	printf("# %s (%ld)\n", what, detail);
	return 1;
}

/* --- the n-th allocation fails --- */

/* Open all the time: to open it would be to allocate. */
static int nth_file = -1;

static int write_nth(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	return pwrite(nth_file, text, len, 0) != len;
}

/* Of the process that calls it. */
static int open_nth(void)
{
	if (nth_file >= 0)
		close(nth_file);
	nth_file = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	return nth_file < 0 || write_nth(0);
}

/* 0 if it has come to that. */
static int read_nth(void)
{
	char text[16] = "";

	return pread(nth_file, text, sizeof(text) - 1, 0) > 0 ? atoi(text) : -1;
}

/* All or nothing. */
static int do_load(int nth)
{
	int fd = open(getenv("SYNFIN_KO") ?: "synfin.ko", O_RDONLY | O_CLOEXEC);
	int err, left;

	if (fd < 0)
		return -1;
	write_nth(nth);
	err = syscall(SYS_finit_module, fd, "ring_records=16 max_flows=1024", 0);
	left = read_nth();
	write_nth(0);
	close(fd);
	if (!err) {
		/* And now that which frees it all. */
		write_nth(nth);
		err = syscall(SYS_delete_module, "synfin", 0);
		write_nth(0);
		if (err)
			exit(wrong("cannot be unloaded", errno));
	} else if (!access("/proc/net/synfin", F_OK)) {
		exit(wrong("not loaded, and its files are there", nth));
	}
	return left;
}

/* In a process of its own, so that the namespace goes, too. */
static int do_netns(int nth)
{
	int *left = mmap(NULL, sizeof(*left), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool loaded = !access("/proc/net/synfin", F_OK);
	int status, result;
	pid_t pid;

	if (left == MAP_FAILED)
		return -1;
	*left = -1;
	pid = fork();
	if (!pid) {
		if (open_nth())
			exit(0);
		write_nth(nth);
		status = unshare(CLONE_NEWNET);
		*left = read_nth();
		write_nth(0);
		/* A namespace without files is one that is not watched. */
		exit(!status && loaded &&
		     access("/proc/self/net/synfin/stats", F_OK));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		exit(wrong("a process died", nth));
	if (WEXITSTATUS(status))
		exit(wrong("a namespace without files", nth));
	result = *left;
	munmap(left, sizeof(*left));
	return result;
}

static int count_netns(void)
{
	int left;

	if (open_nth())
		return SKIP;
	left = do_netns(NTH_MOST);
	if (left <= 0)
		return wrong("cannot be counted", left);
	printf("%d\n", NTH_MOST - left);
	return 0;
}

static int do_ring(int nth)
{
	struct pollfd p = { .events = POLLIN };
	struct ring ring;
	int left;

	write_nth(nth);
	p.fd = ring_open(&ring) ? -1 : ring.fd;
	if (p.fd >= 0)
		poll(&p, 1, 0);
	left = read_nth();
	write_nth(0);
	if (p.fd >= 0)
		ring_close(&ring);
	return left;
}

static int do_proc(int nth)
{
	static const char *const names[] = {
		"stats", "latency", "services", "flows",
	};
	static char text[65536];
	char path[64];
	int left, fd;
	size_t i;

	write_nth(nth);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "/proc/net/synfin/%s", names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
			;
		if (fd >= 0)
			close(fd);
	}
	left = read_nth();
	write_nth(0);
	return left;
}

static int listener(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || bind(fd, (void *)at, sizeof(*at)) || listen(fd, 16) ||
	    getsockname(fd, (void *)at, &len))
		exit(wrong("cannot listen", errno));
	return fd;
}

static int do_connect(int nth)
{
	static struct sockaddr_in at;
	static int server;
	int client, left;

	if (!server)
		server = listener(&at);
	client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	write_nth(nth);
	connect(client, (void *)&at, sizeof(at));
	left = read_nth();
	write_nth(0);
	close(client);
	/* There may be none: over loopback it is there at once, or never. */
	client = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (client >= 0)
		close(client);
	return left;
}

static int nth_of(const char *what, int nth, int step)
{
	int (*const doing)(int nth) = !strcmp(what, "load") ? do_load :
		!strcmp(what, "netns") ? do_netns :
		!strcmp(what, "ring") ? do_ring :
		!strcmp(what, "proc") ? do_proc : do_connect;
	int injected = 0, left = 0;

	if (open_nth())
		return SKIP;
	for (; !left && nth < NTH_MOST; nth += step) {
		left = doing(nth);
		injected += !left;
	}
	if (left < 0)
		return wrong("cannot tell whether it failed", errno);
	printf("# %s: %d faults injected\n", what, injected);
	return injected ? 0 : wrong("nothing failed", 0);
}

/* --- mappings --- */

static unsigned int tried, refused;

/* Must fail, and with none of the ring mapped. */
static int refuse(int fd, size_t size, int prot, int flags, off_t offset)
{
	void *at = mmap(NULL, size, prot, flags, fd, offset);

	tried++;
	if (at == MAP_FAILED) {
		refused++;
		return 0;
	}
	munmap(at, size);
	printf("# mapped: %zu bytes at %#llx, prot %d, flags %#x\n", size,
	       (long long)offset, prot, flags);
	return 1;
}

static int wrong_protections(struct ring *r)
{
	int bad = 0, prot;

	for (prot = 0; prot < 8; prot++)
		if (prot & (PROT_WRITE | PROT_EXEC))
			bad |= refuse(r->fd, r->size, prot, MAP_SHARED, 0);
	for (prot = 0; prot < 8; prot++)
		bad |= refuse(r->fd, r->size, prot, MAP_PRIVATE, 0);
	/* Nor afterwards. */
	for (prot = 2; prot < 8; prot++) {
		tried++;
		if (mprotect((void *)r->map, r->size, prot))
			refused++;
		else
			bad |= wrong("mprotect() let it", prot);
	}
	return bad;
}

static int wrong_places(struct ring *r)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const size_t sizes[] = {
		1, page, 2 * page, r->size - page, r->size, r->size + 1,
		r->size + page, 2 * r->size, r->size << 8, ~0ul & ~(page - 1),
	};
	const off_t ends = r->size, far = (off_t)1 << 40;
	off_t offsets[] = {
		0, page, ends - page, ends, ends + page, far, far << 10,
	};
	int bad = 0;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (j = 0; j < ARRAY_SIZE(offsets); j++)
			if (offsets[j] + sizes[i] > r->size ||
			    offsets[j] + sizes[i] < sizes[i])
				bad |= refuse(r->fd, sizes[i], PROT_READ,
					      MAP_SHARED, offsets[j]);
	bad |= refuse(r->fd, page, PROT_READ, MAP_SHARED, 1);
	bad |= refuse(r->fd, 0, PROT_READ, MAP_SHARED, 0);
	return bad;
}

/* What is allowed, page by page; nor can it grow, or be remapped beyond its end. */
static int right_ones(struct ring *r)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	volatile const uint8_t *at;
	int bad = 0;
	off_t off;

	for (off = 0; off < (off_t)r->size; off += page) {
		at = mmap(NULL, page, PROT_READ, MAP_SHARED, r->fd, off);
		if (at == MAP_FAILED)
			return wrong("a page cannot be mapped", off);
		/* Of a CPU that has not been there yet, there may be nothing. */
		if (off < (off_t)(r->header.cpu_offset + page)) {
			(void)at[0];
			madvise((void *)at, page, MADV_DONTNEED);
			(void)at[page - 1];
		}
		tried++;
		if (mremap((void *)at, page, 2 * page, MREMAP_MAYMOVE) == MAP_FAILED)
			refused++;
		else
			bad |= wrong("mremap() let it grow", off);
		munmap((void *)at, page);
	}
	tried++;
	if (remap_file_pages((void *)r->map, page, 0, r->size / page + 8, 0))
		refused++;
	else
		bad |= wrong("remap_file_pages() went beyond the end", 0);
	return bad;
}

static int maps(void)
{
	struct ring ring;
	int bad, fd;

	if (ring_open(&ring))
		return wrong("cannot open the ring", errno);
	bad = wrong_protections(&ring) | wrong_places(&ring) | right_ones(&ring);
	fd = open(RING_FILE, O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		bad |= refuse(fd, ring.size, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
		bad |= refuse(fd, ring.size, PROT_WRITE, MAP_SHARED, 0);
		close(fd);
	}
	printf("# %u wrong mappings tried, %u refused\n", tried, refused);
	return bad;
}

/* --- readers --- */

static int hold(void)
{
	struct pollfd p = { .events = POLLIN };
	struct ring ring;

	if (ring_open(&ring))
		return wrong("cannot open the ring", errno);
	p.fd = ring.fd;
	puts("mapped");
	fflush(stdout);
	for (;;) {
		poll(&p, 1, -1);
		usleep(1000);
	}
}

static int read_all(void)
{
	struct pollfd p = { .events = POLLIN };
	union synfin_record rec;
	struct ring ring;
	uint64_t n, head;
	unsigned int i;

	for (;;) {
		if (ring_open(&ring))
			return wrong("cannot open the ring", errno);
		for (i = 0; i < ring_nr(&ring); i++) {
			head = ring_head(&ring, i);
			for (n = ring_first(&ring, i, head); n < head; n++)
				ring_read(&ring, i, n, &rec);
		}
		p.fd = ring.fd;
		poll(&p, 1, 50);
		ring_close(&ring);
	}
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "nth"))
		return nth_of(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (argc == 2 && !strcmp(argv[1], "count"))
		return count_netns();
	if (argc == 2 && !strcmp(argv[1], "maps"))
		return maps();
	if (argc == 2 && !strcmp(argv[1], "hold"))
		return hold();
	if (argc == 2 && !strcmp(argv[1], "read"))
		return read_all();
	fprintf(stderr, "faults: see the head of faults.c\n");
	return 2;
}
