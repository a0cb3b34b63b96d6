// SPDX-License-Identifier: GPL-2.0
/*
 * Which records and connections are wanted.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "commands/filter.h"
#include "commands/parse.h"
#include "connections/conn.h"
#include "connections/owner.h"
#include "output/words.h"

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	return !memcmp(a, b, bytes) &&
	       (!rest || !((a[bytes] ^ b[bytes]) >> (8 - rest)));
}

static bool end_matches(const struct filter_end *e, unsigned int family,
			const uint8_t *addr, uint16_t port)
{
	if (port < e->low || port > e->high)
		return false;
	return !e->family ||
	       (e->family == family && same_bits(e->addr, addr, e->bits));
}

static bool matches(const struct filter_end *e, enum filter_which which,
		    const struct synfin_record_head *h)
{
	bool client = which != FILTER_SERVER && which != FILTER_SERVICE;

	if (client && end_matches(e, h->family, h->client, h->client_port))
		return true;
	return which != FILTER_CLIENT &&
	       end_matches(e, h->family, h->server, h->server_port);
}

/**
 * filter_end_match() - is it one of the two ends?
 * @end: an address or a port
 * @head: of a record
 *
 * Return: true if it is.
 */
bool filter_end_match(const struct filter_end *end,
		      const struct synfin_record_head *head)
{
	return matches(end, FILTER_HOST, head);
}

static bool list_matches(const struct filter_list *list, enum filter_which which,
			 const struct synfin_record_head *h)
{
	bool found = !list->wanted;

	for (unsigned int i = 0; i < list->nr; i++) {
		if ((found && !list->end[i].denied) ||
		    !matches(&list->end[i], which, h))
			continue;
		if (list->end[i].denied)
			return false;
		found = true;
	}
	return found;
}

static bool netns_matches(const struct filter *f, uint32_t number)
{
	bool wanted = false, found = false;

	for (unsigned int i = 0; i < f->nr_netns; i++) {
		bool same = f->netns[i].number == number;

		if (f->netns[i].denied && same)
			return false;
		wanted |= !f->netns[i].denied;
		found |= same;
	}
	return found || !wanted;
}

/**
 * filter_head() - is a record wanted, by what it begins with?
 * @f: the filter, with @on_head
 * @head: of the record
 *
 * Return: true if it is.
 */
bool filter_head(const struct filter *f, const struct synfin_record_head *head)
{
	for (unsigned int i = 0; i < FILTER_LISTS; i++)
		if (f->list[i].nr &&
		    !list_matches(&f->list[i], (enum filter_which)i, head))
			return false;
	if (f->families && !(f->families >> head->family & 1))
		return false;
	if (f->nr_netns && !netns_matches(f, head->netns))
		return false;
	return !f->expr || filter_expr_match(f->expr, head);
}

static bool words_match(const struct filter_words *words, unsigned int value)
{
	uint32_t bit = value < 32 ? 1u << value : 0;

	return !(words->denied & bit) && (!words->wanted || words->wanted & bit);
}

static bool slow_enough(const struct filter *f, const struct synfin_record_conn *c)
{
	const uint64_t ns[FILTER_SPANS] = {
		[FILTER_HANDSHAKE] = c->handshake_ns,
		[FILTER_SERVER_RTT] = c->server_rtt_ns,
		[FILTER_CLIENT_RTT] = c->client_rtt_ns,
		[FILTER_CLOSING] = c->close_ns,
		[FILTER_LIFE] = c->duration_ns,
		[FILTER_REQUEST] = c->first_request_ns,
		[FILTER_RESPONSE] = c->first_response_ns,
		[FILTER_TLS] = c->tls_handshake_ns,
	};

	for (unsigned int i = 0; i < FILTER_SPANS; i++)
		if (f->slower[i] && (ns[i] == SYNFIN_NS_NONE || ns[i] < f->slower[i]))
			return false;
	return true;
}

/* A group's own path, one above it, or its number. */
static bool is_in_cgroup(const struct owner *owner, uint64_t cgroup, const char *text)
{
	size_t len = strlen(text);
	uint64_t id;

	if (*text != '/')
		return parse_whole(text, UINT64_MAX, &id) && id && id == cgroup;
	if (!owner->cgroup)
		return false;
	while (len && text[len - 1] == '/')
		len--;
	return !strncmp(owner->cgroup, text, len) &&
	       (!owner->cgroup[len] || owner->cgroup[len] == '/');
}

static bool owner_matches(const struct owner *owner, uint64_t cgroup,
			  enum filter_owner which, const char *text)
{
	uint64_t pid;

	switch (which) {
	case FILTER_PID:
		return owner->pid && parse_whole(text, UINT32_MAX, &pid) &&
		       pid == owner->pid;
	case FILTER_COMM:
		return *owner->comm && !fnmatch(text, owner->comm, 0);
	default:
		return is_in_cgroup(owner, cgroup, text);
	}
}

/**
 * filter_owner() - is a connection wanted, by whose it is?
 * @f:		the filter, with @owned
 * @owner:	whose it is
 * @cgroup:	the number of its control group, 0 if that is not known
 *
 * As a list of addresses: any that is wanted, none that is denied.
 *
 * Return: true if it is.
 */
bool filter_owner(const struct filter *f, const struct owner *owner, uint64_t cgroup)
{
	for (unsigned int which = 0; which < FILTER_OWNERS; which++) {
		const struct filter_texts *list = &f->owner[which];
		bool found = !list->wanted;

		for (unsigned int i = 0; i < list->nr; i++) {
			if (!owner_matches(owner, cgroup, (enum filter_owner)which,
					   list->text[i].text))
				continue;
			if (list->text[i].denied)
				return false;
			found = true;
		}
		if (!found)
			return false;
	}
	return true;
}

static bool owned_by(const struct filter *f, const struct synfin_record_conn *c)
{
	struct owner owner;

	owner_find(c, &owner);
	return filter_owner(f, &owner, c->process == SYNFIN_PROCESS_NONE ? 0 : c->cgroup);
}

static bool status_matches(const struct filter *f, unsigned int status)
{
	bool wanted = false, found = false;

	for (unsigned int i = 0; i < f->nr_status; i++) {
		bool in = status >= f->status[i].low && status <= f->status[i].high;

		if (f->status[i].denied && in)
			return false;
		wanted |= !f->status[i].denied;
		found |= in && !f->status[i].denied;
	}
	return found || !wanted;
}

/**
 * filter_ftp() - is a connection wanted, by which one announced it?
 * @f:		the filter
 * @control:	number of that; 0 if it is none of FTP's data
 *
 * Return: true if it is.
 */
bool filter_ftp(const struct filter *f, uint64_t control)
{
	bool wanted = false, found = false;

	for (unsigned int i = 0; i < f->nr_ftp; i++) {
		bool same = f->ftp[i].number == control;

		if (f->ftp[i].denied && same)
			return false;
		wanted |= !f->ftp[i].denied;
		found |= same;
	}
	return found || !wanted;
}

/* It may be known that it was announced, but no longer by which. */
static uint64_t announced_by(const struct conn *c)
{
	if (!c->ftp_control && c->sum.flags & SYNFIN_CONN_FTP_DATA)
		return UINT64_MAX;
	return c->ftp_control;
}

/**
 * filter_time() - is something wanted that happened then?
 * @f: the filter
 * @ns: since 1970
 *
 * Return: true if it is.
 */
bool filter_time(const struct filter *f, uint64_t ns)
{
	return ns >= f->since_ns && (!f->until_ns || ns <= f->until_ns);
}

/**
 * filter_conn() - is a connection wanted, by what came of it?
 * @f: the filter
 * @conn: the connection
 *
 * Return: true if it is.
 */
bool filter_conn(const struct filter *f, const struct conn *conn)
{
	const struct synfin_record_conn *c = &conn->sum;
	uint64_t begin = c->head.time_ns, end = begin;

	if (!f->on_conn)
		return true;
	if (c->duration_ns != SYNFIN_NS_NONE)
		end += c->duration_ns;
	return (!f->failed || outcome_class(c) == OUTCOME_FAILED) &&
	       words_match(&f->open, c->opening) &&
	       words_match(&f->close, c->closing) &&
	       words_match(&f->closed_by, c->closed_by) &&
	       words_match(&f->protocol, c->protocol) &&
	       words_match(&f->dropped, c->drop_reason) &&
	       filter_ftp(f, announced_by(conn)) &&
	       status_matches(f, c->status) && slow_enough(f, c) &&
	       end >= f->since_ns && (!f->until_ns || begin <= f->until_ns) &&
	       (!f->owned || owned_by(f, c));
}

/**
 * filter_free() - free what it holds
 * @f: the filter
 */
void filter_free(struct filter *f)
{
	for (unsigned int i = 0; i < FILTER_LISTS; i++)
		free(f->list[i].end);
	free(f->netns);
	free(f->ftp);
	for (unsigned int which = 0; which < FILTER_OWNERS; which++) {
		for (unsigned int i = 0; i < f->owner[which].nr; i++)
			free(f->owner[which].text[i].text);
		free(f->owner[which].text);
	}
	filter_expr_free(f);
	*f = (struct filter){ .on_head = false };
}
