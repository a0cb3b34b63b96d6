// SPDX-License-Identifier: GPL-2.0
/*
 * The load: TCP over loopback between two processes, or namespaces that begin and end,
 * in units that are timed.
 *
 * Under QEMU's -icount shift=0 a nanosecond of the guest is an instruction. Time
 * in which the processor was idle, as the kernel accounts it, does not count, so
 * the work of whoever watches is in the figure, even if it is done afterwards.
 *
 * In: the arguments below. Out: a line
 *	UNIT FAMILY UNITS total MEAN min MIN median MEDIAN rest REST
 * in nanoseconds per unit, of all work and of a repetition's, and for one unit and
 * a whole rest; exit status 1 and a message if anything fails.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT		7000
#define REPS_MAX	100
#define NSEC		1000000000ull

/* What a connection carries each way. */
static const char greeting[] = "hello, how are you?";

struct options {
	const char *unit;
	int family;
	unsigned int units;	/* in a repetition */
	unsigned int reps;
	unsigned int warm;	/* units before the first */
	unsigned int pause_ms;	/* after each repetition, for those who watch */
	unsigned int rest_ms;	/* after the last, and before the first */
	unsigned int keep;	/* connections held open meanwhile */
	unsigned int parallel;	/* pairs of processes, one for each CPU */
	bool extended;		/* each packet with a header between IPv6's and TCP's */
	bool mark;		/* the beginning and the end, for bench/count.c */
};

/* A client, the server it talks to, and where. */
struct pair {
	const struct options *opt;
	struct sockaddr_storage addr;
	socklen_t addr_len;
	pid_t server;
};

typedef void (*unit_fn)(const struct pair *pair, unsigned int n);

static const char usage[] =
	"usage: load conn|pingpong|netns [OPTION...]\n"
	"  -6          IPv6 (IPv4)\n"
	"  -n UNITS    in a repetition (500)\n"
	"  -r REPS     repetitions (5)\n"
	"  -w UNITS    before the first, not counted (200)\n"
	"  -p MS       pause after each repetition, its work counted (20)\n"
	"  -l MS       rest after the last, its work counted but for what a rest\n"
	"              costs in which there is one unit (0)\n"
	"  -k CONNS    held open meanwhile (0)\n"
	"  -j PAIRS    in parallel, each on a CPU of its own (1)\n"
	"  -x          with an extension header in each packet, IPv6 only\n"
	"  -m          mark the beginning and the end, see bench/count.c\n";

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NSEC + (uint64_t)ts.tv_nsec;
}

/* Nanoseconds in which the CPUs had nothing to do. */
static uint64_t idle_ns(void)
{
	FILE *file = fopen("/proc/timer_list", "r");
	uint64_t sum = 0, ns;
	char line[256];

	if (!file)
		err(1, "/proc/timer_list");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " .idle_sleeptime : %lu", &ns) == 1)
			sum += ns;
	fclose(file);
	return sum;
}

static void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "no CPU %u", cpu);
}

static void put(int fd, const void *data, size_t len)
{
	if (send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len)
		err(1, "send");
}

static void get(int fd, void *data, size_t len)
{
	if (recv(fd, data, len, MSG_WAITALL) != (ssize_t)len)
		err(1, "recv");
}

static void get_end(int fd)
{
	char byte;

	if (recv(fd, &byte, 1, 0))
		err(1, "recv");
}

/* Destination options that say nothing: PadN of four bytes. */
static void extend(const struct pair *pair, int fd)
{
	static const unsigned char options[8] = { 0, 0, 1, 4 };

	if (pair->opt->extended &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, options, sizeof(options)))
		err(1, "IPV6_DSTOPTS");
}

static int dial(const struct pair *pair)
{
	int fd = socket(pair->addr.ss_family, SOCK_STREAM, 0);
	int one = 1;

	if (fd < 0)
		err(1, "socket");
	extend(pair, fd);
	if (connect(fd, (const struct sockaddr *)&pair->addr, pair->addr_len))
		err(1, "connect");
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		err(1, "TCP_NODELAY");
	return fd;
}

/*
 * A connection opens, says something both ways, and is closed by the client. The
 * server acknowledges the FIN before it sends its own: all of the phases there are.
 */
static void serve_conns(const struct pair *pair, int listener)
{
	char buf[sizeof(greeting)];
	int one = 1;

	(void)pair;
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			err(1, "accept");
		get(fd, buf, sizeof(buf));
		put(fd, buf, sizeof(buf));
		get_end(fd);
		if (setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one)))
			err(1, "TCP_QUICKACK");
		close(fd);
	}
}

static void run_conns(const struct pair *pair, unsigned int n)
{
	char buf[sizeof(greeting)];

	while (n--) {
		int fd = dial(pair);

		put(fd, greeting, sizeof(greeting));
		get(fd, buf, sizeof(buf));
		shutdown(fd, SHUT_WR);
		get_end(fd);
		close(fd);
	}
}

static int echo_fd = -1;

static void serve_pingpong(const struct pair *pair, int listener)
{
	int one = 1, fd = accept(listener, NULL, NULL);
	char byte;

	if (fd < 0)
		err(1, "accept");
	extend(pair, fd);
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		err(1, "TCP_NODELAY");
	while (recv(fd, &byte, 1, 0) == 1)
		put(fd, &byte, 1);
}

static void run_pingpong(const struct pair *pair, unsigned int n)
{
	char byte = 'x';

	if (echo_fd < 0)
		echo_fd = dial(pair);
	while (n--) {
		put(echo_fd, &byte, 1);
		get(echo_fd, &byte, 1);
	}
}

/* As a shell does it in a loop: a namespace begins and ends, and has only its loopback. */
static void run_netns(const struct pair *pair, unsigned int n)
{
	char *const command[] = { "unshare", "-n", "true", NULL };
	pid_t pid;
	int status;

	(void)pair;
	while (n--) {
		errno = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
		if (errno)
			err(1, "%s", command[0]);
		if (waitpid(pid, &status, 0) != pid || status)
			errx(1, "%s -n: failed", command[0]);
	}
}

static int listen_at(struct pair *pair, unsigned int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&pair->addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&pair->addr;
	int one = 1, fd;

	if (pair->opt->family == AF_INET6) {
		*in6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6, .sin6_port = htons(port),
			.sin6_addr = in6addr_loopback,
		};
		pair->addr_len = sizeof(*in6);
	} else {
		*in = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_port = htons(port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		};
		pair->addr_len = sizeof(*in);
	}
	fd = socket(pair->opt->family, SOCK_STREAM, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&pair->addr, pair->addr_len) ||
	    listen(fd, 128))
		err(1, "cannot listen at port %u", port);
	return fd;
}

/* A child that dies with us. */
static pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void start_server(struct pair *pair, unsigned int port,
			 void (*serve)(const struct pair *pair, int listener))
{
	int listener = listen_at(pair, port);

	pair->server = child();
	if (!pair->server) {
		serve(pair, listener);
		_exit(0);
	}
	close(listener);
}

static void stop_server(struct pair *pair)
{
	kill(pair->server, SIGKILL);
	waitpid(pair->server, NULL, 0);
}

/*
 * Connections that stay: this process holds one end, a child the other. A port of
 * the server takes 20,000 of them.
 */
static void keep_open(const struct options *opt)
{
	const unsigned int each = 20000;

	for (unsigned int done = 0; done < opt->keep; done++) {
		static struct pair pair;
		static int listener = -1, pipe_fds[2];

		if (done % each == 0) {
			pair.opt = opt;
			listener = listen_at(&pair, PORT + 100 + done / each);
			if (pipe(pipe_fds))
				err(1, "pipe");
			if (!child()) {
				while (accept(listener, NULL, NULL) >= 0)
					if (write(pipe_fds[1], "", 1) != 1)
						break;
				err(1, "cannot keep connections");
			}
			close(listener);
			close(pipe_fds[1]);
		}
		dial(&pair);
		if (read(pipe_fds[0], &(char){ 0 }, 1) != 1)
			errx(1, "lost those who keep connections");
	}
}

static const struct kind {
	const char *name;
	unit_fn run;
	void (*serve)(const struct pair *pair, int listener);
} kinds[] = {
	{ "conn", run_conns, serve_conns },
	{ "pingpong", run_pingpong, serve_pingpong },
	{ "netns", run_netns, NULL },
};

static const struct kind *kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * A process that is woken does not push its waker aside: who runs when follows from
 * who waits, and not from what the scheduler remembers.
 */
static void take_turns(void)
{
	if (sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 }))
		err(1, "sched_setscheduler");
}

/* Nanoseconds of work, in a pause or in units. */
static uint64_t measure(const struct pair *pair, unit_fn run, unsigned int units,
			unsigned int pause_ms)
{
	uint64_t idle = idle_ns();
	uint64_t start = now_ns();
	uint64_t end;

	run(pair, units);
	if (pause_ms)
		usleep(pause_ms * 1000);
	end = now_ns();
	return end - start - (idle_ns() - idle);
}

/*
 * What is done after the load belongs to it, but not what is done each second
 * whether there was a load or not: that is measured in a rest of its own.
 */
static void run_pair(const struct options *opt, unsigned int number)
{
	const struct kind *kind = kind_of(opt->unit);
	unit_fn run = kind->run;
	struct pair pair = { .opt = opt };
	double each[REPS_MAX], total = 0, rest = 0;

	if (kind->serve)
		start_server(&pair, PORT + number, kind->serve);
	run(&pair, opt->warm);
	if (opt->rest_ms) {
		usleep(opt->rest_ms * 1000);
		rest = (double)measure(&pair, run, 1, opt->rest_ms);
	}
	for (unsigned int i = 0; i < opt->reps; i++) {
		each[i] = (double)measure(&pair, run, opt->units, opt->pause_ms);
		total += each[i];
		each[i] /= opt->units;
	}
	if (opt->rest_ms)
		total += (double)measure(&pair, run, 1, opt->rest_ms) - rest;
	qsort(each, opt->reps, sizeof(each[0]), by_value);
	printf("%s%s %d %u total %.1f min %.1f median %.1f rest %.0f\n", opt->unit,
	       opt->extended ? "-x" : "",
	       opt->family == AF_INET ? 4 : 6, opt->units * opt->reps,
	       total / opt->units / opt->reps, each[0], each[opt->reps / 2], rest);
	fflush(stdout);
	if (kind->serve)
		stop_server(&pair);
}

static void mark(const struct options *opt)
{
	if (opt->mark)
		__asm__ volatile("xchg %%r13, %%r13" ::: "memory");
}

static void run_pairs(const struct options *opt)
{
	int status, failed = 0;

	mark(opt);
	for (unsigned int i = 0; i < opt->parallel; i++) {
		if (child())
			continue;
		pin(i);
		run_pair(opt, i);
		exit(0);
	}
	while (wait(&status) > 0 || errno == EINTR)
		failed |= status;
	mark(opt);
	if (failed)
		exit(1);
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n > 10000000)
		errx(2, "%s: no number", text);
	return (unsigned int)n;
}

static void parse(int argc, char **argv, struct options *opt)
{
	int c;

	while ((c = getopt(argc, argv, "6mxn:r:w:p:l:k:j:")) != -1) {
		switch (c) {
		case '6':
			opt->family = AF_INET6;
			continue;
		case 'x':
			opt->extended = true;
			opt->family = AF_INET6;
			continue;
		case 'm':
			opt->mark = true;
			continue;
		case 'n':
			opt->units = number(optarg);
			continue;
		case 'r':
			opt->reps = number(optarg);
			continue;
		case 'w':
			opt->warm = number(optarg);
			continue;
		case 'p':
			opt->pause_ms = number(optarg);
			continue;
		case 'l':
			opt->rest_ms = number(optarg);
			continue;
		case 'k':
			opt->keep = number(optarg);
			continue;
		case 'j':
			opt->parallel = number(optarg);
			continue;
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	opt->unit = argv[optind] ? argv[optind] : "";
	if (!kind_of(opt->unit) || !opt->units || !opt->reps || opt->reps > REPS_MAX) {
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct options opt = {
		.family = AF_INET, .units = 500, .reps = 5, .warm = 200,
		.pause_ms = 20, .parallel = 1,
	};
	struct rlimit files = { 1 << 20, 1 << 20 };

	parse(argc, argv, &opt);
	if (opt.keep && setrlimit(RLIMIT_NOFILE, &files))
		err(1, "cannot open more files");
	take_turns();
	keep_open(&opt);
	run_pairs(&opt);
	return 0;
}
