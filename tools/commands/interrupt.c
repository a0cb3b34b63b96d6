// SPDX-License-Identifier: GPL-2.0
/*
 * When to end. Every wait of the program goes through interrupt_wait(), so that a
 * signal, or a stdout that was closed, is seen within a tenth of a second.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "output/complain.h"
#include "commands/interrupt.h"
#include "output/util.h"

/* Set once; the program then ends as if its input had. */
atomic_bool interrupted;
/* Set if that was because whoever read stdout has gone. */
bool interrupt_unread;

static bool without_stdout;

static void on_signal(int number)
{
	(void)number;
	interrupted = true;
}

/**
 * interrupt_setup() - end cleanly on signals, and after a time
 * @seconds: how long, 0 for ever
 *
 * Return: 0, or -1 after a message.
 */
int interrupt_setup(double seconds)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
	struct sigaction act = { .sa_handler = on_signal };
	struct itimerval timer = { 0 };

	/* Without SA_RESTART, so that a read() that blocks ends. */
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct sigaction before;

		/* Under nohup, and in the background of a shell, it is ignored. */
		if (!sigaction(signals[i], NULL, &before) &&
		    (before.sa_handler != SIG_IGN || signals[i] == SIGALRM))
			sigaction(signals[i], &act, NULL);
	}
	/* write() then says EPIPE, and the totals can still be given. */
	signal(SIGPIPE, SIG_IGN);

	if (seconds <= 0)
		return 0;
	timer.it_value.tv_sec = (time_t)seconds;
	timer.it_value.tv_usec = (suseconds_t)((seconds - (double)
					timer.it_value.tv_sec) * 1e6);
	/* Once more each second, should the first fall just before a read(). */
	timer.it_interval.tv_sec = 1;
	if (!timer.it_value.tv_sec && !timer.it_value.tv_usec)
		timer.it_value.tv_usec = 1;
	if (setitimer(ITIMER_REAL, &timer, NULL))
		return complain("-d: %s", strerror(errno));
	return 0;
}

/**
 * interrupt_without_stdout() - go on though nobody reads stdout
 */
void interrupt_without_stdout(void)
{
	without_stdout = true;
}

/**
 * interrupt_wait() - sleep until there is something to read
 * @fd:		what to read, -1 for nothing
 * @milliseconds: how long to sleep at most
 *
 * Return: true if @fd is ready.
 */
bool interrupt_wait(int fd, int milliseconds)
{
	struct pollfd fds[] = {
		{ .fd = without_stdout ? -1 : STDOUT_FILENO },
		{ .fd = fd, .events = POLLIN },
	};

	if (interrupted)
		return false;
	if (poll(fds, 2, milliseconds) <= 0)
		return false;
	if (fds[0].revents & (POLLERR | POLLNVAL)) {
		interrupt_unread = true;
		interrupted = true;
	}
	return fds[1].revents;
}
