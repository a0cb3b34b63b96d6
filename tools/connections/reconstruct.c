// SPDX-License-Identifier: GPL-2.0
/*
 * The summary of a connection that had not ended when its recording did: its
 * phases are shown to the phase machine once more, as segments, and then the
 * machine is told that it is over.
 */
#include <string.h>

#include "core/phase.h"
#include "connections/cut_off.h"
#include "connections/reconstruct.h"

static __u8 kind_of(const struct step *rec)
{
	if (!rec->tcp_flags)
		return SYNFIN_KIND_ICMP;
	if (rec->tcp_flags & SYNFIN_TCP_RST)
		return SYNFIN_KIND_RST;
	if (rec->tcp_flags & SYNFIN_TCP_SYN)
		return rec->tcp_flags & SYNFIN_TCP_ACK ? SYNFIN_KIND_SYN_ACK :
							 SYNFIN_KIND_SYN;
	return rec->tcp_flags & SYNFIN_TCP_FIN ? SYNFIN_KIND_FIN :
						 SYNFIN_KIND_PLAIN;
}

static void segment_of(const struct synfin_record_head *h,
		       const struct step *rec, struct synfin_segment *seg)
{
	__u8 kind = kind_of(rec);
	/* An ICMP error quotes the client's SYN, whoever sent it. */
	bool by_client = rec->from == SYNFIN_FROM_CLIENT ||
			 kind == SYNFIN_KIND_ICMP;

	*seg = (struct synfin_segment){
		.sport = by_client ? h->client_port : h->server_port,
		.dport = by_client ? h->server_port : h->client_port,
		.family = h->family,
		.kind = kind,
		.flags = rec->tcp_flags,
		.window = rec->window,
		.seq = rec->seq,
		.ack = rec->ack,
		.len = rec->len,
		.scale = SYNFIN_SCALE_UNKNOWN,
	};
	memcpy(&seg->src, by_client ? h->client : h->server, sizeof(seg->src));
	memcpy(&seg->dst, by_client ? h->server : h->client, sizeof(seg->dst));
}

/* One segment may have made two phases. */
static bool same_segment(const struct step *a, const struct step *b)
{
	return a->time_ns == b->time_ns && a->from == b->from &&
	       a->tcp_flags == b->tcp_flags && a->seq == b->seq &&
	       a->ack == b->ack && a->phase != b->phase;
}

static void count(uint32_t *counter, uint32_t nr)
{
	*counter = nr < UINT32_MAX - *counter ? *counter + nr : UINT32_MAX;
}

/**
 * reconstruct_count() - count segments in a summary that does not know of them
 * @sum:	the summary
 * @phase:	enum synfin_phase, what they are
 * @tcp_flags:	byte 13 of their header
 * @nr:		how many
 */
void reconstruct_count(struct synfin_record_conn *sum, unsigned int phase,
		       unsigned int tcp_flags, uint32_t nr)
{
	switch (phase) {
	case SYNFIN_PHASE_SYN:
		count(&sum->syn_count, nr);
		break;
	case SYNFIN_PHASE_SYN_ACK:
		count(&sum->syn_ack_count, nr);
		break;
	case SYNFIN_PHASE_FIN_1:
	case SYNFIN_PHASE_FIN_2:
		count(&sum->fin_count, nr);
		break;
	case SYNFIN_PHASE_RST:
		/* An ICMP error is none. */
		if (tcp_flags)
			count(&sum->rst_count, nr);
		break;
	default:
		break;
	}
}

/* The last one says why, and how many there were. */
static void reconstruct_drops(struct conn *c)
{
	for (unsigned int i = 0; i < c->nr_phases; i++) {
		const struct step *rec = &c->phases[i];

		if (rec->phase != SYNFIN_PHASE_DROP)
			continue;
		c->sum.drop_reason = rec->reason;
		c->sum.drop_hook = rec->hook;
		c->sum.drop_count = (__u16)(rec->count < UINT16_MAX ? rec->count :
								   UINT16_MAX);
	}
}

/**
 * reconstruct() - fill in the summary of a connection from its phases
 * @c: the connection
 * @end_ns: when the recording ended, as far as that is known
 *
 * Return: false if it cannot be judged.
 */
bool reconstruct(struct conn *c, uint64_t end_ns)
{
	const struct synfin_record_head *head = &c->sum.head;
	struct synfin_result res;
	struct synfin_segment seg;
	struct synfin_conn conn;
	bool begun = false;
	enum cut_off cut;

	for (unsigned int i = 0; i < c->nr_phases; i++) {
		const struct step *rec = &c->phases[i];

		if (rec->phase == SYNFIN_PHASE_TIMEOUT ||
		    rec->phase == SYNFIN_PHASE_DROP ||
		    (i && same_segment(rec - 1, rec)))
			continue;
		segment_of(head, rec, &seg);
		if (!begun)
			synfin_phase_init(&conn, &seg, head->netns, head->id);
		begun = true;
		synfin_phase_segment(&conn, &seg, rec->time_ns, &res);
	}
	if (!begun)
		return false;
	cut = cut_off_by(&conn, end_ns);
	synfin_phase_finish(&conn, &res);
	synfin_phase_summary(&conn, &c->sum);
	cut_off_summary(cut, &c->sum);
	reconstruct_drops(c);
	for (unsigned int i = 0; i < c->nr_phases; i++)
		if (c->phases[i].skipped && !c->phases[i].mixed)
			reconstruct_count(&c->sum, c->phases[i].phase,
					  c->phases[i].tcp_flags, c->phases[i].skipped);
	c->ended = true;
	return true;
}
