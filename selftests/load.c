// SPDX-License-Identifier: GPL-2.0
/*
 * Opens and closes TCP connections, as many and as fast as it is told.
 *
 *	load [-6] [-a ADDRESS] [-p PORT] [-m PROCESSES] [-n COUNT | -t SECONDS]
 *	     [-b BYTES] [-c client|server|reset] [-N]
 *
 * Each process is a server and its client, on port PORT + its number; a client
 * makes one connection after the other, sends BYTES, and reads BYTES. Without -c,
 * who closes first alternates. With -N each is in a network namespace of its own,
 * and makes a new one every COUNT connections until the time is over. With -H
 * there are COUNT namespaces with nothing in them until stdin ends.
 *
 * Out: how many connections were made, on stdout.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum closer { ALTERNATE, CLIENT, SERVER, RESET };

static const char * const closers[] = { "alternate", "client", "server", "reset" };

static struct {
	const char *address;
	unsigned int port;
	unsigned int processes;
	unsigned long count;
	unsigned int seconds;
	size_t bytes;
	enum closer closer;
	bool namespaces;
	bool hold;
} opt = { .address = "127.0.0.1", .port = 7000, .processes = 1, .bytes = 64 };

static char buffer[1 << 16];
static time_t deadline;

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static bool more(unsigned long done)
{
	if (opt.namespaces || !opt.seconds)
		return done < opt.count;
	return (!opt.count || done < opt.count) && now() < deadline;
}

static socklen_t endpoint(struct sockaddr_storage *at, unsigned int port)
{
	struct sockaddr_in6 *six = (void *)at;
	struct sockaddr_in *four = (void *)at;

	memset(at, 0, sizeof(*at));
	if (inet_pton(AF_INET, opt.address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return sizeof(*four);
	}
	if (inet_pton(AF_INET6, opt.address, &six->sin6_addr) != 1)
		errx(2, "%s: no address", opt.address);
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	return sizeof(*six);
}

static int stream(const struct sockaddr_storage *at)
{
	int one = 1, fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return fd;
}

static bool send_all(int fd)
{
	size_t left = opt.bytes;
	ssize_t n;

	while (left) {
		n = send(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer),
			 MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		left -= n;
	}
	return true;
}

static bool receive_all(int fd)
{
	size_t left = opt.bytes;
	ssize_t n;

	while (left) {
		n = recv(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer), 0);
		if (n <= 0)
			return false;
		left -= n;
	}
	return true;
}

static void wait_for_end(int fd)
{
	while (recv(fd, buffer, sizeof(buffer), 0) > 0)
		;
}

static enum closer closer_of(unsigned long number)
{
	if (opt.closer != ALTERNATE)
		return opt.closer;
	return number % 2 ? SERVER : CLIENT;
}

static void reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* Both ends know who closes by counting. */
static bool one_connection(int listener, const struct sockaddr_storage *at,
			   socklen_t len, unsigned long number)
{
	int client = stream(at), server = -1;
	bool good = false;

	if (connect(client, (const void *)at, len))
		goto out;
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0)
		goto out;
	good = send_all(client) && receive_all(server) && send_all(server) &&
	       receive_all(client);
	switch (closer_of(number)) {
	case SERVER:
		close(server);
		server = -1;
		wait_for_end(client);
		break;
	case RESET:
		reset(client);
		close(client);
		client = -1;
		wait_for_end(server);
		break;
	default:
		shutdown(client, SHUT_WR);
		wait_for_end(server);
	}
out:
	if (server >= 0)
		close(server);
	if (client >= 0)
		close(client);
	return good;
}

static unsigned long connections(unsigned int number)
{
	unsigned long done = 0, tried = 0;
	struct sockaddr_storage at;
	socklen_t len = endpoint(&at, opt.port + number);
	int listener = stream(&at);

	if (bind(listener, (void *)&at, len) || listen(listener, 64))
		err(1, "%s port %u", opt.address, opt.port + number);
	while (more(tried))
		done += one_connection(listener, &at, len, tried++);
	close(listener);
	return done;
}

static void new_namespace(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		err(1, "lo");
	close(fd);
}

static unsigned long work(unsigned int number)
{
	unsigned long done = 0;

	if (!opt.namespaces)
		return connections(number);
	do {
		new_namespace();
		done += connections(number);
	} while (now() < deadline);
	return done;
}

static unsigned long run_all(void)
{
	unsigned long done, sum = 0;
	unsigned int i;
	int fds[2];

	if (pipe(fds))
		err(1, "pipe");
	for (i = 0; i < opt.processes; i++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		done = work(i);
		_exit(write(fds[1], &done, sizeof(done)) != sizeof(done));
	}
	close(fds[1]);
	for (i = 0; read(fds[0], &done, sizeof(done)) == sizeof(done); i++)
		sum += done;
	if (i != opt.processes)
		errx(1, "%u of %u processes ended well", i, opt.processes);
	return sum;
}

/* Their descriptors hold them. */
static void hold_namespaces(void)
{
	char c;

	for (unsigned long i = 0; i < opt.count; i++) {
		new_namespace();
		if (socket(AF_INET, SOCK_DGRAM, 0) < 0)
			err(1, "socket");
	}
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

static enum closer parse_closer(const char *name)
{
	unsigned int i;

	for (i = ALTERNATE; i <= RESET; i++)
		if (!strcmp(name, closers[i]))
			return i;
	errx(2, "-c %s: client, server or reset", name);
}

static void parse(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "6a:p:m:n:t:b:c:NH")) != -1) {
		if (c == '6')
			opt.address = "::1";
		else if (c == 'a')
			opt.address = optarg;
		else if (c == 'p')
			opt.port = atoi(optarg);
		else if (c == 'm')
			opt.processes = atoi(optarg);
		else if (c == 'n')
			opt.count = strtoul(optarg, NULL, 10);
		else if (c == 't')
			opt.seconds = atoi(optarg);
		else if (c == 'b')
			opt.bytes = strtoul(optarg, NULL, 10);
		else if (c == 'c')
			opt.closer = parse_closer(optarg);
		else if (c == 'N')
			opt.namespaces = true;
		else if (c == 'H')
			opt.hold = true;
		else
			exit(2);
	}
	if (!opt.count && !opt.seconds)
		opt.count = 1;
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	deadline = now() + opt.seconds;
	if (opt.hold)
		hold_namespaces();
	else
		printf("%lu\n", run_all());
	return 0;
}
