// SPDX-License-Identifier: GPL-2.0
/*
 * Segments in the order in which they passed: see order.h.
 */
#include <stdlib.h>
#include <string.h>

#include "sources/order.h"

/* Numbers further apart than this tell nothing about each other. */
#define NEAR		(1 << 24)

/* The same segment again after this is sent again, whatever the clock says. */
#define AGAIN_NS	1000000000ull

/* A time so far from the one before it is a pause, another clock, or wrong. */
#define FAR_NS		10000000000ull

/* Back where it was, but for what packets are out of order by. */
#define BACK_NS		10000000ull

/**
 * order_init() - set up
 * @o: zero, but for @o->take and @o->ctx
 *
 * Return: false if there is no memory.
 */
bool order_init(struct order *o)
{
	o->slot = malloc(ORDER_MAX * sizeof(*o->slot));
	o->payload = malloc((size_t)ORDER_MAX * ORDER_PAYLOAD);
	for (unsigned int i = 1; i < ORDER_MAX; i++)
		o->free[o->nr_free++] = (uint16_t)i;
	return o->slot && o->payload;
}

/**
 * order_free() - free it
 * @o: of order_init()
 */
void order_free(struct order *o)
{
	free(o->slot);
	free(o->payload);
}

static struct captured *at(const struct order *o, unsigned int i)
{
	return &o->slot[o->line[(o->first + i) % ORDER_MAX]];
}

static bool is_near(int32_t distance)
{
	return distance > -NEAR && distance < NEAR;
}

static bool has_ack(const struct synfin_segment *seg)
{
	return seg->flags & SYNFIN_TCP_ACK;
}

static bool is_fin(const struct synfin_segment *seg)
{
	return seg->kind == SYNFIN_KIND_FIN;
}

/* The number that acknowledges it: of the data of a SYN perhaps nothing (RFC 7413). */
static uint32_t acked_by(const struct synfin_segment *seg)
{
	return seg->flags & SYNFIN_TCP_SYN ? seg->seq + 1 : synfin_segment_end(seg);
}

/* Does @b acknowledge what @a took? */
static bool answers(const struct synfin_segment *b, const struct synfin_segment *a)
{
	uint32_t end = acked_by(a);
	int32_t beyond = (int32_t)(b->ack - end);

	return has_ack(b) && end != a->seq && beyond >= 0 && is_near(beyond);
}

static bool one_way(const struct synfin_segment *a, const struct synfin_segment *b)
{
	return a->sport == b->sport && a->dport == b->dport &&
		synfin_same_addr(&a->src, &b->src) && synfin_same_addr(&a->dst, &b->dst);
}

static bool other_way(const struct synfin_segment *a, const struct synfin_segment *b)
{
	return a->sport == b->dport && a->dport == b->sport &&
		synfin_same_addr(&a->src, &b->dst) && synfin_same_addr(&a->dst, &b->src);
}

/* Of one sender: 1 if @b follows @a, -1 if it precedes it, 0 if they are the same. */
static int follows(const struct synfin_segment *b, const struct synfin_segment *a)
{
	int32_t ahead = (int32_t)(b->seq - a->seq);

	if (!is_near(ahead))
		return 0;
	if (b->kind == SYNFIN_KIND_ICMP || a->kind == SYNFIN_KIND_ICMP)
		return ahead ? 0 : b->kind == SYNFIN_KIND_ICMP ? 1 : -1;
	if (!ahead && has_ack(a) && has_ack(b))
		ahead = (int32_t)(b->ack - a->ack);
	if (!ahead)
		ahead = (int32_t)(synfin_segment_end(b) - synfin_segment_end(a));
	return (ahead > 0) - (ahead < 0);
}

/*
 * What the numbers say of @b, which is behind @a in the file: 1 it passed after it, -1
 * it passed before it, 0 nothing.
 */
static int numbers(const struct captured *a, const struct captured *b)
{
	bool after, before;
	int same;

	if (one_way(&a->seg, &b->seg)) {
		same = follows(&b->seg, &a->seg);
		return same || a->ns - b->ns < AGAIN_NS ? same : 1;
	}
	if (!other_way(&a->seg, &b->seg))
		return 0;
	after = answers(&b->seg, &a->seg);
	before = answers(&a->seg, &b->seg);
	return after - before;
}

static bool hand_on(struct order *o, struct captured *c)
{
	uint64_t shift = clock_tick(&o->clock, c->ns);

	c->shift += shift;
	c->ns += shift;
	return o->take(o->ctx, c);
}

static bool pop(struct order *o)
{
	uint16_t i = o->line[o->first];

	o->first = (o->first + 1) % ORDER_MAX;
	o->nr--;
	o->free[o->nr_free++] = i;
	return hand_on(o, &o->slot[i]);
}

/* What is at @from in the line goes before what is at @to. */
static void move_up(struct order *o, unsigned int from, unsigned int to)
{
	uint16_t slot = o->line[(o->first + from) % ORDER_MAX];

	for (unsigned int i = from; i > to; i--)
		o->line[(o->first + i) % ORDER_MAX] =
			o->line[(o->first + i - 1) % ORDER_MAX];
	o->line[(o->first + to) % ORDER_MAX] = slot;
}

static bool is_again(const struct captured *late, const struct captured *other)
{
	return other->seg.kind == late->seg.kind && one_way(&other->seg, &late->seg) &&
	       acked_by(&other->seg) == acked_by(&late->seg);
}

/* Where it stands tells what its ACK means: a FIN, and a SYN with data. */
static bool is_due_before_its_ack(const struct synfin_segment *seg)
{
	return is_fin(seg) || (seg->kind == SYNFIN_KIND_SYN && seg->len);
}

/*
 * Clocks of two interfaces differ: one may come behind its own ACK. It goes before that,
 * and what its end sent before it, too. But one that is sent again stays where it is.
 * Their times remain: they are those of their clock.
 */
static void put_before_its_ack(struct order *o, unsigned int late)
{
	const struct captured *c = at(o, late);
	unsigned int to = late;

	for (unsigned int i = late; i-- && c->ns - at(o, i)->ns < CLOCK_APART_NS;)
		if (other_way(&at(o, i)->seg, &c->seg) && answers(&at(o, i)->seg, &c->seg))
			to = i;
	if (to == late)
		return;
	for (unsigned int i = late; i--;)
		if (is_again(c, at(o, i)))
			return;
	for (unsigned int i = to; i < late; i++)
		if (one_way(&at(o, i)->seg, &c->seg) &&
		    follows(&c->seg, &at(o, i)->seg) > 0)
			move_up(o, i, to++);
	move_up(o, late, to);
}

/* Where in the line it belongs. */
static void insert(struct order *o, uint16_t slot)
{
	const struct captured *c = &o->slot[slot];
	unsigned int i = o->nr++;

	while (i && at(o, i - 1)->ns > c->ns && numbers(at(o, i - 1), c) <= 0)
		i--;
	o->line[(o->first + o->nr - 1) % ORDER_MAX] = slot;
	move_up(o, o->nr - 1, i);
	if (is_due_before_its_ack(&c->seg))
		put_before_its_ack(o, i);
}

/*
 * Do the numbers say that it passed after the segment of its connection that was before it
 * in the file? Then the clock was set back, if its time is before that one's.
 */
static bool is_after(const struct order *o, const struct captured *c)
{
	const struct captured *last = NULL;
	uint64_t arrived = 0;

	for (unsigned int i = 0; i < o->nr; i++) {
		uint16_t slot = o->line[(o->first + i) % ORDER_MAX];
		const struct captured *a = &o->slot[slot];

		if (o->arrived[slot] > arrived && (one_way(&a->seg, &c->seg) ||
						   other_way(&a->seg, &c->seg))) {
			arrived = o->arrived[slot];
			last = a;
		}
	}
	if (!last || last->ns < c->ns + o->file.shift[0] + CLOCK_APART_NS)
		return false;
	return one_way(&last->seg, &c->seg) ? follows(&c->seg, &last->seg) > 0 :
					      numbers(last, c) > 0;
}

/* It takes its place in the line, at the time that it has without what the clock did. */
static void enter(struct order *o, uint16_t slot)
{
	struct captured *c = &o->slot[slot];

	if (c->ns >= o->file.now && !o->file.shift[0]) {
		o->file.now = c->ns;
	} else {
		bool back = clock_is_back(&o->file, c->ns);

		c->shift = clock_read(&o->file, c->ns, back && is_after(o, c));
		c->ns += c->shift;
	}
	o->arrived[slot] = ++o->nr_read;
	insert(o, slot);
}

static bool any_after(const struct order *o, const struct captured *c)
{
	for (unsigned int i = o->nr; i--;)
		if (numbers(at(o, i), c) < 0)
			return true;
	return false;
}

/*
 * Those whose times are far off are judged: if @level is where the clock is again, theirs
 * were wrong.
 */
static void settle(struct order *o, bool back)
{
	for (unsigned int i = 0; i < o->nr_astray; i++) {
		struct captured *c = &o->slot[o->astray[i]];

		if (back)
			c->ns = o->level;
		else
			o->level = c->ns;
		enter(o, o->astray[i]);
	}
	o->nr_astray = 0;
}

static bool is_far(const struct order *o, uint64_t ns)
{
	return ns > o->level ? ns - o->level >= FAR_NS : o->level - ns >= FAR_NS;
}

static bool is_back(const struct order *o, uint64_t ns)
{
	return ns + BACK_NS >= o->level && !is_far(o, ns);
}

/* Whether it is held until it is known if its time is right. */
static bool goes_astray(struct order *o, const struct captured *c)
{
	if (o->nr_astray) {
		if (is_back(o, c->ns)) {
			settle(o, true);
			return false;
		}
		if (o->nr_astray < ORDER_ASTRAY)
			return true;
		settle(o, false);
	}
	if (!o->begun || !is_far(o, c->ns))
		return false;
	/* Of a file that was put behind another one, the times are right. */
	return c->ns > o->level || !any_after(o, c);
}

/* The packet will be gone when it is handed on. */
static void keep_payload(struct order *o, uint16_t slot)
{
	uint8_t *to = o->payload + (size_t)slot * ORDER_PAYLOAD;
	struct captured *c = &o->slot[slot];

	if (c->room > ORDER_PAYLOAD)
		c->room = ORDER_PAYLOAD;
	if (!c->room)
		return;
	memcpy(to, c->payload, c->room);
	c->payload = to;
}

/**
 * order_push() - a segment has been written to order_slot()
 * @o:		what is held back
 * @hold:	hold it back; or hand it on at once, as it cannot be known how long it
 *		would be until the next
 *
 * Return: false if no more are wanted.
 */
bool order_push(struct order *o, bool hold)
{
	uint16_t slot = (uint16_t)o->taken;
	struct captured *c = &o->slot[slot];

	c->shift = 0;
	if (!hold)
		return hand_on(o, c);
	keep_payload(o, slot);
	if (goes_astray(o, c)) {
		o->astray[o->nr_astray++] = slot;
	} else {
		o->level = c->ns;
		o->begun = true;
		enter(o, slot);
	}
	if (!o->nr_free && !pop(o))
		return false;
	o->taken = o->free[--o->nr_free];
	return true;
}

/**
 * order_flush() - there are no more: hand on all that are held back
 * @o: what is held back
 *
 * Return: false if no more are wanted.
 */
bool order_flush(struct order *o)
{
	settle(o, false);
	while (o->nr)
		if (!pop(o))
			return false;
	return true;
}
