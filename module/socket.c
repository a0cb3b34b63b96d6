// SPDX-License-Identifier: GPL-2.0
/*
 * What a socket of this host says of a FIN or a RST.
 *
 * In: a segment at a hook. Out: seg->verdict. A forged FIN or RST with numbers that
 * its receiver does not accept must not end a connection, and only the receiver
 * knows which it accepts (RFC 9293, 3.10.7.4; RFC 5961; tcp_validate_incoming()).
 *
 * Sockets are read without their lock: what they have received but not yet
 * processed may be missing, so that only what is far off is called forged, and
 * only what is exact is called true. Any context of a hook.
 */
#include "socket.h"
#include "compat.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/inet_sock.h>
#include <net/l3mdev.h>
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include <net/netfilter/nf_conntrack.h>
#endif
#include <net/tcp.h>

/* A number of the other direction may lag or lead by as much as its window. */
#define SLACK	0x40000000U

static struct sock *lookup(struct net *net, const struct synfin_segment *seg,
			   int dif, int sdif)
{
	if (seg->family == 4)
		return synfin_lookup4(net, seg->src.w[0], htons(seg->sport),
				      seg->dst.w[0], seg->dport, dif, sdif);
	return synfin_lookup6(net, (const struct in6_addr *)&seg->src,
			      htons(seg->sport),
			      (const struct in6_addr *)&seg->dst, seg->dport, dif,
			      sdif);
}

static struct sock *established(const struct sk_buff *skb,
				const struct nf_hook_state *state,
				const struct synfin_segment *seg)
{
	const struct net_device *dev = state->in ? state->in : state->out;

	return lookup(state->net, seg, dev->ifindex,
		      seg->family == 4 ? inet_sdif(skb) : inet6_sdif(skb));
}

static bool is_tcp(const struct sock *sk)
{
	return sk_fullsock(sk) && sk->sk_type == SOCK_STREAM &&
	       sk->sk_protocol == IPPROTO_TCP;
}

/* Its owner, or another CPU, may be about to move its numbers. */
static bool is_busy(struct sock *sk)
{
	return sock_owned_by_user_nocheck(sk) ||
	       spin_is_locked(&sk->sk_lock.slock);
}

/* Right behind what was selectively acknowledged last, a RST is accepted too. */
static bool follows_sack(const struct tcp_sock *tp, u32 seq)
{
	unsigned int i, nr = min_t(unsigned int, tp->rx_opt.num_sacks,
				   ARRAY_SIZE(tp->selective_acks));
	u32 last = tp->selective_acks[0].end_seq;

	for (i = 1; i < nr; i++)
		if (after(tp->selective_acks[i].end_seq, last))
			last = tp->selective_acks[i].end_seq;
	return nr && tp->rx_opt.sack_ok && seq == last;
}

static u8 judge_rst(struct sock *sk, const struct synfin_segment *seg)
{
	u32 next = READ_ONCE(tcp_sk(sk)->rcv_nxt);
	u32 window = tcp_receive_window(tcp_sk(sk));

	if (seg->seq == next || follows_sack(tcp_sk(sk), seg->seq))
		return SYNFIN_VERDICT_TRUE;
	if (seg->seq - (next - 1) > window + 1)
		return SYNFIN_VERDICT_FORGED;
	/*
	 * In the window but not exact: a challenge ACK, unless segments that a busy
	 * socket has yet to process make it exact, or it is selectively
	 * acknowledged. One less: some senders reset with their FIN's number.
	 */
	if (seg->seq == next - 1 || tcp_sk(sk)->rx_opt.num_sacks || is_busy(sk))
		return SYNFIN_VERDICT_UNKNOWN;
	/* It may have been busy in between; what it changed then is seen now. */
	smp_rmb();
	return READ_ONCE(tcp_sk(sk)->rcv_nxt) == next ? SYNFIN_VERDICT_FORGED :
							SYNFIN_VERDICT_UNKNOWN;
}

static u8 judge_fin(const struct sock *sk, const struct synfin_segment *seg)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 next = READ_ONCE(tp->rcv_nxt);
	u32 end = synfin_segment_end(seg);

	if (before(end, next) || after(seg->seq, next + tcp_receive_window(tp)))
		return SYNFIN_VERDICT_FORGED;
	/* snd_nxt follows what was sent only after it has passed; an answer may come first. */
	if (after(seg->ack, READ_ONCE(tp->write_seq)) ||
	    seg->ack + SLACK - READ_ONCE(tp->snd_una) > 2 * SLACK)
		return SYNFIN_VERDICT_FORGED;
	return SYNFIN_VERDICT_UNKNOWN;
}

/* Sequence numbers wrap; a socket's byte counts do not. */
static void note_wrapped(const struct sock *sk, struct synfin_segment *seg,
			 bool sender)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (READ_ONCE(tp->bytes_acked) > U32_MAX)
		seg->told |= sender ? SYNFIN_TOLD_WRAPPED_OWN : SYNFIN_TOLD_WRAPPED_PEER;
	if (READ_ONCE(tp->bytes_received) > U32_MAX)
		seg->told |= sender ? SYNFIN_TOLD_WRAPPED_PEER : SYNFIN_TOLD_WRAPPED_OWN;
}

/*
 * Of a connection that is reset no FIN tells how much there was. The other end's FIN took
 * a number, too, if it has come: SOCK_DONE says so (tcp_fin()).
 */
static void note_arrived(const struct sock *sk, struct synfin_segment *seg,
			 bool sender)
{
	u32 sent = READ_ONCE(tcp_sk(sk)->snd_una);
	u32 received = READ_ONCE(tcp_sk(sk)->rcv_nxt) - sock_flag(sk, SOCK_DONE);

	seg->own_arrived = sender ? sent : received;
	seg->peer_arrived = sender ? received : sent;
	seg->told |= SYNFIN_TOLD_ARRIVED;
}

static u8 judge_by_receiver(struct sock *sk, struct synfin_segment *seg)
{
	/* Handshakes, and what is left after the close, are judged by numbers. */
	if (!is_tcp(sk) || ((1 << sk->sk_state) & (TCPF_LISTEN | TCPF_SYN_SENT |
						   TCPF_SYN_RECV | TCPF_CLOSE)))
		return SYNFIN_VERDICT_UNKNOWN;
	note_wrapped(sk, seg, false);
	if (seg->kind != SYNFIN_KIND_RST)
		return judge_fin(sk, seg);
	note_arrived(sk, seg, false);
	return judge_rst(sk, seg);
}

static u8 ask_receiver(const struct sk_buff *skb,
		       const struct nf_hook_state *state,
		       struct synfin_segment *seg)
{
	struct sock *sk = established(skb, state, seg);
	u8 verdict;

	if (!sk)
		return SYNFIN_VERDICT_STRAY;
	verdict = judge_by_receiver(sk, seg);
	sock_gen_put(sk);
	return verdict;
}

/*
 * On its way out: our own TCP means what it says, by a connection's socket or by
 * the kernel's one for answers. A raw socket may say anything.
 */
static bool sent_by_tcp(const struct sock *sk)
{
	return is_tcp(sk) ||
	       (sk_fullsock(sk) && sk->sk_type == SOCK_RAW &&
		sk->sk_protocol == IPPROTO_TCP && !sk->sk_net_refcnt) ||
	       sk->sk_state == TCP_TIME_WAIT || sk->sk_state == TCP_NEW_SYN_RECV;
}

static u8 judge_outgoing(const struct sk_buff *skb,
			 const struct nf_hook_state *state,
			 struct synfin_segment *seg)
{
	/* Over IPv6 the kernel's own socket hands a packet over that belongs to none. */
	const struct sock *sk = state->sk ?: skb->sk;

	if (sk && sent_by_tcp(sk)) {
		if (is_tcp(sk))
			note_wrapped(sk, seg, true);
		if (is_tcp(sk) && seg->kind == SYNFIN_KIND_RST)
			note_arrived(sk, seg, true);
		return SYNFIN_VERDICT_TRUE;
	}
	if (state->out->flags & IFF_LOOPBACK)
		return ask_receiver(skb, state, seg);
	return SYNFIN_VERDICT_UNKNOWN;
}

/*
 * Does conntrack translate its numbers, as behind SYNPROXY, after this hook? Then they
 * are not those that the socket knows.
 */
static bool is_adjusted(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	return ct && test_bit(IPS_SEQ_ADJUST_BIT, &ct->status);
#else
	return false;
#endif
}

/**
 * synfin_socket_ask() - ask the sockets of this host about a FIN or a RST
 * @skb:	the packet
 * @state:	the hook
 * @seg:	the segment; what a socket knows of its numbers is noted there
 *
 * Context: any context of a hook; takes and drops a reference to a socket.
 *
 * Return: enum synfin_verdict.
 */
u8 synfin_socket_ask(const struct sk_buff *skb, const struct nf_hook_state *state,
		     struct synfin_segment *seg)
{
	if (state->hook == NF_INET_LOCAL_OUT)
		return judge_outgoing(skb, state, seg);
	if (state->hook == NF_INET_LOCAL_IN && !is_adjusted(skb))
		return ask_receiver(skb, state, seg);
	return SYNFIN_VERDICT_UNKNOWN;
}

/**
 * synfin_socket_is_gone() - has the receiver of a segment no socket any more?
 * @net:	the namespace
 * @seg:	the segment
 * @dif:	index of the device that it arrived on
 * @sdif:	index of the device below a VRF, or 0
 *
 * Context: any but an interrupt.
 *
 * Return: true if it has none, not even one in TIME_WAIT.
 */
bool synfin_socket_is_gone(struct net *net, const struct synfin_segment *seg,
			   int dif, int sdif)
{
	struct sock *sk;

	rcu_read_lock();
	sk = lookup(net, seg, dif, sdif);
	rcu_read_unlock();
	if (sk)
		sock_gen_put(sk);
	return !sk;
}

/* Of its three times the last one. */
static u64 idle_of(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 now = tcp_jiffies32;
	u32 idle = min3(now - READ_ONCE(tp->lsndtime), now - READ_ONCE(tp->rcv_tstamp),
			now - READ_ONCE(inet_csk(sk)->icsk_ack.lrcvtime));

	return jiffies_to_nsecs(idle);
}

/* One that is bound to a device, as the kernel looks for it if a segment arrives there. */
static struct sock *lookup_bound(struct net *net, const struct synfin_segment *seg)
{
	int dif = seg->device, master = l3mdev_master_ifindex_by_index(net, dif);

	if (!master || master == dif)
		return lookup(net, seg, dif, 0);
	return lookup(net, seg, master, dif);
}

/**
 * synfin_socket_fares() - how does the socket of a connection fare?
 * @net:	the namespace
 * @seg:	the endpoints: the socket is that of the destination; and the device, to which
 *		it may be bound, or to the VRF above it
 * @life:	is filled
 *
 * Context: any but an interrupt.
 */
void synfin_socket_fares(struct net *net, const struct synfin_segment *seg,
			 struct synfin_socket_life *life)
{
	struct sock *sk;

	*life = (struct synfin_socket_life) {};
	rcu_read_lock();
	sk = lookup(net, seg, 0, 0) ?: lookup_bound(net, seg);
	rcu_read_unlock();
	if (!sk)
		return;
	life->found = true;
	if (is_tcp(sk)) {
		/* One is the SYN. */
		life->lived = READ_ONCE(tcp_sk(sk)->bytes_received) ||
			      READ_ONCE(tcp_sk(sk)->bytes_acked) > 1;
		life->idle_ns = idle_of(sk);
	}
	sock_gen_put(sk);
}

/**
 * synfin_socket_of() - the socket that a segment is for
 * @net:	the namespace
 * @seg:	the segment
 *
 * One that is bound to a device is not found.
 *
 * Context: any but an interrupt, under rcu_read_lock().
 *
 * Return: the socket, to be put with sock_gen_put(), or NULL.
 */
struct sock *synfin_socket_of(struct net *net, const struct synfin_segment *seg)
{
	return lookup(net, seg, 0, 0);
}

/**
 * synfin_socket_listener() - who listens for a segment
 * @net:	the namespace
 * @seg:	the segment, which is for this host
 *
 * Context: any but an interrupt, under rcu_read_lock().
 *
 * Return: the listener, to be put with sock_gen_put(), or NULL.
 */
struct sock *synfin_socket_listener(struct net *net, const struct synfin_segment *seg)
{
	struct sock *sk;

	if (seg->family == 4)
		sk = synfin_listener4(net, seg->src.w[0], htons(seg->sport),
				      seg->dst.w[0], seg->dport);
	else
		sk = synfin_listener6(net, (const struct in6_addr *)&seg->src,
				      htons(seg->sport),
				      (const struct in6_addr *)&seg->dst, seg->dport);
	return sk && refcount_inc_not_zero(&sk->sk_refcnt) ? sk : NULL;
}
