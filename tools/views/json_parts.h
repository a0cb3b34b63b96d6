/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parts of a connection's object that many connections have in common: whom they went
 * to, what came of them, whose they are. They are put together for the first and copied
 * for the others.
 */
#ifndef _TOOLS_JSON_PARTS_H
#define _TOOLS_JSON_PARTS_H

#include <stdint.h>
#include <string.h>

#include "connections/conn.h"

/**
 * struct json_part - a part, of a size that a few moves copy
 * @text: what it says
 * @len: how much of it that is
 */
struct json_part {
	char text[127];
	uint8_t len;
};

/**
 * struct json_outcome - what came of a connection
 * @key: of its summary, what the parts follow from
 * @open: how it opened and closed, up to the first time
 * @counts: of segments, up to the first number of bytes
 * @others: the words of others, up to the phases
 * @flags: what is true of it
 */
struct json_outcome {
	uint64_t key[4];
	struct json_part open;
	struct json_part counts;
	struct json_part others;
	struct json_part flags;
};

const struct json_outcome *json_outcome(const struct synfin_record_conn *s);
char *json_place(char *p, const struct synfin_record_head *h);
char *json_server(char *p, const struct synfin_record_head *h);
char *json_owner(char *p, const struct synfin_record_conn *s);

/**
 * json_part_copy() - append a part
 * @p: where to; all of the structure must have room
 * @part: the part
 *
 * Return: the end.
 */
static inline char *json_part_copy(char *p, const struct json_part *part)
{
	memcpy(p, part, sizeof(*part));
	return p + part->len;
}

#endif /* _TOOLS_JSON_PARTS_H */
