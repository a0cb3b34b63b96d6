// SPDX-License-Identifier: GPL-2.0
/*
 * Durations for people: in a table, where columns are few, and in words.
 */
#include <stdio.h>

#include "output/fmt.h"
#include "output/util.h"

#define NS_PER_US	1000ull
#define NS_PER_MS	1000000ull
#define NS_PER_S	1000000000ull
#define NS_PER_HOUR	(3600 * NS_PER_S)

/* Below this many nanoseconds, in this unit. */
struct scale {
	uint64_t below;
	uint64_t unit;
	uint8_t decimals;
	char suffix[7];
};

/* The fifth is left out where five columns are all there is. */
#define TIGHT	4u

static const struct scale scales[] = {
	{ NS_PER_US,		1,		0, "ns" },
	{ 9950,			NS_PER_US,	1, "us" },
	{ 999500,		NS_PER_US,	0, "us" },
	{ 9950 * NS_PER_US,	NS_PER_MS,	1, "ms" },
	{ 99950 * NS_PER_US,	NS_PER_MS,	1, "ms" },
	{ 999500 * NS_PER_US,	NS_PER_MS,	0, "ms" },
	{ 9995 * NS_PER_MS,	NS_PER_S,	2, "s" },
	{ 99950 * NS_PER_MS,	NS_PER_S,	1, "s" },
	{ 3600 * NS_PER_S,	NS_PER_S,	0, "s" },
};

/* Three digits where there are three to show: 21 us, 1.84 ms, 127 s, 27.8 h. */
static const struct scale long_scales[] = {
	{ NS_PER_US,		1,		0, " ns" },
	{ 9995,			NS_PER_US,	2, " µs" },
	{ 999500,		NS_PER_US,	0, " µs" },
	{ 9995 * NS_PER_US,	NS_PER_MS,	2, " ms" },
	{ 99950 * NS_PER_US,	NS_PER_MS,	1, " ms" },
	{ 999500 * NS_PER_US,	NS_PER_MS,	0, " ms" },
	{ 9995 * NS_PER_MS,	NS_PER_S,	2, " s" },
	{ 99950 * NS_PER_MS,	NS_PER_S,	1, " s" },
	{ 100000 * NS_PER_S,	NS_PER_S,	0, " s" },
	{ 100 * NS_PER_HOUR,	NS_PER_HOUR,	1, " h" },
	{ UINT64_MAX,		NS_PER_HOUR,	0, " h" },
};

static char *put_scaled(char *p, uint64_t ns, const struct scale *s,
			unsigned int decimals)
{
	static const unsigned int tens[] = { 1, 10, 100 };
	uint64_t step = s->unit / tens[decimals], value = ns;

	if (step > 1)
		value = ns / step + (ns % step >= step - step / 2);
	p = fmt_u64(p, value / tens[decimals]);
	if (decimals) {
		*p++ = '.';
		value %= tens[decimals];
		if (decimals == 2)
			*p++ = (char)('0' + value / 10);
		*p++ = (char)('0' + value % 10);
	}
	return fmt_text(p, s->suffix);
}

/**
 * fmt_long_duration() - a duration in words, 184 µs or 1.20 s
 * @p: where to
 * @ns: the duration
 * @ascii: no character beyond ASCII
 *
 * Return: the end.
 */
char *fmt_long_duration(char *p, uint64_t ns, bool ascii)
{
	struct scale s;
	size_t i = 0;

	while (ns >= long_scales[i].below && i < ARRAY_SIZE(long_scales) - 1)
		i++;
	s = long_scales[i];
	if (ascii && s.unit == NS_PER_US)
		strcpy(s.suffix, " us");
	return put_scaled(p, ns, &s, s.decimals);
}

/**
 * fmt_duration() - a duration in a table, 184us or 1.20s
 * @p: where to
 * @ns: the duration
 * @width: columns there are, five or more; six keep 12.3ms from being 12ms
 *
 * Return: the end.
 */
char *fmt_duration(char *p, uint64_t ns, unsigned int width)
{
	uint64_t minutes = ns / (60 * NS_PER_S);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scales); i++) {
		const struct scale *s = &scales[i];
		bool tight = width < 6 && i == TIGHT;

		if (ns < s->below)
			return put_scaled(p, ns, s, tight ? 0 : s->decimals);
	}
	if (minutes < 10 * 60)
		return p + sprintf(p, "%uh%02um", (unsigned int)minutes / 60,
				   (unsigned int)minutes % 60);
	if (minutes < 100 * 60)
		return fmt_text(fmt_u64(p, minutes / 60), "h");
	if (minutes < 10 * 24 * 60)
		return p + sprintf(p, "%ud%02uh",
				   (unsigned int)minutes / 60 / 24,
				   (unsigned int)minutes / 60 % 24);
	return fmt_text(fmt_u64(p, minutes / 60 / 24), "d");
}
