/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hash of a pair of endpoints, the same for both directions.
 *
 * Whoever sends segments chooses their endpoints. So that nobody can choose pairs
 * that collide, all depends on keys that are random for each namespace and never
 * leave the kernel:
 *
 *	an endpoint	IPv4: the address and the port are the number.
 *			IPv6: fold((upper + half[0]) * (lower + half[1])) + port
 *	a pair		fold((smaller + pair[0]) * (larger + pair[1]))
 *	its hash	fold(pair * mix)
 *
 * fold() takes both halves of the 128-bit product. A product without order and with
 * one key, (a + k)(b + k), is no such hash: for pairs with the same sum two of them
 * differ by ab - a'b', whatever k is. With the larger on the side of a key of its own,
 * each difference is multiplied by a number that nobody knows. The first product alone is
 * nearly linear where one endpoint is fixed, and an unlucky key would lay arithmetic
 * progressions side by side; the second product scatters them.
 *
 * selftests/unit/hash_test.c holds structured sets against chance.
 *
 * Pure: included by the module and by the tests.
 */
#ifndef _SYNFIN_HASH_H
#define _SYNFIN_HASH_H

#include <linux/types.h>

/**
 * struct synfin_hash_keys - what makes a hash impossible to foresee
 * @pair:	added to the smaller and to the larger endpoint
 * @mix:	multiplied with what came of them; odd
 * @half:	added to the upper and to the lower half of an IPv6 address
 *
 * All random.
 */
struct synfin_hash_keys {
	__u64	pair[2];
	__u64	mix;
	__u64	half[2];
};

/**
 * synfin_hash_fold() - both halves of a product as one number
 * @a: one factor
 * @b: the other
 *
 * On x86 by hand: gcc 12 aligns the stack for a variable of 128 bits, seven
 * instructions on the fast path.
 *
 * Return: the upper half of @a * @b, exclusive or the lower.
 */
static inline __u64 synfin_hash_fold(__u64 a, __u64 b)
{
#if defined(__x86_64__)
	asm("mulq %2" : "+a" (a), "=d" (b) : "rm" (b) : "cc");
	return a ^ b;
#elif defined(__SIZEOF_INT128__)
	__uint128_t product = (__uint128_t)a * b;

	return (__u64)(product >> 64) ^ (__u64)product;
#else
	__u64 low = (a & 0xffffffff) * (b & 0xffffffff);
	__u64 one = (a >> 32) * (b & 0xffffffff) + (low >> 32);
	__u64 two = (a & 0xffffffff) * (b >> 32) + (one & 0xffffffff);
	__u64 high = (a >> 32) * (b >> 32) + (one >> 32) + (two >> 32);

	return high ^ (two << 32 | (low & 0xffffffff));
#endif
}

/**
 * synfin_hash_endpoint4() - an IPv4 endpoint as a number
 * @addr: the address
 * @port: the port; both in any order of bytes, but always the same
 *
 * Return: the number; no two endpoints have the same.
 */
static inline __u64 synfin_hash_endpoint4(__u32 addr, __u16 port)
{
	return (__u64)addr << 16 | port;
}

/**
 * synfin_hash_endpoint6() - an IPv6 endpoint as a number
 * @keys:	the namespace's
 * @upper:	the first half of the address
 * @lower:	the second half
 * @port:	the port; all in any order of bytes, but always the same
 *
 * Return: the number; that two endpoints have the same is as good as impossible.
 */
static inline __u64 synfin_hash_endpoint6(const struct synfin_hash_keys *keys,
					  __u64 upper, __u64 lower, __u16 port)
{
	return synfin_hash_fold(upper + keys->half[0], lower + keys->half[1]) +
	       port;
}

/**
 * synfin_hash_pair() - the hash of a pair of endpoints
 * @keys:	the namespace's
 * @a:		one endpoint
 * @b:		the other
 *
 * Return: the hash, the same for (b, a). All of its bits are good.
 */
static inline __u64 synfin_hash_pair(const struct synfin_hash_keys *keys, __u64 a,
				     __u64 b)
{
	__u64 smaller = a < b ? a : b;
	__u64 larger = a < b ? b : a;

	return synfin_hash_fold(synfin_hash_fold(smaller + keys->pair[0],
						 larger + keys->pair[1]),
				keys->mix);
}

#endif /* _SYNFIN_HASH_H */
