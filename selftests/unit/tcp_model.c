// SPDX-License-Identifier: GPL-2.0
/*
 * Two TCPs and a network that loses, repeats and reorders.
 *
 * An end that takes a segment does what RFC 9293, 3.10.7 says, without a window (all
 * that it expects next is taken, all else is answered with an ACK) and without data
 * out of order. Of RSTs it takes what RFC 5961 lets it.
 */
#include <string.h>

#include "fuzz.h"
#include "tcp_model.h"

#define SYN	SYNFIN_TCP_SYN
#define FIN	SYNFIN_TCP_FIN
#define RST	SYNFIN_TCP_RST
#define ACK	SYNFIN_TCP_ACK

/**
 * model_put() - a segment goes on its way
 * @q:		where
 * @seg:	the segment; lost if there is no room
 */
void model_put(struct model_queue *q, const struct synfin_segment *seg)
{
	if (q->nr < MODEL_ROOM)
		q->seg[q->nr++] = *seg;
}

/**
 * model_pass() - something happens to a segment under way
 * @m:		the world
 * @q:		where
 * @seg:	the segment that arrives
 *
 * Return: true if one does; else there is none, or it was lost.
 */
bool model_pass(struct model *m, struct model_queue *q, struct synfin_segment *seg)
{
	unsigned int which, fate;

	if (!q->nr)
		return false;
	/* The first, most often; it may be overtaken, lost, or come twice. */
	fate = m->choose(6);
	which = fate == 1 ? q->nr - 1 : 0;
	*seg = q->seg[which];
	if (fate == 2 && q->nr < MODEL_ROOM)
		return true;
	q->nr--;
	memmove(&q->seg[which], &q->seg[which + 1],
		(q->nr - which) * sizeof(q->seg[0]));
	return fate != 3;
}

static void say(struct model *m, __u8 who, __u8 flags, __u32 seq, __u32 len)
{
	struct model_tcp *t = &m->tcp[who];
	struct synfin_segment seg;

	fuzz_segment(&seg, who, flags, seq, flags & ACK ? t->rcv : 0, len);
	t->sent_rst |= !!(flags & RST);
	model_put(&m->near[who], &seg);
}

static void say_ack(struct model *m, __u8 who)
{
	say(m, who, ACK, m->tcp[who].nxt, 0);
}

/**
 * model_begin() - nothing has happened yet
 * @m:		to be set up
 * @choose:	what comes next
 * @x:		initial number of the client
 * @y:		of the server
 */
void model_begin(struct model *m, unsigned int (*choose)(unsigned int limit),
		 __u32 x, __u32 y)
{
	memset(m, 0, sizeof(*m));
	m->choose = choose;
	m->tcp[0] = (struct model_tcp){
		.state = MODEL_SYN_SENT, .iss = x, .una = x, .nxt = x + 1,
	};
	m->tcp[1] = (struct model_tcp){
		.state = MODEL_LISTEN, .iss = y, .una = y, .nxt = y,
	};
	say(m, 0, SYN, x, 0);
}

static void send_fin(struct model *m, __u8 who)
{
	struct model_tcp *t = &m->tcp[who];

	say(m, who, FIN | ACK, t->nxt, 0);
	t->nxt++;
	t->fin = true;
	t->fin_first = !t->got_fin;
	t->state = t->state == MODEL_CLOSE_WAIT ? MODEL_LAST_ACK :
						  MODEL_FIN_WAIT_1;
}

/* What is not acknowledged, or the last thing again. */
static void send_again(struct model *m, __u8 who)
{
	struct model_tcp *t = &m->tcp[who];

	switch (t->state) {
	case MODEL_SYN_SENT:
		say(m, who, SYN, t->iss, 0);
		break;
	case MODEL_SYN_RCVD:
		say(m, who, SYN | ACK, t->iss, 0);
		break;
	case MODEL_CLOSED:
	case MODEL_LISTEN:
		break;
	default:
		if (t->fin && !t->fin_acked)
			say(m, who, FIN | ACK, t->una, t->nxt - 1 - t->una);
		else
			say(m, who, ACK, t->una, t->nxt - t->una);
	}
}

/**
 * model_act() - an end does something of its own
 * @m:		the world
 * @who:	which end
 */
void model_act(struct model *m, __u8 who)
{
	struct model_tcp *t = &m->tcp[who];
	bool may_send = t->state == MODEL_OPEN || t->state == MODEL_CLOSE_WAIT;

	switch (m->choose(8)) {
	case 0 ... 1:
		if (may_send) {
			say(m, who, ACK | SYNFIN_TCP_PSH, t->nxt, 3);
			t->nxt += 3;
			t->data += 3;
		}
		break;
	case 2 ... 3:
		if (may_send)
			send_fin(m, who);
		break;
	case 4:
		if (may_send && !m->choose(4)) {
			say(m, who, RST | ACK, t->nxt, 0);
			t->state = MODEL_CLOSED;
		}
		break;
	default:
		send_again(m, who);
	}
}

static void take_rst(struct model *m, __u8 who, const struct synfin_segment *seg)
{
	struct model_tcp *t = &m->tcp[who];

	if (t->state == MODEL_SYN_SENT) {
		if (!(seg->flags & ACK) || seg->ack != t->nxt)
			return;
	} else if (t->state == MODEL_LISTEN || t->state == MODEL_CLOSED) {
		return;
	} else if (seg->seq != t->rcv) {
		say_ack(m, who);
		return;
	}
	t->took_rst = true;
	t->state = MODEL_CLOSED;
}

static void refuse(struct model *m, __u8 who, const struct synfin_segment *seg)
{
	struct synfin_segment rst;

	if (seg->flags & ACK)
		fuzz_segment(&rst, who, RST, seg->ack, 0, 0);
	else
		fuzz_segment(&rst, who, RST | ACK, 0, synfin_segment_end(seg), 0);
	m->tcp[who].sent_rst = true;
	model_put(&m->near[who], &rst);
}

static void take_syn_sent(struct model *m, __u8 who,
			  const struct synfin_segment *seg)
{
	struct model_tcp *t = &m->tcp[who];

	if ((seg->flags & ACK) && seg->ack != t->nxt) {
		refuse(m, who, seg);
		return;
	}
	if ((seg->flags & (SYN | ACK)) != (SYN | ACK))
		return;
	t->rcv = seg->seq + 1;
	t->una = seg->ack;
	t->state = MODEL_OPEN;
	t->opened = true;
	say_ack(m, who);
}

/* Its FIN was acknowledged. */
static void fin_is_acked(struct model_tcp *t)
{
	t->fin_acked = true;
	if (t->state == MODEL_FIN_WAIT_1)
		t->state = MODEL_FIN_WAIT_2;
	else if (t->state == MODEL_CLOSING)
		t->state = MODEL_TIME_WAIT;
	else if (t->state == MODEL_LAST_ACK)
		t->state = MODEL_CLOSED;
}

static bool take_ack(struct model *m, __u8 who, const struct synfin_segment *seg)
{
	struct model_tcp *t = &m->tcp[who];

	if (!(seg->flags & ACK))
		return false;
	if (t->state == MODEL_SYN_RCVD) {
		if (seg->ack != t->nxt) {
			refuse(m, who, seg);
			return false;
		}
		t->state = MODEL_OPEN;
		t->opened = true;
	}
	if ((__s32)(seg->ack - t->nxt) > 0) {
		say_ack(m, who);
		return false;
	}
	if ((__s32)(seg->ack - t->una) > 0)
		t->una = seg->ack;
	if (t->fin && !t->fin_acked && t->una == t->nxt)
		fin_is_acked(t);
	return true;
}

static void take_text(struct model *m, __u8 who, const struct synfin_segment *seg)
{
	struct model_tcp *t = &m->tcp[who];

	if (t->state == MODEL_CLOSED)
		return;
	if (seg->seq != t->rcv || t->got_fin) {
		if (seg->len || (seg->flags & (SYN | FIN)) || seg->seq != t->rcv)
			say_ack(m, who);
		return;
	}
	t->rcv += seg->len;
	if (seg->flags & FIN) {
		t->rcv++;
		t->got_fin = true;
		if (t->state == MODEL_OPEN)
			t->state = MODEL_CLOSE_WAIT;
		else if (t->state == MODEL_FIN_WAIT_1)
			t->state = MODEL_CLOSING;
		else if (t->state == MODEL_FIN_WAIT_2)
			t->state = MODEL_TIME_WAIT;
	}
	if (seg->len || (seg->flags & FIN))
		say_ack(m, who);
}

/**
 * model_take() - a segment arrives at an end
 * @m:		the world
 * @who:	which end
 * @seg:	the segment
 */
void model_take(struct model *m, __u8 who, const struct synfin_segment *seg)
{
	struct model_tcp *t = &m->tcp[who];

	if (seg->flags & RST) {
		take_rst(m, who, seg);
		return;
	}
	switch (t->state) {
	case MODEL_CLOSED:
		refuse(m, who, seg);
		return;
	case MODEL_LISTEN:
		if (seg->flags & ACK) {
			refuse(m, who, seg);
		} else if (seg->flags & SYN) {
			t->rcv = seg->seq + 1;
			t->nxt = t->iss + 1;
			t->state = MODEL_SYN_RCVD;
			say(m, who, SYN | ACK, t->iss, 0);
		}
		return;
	case MODEL_SYN_SENT:
		take_syn_sent(m, who, seg);
		return;
	default:
		break;
	}
	if (seg->flags & SYN) {
		/* The same again, or a challenge. */
		if (t->state == MODEL_SYN_RCVD && seg->seq + 1 == t->rcv)
			say(m, who, SYN | ACK, t->iss, 0);
		else
			say_ack(m, who);
		return;
	}
	if (take_ack(m, who, seg))
		take_text(m, who, seg);
}
