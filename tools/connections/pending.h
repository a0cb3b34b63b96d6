/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that are being put together, as they are kept: what pending.c shares with
 * assemble.c.
 */
#ifndef _TOOLS_PENDING_H
#define _TOOLS_PENDING_H

#include "connections/assemble.h"
#include "connections/keyed_hash.h"
#include "connections/pool.h"

#define LIMIT_HELD	(16u * 1024)	/* those that have ended: a cache holds them */
#define INLINE_PHASES	8u		/* what nearly all connections have */
#define RECENT		64u		/* places of connections found without the table */

struct pending {
	uint64_t id;
	UT_hash_handle hh;
	struct pending *prev, *next;
	struct pending **list;	/* which of the two it is in */
	uint64_t due_ns;
	bool headless;		/* it did not begin with its first phase */
	bool in_table;
	struct synfin_record_tls *tls;
	struct synfin_record_icmp *icmp;
	struct conn conn;
	struct step inline_phases[INLINE_PHASES];
};

struct assembly {
	struct assemble_ops ops;
	struct pending *table;
	struct pending anchor;		/* uthash frees a table that is empty */
	struct pending *recent[RECENT];	/* by id */
	struct pending *live;	/* least recently heard of first */
	struct pending *held;	/* first ended first */
	unsigned int nr_held;
	uint64_t forgotten;
	unsigned int nr_headless;
	uint64_t now;
	struct pool entries;
	struct pool longer;
	struct pool tls;
	struct pool icmp;
};

struct pending *pending_find_in_table(struct assembly *a, uint64_t id);
struct pending *pending_add(struct assembly *a, const struct synfin_record_head *head,
			    bool headless);
void pending_drop(struct assembly *a, struct pending *e);
void pending_step(struct assembly *a, struct pending *e,
		  const struct synfin_record_step *rec);

/* Many are short: what comes next is often of one that was just heard of. */
static inline struct pending **pending_recent(struct assembly *a, uint64_t id)
{
	return &a->recent[id % RECENT];
}

#endif /* _TOOLS_PENDING_H */
