// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of a connection's object that many have in common: see json_parts.h. Each kind
 * has a few places; what comes to a place that is taken takes it over.
 */
#include <assert.h>

#include "connections/owner.h"
#include "output/fmt.h"
#include "output/service.h"
#include "output/text.h"
#include "output/util.h"
#include "output/words.h"
#include "views/json_parts.h"

#define PLACES	64u

static char *put_word(char *p, const struct word *word)
{
	*p++ = '"';
	p = word_copy(p, word);
	*p++ = '"';
	return p;
}

/* What was written at @text, which has room for what any of them took beyond. */
static void keep(struct json_part *part, const char *text, const char *end)
{
	part->len = (uint8_t)(end - text);
	assert(end - text <= (ptrdiff_t)sizeof(part->text));
	memcpy(part->text, text, part->len);
}

#define ROOM	(sizeof(((struct json_part *)0)->text) + FMT_ROOM)

/* --- what came of it --- */

static void make_open(struct json_part *part, const struct synfin_record_conn *s)
{
	char text[ROOM], *p = text;

	p = FMT_LITERAL(p, ",\"open\":");
	p = put_word(p, word_open(s->opening));
	p = FMT_LITERAL(p, ",\"close\":");
	p = s->closing == SYNFIN_CLOSE_NONE ? FMT_LITERAL(p, "null") :
					      put_word(p, word_close(s->closing));
	p = FMT_LITERAL(p, ",\"closed_by\":");
	p = s->closed_by == SYNFIN_BY_NOBODY ? FMT_LITERAL(p, "null") :
					       put_word(p, word_closed_by(s->closed_by));
	p = FMT_LITERAL(p, ",\"handshake_ns\":");
	keep(part, text, p);
}

static void make_counts(struct json_part *part, const struct synfin_record_conn *s)
{
	char text[ROOM], *p = text;

	p = FMT_LITERAL(p, ",\"syn_count\":");
	p = fmt_u64(p, s->syn_count);
	p = FMT_LITERAL(p, ",\"syn_ack_count\":");
	p = fmt_u64(p, s->syn_ack_count);
	p = FMT_LITERAL(p, ",\"fin_count\":");
	p = fmt_u64(p, s->fin_count);
	p = FMT_LITERAL(p, ",\"rst_count\":");
	p = fmt_u64(p, s->rst_count);
	p = FMT_LITERAL(p, ",\"bytes_client\":");
	keep(part, text, p);
}

static char *put_bool(char *p, bool value)
{
	return value ? FMT_LITERAL(p, "true") : FMT_LITERAL(p, "false");
}

static void make_others(struct json_part *part, const struct synfin_record_conn *s)
{
	char text[ROOM], *p = text;

	p = FMT_LITERAL(p, ",\"bytes_partial\":");
	p = put_bool(p, s->flags & SYNFIN_CONN_BYTES_PARTIAL);
	p = FMT_LITERAL(p, ",\"conn_state\":");
	p = put_word(p, word_conn_state(s));
	p = FMT_LITERAL(p, ",\"history\":\"");
	p = word_history(p, s->history);
	p = FMT_LITERAL(p, "\",\"completeness\":");
	p = fmt_u64(p, s->completeness);
	keep(part, text, p);
}

static void make_flags(struct json_part *part, const struct synfin_record_conn *s)
{
	char text[ROOM], *p = text;

	p = FMT_LITERAL(p, ",\"client_guessed\":");
	p = put_bool(p, s->flags & SYNFIN_CONN_FLIPPED);
	p = FMT_LITERAL(p, ",\"syn_data\":");
	p = put_bool(p, s->flags & SYNFIN_CONN_SYN_DATA);
	p = FMT_LITERAL(p, ",\"unaccepted\":");
	p = put_bool(p, s->flags & SYNFIN_CONN_UNACCEPTED);
	keep(part, text, p);
}

/* The outcome, the flags and the counts follow each other in the record. */
static_assert(offsetof(struct synfin_record_conn, client_isn) -
	      offsetof(struct synfin_record_conn, opening) == 24, "three words of a key");

static void key_of(const struct synfin_record_conn *s, uint64_t key[4])
{
	memcpy(key, &s->opening, 24);
	key[3] = s->history;
}

static noinline void make_outcome(struct json_outcome *o,
				  const struct synfin_record_conn *s)
{
	key_of(s, o->key);
	make_open(&o->open, s);
	make_counts(&o->counts, s);
	make_others(&o->others, s);
	make_flags(&o->flags, s);
}

/**
 * json_outcome() - what came of a connection
 * @s: its summary
 *
 * Return: the parts that tell; they stand until the next call.
 */
const struct json_outcome *json_outcome(const struct synfin_record_conn *s)
{
	static struct json_outcome outcomes[PLACES];
	struct json_outcome *o;
	uint64_t key[4];

	key_of(s, key);
	o = &outcomes[((key[0] ^ key[2] ^ key[3]) * 0x9e3779b97f4a7c15ull) >> 58];
	if (!o->open.len || key[0] != o->key[0] || key[1] != o->key[1] ||
	    key[2] != o->key[2] || key[3] != o->key[3])
		make_outcome(o, s);
	return o;
}

/* --- where it was --- */

/**
 * json_place() - append in which network namespace it was, up to the client's address
 * @p: where to
 * @h: what its record begins with
 *
 * Return: the end.
 */
char *json_place(char *p, const struct synfin_record_head *h)
{
	static struct {
		struct json_part part;
		uint32_t netns;
		uint8_t family;
	} last;

	if (h->netns != last.netns || h->family != last.family) {
		char text[ROOM], *q = text;

		last.netns = h->netns;
		last.family = h->family;
		q = FMT_LITERAL(q, ",\"netns\":");
		/* A capture has none. */
		q = h->netns ? fmt_u64(q, h->netns) : FMT_LITERAL(q, "null");
		q = FMT_LITERAL(q, ",\"family\":");
		*q++ = h->family == 4 ? '4' : '6';
		q = FMT_LITERAL(q, ",\"client\":\"");
		keep(&last.part, text, q);
	}
	return json_part_copy(p, &last.part);
}

/* Whom connections went to. */
struct server {
	uint8_t addr[16];
	uint16_t port;
	uint8_t family;
	struct json_part part;
};

static noinline void make_server(struct server *server, const struct synfin_record_head *h)
{
	const char *name = service_name(h->server_port);
	char text[ROOM], *p = text;

	memcpy(server->addr, h->server, sizeof(server->addr));
	server->port = h->server_port;
	server->family = h->family;
	p = FMT_LITERAL(p, ",\"server\":\"");
	p = fmt_addr(p, h->family, h->server);
	p = FMT_LITERAL(p, "\",\"server_port\":");
	p = fmt_u64(p, h->server_port);
	p = FMT_LITERAL(p, ",\"service\":");
	if (name) {
		*p++ = '"';
		p = fmt_text(p, name);
		*p++ = '"';
	} else {
		p = FMT_LITERAL(p, "null");
	}
	keep(&server->part, text, p);
}

/**
 * json_server() - append whom a connection went to
 * @p: where to
 * @h: what its record begins with
 *
 * Return: the end.
 */
char *json_server(char *p, const struct synfin_record_head *h)
{
	static struct server servers[PLACES];
	struct server *server;

	server = &servers[(h->server[3] ^ h->server[15] ^ h->server_port) % PLACES];
	if (server->port != h->server_port || server->family != h->family ||
	    memcmp(server->addr, h->server, sizeof(server->addr)))
		make_server(server, h);
	return json_part_copy(p, &server->part);
}

/* --- whose it is --- */

static char *put_text(char *p, const char *text)
{
	if (!text || !*text)
		return FMT_LITERAL(p, "null");
	*p++ = '"';
	p = text_json(p, text);
	*p++ = '"';
	return p;
}

static char *put_known(char *p, uint64_t number)
{
	return number ? fmt_u64(p, number) : FMT_LITERAL(p, "null");
}

static noinline char *put_owner(char *p, const struct synfin_record_conn *s)
{
	struct owner owner;

	owner_find(s, &owner);
	p = FMT_LITERAL(p, ",\"process\":");
	p = put_text(p, owner_process_word(s->process));
	p = FMT_LITERAL(p, ",\"pid\":");
	p = put_known(p, owner.pid);
	p = FMT_LITERAL(p, ",\"comm\":");
	p = put_text(p, owner.comm);
	p = FMT_LITERAL(p, ",\"cgroup\":");
	p = put_text(p, owner.cgroup);
	p = FMT_LITERAL(p, ",\"cgroup_id\":");
	p = put_known(p, s->cgroup);
	p = FMT_LITERAL(p, ",\"socket\":");
	return put_known(p, s->socket);
}

/* Whose connections were, where that is for good: by the process that opened them. */
struct opener {
	uint64_t comm[2];
	uint64_t cgroup;
	uint64_t socket;
	uint32_t pid;
	uint16_t len;
	char text[256];
};

/**
 * json_owner() - append whose a connection is
 * @p: where to
 * @s: its summary
 *
 * Return: the end.
 */
char *json_owner(char *p, const struct synfin_record_conn *s)
{
	static struct opener openers[PLACES];
	struct opener *o = &openers[(s->pid ^ s->socket) % PLACES];
	uint64_t comm[2];
	char *begin = p;

	if (s->process == SYNFIN_PROCESS_NONE)
		return FMT_LITERAL(p, ",\"process\":null,\"pid\":null,\"comm\":null,"
				   "\"cgroup\":null,\"cgroup_id\":null,\"socket\":null");
	/* Of a listener that changes. */
	if (s->process != SYNFIN_PROCESS_CONNECT)
		return put_owner(p, s);
	memcpy(comm, s->comm, sizeof(comm));
	if (o->len && o->pid == s->pid && o->comm[0] == comm[0] &&
	    o->comm[1] == comm[1] && o->cgroup == s->cgroup && o->socket == s->socket) {
		memcpy(p, o->text, o->len);
		return p + o->len;
	}
	p = put_owner(p, s);
	if (p - begin > (ptrdiff_t)sizeof(o->text))
		return p;
	*o = (struct opener){
		.comm = { comm[0], comm[1] }, .cgroup = s->cgroup, .socket = s->socket,
		.pid = s->pid, .len = (uint16_t)(p - begin),
	};
	memcpy(o->text, begin, o->len);
	return p;
}
