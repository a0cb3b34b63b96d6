// SPDX-License-Identifier: GPL-2.0
/*
 * Valid dialogues at random, and forged segments for them.
 */
#include <string.h>

#include "fuzz.h"

#define SYN	SYNFIN_TCP_SYN
#define FIN	SYNFIN_TCP_FIN
#define RST	SYNFIN_TCP_RST
#define ACK	SYNFIN_TCP_ACK

static __u64 state;

/**
 * fuzz_seed() - begin a sequence of numbers
 * @seed: which
 */
void fuzz_seed(__u64 seed)
{
	state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

/**
 * fuzz_next() - the next number (xorshift64*)
 *
 * Return: 32 bits.
 */
__u32 fuzz_next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dULL) >> 32;
}

/**
 * fuzz_below() - a number below another
 * @limit: which
 *
 * Return: 0 to limit - 1.
 */
__u32 fuzz_below(__u32 limit)
{
	return ((__u64)fuzz_next() * limit) >> 32;
}

/**
 * fuzz_segment() - make a segment
 * @seg:	to be filled
 * @from:	enum synfin_from
 * @flags:	SYNFIN_TCP_*
 * @seq:	sequence number
 * @ack:	acknowledgment number
 * @len:	payload
 */
void fuzz_segment(struct synfin_segment *seg, __u8 from, __u8 flags, __u32 seq,
		  __u32 ack, __u32 len)
{
	memset(seg, 0, sizeof(*seg));
	seg->src.w[0] = from ? 2 : 1;
	seg->dst.w[0] = from ? 1 : 2;
	seg->sport = from ? 80 : 40000;
	seg->dport = from ? 40000 : 80;
	seg->family = 4;
	seg->window = 60000;
	seg->scale = SYNFIN_SCALE_NONE;
	seg->flags = flags;
	seg->seq = seq;
	seg->ack = ack;
	seg->len = len;
	if (flags & RST)
		seg->kind = SYNFIN_KIND_RST;
	else if (flags & SYN)
		seg->kind = flags & ACK ? SYNFIN_KIND_SYN_ACK : SYNFIN_KIND_SYN;
	else
		seg->kind = flags & FIN ? SYNFIN_KIND_FIN : SYNFIN_KIND_PLAIN;
}

/* An end says the next segment; what it has sent and received is in nxt. */
static struct synfin_segment *say(struct fuzz_dialogue *talk, __u8 from,
				  __u8 flags, __u32 len)
{
	struct synfin_segment *seg = &talk->line[talk->lines].seg;
	bool all = talk->line[0].seg.all;

	fuzz_segment(seg, from, flags, talk->nxt[from],
		     flags & ACK ? talk->nxt[!from] : 0, len);
	seg->all = all;
	/* In all, too little time for a gigabyte to pass unseen. */
	talk->now += 1 + fuzz_below(1000000);
	talk->line[talk->lines++].now = talk->now;
	talk->nxt[from] += len + !!(flags & SYN) + !!(flags & FIN);
	return seg;
}

static void talk_data(struct fuzz_dialogue *talk)
{
	unsigned int turns = fuzz_below(8);
	__u8 from;

	while (turns--) {
		from = fuzz_below(2);
		say(talk, from, ACK, 1 + fuzz_below(20000));
		if (fuzz_below(2))
			say(talk, !from, ACK, 0);
	}
}

static void close_simultaneously(struct fuzz_dialogue *talk, __u8 first)
{
	struct synfin_segment *seg;

	say(talk, first, FIN | ACK, 0);
	seg = say(talk, !first, FIN | ACK, fuzz_below(2) * 100);
	/* It has not seen the first FIN. */
	seg->ack--;
	say(talk, first, ACK, 0);
	say(talk, !first, ACK, 0);
	talk->closing = SYNFIN_CLOSE_SIMULTANEOUS;
}

static void close_by_reset(struct fuzz_dialogue *talk, __u8 first)
{
	struct synfin_segment *seg;

	if (fuzz_below(2))
		say(talk, first, FIN | ACK, 0);
	if (fuzz_below(2))
		first = !first;
	talk->reset = talk->lines;
	seg = say(talk, first, RST | ACK, 0);
	if (fuzz_below(2))
		seg->verdict = SYNFIN_VERDICT_TRUE;
	talk->closing = SYNFIN_CLOSE_RESET;
}

static void talk_close(struct fuzz_dialogue *talk)
{
	__u8 first = fuzz_below(2);
	unsigned int turns;

	talk->shape = fuzz_below(5);
	switch (talk->shape) {
	case 0:
		say(talk, first, FIN | ACK, fuzz_below(2) * 100);
		say(talk, !first, ACK, 0);
		for (turns = fuzz_below(4); turns; turns--) {
			say(talk, !first, ACK, 1 + fuzz_below(3000));
			say(talk, first, ACK, 0);
		}
		say(talk, !first, FIN | ACK, fuzz_below(2) * 100);
		say(talk, first, ACK, 0);
		talk->closing = SYNFIN_CLOSE_FOUR_WAY;
		break;
	case 1:
		say(talk, first, FIN | ACK, 0);
		say(talk, !first, FIN | ACK, fuzz_below(2) * 100);
		say(talk, first, ACK, 0);
		talk->closing = SYNFIN_CLOSE_THREE_WAY;
		break;
	case 2:
		close_simultaneously(talk, first);
		break;
	case 3:
		close_by_reset(talk, first);
		break;
	default:
		talk->closing = SYNFIN_CLOSE_OPEN;
	}
}

/**
 * fuzz_dialogue_make() - make a valid dialogue
 * @talk:	to be filled
 * @all:	every segment is shown
 */
void fuzz_dialogue_make(struct fuzz_dialogue *talk, bool all)
{
	memset(talk, 0, sizeof(*talk));
	talk->now = 1000000000;
	talk->line[0].seg.all = all;
	talk->isn[0] = fuzz_next();
	talk->isn[1] = fuzz_next();
	talk->nxt[0] = talk->isn[0];
	talk->nxt[1] = talk->isn[1];
	say(talk, SYNFIN_FROM_CLIENT, SYN, 0)->all = all;
	talk->answered = talk->lines;
	say(talk, SYNFIN_FROM_SERVER, SYN | ACK, 0);
	say(talk, SYNFIN_FROM_CLIENT, ACK, 0);
	talk_data(talk);
	talk->reset = FUZZ_LINES;
	talk_close(talk);
}

/*
 * Far from whatever the end sends, before it or after it: more than may have passed
 * unseen in the time that the dialogue takes, below one gigabyte more or less.
 */
static __u32 far_from(const struct fuzz_dialogue *talk, __u8 end)
{
	__u32 far = talk->line[0].seg.all ? 0x08000000 : 0x50000000;

	return talk->isn[end] + far + fuzz_below(0xb0000000 - far);
}

static __u32 near_to(const struct fuzz_dialogue *talk, __u8 end)
{
	return talk->isn[end] + fuzz_below(talk->nxt[end] - talk->isn[end] + 2);
}

static __u8 forged_flags(const struct fuzz_dialogue *talk, unsigned int after)
{
	static const __u8 flags[] = {
		ACK, ACK, FIN | ACK, FIN, RST, RST | ACK, SYN | ACK, SYN,
	};

	/* After the end a SYN-ACK may well be the next connection's. */
	if (after + 1 >= talk->lines)
		return flags[fuzz_below(6)];
	/* Of a SYN that is unanswered nobody can tell which one is right. */
	if (after < talk->answered || after >= talk->reset)
		return flags[fuzz_below(7)];
	return flags[fuzz_below(8)];
}

/**
 * fuzz_forge() - make a segment of one who does not know the numbers
 * @talk:	the dialogue that it is put into
 * @extra:	to be filled
 *
 * Either its numbers are far off, or its receiver's socket disowns it.
 */
void fuzz_forge(const struct fuzz_dialogue *talk, struct fuzz_extra *extra)
{
	struct synfin_segment *seg = &extra->seg;
	__u8 from = fuzz_below(2);
	__u8 flags;
	__u32 seq = far_from(talk, from);
	__u32 ack = far_from(talk, !from);

	extra->after = fuzz_below(talk->lines);
	flags = forged_flags(talk, extra->after);
	fuzz_segment(seg, from, flags, seq, flags & ACK ? ack : 0,
		     flags & (SYN | RST) ? 0 : fuzz_below(2) * 1000);
	seg->all = talk->line[0].seg.all;
	switch (seg->kind) {
	case SYNFIN_KIND_SYN:
		/* No forged SYN-ACK may happen to answer it. */
		seg->seq &= ~0x60000u;
		break;
	case SYNFIN_KIND_SYN_ACK:
		seg->ack |= 0x60000;
		if (fuzz_below(2))
			seg->seq = near_to(talk, from);
		break;
	case SYNFIN_KIND_FIN:
	case SYNFIN_KIND_RST:
		/* Before the connection is open no socket is asked. */
		if (extra->after > talk->answered && fuzz_below(2)) {
			seg->verdict = SYNFIN_VERDICT_FORGED;
			seg->seq = near_to(talk, from);
			if (flags & ACK)
				seg->ack = near_to(talk, !from);
			/* In the place of the true one it is that one, repeated. */
			if (synfin_segment_end(seg) == talk->nxt[from])
				seg->seq--;
		}
		break;
	case SYNFIN_KIND_PLAIN:
		if (!fuzz_below(8) && extra->after < talk->reset) {
			seg->kind = SYNFIN_KIND_ICMP;
			seg->flags = 0;
			seg->ack = 0;
			seg->len = 0;
		}
		break;
	}
}
