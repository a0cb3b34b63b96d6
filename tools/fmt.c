// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, times and addresses as text. JSON spends most of its time here, so
 * the plain numbers go four digits a step and nothing goes through printf().
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#include "fmt.h"
#include "util.h"

#define NS_PER_US	1000ull
#define NS_PER_MS	1000000ull
#define NS_PER_S	1000000000ull

static char fours[40000];

/* Before main(), so that no number need ask whether it has been done. */
__attribute__((constructor))
static void fill_fours(void)
{
	for (unsigned int i = 0; i < 10000; i++) {
		fours[4 * i] = (char)('0' + i / 1000);
		fours[4 * i + 1] = (char)('0' + i / 100 % 10);
		fours[4 * i + 2] = (char)('0' + i / 10 % 10);
		fours[4 * i + 3] = (char)('0' + i % 10);
	}
}

/* Writes @digits digits that end before @end. */
static inline void put_u32(char *end, uint32_t value, unsigned int digits)
{
	for (; digits >= 4; digits -= 4) {
		end -= 4;
		memcpy(end, fours + 4 * (value % 10000), 4);
		value /= 10000;
	}
	if (digits & 2) {
		end -= 2;
		memcpy(end, fours + 4 * (value % 100) + 2, 2);
		value /= 100;
	}
	if (digits & 1)
		end[-1] = (char)('0' + value % 10);
}

static inline unsigned int digits_u32(uint32_t value)
{
	static const uint32_t power[] = {
		0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
		1000000000,
	};
	/* 1233 / 4096 is log10(2): a guess, one too high at most. */
	unsigned int guess = ((32 - (unsigned int)__builtin_clz(value | 1)) *
			      1233) >> 12;

	return guess + (value >= power[guess]);
}

static inline char *put_number(char *p, uint32_t value)
{
	unsigned int digits;

	if (value < 10) {
		*p = (char)('0' + value);
		return p + 1;
	}
	digits = digits_u32(value);
	put_u32(p + digits, value, digits);
	return p + digits;
}

/**
 * fmt_u64() - a number
 * @p: where to
 * @value: the number
 *
 * Return: the end.
 */
char *fmt_u64(char *p, uint64_t value)
{
	if (value <= UINT32_MAX)
		return put_number(p, (uint32_t)value);
	p = fmt_u64(p, value / NS_PER_S);
	put_u32(p + 9, (uint32_t)(value % NS_PER_S), 9);
	return p + 9;
}

/**
 * fmt_grouped() - a number for people, 1,204
 * @p: where to
 * @value: the number
 *
 * Return: the end.
 */
char *fmt_grouped(char *p, uint64_t value)
{
	if (value < 1000)
		return fmt_u64(p, value);
	p = fmt_grouped(p, value / 1000);
	*p++ = ',';
	put_u32(p + 3, (uint32_t)(value % 1000), 3);
	return p + 3;
}

/**
 * fmt_seconds() - nanoseconds as seconds with nine decimals
 * @p: where to
 * @ns: the time
 *
 * Return: the end.
 */
char *fmt_seconds(char *p, uint64_t ns)
{
	p = fmt_u64(p, ns / NS_PER_S);
	*p++ = '.';
	put_u32(p + 9, (uint32_t)(ns % NS_PER_S), 9);
	return p + 9;
}

/**
 * fmt_text() - a string
 * @p: where to
 * @text: the string
 *
 * Return: the end.
 */
char *fmt_text(char *p, const char *text)
{
	return stpcpy(p, text);
}

/* inet_ntop() is slow, and most records repeat the addresses of the last. */
static char *addr6(char *p, const uint8_t *addr)
{
	static struct {
		uint8_t addr[16];
		uint8_t len;
		char text[INET6_ADDRSTRLEN];
	} cache[64];
	unsigned int slot = (addr[7] ^ addr[11] ^ addr[15] ^ addr[14]) % 64;

	if (!cache[slot].len || memcmp(cache[slot].addr, addr, 16)) {
		if (!inet_ntop(AF_INET6, addr, cache[slot].text,
			       sizeof(cache[slot].text)))
			cache[slot].text[0] = '\0';
		memcpy(cache[slot].addr, addr, 16);
		cache[slot].len = (uint8_t)strlen(cache[slot].text);
	}
	memcpy(p, cache[slot].text, sizeof(cache[slot].text));
	return p + cache[slot].len;
}

/**
 * fmt_addr() - an address, no brackets
 * @p: where to
 * @family: 4 or 6
 * @addr: in network order
 *
 * Return: the end.
 */
char *fmt_addr(char *p, unsigned int family, const uint8_t *addr)
{
	if (family != 4)
		return addr6(p, addr);
	p = put_number(p, addr[0]);
	*p++ = '.';
	p = put_number(p, addr[1]);
	*p++ = '.';
	p = put_number(p, addr[2]);
	*p++ = '.';
	return put_number(p, addr[3]);
}

/* Rows of fmt_duration(): below this many nanoseconds, in this unit. */
struct scale {
	uint64_t below;
	uint64_t unit;
	uint8_t decimals;
	char suffix[3];
};

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

static char *put_scaled(char *p, uint64_t ns, const struct scale *s,
			unsigned int decimals)
{
	static const unsigned int tens[] = { 1, 10, 100 };
	uint64_t step = s->unit / tens[decimals];
	uint64_t value = step > 1 ? (ns + step / 2) / step : ns;

	p = fmt_u64(p, value / tens[decimals]);
	if (decimals) {
		*p++ = '.';
		put_u32(p + decimals, (uint32_t)(value % tens[decimals]),
			decimals);
		p += decimals;
	}
	return fmt_text(p, s->suffix);
}

/**
 * fmt_duration() - a duration for people, 184us or 1.20s
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
		bool tight = width < 6 && s->below == 99950 * NS_PER_US;

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

/**
 * fmt_bytes() - a number of bytes for people, 148 or 1.2M; five columns
 * @p: where to
 * @bytes: how many
 *
 * Return: the end.
 */
char *fmt_bytes(char *p, uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	unsigned int unit = 0;

	if (bytes < 10000)
		return fmt_u64(p, bytes);
	/* In tenths from here on. */
	for (bytes = bytes * 10 / 1024; bytes >= 9995 && units[unit + 1];
	     bytes /= 1024)
		unit++;
	if (bytes < 1000) {
		p = fmt_u64(p, bytes / 10);
		*p++ = '.';
		*p++ = (char)('0' + bytes % 10);
	} else {
		p = fmt_u64(p, (bytes + 5) / 10);
	}
	*p++ = units[unit];
	return p;
}

/**
 * fmt_clock() - the local time of day, 17:04:05.123
 * @p: where to
 * @ns: since 1970
 * @decimals: 3, 6 or 9
 *
 * Return: the end.
 */
char *fmt_clock(char *p, uint64_t ns, unsigned int decimals)
{
	static time_t last = -1;
	static struct tm tm;
	time_t now = (time_t)(ns / NS_PER_S);
	uint32_t rest = (uint32_t)(ns % NS_PER_S);

	if (now != last) {
		localtime_r(&now, &tm);
		last = now;
	}
	put_u32(p + 2, (uint32_t)tm.tm_hour, 2);
	p[2] = ':';
	put_u32(p + 5, (uint32_t)tm.tm_min, 2);
	p[5] = ':';
	put_u32(p + 8, (uint32_t)tm.tm_sec, 2);
	p[8] = '.';
	for (unsigned int i = decimals; i < 9; i++)
		rest /= 10;
	put_u32(p + 9 + decimals, rest, decimals);
	return p + 9 + decimals;
}
