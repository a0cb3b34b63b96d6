// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a connection is.
 *
 * In: the socket that sends a SYN or a SYN-ACK, at LOCAL_OUT, under rcu_read_lock() and
 * the lock of the flow. Out: process or listener, for the record of the connection.
 *
 * A SYN is sent by connect(), in the process and while it owns the socket: then it is
 * certain whose it is. One that a timer sends again, or a thread of the kernel, is not.
 * A SYN-ACK is sent for a listener, long before any process accepts the connection: so
 * of what is accepted the listener is told, and its owners can be looked up by it.
 */
#include "process.h"

#include <linux/cgroup.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <net/sock.h>
#include <net/tcp.h>

static_assert(sizeof_field(struct synfin_owner, comm) == TASK_COMM_LEN);

/* Of a task, or of a socket: what its folder in cgroup2 has as inode number. */
static u64 id_of(struct cgroup *cgroup)
{
	return cgroup ? cgroup_id(cgroup) : 0;
}

/* Is it connect() that sends this, and nothing that came later? */
static bool connects(const struct sock *sk)
{
	return in_task() && !(current->flags & PF_KTHREAD) && sk_fullsock(sk) &&
	       sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP &&
	       sk->sk_state == TCP_SYN_SENT && sock_owned_by_user_nocheck(sk) &&
	       !tcp_sk(sk)->total_retrans;
}

/**
 * synfin_owner_of_syn() - the first SYN of a connection is sent here
 * @owner:	of its flow, which begins
 * @sk:		the socket that sends it
 *
 * Its threads may have other names: /proc/PID/comm has that of the first.
 *
 * Context: LOCAL_OUT, under rcu_read_lock().
 */
void synfin_owner_of_syn(struct synfin_owner *owner, const struct sock *sk)
{
	if (!connects(sk))
		return;
	owner->kind = SYNFIN_PROCESS_CONNECT;
	owner->pid = task_tgid_nr(current);
	memcpy(owner->comm, current->group_leader->comm, sizeof(owner->comm));
	owner->cgroup = id_of(task_dfl_cgroup(current));
}

/**
 * synfin_owner_listener() - the listener for which a SYN-ACK is sent
 * @sk:		the socket that sends it
 *
 * Over IPv4 that is the request's, over IPv6 the listener itself; with Fast Open, what
 * the request became. With a SYN cookie there is none over IPv4.
 *
 * Context: under rcu_read_lock(): the request holds the listener.
 *
 * Return: the listener, or NULL.
 */
struct sock *synfin_owner_listener(const struct sock *sk)
{
	const struct request_sock *req;

	if (sk->sk_state == TCP_LISTEN)
		return (struct sock *)sk;
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return inet_reqsk(sk)->rsk_listener;
	if (sk->sk_state != TCP_SYN_RECV || sk->sk_protocol != IPPROTO_TCP)
		return NULL;
	req = rcu_dereference(tcp_sk(sk)->fastopen_rsk);
	return req ? req->rsk_listener : NULL;
}

/**
 * synfin_owner_of_syn_ack() - a SYN-ACK of a connection is sent here
 * @owner:	of its flow
 * @sk:		the socket that sends it
 *
 * Context: LOCAL_OUT, under rcu_read_lock().
 */
void synfin_owner_of_syn_ack(struct synfin_owner *owner, const struct sock *sk)
{
	struct sock *listener = synfin_owner_listener(sk);
	struct socket *sock;

	if (!listener)
		return;
	/* Its inode is freed after a grace period. */
	sock = READ_ONCE(listener->sk_socket);
	if (!sock)
		return;
	owner->socket = SOCK_INODE(sock)->i_ino;
	if (owner->kind != SYNFIN_PROCESS_NONE)
		return;
	owner->kind = SYNFIN_PROCESS_LISTENER;
	owner->pid = 0;
	memset(owner->comm, 0, sizeof(owner->comm));
#ifdef CONFIG_SOCK_CGROUP_DATA
	owner->cgroup = id_of(sock_cgroup_ptr(&listener->sk_cgrp_data));
#else
	owner->cgroup = 0;
#endif
}

/**
 * synfin_owner_tell() - say in a summary whose the connection was
 * @owner:	of its flow
 * @rec:	the summary, in which nothing is said of it
 *
 * Context: any; under the lock of the flow.
 */
void synfin_owner_tell(const struct synfin_owner *owner,
		       struct synfin_record_conn *rec)
{
	if (owner->kind == SYNFIN_PROCESS_NONE)
		return;
	rec->process = owner->kind;
	rec->pid = owner->pid;
	memcpy(rec->comm, owner->comm, sizeof(rec->comm));
	rec->cgroup = owner->cgroup;
	rec->socket = owner->socket;
}
