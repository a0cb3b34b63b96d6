// SPDX-License-Identifier: GPL-2.0
/*
 * Values of options.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands/parse.h"
#include "output/service.h"
#include "output/util.h"

#define SECOND	1000000000ull

/**
 * parse_whole() - a whole number
 * @text:	digits and nothing else
 * @most:	the largest that is meant
 * @value:	set
 *
 * Return: false if it is something else.
 */
bool parse_whole(const char *text, uint64_t most, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	return isdigit((unsigned char)*text) && !errno && !*end && *value <= most;
}

struct unit {
	const char *name;
	double factor;
};

static bool parse_with_unit(const char *text, const struct unit *units, size_t nr,
			    uint64_t *value)
{
	double number;
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	number = strtod(text, &end);
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(end, units[i].name))
			continue;
		number *= units[i].factor;
		/* Half of what there is room for. */
		if (!isfinite(number) || number > 9e18)
			return false;
		*value = (uint64_t)(number + 0.5);
		return true;
	}
	return false;
}

/**
 * parse_duration() - a duration, as 100ms or 1.5s
 * @text: a number and a unit
 * @ns: set
 *
 * Return: false if it is something else.
 */
bool parse_duration(const char *text, uint64_t *ns)
{
	static const struct unit units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "µs", 1e3 }, { "ms", 1e6 },
		{ "s", 1e9 }, { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 },
		{ "d", 86400e9 },
	};

	return parse_with_unit(text, units, ARRAY_SIZE(units), ns);
}

/**
 * parse_size() - a number of bytes, as 100M
 * @text: a number, and K, M, G or T, of 1024 each
 * @bytes: set
 *
 * Return: false if it is something else.
 */
bool parse_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 }, { "K", 0x1p10 }, { "M", 0x1p20 }, { "G", 0x1p30 },
		{ "T", 0x1p40 }, { "k", 0x1p10 }, { "KiB", 0x1p10 },
		{ "MiB", 0x1p20 }, { "GiB", 0x1p30 },
	};

	return parse_with_unit(text, units, ARRAY_SIZE(units), bytes);
}

/**
 * parse_now() - what time it is
 *
 * Return: nanoseconds since 1970.
 */
uint64_t parse_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* .123 after a time; nothing is 0. */
static bool parse_fraction(const char **text, uint64_t *ns)
{
	uint64_t unit = SECOND;

	*ns = 0;
	if (**text != '.')
		return true;
	while (isdigit((unsigned char)*++*text)) {
		unit /= 10;
		*ns += (uint64_t)(**text - '0') * unit;
	}
	return unit != SECOND;
}

static bool parse_clock(const char *text, uint64_t now, uint64_t *ns)
{
	static const char *const formats[] = {
		"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
		"%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M",
	};
	time_t today = (time_t)(now / SECOND), t;
	uint64_t fraction;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm tm;
		const char *end;
		int month;

		localtime_r(&today, &tm);
		tm.tm_hour = 0;
		tm.tm_min = 0;
		tm.tm_sec = 0;
		end = strptime(text, formats[i], &tm);
		if (!end || !parse_fraction(&end, &fraction))
			continue;
		tm.tm_isdst = -1;
		month = tm.tm_mon;
		t = *end == 'Z' ? timegm(&tm) : mktime(&tm);
		end += *end == 'Z';
		/* The 30th of February would be one of March. */
		if (*end || t < 0 || (tm.tm_mday < 4 && tm.tm_mon != month))
			continue;
		/* Of the year 2554 and later nothing can be told. */
		*ns = (uint64_t)t < UINT64_MAX / SECOND ?
		      (uint64_t)t * SECOND + fraction : UINT64_MAX;
		return true;
	}
	return false;
}

static bool read_time(const char *text, uint64_t now, uint64_t *ns)
{
	const char *rest = text;
	uint64_t ago, fraction;

	if (!strcmp(text, "now")) {
		*ns = now;
		return true;
	}
	if (parse_duration(text, &ago)) {
		*ns = ago < now ? now - ago : 0;
		return true;
	}
	if (parse_clock(text, now, ns))
		return true;
	while (isdigit((unsigned char)*rest))
		rest++;
	if (rest == text || rest - text > 10 || !parse_fraction(&rest, &fraction) ||
	    *rest)
		return false;
	*ns = strtoull(text, NULL, 10) * SECOND + fraction;
	return true;
}

/**
 * parse_time() - a time
 * @text:	seconds since 1970, a date or a time of day, "now", or a duration,
 *		which is so long ago
 * @now:	what time it is
 * @ns:		set, since 1970; never 0, which stands for any time
 *
 * Return: false if it is something else.
 */
bool parse_time(const char *text, uint64_t now, uint64_t *ns)
{
	if (!read_time(text, now, ns))
		return false;
	*ns += !*ns;
	return true;
}

static bool parse_port(const char *text, uint16_t *port)
{
	uint64_t number;

	if (!parse_whole(text, UINT16_MAX, &number))
		return service_port(text, port);
	*port = (uint16_t)number;
	return true;
}

/**
 * parse_ports() - a port, by its number or its name, or a range
 * @text:	443, https or 8000-8099
 * @low:	set
 * @high:	set
 *
 * Return: false if it is something else.
 */
bool parse_ports(const char *text, uint16_t *low, uint16_t *high)
{
	const char *dash = strchr(text, '-');
	char first[16];

	/* There are names with dashes. */
	if (parse_port(text, low)) {
		*high = *low;
		return true;
	}
	if (!dash || (size_t)(dash - text) >= sizeof(first))
		return false;
	snprintf(first, sizeof(first), "%.*s", (int)(dash - text), text);
	return parse_port(first, low) && parse_port(dash + 1, high) && *low <= *high;
}
