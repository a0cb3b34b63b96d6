// SPDX-License-Identifier: GPL-2.0
/*
 * Segments in the order in which they passed: see order.h.
 */
#include <stdlib.h>
#include <string.h>

#include "sources/numbers.h"
#include "sources/order.h"

/* Both ends of a connection see a packet within this. */
#define TWIN_NS		400000000ull

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

/*
 * What is held back of a segment's peer: some of it came by the same lane; and what it had
 * @sent when the segment passed, up to the number @end.
 */
struct peer {
	bool known;
	bool same_lane;
	bool sent;
	uint32_t end;
};

static void know(const struct order *o, const struct captured *c, struct peer *peer)
{
	bool before = true;

	if (peer->known)
		return;
	peer->known = true;
	for (unsigned int i = 0; i < o->nr; i++) {
		const struct captured *a = at(o, i);
		uint32_t end = numbers_acked_by(&a->seg);

		before = before && a->ns <= c->ns;
		if (!numbers_other_way(&a->seg, &c->seg))
			continue;
		peer->same_lane |= a->lane == c->lane;
		if (before && (!peer->sent || (int32_t)(end - peer->end) > 0))
			peer->end = end;
		peer->sent |= before;
	}
}

/* In the other direction, of the same connection: whose ends may send by different lanes. */
static bool is_of_peer(const struct order *o, const struct captured *a,
		       const struct captured *c, struct peer *peer)
{
	if (!numbers_other_way(&a->seg, &c->seg))
		return false;
	if (a->lane == c->lane)
		return true;
	know(o, c, peer);
	return !peer->same_lane;
}

static bool is_of_sender(const struct captured *a, const struct captured *c)
{
	return a->lane == c->lane && numbers_one_way(&a->seg, &c->seg);
}

/* As numbers_order(), of one connection. */
static int numbers(const struct order *o, const struct captured *a,
		   const struct captured *c, struct peer *peer)
{
	return is_of_sender(a, c) || is_of_peer(o, a, c, peer) ? numbers_order(a, c) : 0;
}

/*
 * Do the numbers say that @c passed after @a, though its time is before that one's? What @c
 * acknowledges may have been sent before, and @a be the same again, or a keepalive.
 */
static bool is_behind(const struct order *o, const struct captured *a,
		      const struct captured *c, struct peer *peer)
{
	if (numbers(o, a, c, peer) <= 0)
		return false;
	if (numbers_one_way(&a->seg, &c->seg))
		return true;
	know(o, c, peer);
	return !peer->sent || (int32_t)(numbers_acked_by(&a->seg) - peer->end) > 0;
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
	return other->seg.kind == late->seg.kind && is_of_sender(other, late) &&
	       numbers_acked_by(&other->seg) == numbers_acked_by(&late->seg);
}

/* Where it stands tells what its ACK means: a FIN, and a SYN with data. */
static bool is_due_before_its_ack(const struct synfin_segment *seg)
{
	return seg->kind == SYNFIN_KIND_FIN || (seg->kind == SYNFIN_KIND_SYN && seg->len);
}

/*
 * Clocks of two interfaces differ: one may come behind its own ACK. It goes before that,
 * and what its end sent before it, too. But one that is sent again stays where it is.
 * Their times remain: they are those of their clock.
 */
static void put_before_its_ack(struct order *o, unsigned int late)
{
	const struct captured *c = at(o, late);
	struct peer peer = {};
	unsigned int to = late;

	for (unsigned int i = late; i-- && c->ns - at(o, i)->ns < CLOCK_APART_NS;)
		if (is_of_peer(o, at(o, i), c, &peer) &&
		    numbers_answer(&at(o, i)->seg, &c->seg))
			to = i;
	if (to == late)
		return;
	for (unsigned int i = late; i--;)
		if (is_again(c, at(o, i)))
			return;
	for (unsigned int i = to; i < late; i++)
		if (is_of_sender(at(o, i), c) &&
		    numbers_follow(&c->seg, &at(o, i)->seg) > 0)
			move_up(o, i, to++);
	move_up(o, late, to);
}

/* Clocks are coarse: of two interfaces at one time, numbers tell. */
static bool is_due_before(const struct order *o, const struct captured *c,
			  const struct captured *a, bool by_time, struct peer *peer)
{
	if (a->ns == c->ns && a->interface != c->interface)
		return numbers(o, a, c, peer) < 0;
	return a->ns > c->ns && (by_time || !is_behind(o, a, c, peer));
}

/*
 * Where in the line it belongs. By the time alone, if another one of it is there: so are
 * those that a second interface saw, though the file has them behind all of the first.
 */
static void insert(struct order *o, uint16_t slot, bool by_time)
{
	const struct captured *c = &o->slot[slot];
	struct peer peer = {};
	unsigned int i = o->nr;

	while (i && is_due_before(o, c, at(o, i - 1), by_time, &peer))
		i--;
	o->nr++;
	o->line[(o->first + o->nr - 1) % ORDER_MAX] = slot;
	move_up(o, o->nr - 1, i);
	if (is_due_before_its_ack(&c->seg))
		put_before_its_ack(o, i);
}

static uint64_t apart(uint64_t one, uint64_t two)
{
	return one > two ? one - two : two - one;
}

/* The same packet, captured about then, if one is held back. */
static const struct captured *twin_of(const struct order *o, const struct captured *c)
{
	for (unsigned int i = o->nr; i--;) {
		const struct captured *a = at(o, i);

		if (a->print == c->print && apart(a->ns - a->shift, c->ns) < TWIN_NS)
			return a;
	}
	return NULL;
}

/*
 * Do the numbers say that it passed after the segment of its connection that was before it
 * in the file? Then the clock was set back, if its time is before that one's.
 */
static bool is_after(const struct order *o, const struct captured *c)
{
	const struct captured *last = NULL;
	struct peer peer = {};
	uint64_t arrived = 0;

	for (unsigned int i = 0; i < o->nr; i++) {
		uint16_t slot = o->line[(o->first + i) % ORDER_MAX];
		const struct captured *a = &o->slot[slot];

		if (o->arrived[slot] > arrived &&
		    (is_of_sender(a, c) || is_of_peer(o, a, c, &peer))) {
			arrived = o->arrived[slot];
			last = a;
		}
	}
	if (!last || last->ns < c->ns + o->file.shift[0] + CLOCK_APART_NS)
		return false;
	return is_of_sender(last, c) ? numbers_follow(&c->seg, &last->seg) > 0 :
				       is_behind(o, last, c, &peer);
}

/* It takes its place in the line, at the time that it has without what the clock did. */
static void enter(struct order *o, uint16_t slot)
{
	struct captured *c = &o->slot[slot];
	const struct captured *twin = NULL;

	if (c->ns >= o->file.now && !o->file.shift[0]) {
		o->file.now = c->ns;
	} else {
		bool back = clock_is_back(&o->file, c->ns);

		twin = back ? twin_of(o, c) : NULL;
		c->shift = twin ? twin->shift :
				  clock_read(&o->file, c->ns, back && is_after(o, c));
		c->ns += c->shift;
	}
	o->arrived[slot] = ++o->nr_read;
	insert(o, slot, twin);
}

static bool any_after(const struct order *o, const struct captured *c)
{
	struct peer peer = {};

	for (unsigned int i = o->nr; i--;)
		if (numbers(o, at(o, i), c, &peer) < 0)
			return true;
	return false;
}

static bool is_far(const struct order *o, uint64_t ns)
{
	return ns > o->level ? ns - o->level >= FAR_NS : o->level - ns >= FAR_NS;
}

/*
 * Those whose times are far off are judged: if @level is where the clock is again, theirs
 * were wrong.
 */
static void settle(struct order *o, bool back)
{
	for (unsigned int i = 0; i < o->nr_astray; i++) {
		struct captured *c = &o->slot[o->astray[i]];

		if (!back)
			o->level = c->ns;
		else if (is_far(o, c->ns))
			c->ns = o->level;
		enter(o, o->astray[i]);
	}
	o->nr_astray = 0;
}

static bool is_back(const struct order *o, uint64_t ns)
{
	return ns + BACK_NS >= o->level && !is_far(o, ns);
}

/* As numbers(), of one of those that are astray. A RST's may be made up. */
static int numbers_astray(const struct order *o, const struct captured *c)
{
	struct peer peer = {};
	int said = 0;

	for (unsigned int i = 0; i < o->nr_astray && !said; i++)
		said = numbers(o, &o->slot[o->astray[i]], c, &peer);
	return c->seg.kind == SYNFIN_KIND_RST && said > 0 ? 0 : said;
}

/*
 * The file is where it was before those that are astray: are their times right? They are if
 * it was there once before, or another interface has come to where they are.
 */
static bool are_right(const struct order *o, const struct captured *c)
{
	const struct captured *first = &o->slot[o->astray[0]];

	return (first->ns > o->level && first->ns <= c->ns) || twin_of(o, c);
}

/* Whether it is held until it is known if its time is right. */
static bool goes_astray(struct order *o, const struct captured *c)
{
	bool back = o->nr_astray && is_back(o, c->ns);
	int said = o->nr_astray ? numbers_astray(o, c) : 0;

	if (said < 0 || (back && !said && are_right(o, c))) {
		settle(o, false);
	} else if (back) {
		/* Another interface alone says nothing of their clock. */
		if (said || o->slot[o->astray[0]].interface == c->interface)
			settle(o, true);
		return false;
	} else if (o->nr_astray) {
		if (o->nr_astray < ORDER_ASTRAY)
			return true;
		settle(o, false);
	}
	if (!o->begun || !is_far(o, c->ns))
		return false;
	/* Of a file that was put behind another one, the times are right. */
	return c->ns > o->level || !(any_after(o, c) || twin_of(o, c));
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
