// SPDX-License-Identifier: GPL-2.0
/*
 * Filters as one types them. What tables show can be typed: 10.0.0.2:http, [::1]:81.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/filter.h"
#include "commands/parse.h"
#include "output/complain.h"

#define WORD_MAX	128u

/*
 * Takes the next member of a list of words with commas between them; a ! before it
 * denies it. Returns false after the last.
 */
static bool next_text(const char **list, char *word, size_t room, bool *denied)
{
	size_t len;

	if (!*list)
		return false;
	*list += strspn(*list, " ");
	*denied = **list == '!';
	*list += *denied;
	len = strcspn(*list, ",");
	/* What has no room is no word that is known, and not what its beginning says. */
	snprintf(word, room, "%.*s", len < room ? (int)len : 0, *list);
	*list = (*list)[len] ? *list + len + 1 : NULL;
	return true;
}

static bool next_word(const char **list, char word[WORD_MAX], bool *denied)
{
	return next_text(list, word, WORD_MAX, denied);
}

static bool parse_addr(struct filter_end *e, char *text)
{
	char *slash = strchr(text, '/');
	uint64_t bits;

	if (slash)
		*slash = '\0';
	if (inet_pton(AF_INET, text, e->addr) == 1)
		e->family = 4;
	else if (inet_pton(AF_INET6, text, e->addr) == 1)
		e->family = 6;
	else
		return false;
	bits = e->family == 4 ? 32 : 128;
	if (slash && !parse_whole(slash + 1, bits, &bits))
		return false;
	e->bits = (uint8_t)bits;
	return true;
}

static bool parse_end(struct filter_end *e, char *text)
{
	char *close, *colon = strchr(text, ':');

	e->low = 0;
	e->high = UINT16_MAX;
	if (*text == '[') {
		close = strchr(text, ']');
		if (!close)
			return false;
		/* [2001:db8::]/32 and [2001:db8::1]:80 */
		memmove(close, close + 1, strlen(close));
		colon = *close == ':' ? close : NULL;
		text++;
	} else if (!colon || strchr(colon + 1, ':')) {
		/* An IPv6 address, an IPv4 one without a port, or a port. */
		return parse_addr(e, text) || parse_ports(text, &e->low, &e->high);
	}
	if (colon)
		*colon = '\0';
	if (*text && !parse_addr(e, text))
		return false;
	return !colon || parse_ports(colon + 1, &e->low, &e->high);
}

static bool parse_for(enum filter_which which, struct filter_end *e, char *word)
{
	if (which == FILTER_PORT || which == FILTER_SERVICE) {
		*e = (struct filter_end){ .denied = e->denied };
		return parse_ports(word + (*word == ':'), &e->low, &e->high);
	}
	return parse_end(e, word) && (which != FILTER_HOST || e->family);
}

/**
 * filter_add_ends() - read a list of addresses and ports
 * @f:		the filter
 * @which:	what they are compared with
 * @option:	for messages
 * @value:	the list
 *
 * Return: 0, or -1 after a message.
 */
int filter_add_ends(struct filter *f, enum filter_which which, const char *option,
		    const char *value)
{
	static const char *const wanted[FILTER_LISTS] = {
		[FILTER_HOST] = "addresses, not names, are wanted, as 10.0.0.0/8,::1",
		[FILTER_PORT] = "ports are wanted, as 80,https,8000-8099",
		[FILTER_CLIENT] = "addresses or ports are wanted, as 10.0.0.7:33812",
		[FILTER_SERVER] = "addresses or ports are wanted, as 10.0.0.2:https",
		[FILTER_SERVICE] = "ports are wanted, as http,443",
	};
	struct filter_list *list = &f->list[which];
	char word[WORD_MAX], copy[WORD_MAX];
	const char *rest = value;
	bool denied;

	while (next_word(&rest, word, &denied)) {
		struct filter_end e = { .denied = denied }, *more;

		strcpy(copy, word);
		if (!parse_for(which, &e, copy))
			return complain("%s %s: %s", option, complain_value(word),
					wanted[which]);
		more = realloc(list->end, (list->nr + 1) * sizeof(e));
		if (!more)
			return complain("out of memory");
		list->end = more;
		list->end[list->nr++] = e;
		list->wanted |= !denied;
	}
	f->on_head = true;
	return 0;
}

/* Another file's number would be that of no namespace, and nothing found. */
static bool is_netns(const char *path, uint32_t *number)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool is;

	if (fd < 0)
		return false;
	is = ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET && !fstat(fd, &st);
	if (is)
		*number = (uint32_t)st.st_ino;
	close(fd);
	return is;
}

/* By its number, its name, or a file of it. */
static bool find_netns(const char *word, uint32_t *number)
{
	char path[WORD_MAX + 16];
	uint64_t value;

	if (parse_whole(word, UINT32_MAX, &value)) {
		*number = (uint32_t)value;
		return value;
	}
	snprintf(path, sizeof(path), "%s%s", strchr(word, '/') ? "" : "/run/netns/",
		 word);
	return *word && *word != '.' && is_netns(path, number);
}

/**
 * filter_add_netns() - read a list of network namespaces
 * @f: the filter
 * @value: the list
 *
 * Return: 0, or -1 after a message.
 */
int filter_add_netns(struct filter *f, const char *value)
{
	const char *rest = value;
	char word[WORD_MAX];
	uint32_t number;
	bool denied;

	while (next_word(&rest, word, &denied)) {
		struct filter_netns *more;

		if (!find_netns(word, &number))
			return complain("--netns %s: no network namespace: try /proc/PID/ns/net",
					complain_value(word));
		more = realloc(f->netns, (f->nr_netns + 1) * sizeof(*more));
		if (!more)
			return complain("out of memory");
		f->netns = more;
		f->netns[f->nr_netns++] = (struct filter_netns){ denied, number };
	}
	f->on_head = true;
	return 0;
}

static int unknown_word(const char *option, const char *value,
			const char *(*word)(unsigned int i))
{
	char text[512] = "";

	for (unsigned int i = 0; word(i); i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 i ? ", " : "", word(i));
	return complain("%s %s: no such word: there are %s", option,
			complain_value(value), text);
}

/**
 * filter_add_words() - read a list of words
 * @words:	what is wanted
 * @option:	for messages
 * @value:	the list
 * @word:	the word of each number, NULL after the last
 *
 * Return: 0, or -1 after a message.
 */
int filter_add_words(struct filter_words *words, const char *option,
		     const char *value, const char *(*word)(unsigned int i))
{
	const char *rest = value;
	char text[WORD_MAX];
	unsigned int i;
	bool denied;

	while (next_word(&rest, text, &denied)) {
		for (i = 0; word(i); i++)
			if (!strcasecmp(word(i), text))
				break;
		if (!word(i))
			return unknown_word(option, text, word);
		if (denied)
			words->denied |= 1u << i;
		else
			words->wanted |= 1u << i;
	}
	return 0;
}

/**
 * filter_add_slower() - read how slow connections must be
 * @f: the filter
 * @value: 100ms, or what it is about before it: server:100ms
 *
 * Return: 0, or -1 after a message.
 */
int filter_add_slower(struct filter *f, const char *value)
{
	static const char *const spans[FILTER_SPANS] = {
		[FILTER_HANDSHAKE] = "handshake", [FILTER_SERVER_RTT] = "server",
		[FILTER_CLIENT_RTT] = "client", [FILTER_CLOSING] = "close",
		[FILTER_LIFE] = "life", [FILTER_REQUEST] = "request",
		[FILTER_RESPONSE] = "response", [FILTER_TLS] = "tls",
	};
	const char *colon = strchr(value, ':');
	unsigned int span = FILTER_HANDSHAKE;
	uint64_t ns;

	if (colon)
		for (span = 0; span < FILTER_SPANS; span++)
			if (strlen(spans[span]) == (size_t)(colon - value) &&
			    !strncmp(spans[span], value, (size_t)(colon - value)))
				break;
	if (span == FILTER_SPANS || !parse_duration(colon ? colon + 1 : value, &ns) ||
	    !ns)
		return complain("--slower-than %s: a duration is wanted, as server:100ms",
				complain_value(value));
	f->slower[span] = ns;
	f->on_conn = true;
	return 0;
}

static bool is_owner(enum filter_owner which, const char *word)
{
	uint64_t number;

	switch (which) {
	case FILTER_PID:
		return parse_whole(word, UINT32_MAX, &number) && number;
	case FILTER_COMM:
		return *word;
	default:
		return *word == '/' || parse_whole(word, UINT64_MAX, &number);
	}
}

/**
 * filter_add_owner() - read a list of processes, commands or control groups
 * @f:		the filter
 * @which:	of which they are
 * @value:	the list
 *
 * Return: 0, or -1 after a message.
 */
int filter_add_owner(struct filter *f, enum filter_owner which, const char *value)
{
	static const char *const wanted[FILTER_OWNERS] = {
		[FILTER_PID] = "--pid %s: numbers of processes are wanted",
		[FILTER_COMM] = "--comm %s: commands are wanted, as nginx,post*",
		[FILTER_CGROUP] = "--cgroup %s: paths are wanted, as /system.slice, or numbers",
	};
	struct filter_texts *list = &f->owner[which];
	const char *rest = value;
	char word[512];
	bool denied;

	while (next_text(&rest, word, sizeof(word), &denied)) {
		struct filter_text *more;

		if (!is_owner(which, word))
			return complain(wanted[which], complain_value(word));
		more = realloc(list->text, (list->nr + 1) * sizeof(*more));
		if (!more)
			return complain("out of memory");
		list->text = more;
		more[list->nr] = (struct filter_text){ denied, strdup(word) };
		if (!more[list->nr].text)
			return complain("out of memory");
		list->nr++;
		list->wanted |= !denied;
	}
	f->owned = true;
	f->on_conn = true;
	return 0;
}

/**
 * filter_add_ftp() - read a list of FTP's control connections
 * @f: the filter
 * @value: the list
 *
 * Return: 0, or -1 after a message.
 */
int filter_add_ftp(struct filter *f, const char *value)
{
	const char *rest = value;
	char word[WORD_MAX];

	for (struct filter_id id, *more; next_word(&rest, word, &id.denied); ) {
		id.number = 0;
		if (!strcmp(word, "any"))
			id.denied = !id.denied;
		else if (strcmp(word, "none") &&
			 (!parse_whole(word, UINT64_MAX - 1, &id.number) || !id.number))
			return complain("--ftp-control %s: IDs, any or none are wanted",
					complain_value(word));
		more = realloc(f->ftp, (f->nr_ftp + 1) * sizeof(id));
		if (!more)
			return complain("out of memory");
		f->ftp = more;
		f->ftp[f->nr_ftp++] = id;
	}
	f->on_conn = true;
	return 0;
}

/* 404, 500-599, or 5xx. */
static bool parse_status(struct filter_status *s, const char *word)
{
	char low[WORD_MAX];
	uint64_t a, b;
	const char *dash = strchr(word, '-');

	if (strlen(word) == 3 && !strcasecmp(word + 1, "xx") && word[0] >= '1' &&
	    word[0] <= '9') {
		s->low = (uint16_t)((word[0] - '0') * 100);
		s->high = s->low + 99;
		return true;
	}
	snprintf(low, sizeof(low), "%.*s", dash ? (int)(dash - word) : (int)strlen(word),
		 word);
	if (!parse_whole(low, 999, &a) || !parse_whole(dash ? dash + 1 : low, 999, &b))
		return false;
	s->low = (uint16_t)a;
	s->high = (uint16_t)b;
	return a && a <= b;
}

/**
 * filter_add_status() - read a list of status codes
 * @f: the filter
 * @value: the list
 *
 * Return: 0, or -1 after a message.
 */
int filter_add_status(struct filter *f, const char *value)
{
	struct filter_status s = { .denied = false };
	const char *rest = value;
	char word[WORD_MAX];

	while (next_word(&rest, word, &s.denied)) {
		if (!parse_status(&s, word))
			return complain("--status %s: status codes are wanted, as 404,500-599,5xx",
					complain_value(word));
		if (f->nr_status == FILTER_STATUS)
			return complain("--status: %u are the most", FILTER_STATUS);
		f->status[f->nr_status++] = s;
	}
	f->on_conn = true;
	return 0;
}
