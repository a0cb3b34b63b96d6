// SPDX-License-Identifier: GPL-2.0
/*
 * The hash of a pair of endpoints: whatever set of pairs is chosen without the keys,
 * it collides as often as chance would have it. Seen as the flow table sees it: the
 * upper bits choose a chain, a few more a bucket of the filter.
 */
#include <stdlib.h>
#include <arpa/inet.h>
#include "core/hash.h"
#include "tap.h"

#define KEYS		48
#define PAIRS		4096

/* Chains, and buckets of the filter. */
#define CHAIN_BITS	14
#define BUCKET_BITS	18

struct pair {
	__u64 a;
	__u64 b;
};

/* What makes pair @i of a set. */
typedef struct pair (*maker)(const struct synfin_hash_keys *keys, unsigned int i);

static __u64 state = 88172645463325252ULL;

static __u64 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static void new_keys(struct synfin_hash_keys *keys)
{
	keys->pair[0] = any();
	keys->pair[1] = any();
	keys->mix = any() | 1;
	keys->half[0] = any();
	keys->half[1] = any();
}

static __u64 v4(__u32 addr, __u16 port)
{
	return synfin_hash_endpoint4(htonl(addr), htons(port));
}

static __u64 v6(const struct synfin_hash_keys *keys, __u64 upper, __u64 lower, __u16 port)
{
	return synfin_hash_endpoint6(keys, upper, lower, htons(port));
}

static int compare(const void *one, const void *other)
{
	__u32 a = *(const __u32 *)one, b = *(const __u32 *)other;

	return (a > b) - (a < b);
}

/* Pairs of equal numbers, and the most that are equal. */
static unsigned int collisions(__u32 *values, unsigned int nr, unsigned int *most)
{
	unsigned int i, same = 1, sum = 0;

	qsort(values, nr, sizeof(*values), compare);
	*most = 1;
	for (i = 1; i < nr; i++) {
		same = values[i] == values[i - 1] ? same + 1 : 1;
		sum += same - 1;
		if (same > *most)
			*most = same;
	}
	return sum;
}

/*
 * Under each key: not far more collisions than chance, and no crowd. In the mean: as
 * many as chance. Of random values @chance pairs collide, give or take its root.
 */
static void hold_against_chance(const char *name, unsigned int bits, __u32 (*hash)[PAIRS])
{
	double chance = (double)PAIRS * (PAIRS - 1) / 2 / (1 << bits), sum = 0;
	unsigned int key, got, most;

	for (key = 0; key < KEYS; key++) {
		got = collisions(hash[key], PAIRS, &most);
		sum += got;
		if (got > 1.25 * chance + 16 || most > 9)
			tap_wrong("%s, %u bits, key %u: %u collide, by chance %.0f; %u at once",
				  name, bits, key, got, chance, most);
		if (tap_bad)
			return;
	}
	if (sum / KEYS > 1.1 * chance || sum / KEYS < 0.9 * chance)
		tap_wrong("%s, %u bits: %.0f collide, by chance %.0f", name, bits,
			  sum / KEYS, chance);
}

static void hold(const char *name, maker make)
{
	static __u32 chain[KEYS][PAIRS], bucket[KEYS][PAIRS];
	struct synfin_hash_keys keys;
	unsigned int key, i;

	state = 88172645463325252ULL;
	for (key = 0; key < KEYS; key++) {
		new_keys(&keys);
		for (i = 0; i < PAIRS; i++) {
			struct pair pair = make(&keys, i);
			__u64 hash = synfin_hash_pair(&keys, pair.a, pair.b);
			__u32 upper = hash >> 32;

			chain[key][i] = upper >> (32 - CHAIN_BITS);
			bucket[key][i] = upper >> (32 - BUCKET_BITS);
		}
	}
	hold_against_chance(name, CHAIN_BITS, chain);
	hold_against_chance(name, BUCKET_BITS, bucket);
}

#define SET(name) static struct pair name(__maybe_unused const struct synfin_hash_keys *keys, \
					 unsigned int i)
#define __maybe_unused __attribute__((unused))

/* 127.0.x.y and 127.0.x'.y': x + x' and y + y' are constant. */
SET(sums)
{
	unsigned int x = i >> 6 & 63, y = i & 63;

	return (struct pair){ v4(0x7f000000 | x << 8 | y, 4711),
			      v4(0x7f000000 | (200 - x) << 8 | (200 - y), 4711) };
}

/* As numbers, and far apart. */
SET(wide_sums)
{
	__u64 a = (__u64)i << 34 | i;

	return (struct pair){ a, 0xfffffffffff0ULL - a };
}

SET(differences)
{
	return (struct pair){ v4(0x0a000000 + i, 80), v4(0x0a400000 + i, 80) };
}

/*
 * Number @i of those that 2^16 3^9 5^4 7^5 can be divided by, and 11 times what is left:
 * or it would be the same pair as another, with its ends swapped.
 */
SET(products)
{
	static const unsigned int prime[] = { 2, 3, 5, 7 }, most[] = { 16, 9, 4, 5 };
	struct pair pair = { 1, 11 };
	unsigned int p, e, taken;

	for (p = 0; p < 4; p++) {
		taken = i % (most[p] + 1);
		i /= most[p] + 1;
		for (e = 0; e < most[p]; e++)
			*(e < taken ? &pair.a : &pair.b) *= prime[p];
	}
	return pair;
}

SET(ports)
{
	return (struct pair){ v4(0xc0000201, 1024 + i), v4(0xc6336401, 443) };
}

/* A scan: the same port of many hosts, one after the other. */
SET(hosts)
{
	return (struct pair){ v4(0xc0000201, 40000), v4(0x0a000000 + i, 22) };
}

/* Steps through the upper half of the addresses. */
SET(nets)
{
	return (struct pair){ v4(0xc0000201, 40000), v4(i << 20 | 1, 22) };
}

SET(steps_of_both)
{
	return (struct pair){ v4(0x0a000000 + i * 257, 1000 + i),
			      v4(0x0b000000 + i * 514, 1000 + i * 2) };
}

/* Addresses and ports exchanged: a:p b:q, a:q b:p. */
SET(exchanged)
{
	__u32 a = 0x0a000000 + i / 2, b = 0x0a100000 + i / 2;

	return (struct pair){ v4(a, i & 1 ? 80 : 8080), v4(b, i & 1 ? 8080 : 80) };
}

SET(selves)
{
	__u64 end = v4(0x7f000001, 1024 + i);

	return (struct pair){ end, end };
}

SET(one_64)
{
	return (struct pair){ v6(keys, 0x20010db800000001ULL, i, 40000),
			      v6(keys, 0x20010db800000002ULL, 1, 443) };
}

/* The same host in each /64 of a /32. */
SET(one_32)
{
	return (struct pair){ v6(keys, 0x20010db800000000ULL + i, 1, 40000),
			      v6(keys, 0x20010db800000002ULL, 1, 443) };
}

SET(sums_of_halves)
{
	__u64 half = 0x20010db800000000ULL + i;

	return (struct pair){ v6(keys, half, -half, 40000), v6(keys, -half, half, 443) };
}

SET(halves_exchanged)
{
	__u64 one = 0x20010db800000000ULL + i / 2, other = i / 2;

	return (struct pair){ v6(keys, i & 1 ? one : other, i & 1 ? other : one, 40000),
			      v6(keys, 1, 1, 443) };
}

SET(products_of_halves)
{
	struct pair halves = products(keys, i);

	return (struct pair){ v6(keys, halves.a, halves.b, 40000), v6(keys, 1, 1, 443) };
}

SET(both_in_one_64)
{
	return (struct pair){ v6(keys, 0xfe80000000000000ULL, i, 5000),
			      v6(keys, 0xfe80000000000000ULL, 100000 - i, 5000) };
}

SET(zeros)
{
	return (struct pair){ i, 0 };
}

#define HOLD(set) static void no_more_of_##set(void) { hold(#set, set); }
HOLD(sums)
HOLD(wide_sums)
HOLD(differences)
HOLD(products)
HOLD(ports)
HOLD(hosts)
HOLD(nets)
HOLD(steps_of_both)
HOLD(exchanged)
HOLD(selves)
HOLD(one_64)
HOLD(one_32)
HOLD(sums_of_halves)
HOLD(halves_exchanged)
HOLD(products_of_halves)
HOLD(both_in_one_64)
HOLD(zeros)

static void same_for_both_directions(void)
{
	struct synfin_hash_keys keys;
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		__u64 a = any(), b = any();

		new_keys(&keys);
		TAP_EQUAL(synfin_hash_pair(&keys, a, b), synfin_hash_pair(&keys, b, a));
	}
}

/* Each key changes the hash, and a random half of its bits. */
static void each_key_counts(void)
{
	struct synfin_hash_keys keys;
	unsigned int word, i, bits;
	__u64 before, after, *part;

	for (word = 0; word < sizeof(keys) / sizeof(__u64); word++) {
		for (bits = 0, i = 0; i < 1000; i++) {
			new_keys(&keys);
			before = synfin_hash_pair(&keys, v6(&keys, i, 1, 1), v6(&keys, i, 2, 2));
			part = (__u64 *)&keys + word;
			*part ^= 1ULL << (1 + any() % 63);
			after = synfin_hash_pair(&keys, v6(&keys, i, 1, 1), v6(&keys, i, 2, 2));
			bits += __builtin_popcountll(before ^ after);
		}
		if (bits < 25000 || bits > 39000)
			tap_wrong("word %u: %u bits of 64000 change", word, bits);
	}
}

static void fold_takes_both_halves(void)
{
	TAP_EQUAL(synfin_hash_fold(3, 5), 15);
	TAP_EQUAL(synfin_hash_fold(1ULL << 63, 4), 2);
	TAP_EQUAL(synfin_hash_fold(~0ULL, ~0ULL), 0xfffffffffffffffeULL ^ 1);
	TAP_EQUAL(synfin_hash_fold(0x123456789abcdef0ULL, 0xfedcba9876543210ULL),
		  0x121fa00ad77d7422ULL ^ 0x236d88fe5618cf00ULL);
}

static const struct tap_test tests[] = {
	TAP_TEST(fold_takes_both_halves),
	TAP_TEST(same_for_both_directions),
	TAP_TEST(each_key_counts),
	TAP_TEST(no_more_of_sums),
	TAP_TEST(no_more_of_wide_sums),
	TAP_TEST(no_more_of_differences),
	TAP_TEST(no_more_of_products),
	TAP_TEST(no_more_of_ports),
	TAP_TEST(no_more_of_hosts),
	TAP_TEST(no_more_of_nets),
	TAP_TEST(no_more_of_steps_of_both),
	TAP_TEST(no_more_of_exchanged),
	TAP_TEST(no_more_of_selves),
	TAP_TEST(no_more_of_one_64),
	TAP_TEST(no_more_of_one_32),
	TAP_TEST(no_more_of_sums_of_halves),
	TAP_TEST(no_more_of_halves_exchanged),
	TAP_TEST(no_more_of_products_of_halves),
	TAP_TEST(no_more_of_both_in_one_64),
	TAP_TEST(no_more_of_zeros),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
