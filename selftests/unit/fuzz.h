/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers that repeat, random dialogues that are valid, and segments forged
 * into them by one who does not know their numbers.
 */
#ifndef _SYNFIN_FUZZ_H
#define _SYNFIN_FUZZ_H

#include "core/phase.h"

#define FUZZ_LINES	48
#define FUZZ_STEPS	96

/**
 * struct fuzz_dialogue - a valid connection, segment by segment
 * @line:	the segments, and when each passes
 * @lines:	how many
 * @shape:	how it closes
 * @closing:	what that is, enum synfin_close
 * @answered:	the line of the SYN-ACK
 * @reset:	the line of a RST that is not proved, or the number of lines
 * @isn:	initial numbers
 * @nxt:	numbers after the last segment
 */
struct fuzz_dialogue {
	struct {
		struct synfin_segment seg;
		__u64 now;
	} line[FUZZ_LINES];
	unsigned int lines;
	unsigned int shape;
	unsigned int answered;
	unsigned int reset;
	__u8 closing;
	__u64 now;
	__u32 isn[2];
	__u32 nxt[2];
};

/* A segment that is put in after a line. */
struct fuzz_extra {
	struct synfin_segment seg;
	unsigned int after;
};

void fuzz_seed(__u64 seed);
__u32 fuzz_next(void);
__u32 fuzz_below(__u32 limit);
void fuzz_segment(struct synfin_segment *seg, __u8 from, __u8 flags, __u32 seq,
		  __u32 ack, __u32 len);
void fuzz_dialogue_make(struct fuzz_dialogue *talk, bool all);
void fuzz_forge(const struct fuzz_dialogue *talk, struct fuzz_extra *extra);

#endif /* _SYNFIN_FUZZ_H */
