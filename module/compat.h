/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernel versions, 6.1 and later. No other file asks for
 * the version.
 */
#ifndef _SYNFIN_COMPAT_H
#define _SYNFIN_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>

/*
 * Kernels that clear every variable on the stack need not clear those that are filled
 * in right away: it costs more than the filling.
 */
#if __has_attribute(__uninitialized__)
#define SYNFIN_UNINITIALIZED __attribute__((__uninitialized__))
#else
#define SYNFIN_UNINITIALIZED
#endif

/**
 * synfin_vma_flags() - change the flags of a mapping
 * @vma:	the mapping, new and not yet visible
 * @set:	flags to set
 * @clear:	flags to clear
 *
 * Since 6.3 vm_flags is const, and changed by functions only.
 *
 * Context: .mmap, the address space is locked for writing.
 */
static inline void synfin_vma_flags(struct vm_area_struct *vma,
				    unsigned long set, unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/**
 * synfin_lookup4() - the socket of a connection, seen from its receiver
 * @net:	the namespace
 * @saddr:	source address of the segment
 * @sport:	source port
 * @daddr:	destination address
 * @dport:	destination port, host order
 * @dif:	index of the device that it arrives on
 * @sdif:	index of the device below a VRF, or 0
 *
 * Since 6.18 it finds the hash table by itself.
 *
 * Context: under rcu_read_lock().
 *
 * Return: the socket, to be put with sock_gen_put(), or NULL.
 */
static inline struct sock *synfin_lookup4(struct net *net, __be32 saddr,
					  __be16 sport, __be32 daddr, u16 dport,
					  int dif, int sdif)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return __inet_lookup_established(net, saddr, sport, daddr, dport, dif,
					 sdif);
#else
	return __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo,
					 saddr, sport, daddr, dport, dif, sdif);
#endif
}

/**
 * synfin_lookup6() - likewise, for IPv6
 * @net:	the namespace
 * @saddr:	source address of the segment
 * @sport:	source port
 * @daddr:	destination address
 * @dport:	destination port, host order
 * @dif:	index of the device that it arrives on
 * @sdif:	index of the device below a VRF, or 0
 *
 * Since 6.18 it finds the hash table by itself.
 *
 * Context: under rcu_read_lock().
 *
 * Return: the socket, to be put with sock_gen_put(), or NULL.
 */
static inline struct sock *synfin_lookup6(struct net *net,
					  const struct in6_addr *saddr,
					  __be16 sport,
					  const struct in6_addr *daddr, u16 dport,
					  int dif, int sdif)
{
#if !IS_ENABLED(CONFIG_IPV6)
	return NULL;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return __inet6_lookup_established(net, saddr, sport, daddr, dport, dif,
					  sdif);
#else
	return __inet6_lookup_established(net, net->ipv4.tcp_death_row.hashinfo,
					  saddr, sport, daddr, dport, dif, sdif);
#endif
}

/**
 * synfin_listener4() - the listener of a segment
 * @net:	the namespace
 * @saddr:	source address of the segment
 * @sport:	source port
 * @daddr:	destination address
 * @dport:	destination port, host order
 *
 * Since 6.18 it finds the hash table by itself.
 *
 * Context: under rcu_read_lock().
 *
 * Return: the socket, not held, or NULL.
 */
static inline struct sock *synfin_listener4(struct net *net, __be32 saddr,
					    __be16 sport, __be32 daddr, u16 dport)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return __inet_lookup_listener(net, NULL, 0, saddr, sport, daddr, dport, 0, 0);
#else
	return __inet_lookup_listener(net, net->ipv4.tcp_death_row.hashinfo, NULL, 0,
				      saddr, sport, daddr, dport, 0, 0);
#endif
}

/**
 * synfin_listener6() - likewise, for IPv6
 * @net:	the namespace
 * @saddr:	source address of the segment
 * @sport:	source port
 * @daddr:	destination address
 * @dport:	destination port, host order
 *
 * Since 6.18 it finds the hash table by itself.
 *
 * Context: under rcu_read_lock().
 *
 * Return: the socket, not held, or NULL.
 */
static inline struct sock *synfin_listener6(struct net *net,
					    const struct in6_addr *saddr, __be16 sport,
					    const struct in6_addr *daddr, u16 dport)
{
#if !IS_ENABLED(CONFIG_IPV6)
	return NULL;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return inet6_lookup_listener(net, NULL, 0, saddr, sport, daddr, dport, 0, 0);
#else
	return inet6_lookup_listener(net, net->ipv4.tcp_death_row.hashinfo, NULL, 0,
				     saddr, sport, daddr, dport, 0, 0);
#endif
}

/*
 * The tracepoint skb:kfree_skb tells since 6.11 whose socket it was, too; in later kernels
 * that is const, and a kernel that checks its indirect calls wants the very type.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define SYNFIN_RX_SK							\
	typeof(__builtin_choose_expr(					\
		__same_type(trace_kfree_skb,				\
			    void(struct sk_buff *, void *, enum skb_drop_reason, \
				 struct sock *)),			\
		(struct sock *)NULL, (const struct sock *)NULL))
#define SYNFIN_ON_KFREE_SKB(name)					\
	void name(void *data, struct sk_buff *skb, void *location,	\
		  enum skb_drop_reason reason, SYNFIN_RX_SK rx_sk)
#else
#define SYNFIN_ON_KFREE_SKB(name)					\
	void name(void *data, struct sk_buff *skb, void *location,	\
		  enum skb_drop_reason reason)
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <net/dropreason-core.h>
#else
#include <net/dropreason.h>
#endif

#endif /* _SYNFIN_COMPAT_H */
