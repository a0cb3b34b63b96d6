// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that were captured twice: see copies.h.
 *
 * What is the same is the packet's identification, and all that the TCP header says
 * but its checksum, which offloads leave to the hardware. Where packets have no
 * identification (IPv6, and Linux's when they must not be fragmented), or all the same,
 * other things must tell: another hop limit, VLAN or interface shows a copy; time does,
 * where it is much shorter than any timer; and if an earlier segment of that sender was
 * seen only once, though its copy would have come by now, there are no copies, nor if
 * hardly any packet was captured twice: a host answers each late segment with a RST that
 * is the same.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "output/complain.h"
#include "sources/copies.h"
#include "sources/packets.h"

#define MS		1000000ull

/* The shortest retransmission timers are 200 ms; files are merged within less. */
#define SURE_NS		(80 * MS)

/* Captured at both ends, it comes to the other one so late; with another hop limit. */
#define BOTH_NS		(400 * MS)

/* Nothing is sent again so soon. */
#define SAME_NS		(MS / 2)

/* Of what may have been sent again: a SYN is after a second; else a probe comes soon. */
#define SYN_NS		(50 * MS)
#define OTHER_NS	(10 * MS)

/* Of so few segments nobody can tell whether copies are rare. */
#define FEW		16u

/* Traceroutes send the same again, with a hop more. */
#define TRACE_HOPS	32

/* A packet is captured in so many places that nothing tells apart, or in more, at once. */
#define MOST		4u
#define MOST_AT_ONCE	16u

static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/**
 * copies_new() - set up
 *
 * Return: to be freed with free(); NULL after a message.
 */
struct copies *copies_new(void)
{
	struct copies *copies = calloc(1, sizeof(*copies));

	if (!copies)
		complain("out of memory");
	else if (getrandom(copies->secret, sizeof(copies->secret), GRND_NONBLOCK) < 0)
		copies->secret[0] = 0x9e3779b97f4a7c15ull;
	return copies;
}

static uint64_t two(const __be32 *w)
{
	uint64_t value;

	memcpy(&value, w, sizeof(value));
	return value;
}

/* Of both endpoints, in the order of their direction. */
static uint64_t print_of_sender(const struct copies *copies,
				const struct synfin_segment *seg)
{
	uint64_t a = copies->secret[0], b = copies->secret[1] | 1, print;

	print = mix(two(&seg->src.w[0]) ^ a, two(&seg->dst.w[0]) ^ b);
	if (seg->family == 6)
		print ^= mix(two(&seg->src.w[2]) ^ b, two(&seg->dst.w[2]) ^ a);
	return mix(print ^ ((uint64_t)seg->sport << 32 | seg->dport), b);
}

static uint64_t print_of(const struct copies *copies, const struct captured *c,
			 uint64_t sender)
{
	const struct synfin_segment *seg = &c->seg;
	uint64_t a = copies->secret[0] | 1, b = copies->secret[1];
	uint64_t print;

	print = mix(sender ^ ((uint64_t)seg->seq << 32 | seg->ack), a);
	print = mix(print ^ ((uint64_t)c->stamp << 32 | c->echo), a);
	return mix(print ^ ((uint64_t)c->id << 48 | (uint64_t)seg->window << 32 |
			    (uint64_t)seg->flags << 24 | (uint64_t)seg->kind << 56) ^
		   seg->len, b | 1);
}

/* Where in a set of things that begin with a key one is, or would be: the oldest's place. */
static void *place_in(void *set, size_t size, uint64_t print)
{
	struct copies_key *first = set;

	for (unsigned int i = 0; i < COPIES_WAYS; i++) {
		struct copies_key *key = (void *)((char *)set + i * size);

		if (key->print == print)
			return key;
		if (first->print && (!key->print || key->ns < first->ns))
			first = key;
	}
	return first;
}

static struct copies_often *often_place(struct copies *copies, uint64_t print)
{
	return place_in(copies->often[print % COPIES_OFTEN], sizeof(struct copies_often),
			print);
}

static struct copies_packet *packet_place(struct copies *copies, uint64_t print)
{
	return place_in(copies->packet[print % COPIES_PACKETS],
			sizeof(struct copies_packet), print);
}

static struct copies_sender *sender_place(struct copies *copies, uint64_t print)
{
	return place_in(copies->sender[print % COPIES_SENDERS],
			sizeof(struct copies_sender), print);
}

/**
 * copies_expect() - a packet was read; later it is asked whether it is a copy
 * @copies:	what was captured of late
 * @c:		the segment; its hashes are filled in
 */
void copies_expect(struct copies *copies, struct captured *c)
{
	struct copies_often *o;

	c->sender = print_of_sender(copies, &c->seg);
	c->print = print_of(copies, c, c->sender);
	o = often_place(copies, c->print);
	if (o->key.print == c->print && c->ns - o->key.ns <= SURE_NS)
		o->nr++;
	else
		*o = (struct copies_often){ { c->print, c->ns }, 1 };
}

static uint32_t place_of(const struct captured *c)
{
	uint64_t place = mix(c->lane ^ 0x9e3779b97f4a7c15ull, (uint64_t)c->interface << 32 |
			     (uint64_t)c->ttl << 8 | c->way | 1ull << 63);

	return (uint32_t)place;
}

static bool seen_elsewhere(const struct copies_packet *p, const struct captured *c)
{
	return c->ttl < p->ttl || c->lane != p->lane || c->interface != p->interface ||
		(c->way && p->way && c->way != p->way);
}

/* Elsewhere, and since it was sent it was not captured there. */
static bool is_new_place(const struct copies_packet *p, const struct captured *c)
{
	uint32_t place = place_of(c);

	if (!seen_elsewhere(p, c))
		return false;
	for (unsigned int i = 0; i < p->nr_places; i++)
		if (p->place[i] == place)
			return false;
	return p->nr_places < COPIES_PLACES;
}

/* What is captured that often is sent that often; or twice, and each in all places. */
static bool too_often(struct copies *copies, const struct copies_packet *p,
		      const struct copies_sender *s, const struct captured *c)
{
	const struct copies_often *o = often_place(copies, c->print);
	uint32_t most = c->ns - p->key.ns > SAME_NS ? MOST : MOST_AT_ONCE;

	return o->key.print == c->print && o->nr > most && o->nr > 2 * s->each &&
	       !is_new_place(p, c);
}

static bool traced(const struct copies_packet *p, const struct captured *c)
{
	return c->ttl > p->ttl && c->ttl <= TRACE_HOPS && c->ttl - p->ttl <= 3;
}

/* An earlier segment has none, though as much time has passed as between these two. */
static bool has_none(const struct copies_sender *s, uint64_t print, uint64_t now,
		     uint64_t apart)
{
	uint64_t then = s->before_ns;

	if (s->last != print && !s->copied)
		then = s->key.ns;
	return then && now - then > apart + apart / 2;
}

/* Where packets are captured twice, many are. */
static bool are_rare(const struct copies *copies)
{
	return copies->others >= FEW && copies->nr * 8 < copies->others;
}

/* A SYN that comes again is answered again. */
static bool asked_again(struct copies *copies, const struct captured *c, uint64_t since)
{
	const struct copies_sender *s;
	struct synfin_segment back;
	uint64_t sender;

	if (c->seg.kind != SYNFIN_KIND_SYN_ACK)
		return false;
	back = c->seg;
	back.src = c->seg.dst;
	back.dst = c->seg.src;
	back.sport = c->seg.dport;
	back.dport = c->seg.sport;
	sender = print_of_sender(copies, &back);
	s = sender_place(copies, sender);
	return s->key.print == sender && s->syn_ns > since;
}

/*
 * It was captured in all places where those before it were, and this comes later than
 * copies do there: it was sent again.
 */
static bool is_complete(const struct copies_packet *p, const struct copies_sender *s,
			uint64_t apart)
{
	return s->each > 1 && p->nr >= s->each && apart > 4 * s->apart_ns;
}

static bool decide(struct copies *copies, const struct copies_packet *p,
		   const struct copies_sender *s, const struct captured *c)
{
	bool sure = !c->weak && !s->same_id;
	uint64_t apart = c->ns - p->key.ns;

	if (apart > SURE_NS)
		return apart <= BOTH_NS && c->ttl != p->ttl && !traced(p, c) &&
		       (sure || c->seg.kind != SYNFIN_KIND_RST);
	if (traced(p, c))
		return s->copies && sure;
	if (sure)
		return true;
	if (asked_again(copies, c, p->key.ns) || is_complete(p, s, apart))
		return false;
	if (s->copies || is_new_place(p, c))
		return true;
	/* No timer is that short; but each late segment is answered with a RST. */
	if (apart <= SAME_NS && c->seg.flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_FIN) &&
	    s->rst_ns <= p->key.ns && !s->again)
		return true;
	if (are_rare(copies) || has_none(s, p->key.print, c->ns, apart))
		return false;
	/* A SYN after a RST is an attempt of its own. */
	if (!(c->seg.flags & SYNFIN_TCP_SYN) || s->rst_ns > p->key.ns)
		return apart <= OTHER_NS;
	return apart <= SYN_NS;
}

/* Another segment of its sender. */
static void take_sender(struct copies_sender *s, uint64_t sender, uint64_t print,
			const struct captured *c)
{
	if (s->key.print != sender) {
		*s = (struct copies_sender){ .key.print = sender };
	} else {
		if (!s->copied)
			s->before_ns = s->key.ns;
		s->same_id |= s->id == c->id;
	}
	if (c->seg.kind == SYNFIN_KIND_RST) {
		s->rst_ns = c->ns;
	} else if (c->seg.kind == SYNFIN_KIND_SYN) {
		s->syn_ns = c->ns;
	} else if (c->seg.kind == SYNFIN_KIND_FIN) {
		s->fin = print;
		s->fin_ns = c->ns;
		s->fin_end = synfin_segment_end(&c->seg);
		s->fin_len = c->seg.len;
	}
	if (s->last_nr > s->each)
		s->each = s->last_nr;
	s->last_nr = 1;
	s->last = print;
	s->key.ns = c->ns;
	s->id = c->id;
	s->copied = false;
}

static void note_copy(struct copies_sender *s, struct copies_packet *p,
		      const struct captured *c)
{
	uint64_t apart = c->ns - p->key.ns;

	s->copies = true;
	p->nr++;
	if (is_new_place(p, c))
		p->place[p->nr_places++] = place_of(c);
	if (apart > s->apart_ns)
		s->apart_ns = apart;
	if (s->last == c->print) {
		s->copied = true;
		s->last_nr = p->nr;
	} else if (p->nr > s->each) {
		s->each = p->nr;
	}
}

/*
 * A FIN with more data, or less: it was captured before it was cut up (TSO), or after it was
 * put together (GRO), too. Nobody sends it again so soon; later, another place shows it.
 */
static bool is_cut_up(struct copies *copies, const struct copies_sender *s,
		      const struct captured *c)
{
	const struct copies_packet *fin = packet_place(copies, s->fin);
	uint64_t apart = c->ns - s->fin_ns, most = SAME_NS;

	if (c->seg.kind != SYNFIN_KIND_FIN || !s->fin_ns || s->fin_len == c->seg.len ||
	    s->fin_end != synfin_segment_end(&c->seg))
		return false;
	if (fin->key.print == s->fin && seen_elsewhere(fin, c))
		most = fin->ttl == c->ttl ? SURE_NS : BOTH_NS;
	return apart <= most;
}

/**
 * copies_is_copy() - was the packet captured before?
 * @copies:	what was captured of late
 * @c:		the segment, after copies_expect(); no time is before that of the one
 *		before it
 *
 * Return: true if it is no event of its connection.
 */
bool copies_is_copy(struct copies *copies, const struct captured *c)
{
	uint64_t sender = c->sender, print = c->print;
	struct copies_packet *p = packet_place(copies, print);
	struct copies_sender *s = sender_place(copies, sender);

	if (p->key.print == print && s->key.print == sender) {
		if (!too_often(copies, p, s, c) && decide(copies, p, s, c)) {
			note_copy(s, p, c);
			copies->nr++;
			return true;
		}
		/* It was sent again, in a packet like the one before. */
		s->same_id = true;
		s->again |= c->seg.flags & (SYNFIN_TCP_SYN | SYNFIN_TCP_FIN);
	} else if (s->key.print == sender && is_cut_up(copies, s, c)) {
		copies->nr++;
		return true;
	}
	copies->others++;
	take_sender(s, sender, print, c);
	*p = (struct copies_packet){
		.key = { print, c->ns },
		.lane = c->lane,
		.interface = c->interface,
		.ttl = c->ttl,
		.way = c->way,
		.nr_places = 1,
		.place = { place_of(c) },
		.nr = 1,
	};
	return false;
}
