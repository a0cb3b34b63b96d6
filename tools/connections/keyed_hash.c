// SPDX-License-Identifier: GPL-2.0
/*
 * The key of the hash tables, which nobody outside knows.
 */
#include "connections/keyed_hash.h"

uint64_t hash_secret[2];
