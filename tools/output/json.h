/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON objects, written member by member. Text is escaped, and what is no UTF-8 is
 * replaced. (The objects of connections and phases, of which there are millions and
 * whose words are all known, are put together in view_json.c.)
 */
#ifndef _TOOLS_JSON_H
#define _TOOLS_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "output/out.h"

/**
 * struct json - an object that is being written
 * @out:	where to
 * @first:	nothing stands in it yet
 */
struct json {
	struct out *out;
	bool first;
};

void json_begin(struct json *j, struct out *out);
void json_end(struct json *j);
void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);
void json_text(struct json *j, const char *name, const char *text);
void json_number(struct json *j, const char *name, uint64_t number);
void json_ns(struct json *j, const char *name, uint64_t ns);
void json_real(struct json *j, const char *name, double number);
void json_bool(struct json *j, const char *name, bool value);
void json_seconds(struct json *j, const char *name, uint64_t ns);

#endif /* _TOOLS_JSON_H */
