/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a record is one. Each record that comes from outside, a file or a ring, goes
 * through here once; behind it nobody asks again.
 */
#ifndef _TOOLS_RECORD_CHECK_H
#define _TOOLS_RECORD_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "uapi/synfin.h"

#define RECORD_HEAD_WORDS	(sizeof(struct synfin_record_head) / 8)
#define RECORD_STEP_WORDS	(sizeof(struct synfin_record_step) / 8)
#define RECORD_TLS_WORDS	(sizeof(struct synfin_record_tls) / 8)
#define RECORD_ICMP_WORDS	(sizeof(struct synfin_record_icmp) / 8)
#define RECORD_FTP_WORDS	(sizeof(struct synfin_record_ftp) / 8)
#define RECORD_CONN_WORDS	(sizeof(struct synfin_record_conn) / 8)

static inline bool is_drop(const struct synfin_record_step *step)
{
	return step->phase == SYNFIN_PHASE_DROP;
}

static inline bool step_is_sound(const struct synfin_record_step *step)
{
	if (!step->count)
		return false;
	/* Most are no drops, and have no reason. */
	if (step->phase < SYNFIN_PHASE_DROP && !(step->from >> 1) && !step->reason)
		return true;
	return step->phase < SYNFIN_PHASE_NR && step->from <= SYNFIN_FROM_SERVER &&
	       step->reason < SYNFIN_DROP_NR && !step->reason == !is_drop(step);
}

static inline bool record_steps_are_sound(const struct synfin_record_phases *rec)
{
	unsigned int i, nr = synfin_record_steps(&rec->head);

	if (!nr || rec->head.words != RECORD_HEAD_WORDS + nr * RECORD_STEP_WORDS)
		return false;
	for (i = 0; i < nr; i++)
		if (!step_is_sound(&rec->step[i]))
			return false;
	return true;
}

/**
 * record_has_size() - does the first word of a record say a length that may be?
 * @head: of the record; its first 8 bytes are there
 *
 * Return: true if it is from a head to a slot's payload.
 */
static inline bool record_has_size(const struct synfin_record_head *head)
{
	return head->words >= RECORD_HEAD_WORDS && head->words <= SYNFIN_WORDS_MAX;
}

/**
 * record_is_known() - is a record of a type that this version has?
 * @head: of the record
 *
 * Return: true if it is; another one, of a later version, is to be passed over.
 */
static inline bool record_is_known(const struct synfin_record_head *head)
{
	return head->type >= SYNFIN_RECORD_PHASES && head->type <= SYNFIN_RECORD_FTP;
}

static inline bool record_tls_is_sound(const struct synfin_record_tls *rec)
{
	return rec->head.words == RECORD_TLS_WORDS && rec->sni_len <= sizeof(rec->sni) &&
	       rec->alpn_len <= sizeof(rec->alpn);
}

/**
 * record_is_sound() - can a record be what the module writes?
 * @rec: the record, of a type that is known; as many words as it says are there
 *
 * Its length is that of its type, and each number that stands for a word does.
 *
 * Return: true if it can.
 */
static inline bool record_is_sound(const union synfin_record *rec)
{
	if (rec->head.family != 4 && rec->head.family != 6)
		return false;
	if (rec->head.type == SYNFIN_RECORD_PHASES)
		return record_steps_are_sound(&rec->phases);
	if (rec->head.type == SYNFIN_RECORD_TLS)
		return record_tls_is_sound(&rec->tls);
	if (rec->head.type == SYNFIN_RECORD_ICMP)
		return rec->head.words == RECORD_ICMP_WORDS;
	if (rec->head.type == SYNFIN_RECORD_FTP)
		return rec->head.words == RECORD_FTP_WORDS;
	return rec->head.words == RECORD_CONN_WORDS &&
	       rec->conn.opening < SYNFIN_OPEN_NR &&
	       rec->conn.closing < SYNFIN_CLOSE_NR &&
	       rec->conn.closed_by <= SYNFIN_BY_BOTH &&
	       rec->conn.protocol < SYNFIN_PROTOCOL_NR &&
	       rec->conn.method < SYNFIN_METHOD_NR;
}

#endif /* _TOOLS_RECORD_CHECK_H */
