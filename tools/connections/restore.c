// SPDX-License-Identifier: GPL-2.0
/*
 * The phases of a handshake, from the summary of its connection. The ring that they
 * are in is smaller than that of summaries, and whoever opens connections and never
 * closes them writes to it: so they may be overwritten when the summary is not.
 */
#include <stdbool.h>

#include "connections/restore.h"
#include "core/wire.h"

static bool is_known(const struct synfin_record_conn *sum)
{
	const unsigned int numbers = SYNFIN_CONN_CLIENT_ISN | SYNFIN_CONN_SERVER_ISN;

	return sum->opening == SYNFIN_OPEN_ESTABLISHED && sum->syn_count &&
	       sum->syn_ack_count && (sum->flags & numbers) == numbers &&
	       sum->handshake_ns != SYNFIN_NS_NONE &&
	       sum->server_rtt_ns != SYNFIN_NS_NONE &&
	       sum->client_rtt_ns != SYNFIN_NS_NONE;
}

/**
 * restore_handshake() - the phases of a handshake, but for windows and payloads
 * @sum:	the summary
 * @step:	to be filled: the first SYN, the last if there were several, the
 *		SYN-ACK, the ACK
 *
 * Return: how many there are, 0 if it is not known.
 */
unsigned int restore_handshake(const struct synfin_record_conn *sum,
			       struct synfin_record_step step[RESTORE_MAX])
{
	const __u64 first_ns = sum->head.time_ns;
	const __u64 ack_ns = first_ns + sum->handshake_ns;
	const __u64 answer_ns = ack_ns - sum->client_rtt_ns;
	const __u64 asked_ns = answer_ns - sum->server_rtt_ns;
	unsigned int nr = 0;

	if (!is_known(sum))
		return 0;
	step[nr++] = (struct synfin_record_step){
		.phase = SYNFIN_PHASE_SYN,
		.tcp_flags = SYNFIN_TCP_SYN,
		.seq = sum->client_isn,
		.count = 1,
		.since_ns = SYNFIN_NS_NONE,
		.time_ns = first_ns,
	};
	/* If the SYN-ACK was sent again it is not known which SYN the last one was. */
	if (sum->syn_count > 1 && sum->syn_ack_count == 1) {
		step[nr] = step[0];
		step[nr].count = sum->syn_count;
		step[nr].since_ns = asked_ns - first_ns;
		step[nr++].time_ns = asked_ns;
	}
	step[nr++] = (struct synfin_record_step){
		.phase = SYNFIN_PHASE_SYN_ACK,
		.from = SYNFIN_FROM_SERVER,
		.tcp_flags = SYNFIN_TCP_SYN | SYNFIN_TCP_ACK,
		.seq = sum->server_isn,
		.ack = sum->client_isn + 1,
		.count = sum->syn_ack_count,
		.since_ns = sum->server_rtt_ns,
		.time_ns = answer_ns,
	};
	step[nr++] = (struct synfin_record_step){
		.phase = SYNFIN_PHASE_ACK,
		.tcp_flags = SYNFIN_TCP_ACK,
		.seq = sum->client_isn + 1,
		.ack = sum->server_isn + 1,
		.count = 1,
		.since_ns = sum->client_rtt_ns,
		.time_ns = ack_ns,
	};
	return nr;
}
