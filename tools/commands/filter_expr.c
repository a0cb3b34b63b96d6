// SPDX-License-Identifier: GPL-2.0
/*
 * What pcap-filter(7) can say of a connection: hosts, networks, ports and ranges of
 * them, both families, put together by and, or, not and parentheses. For captures
 * libpcap reads the whole language; it is about packets. A connection has both
 * directions, and so neither a source nor a destination.
 *
 * As there, "and" and "or" bind equally, from left to right, and a word without a
 * qualifier has that of the one before it: port 80 or 443.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/filter.h"
#include "commands/parse.h"
#include "output/complain.h"
#include "output/util.h"

#define DEPTH_MAX	64u

enum op { OP_HOST, OP_PORT, OP_FAMILY, OP_ALL, OP_NOT, OP_AND, OP_OR };

struct filter_expr {
	enum op op;
	struct filter_end end;
	struct filter_expr *left;
	struct filter_expr *right;
	struct filter_expr *made;	/* the one before */
};

enum type { TYPE_NONE, TYPE_HOST, TYPE_NET, TYPE_PORT, TYPE_PORTRANGE };

struct parser {
	const char *rest;
	char word[64];		/* the next one, "" at the end */
	enum type type;		/* of the word before */
	unsigned int depth;
	char *error;
	struct filter_expr *made;	/* last */
};

static struct filter_expr *parse_any(struct parser *p);

static void *fail(struct parser *p, const char *format, ...) __printf(2, 3);

/* The first error counts. */
static void *fail(struct parser *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!p->error && vasprintf(&p->error, format, args) < 0)
		p->error = NULL;
	va_end(args);
	return NULL;
}

static void advance(struct parser *p)
{
	size_t len = 0;

	p->rest += strspn(p->rest, " \t\n");
	while (isalnum((unsigned char)p->rest[len]) ||
	       (p->rest[len] && strchr("._:/-", p->rest[len])))
		len++;
	if (!len && *p->rest)
		len = !strncmp(p->rest, "&&", 2) || !strncmp(p->rest, "||", 2) ? 2 : 1;
	if (len >= sizeof(p->word))
		fail(p, "'%.16s...': is too long", p->rest);
	snprintf(p->word, sizeof(p->word), "%.*s", (int)len, p->rest);
	p->rest += len;
}

static bool at(const struct parser *p, const char *a, const char *b)
{
	return !strcmp(p->word, a) || !strcmp(p->word, b);
}

static struct filter_expr *new_expr(struct parser *p, enum op op)
{
	struct filter_expr *e = calloc(1, sizeof(*e));

	if (!e)
		return fail(p, "out of memory");
	e->op = op;
	e->end.high = UINT16_MAX;
	e->made = p->made;
	p->made = e;
	return e;
}

static bool read_addr(struct filter_expr *e, char *text)
{
	char *slash = strchr(text, '/');
	uint64_t bits;

	if (slash)
		*slash = '\0';
	e->end.family = inet_pton(AF_INET, text, e->end.addr) == 1 ? 4 :
			inet_pton(AF_INET6, text, e->end.addr) == 1 ? 6 : 0;
	bits = e->end.family == 4 ? 32 : 128;
	if (!e->end.family || (slash && !parse_whole(slash + 1, bits, &bits)))
		return false;
	e->end.bits = (uint8_t)bits;
	return true;
}

static struct filter_expr *parse_value(struct parser *p)
{
	bool port = p->type == TYPE_PORT || p->type == TYPE_PORTRANGE;
	struct filter_expr *e = new_expr(p, port ? OP_PORT : OP_HOST);
	char copy[sizeof(p->word)];

	if (!e)
		return NULL;
	strcpy(copy, p->word);
	if (port ? !parse_ports(copy, &e->end.low, &e->end.high) :
		   !read_addr(e, copy))
		return fail(p, "'%s': %s is wanted here", p->word,
			    port ? "a port" : "an address");
	advance(p);
	return e;
}

static struct filter_expr *parse_family(struct parser *p, uint8_t family)
{
	struct filter_expr *e = new_expr(p, OP_FAMILY);

	if (e)
		e->end.family = family;
	advance(p);
	return e;
}

static bool is_value(const struct parser *p)
{
	return isdigit((unsigned char)p->word[0]) || strchr(p->word, ':');
}

static struct filter_expr *parse_primitive(struct parser *p)
{
	static const struct {
		const char *name;
		enum type type;
	} types[] = {
		{ "host", TYPE_HOST }, { "net", TYPE_NET }, { "port", TYPE_PORT },
		{ "portrange", TYPE_PORTRANGE },
	};

	if (!strcmp(p->word, "ip"))
		return parse_family(p, 4);
	if (!strcmp(p->word, "ip6"))
		return parse_family(p, 6);
	if (!strcmp(p->word, "tcp")) {
		advance(p);
		/* tcp port 80: all of it is */
		if (!strncmp(p->word, "port", 4))
			return parse_primitive(p);
		if (*p->word == '[')
			return fail(p, "'tcp[...]' asks for single packets");
		return new_expr(p, OP_ALL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(p->word, types[i].name))
			continue;
		p->type = types[i].type;
		advance(p);
		return parse_value(p);
	}
	if (at(p, "src", "dst"))
		return fail(p, "'%s' asks for single packets: try: --client, --server",
			    p->word);
	if (p->type != TYPE_NONE && *p->word && (is_value(p) || p->type >= TYPE_PORT))
		return parse_value(p);
	if (is_value(p)) {
		p->type = TYPE_HOST;
		return parse_value(p);
	}
	return *p->word ? fail(p, "'%s' cannot be told of a connection", p->word) :
			  fail(p, "it ends too early");
}

static struct filter_expr *parse_term(struct parser *p)
{
	struct filter_expr *e = NULL, *inner;

	if (++p->depth > DEPTH_MAX)
		return fail(p, "too deep");
	if (at(p, "not", "!")) {
		advance(p);
		inner = parse_term(p);
		e = inner ? new_expr(p, OP_NOT) : NULL;
		if (e)
			e->left = inner;
	} else if (!strcmp(p->word, "(")) {
		advance(p);
		e = parse_any(p);
		if (e && strcmp(p->word, ")"))
			e = fail(p, "a ) is missing");
		advance(p);
	} else {
		e = parse_primitive(p);
	}
	p->depth--;
	return e;
}

static struct filter_expr *parse_any(struct parser *p)
{
	struct filter_expr *e = parse_term(p), *both;

	while (e && *p->word && strcmp(p->word, ")")) {
		bool and = at(p, "and", "&&");

		if (!and && !at(p, "or", "||"))
			return fail(p, "'%s': and, or, or the end is wanted here",
				    p->word);
		advance(p);
		both = new_expr(p, and ? OP_AND : OP_OR);
		if (!both)
			return NULL;
		both->left = e;
		both->right = parse_term(p);
		e = both->right ? both : NULL;
	}
	return e;
}

/**
 * filter_expr_free() - free an expression
 * @f: the filter that it belongs to
 */
void filter_expr_free(struct filter *f)
{
	while (f->expr_parts) {
		struct filter_expr *before = f->expr_parts->made;

		free(f->expr_parts);
		f->expr_parts = before;
	}
	f->expr = NULL;
	free(f->expr_error);
	f->expr_error = NULL;
}

/**
 * filter_expr_parse() - read an expression
 * @f: the filter; @expr is set, or @expr_error to the reason why it cannot be asked
 *	of a connection
 * @text: the expression
 *
 * Return: 0, or -1 after a message.
 */
int filter_expr_parse(struct filter *f, const char *text)
{
	struct parser p = { .rest = text };

	if (!text[strspn(text, " \t\n")])
		return complain("--filter: an expression as of tcpdump is wanted");
	filter_expr_free(f);
	advance(&p);
	f->expression = text;
	f->expr = parse_any(&p);
	if (f->expr && *p.word)
		f->expr = fail(&p, "'%s' is one too many", p.word);
	f->expr_error = p.error;
	f->expr_parts = p.made;
	f->on_head = f->expr;
	return 0;
}

/**
 * filter_expr_check() - can the expression be asked of connections?
 * @f: the filter
 *
 * Return: 0, or -1 after a message if only packets can be asked.
 */
int filter_expr_check(const struct filter *f)
{
	return f->expr_error ? complain("--filter: %s", f->expr_error) : 0;
}

/**
 * filter_expr_match() - is a record wanted?
 * @expr: the expression
 * @h: what the record begins with
 *
 * Return: true if it is.
 */
bool filter_expr_match(const struct filter_expr *expr,
		       const struct synfin_record_head *h)
{
	switch (expr->op) {
	case OP_HOST:
	case OP_PORT:
		return filter_end_match(&expr->end, h);
	case OP_FAMILY:
		return expr->end.family == h->family;
	case OP_NOT:
		return !filter_expr_match(expr->left, h);
	case OP_AND:
		return filter_expr_match(expr->left, h) &&
		       filter_expr_match(expr->right, h);
	case OP_OR:
		return filter_expr_match(expr->left, h) ||
		       filter_expr_match(expr->right, h);
	default:
		return true;
	}
}
