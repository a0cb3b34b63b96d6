// SPDX-License-Identifier: GPL-2.0
/*
 * JSON objects, member by member.
 */
#include <math.h>
#include <string.h>

#include "output/fmt.h"
#include "output/json.h"
#include "output/text.h"
#include "uapi/synfin.h"

static void put_text(struct out *out, const char *text)
{
	char one[TEXT_JSON_MAX];

	out_write(out, "\"", 1);
	while (*text)
		out_write(out, one, (size_t)(text_json_character(one, &text) - one));
	out_write(out, "\"", 1);
}

/* The comma, and the name unless it is an element of an array. */
static void put_name(struct json *j, const char *name)
{
	if (!j->first)
		out_write(j->out, ",", 1);
	j->first = false;
	if (!name)
		return;
	put_text(j->out, name);
	out_write(j->out, ":", 1);
}

/**
 * json_begin() - begin an object that has a line for itself
 * @j:		to be filled
 * @out:	where to
 */
void json_begin(struct json *j, struct out *out)
{
	*j = (struct json){ .out = out, .first = true };
	out_write(out, "{", 1);
}

/**
 * json_end() - end it, and its line
 * @j: the object
 */
void json_end(struct json *j)
{
	out_write(j->out, "}\n", 2);
}

/**
 * json_open() - begin a member that is an object or an array
 * @j:		the object
 * @name:	of the member, NULL in an array
 * @bracket:	{ or [
 */
void json_open(struct json *j, const char *name, char bracket)
{
	put_name(j, name);
	out_write(j->out, &bracket, 1);
	j->first = true;
}

/**
 * json_close() - end it
 * @j:		the object
 * @bracket:	} or ]
 */
void json_close(struct json *j, char bracket)
{
	out_write(j->out, &bracket, 1);
	j->first = false;
}

/**
 * json_text() - a member that is text
 * @j:		the object
 * @name:	of the member
 * @text:	of it, NULL if it is not known
 */
void json_text(struct json *j, const char *name, const char *text)
{
	put_name(j, name);
	if (text)
		put_text(j->out, text);
	else
		out_text(j->out, "null");
}

/**
 * json_number() - a member that is a number
 * @j:		the object
 * @name:	of the member
 * @number:	the number
 */
void json_number(struct json *j, const char *name, uint64_t number)
{
	char text[FMT_ROOM];

	put_name(j, name);
	out_write(j->out, text, (size_t)(fmt_u64(text, number) - text));
}

/**
 * json_ns() - a member that is a number, if it is known
 * @j:		the object
 * @name:	of the member
 * @ns:		the number, SYNFIN_NS_NONE if it is not known
 */
void json_ns(struct json *j, const char *name, uint64_t ns)
{
	if (ns == SYNFIN_NS_NONE)
		json_text(j, name, NULL);
	else
		json_number(j, name, ns);
}

/**
 * json_real() - a member with decimals
 * @j:		the object
 * @name:	of the member
 * @number:	the number
 */
void json_real(struct json *j, const char *name, double number)
{
	put_name(j, name);
	out_printf(j->out, "%.3f", isfinite(number) ? number : 0);
}

/**
 * json_bool() - a member that is true or false
 * @j:		the object
 * @name:	of the member
 * @value:	which
 */
void json_bool(struct json *j, const char *name, bool value)
{
	put_name(j, name);
	out_text(j->out, value ? "true" : "false");
}

/**
 * json_seconds() - a member that is a time
 * @j:		the object
 * @name:	of the member
 * @ns:		since 1970
 */
void json_seconds(struct json *j, const char *name, uint64_t ns)
{
	char text[FMT_ROOM];

	put_name(j, name);
	out_write(j->out, text, (size_t)(fmt_seconds(text, ns) - text));
}
