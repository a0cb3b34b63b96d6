/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection, as far as it has been seen: its state, what each end has sent, what is
 * in doubt. The phase machine keeps it; whoever stores it holds its lock.
 */
#ifndef _SYNFIN_CONN_H
#define _SYNFIN_CONN_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif
#include <linux/types.h>
#include "uapi/synfin.h"
#include "core/wire.h"

/**
 * enum synfin_state - where a connection is; rows of the table
 * @SYNFIN_STATE_NONE:	no segment yet
 * @SYNFIN_STATE_SYN:	a SYN, unanswered
 * @SYNFIN_STATE_SYN_SYN: both ends sent a SYN (simultaneous open)
 * @SYNFIN_STATE_SYN_ACK: a SYN-ACK, unacknowledged
 * @SYNFIN_STATE_OPEN:	established, or first seen midstream
 * @SYNFIN_STATE_FIN:	one FIN, unacknowledged
 * @SYNFIN_STATE_HALF:	one FIN, acknowledged: half closed
 * @SYNFIN_STATE_FIN_FIN: both FINs, neither acknowledged (simultaneous)
 * @SYNFIN_STATE_LAST:	both FINs, one of them acknowledged
 * @SYNFIN_STATE_DONE:	ended, lingering for late segments
 * @SYNFIN_STATE_NR:	how many there are
 */
enum synfin_state {
	SYNFIN_STATE_NONE,
	SYNFIN_STATE_SYN,
	SYNFIN_STATE_SYN_SYN,
	SYNFIN_STATE_SYN_ACK,
	SYNFIN_STATE_OPEN,
	SYNFIN_STATE_FIN,
	SYNFIN_STATE_HALF,
	SYNFIN_STATE_FIN_FIN,
	SYNFIN_STATE_LAST,
	SYNFIN_STATE_DONE,
	SYNFIN_STATE_NR,
};

/* Bits of synfin_end.flags. */
#define SYNFIN_END_ISN		0x0001	/* isn is known, from a SYN or its ACK */
#define SYNFIN_END_NXT		0x0002	/* nxt is known, and isn at least a base */
#define SYNFIN_END_UNA		0x0004	/* una is known */
#define SYNFIN_END_SYN_ACKED	0x0008	/* its SYN was acknowledged */
#define SYNFIN_END_FIN		0x0010	/* sent a FIN: fin_end is known */
#define SYNFIN_END_FIN_ACKED	0x0020	/* its FIN was acknowledged */
#define SYNFIN_END_FIN_DOUBTED	0x0040	/* its FIN was not where one was expected */
#define SYNFIN_END_WRAPPED	0x0080	/* it sent gigabytes that nobody counted */
#define SYNFIN_END_SEEN		0x0100	/* a segment of it was seen */
#define SYNFIN_END_DATA		0x0200	/* data of it was seen */
#define SYNFIN_END_ONE_MORE	0x0400	/* the last number may be no data's */
#define SYNFIN_END_SHUT		0x0800	/* it offered no window the last time */

/**
 * struct synfin_end - what one end has sent
 * @isn:	initial sequence number, or one less than the first byte seen
 * @una:	the highest number that the peer was seen to acknowledge
 * @nxt:	the number that follows the highest byte known to have been sent
 * @fin_end:	the number that acknowledges its FIN
 * @window:	the most that it offered to receive, scaled
 * @syns:	how many times it sent its SYN
 * @syn_acks:	how many times it sent its SYN-ACK
 * @fins:	how many times it sent its FIN
 * @flags:	SYNFIN_END_*
 * @fin_acks:	how many times its FIN was acknowledged
 * @scale:	what its windows are shifted by, or SYNFIN_SCALE_*
 * @wraps:	how many times @nxt has come past @isn again
 */
struct synfin_end {
	__u32	isn;
	__u32	una;
	__u32	nxt;
	__u32	fin_end;
	__u32	window;
	__u32	syns;
	__u32	syn_acks;
	__u32	fins;
	__u16	flags;
	__u8	fin_acks;
	__u8	scale;
	__u32	wraps;
};

/* Bits of synfin_conn.flags. */
#define SYNFIN_FLAG_SELF	0x0001	/* both endpoints are the same */
#define SYNFIN_FLAG_GUESSED	0x0002	/* client and server were guessed */
#define SYNFIN_FLAG_SYN_DATA	0x0004	/* the SYN carried data */
#define SYNFIN_FLAG_ANSWER_DATA	0x0008	/* all data of the server came with its SYN-ACK */
#define SYNFIN_FLAG_WATCHED	0x0010	/* its plain segments are shown, too */
#define SYNFIN_FLAG_AWAITS	0x0020	/* a FIN sent again: its ACK may come again */
#define SYNFIN_FLAG_ASKED_AGAIN	0x0040	/* the SYN came again when it was open, or over */
#define SYNFIN_FLAG_SHIFTED	0x0080	/* the client has a proxy's numbers: shift */
#define SYNFIN_FLAG_PLAIN	0x0100	/* a segment without SYN, FIN, RST was seen */
#define SYNFIN_FLAG_OTHER_Y	0x0200	/* other_y is the number of another SYN-ACK */
#define SYNFIN_FLAG_JUMP	0x0400	/* jump is set */
#define SYNFIN_FLAG_UNCOUNTED	0x0800	/* gigabytes may have passed unseen */
#define SYNFIN_FLAG_ONE_SIDED	0x1000	/* the answer did not come from where the SYN went */
#define SYNFIN_FLAG_FIRST	0x2000	/* what its ends say first is waited for */
#define SYNFIN_FLAG_ANNOUNCED	0x4000	/* FTP's data: another one has announced it */

/* So long a line of 128 Gbit/s needs for 4 GiB. */
#define SYNFIN_BLIND_WRAP_NS	(1ULL << 28)

/* Attempts to open whose times are kept: the first and the last ones. */
#define SYNFIN_TRIES	3

/**
 * struct synfin_tries - when a SYN, or a SYN-ACK, was sent: its ACK may say which it answers
 * @sent_ns:	when
 * @stamp:	the time stamp option of each
 * @nr:		how many were sent
 * @stamped:	all of them had the option
 *
 * Only while it is under way.
 */
struct synfin_tries {
	__u64	sent_ns[SYNFIN_TRIES];
	__u32	stamp[SYNFIN_TRIES];
	__u16	nr;
	__u16	stamped;
};

/**
 * struct synfin_closing - when the steps of a close passed; 0 if they did not
 * @fin_ns:	the first FIN
 * @ack_ns:	its first ACK
 * @fin2_ns:	the second FIN
 * @end_ns:	the ACK that ended it
 */
struct synfin_closing {
	__u64	fin_ns;
	__u64	ack_ns;
	__u64	fin2_ns;
	__u64	end_ns;
};

/**
 * enum synfin_suspicion - what nothing proves yet
 * @SYNFIN_SUSPECT_NOTHING: nothing is suspected
 * @SYNFIN_SUSPECT_RST:	that a RST was true: traffic that goes on refutes it
 * @SYNFIN_SUSPECT_FAILED: that the opening failed: an answer refutes it
 */
enum synfin_suspicion {
	SYNFIN_SUSPECT_NOTHING,
	SYNFIN_SUSPECT_RST,
	SYNFIN_SUSPECT_FAILED,
};

/**
 * struct synfin_suspect - a segment that is believed if nothing refutes it
 * @what:	enum synfin_suspicion
 * @from:	enum synfin_from, who seems to have sent it
 * @opening:	of a failure: enum synfin_open, if it is believed
 * @answered:	of a RST: the other end has sent one, too, as one that is closed does
 * @seq:	its sequence number
 */
struct synfin_suspect {
	__u8	what;
	__u8	from;
	__u8	opening;
	__u8	answered;
	__u32	seq;
};

/**
 * struct synfin_jump - numbers far ahead, which the other end is to confirm
 * @at_ns:	when they passed
 * @seq:	the number behind the data
 * @ack:	acknowledgment number
 * @window:	as on the wire
 * @from:	enum synfin_from
 * @fin:	of a FIN, which counts for nothing until they are confirmed
 * @data:	of data: what is before @seq is no FIN's
 * @uncounted:	gigabytes may have passed before them
 */
struct synfin_jump {
	__u64	at_ns;
	__u32	seq;
	__u32	ack;
	__u16	window;
	__u8	from;
	__u8	fin;
	__u8	data;
	__u8	uncounted;
};

/**
 * struct synfin_conn - a connection, as far as it has been seen
 * @state:	enum synfin_state
 * @family:	4 or 6
 * @client_port: host order
 * @server_port: host order
 * @flags:	SYNFIN_FLAG_*
 * @netns:	inode number of the network namespace
 * @shift:	added to what the client acknowledges, it is the server's
 * @id:		unique among all connections since load
 * @first_ns:	when its first segment passed; clock of the caller
 * @client:	address of the client
 * @server:	address of the server
 * @last_ns:	when its last phase passed
 * @seen_ns:	when its last segment passed, as far as segments are shown
 * @blind_ns:	since when plain segments may pass unseen; 0 if none does
 * @watched_ns:	up to when, if it is watched again
 * @deadline_ns: no wait of it is over before
 * @answer_ns:	when the last SYN-ACK passed; 0 if none did
 * @open_ns:	when the ACK of the handshake passed; 0 if that is not known
 * @server_rtt_ns: SYN to the SYN-ACK that answered it, SYNFIN_NS_NONE if not known
 * @client_rtt_ns: SYN-ACK to the ACK that answered it, likewise
 * @history:	letters, see uapi
 * @tries:	while it opens
 * @close:	once it closes
 * @end:	what each end sent, by enum synfin_from
 * @suspect:	what nothing proves yet
 * @jump:	numbers that nothing confirms yet
 * @other_y:	number of a SYN-ACK before the last one
 * @fin_count:	FINs
 * @rst_count:	RSTs of both ends
 * @ack_count:	ACKs of the handshake
 * @device:	index of the device where its first segment went
 * @opening:	enum synfin_open, as it stands
 * @closing:	enum synfin_close, as it stands
 * @closed_by:	enum synfin_closed_by
 * @seen:	SYNFIN_SEEN_*
 * @letters:	how many bits of @history are taken, four for each letter
 * @first_fin:	enum synfin_from of the first FIN
 * @said:	the letters that are in @history, a bit for each
 * @table_flags: the flow table's, SYNFIN_FLOW_*; the machine leaves them alone
 * @table_list:	likewise: in which of its lists it is
 * @client_rsts: how many RSTs were the client's
 *
 * It begins as a record's head does, so that one copy makes that.
 */
struct synfin_conn {
	__u8	state;
	__u8	family;
	__u16	client_port;
	__u16	server_port;
	__u16	flags;
	__u32	netns;
	__u32	shift;
	__u64	id;
	__u64	first_ns;
	struct synfin_addr client;
	struct synfin_addr server;
	__u64	last_ns;
	__u64	seen_ns;
	__u64	blind_ns;
	__u64	watched_ns;
	__u64	deadline_ns;
	__u64	answer_ns;
	__u64	open_ns;
	__u64	server_rtt_ns;
	__u64	client_rtt_ns;
	__u64	history;
	/* All zero in between: the larger one is what is cleared. */
	union {
		struct synfin_tries	tries;
		struct synfin_closing	close;
	};
	struct synfin_end end[2];
	struct synfin_suspect suspect;
	struct synfin_jump jump;
	__u32	other_y;
	__u32	fin_count;
	__u32	rst_count;
	__u32	ack_count;
	__u32	device;
	__u8	opening;
	__u8	closing;
	__u8	closed_by;
	__u8	seen;
	__u8	letters;
	__u8	first_fin;
	__u16	said;
	__u8	table_flags;
	__u8	table_list;
	__u16	client_rsts;
};

/* How many were tried outlives that a close begins. */
static_assert(__builtin_offsetof(struct synfin_tries, nr) >= sizeof(struct synfin_closing));

#endif /* _SYNFIN_CONN_H */
