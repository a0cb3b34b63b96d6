/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who made a namespace: anybody who may make user namespaces can make thousands, so that
 * each holds little. What all of one maker hold together counts.
 */
#ifndef _SYNFIN_MAKER_H
#define _SYNFIN_MAKER_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/uidgid.h>

/**
 * struct synfin_maker - a user, and what is held by the network namespaces that belong to
 *			 user namespaces of his
 * @list:	all makers
 * @uid:	who made the outermost of these, below the first one
 * @nets:	network namespaces
 * @flows:	their flows in the table
 * @embryonic:	those that no ACK has proved
 */
struct synfin_maker {
	struct list_head	list;
	kuid_t			uid;
	refcount_t		nets;
	atomic_t		flows;
	atomic_t		embryonic;
};

struct net;

int synfin_maker_get(const struct net *net, struct synfin_maker **maker);
void synfin_maker_put(struct synfin_maker *maker);

#endif /* _SYNFIN_MAKER_H */
