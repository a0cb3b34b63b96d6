/* SPDX-License-Identifier: GPL-2.0 */
/*
 * synfin alone: what its files share.
 *
 *	cmd_overview.c	reads it
 *	overview_show.c	shows it
 */
#ifndef _TOOLS_OVERVIEW_H
#define _TOOLS_OVERVIEW_H

#include "commands/cmd.h"
#include "commands/counters.h"

#define OVERVIEW_FAILURES	5u
#define OVERVIEW_SERVICES	512u

/**
 * struct overview_failure - a way for an opening to fail
 * @counter:	its counter
 * @word:	what to type to see those connections
 */
struct overview_failure {
	const char *counter;
	const char *word;
};

/* A server port, with the counters of its row. */
struct overview_service {
	uint16_t port;
	uint64_t opened;
	uint64_t failed;
	uint64_t rtt_count;
	uint64_t rtt_sum;
	uint64_t response_count;
	uint64_t response_sum;
	uint64_t tls_count;
	uint64_t tls_sum;
};

/* What is known of this machine's connections. */
struct overview {
	const struct options *opt;
	struct counters now;
	struct overview_service service[OVERVIEW_SERVICES];
	unsigned int nr_services;
	bool measured;		/* @rate is known */
	double rate;
	unsigned int width;	/* columns, UINT32_MAX if there is no end */
	struct out out;		/* what is shown, before it is broken into lines */
};

extern const struct overview_failure overview_failures[OVERVIEW_FAILURES];

uint64_t overview_opened(const struct counters *f);
uint64_t overview_failed(const struct counters *f);

/* overview_show.c */
int overview_show(struct overview *v);

#endif /* _TOOLS_OVERVIEW_H */
