/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Puts the records of a connection together again: phases, then the summary.
 */
#ifndef _TOOLS_ASSEMBLE_H
#define _TOOLS_ASSEMBLE_H

#include <stdint.h>

#include "connections/conn.h"

/* Phases of a connection that are kept. */
#define ASSEMBLE_PHASES	64u

/**
 * struct assemble_ops - what to do with connections
 * @conn:	takes one that has ended; false if no more are wanted
 * @ctx:	handed to it
 * @late:	phases may follow the summary: keep it for a while
 */
struct assemble_ops {
	bool (*conn)(void *ctx, const struct conn *c);
	void *ctx;
	bool late;
};

struct assembly;

struct assembly *assemble_new(const struct assemble_ops *ops);
void assemble_free(struct assembly *a);
bool assemble_record(struct assembly *a, const union synfin_record *rec);
uint64_t assemble_forgotten(const struct assembly *a);
bool assemble_rest(struct assembly *a, bool complete);

#endif /* _TOOLS_ASSEMBLE_H */
