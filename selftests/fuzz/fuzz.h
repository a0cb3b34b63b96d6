/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libFuzzer calls, and what it is told.
 */
#ifndef _SYNFIN_FUZZ_TARGET_H
#define _SYNFIN_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names that libFuzzer has for them. */
int fuzz_one(const uint8_t *data, size_t size) __asm__("LLVMFuzzerTestOneInput");
int fuzz_begin(int *argc, char ***argv) __asm__("LLVMFuzzerInitialize");

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* What must hold whatever comes. */
#define HOLDS(fact)							\
	do {								\
		if (!(fact)) {						\
			fprintf(stderr, "%s:%d: does not hold: %s\n",	\
				__FILE__, __LINE__, #fact);		\
			abort();					\
		}							\
	} while (0)

#endif /* _SYNFIN_FUZZ_TARGET_H */
