/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sends what is spooled to ClickHouse.
 */
#ifndef _TOOLS_SENDER_H
#define _TOOLS_SENDER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "ship/spool.h"

#define SENDER_URLS	16u

/**
 * struct sender - a thread that sends
 * @spool:	what
 * @url:	where to; the next one is tried if one fails
 * @nr_urls:	how many
 * @database:	of the tables
 * @user:	or NULL
 * @password:	or NULL
 * @host:	this machine's name in rows
 * @boot:	which load of the module rows are from
 * @stop:	send what is there, and end
 * @thread:	its thread
 * @headers:	of each request
 * @at:		which URL is used
 * @said:	the last message, so that it is not said over and over
 */
struct sender {
	struct spool *spool;
	const char *url[SENDER_URLS];
	unsigned int nr_urls;
	const char *database;
	const char *user;
	const char *password;
	const char *host;
	const char *boot;
	atomic_bool stop;
	pthread_t thread;
	void *headers;
	unsigned int at;
	char said[256];
};

int sender_start(struct sender *s);
int sender_finish(struct sender *s);

#endif /* _TOOLS_SENDER_H */
