// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, times and addresses as text. JSON spends most of its time here, so
 * the plain numbers go four digits a step and nothing goes through printf().
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#include "output/fmt.h"
#include "output/util.h"

#define NS_PER_S	1000000000ull

/* What one step with two groups of four digits takes. */
#define EIGHT_DIGITS	100000000u

/* All groups of four digits, and what a number may begin with. */
char fmt_fours[10000][4];
static struct {
	char text[3];
	uint8_t len;
} firsts[1000];

/* Before main(), so that no number need ask whether it has been done. */
__attribute__((constructor))
static void fill_digits(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(fmt_fours); i++) {
		fmt_fours[i][0] = (char)('0' + i / 1000);
		fmt_fours[i][1] = (char)('0' + i / 100 % 10);
		fmt_fours[i][2] = (char)('0' + i / 10 % 10);
		fmt_fours[i][3] = (char)('0' + i % 10);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(firsts); i++) {
		firsts[i].len = i < 10 ? 1 : i < 100 ? 2 : 3;
		memcpy(firsts[i].text, fmt_fours[i] + 4 - firsts[i].len,
		       firsts[i].len);
	}
}

/* The last @digits digits of four. */
static inline char *put_last(char *p, uint32_t value, unsigned int digits)
{
	memcpy(p, fmt_fours[value] + 4 - digits, digits);
	return p + digits;
}

static inline char *put4(char *p, uint32_t value)
{
	return put_last(p, value, 4);
}

static inline char *put8(char *p, uint32_t value)
{
	return put4(put4(p, value / 10000), value % 10000);
}

static inline char *put9(char *p, uint32_t value)
{
	*p = (char)('0' + value / EIGHT_DIGITS);
	return put8(p + 1, value % EIGHT_DIGITS);
}

/* Below 1000, without zeros in front. Moves a whole word, whatever its length. */
static inline char *put_first(char *p, uint32_t value)
{
	memcpy(p, &firsts[value], sizeof(firsts[value]));
	return p + firsts[value].len;
}

static inline char *put_below_eight(char *p, uint32_t value)
{
	uint32_t upper = value / 10000;

	if (value < 1000)
		return put_first(p, value);
	if (value < 10000)
		return put4(p, value);
	p = upper < 1000 ? put_first(p, upper) : put4(p, upper);
	return put4(p, value % 10000);
}

/* Apart, so that the common numbers need no stack. */
static noinline char *put_huge(char *p, uint64_t value)
{
	p = fmt_u64(p, value / EIGHT_DIGITS);
	return put8(p, (uint32_t)(value % EIGHT_DIGITS));
}

/**
 * fmt_digits() - a number of any size; fmt_u64() is for the short ones, too
 * @p: where to
 * @value: the number
 *
 * Return: the end.
 */
char *fmt_digits(char *p, uint64_t value)
{
	uint64_t upper;

	if (value < EIGHT_DIGITS)
		return put_below_eight(p, (uint32_t)value);
	upper = value / EIGHT_DIGITS;
	if (upper >= 1000)
		return put_huge(p, value);
	p = put_first(p, (uint32_t)upper);
	return put8(p, (uint32_t)(value - upper * EIGHT_DIGITS));
}

/**
 * fmt_far() - for fmt_near(): a number that is not like the one before
 * @p: where to
 * @near: becomes this one
 * @value: the number
 *
 * Return: the end.
 */
char *fmt_far(char *p, struct fmt_near *near, uint32_t value)
{
	/* Of what is short there is nothing to be kept. */
	if (value < 10000)
		return fmt_u64(p, value);
	near->upper = value / 10000;
	near->len = (uint32_t)(fmt_u64(near->text, near->upper) - near->text);
	return fmt_near(p, near, value);
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
	return put_last(p, (uint32_t)(value % 1000), 3);
}

/* The last second that was written, with its point; most are of the same one. */
static struct {
	uint64_t number;
	unsigned int len;
	char text[20];
} latest = { .len = 2, .text = "0." };

static inline uint64_t second_of(uint64_t ns)
{
	uint64_t number = ns / NS_PER_S;

	if (number != latest.number) {
		latest.number = number;
		latest.len = (unsigned int)(fmt_u64(latest.text, number) - latest.text);
		latest.text[latest.len++] = '.';
	}
	return number;
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
	uint64_t number = second_of(ns);

	memcpy(p, latest.text, 16);
	return put9(p + latest.len, (uint32_t)(ns - number * NS_PER_S));
}

/**
 * fmt_time() - nanoseconds since 1970
 * @p: where to
 * @ns: the time
 *
 * Return: the end.
 */
char *fmt_time(char *p, uint64_t ns)
{
	uint64_t number;

	if (ns < NS_PER_S)
		return fmt_u64(p, ns);
	number = second_of(ns);
	memcpy(p, latest.text, 16);
	return put9(p + latest.len - 1, (uint32_t)(ns - number * NS_PER_S));
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
	p = put_first(p, addr[0]);
	*p++ = '.';
	p = put_first(p, addr[1]);
	*p++ = '.';
	p = put_first(p, addr[2]);
	*p++ = '.';
	return put_first(p, addr[3]);
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
 * fmt_iso() - a time as in ISO 8601, 2026-11-28T17:04:05.123456Z
 * @p: where to
 * @ns: since 1970
 *
 * Return: the end.
 */
char *fmt_iso(char *p, uint64_t ns)
{
	time_t second = (time_t)(ns / NS_PER_S);
	struct tm tm;

	if (!gmtime_r(&second, &tm))
		return p;
	p += strftime(p, FMT_ROOM / 2, "%Y-%m-%dT%H:%M:%S.", &tm);
	put9(p, (uint32_t)(ns % NS_PER_S));
	p[6] = 'Z';
	return p + 7;
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

	if (now != last) {
		localtime_r(&now, &tm);
		last = now;
	}
	p = put_last(p, (uint32_t)tm.tm_hour, 2);
	*p++ = ':';
	p = put_last(p, (uint32_t)tm.tm_min, 2);
	*p++ = ':';
	p = put_last(p, (uint32_t)tm.tm_sec, 2);
	*p++ = '.';
	/* What is too much is written over. */
	put9(p, (uint32_t)(ns % NS_PER_S));
	return p + decimals;
}
