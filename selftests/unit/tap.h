/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Test Anything Protocol, in as little as the unit tests need.
 *
 * A program runs its tests one after the other; what a test finds wrong is a
 * comment above its line. tap_exit() writes the plan and gives the exit status.
 */
#ifndef _SYNFIN_TAP_H
#define _SYNFIN_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* How many tests have run, how many failed, and whether this one has. */
static unsigned int tap_number, tap_failures;
static bool tap_bad;

struct tap_test {
	const char *name;
	void (*run)(void);
};

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define TAP_TEST(name) { #name, name }

__printf(1, 2)
static inline void tap_wrong(const char *format, ...)
{
	va_list args;

	tap_bad = true;
	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* One fact. The test goes on after a wrong one, so that all are shown. */
#define TAP_IS(fact)							\
	do {								\
		if (!(fact))						\
			tap_wrong("%s:%d: %s", __func__, __LINE__, #fact); \
	} while (0)

/* Two numbers that must be the same. */
#define TAP_EQUAL(got, want)						\
	do {								\
		unsigned long long g = (got), w = (want);		\
									\
		if (g != w)						\
			tap_wrong("%s:%d: %s is %llu, not %llu",	\
				  __func__, __LINE__, #got, g, w);	\
	} while (0)

/* The end of a test: its line. */
static inline void tap_line(const char *name)
{
	printf("%s %u - %s\n", tap_bad ? "not ok" : "ok", ++tap_number, name);
	tap_failures += tap_bad;
	tap_bad = false;
}

static inline void tap_run(const struct tap_test *tests, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		tests[i].run();
		tap_line(tests[i].name);
	}
}

static inline int tap_exit(void)
{
	printf("1..%u\n", tap_number);
	return tap_failures ? 1 : 0;
}

#endif /* _SYNFIN_TAP_H */
