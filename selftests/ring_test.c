// SPDX-License-Identifier: GPL-2.0
/*
 * The ring, as a reader of any make meets it: who may map what, what is in it,
 * what is overwritten, and when poll() wakes up. Each test loads the module.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "ring.h"

#define RING_RECORDS	64
#define KO_DEPTH	6

/* SYNFIN_KO, or the nearest one above the tests. */
static int open_module(void)
{
	char path[KO_DEPTH * 3 + sizeof("synfin.ko")] = "synfin.ko";
	const char *ko = getenv("SYNFIN_KO");
	int fd, i;

	if (ko)
		return open(ko, O_RDONLY | O_CLOEXEC);
	for (i = 0; i < KO_DEPTH; i++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		memmove(path + 3, path, strlen(path) + 1);
		memcpy(path, "../", 3);
	}
	return -1;
}

static int load_module(const char *parameters)
{
	int fd = open_module();
	int err;

	if (fd < 0)
		return -1;
	err = syscall(SYS_finit_module, fd, parameters, 0);
	close(fd);
	return err;
}

static int unload_module(void)
{
	return syscall(SYS_delete_module, "synfin", O_NONBLOCK);
}

static int listen_on(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || bind(fd, (void *)at, sizeof(*at)) || listen(fd, 16) ||
	    getsockname(fd, (void *)at, &len))
		return -1;
	return fd;
}

/* SYN, SYN-ACK and ACK at once, RST, and the connection; a close by FIN may vary. */
#define RECORDS_EACH 3

static int connect_once(int listener, const struct sockaddr_in *at)
{
	struct linger reset = { .l_onoff = 1 };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err, server = -1;

	if (client < 0)
		return -1;
	err = connect(client, (const void *)at, sizeof(*at)) ||
	      setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (!err)
		server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(client);
	close(server);
	return err;
}

static int connect_often(int listener, const struct sockaddr_in *at, int times)
{
	while (times--)
		if (connect_once(listener, at))
			return -1;
	return 0;
}

/* The last of them may still be on its way when close() returns. */
static uint64_t wait_for_records(const struct ring *ring, uint64_t at_least)
{
	int i;

	for (i = 0; i < 600 && ring_heads(ring) < at_least; i++)
		usleep(100000);
	return ring_heads(ring);
}

/* Emulated, and with KASAN, everything takes its time. */
#define RING_TEST(name) TEST_F_TIMEOUT(ring, name, 200)

FIXTURE(ring) {
	struct sockaddr_in at;
	int listener;
	struct ring ring;
};

FIXTURE_SETUP(ring)
{
	unload_module();
	ASSERT_EQ(0, load_module("ring_records=64"))
		TH_LOG("cannot load the module: %s", strerror(errno));
	self->listener = listen_on(&self->at);
	ASSERT_LE(0, self->listener);
	ASSERT_EQ(0, ring_open(&self->ring));
}

FIXTURE_TEARDOWN(ring)
{
	ring_close(&self->ring);
	close(self->listener);
	ASSERT_EQ(0, unload_module());
}

RING_TEST(header_page_describes_the_mapping)
{
	const struct synfin_ring_header *h = (const void *)self->ring.map;
	long page = sysconf(_SC_PAGESIZE);
	uint64_t end = 0;
	unsigned int i;

	EXPECT_EQ(SYNFIN_RING_MAGIC, h->magic);
	EXPECT_EQ(SYNFIN_VERSION, h->version);
	EXPECT_EQ(sizeof(struct synfin_slot), h->slot_size);
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_CONF), h->nr_cpus);
	EXPECT_EQ(SYNFIN_RING_NR, h->nr_rings);
	EXPECT_LE(sizeof(*h), h->head_offset);
	EXPECT_LE(sizeof(struct synfin_ring_cpu), h->head_stride);
	EXPECT_LE(h->head_offset + h->nr_cpus * h->head_stride, h->cpu_offset);
	EXPECT_EQ(0, h->cpu_offset % page);
	EXPECT_EQ(0, h->cpu_stride % page);
	EXPECT_NE(0, h->boot_id);
	for (i = 0; i < h->nr_rings; i++) {
		EXPECT_EQ(i, h->ring[i].kind);
		EXPECT_EQ(i ? RING_RECORDS / 4 : RING_RECORDS, h->ring[i].nr_slots);
		EXPECT_EQ(0, h->ring[i].offset % page);
		EXPECT_LE(end, h->ring[i].offset);
		end = h->ring[i].offset + h->ring[i].nr_slots * h->slot_size;
	}
	EXPECT_LE(end, h->cpu_stride);
	for (i = 0; i < h->nr_cpus; i++) {
		EXPECT_EQ(i, ring_cpu(&self->ring, i)->cpu);
		EXPECT_EQ(1, ring_cpu(&self->ring, i)->present);
	}
}

RING_TEST(read_gives_the_header_that_is_mapped)
{
	EXPECT_EQ(0, memcmp(&self->ring.header, self->ring.map,
			    sizeof(self->ring.header)));
}

RING_TEST(each_load_has_a_boot_id_of_its_own)
{
	uint64_t before = self->ring.header.boot_id;

	ring_close(&self->ring);
	ASSERT_EQ(0, unload_module());
	ASSERT_EQ(0, load_module("ring_records=64"));
	ASSERT_EQ(0, ring_open(&self->ring));
	EXPECT_NE(before, self->ring.header.boot_id);
}

static int map_error(int fd, size_t size, int prot, int flags, off_t at)
{
	void *map;

	errno = 0;
	map = mmap(NULL, size, prot, flags, fd, at);
	if (map != MAP_FAILED)
		munmap(map, size);
	return errno;
}

RING_TEST(nobody_may_write_to_a_mapping)
{
	struct ring *r = &self->ring;
	int fd = open(RING_FILE, O_RDWR | O_CLOEXEC);

	EXPECT_EQ(EACCES, map_error(r->fd, r->size, PROT_READ | PROT_WRITE,
				    MAP_SHARED, 0));
	/* Root may open a file of mode 0400 for writing. */
	if (fd >= 0) {
		EXPECT_EQ(EPERM, map_error(fd, r->size, PROT_READ | PROT_WRITE,
					   MAP_SHARED, 0));
		EXPECT_EQ(EPERM, map_error(fd, r->size, PROT_WRITE, MAP_SHARED,
					   0));
		close(fd);
	}
	EXPECT_NE(0, mprotect((void *)r->map, r->size, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
}

RING_TEST(a_mapping_of_a_writable_file_stays_read_only)
{
	int fd = open(RING_FILE, O_RDWR | O_CLOEXEC);
	void *map;

	if (fd < 0)
		SKIP(return, "the file cannot be opened for writing");
	map = mmap(NULL, self->ring.size, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_NE(0, mprotect(map, self->ring.size, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, write(fd, "x", 1));
	munmap(map, self->ring.size);
	close(fd);
}

RING_TEST(nobody_may_execute_a_mapping)
{
	struct ring *r = &self->ring;

	/* EACCES: /proc is mounted noexec, as it may be. */
	EXPECT_NE(0, map_error(r->fd, r->size, PROT_READ | PROT_EXEC, MAP_SHARED,
			       0));
	EXPECT_NE(0, mprotect((void *)r->map, r->size, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
}

RING_TEST(private_mappings_are_refused)
{
	struct ring *r = &self->ring;

	EXPECT_EQ(EINVAL, map_error(r->fd, r->size, PROT_READ, MAP_PRIVATE, 0));
}

RING_TEST(a_part_may_be_mapped_but_nothing_beyond_the_end)
{
	struct ring *r = &self->ring;
	long page = sysconf(_SC_PAGESIZE);
	off_t last = (r->size - 1) / page * page;

	EXPECT_EQ(0, map_error(r->fd, page, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(0, map_error(r->fd, page, PROT_READ, MAP_SHARED,
			       r->header.cpu_offset));
	EXPECT_EQ(0, map_error(r->fd, page, PROT_READ, MAP_SHARED, last));
	EXPECT_EQ(EINVAL, map_error(r->fd, r->size + page, PROT_READ, MAP_SHARED,
				    0));
	EXPECT_EQ(EINVAL, map_error(r->fd, page, PROT_READ, MAP_SHARED,
				    last + page));
	EXPECT_EQ(EINVAL, map_error(r->fd, 2 * page, PROT_READ, MAP_SHARED, last));
	EXPECT_NE(0, map_error(r->fd, page, PROT_READ, MAP_SHARED,
			       (off_t)1 << 50));
}

RING_TEST(a_part_shows_what_the_whole_does)
{
	struct ring *r = &self->ring;
	long page = sysconf(_SC_PAGESIZE);
	off_t at = r->header.cpu_offset;
	void *part;

	ASSERT_EQ(0, connect_often(self->listener, &self->at, 10));
	wait_for_records(r, 10 * RECORDS_EACH);
	part = mmap(NULL, page, PROT_READ, MAP_SHARED, r->fd, at);
	ASSERT_NE(MAP_FAILED, part);
	EXPECT_EQ(0, memcmp(part, r->map + at, page));
	munmap(part, page);
}

RING_TEST(every_page_of_the_mapping_is_there)
{
	long page = sysconf(_SC_PAGESIZE);
	unsigned int sum = 0;
	size_t at;

	for (at = 0; at < self->ring.size; at += page)
		sum += self->ring.map[at];
	EXPECT_LT(0, sum);
}

/* What open() says to a child that has given something up. */
static int error_after(int (*give_up)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (give_up())
			_exit(255);
		_exit(open(RING_FILE, O_RDONLY) >= 0 ? 0 : errno);
	}
	return waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : -1;
}

static int become_nobody(void)
{
	return setgid(65534) || setuid(65534);
}

/* As uid 0 of a container that shares the network of its host. */
static int drop_net_admin(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return -1;
	data[0].effective &= ~(1U << CAP_NET_ADMIN);
	return syscall(SYS_capset, &head, data);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = write(fd, text, strlen(text));

	close(fd);
	return n != (ssize_t)strlen(text);
}

/* All rights, but in a user namespace of its own, and the same uid 0. */
static int enter_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) ||
	       write_file("/proc/self/uid_map", "0 0 1");
}

RING_TEST(one_cannot_read_it_without_rights)
{
	EXPECT_EQ(EACCES, error_after(become_nobody));
	EXPECT_EQ(EPERM, error_after(drop_net_admin));
	EXPECT_EQ(EPERM, error_after(enter_user_namespace));
}

RING_TEST(what_happened_before_it_was_opened_is_there)
{
	unsigned int ring, conns = 0, phases = 0;
	union synfin_record rec;
	uint64_t n;

	ring_close(&self->ring);
	ASSERT_EQ(0, connect_once(self->listener, &self->at));
	ASSERT_EQ(0, ring_open(&self->ring));
	EXPECT_EQ(RECORDS_EACH, wait_for_records(&self->ring, RECORDS_EACH));
	for (ring = 0; ring < ring_nr(&self->ring); ring++) {
		for (n = 0; n < ring_head(&self->ring, ring); n++) {
			ASSERT_TRUE(ring_read(&self->ring, ring, n, &rec));
			EXPECT_EQ(ntohs(self->at.sin_port), rec.head.server_port);
			EXPECT_EQ(4, rec.head.family);
			conns += rec.head.type == SYNFIN_RECORD_CONN;
			phases += rec.head.type == SYNFIN_RECORD_PHASES ?
				  synfin_record_steps(&rec.head) : 0;
		}
	}
	EXPECT_EQ(1, conns);
	EXPECT_EQ(4, phases);
}

/* What is in the rings of one kind. */
struct content {
	unsigned int conns;
	unsigned int phases[SYNFIN_PHASE_NR];
};

static void look_into(const struct ring *r, enum synfin_ring_kind kind,
		      struct content *c)
{
	union synfin_record rec;
	unsigned int ring, i;
	uint64_t n;

	memset(c, 0, sizeof(*c));
	for (ring = 0; ring < ring_nr(r); ring++) {
		if (ring_place(r, ring)->kind != kind)
			continue;
		for (n = 0; n < ring_head(r, ring); n++) {
			if (!ring_read(r, ring, n, &rec))
				continue;
			if (rec.head.type == SYNFIN_RECORD_CONN)
				c->conns++;
			else
				for (i = 0; i < synfin_record_steps(&rec.head); i++)
					c->phases[rec.phases.step[i].phase]++;
		}
	}
}

RING_TEST(each_kind_of_record_has_its_ring)
{
	struct sockaddr_in nobody;
	struct content c;

	ASSERT_EQ(0, connect_once(self->listener, &self->at));
	/* Refused: SYN and RST in one record, and the connection. */
	close(listen_on(&nobody));
	EXPECT_NE(0, connect_once(self->listener, &nobody));
	EXPECT_EQ(RECORDS_EACH + 2, wait_for_records(&self->ring, RECORDS_EACH + 2));

	look_into(&self->ring, SYNFIN_RING_CLOSED, &c);
	EXPECT_EQ(1, c.conns);
	EXPECT_EQ(1, c.phases[SYNFIN_PHASE_RST]);
	EXPECT_EQ(0, c.phases[SYNFIN_PHASE_SYN]);
	look_into(&self->ring, SYNFIN_RING_OPENED, &c);
	EXPECT_EQ(0, c.conns);
	EXPECT_EQ(1, c.phases[SYNFIN_PHASE_SYN]);
	EXPECT_EQ(1, c.phases[SYNFIN_PHASE_SYN_ACK]);
	EXPECT_EQ(1, c.phases[SYNFIN_PHASE_ACK]);
	EXPECT_EQ(0, c.phases[SYNFIN_PHASE_RST]);
	look_into(&self->ring, SYNFIN_RING_UNPROVED, &c);
	EXPECT_EQ(1, c.conns);
	EXPECT_EQ(1, c.phases[SYNFIN_PHASE_SYN]);
	EXPECT_EQ(1, c.phases[SYNFIN_PHASE_RST]);
}

RING_TEST(the_last_records_are_there_and_the_older_ones_are_known_to_be_gone)
{
	struct ring *r = &self->ring;
	union synfin_record rec;
	uint64_t head, n, wanted = 60 * RECORDS_EACH, good = 0, gone = 0;
	unsigned int ring;

	ASSERT_EQ(0, connect_often(self->listener, &self->at, 60));
	/* More, where TCP had to send a segment again. */
	EXPECT_LE(wanted, wait_for_records(r, wanted));
	for (ring = 0; ring < ring_nr(r); ring++) {
		head = ring_head(r, ring);
		for (n = 0; n < head; n++) {
			if (n < ring_first(r, ring, head)) {
				EXPECT_FALSE(ring_read(r, ring, n, &rec));
				gone++;
			} else {
				EXPECT_TRUE(ring_read(r, ring, n, &rec));
				good++;
			}
		}
		/* Nobody writes what has not been written. */
		EXPECT_FALSE(ring_read(r, ring, head, &rec));
	}
	EXPECT_LE(wanted, good + gone);
	EXPECT_LT(0, gone);
}

/* A reader that keeps its own place; what it counts goes to its parent. */
struct tally {
	uint64_t read;
	uint64_t lost;
	uint64_t bad;
	uint64_t sum;
};

static bool steps_are_sound(const struct synfin_record_phases *rec)
{
	unsigned int i, nr = synfin_record_steps(&rec->head);

	if (!nr || rec->head.words != 8 + 5 * nr ||
	    rec->step[0].time_ns != rec->head.time_ns)
		return false;
	for (i = 0; i < nr; i++)
		if (rec->step[i].phase >= SYNFIN_PHASE_NR ||
		    rec->step[i].from > 1 || !rec->step[i].count ||
		    (i && rec->step[i].time_ns < rec->step[i - 1].time_ns) ||
		    rec->step[i].reason || rec->step[i].hook)
			return false;
	return true;
}

/* Of a server on that port; 0: on any. */
static bool is_sound(const union synfin_record *rec, uint16_t port)
{
	if (rec->head.type == SYNFIN_RECORD_PHASES) {
		if (!steps_are_sound(&rec->phases))
			return false;
	} else if (rec->head.type != SYNFIN_RECORD_CONN || rec->head.words != 31) {
		return false;
	}
	return (!port || rec->head.server_port == port) &&
	       rec->head.family == 4 && rec->head.id && rec->head.netns &&
	       rec->head.time_ns && !rec->head.reserved0 && !rec->head.reserved1;
}

static void read_new(const struct ring *r, uint64_t *place, uint16_t port,
		     struct tally *t)
{
	union synfin_record rec;
	unsigned int ring;
	uint64_t head;

	for (ring = 0; ring < ring_nr(r); ring++) {
		head = ring_head(r, ring);
		if (place[ring] < ring_first(r, ring, head)) {
			t->lost += ring_first(r, ring, head) - place[ring];
			place[ring] = ring_first(r, ring, head);
		}
		for (; place[ring] < head; place[ring]++) {
			if (!ring_read(r, ring, place[ring], &rec)) {
				t->lost++;
				continue;
			}
			t->read++;
			t->bad += !is_sound(&rec, port);
			t->sum += rec.head.id * 31 + rec.head.time_ns;
		}
	}
}

static pid_t start_reader(uint16_t port, uint64_t wanted, int out)
{
	uint64_t place[256] = {};
	struct tally t = {};
	struct ring ring;
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	if (ring_open(&ring))
		_exit(1);
	for (i = 0; i < 600000 && t.read + t.lost < wanted; i++) {
		read_new(&ring, place, port, &t);
		usleep(100);
	}
	_exit(write(out, &t, sizeof(t)) != sizeof(t));
}

RING_TEST(two_readers_both_get_everything)
{
	uint16_t port = ntohs(self->at.sin_port);
	struct tally a, b;
	int fds[2], i;

	/* Few at a time, so that neither falls behind. */
	ASSERT_EQ(0, pipe(fds));
	start_reader(port, 10 * RECORDS_EACH, fds[1]);
	start_reader(port, 10 * RECORDS_EACH, fds[1]);
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, connect_once(self->listener, &self->at));
		usleep(100000);
	}
	ASSERT_EQ(sizeof(a), read(fds[0], &a, sizeof(a)));
	ASSERT_EQ(sizeof(b), read(fds[0], &b, sizeof(b)));
	/* More, where TCP had to send a segment again. */
	EXPECT_LE(10 * RECORDS_EACH, a.read + a.lost);
	EXPECT_LE(10 * RECORDS_EACH, b.read + b.lost);
	EXPECT_EQ(0, a.bad + b.bad);
	if (a.read == b.read && !a.lost && !b.lost)
		EXPECT_EQ(a.sum, b.sum);
	while (wait(NULL) > 0)
		;
}

RING_TEST(a_reader_that_is_overrun_gets_whole_records_or_none)
{
	uint64_t wanted = 400 * RECORDS_EACH;
	struct sockaddr_in at;
	struct tally t;
	int fds[2], i;

	ASSERT_EQ(0, pipe(fds));
	start_reader(0, wanted, fds[1]);
	for (i = 0; i < 2; i++)
		if (!fork())
			_exit(!!connect_often(listen_on(&at), &at, 200));
	ASSERT_EQ(sizeof(t), read(fds[0], &t, sizeof(t)));
	/* More, where TCP had to send a segment again. */
	EXPECT_LE(wanted, t.read + t.lost);
	EXPECT_EQ(0, t.bad);
	EXPECT_LT(0, t.read);
	while (wait(NULL) > 0)
		;
}

RING_TEST(a_mapping_alone_keeps_the_module_loaded)
{
	void *map = mmap(NULL, self->ring.size, PROT_READ, MAP_SHARED,
			 self->ring.fd, 0);

	ASSERT_NE(MAP_FAILED, map);
	ring_close(&self->ring);
	EXPECT_EQ(-1, unload_module());
	EXPECT_NE(0, errno);
	EXPECT_EQ(SYNFIN_RING_MAGIC, ((struct synfin_ring_header *)map)->magic);
	munmap(map, self->ring.size);
	ASSERT_EQ(0, ring_open(&self->ring));
}

static int is_readable(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, ms);
}

RING_TEST(poll_says_readable_until_the_position_says_that_it_is_known)
{
	int fd = self->ring.fd;
	off_t end;

	EXPECT_EQ(0, is_readable(fd, 50));
	ASSERT_EQ(0, connect_once(self->listener, &self->at));
	wait_for_records(&self->ring, RECORDS_EACH);
	EXPECT_EQ(1, is_readable(fd, 0));
	EXPECT_EQ(1, is_readable(fd, 0));
	end = lseek(fd, 0, SEEK_END);
	EXPECT_EQ(ring_heads(&self->ring), end);
	EXPECT_EQ(0, is_readable(fd, 0));
	EXPECT_EQ(end, lseek(fd, 0, SEEK_CUR));
	/* One that is not known yet. */
	EXPECT_EQ(end - 1, lseek(fd, -1, SEEK_CUR));
	EXPECT_EQ(1, is_readable(fd, 0));
	EXPECT_EQ(-1, lseek(fd, -1, SEEK_SET));
	EXPECT_EQ(EINVAL, errno);
	/* The header is read, and not the position moved by that. */
	EXPECT_EQ(end - 1, lseek(fd, 0, SEEK_CUR));
}

RING_TEST(each_file_has_a_position_of_its_own)
{
	struct ring other;

	ASSERT_EQ(0, connect_once(self->listener, &self->at));
	wait_for_records(&self->ring, RECORDS_EACH);
	ASSERT_EQ(0, ring_open(&other));
	lseek(self->ring.fd, 0, SEEK_END);
	EXPECT_EQ(0, is_readable(self->ring.fd, 0));
	EXPECT_EQ(1, is_readable(other.fd, 0));
	ring_close(&other);
}

RING_TEST(epoll_is_told_as_long_as_there_is_something)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, self->ring.fd, &event));
	EXPECT_EQ(0, epoll_wait(ep, &event, 1, 50));
	ASSERT_EQ(0, connect_once(self->listener, &self->at));
	EXPECT_EQ(1, epoll_wait(ep, &event, 1, 60000));
	EXPECT_EQ(1, epoll_wait(ep, &event, 1, 0));
	wait_for_records(&self->ring, RECORDS_EACH);
	lseek(self->ring.fd, 0, SEEK_END);
	EXPECT_EQ(0, epoll_wait(ep, &event, 1, 50));
	close(ep);
}

RING_TEST(a_position_ahead_is_told_of_later)
{
	int fd = self->ring.fd;

	EXPECT_EQ(5 * RECORDS_EACH, lseek(fd, 5 * RECORDS_EACH, SEEK_SET));
	ASSERT_EQ(0, connect_often(self->listener, &self->at, 2));
	wait_for_records(&self->ring, 2 * RECORDS_EACH);
	EXPECT_EQ(0, is_readable(fd, 0));
	ASSERT_EQ(0, connect_often(self->listener, &self->at, 10));
	EXPECT_EQ(1, is_readable(fd, 60000));
}

RING_TEST(a_sleeping_poll_is_woken_by_a_single_connection)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(is_readable(self->ring.fd, 60000) != 1);
	/* It may go to sleep before or after: either way it is told. */
	usleep(200000);
	ASSERT_EQ(0, connect_once(self->listener, &self->at));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

RING_TEST(several_sleepers_are_all_woken)
{
	int status, i, woken = 0;
	pid_t pid;

	for (i = 0; i < 3; i++) {
		pid = fork();
		if (!pid) {
			struct ring own;

			_exit(ring_open(&own) || is_readable(own.fd, 60000) != 1);
		}
	}
	for (i = 0; i < 6000 && woken < 3; i++) {
		ASSERT_EQ(0, connect_once(self->listener, &self->at));
		while (waitpid(-1, &status, WNOHANG) > 0) {
			EXPECT_EQ(0, status);
			woken++;
		}
		usleep(10000);
	}
	EXPECT_EQ(3, woken);
}

#define CPU1 "/sys/devices/system/cpu/cpu1/online"

/* kB that the kernel has taken from its vmalloc area. */
static long vmalloc_used(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	long used = -1;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmallocUsed: %ld", &used) == 1)
			break;
	if (file)
		fclose(file);
	return used;
}

static int run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static uint64_t heads_of(const struct ring *r, unsigned int cpu)
{
	uint64_t sum = 0;
	unsigned int k;

	for (k = 0; k < r->header.nr_rings; k++)
		sum += ring_head(r, cpu * r->header.nr_rings + k);
	return sum;
}

/* Looks at a page that may be missing, in a child that may die of it. */
static int signal_of_look_at(const struct synfin_slot *slot)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(__atomic_load_n(&slot->seq, __ATOMIC_RELAXED) != 0);
	if (waitpid(pid, &status, 0) != pid || (WIFEXITED(status) && WEXITSTATUS(status)))
		return -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

RING_TEST(a_cpu_has_memory_from_when_it_comes)
{
	struct ring *r = &self->ring;
	union synfin_record rec;
	unsigned int ring, nr;
	uint64_t written;
	long before;

	if (sysconf(_SC_NPROCESSORS_CONF) < 2 || write_file(CPU1, "0"))
		SKIP(return, "no CPU that can go");
	ring_close(r);
	ASSERT_EQ(0, unload_module());
	ASSERT_EQ(0, load_module("ring_records=8192"));
	ASSERT_EQ(0, ring_open(r));
	nr = r->header.nr_rings;
	EXPECT_EQ(1, ring_cpu(r, 0)->present);
	EXPECT_EQ(0, ring_cpu(r, 1)->present);
	EXPECT_EQ(SIGBUS, signal_of_look_at(ring_slot(r, nr, 0)));

	before = vmalloc_used();
	ASSERT_EQ(0, write_file(CPU1, "1"));
	EXPECT_EQ(1, ring_cpu(r, 1)->present);
	/* Others give some back meanwhile. */
	EXPECT_LT((long)(r->header.cpu_stride / 2048), vmalloc_used() - before);
	EXPECT_EQ(0, signal_of_look_at(ring_slot(r, nr, 0)));

	/* What it writes is in the mapping that was there before. */
	ASSERT_EQ(0, run_on(1));
	ASSERT_EQ(0, connect_often(self->listener, &self->at, 5));
	wait_for_records(r, 5 * RECORDS_EACH);
	ASSERT_EQ(0, run_on(0));
	written = heads_of(r, 1);
	EXPECT_LT(0, written);

	/* When it goes it stays, and when it comes back it goes on. */
	ASSERT_EQ(0, write_file(CPU1, "0"));
	EXPECT_EQ(written, heads_of(r, 1));
	for (ring = nr; ring < 2 * nr; ring++)
		for (written = 0; written < ring_head(r, ring); written++)
			EXPECT_TRUE(ring_read(r, ring, written, &rec));
	ASSERT_EQ(0, write_file(CPU1, "1"));
	written = heads_of(r, 1);
	ASSERT_EQ(0, run_on(1));
	ASSERT_EQ(0, connect_often(self->listener, &self->at, 5));
	wait_for_records(r, 10 * RECORDS_EACH);
	EXPECT_LT(written, heads_of(r, 1));
	EXPECT_LE(10 * RECORDS_EACH, ring_heads(r));
}

TEST_HARNESS_MAIN
