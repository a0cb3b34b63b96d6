/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every counter, once. This list makes the enum, the text of
 * /proc/net/synfin/stats, `synfin stats --explain` and the manual's table.
 *
 * X(name, explanation). The identities that hold at any time (DESIGN: the books
 * balance):
 *
 *	segments = recorded + the sum of the reasons
 *	flows_created = flows_live + flows_ended + flows_evicted
 *	phase_records + conns + tls_records + ftp_records = records written to the rings
 *
 * Pure: included by the module and by the reader.
 */
#ifndef _SYNFIN_COUNTERS_H
#define _SYNFIN_COUNTERS_H

/* Why a segment that left the fast path was recorded nowhere. */
#define SYNFIN_REASONS(X)						\
	X(short,	"cut off before the end of its header")		\
	X(bad_offset,	"data offset below 5 or beyond the segment")	\
	X(bad_checksum,	"TCP checksum wrong")				\
	X(bad_flags,	"flags no sender sets: SYN with FIN or RST, none, all") \
	X(fragment,	"an IP fragment, so the segment is not whole")	\
	X(no_flow,	"belongs to no connection that is followed")	\
	X(no_memory,	"would have begun a flow, but memory was short") \
	X(table_full,	"would have begun a flow, but the table was full") \
	X(not_awaited,	"data or an ACK of which nothing was expected")	\
	X(bad_ack,	"acknowledges a number that the peer did not send") \
	X(bad_seq,	"a sequence number that does not fit the connection") \
	X(forged_syn,	"a SYN inside a connection that goes on (challenge ACK)") \
	X(forged_fin,	"a FIN outside of what its receiver accepts")	\
	X(forged_rst,	"a RST outside of what its receiver accepts")	\
	X(late,		"for a connection that has ended")		\
	X(crossed,	"has passed this namespace before, and was counted then") \
	X(not_tcp,	"neither TCP nor an ICMP error about TCP (captures only)") \
	X(icmp_other,	"an ICMP error that quotes no SYN under way")

/* What else is counted. */
#define SYNFIN_TALLIES(X)						\
	X(segments,	"segments that left the fast path")		\
	X(recorded,	"segments that made at least one phase")	\
	X(phases,	"phases: handshake and close, segment by segment") \
	X(phase_records, "records of phases written, each of up to three, and of ICMP errors") \
	X(conns,	"connection records written")			\
	X(tls_records,	"records of TLS written, each before that of its connection") \
	X(ftp_records,	"records of FTP's data written, each before that of its connection") \
	X(flows_created, "flows that began")				\
	X(flows_ended,	"flows that ended, or made way for the next on their endpoints") \
	X(flows_evicted, "flows dropped for room, or with their namespace") \
	X(flows_recalled, "flows that began again, as their answer came after they were dropped") \
	X(chain_full,	"flows dropped because too many others have the same hash") \
	X(taken_back,	"resets and FINs that traffic proved forged")	\
	X(repeats,	"phases counted only: what was sent a 3rd, 5th, 6th ... time") \
	X(open_established,	"openings: three segments, numbers agree") \
	X(open_simultaneous,	"openings: both ends sent a SYN")	\
	X(open_refused,		"openings: a RST answered the SYN")	\
	X(open_unreachable,	"openings: an ICMP error answered the SYN") \
	X(open_unanswered,	"openings: nothing answered the SYN")	\
	X(open_unacknowledged,	"openings: the SYN-ACK was never acknowledged") \
	X(open_aborted,		"openings: the client gave up")		\
	X(open_midstream,	"openings: first seen after its opening") \
	X(close_none,		"closings: none, it never opened")	\
	X(close_open,		"closings: none, it was still open")	\
	X(close_four_way,	"closings: FIN, ACK, FIN, ACK")		\
	X(close_three_way,	"closings: the second FIN carried the first ACK") \
	X(close_simultaneous,	"closings: both FINs crossed")		\
	X(close_reset,		"closings: by a RST")			\
	X(close_half_closed,	"closings: one FIN, and no second one")	\
	X(close_evicted,	"closings: dropped for room")

/*
 * Segments of handshakes and closes that this host dropped, by enum synfin_drop, and what
 * was not told of.
 */
#define SYNFIN_DROPS(X)							\
	X(drop_netfilter, "dropped here: a rule, or a verdict of user space") \
	X(drop_accept_queue, "dropped here: the accept queue of its listener was full") \
	X(drop_syn_queue, "dropped here: the SYN queue of its listener was full") \
	X(drop_no_socket, "dropped here: a SYN, and nobody listens") \
	X(drop_no_route, "dropped here: no route, or one that drops") \
	X(drop_martian, "dropped here: an address that cannot be on this network") \
	X(drop_rp_filter, "dropped here: its source is not reached through that device") \
	X(drop_not_for_us, "dropped here: it was sent to another station, or protocol") \
	X(drop_checksum, "dropped here: a checksum is wrong") \
	X(drop_header, "dropped here: a header is wrong or too short") \
	X(drop_socket_filter, "dropped here: a filter that is attached to the socket") \
	X(drop_security, "dropped here: a security module, or the policy of IPsec") \
	X(drop_bpf, "dropped here: a program of the control group") \
	X(drop_signature, "dropped here: TCP MD5 or TCP-AO") \
	X(drop_old, "dropped here: its time stamp is older than what came before") \
	X(drop_neighbour, "dropped here: the link address of the next host was not found") \
	X(drop_qdisc, "dropped here: a queue of the device, as tc shows") \
	X(drop_tc, "dropped here: a filter or a class of tc") \
	X(drop_xdp, "dropped here: a program of XDP") \
	X(drop_backlog, "dropped here: a processor's, or a socket's, queue was full") \
	X(drop_device, "dropped here: the device could not take it") \
	X(drop_memory, "dropped here: memory was short") \
	X(drop_too_big, "dropped here: larger than the way allows") \
	X(drop_unknown, "dropped here, and no connection that is followed had it") \
	X(drop_missed, "dropped here, but too many at once to look at each") \
	X(unaccepted, "established for the client, but the accept queue had no room")

#define SYNFIN_COUNTERS(X) SYNFIN_TALLIES(X) SYNFIN_DROPS(X) SYNFIN_REASONS(X)

/*
 * Index of a counter, and the reason a segment was passed over: SYNFIN_CNT_<name>
 * for each line above. SYNFIN_CNT_segments is 0, which as a reason means none; it is
 * never counted, but summed up.
 */
enum synfin_counter {
#define X(name, text) SYNFIN_CNT_##name,
	SYNFIN_COUNTERS(X)
#undef X
	SYNFIN_CNT_NR
};

#define SYNFIN_NO_REASON SYNFIN_CNT_segments
#define SYNFIN_CNT_FIRST_REASON SYNFIN_CNT_short

#endif /* _SYNFIN_COUNTERS_H */
