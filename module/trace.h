/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracepoints synfin:synfin_phase and synfin:synfin_conn.
 *
 * Each field of the record in uapi/synfin.h is a field of the event, with the
 * same name, type and unit, so that a reader can put the record together again.
 * client_at and server_at say address and port once more, as a struct
 * sockaddr_in or _in6 for printing: perf, trace-cmd and trace_pipe all know
 * %pISpc. A duration or a number of bytes that is not known is printed as -1.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM synfin

#if !defined(_SYNFIN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _SYNFIN_TRACE_H

#include <linux/tracepoint.h>
#include "uapi/synfin.h"

/* User space gets the numbers behind these names. */
TRACE_DEFINE_ENUM(SYNFIN_PHASE_SYN);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_SYN_ACK);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_ACK);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_FIN_1);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_ACK_1);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_FIN_2);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_ACK_2);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_RST);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_TIMEOUT);
TRACE_DEFINE_ENUM(SYNFIN_PHASE_DROP);
TRACE_DEFINE_ENUM(SYNFIN_FROM_CLIENT);
TRACE_DEFINE_ENUM(SYNFIN_FROM_SERVER);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_ESTABLISHED);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_SIMULTANEOUS);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_REFUSED);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_UNREACHABLE);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_UNANSWERED);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_UNACKNOWLEDGED);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_ABORTED);
TRACE_DEFINE_ENUM(SYNFIN_OPEN_MIDSTREAM);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_NONE);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_OPEN);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_FOUR_WAY);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_THREE_WAY);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_SIMULTANEOUS);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_RESET);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_HALF_CLOSED);
TRACE_DEFINE_ENUM(SYNFIN_CLOSE_EVICTED);
TRACE_DEFINE_ENUM(SYNFIN_BY_NOBODY);
TRACE_DEFINE_ENUM(SYNFIN_BY_CLIENT);
TRACE_DEFINE_ENUM(SYNFIN_BY_SERVER);
TRACE_DEFINE_ENUM(SYNFIN_BY_BOTH);
TRACE_DEFINE_ENUM(SYNFIN_DROP_NONE);
TRACE_DEFINE_ENUM(SYNFIN_DROP_NETFILTER);
TRACE_DEFINE_ENUM(SYNFIN_DROP_ACCEPT_QUEUE);
TRACE_DEFINE_ENUM(SYNFIN_DROP_SYN_QUEUE);
TRACE_DEFINE_ENUM(SYNFIN_DROP_NO_SOCKET);
TRACE_DEFINE_ENUM(SYNFIN_DROP_NO_ROUTE);
TRACE_DEFINE_ENUM(SYNFIN_DROP_MARTIAN);
TRACE_DEFINE_ENUM(SYNFIN_DROP_RP_FILTER);
TRACE_DEFINE_ENUM(SYNFIN_DROP_NOT_FOR_US);
TRACE_DEFINE_ENUM(SYNFIN_DROP_CHECKSUM);
TRACE_DEFINE_ENUM(SYNFIN_DROP_HEADER);
TRACE_DEFINE_ENUM(SYNFIN_DROP_SOCKET_FILTER);
TRACE_DEFINE_ENUM(SYNFIN_DROP_SECURITY);
TRACE_DEFINE_ENUM(SYNFIN_DROP_BPF);
TRACE_DEFINE_ENUM(SYNFIN_DROP_SIGNATURE);
TRACE_DEFINE_ENUM(SYNFIN_DROP_OLD);
TRACE_DEFINE_ENUM(SYNFIN_DROP_NEIGHBOUR);
TRACE_DEFINE_ENUM(SYNFIN_DROP_QDISC);
TRACE_DEFINE_ENUM(SYNFIN_DROP_TC);
TRACE_DEFINE_ENUM(SYNFIN_DROP_XDP);
TRACE_DEFINE_ENUM(SYNFIN_DROP_BACKLOG);
TRACE_DEFINE_ENUM(SYNFIN_DROP_DEVICE);
TRACE_DEFINE_ENUM(SYNFIN_DROP_MEMORY);
TRACE_DEFINE_ENUM(SYNFIN_DROP_TOO_BIG);
TRACE_DEFINE_ENUM(SYNFIN_PROCESS_NONE);
TRACE_DEFINE_ENUM(SYNFIN_PROCESS_CONNECT);
TRACE_DEFINE_ENUM(SYNFIN_PROCESS_LISTENER);

#define synfin_show_phase(value)					\
	__print_symbolic(value,						\
		{ SYNFIN_PHASE_SYN, "syn" },				\
		{ SYNFIN_PHASE_SYN_ACK, "syn-ack" },			\
		{ SYNFIN_PHASE_ACK, "ack" },				\
		{ SYNFIN_PHASE_FIN_1, "fin-1" },			\
		{ SYNFIN_PHASE_ACK_1, "ack-1" },			\
		{ SYNFIN_PHASE_FIN_2, "fin-2" },			\
		{ SYNFIN_PHASE_ACK_2, "ack-2" },			\
		{ SYNFIN_PHASE_RST, "rst" },				\
		{ SYNFIN_PHASE_TIMEOUT, "timeout" },			\
		{ SYNFIN_PHASE_DROP, "drop" })

#define synfin_show_from(value)						\
	__print_symbolic(value,						\
		{ SYNFIN_FROM_CLIENT, "client" },			\
		{ SYNFIN_FROM_SERVER, "server" })

#define synfin_show_open(value)						\
	__print_symbolic(value,						\
		{ SYNFIN_OPEN_ESTABLISHED, "established" },		\
		{ SYNFIN_OPEN_SIMULTANEOUS, "simultaneous" },		\
		{ SYNFIN_OPEN_REFUSED, "refused" },			\
		{ SYNFIN_OPEN_UNREACHABLE, "unreachable" },		\
		{ SYNFIN_OPEN_UNANSWERED, "unanswered" },		\
		{ SYNFIN_OPEN_UNACKNOWLEDGED, "unacknowledged" },	\
		{ SYNFIN_OPEN_ABORTED, "aborted" },			\
		{ SYNFIN_OPEN_MIDSTREAM, "midstream" })

#define synfin_show_close(value)					\
	__print_symbolic(value,						\
		{ SYNFIN_CLOSE_NONE, "-" },				\
		{ SYNFIN_CLOSE_OPEN, "open" },				\
		{ SYNFIN_CLOSE_FOUR_WAY, "four-way" },			\
		{ SYNFIN_CLOSE_THREE_WAY, "three-way" },		\
		{ SYNFIN_CLOSE_SIMULTANEOUS, "simultaneous" },		\
		{ SYNFIN_CLOSE_RESET, "reset" },			\
		{ SYNFIN_CLOSE_HALF_CLOSED, "half-closed" },		\
		{ SYNFIN_CLOSE_EVICTED, "evicted" })

#define synfin_show_by(value)						\
	__print_symbolic(value,						\
		{ SYNFIN_BY_NOBODY, "-" },				\
		{ SYNFIN_BY_CLIENT, "client" },				\
		{ SYNFIN_BY_SERVER, "server" },				\
		{ SYNFIN_BY_BOTH, "both" })

#define synfin_show_drop(value)						\
	__print_symbolic(value,						\
		{ SYNFIN_DROP_NONE, "-" },				\
		{ SYNFIN_DROP_NETFILTER, "netfilter" },			\
		{ SYNFIN_DROP_ACCEPT_QUEUE, "accept-queue" },		\
		{ SYNFIN_DROP_SYN_QUEUE, "syn-queue" },			\
		{ SYNFIN_DROP_NO_SOCKET, "no-socket" },			\
		{ SYNFIN_DROP_NO_ROUTE, "no-route" },			\
		{ SYNFIN_DROP_MARTIAN, "martian" },			\
		{ SYNFIN_DROP_RP_FILTER, "rp-filter" },			\
		{ SYNFIN_DROP_NOT_FOR_US, "not-for-us" },		\
		{ SYNFIN_DROP_CHECKSUM, "checksum" },			\
		{ SYNFIN_DROP_HEADER, "header" },			\
		{ SYNFIN_DROP_SOCKET_FILTER, "socket-filter" },		\
		{ SYNFIN_DROP_SECURITY, "security" },			\
		{ SYNFIN_DROP_BPF, "bpf" },				\
		{ SYNFIN_DROP_SIGNATURE, "signature" },			\
		{ SYNFIN_DROP_OLD, "old" },				\
		{ SYNFIN_DROP_NEIGHBOUR, "neighbour" },			\
		{ SYNFIN_DROP_QDISC, "qdisc" },				\
		{ SYNFIN_DROP_TC, "tc" },				\
		{ SYNFIN_DROP_XDP, "xdp" },				\
		{ SYNFIN_DROP_BACKLOG, "backlog" },			\
		{ SYNFIN_DROP_DEVICE, "device" },			\
		{ SYNFIN_DROP_MEMORY, "memory" },			\
		{ SYNFIN_DROP_TOO_BIG, "too-big" })

/* NF_INET_* + 1; of others nothing is known. */
#define synfin_show_hook(value)						\
	__print_symbolic(value,						\
		{ 0, "-" },						\
		{ 1, "prerouting" },					\
		{ 2, "input" },						\
		{ 3, "forward" },					\
		{ 4, "output" },					\
		{ 5, "postrouting" })

#define synfin_show_process(value)					\
	__print_symbolic(value,						\
		{ SYNFIN_PROCESS_NONE, "-" },				\
		{ SYNFIN_PROCESS_CONNECT, "connect" },			\
		{ SYNFIN_PROCESS_LISTENER, "listener" })

/* Byte 13 of the TCP header; an ICMP error or a timeout has none. */
#define synfin_show_flags(value)					\
	__print_flags(value, "|",					\
		      { 0x01, "FIN" }, { 0x02, "SYN" }, { 0x04, "RST" },	\
		      { 0x08, "PSH" }, { 0x10, "ACK" }, { 0x20, "URG" },	\
		      { 0x40, "ECE" }, { 0x80, "CWR" })

/* What every record begins with. 28: of the larger sockaddr; tools parse it. */
#define SYNFIN_TRACE_HEAD						\
	__field(__u64, id)						\
	__field(__u64, time_ns)						\
	__array(__u8, client, 16)					\
	__array(__u8, server, 16)					\
	__array(__u8, client_at, 28)					\
	__array(__u8, server_at, 28)					\
	__field(__u32, netns)						\
	__field(__u16, client_port)					\
	__field(__u16, server_port)					\
	__field(__u8, family)

#define SYNFIN_TRACE_ASSIGN_HEAD(head)					\
	do {								\
		__entry->id = (head)->id;				\
		__entry->time_ns = (head)->time_ns;			\
		memcpy(__entry->client, (head)->client, 16);		\
		memcpy(__entry->server, (head)->server, 16);		\
		synfin_trace_at(__entry->client_at, (head)->family,	\
				(head)->client, (head)->client_port);	\
		synfin_trace_at(__entry->server_at, (head)->family,	\
				(head)->server, (head)->server_port);	\
		__entry->netns = (head)->netns;				\
		__entry->client_port = (head)->client_port;		\
		__entry->server_port = (head)->server_port;		\
		__entry->family = (head)->family;			\
	} while (0)

/* trace.c */
void synfin_trace_at(__u8 *at, __u8 family, const __u8 *address, __u16 port);

TRACE_EVENT(synfin_phase,

	TP_PROTO(const struct synfin_record_head *whose,
		 const struct synfin_record_step *step),

	TP_ARGS(whose, step),

	TP_STRUCT__entry(
		SYNFIN_TRACE_HEAD
		__field(__u8, phase)
		__field(__u8, from)
		__field(__u8, tcp_flags)
		__field(__u16, window)
		__field(__u32, count)
		__field(__u32, seq)
		__field(__u32, ack)
		__field(__u32, len)
		__field(__u64, since_ns)
		__field(__u16, reason)
		__field(__u8, hook)
	),

	TP_fast_assign(
		SYNFIN_TRACE_ASSIGN_HEAD(whose);
		__entry->time_ns = step->time_ns;
		__entry->phase = step->phase;
		__entry->from = step->from;
		__entry->tcp_flags = step->tcp_flags;
		__entry->count = step->count;
		__entry->window = step->window;
		__entry->seq = step->seq;
		__entry->ack = step->ack;
		__entry->len = step->len;
		__entry->since_ns = step->since_ns;
		__entry->reason = step->reason;
		__entry->hook = step->hook;
	),

	TP_printk("%s %pISpc > %pISpc from=%s count=%u flags=%s seq=%u ack=%u len=%u window=%u since_ns=%lld netns=%u id=%llu reason=%s hook=%s",
		  synfin_show_phase(__entry->phase),
		  __entry->client_at, __entry->server_at,
		  synfin_show_from(__entry->from), __entry->count,
		  synfin_show_flags(__entry->tcp_flags), __entry->seq,
		  __entry->ack, __entry->len, __entry->window,
		  __entry->since_ns, __entry->netns, __entry->id,
		  synfin_show_drop(__entry->reason),
		  synfin_show_hook(__entry->hook))
);

TRACE_EVENT(synfin_conn,

	TP_PROTO(const struct synfin_record_conn *rec, __u64 ftp_control),

	TP_ARGS(rec, ftp_control),

	TP_STRUCT__entry(
		SYNFIN_TRACE_HEAD
		__field(__u8, opening)
		__field(__u8, closing)
		__field(__u8, closed_by)
		__field(__u8, completeness)
		__field(__u32, flags)
		__field(__u32, syn_count)
		__field(__u32, syn_ack_count)
		__field(__u32, fin_count)
		__field(__u32, rst_count)
		__field(__u32, client_isn)
		__field(__u32, server_isn)
		__field(__u64, handshake_ns)
		__field(__u64, server_rtt_ns)
		__field(__u64, client_rtt_ns)
		__field(__u64, duration_ns)
		__field(__u64, close_ns)
		__field(__u64, half_close_ns)
		__field(__u64, bytes_client)
		__field(__u64, bytes_server)
		__field(__u64, history)
		__field(__u16, phase_count)
		__field(__u16, drop_reason)
		__field(__u16, drop_count)
		__field(__u8, drop_hook)
		__field(__u8, process)
		__field(__u32, pid)
		__array(__u8, comm, 16)
		__field(__u64, cgroup)
		__field(__u64, socket)
		__field(__u8, protocol)
		__field(__u8, method)
		__field(__u16, status)
		__field(__u16, tls_version)
		__field(__u16, tls_flags)
		__field(__u8, tls_alert)
		__field(__u64, first_request_ns)
		__field(__u64, first_response_ns)
		__field(__u64, tls_handshake_ns)
		__field(__u64, ftp_control)
	),

	TP_fast_assign(
		SYNFIN_TRACE_ASSIGN_HEAD(&rec->head);
		__entry->opening = rec->opening;
		__entry->closing = rec->closing;
		__entry->closed_by = rec->closed_by;
		__entry->completeness = rec->completeness;
		__entry->flags = rec->flags;
		__entry->syn_count = rec->syn_count;
		__entry->syn_ack_count = rec->syn_ack_count;
		__entry->fin_count = rec->fin_count;
		__entry->rst_count = rec->rst_count;
		__entry->client_isn = rec->client_isn;
		__entry->server_isn = rec->server_isn;
		__entry->handshake_ns = rec->handshake_ns;
		__entry->server_rtt_ns = rec->server_rtt_ns;
		__entry->client_rtt_ns = rec->client_rtt_ns;
		__entry->duration_ns = rec->duration_ns;
		__entry->close_ns = rec->close_ns;
		__entry->half_close_ns = rec->half_close_ns;
		__entry->bytes_client = rec->bytes_client;
		__entry->bytes_server = rec->bytes_server;
		__entry->history = rec->history;
		__entry->phase_count = rec->phase_count;
		__entry->drop_reason = rec->drop_reason;
		__entry->drop_count = rec->drop_count;
		__entry->drop_hook = rec->drop_hook;
		__entry->process = rec->process;
		__entry->pid = rec->pid;
		memcpy(__entry->comm, rec->comm, 16);
		__entry->cgroup = rec->cgroup;
		__entry->socket = rec->socket;
		__entry->protocol = rec->protocol;
		__entry->method = rec->method;
		__entry->status = rec->status;
		__entry->tls_version = rec->tls_version;
		__entry->tls_flags = rec->tls_flags;
		__entry->tls_alert = rec->tls_alert;
		__entry->first_request_ns = rec->first_request_ns;
		__entry->first_response_ns = rec->first_response_ns;
		__entry->tls_handshake_ns = rec->tls_handshake_ns;
		__entry->ftp_control = ftp_control;
	),

	TP_printk("open=%s close=%s by=%s %pISpc > %pISpc handshake_ns=%lld server_rtt_ns=%lld client_rtt_ns=%lld duration_ns=%lld bytes_client=%lld bytes_server=%lld syn=%u syn_ack=%u fin=%u rst=%u netns=%u id=%llu drop=%s drop_hook=%s drops=%u process=%s pid=%u comm=%s cgroup=%llu socket=%llu protocol=%u status=%u first_request_ns=%lld first_response_ns=%lld tls_handshake_ns=%lld ftp_control=%llu",
		  synfin_show_open(__entry->opening),
		  synfin_show_close(__entry->closing),
		  synfin_show_by(__entry->closed_by),
		  __entry->client_at, __entry->server_at, __entry->handshake_ns,
		  __entry->server_rtt_ns, __entry->client_rtt_ns,
		  __entry->duration_ns, __entry->bytes_client,
		  __entry->bytes_server, __entry->syn_count,
		  __entry->syn_ack_count, __entry->fin_count,
		  __entry->rst_count, __entry->netns, __entry->id,
		  synfin_show_drop(__entry->drop_reason),
		  synfin_show_hook(__entry->drop_hook), __entry->drop_count,
		  synfin_show_process(__entry->process), __entry->pid,
		  __entry->comm, __entry->cgroup, __entry->socket,
		  __entry->protocol, __entry->status, __entry->first_request_ns,
		  __entry->first_response_ns, __entry->tls_handshake_ns,
		  __entry->ftp_control)
);

#endif /* _SYNFIN_TRACE_H */

/* Read again, several times; the Kbuild adds -I$(src)/module. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
