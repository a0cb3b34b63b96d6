// SPDX-License-Identifier: GPL-2.0
/*
 * JSON. A million connections a second go through here when a recording is read,
 * so an object is written straight into the output's buffer: its keys are string
 * constants, its numbers are made by hand, and few values need escaping. What is
 * not known is null.
 */
#include <assert.h>

#include "output/fmt.h"
#include "output/json_text.h"
#include "views/json_first.h"
#include "views/json_parts.h"
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

/* What all objects begin with. */
static inline char *put_head(char *p, const struct synfin_record_head *h,
			     uint64_t time_ns)
{
	p = FMT_LITERAL(p, "{\"ts\":");
	p = fmt_seconds(p, time_ns);
	p = json_place(p, h);
	p = fmt_addr(p, h->family, h->client);
	p = FMT_LITERAL(p, "\",\"client_port\":");
	p = fmt_u64(p, h->client_port);
	return json_server(p, h);
}

/*
 * A timeout is no segment, so it has no number. @near has the numbers of both ends:
 * those of a connection differ in their last digits.
 */
static inline char *put_numbers(char *p, struct fmt_near near[2], const struct step *step)
{
	bool server = step->from == SYNFIN_FROM_SERVER;

	p = FMT_LITERAL(p, ",\"seq\":");
	p = step->phase == SYNFIN_PHASE_TIMEOUT ?
	    FMT_LITERAL(p, "null") : fmt_near(p, &near[server], step->seq);
	p = FMT_LITERAL(p, ",\"ack\":");
	return step->tcp_flags & TCP_ACK ? fmt_near(p, &near[!server], step->ack) :
					   FMT_LITERAL(p, "null");
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

/* An error of ICMP makes a phase without a header of TCP. */
static bool is_icmp(unsigned int phase, unsigned int tcp_flags, unsigned int type_code)
{
	return phase == SYNFIN_PHASE_RST && !tcp_flags && type_code;
}

static char *put_icmp(char *p, bool known, unsigned int type_code)
{
	if (!known)
		return FMT_LITERAL(p, ",\"icmp_type\":null,\"icmp_code\":null");
	p = FMT_LITERAL(p, ",\"icmp_type\":");
	p = fmt_u64(p, type_code >> 8);
	p = FMT_LITERAL(p, ",\"icmp_code\":");
	return fmt_u64(p, type_code & 0xff);
}

/* The error that answered the SYN, and who sent it. */
static char *put_error(char *p, const struct conn *c)
{
	const struct synfin_record_icmp *icmp = c->icmp;

	if (!icmp)
		return FMT_LITERAL(p, ",\"icmp_type\":null,\"icmp_code\":null"
				   ",\"icmp_from\":null");
	p = put_icmp(p, true, icmp->type << 8 | icmp->code);
	p = FMT_LITERAL(p, ",\"icmp_from\":\"");
	p = fmt_addr(p, icmp->head.family, icmp->router);
	*p++ = '"';
	return p;
}

static char *put_phases(char *p, const struct conn *c, struct fmt_near near[2])
{
	uint64_t first = c->sum.head.time_ns;
	const struct step *end = c->phases + c->nr_phases;

	p = FMT_LITERAL(p, ",\"phases\":[");
	for (const struct step *step = c->phases; step < end; step++) {
		p = json_copy(p, json_step(step->phase, step->from));
		p = fmt_u64(p, step->time_ns > first ? step->time_ns - first : 0);
		p = put_numbers(p, near, step);
		if (step->count == 1 && step->tcp_flags && step->phase != SYNFIN_PHASE_DROP) {
			p = FMT_LITERAL(p, ",\"count\":1},");
			continue;
		}
		p = FMT_LITERAL(p, ",\"count\":");
		p = fmt_u64(p, step->count);
		if (step->phase == SYNFIN_PHASE_DROP)
			p = put_drop(p, step->reason, step->hook);
		else if (is_icmp(step->phase, step->tcp_flags, step->icmp))
			p = put_icmp(p, true, step->icmp);
		p = FMT_LITERAL(p, "},");
	}
	/* The last one has a comma too many. */
	p -= c->nr_phases > 0;
	*p++ = ']';
	return p;
}

static char *put_times(char *p, const struct synfin_record_conn *s)
{
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

/* SYNFIN_BYTES_NONE is the same number as SYNFIN_NS_NONE. */
static char *put_bytes(char *p, const struct synfin_record_conn *s)
{
	p = put_ns(p, s->bytes_client);
	p = FMT_LITERAL(p, ",\"bytes_server\":");
	return put_ns(p, s->bytes_server);
}

static inline char *put_isn(char *p, struct fmt_near *near, uint32_t isn, bool known)
{
	return known ? fmt_near(p, near, isn) : FMT_LITERAL(p, "null");
}

/* What came later, and so stands at the end. */
static char *put_more(char *p, const struct conn *c, struct fmt_near near[2])
{
	const struct synfin_record_conn *s = &c->sum;

	p = FMT_LITERAL(p, ",\"phases_lost\":");
	p = fmt_u64(p, c->lost_phases + c->skipped_phases);
	p = FMT_LITERAL(p, ",\"id\":");
	p = fmt_u64(p, s->head.id);
	p = FMT_LITERAL(p, ",\"ts_ns\":");
	p = fmt_time(p, s->head.time_ns);
	p = FMT_LITERAL(p, ",\"client_isn\":");
	p = put_isn(p, &near[0], s->client_isn, s->flags & SYNFIN_CONN_CLIENT_ISN);
	p = FMT_LITERAL(p, ",\"server_isn\":");
	return put_isn(p, &near[1], s->server_isn, s->flags & SYNFIN_CONN_SERVER_ISN);
}

/* The control connection that announced it. */
static char *put_ftp(char *p, const struct conn *c)
{
	if (!c->ftp_control)
		return FMT_LITERAL(p, ",\"ftp_control\":null");
	p = FMT_LITERAL(p, ",\"ftp_control\":");
	return fmt_u64(p, c->ftp_control);
}

/* What this host dropped. */
static char *put_drops(char *p, const struct synfin_record_conn *s)
{
	/* A capture does not say how many. */
	if (!s->drop_reason && s->head.netns && !s->drop_count)
		return FMT_LITERAL(p, ",\"drop_reason\":null,\"drop_hook\":null"
				   ",\"drop_count\":0");
	p = put_drop(p, s->drop_reason, s->drop_hook);
	p = FMT_LITERAL(p, ",\"drop_count\":");
	return s->head.netns ? fmt_u64(p, s->drop_count) : FMT_LITERAL(p, "null");
}

/* Of what passes here none are kept. */
static char *put_copies(char *p, const struct synfin_record_conn *s)
{
	p = FMT_LITERAL(p, ",\"copies\":");
	return s->head.netns ? FMT_LITERAL(p, "null") : fmt_u64(p, s->copies);
}

/**
 * json_conn() - a connection
 * @out: where to
 * @c: the connection
 * @bare: without its phases
 */
void json_conn(struct out *out, const struct conn *c, bool bare)
{
	const struct json_outcome *outcome = json_outcome(&c->sum);
	struct fmt_near near[2] = { FMT_NEAR, FMT_NEAR };
	char *p = out_room(out, OUT_ROOM);

	p = put_head(p, &c->sum.head, c->sum.head.time_ns);
	p = json_part_copy(p, &outcome->open);
	p = put_times(p, &c->sum);
	p = json_part_copy(p, &outcome->counts);
	p = put_bytes(p, &c->sum);
	p = json_part_copy(p, &outcome->others);
	if (!bare)
		p = put_phases(p, c, near);
	p = put_more(p, c, near);
	p = json_part_copy(p, &outcome->flags);
	p = json_owner(p, &c->sum);
	p = put_ftp(p, c);
	p = put_drops(p, &c->sum);
	p = put_error(p, c);
	p = put_copies(p, &c->sum);
	p = json_first(p, c, bare);
	*p++ = '}';
	*p++ = '\n';
	out_used(out, p);
}

/* Of a timeout and of an ICMP error, what only a TCP header has is null. */
static char *put_segment(char *p, const struct synfin_record_step *rec)
{
	struct fmt_near near[2] = { FMT_NEAR, FMT_NEAR };
	struct step step;

	step_pack(&step, rec);
	p = put_numbers(p, near, &step);
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
	p = fmt_time(p, rec->time_ns);
	p = put_drop(p, rec->reason, rec->hook);
	p = put_icmp(p, is_icmp(rec->phase, rec->tcp_flags, rec->icmp), rec->icmp);
	*p++ = '}';
	*p++ = '\n';
	out_used(out, p);
}
