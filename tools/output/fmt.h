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

#endif /* _TOOLS_FMT_H */
