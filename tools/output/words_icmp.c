// SPDX-License-Identifier: GPL-2.0
/*
 * What an ICMP error says: RFC 792, RFC 1122 (3.2.2.1), RFC 1812 (5.2.7.1), RFC 4443.
 */
#include <stdio.h>

#include "output/fmt.h"
#include "output/util.h"
#include "output/words_icmp.h"

/* @brief is for a column of a table: five letters at most. */
struct meaning {
	uint8_t family;
	uint8_t type;
	uint8_t code;
	const char *brief;
	const char *text;
};

static const struct meaning meanings[] = {
	{ 4, 3, 0,  "net",   "network unreachable" },
	{ 4, 3, 1,  "host",  "host unreachable" },
	{ 4, 3, 2,  "proto", "protocol unreachable" },
	{ 4, 3, 3,  "port",  "port unreachable" },
	{ 4, 3, 5,  "route", "source route failed" },
	{ 4, 3, 6,  "net",   "network unknown" },
	{ 4, 3, 7,  "host",  "host unknown" },
	{ 4, 3, 8,  "host",  "host isolated" },
	{ 4, 3, 9,  "admin", "network prohibited by a filter" },
	{ 4, 3, 10, "admin", "host prohibited by a filter" },
	{ 4, 3, 11, "net",   "network unreachable for the type of service" },
	{ 4, 3, 12, "host",  "host unreachable for the type of service" },
	{ 4, 3, 13, "admin", "prohibited by a filter" },
	{ 4, 3, 14, "prec",  "host precedence violation" },
	{ 4, 3, 15, "prec",  "precedence cut off" },
	{ 4, 11, 0, "ttl",   "time to live exceeded: a loop of routes?" },
	{ 4, 11, 1, "frag",  "fragments did not come in time" },
	{ 6, 1, 0,  "route", "no route" },
	{ 6, 1, 1,  "admin", "prohibited by a filter" },
	{ 6, 1, 2,  "scope", "beyond the scope of the source address" },
	{ 6, 1, 3,  "host",  "host unreachable" },
	{ 6, 1, 4,  "port",  "port unreachable" },
	{ 6, 1, 5,  "admin", "source address prohibited" },
	{ 6, 1, 6,  "admin", "route rejects it" },
	{ 6, 3, 0,  "ttl",   "hop limit exceeded: a loop of routes?" },
	{ 6, 3, 1,  "frag",  "fragments did not come in time" },
};

static const struct meaning *find(unsigned int family, unsigned int type,
				  unsigned int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (meanings[i].family == family && meanings[i].type == type &&
		    meanings[i].code == code)
			return &meanings[i];
	return NULL;
}

/**
 * icmp_brief() - what an ICMP error says, in five letters at most
 * @family: 4 or 6
 * @type: of the error
 * @code: likewise
 *
 * Return: the word, "icmp" if there is none.
 */
const char *icmp_brief(unsigned int family, unsigned int type, unsigned int code)
{
	const struct meaning *m = find(family, type, code);

	return m ? m->brief : "icmp";
}

/**
 * icmp_meaning() - what an ICMP error says
 * @family: 4 or 6
 * @type: of the error
 * @code: likewise
 *
 * Return: a few words.
 */
const char *icmp_meaning(unsigned int family, unsigned int type, unsigned int code)
{
	const struct meaning *m = find(family, type, code);

	if (m)
		return m->text;
	return type == (family == 4 ? 12 : 4) ? "parameter problem" : "unreachable";
}

/**
 * icmp_words() - what an ICMP error says, and who
 * @icmp: the error
 * @text: host unreachable (ICMP 3/1 from 10.1.0.254)
 */
void icmp_words(const struct synfin_record_icmp *icmp, char text[ICMP_WORDS])
{
	char router[FMT_ROOM];

	*fmt_addr(router, icmp->head.family, icmp->router) = '\0';
	snprintf(text, ICMP_WORDS, "%s (%s %u/%u from %.45s)",
		 icmp_meaning(icmp->head.family, icmp->type, icmp->code),
		 icmp->head.family == 4 ? "ICMP" : "ICMPv6", icmp->type, icmp->code,
		 router);
}
