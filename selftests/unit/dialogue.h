/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dialogues for the phase machine: two ends that say segments to each other.
 *
 * A script is a list of lines, separated by ";":
 *
 *	c SA 0 1 10 !T +5 : syn-ack @SYN_ACK
 *
 * who sends (c, s); flags (S, F, R, P, A, U for urgent, "." for none, "icmp" for
 * an ICMP error that quotes a SYN of that end); sequence number, counted from the
 * sender's ISN; acknowledgment, counted from the other's; payload; "!T" true
 * and "!F" forged, as its socket says; "!P" shown to the same connection as the line
 * before, whosever it is; milliseconds since the line before (1);
 * "w100" the window, "W7" the window scale, "t5/3" time stamps;
 * after the colon what is to come of it: "new" (it begins one beside others), phases in
 * their order with a count if it is not 1 ("syn*2"), the reason if nothing was recorded,
 * "back" (a FIN, a RST or a failure was taken back), "end" (summary due), "over" (another
 * is over, since this has opened), "gone", "stays", and "@" the state that follows.
 *
 * Other lines: "isn X Y" sets the initial numbers; "init c S 0" sets up a connection for
 * one segment without showing it; "watch", "unwatch"; "expire", "evict", "finish" are of
 * the one that the last segment was of.
 *
 * The driver does what the flow table does: pick, begin, hand on, supersede, forget.
 */
#ifndef _SYNFIN_DIALOGUE_H
#define _SYNFIN_DIALOGUE_H

#include "core/phase.h"

#define DIALOGUE_STEPS	64
#define DIALOGUE_SUMS	8
#define DIALOGUE_MS	1000000ULL

#define DIALOGUE_X	1000u
#define DIALOGUE_Y	5000u

/* Every answer of the machine to one line. */
struct dialogue {
	struct synfin_conn conn;	/* as the last segment left its own */
	struct synfin_conn rival[SYNFIN_RIVALS_MAX];
	bool ended[SYNFIN_RIVALS_MAX];	/* it has had its summary */
	unsigned int nr;
	unsigned int at;
	struct synfin_result res;
	struct synfin_segment seg;
	struct synfin_step step[DIALOGUE_STEPS];
	struct synfin_record_conn sum[DIALOGUE_SUMS];
	unsigned int steps;
	unsigned int sums;
	__u32 isn[2];
	__u64 now;
	__u64 id;
	bool all;
	bool self;
	bool live;
	bool set_up;
	char said[256];
};

/* Cells that were met, by state, kind and column. */
extern unsigned int dialogue_met[SYNFIN_STATE_NR][SYNFIN_KIND_NR][2];

extern const char *const dialogue_states[SYNFIN_STATE_NR];
extern const char *const dialogue_kinds[SYNFIN_KIND_NR];

void dialogue_begin(struct dialogue *d, bool all);
bool dialogue_play(struct dialogue *d, const char *script);
void dialogue_show(struct dialogue *d, const struct synfin_segment *seg);
void dialogue_segment(const struct dialogue *d, struct synfin_segment *seg,
		      __u8 from, __u8 flags, __u32 seq, __u32 ack, __u32 len);
const struct synfin_record_conn *dialogue_finish(struct dialogue *d);
const char *dialogue_history(__u64 history);
const char *dialogue_reason(__u8 reason);

#endif /* _SYNFIN_DIALOGUE_H */
