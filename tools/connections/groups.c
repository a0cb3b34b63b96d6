// SPDX-License-Identifier: GPL-2.0
/*
 * Connections counted by what they have in common. The number of groups is bounded:
 * what does not fit is counted in one that says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connections/groups.h"
#include "connections/keyed_hash.h"
#include "connections/owner.h"
#include "output/fmt.h"
#include "output/service.h"
#include "output/text.h"
#include "output/words.h"
#include "output/words_first.h"

/* How much a second counts against those before it. */
#define WEIGHT	0.4

struct counted {
	UT_hash_handle hh;
	struct group group;
};

struct groups {
	enum group_key by[GROUP_KEYS];
	unsigned int nr_keys;
	bool numeric;
	struct counted *table;
	struct counted *others;
	struct counted **all;
	size_t nr;
	size_t room;
};

static const char *const words[GROUP_KINDS] = {
	[GROUP_SERVER] = "server", [GROUP_CLIENT] = "client",
	[GROUP_SERVICE] = "service", [GROUP_OUTCOME] = "outcome",
	[GROUP_OPEN] = "open", [GROUP_CLOSE] = "close",
	[GROUP_CLOSED_BY] = "closed_by", [GROUP_NETNS] = "netns",
	[GROUP_PROTOCOL] = "protocol", [GROUP_STATUS] = "status",
	[GROUP_DROPPED] = "dropped", [GROUP_COMM] = "comm",
	[GROUP_CGROUP] = "cgroup",
};

/**
 * groups_word() - the name of what connections can have in common
 * @key: enum group_key
 *
 * Return: the name, NULL after the last.
 */
const char *groups_word(unsigned int key)
{
	return key < GROUP_KINDS ? words[key] : NULL;
}

/**
 * groups_parse() - read a list of such names
 * @text: the names, with commas
 * @by: filled
 *
 * Return: how many, or -1 after a message.
 */
int groups_parse(const char *text, enum group_key by[GROUP_KEYS])
{
	char word[32];
	unsigned int key, nr = 0;

	for (;; text++) {
		size_t len = strcspn(text, ",");

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		for (char *p = word; *p; p++)
			*p = *p == '-' ? '_' : *p;
		for (key = 0; key < GROUP_KINDS; key++)
			if (!strcasecmp(words[key], word))
				break;
		if (key == GROUP_KINDS)
			return complain("--group-by %s: try server, client, service or outcome",
					word);
		for (unsigned int i = 0; i < nr; i++)
			if (by[i] == key)
				return complain("--group-by %s: it is there twice", word);
		if (nr == GROUP_KEYS)
			return complain("--group-by: %u are the most", GROUP_KEYS);
		by[nr++] = (enum group_key)key;
		text += len;
		if (!*text)
			return (int)nr;
	}
}

static char *put_addr(char *p, unsigned int family, const uint8_t *addr, bool bracket)
{
	if (family == 4 || !bracket)
		return fmt_addr(p, family, addr);
	*p++ = '[';
	p = fmt_addr(p, family, addr);
	*p++ = ']';
	return p;
}

static char *put_port(char *p, uint16_t port, bool numeric)
{
	const char *service = numeric ? NULL : service_name(port);

	return service ? fmt_text(p, service) : fmt_u64(p, port);
}

static char *put_reason(char *p, const struct synfin_record_conn *c)
{
	p = word_copy(p, word_drop(c->drop_reason));
	if (!c->drop_hook)
		return p;
	*p++ = ':';
	return word_copy(p, word_hook(c->drop_hook));
}

/* Of who has no name, or is not known, a dash. */
static char *put_owner(char *p, const struct synfin_record_conn *c, enum group_key key)
{
	struct owner owner;
	const char *text;

	owner_find(c, &owner);
	text = key == GROUP_COMM ? owner.comm : owner.cgroup;
	if (key == GROUP_CGROUP && !text && c->cgroup)
		return fmt_u64(p, c->cgroup);
	return text && *text ? text_shown(p, text, GROUP_TEXT, true) : fmt_text(p, "-");
}

/**
 * groups_key() - what a connection has in common with others
 * @c:		the connection
 * @key:	of which kind
 * @numeric:	ports as numbers
 * @text:	filled in
 */
void groups_key(const struct synfin_record_conn *c, enum group_key key, bool numeric,
		char text[GROUP_TEXT])
{
	const struct synfin_record_head *h = &c->head;
	char buf[3 * FMT_ROOM], *p = buf;

	switch (key) {
	case GROUP_SERVER:
		p = put_addr(p, h->family, h->server, true);
		*p++ = ':';
		p = put_port(p, h->server_port, numeric);
		break;
	case GROUP_CLIENT:
		p = put_addr(p, h->family, h->client, false);
		break;
	case GROUP_SERVICE:
		p = put_port(p, h->server_port, numeric);
		break;
	case GROUP_OUTCOME:
		p = word_copy(p, outcome_word(outcome_of(c)));
		break;
	case GROUP_OPEN:
		p = word_copy(p, word_open(c->opening));
		break;
	case GROUP_CLOSE:
		p = word_copy(p, word_close(c->closing));
		break;
	case GROUP_CLOSED_BY:
		p = word_copy(p, word_closed_by(c->closed_by));
		break;
	case GROUP_PROTOCOL:
		p = word_copy(p, word_protocol(c->protocol));
		break;
	case GROUP_STATUS:
		p = c->status ? fmt_u64(p, c->status) : fmt_text(p, "none");
		break;
	case GROUP_DROPPED:
		p = put_reason(p, c);
		break;
	case GROUP_COMM:
	case GROUP_CGROUP:
		p = put_owner(p, c, key);
		break;
	default:
		p = h->netns ? fmt_u64(p, h->netns) : fmt_text(p, "-");
		break;
	}
	*p = '\0';
	snprintf(text, GROUP_TEXT, "%.*s", (int)GROUP_TEXT - 1, buf);
}

/**
 * groups_new() - set up
 * @by:		what they are made by
 * @nr:		how many of these
 * @numeric:	ports as numbers
 *
 * Return: to be freed with groups_free(); NULL after a message.
 */
struct groups *groups_new(const enum group_key *by, unsigned int nr, bool numeric)
{
	struct groups *g = calloc(1, sizeof(*g));

	if (!g) {
		complain("out of memory");
		return NULL;
	}
	memcpy(g->by, by, nr * sizeof(*by));
	g->nr_keys = nr;
	g->numeric = numeric;
	return g;
}

/**
 * groups_free() - free them
 * @g: of groups_new(), or NULL
 */
void groups_free(struct groups *g)
{
	if (!g)
		return;
	HASH_CLEAR(hh, g->table);
	for (size_t i = 0; i < g->nr; i++)
		free(g->all[i]);
	free(g->all);
	free(g);
}

static struct counted *new_entry(struct groups *g, const struct synfin_record_head *head)
{
	struct counted *e, **more;

	if (g->nr == g->room) {
		more = realloc(g->all, (g->room + 256) * sizeof(*more));
		if (!more)
			return NULL;
		g->all = more;
		g->room += 256;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->group.head = *head;
	g->all[g->nr++] = e;
	return e;
}

static struct counted *others(struct groups *g, const struct synfin_record_head *head)
{
	if (!g->others) {
		g->others = new_entry(g, head);
		for (unsigned int i = 0; g->others && i < g->nr_keys; i++)
			strcpy(g->others->group.key[i], "(others)");
	}
	return g->others;
}

static struct counted *find(struct groups *g, const struct synfin_record_conn *c)
{
	char key[GROUP_KEYS][GROUP_TEXT] = { 0 };
	struct counted *e;

	for (unsigned int i = 0; i < g->nr_keys; i++)
		groups_key(c, g->by[i], g->numeric, key[i]);
	/* Behind the end of a text all is 0, or two equal ones would differ. */
	HASH_FIND(hh, g->table, key, sizeof(key), e);
	if (e)
		return e;
	if (g->nr >= GROUPS_MAX)
		return others(g, &c->head);
	e = new_entry(g, &c->head);
	if (!e)
		return NULL;
	memcpy(e->group.key, key, sizeof(key));
	HASH_ADD(hh, g->table, group.key, sizeof(e->group.key), e);
	return e;
}

/**
 * groups_add() - count a connection
 * @g:		the groups
 * @c:		the connection
 * @fresh:	it is of now, and counts for the rate
 *
 * Return: 0, or -1 if there is no memory.
 */
int groups_add(struct groups *g, const struct synfin_record_conn *c, bool fresh)
{
	struct counted *e = find(g, c);
	struct group *group;

	if (!e)
		return complain("out of memory");
	group = &e->group;
	group->conns++;
	group->fresh += fresh;
	group->failed += outcome_class(c) == OUTCOME_FAILED;
	group->resets += c->closing == SYNFIN_CLOSE_RESET;
	if (c->bytes_client != SYNFIN_BYTES_NONE)
		group->up += c->bytes_client;
	if (c->bytes_server != SYNFIN_BYTES_NONE)
		group->down += c->bytes_server;
	spread_add(&group->server, c->server_rtt_ns);
	spread_add(&group->client, c->client_rtt_ns);
	spread_add(&group->handshake, c->handshake_ns);
	spread_add(&group->closing, c->close_ns);
	spread_add(&group->request, c->first_request_ns);
	spread_add(&group->response, c->first_response_ns);
	spread_add(&group->tls, c->tls_handshake_ns);
	return 0;
}

/**
 * groups_tick() - make rates of what came since the last time
 * @g:		the groups
 * @seconds:	how long that was
 */
void groups_tick(struct groups *g, double seconds)
{
	for (size_t i = 0; i < g->nr; i++) {
		struct group *group = &g->all[i]->group;

		group->rate = (1 - WEIGHT) * group->rate +
			      WEIGHT * (double)group->fresh / seconds;
		if (group->rate < 0.05)
			group->rate = 0;
		group->fresh = 0;
	}
}

/**
 * groups_nr() - how many groups there are
 * @g: the groups
 *
 * Return: the number.
 */
size_t groups_nr(const struct groups *g)
{
	return g->nr;
}

/**
 * groups_at() - one of the groups
 * @g: the groups
 * @i: which, in the order in which they came
 *
 * Return: the group.
 */
const struct group *groups_at(const struct groups *g, size_t i)
{
	return &g->all[i]->group;
}
