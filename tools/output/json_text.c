// SPDX-License-Identifier: GPL-2.0
/*
 * Puts together, from the words, the parts of JSON objects that recur.
 */
#include <assert.h>

#include "output/fmt.h"
#include "output/json_text.h"
#include "output/words.h"

struct json_text json_steps[JSON_PHASES][JSON_ENDS];

static void make(struct json_text *part, const struct word *phase,
		 const struct word *from)
{
	char text[FMT_ROOM], *p = text;

	p = FMT_LITERAL(p, "{\"phase\":\"");
	p = word_copy(p, phase);
	p = FMT_LITERAL(p, "\",\"from\":\"");
	p = word_copy(p, from);
	p = FMT_LITERAL(p, "\",\"t_ns\":");
	part->len = (uint8_t)(p - text);
	assert(part->len <= sizeof(part->text));
	memcpy(part->text, text, part->len);
}

/* Before main(), so that no object need ask whether it has been done. */
__attribute__((constructor))
static void make_all(void)
{
	for (unsigned int phase = 0; phase < JSON_PHASES; phase++)
		for (unsigned int from = 0; from < JSON_ENDS; from++)
			make(&json_steps[phase][from], word_phase(phase),
			     word_from(from));
}
