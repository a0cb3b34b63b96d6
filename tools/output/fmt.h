/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers, times and addresses as text. Each function writes at @p, without a
 * NUL at the end, and returns where it stopped; what follows there, within
 * FMT_ROOM, it may have used.
 */
#ifndef _TOOLS_FMT_H
#define _TOOLS_FMT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Room that any one of these needs at most. */
#define FMT_ROOM	128

/* Append a string constant. */
#define FMT_LITERAL(p, text) \
	((char *)memcpy((p), (text), sizeof(text) - 1) + sizeof(text) - 1)

char *fmt_digits(char *p, uint64_t value);
char *fmt_grouped(char *p, uint64_t value);
char *fmt_seconds(char *p, uint64_t ns);
char *fmt_time(char *p, uint64_t ns);
char *fmt_text(char *p, const char *text);
char *fmt_addr(char *p, unsigned int family, const uint8_t *addr);
char *fmt_duration(char *p, uint64_t ns, unsigned int width);
char *fmt_long_duration(char *p, uint64_t ns, bool ascii);
char *fmt_bytes(char *p, uint64_t bytes);
char *fmt_iso(char *p, uint64_t ns);
char *fmt_clock(char *p, uint64_t ns, unsigned int decimals);

/**
 * fmt_u64() - a number
 * @p: where to
 * @value: the number
 *
 * Counts are short, and not worth a call.
 *
 * Return: the end.
 */
static inline char *fmt_u64(char *p, uint64_t value)
{
	if (value >= 10)
		return fmt_digits(p, value);
	*p = (char)('0' + value);
	return p + 1;
}

/**
 * struct fmt_near - the number before, for those that differ from it in few digits
 * @upper: all but its last four digits
 * @len: how many digits @upper has
 * @text: and which
 */
struct fmt_near {
	uint32_t upper;
	uint32_t len;
	char text[16];
};

/* There was none: no number has so many. */
#define FMT_NEAR	{ .upper = UINT32_MAX }

extern char fmt_fours[10000][4];

char *fmt_far(char *p, struct fmt_near *near, uint32_t value);

/**
 * fmt_near() - a number that is like the one before
 * @p: where to
 * @near: the one before; becomes this one
 * @value: the number
 *
 * Return: the end.
 */
static inline char *fmt_near(char *p, struct fmt_near *near, uint32_t value)
{
	uint32_t upper = value / 10000;

	if (upper != near->upper)
		return fmt_far(p, near, value);
	memcpy(p, near->text, 8);
	memcpy(p + near->len, fmt_fours[value - upper * 10000], 4);
	return p + near->len + 4;
}

#endif /* _TOOLS_FMT_H */
