/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which connections are wanted. What is given again adds up: a list is met by any of
 * its members, and by none that it denies; different options must all be met.
 */
#ifndef _TOOLS_FILTER_H
#define _TOOLS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "uapi/synfin.h"

/* What a list is compared with. */
enum filter_which {
	FILTER_HOST,		/* either end */
	FILTER_PORT,		/* either end */
	FILTER_CLIENT,
	FILTER_SERVER,
	FILTER_SERVICE,		/* the server's port */
	FILTER_LISTS,
};

/**
 * struct filter_end - addresses, ports, or both
 * @denied:	what it matches is not wanted
 * @family:	of @addr, 0 for any
 * @bits:	of @addr that count
 * @addr:	in network order
 * @low:	the lowest port
 * @high:	the highest
 */
struct filter_end {
	bool denied;
	uint8_t family;
	uint8_t bits;
	uint8_t addr[16];
	uint16_t low;
	uint16_t high;
};

/**
 * struct filter_list - the members of a list
 * @end:	the members
 * @nr:		how many
 * @wanted:	one of them at least is not denied
 */
struct filter_list {
	struct filter_end *end;
	unsigned int nr;
	bool wanted;
};

/**
 * struct filter_words - words of an enumeration, as bits
 * @wanted:	one of these, if there are any
 * @denied:	none of these
 */
struct filter_words {
	uint32_t wanted;
	uint32_t denied;
};

/* What a list of texts is compared with. */
enum filter_owner {
	FILTER_PID,
	FILTER_COMM,
	FILTER_CGROUP,
	FILTER_OWNERS,
};

/**
 * struct filter_text - one of a list
 * @denied:	what it matches is not wanted
 * @text:	a number, a name with * and ? in it, or a path
 */
struct filter_text {
	bool denied;
	char *text;
};

/**
 * struct filter_texts - the members of a list
 * @text:	the members
 * @nr:		how many
 * @wanted:	one of them at least is not denied
 */
struct filter_texts {
	struct filter_text *text;
	unsigned int nr;
	bool wanted;
};

/* Durations that --slower-than knows. */
enum filter_span {
	FILTER_HANDSHAKE,
	FILTER_SERVER_RTT,
	FILTER_CLIENT_RTT,
	FILTER_CLOSING,
	FILTER_LIFE,
	FILTER_REQUEST,
	FILTER_RESPONSE,
	FILTER_TLS,
	FILTER_SPANS,
};

/* Ranges of status codes that --status takes. */
#define FILTER_STATUS	16u

/**
 * struct filter_status - status codes of HTTP
 * @low:	the lowest
 * @high:	the highest
 * @denied:	they are not wanted
 */
struct filter_status {
	uint16_t low;
	uint16_t high;
	bool denied;
};

/**
 * struct filter_id - a connection, by its number
 * @denied:	it is not wanted
 * @number:	its number; 0 is none
 */
struct filter_id {
	bool denied;
	uint64_t number;
};

struct conn;
struct filter_expr;
struct owner;

/**
 * struct filter - which connections are wanted
 * @on_head:	something is asked of every record
 * @on_conn:	something is asked that is known only when a connection has ended
 * @list:	by enum filter_which
 * @netns:	numbers of namespaces; as ports of a list
 * @nr_netns:	how many
 * @families:	bits 4 and 6; 0 for both
 * @expr:	of --filter, or NULL if it was not given or is only for packets
 * @expression:	its text
 * @expr_error:	why it can only be asked of packets, or NULL
 * @expr_parts:	all that it is made of, to be freed
 * @open:	openings
 * @close:	closings
 * @closed_by:	who closed
 * @dropped:	why a segment of theirs was dropped
 * @owner:	whose they are, by enum filter_owner
 * @owned:	something is asked of that
 * @protocol:	what their first bytes are
 * @status:	status codes of their first responses
 * @nr_status:	how many are in @status
 * @ftp:	who announced them, of FTP's data
 * @nr_ftp:	how many are in @ftp
 * @failed:	only those that did not open
 * @slower:	nanoseconds, by enum filter_span; 0 for any
 * @from_now:	@since_ns is when the program was started
 * @since_ns:	those that were there then or later
 * @until_ns:	those that were there then or before, 0 for any
 */
struct filter {
	bool on_head;
	bool on_conn;
	struct filter_list list[FILTER_LISTS];
	struct filter_netns {
		bool denied;
		uint32_t number;
	} *netns;
	unsigned int nr_netns;
	uint8_t families;
	struct filter_expr *expr;
	const char *expression;
	char *expr_error;
	struct filter_expr *expr_parts;
	struct filter_words open;
	struct filter_words close;
	struct filter_words closed_by;
	struct filter_words dropped;
	struct filter_texts owner[FILTER_OWNERS];
	bool owned;
	struct filter_words protocol;
	struct filter_status status[FILTER_STATUS];
	unsigned int nr_status;
	struct filter_id *ftp;
	unsigned int nr_ftp;
	bool failed;
	uint64_t slower[FILTER_SPANS];
	bool from_now;
	uint64_t since_ns;
	uint64_t until_ns;
};

/* filter.c */
void filter_free(struct filter *f);
bool filter_head(const struct filter *f, const struct synfin_record_head *head);
bool filter_conn(const struct filter *f, const struct conn *conn);
bool filter_ftp(const struct filter *f, uint64_t control);
bool filter_owner(const struct filter *f, const struct owner *owner, uint64_t cgroup);
bool filter_end_match(const struct filter_end *end,
		      const struct synfin_record_head *head);
bool filter_time(const struct filter *f, uint64_t ns);

/* filter_parse.c: each returns 0, or -1 after a message */
int filter_add_ends(struct filter *f, enum filter_which which, const char *option,
		    const char *value);
int filter_add_netns(struct filter *f, const char *value);
int filter_add_words(struct filter_words *words, const char *option,
		     const char *value, const char *(*word)(unsigned int i));
int filter_add_slower(struct filter *f, const char *value);
int filter_add_owner(struct filter *f, enum filter_owner which, const char *value);
int filter_add_ftp(struct filter *f, const char *value);
int filter_add_status(struct filter *f, const char *value);

/* filter_expr.c */
void filter_expr_free(struct filter *f);
int filter_expr_parse(struct filter *f, const char *text);
int filter_expr_check(const struct filter *f);
bool filter_expr_match(const struct filter_expr *expr,
		       const struct synfin_record_head *head);

#endif /* _TOOLS_FILTER_H */
