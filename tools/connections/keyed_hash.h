/* SPDX-License-Identifier: GPL-2.0 */
/*
 * uthash with a hash function of our own: it is keyed, since the endpoints in a
 * capture are chosen by strangers, and it takes whole words.
 */
#ifndef _TOOLS_KEYED_HASH_H
#define _TOOLS_KEYED_HASH_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "output/complain.h"

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* One for all files: what one has put into a table, another finds. */
extern uint64_t hash_secret[2];

/* @len is a multiple of 8. */
static inline uint32_t hash_words(const void *key, size_t len)
{
	const uint8_t *p = key;
	uint64_t hash, word;

	if (!hash_secret[0] &&
	    getrandom(hash_secret, sizeof(hash_secret), GRND_NONBLOCK) < 0)
		hash_secret[0] = 0x9e3779b97f4a7c15ull;
	hash = hash_secret[1];
	for (; len; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		hash = hash_mix(hash ^ word, hash_secret[0] | 1);
	}
	return (uint32_t)(hash ^ hash >> 32);
}

#define HASH_FUNCTION(key, len, hash)	((hash) = hash_words(key, len))
#define uthash_fatal(text)		exit((complain("out of memory"), 1))

#include <uthash.h>
#include <utlist.h>

#endif /* _TOOLS_KEYED_HASH_H */
