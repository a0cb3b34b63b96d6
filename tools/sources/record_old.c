// SPDX-License-Identifier: GPL-2.0
/*
 * From records of earlier versions to what they are now.
 *
 * Version 1: each phase had a record of its own, and counts had 16 bits. How many
 * phases had been recorded was not known. Version 2: a summary ended behind its pid.
 */
#include <string.h>

#include "core/record.h"
#include "sources/record_check.h"
#include "sources/record_old.h"

struct phase_v1 {
	struct synfin_record_head head;
	__u8	phase;
	__u8	from;
	__u16	count;
	__u16	window;
	__u8	tcp_flags;
	__u8	reserved0;
	__u32	seq;
	__u32	ack;
	__u32	len;
	__u32	reserved1;
	__u64	since_ns;
};

struct conn_v1 {
	struct synfin_record_head head;
	__u8	opening;
	__u8	closing;
	__u8	closed_by;
	__u8	completeness;
	__u32	flags;
	__u16	syn_count;
	__u16	syn_ack_count;
	__u16	fin_count;
	__u16	rst_count;
	__u32	client_isn;
	__u32	server_isn;
	__u64	numbers[9];	/* from handshake_ns to history, as they are now */
};

/**
 * record_v1_size() - how long a record is
 * @type: its first byte
 *
 * Return: bytes, 0 if there is no such type.
 */
size_t record_v1_size(__u8 type)
{
	switch (type) {
	case SYNFIN_RECORD_PHASES:
		return sizeof(struct phase_v1);
	case SYNFIN_RECORD_CONN:
		return sizeof(struct conn_v1);
	default:
		return 0;
	}
}

static void convert_phase(const struct phase_v1 *old, struct synfin_record_phases *rec)
{
	rec->step[0] = (struct synfin_record_step){
		.phase = old->phase,
		.from = old->from,
		.window = old->window,
		.tcp_flags = old->tcp_flags,
		.seq = old->seq,
		.ack = old->ack,
		.len = old->len,
		.count = old->count,
		.since_ns = old->since_ns,
		.time_ns = old->head.time_ns,
	};
	rec->head.words = offsetof(struct synfin_record_phases, step[1]) / 8;
}

static void convert_conn(const struct conn_v1 *old, struct synfin_record_conn *rec)
{
	memset((char *)rec + sizeof(rec->head), 0, sizeof(*rec) - sizeof(rec->head));
	rec->opening = old->opening;
	rec->closing = old->closing;
	rec->closed_by = old->closed_by;
	rec->completeness = old->completeness;
	rec->flags = old->flags;
	rec->syn_count = old->syn_count;
	rec->syn_ack_count = old->syn_ack_count;
	rec->fin_count = old->fin_count;
	rec->rst_count = old->rst_count;
	rec->client_isn = old->client_isn;
	rec->server_isn = old->server_isn;
	memcpy(&rec->handshake_ns, old->numbers, sizeof(old->numbers));
	synfin_record_extras(rec);
	rec->head.words = sizeof(*rec) / 8;
}

/**
 * record_v1_convert() - make a record of today
 * @old: of record_v1_size() bytes, aligned as they were written
 * @rec: to be filled
 */
void record_v1_convert(const void *old, union synfin_record *rec)
{
	memcpy(&rec->head, old, sizeof(rec->head));
	rec->head.reserved0 = 0;
	if (rec->head.type == SYNFIN_RECORD_PHASES)
		convert_phase(old, &rec->phases);
	else
		convert_conn(old, &rec->conn);
}

/* Bytes of a summary of version 2. */
#define CONN_V2		(offsetof(struct synfin_record_conn, pid) + 8)

/**
 * record_v2_size() - how long a record is
 * @head: what it begins with
 *
 * Return: bytes, 0 if it says what can't be.
 */
size_t record_v2_size(const struct synfin_record_head *head)
{
	if (!record_has_size(head) || head->words * 8 > CONN_V2 ||
	    (head->type == SYNFIN_RECORD_CONN && head->words * 8 != CONN_V2))
		return 0;
	return head->words * 8;
}

/**
 * record_v2_convert() - make a summary of today
 * @old: of record_v2_size() bytes
 * @rec: to be filled
 */
void record_v2_convert(const void *old, union synfin_record *rec)
{
	memcpy(&rec->conn, old, CONN_V2);
	synfin_record_extras(&rec->conn);
	rec->head.words = RECORD_CONN_WORDS;
}
