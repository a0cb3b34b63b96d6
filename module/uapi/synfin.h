/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The contract between synfin.ko and user space: records and the ring.
 *
 * /proc/net/synfin/ring, mapped read-only and shared, is
 *
 *	offset 0		struct synfin_ring_header
 *	head_offset + i * head_stride
 *				struct synfin_ring_cpu of the i-th possible CPU,
 *				0 <= i < nr_cpus
 *	cpu_offset + i * cpu_stride + ring[k].offset
 *				the slots of its ring k, 0 <= k < nr_rings:
 *				ring[k].nr_slots times struct synfin_slot
 *
 * Each CPU has a ring for each enum synfin_ring_kind, so that what anybody can make
 * up never overwrites what is worth more. A CPU that has not been there since the
 * module was loaded has no slots: all of its heads are 0, and nothing but a page that
 * is not there (SIGBUS) is where they would be. When it comes, they come, in every
 * mapping that covers their place; when it goes, they stay.
 *
 * Record n of a ring (n = 0, 1, 2, ...) is in slot n % nr_slots. The kernel
 * overwrites the oldest record and knows nothing of its readers:
 *
 *	head  = load-acquire(cpu->head[k])	records 0 .. head - 1 were written
 *	first = head > nr_slots ? head - nr_slots : 0
 *	seq   = load-acquire(slot->seq)		must be 2 * (n + 1)
 *	copy the payload with relaxed loads of whole 64-bit words
 *	acquire fence; slot->seq must not have changed
 *
 * A slot that fails either test has been overwritten: record n is lost, and
 * since indices are dense a reader knows exactly how many it lost, of each ring.
 *
 * Records of one connection may be in several rings. What its handshake was is in
 * its summary, too (SYNFIN_OPEN_ESTABLISHED: counts, numbers and times).
 *
 * All integers are in the byte order of the machine, ports included; addresses
 * are in network order, an IPv4 address in the first four bytes of its field,
 * the rest zero. Times are nanoseconds. A duration that is not known is
 * SYNFIN_NS_NONE, never 0. Fields are only ever appended, into the reserved
 * room; a reader checks magic and version first, and skips types of records that it
 * does not know.
 *
 * A recording (synfin record) is a struct synfin_file_header followed by the
 * payloads of slots, each head.words times 8 bytes long. In one of version 2 a struct
 * synfin_record_conn ends behind its pid.
 */
#ifndef _UAPI_SYNFIN_H
#define _UAPI_SYNFIN_H

#include <linux/types.h>

#define SYNFIN_RING_MAGIC	0x474e4952464e5953ULL	/* "SYNFRING" */
#define SYNFIN_FILE_MAGIC	0x454c4946464e5953ULL	/* "SYNFFILE" */
#define SYNFIN_VERSION		3

#define SYNFIN_NS_NONE		(~0ULL)
#define SYNFIN_BYTES_NONE	(~0ULL)

/* Phases in a record, and words of 8 bytes in the payload of a slot, at most. */
#define SYNFIN_STEPS_MAX	4
#define SYNFIN_WORDS_MAX	31

/* Bytes of a server's name, and of a protocol's, that a record of TLS has room for. */
#define SYNFIN_SNI_MAX		120
#define SYNFIN_ALPN_MAX		16

/* Places for rings of a CPU in the header. */
#define SYNFIN_RINGS_MAX	4

/**
 * enum synfin_record_type - what a slot's payload is
 * @SYNFIN_RECORD_NONE:		nothing yet
 * @SYNFIN_RECORD_PHASES:	struct synfin_record_phases
 * @SYNFIN_RECORD_CONN:		struct synfin_record_conn
 * @SYNFIN_RECORD_TLS:		struct synfin_record_tls
 * @SYNFIN_RECORD_ICMP:		struct synfin_record_icmp
 * @SYNFIN_RECORD_FTP:		struct synfin_record_ftp
 *
 * Later versions may have others: head.words says how long they are.
 */
enum synfin_record_type {
	SYNFIN_RECORD_NONE,
	SYNFIN_RECORD_PHASES,
	SYNFIN_RECORD_CONN,
	SYNFIN_RECORD_TLS,
	SYNFIN_RECORD_ICMP,
	SYNFIN_RECORD_FTP,
};

/**
 * enum synfin_ring_kind - what the records of a ring are about
 * @SYNFIN_RING_CLOSED:	connections that were opened and closed: how they closed, and
 *			their summaries
 * @SYNFIN_RING_OPENED:	connections that were proved, up to their close, or never
 *			closed, or seen in part, or answered from another device than
 *			the SYN went to; a quarter as large as the first
 * @SYNFIN_RING_UNPROVED: what failed, or what nothing has proved: anybody can make it
 *			up; a quarter as large as the first
 * @SYNFIN_RING_NR:	how many there are
 */
enum synfin_ring_kind {
	SYNFIN_RING_CLOSED,
	SYNFIN_RING_OPENED,
	SYNFIN_RING_UNPROVED,
	SYNFIN_RING_NR,
};

/**
 * enum synfin_from - who sent a segment, or whom a wait was for
 * @SYNFIN_FROM_CLIENT:	the end that sent the first SYN
 * @SYNFIN_FROM_SERVER:	the other end
 */
enum synfin_from {
	SYNFIN_FROM_CLIENT,
	SYNFIN_FROM_SERVER,
};

/**
 * enum synfin_phase - the steps of opening and closing, as textbooks number them
 * @SYNFIN_PHASE_SYN:		handshake, first segment
 * @SYNFIN_PHASE_SYN_ACK:	handshake, second segment
 * @SYNFIN_PHASE_ACK:		handshake, third segment
 * @SYNFIN_PHASE_FIN_1:		the first FIN
 * @SYNFIN_PHASE_ACK_1:		the ACK of the first FIN
 * @SYNFIN_PHASE_FIN_2:		the FIN of the other end
 * @SYNFIN_PHASE_ACK_2:		the ACK of the second FIN
 * @SYNFIN_PHASE_RST:		a reset, or an ICMP error that answered the SYN
 * @SYNFIN_PHASE_TIMEOUT:	no segment: the tracker gave up
 * @SYNFIN_PHASE_DROP:		this host dropped a segment of its handshake or close; its
 *				count says how many, its reason why
 * @SYNFIN_PHASE_NR:		how many there are
 */
enum synfin_phase {
	SYNFIN_PHASE_SYN,
	SYNFIN_PHASE_SYN_ACK,
	SYNFIN_PHASE_ACK,
	SYNFIN_PHASE_FIN_1,
	SYNFIN_PHASE_ACK_1,
	SYNFIN_PHASE_FIN_2,
	SYNFIN_PHASE_ACK_2,
	SYNFIN_PHASE_RST,
	SYNFIN_PHASE_TIMEOUT,
	SYNFIN_PHASE_DROP,
	SYNFIN_PHASE_NR,
};

/**
 * enum synfin_open - how a connection opened, or why it did not
 * @SYNFIN_OPEN_ESTABLISHED:	three segments seen, their numbers agree
 * @SYNFIN_OPEN_SIMULTANEOUS:	both ends sent a SYN, each was acknowledged
 * @SYNFIN_OPEN_REFUSED:	the server answered with a RST, at once or after all
 * @SYNFIN_OPEN_UNREACHABLE:	an ICMP error answered the SYN
 * @SYNFIN_OPEN_UNANSWERED:	nothing answered the SYN
 * @SYNFIN_OPEN_UNACKNOWLEDGED:	the SYN-ACK was never acknowledged
 * @SYNFIN_OPEN_ABORTED:	the client gave up before it was established
 * @SYNFIN_OPEN_MIDSTREAM:	first seen after its opening
 * @SYNFIN_OPEN_OPENING: not over yet when the capture or the recording ended; never
 *			from the kernel
 * @SYNFIN_OPEN_NR:		how many there are
 */
enum synfin_open {
	SYNFIN_OPEN_ESTABLISHED,
	SYNFIN_OPEN_SIMULTANEOUS,
	SYNFIN_OPEN_REFUSED,
	SYNFIN_OPEN_UNREACHABLE,
	SYNFIN_OPEN_UNANSWERED,
	SYNFIN_OPEN_UNACKNOWLEDGED,
	SYNFIN_OPEN_ABORTED,
	SYNFIN_OPEN_MIDSTREAM,
	SYNFIN_OPEN_OPENING,
	SYNFIN_OPEN_NR,
};

/**
 * enum synfin_close - how a connection closed
 * @SYNFIN_CLOSE_NONE:		it never opened, so nothing closed
 * @SYNFIN_CLOSE_OPEN:		not closed yet
 * @SYNFIN_CLOSE_FOUR_WAY:	FIN, ACK, FIN, ACK
 * @SYNFIN_CLOSE_THREE_WAY:	the second FIN carried the first ACK
 * @SYNFIN_CLOSE_SIMULTANEOUS:	both FINs under way before either was acknowledged
 * @SYNFIN_CLOSE_RESET:		a RST ended it
 * @SYNFIN_CLOSE_HALF_CLOSED:	one FIN, and no second one
 * @SYNFIN_CLOSE_EVICTED:	dropped by the tracker for room
 * @SYNFIN_CLOSE_NR:		how many there are
 */
enum synfin_close {
	SYNFIN_CLOSE_NONE,
	SYNFIN_CLOSE_OPEN,
	SYNFIN_CLOSE_FOUR_WAY,
	SYNFIN_CLOSE_THREE_WAY,
	SYNFIN_CLOSE_SIMULTANEOUS,
	SYNFIN_CLOSE_RESET,
	SYNFIN_CLOSE_HALF_CLOSED,
	SYNFIN_CLOSE_EVICTED,
	SYNFIN_CLOSE_NR,
};

/**
 * enum synfin_closed_by - who closed first
 * @SYNFIN_BY_NOBODY:	not closed
 * @SYNFIN_BY_CLIENT:	the client sent the first FIN, or the RST
 * @SYNFIN_BY_SERVER:	the server did
 * @SYNFIN_BY_BOTH:	a simultaneous close
 */
enum synfin_closed_by {
	SYNFIN_BY_NOBODY,
	SYNFIN_BY_CLIENT,
	SYNFIN_BY_SERVER,
	SYNFIN_BY_BOTH,
};

/**
 * enum synfin_drop - why this host dropped a segment
 * @SYNFIN_DROP_NONE:	it did not
 * @SYNFIN_DROP_NETFILTER:	a rule, or a verdict of user space; drop_hook says where
 * @SYNFIN_DROP_ACCEPT_QUEUE:	the listener's queue of connections to be accepted was full
 * @SYNFIN_DROP_SYN_QUEUE:	the listener's queue of unanswered SYN-ACKs was full
 * @SYNFIN_DROP_NO_SOCKET:	a SYN, and nobody listens
 * @SYNFIN_DROP_NO_ROUTE:	no route, or one that drops
 * @SYNFIN_DROP_MARTIAN:	an address that cannot be on this network
 * @SYNFIN_DROP_RP_FILTER:	its source is not reached through that device
 * @SYNFIN_DROP_NOT_FOR_US:	it was sent to another station, or protocol
 * @SYNFIN_DROP_CHECKSUM:	a checksum is wrong
 * @SYNFIN_DROP_HEADER:	a header is wrong or too short
 * @SYNFIN_DROP_SOCKET_FILTER:	a filter that is attached to the socket
 * @SYNFIN_DROP_SECURITY:	a security module, or the policy of IPsec
 * @SYNFIN_DROP_BPF:	a program of the control group
 * @SYNFIN_DROP_SIGNATURE:	TCP MD5 or TCP-AO
 * @SYNFIN_DROP_OLD:	its time stamp is older than what came before
 * @SYNFIN_DROP_NEIGHBOUR:	the link address of the next host was not found
 * @SYNFIN_DROP_QDISC:	a queue of the device, as tc shows
 * @SYNFIN_DROP_TC:	a filter or a class of tc
 * @SYNFIN_DROP_XDP:	a program of XDP
 * @SYNFIN_DROP_BACKLOG:	a processor's, or a socket's, queue was full
 * @SYNFIN_DROP_DEVICE:	the device could not take it
 * @SYNFIN_DROP_MEMORY:	memory was short
 * @SYNFIN_DROP_TOO_BIG:	larger than the way allows
 * @SYNFIN_DROP_NR:	how many there are
 */
enum synfin_drop {
	SYNFIN_DROP_NONE,
	SYNFIN_DROP_NETFILTER,
	SYNFIN_DROP_ACCEPT_QUEUE,
	SYNFIN_DROP_SYN_QUEUE,
	SYNFIN_DROP_NO_SOCKET,
	SYNFIN_DROP_NO_ROUTE,
	SYNFIN_DROP_MARTIAN,
	SYNFIN_DROP_RP_FILTER,
	SYNFIN_DROP_NOT_FOR_US,
	SYNFIN_DROP_CHECKSUM,
	SYNFIN_DROP_HEADER,
	SYNFIN_DROP_SOCKET_FILTER,
	SYNFIN_DROP_SECURITY,
	SYNFIN_DROP_BPF,
	SYNFIN_DROP_SIGNATURE,
	SYNFIN_DROP_OLD,
	SYNFIN_DROP_NEIGHBOUR,
	SYNFIN_DROP_QDISC,
	SYNFIN_DROP_TC,
	SYNFIN_DROP_XDP,
	SYNFIN_DROP_BACKLOG,
	SYNFIN_DROP_DEVICE,
	SYNFIN_DROP_MEMORY,
	SYNFIN_DROP_TOO_BIG,
	SYNFIN_DROP_NR,
};

/**
 * enum synfin_process - whose a connection is, and how that is known
 * @SYNFIN_PROCESS_NONE:	it is not known
 * @SYNFIN_PROCESS_CONNECT:	the process that opened it, on this host
 * @SYNFIN_PROCESS_LISTENER:	its listener on this host, whoever accepts it
 */
enum synfin_process {
	SYNFIN_PROCESS_NONE,
	SYNFIN_PROCESS_CONNECT,
	SYNFIN_PROCESS_LISTENER,
};

/**
 * enum synfin_protocol - what the first bytes of a connection are, whatever its port
 * @SYNFIN_PROTOCOL_NONE:	nothing was said, or nothing was looked at
 * @SYNFIN_PROTOCOL_UNKNOWN:	something else than these
 * @SYNFIN_PROTOCOL_HTTP1:	HTTP/1.0 or 1.1 (RFC 9112)
 * @SYNFIN_PROTOCOL_HTTP2:	HTTP/2 without TLS (RFC 9113, 3.4)
 * @SYNFIN_PROTOCOL_TLS:	TLS (RFC 8446, RFC 5246)
 * @SYNFIN_PROTOCOL_SSH:	SSH (RFC 4253, 4.2)
 * @SYNFIN_PROTOCOL_SMTP:	SMTP (RFC 5321)
 * @SYNFIN_PROTOCOL_FTP:	FTP's control connection (RFC 959)
 * @SYNFIN_PROTOCOL_NR:		how many there are
 */
enum synfin_protocol {
	SYNFIN_PROTOCOL_NONE,
	SYNFIN_PROTOCOL_UNKNOWN,
	SYNFIN_PROTOCOL_HTTP1,
	SYNFIN_PROTOCOL_HTTP2,
	SYNFIN_PROTOCOL_TLS,
	SYNFIN_PROTOCOL_SSH,
	SYNFIN_PROTOCOL_SMTP,
	SYNFIN_PROTOCOL_FTP,
	SYNFIN_PROTOCOL_NR,
};

/**
 * enum synfin_method - the method of the first HTTP/1 request (RFC 9110, 9.3; RFC 5789)
 * @SYNFIN_METHOD_NONE:	not HTTP/1, or another one, or not seen
 * @SYNFIN_METHOD_GET:	and so on
 * @SYNFIN_METHOD_HEAD:	...
 * @SYNFIN_METHOD_POST:	...
 * @SYNFIN_METHOD_PUT:	...
 * @SYNFIN_METHOD_DELETE: ...
 * @SYNFIN_METHOD_CONNECT: ...
 * @SYNFIN_METHOD_OPTIONS: ...
 * @SYNFIN_METHOD_TRACE: ...
 * @SYNFIN_METHOD_PATCH: ...
 * @SYNFIN_METHOD_NR:	how many there are
 */
enum synfin_method {
	SYNFIN_METHOD_NONE,
	SYNFIN_METHOD_GET,
	SYNFIN_METHOD_HEAD,
	SYNFIN_METHOD_POST,
	SYNFIN_METHOD_PUT,
	SYNFIN_METHOD_DELETE,
	SYNFIN_METHOD_CONNECT,
	SYNFIN_METHOD_OPTIONS,
	SYNFIN_METHOD_TRACE,
	SYNFIN_METHOD_PATCH,
	SYNFIN_METHOD_NR,
};

/* Bits of synfin_record_conn.tls_flags. */
#define SYNFIN_TLS_HELLOS	0x01	/* the ServerHello was seen: resumed or not is known */
#define SYNFIN_TLS_RESUMED	0x02	/* the server took up an earlier session */
#define SYNFIN_TLS_RETRY	0x04	/* it asked for another ClientHello first */
#define SYNFIN_TLS_ALERT	0x08	/* there was an alert; tls_alert, 0 if it was encrypted */
#define SYNFIN_TLS_ALERT_SERVER	0x10	/* and the server sent it */
#define SYNFIN_TLS_CERT_KNOWN	0x20	/* whether it asked for a certificate is known */
#define SYNFIN_TLS_CERT_ASKED	0x40	/* it asked the client for one */

/* Bits of synfin_record_conn.completeness, as in Wireshark's tcp.completeness. */
#define SYNFIN_SEEN_SYN		0x01
#define SYNFIN_SEEN_SYN_ACK	0x02
#define SYNFIN_SEEN_ACK		0x04
#define SYNFIN_SEEN_DATA	0x08
#define SYNFIN_SEEN_FIN		0x10
#define SYNFIN_SEEN_RST		0x20

/* Bits of synfin_record_conn.flags. */
#define SYNFIN_CONN_BYTES_PARTIAL	0x01	/* bytes are a lower bound */
#define SYNFIN_CONN_FLIPPED		0x02	/* client and server were guessed */
#define SYNFIN_CONN_SYN_DATA		0x04	/* the SYN carried data */
#define SYNFIN_CONN_CLIENT_ISN		0x08	/* client_isn is known */
#define SYNFIN_CONN_SERVER_ISN		0x10	/* server_isn is known */
#define SYNFIN_CONN_SERVER_FIRST	0x20	/* the server spoke before the client */
#define SYNFIN_CONN_UNACCEPTED		0x40	/* the server's accept queue was full */
#define SYNFIN_CONN_FTP_DATA		0x80	/* FTP announced it: see synfin_record_ftp */

/*
 * Letters of synfin_record_conn.history, four bits each, the first segment in
 * the lowest bits, 0 after the last. Add SYNFIN_HISTORY_SERVER for the server.
 */
#define SYNFIN_HISTORY_SYN	1	/* S s */
#define SYNFIN_HISTORY_SYN_ACK	2	/* H h */
#define SYNFIN_HISTORY_ACK	3	/* A a */
#define SYNFIN_HISTORY_FIN	4	/* F f */
#define SYNFIN_HISTORY_RST	5	/* R r */
#define SYNFIN_HISTORY_FLIP	6	/* ^ */
#define SYNFIN_HISTORY_SERVER	8

/**
 * struct synfin_record_head - what every record begins with
 * @type:		enum synfin_record_type
 * @family:		4 or 6
 * @client_port:	the client's port
 * @server_port:	the server's port
 * @words:		how long the record is, this head included, in 8 bytes
 * @reserved0:		0
 * @netns:		inode number of the network namespace, as in /proc/PID/ns/net
 * @reserved1:		0
 * @id:			of the connection; the same in all of its records
 * @time_ns:		of phases: when the first of their segments passed; of a
 *			connection: when its first segment passed; nanoseconds since
 *			1970
 * @client:		the client's address
 * @server:		the server's address
 */
struct synfin_record_head {
	__u8	type;
	__u8	family;
	__u16	client_port;
	__u16	server_port;
	__u8	words;
	__u8	reserved0;
	__u32	netns;
	__u32	reserved1;
	__u64	id;
	__u64	time_ns;
	__u8	client[16];
	__u8	server[16];
};

/**
 * struct synfin_record_step - one segment that opened or closed a connection
 * @phase:	enum synfin_phase
 * @from:	enum synfin_from; of a timeout, the end that was waited for
 * @reason:	of a drop: enum synfin_drop; otherwise 0
 * @window:	the window field as it is on the wire, unscaled
 * @icmp:	of an ICMP error instead: 256 times its type and its code
 * @tcp_flags:	byte 13 of the TCP header, 0 if there was no segment
 * @hook:	of a drop by netfilter: its hook, NF_INET_* + 1; 0 if not known
 * @seq:	sequence number
 * @ack:	acknowledgment number, valid if @tcp_flags has ACK
 * @len:	bytes of payload
 * @count:	how many times this segment has been sent, 1 the first time; of a RST, how
 *		many that end has sent. Only the 1st, 2nd, 4th, 8th ... time is recorded;
 *		after the end each up to the 16th
 * @since_ns:	since the phase before it; SYNFIN_NS_NONE for the first
 * @time_ns:	when it passed, nanoseconds since 1970
 */
struct synfin_record_step {
	__u8	phase;
	__u8	from;
	__u16	reason;
	union {
		__u16	window;
		__u16	icmp;
	};
	__u8	tcp_flags;
	__u8	hook;
	__u32	seq;
	__u32	ack;
	__u32	len;
	__u32	count;
	__u64	since_ns;
	__u64	time_ns;
};

/**
 * struct synfin_record_phases - some phases of a connection, one after the other
 * @head:	whose, and when the first passed
 * @step:	the phases; how many, synfin_record_steps() tells
 */
struct synfin_record_phases {
	struct synfin_record_head head;
	struct synfin_record_step step[SYNFIN_STEPS_MAX];
};

/**
 * struct synfin_record_conn - the summary of a connection that has ended
 * @head:		whose, and when it began
 * @opening:		enum synfin_open
 * @closing:		enum synfin_close
 * @closed_by:		enum synfin_closed_by
 * @completeness:	SYNFIN_SEEN_*
 * @flags:		SYNFIN_CONN_*
 * @syn_count:		SYNs sent, repeats included, whether recorded or not
 * @syn_ack_count:	SYN-ACKs sent, likewise
 * @fin_count:		FINs sent by both ends, likewise
 * @rst_count:		RSTs sent by both ends, likewise
 * @client_isn:		the client's initial sequence number, if its flag is set
 * @server_isn:		the server's
 * @handshake_ns:	first SYN to ACK
 * @server_rtt_ns:	last SYN to SYN-ACK
 * @client_rtt_ns:	SYN-ACK to ACK
 * @duration_ns:	first segment to last
 * @close_ns:		first FIN to last ACK
 * @half_close_ns:	ACK of the first FIN to the second FIN
 * @bytes_client:	payload sent by the client, SYNFIN_BYTES_NONE if not known
 * @bytes_server:	payload sent by the server
 * @history:		SYNFIN_HISTORY_*, sixteen letters at most
 * @phase_count:	phases recorded up to now, all rings together; 65535 if more
 * @copies:		segments that were captured twice; 0 from the kernel
 * @drop_reason:	enum synfin_drop: why this host dropped a segment of its
 *			handshake or close, the last time
 * @drop_count:		how many it dropped; 65535 if more
 * @pid:		the process that opened it, as the first namespace counts; 0 if not
 *			known
 * @process:		enum synfin_process
 * @drop_hook:		where netfilter dropped it, NF_INET_* + 1; 0 if not known
 * @protocol:		enum synfin_protocol, by the first bytes
 * @method:		enum synfin_method of the first HTTP/1 request
 * @comm:		the command of @pid: what that says of itself
 * @cgroup:		control group of the process, or else of the listener: the inode
 *			number of its folder in cgroup2; 0 if not known
 * @socket:		inode number of the listener, as in /proc/PID/fd; 0 if not known
 * @first_request_ns:	ACK of the handshake to the client's first byte; if the server
 *			spoke first, its first byte to the client's
 * @first_response_ns:	the client's first byte to the server's; if the server spoke first,
 *			ACK of the handshake to that
 * @tls_handshake_ns:	ClientHello to the Finished that ends the handshake
 * @status:		of the first HTTP/1 response, 0 if not known
 * @tls_version:	as on the wire, 0x0303 is TLS 1.2; 0 if not known
 * @tls_flags:		SYNFIN_TLS_*
 * @tls_alert:		description of the first alert (RFC 8446, 6), if there was one
 * @reserved:		0
 */
struct synfin_record_conn {
	struct synfin_record_head head;
	__u8	opening;
	__u8	closing;
	__u8	closed_by;
	__u8	completeness;
	__u32	flags;
	__u32	syn_count;
	__u32	syn_ack_count;
	__u32	fin_count;
	__u32	rst_count;
	__u32	client_isn;
	__u32	server_isn;
	__u64	handshake_ns;
	__u64	server_rtt_ns;
	__u64	client_rtt_ns;
	__u64	duration_ns;
	__u64	close_ns;
	__u64	half_close_ns;
	__u64	bytes_client;
	__u64	bytes_server;
	__u64	history;
	__u16	phase_count;
	__u16	copies;
	__u16	drop_reason;
	__u16	drop_count;
	__u32	pid;
	__u8	process;
	__u8	drop_hook;
	__u8	protocol;
	__u8	method;
	__u8	comm[16];
	__u64	cgroup;
	__u64	socket;
	__u64	first_request_ns;
	__u64	first_response_ns;
	__u64	tls_handshake_ns;
	__u16	status;
	__u16	tls_version;
	__u16	tls_flags;
	__u8	tls_alert;
	__u8	reserved;
};

/**
 * struct synfin_record_tls - when what passed of the handshake of TLS
 * @head:		of the connection; right before its summary
 * @hello_ns:		ACK of TCP's handshake to the ClientHello
 * @server_hello_ns:	the same to the ServerHello
 * @secured_ns:		to the Finished that ended the handshake
 * @request_ns:		to the client's first data inside TLS
 * @response_ns:	to the server's
 * @sni_len:		bytes of @sni
 * @alpn_len:		bytes of @alpn
 * @reserved:		0
 * @alpn:		the protocol that was chosen, or, in TLS 1.3, offered first
 * @sni:		the name of the server that the client asked for, as much as fits
 *
 * Names are only there if the module was told to keep them: they are personal data.
 * Of what they are made of, anything but letters, digits and -._/ is a question mark.
 */
struct synfin_record_tls {
	struct synfin_record_head head;
	__u64	hello_ns;
	__u64	server_hello_ns;
	__u64	secured_ns;
	__u64	request_ns;
	__u64	response_ns;
	__u8	sni_len;
	__u8	alpn_len;
	__u8	reserved[6];
	__u8	alpn[SYNFIN_ALPN_MAX];
	__u8	sni[SYNFIN_SNI_MAX];
};

/**
 * struct synfin_record_icmp - an ICMP error that answered a SYN
 * @head:	of the connection; right before the phase that it is, and head.time_ns
 *		that of it
 * @router:	who sent it
 * @type:	its type (RFC 792, RFC 4443)
 * @code:	its code
 * @reserved:	0
 */
struct synfin_record_icmp {
	struct synfin_record_head head;
	__u8	router[16];
	__u8	type;
	__u8	code;
	__u8	reserved[6];
};

/**
 * struct synfin_record_ftp - a connection carries FTP's data
 * @head:	of the connection; right before its summary
 * @control:	id of the control connection that announced it
 */
struct synfin_record_ftp {
	struct synfin_record_head head;
	__u64	control;
};

/**
 * union synfin_record - the payload of a slot
 * @head:	what all kinds begin with
 * @phases:	if head.type is SYNFIN_RECORD_PHASES
 * @conn:	if head.type is SYNFIN_RECORD_CONN
 * @tls:	if head.type is SYNFIN_RECORD_TLS
 * @icmp:	if head.type is SYNFIN_RECORD_ICMP
 * @ftp:	if head.type is SYNFIN_RECORD_FTP
 * @words:	the unit of copying; those from head.words on mean nothing
 */
union synfin_record {
	struct synfin_record_head	head;
	struct synfin_record_phases	phases;
	struct synfin_record_conn	conn;
	struct synfin_record_tls	tls;
	struct synfin_record_icmp	icmp;
	struct synfin_record_ftp	ftp;
	__u64				words[SYNFIN_WORDS_MAX];
};

/**
 * struct synfin_slot - one place of a ring
 * @seq:	2 * (n + 1) when record n is whole, odd while it is written
 * @record:	the payload
 */
struct synfin_slot {
	__u64			seq;
	union synfin_record	record;
};

/**
 * struct synfin_ring_place - where the slots of a ring are, the same on each CPU
 * @kind:	enum synfin_ring_kind
 * @nr_slots:	records that it holds, a power of two
 * @offset:	of its slots, in bytes from the CPU's
 */
struct synfin_ring_place {
	__u32	kind;
	__u32	nr_slots;
	__u64	offset;
};

/**
 * struct synfin_ring_header - what the mapping begins with
 * @magic:	SYNFIN_RING_MAGIC
 * @version:	SYNFIN_VERSION
 * @slot_size:	sizeof(struct synfin_slot)
 * @nr_cpus:	possible CPUs
 * @nr_rings:	rings of each CPU, those in @ring
 * @head_offset: where the first struct synfin_ring_cpu is, in bytes from the header
 * @head_stride: from one of them to the next
 * @cpu_offset:	where the slots of the first CPU are, in bytes from the header
 * @cpu_stride:	from one CPU's to the next one's
 * @boot_id:	changes each time that the module is loaded
 * @ring:	the rings
 */
struct synfin_ring_header {
	__u64	magic;
	__u32	version;
	__u32	slot_size;
	__u32	nr_cpus;
	__u32	nr_rings;
	__u64	head_offset;
	__u64	head_stride;
	__u64	cpu_offset;
	__u64	cpu_stride;
	__u64	boot_id;
	struct synfin_ring_place ring[SYNFIN_RINGS_MAX];
};

/**
 * struct synfin_ring_cpu - how far the rings of a CPU are
 * @head:	how many records this CPU has written to each of its rings since the
 *		module was loaded
 * @cpu:	the number of the CPU
 * @present:	1 if its rings have memory
 * @reserved:	0
 */
struct synfin_ring_cpu {
	__u64	head[SYNFIN_RINGS_MAX];
	__u32	cpu;
	__u32	present;
	__u64	reserved[3];
};

/**
 * struct synfin_file_header - what a recording begins with
 * @magic:	SYNFIN_FILE_MAGIC
 * @version:	SYNFIN_VERSION
 * @header_size: where the first record is
 * @begun_ns:	when the file was begun, 0 if it does not say; of files that follow each
 *		other, that tells their order
 * @reserved:	0
 */
struct synfin_file_header {
	__u64	magic;
	__u32	version;
	__u32	header_size;
	__u64	begun_ns;
	__u64	reserved;
};

/**
 * synfin_record_steps() - how many phases a record has
 * @head: of a record of type SYNFIN_RECORD_PHASES
 *
 * Return: from 0 to SYNFIN_STEPS_MAX, whatever @head->words is.
 */
static inline __u32 synfin_record_steps(const struct synfin_record_head *head)
{
	__u32 words = head->words;
	__u32 nr;

	if (words < sizeof(*head) / 8)
		return 0;
	nr = (words - sizeof(*head) / 8) / (sizeof(struct synfin_record_step) / 8);
	return nr < SYNFIN_STEPS_MAX ? nr : SYNFIN_STEPS_MAX;
}

#endif /* _UAPI_SYNFIN_H */
