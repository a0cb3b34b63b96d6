/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parts of JSON objects of which there are only a few: keys with one of the words
 * that they can have. They are put together once, and then copied.
 */
#ifndef _TOOLS_JSON_TEXT_H
#define _TOOLS_JSON_TEXT_H

#include <stdint.h>
#include <string.h>

#include "uapi/synfin.h"

/**
 * struct json_text - a part of an object, of a size that three moves copy
 * @text: what it says
 * @len: how much of it that is
 */
struct json_text {
	char text[47];
	uint8_t len;
};

/* By enum synfin_phase and enum synfin_from; the last of each is unknown. */
#define JSON_PHASES	(SYNFIN_PHASE_NR + 1)
#define JSON_ENDS	(SYNFIN_FROM_SERVER + 2)

extern struct json_text json_steps[JSON_PHASES][JSON_ENDS];

/**
 * json_copy() - append a part
 * @p: where to; all of the structure must have room
 * @part: the part
 *
 * Return: the end.
 */
static inline char *json_copy(char *p, const struct json_text *part)
{
	memcpy(p, part, sizeof(*part));
	return p + part->len;
}

/**
 * json_step() - what the object of a phase begins with, up to its time
 * @phase: enum synfin_phase
 * @from: enum synfin_from
 *
 * Return: the part.
 */
static inline const struct json_text *json_step(unsigned int phase,
						unsigned int from)
{
	if (phase >= JSON_PHASES)
		phase = JSON_PHASES - 1;
	if (from >= JSON_ENDS)
		from = JSON_ENDS - 1;
	return &json_steps[phase][from];
}

#endif /* _TOOLS_JSON_TEXT_H */
