// SPDX-License-Identifier: GPL-2.0
/*
 * JSON. A million connections a second go through here when a recording is read,
 * so an object is written straight into the output's buffer: its keys are string
 * constants, its numbers are made by hand, and few values need escaping. What is
 * not known is null.
 */
#include <assert.h>

#include "connections/owner.h"
#include "output/fmt.h"
#include "output/json_text.h"
#include "output/service.h"
#include "output/text.h"
#include "views/json_first.h"
#include "views/view_json.h"
#include "output/words.h"

/* The largest object must fit: one phase takes less than 220 bytes. */
static_assert(OUT_ROOM > 2048 + 6 * 512 + JSON_FIRST_ROOM + 220 * 65,
	      "an object does not fit");

#define TCP_ACK	0x10

static inline char *put_ns(char *p, uint64_t ns)
{
	return ns == SYNFIN_NS_NONE ? FMT_LITERAL(p, "null") : fmt_u64(p, ns);
}

static inline char *put_word(char *p, const struct word *word)
{
	*p++ = '"';
	p = word_copy(p, word);
	*p++ = '"';
	return p;
}

static char *put_service(char *p, uint16_t port)
{
	const char *name = service_name(port);

	if (!name)
		return FMT_LITERAL(p, "null");
	*p++ = '"';
	p = fmt_text(p, name);
	*p++ = '"';
	return p;
}

/* What all objects begin with. */
static char *put_head(char *p, const struct synfin_record_head *h, uint64_t time_ns)
{
	p = FMT_LITERAL(p, "{\"ts\":");
	p = fmt_seconds(p, time_ns);
	p = FMT_LITERAL(p, ",\"netns\":");
	/* A capture has none. */
	p = h->netns ? fmt_u64(p, h->netns) : FMT_LITERAL(p, "null");
	p = FMT_LITERAL(p, ",\"family\":");
	*p++ = h->family == 4 ? '4' : '6';
	p = FMT_LITERAL(p, ",\"client\":\"");
	p = fmt_addr(p, h->family, h->client);
	p = FMT_LITERAL(p, "\",\"client_port\":");
	p = fmt_u64(p, h->client_port);
	p = FMT_LITERAL(p, ",\"server\":\"");
	p = fmt_addr(p, h->family, h->server);
	p = FMT_LITERAL(p, "\",\"server_port\":");
	p = fmt_u64(p, h->server_port);
	p = FMT_LITERAL(p, ",\"service\":");
	return put_service(p, h->server_port);
}

/* A timeout is no segment, so it has no number. */
static inline char *put_numbers(char *p, unsigned int phase,
				unsigned int tcp_flags, uint32_t seq, uint32_t ack)
{
	p = FMT_LITERAL(p, ",\"seq\":");
	p = phase == SYNFIN_PHASE_TIMEOUT ? FMT_LITERAL(p, "null") :
					    fmt_u64(p, seq);
	p = FMT_LITERAL(p, ",\"ack\":");
	return tcp_flags & TCP_ACK ? fmt_u64(p, ack) : FMT_LITERAL(p, "null");
}

/* Why this host dropped something, and where. */
static char *put_drop(char *p, unsigned int reason, unsigned int hook)
{
	if (!reason)
		return FMT_LITERAL(p, ",\"drop_reason\":null,\"drop_hook\":null");
	p = FMT_LITERAL(p, ",\"drop_reason\":");
	p = put_word(p, word_drop(reason));
	p = FMT_LITERAL(p, ",\"drop_hook\":");
	return hook ? put_word(p, word_hook(hook)) : FMT_LITERAL(p, "null");
}

static char *put_phases(char *p, const struct conn *c)
{
	uint64_t first = c->sum.head.time_ns;

	p = FMT_LITERAL(p, ",\"phases\":[");
	for (unsigned int i = 0; i < c->nr_phases; i++) {
		const struct step *step = &c->phases[i];

		p = json_copy(p, json_step(step->phase, step->from));
		p = fmt_u64(p, step->time_ns > first ? step->time_ns - first : 0);
		p = put_numbers(p, step->phase, step->tcp_flags, step->seq,
				step->ack);
		p = FMT_LITERAL(p, ",\"count\":");
		p = fmt_u64(p, step->count);
		if (step->phase == SYNFIN_PHASE_DROP)
			p = put_drop(p, step->reason, step->hook);
		p = FMT_LITERAL(p, "},");
	}
	/* The last one has a comma too many. */
	p -= c->nr_phases > 0;
	*p++ = ']';
	return p;
}

static char *put_outcome(char *p, const struct synfin_record_conn *s)
{
	p = FMT_LITERAL(p, ",\"open\":");
	p = put_word(p, word_open(s->opening));
	p = FMT_LITERAL(p, ",\"close\":");
	p = s->closing == SYNFIN_CLOSE_NONE ? FMT_LITERAL(p, "null") :
					      put_word(p, word_close(s->closing));
	p = FMT_LITERAL(p, ",\"closed_by\":");
	return s->closed_by == SYNFIN_BY_NOBODY ? FMT_LITERAL(p, "null") :
						  put_word(p, word_closed_by(s->closed_by));
}

static char *put_times(char *p, const struct synfin_record_conn *s)
{
	p = FMT_LITERAL(p, ",\"handshake_ns\":");
	p = put_ns(p, s->handshake_ns);
	p = FMT_LITERAL(p, ",\"server_rtt_ns\":");
	p = put_ns(p, s->server_rtt_ns);
	p = FMT_LITERAL(p, ",\"client_rtt_ns\":");
	p = put_ns(p, s->client_rtt_ns);
	p = FMT_LITERAL(p, ",\"duration_ns\":");
	p = put_ns(p, s->duration_ns);
	p = FMT_LITERAL(p, ",\"close_ns\":");
	p = put_ns(p, s->close_ns);
	p = FMT_LITERAL(p, ",\"half_close_ns\":");
	return put_ns(p, s->half_close_ns);
}

static char *put_counts(char *p, const struct synfin_record_conn *s)
{
	p = FMT_LITERAL(p, ",\"syn_count\":");
	p = fmt_u64(p, s->syn_count);
	p = FMT_LITERAL(p, ",\"syn_ack_count\":");
	p = fmt_u64(p, s->syn_ack_count);
	p = FMT_LITERAL(p, ",\"fin_count\":");
	p = fmt_u64(p, s->fin_count);
	p = FMT_LITERAL(p, ",\"rst_count\":");
	p = fmt_u64(p, s->rst_count);
	p = FMT_LITERAL(p, ",\"bytes_client\":");
	/* SYNFIN_BYTES_NONE is the same number as SYNFIN_NS_NONE. */
	p = put_ns(p, s->bytes_client);
	p = FMT_LITERAL(p, ",\"bytes_server\":");
	p = put_ns(p, s->bytes_server);
	return s->flags & SYNFIN_CONN_BYTES_PARTIAL ?
	       FMT_LITERAL(p, ",\"bytes_partial\":true") :
	       FMT_LITERAL(p, ",\"bytes_partial\":false");
}

static char *put_others(char *p, const struct synfin_record_conn *s)
{
	p = FMT_LITERAL(p, ",\"conn_state\":");
	p = put_word(p, word_conn_state(s));
	p = FMT_LITERAL(p, ",\"history\":\"");
	p = word_history(p, s->history);
	p = FMT_LITERAL(p, "\",\"completeness\":");
	return fmt_u64(p, s->completeness);
}

static char *put_text(char *p, const char *text)
{
	if (!text || !*text)
		return FMT_LITERAL(p, "null");
	*p++ = '"';
	p = text_json(p, text);
	*p++ = '"';
	return p;
}

static char *put_known(char *p, uint64_t number)
{
	return number ? fmt_u64(p, number) : FMT_LITERAL(p, "null");
}

/* Whose it is. */
static char *put_owner(char *p, const struct synfin_record_conn *s)
{
	struct owner owner;

	if (s->process == SYNFIN_PROCESS_NONE)
		return FMT_LITERAL(p, ",\"process\":null,\"pid\":null,\"comm\":null,"
				   "\"cgroup\":null,\"cgroup_id\":null,\"socket\":null");
	owner_find(s, &owner);
	p = FMT_LITERAL(p, ",\"process\":");
	p = put_text(p, owner_process_word(s->process));
	p = FMT_LITERAL(p, ",\"pid\":");
	p = put_known(p, owner.pid);
	p = FMT_LITERAL(p, ",\"comm\":");
	p = put_text(p, owner.comm);
	p = FMT_LITERAL(p, ",\"cgroup\":");
	p = put_text(p, owner.cgroup);
	p = FMT_LITERAL(p, ",\"cgroup_id\":");
	p = put_known(p, s->cgroup);
	p = FMT_LITERAL(p, ",\"socket\":");
	return put_known(p, s->socket);
}

/* What came later, and so stands at the end. */
static char *put_more(char *p, const struct conn *c)
{
	const struct synfin_record_conn *s = &c->sum;

	p = FMT_LITERAL(p, ",\"phases_lost\":");
	p = fmt_u64(p, c->lost_phases + c->skipped_phases);
	p = FMT_LITERAL(p, ",\"id\":");
	p = fmt_u64(p, s->head.id);
	p = FMT_LITERAL(p, ",\"ts_ns\":");
	p = fmt_u64(p, s->head.time_ns);
	p = FMT_LITERAL(p, ",\"client_isn\":");
	p = s->flags & SYNFIN_CONN_CLIENT_ISN ? fmt_u64(p, s->client_isn) :
						FMT_LITERAL(p, "null");
	p = FMT_LITERAL(p, ",\"server_isn\":");
	p = s->flags & SYNFIN_CONN_SERVER_ISN ? fmt_u64(p, s->server_isn) :
						FMT_LITERAL(p, "null");
	p = s->flags & SYNFIN_CONN_FLIPPED ?
	    FMT_LITERAL(p, ",\"client_guessed\":true") :
	    FMT_LITERAL(p, ",\"client_guessed\":false");
	p = s->flags & SYNFIN_CONN_SYN_DATA ?
	    FMT_LITERAL(p, ",\"syn_data\":true") :
	    FMT_LITERAL(p, ",\"syn_data\":false");
	p = s->flags & SYNFIN_CONN_UNACCEPTED ?
	    FMT_LITERAL(p, ",\"unaccepted\":true") :
	    FMT_LITERAL(p, ",\"unaccepted\":false");
	p = put_owner(p, s);
	p = put_drop(p, s->drop_reason, s->drop_hook);
	p = FMT_LITERAL(p, ",\"drop_count\":");
	/* A capture does not say. */
	return s->head.netns ? fmt_u64(p, s->drop_count) : FMT_LITERAL(p, "null");
}

/**
 * json_conn() - a connection
 * @out: where to
 * @c: the connection
 * @bare: without its phases
 */
void json_conn(struct out *out, const struct conn *c, bool bare)
{
	char *p = out_room(out, OUT_ROOM);

	p = put_head(p, &c->sum.head, c->sum.head.time_ns);
	p = put_outcome(p, &c->sum);
	p = put_times(p, &c->sum);
	p = put_counts(p, &c->sum);
	p = put_others(p, &c->sum);
	if (!bare)
		p = put_phases(p, c);
	p = put_more(p, c);
	p = json_first(p, c, bare);
	*p++ = '}';
	*p++ = '\n';
	out_used(out, p);
}

/* Of a timeout and of an ICMP error, what only a TCP header has is null. */
static char *put_segment(char *p, const struct synfin_record_step *rec)
{
	p = put_numbers(p, rec->phase, rec->tcp_flags, rec->seq, rec->ack);
	if (!rec->tcp_flags)
		return FMT_LITERAL(p, ",\"window\":null,\"flags\":null,\"len\":null");
	p = FMT_LITERAL(p, ",\"window\":");
	p = fmt_u64(p, rec->window);
	p = FMT_LITERAL(p, ",\"flags\":\"");
	p = word_flags(p, rec->tcp_flags);
	p = FMT_LITERAL(p, "\",\"len\":");
	return fmt_u64(p, rec->len);
}

/**
 * json_phase() - a phase
 * @out: where to
 * @phase: the phase
 */
void json_phase(struct out *out, const struct phase *phase)
{
	const struct synfin_record_step *rec = phase->step;
	char *p = out_room(out, OUT_ROOM);

	p = put_head(p, phase->head, rec->time_ns);
	p = FMT_LITERAL(p, ",\"id\":");
	p = fmt_u64(p, phase->head->id);
	p = FMT_LITERAL(p, ",\"phase\":");
	p = put_word(p, word_phase(rec->phase));
	p = FMT_LITERAL(p, ",\"from\":");
	p = put_word(p, word_from(rec->from));
	p = put_segment(p, rec);
	p = FMT_LITERAL(p, ",\"count\":");
	p = fmt_u64(p, rec->count);
	p = FMT_LITERAL(p, ",\"since_ns\":");
	p = put_ns(p, rec->since_ns);
	p = FMT_LITERAL(p, ",\"ts_ns\":");
	p = fmt_u64(p, rec->time_ns);
	p = put_drop(p, rec->reason, rec->hook);
	*p++ = '}';
	*p++ = '\n';
	out_used(out, p);
}
