// SPDX-License-Identifier: GPL-2.0
/*
 * Makers of network namespaces: found when one begins, let go when it has ended.
 *
 * A namespace that belongs to the first user namespace was made by whoever has rights
 * there, and stands for itself.
 */
#include "maker.h"

#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

static LIST_HEAD(makers);
static DEFINE_MUTEX(makers_lock);

static kuid_t maker_of(const struct user_namespace *ns)
{
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	return ns->owner;
}

static struct synfin_maker *find(kuid_t uid)
{
	struct synfin_maker *maker;

	lockdep_assert_held(&makers_lock);
	list_for_each_entry(maker, &makers, list)
		if (uid_eq(maker->uid, uid))
			return maker;
	return NULL;
}

static struct synfin_maker *begin(kuid_t uid)
{
	struct synfin_maker *maker = kzalloc(sizeof(*maker), GFP_KERNEL_ACCOUNT);

	lockdep_assert_held(&makers_lock);
	if (!maker)
		return NULL;
	maker->uid = uid;
	refcount_set(&maker->nets, 1);
	list_add(&maker->list, &makers);
	return maker;
}

/**
 * synfin_maker_get() - whose is a network namespace?
 * @net:	the namespace
 * @maker:	is set: to NULL, if it stands for itself
 *
 * Context: process, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int synfin_maker_get(const struct net *net, struct synfin_maker **maker)
{
	kuid_t uid;

	*maker = NULL;
	if (net->user_ns == &init_user_ns)
		return 0;
	uid = maker_of(net->user_ns);
	mutex_lock(&makers_lock);
	*maker = find(uid);
	if (*maker)
		refcount_inc(&(*maker)->nets);
	else
		*maker = begin(uid);
	mutex_unlock(&makers_lock);
	return *maker ? 0 : -ENOMEM;
}

/**
 * synfin_maker_put() - a network namespace has ended
 * @maker: its maker, or NULL
 *
 * Context: process, may sleep; no flow of the namespace is left.
 */
void synfin_maker_put(struct synfin_maker *maker)
{
	if (!maker || !refcount_dec_and_mutex_lock(&maker->nets, &makers_lock))
		return;
	list_del(&maker->list);
	mutex_unlock(&makers_lock);
	kfree(maker);
}
