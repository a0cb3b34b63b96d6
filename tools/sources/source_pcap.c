// SPDX-License-Identifier: GPL-2.0
/*
 * A capture: packets in, the records that the module would have written out.
 *
 *	files	the packets of one file or of several
 *	dig	the segments in them, whatever is around them
 *	order	in the order in which they passed
 *	copies	without those that were captured twice
 *	scope	those of the same endpoints in different places told apart
 *	capture	connections
 */
#include <stdlib.h>
#include <string.h>

#include "commands/interrupt.h"
#include "output/complain.h"
#include "output/fmt.h"
#include "output/util.h"
#include "sources/capture.h"
#include "sources/capture_files.h"
#include "sources/copies.h"
#include "sources/dig.h"
#include "sources/order.h"
#include "sources/packet_filter.h"
#include "sources/scope.h"
#include "sources/source.h"

#define BATCH	4096u

struct capture_source {
	struct source src;
	struct inputs *inputs;
	struct capture_files files;
	struct digger digger;
	struct order order;
	struct copies *copies;
	struct scopes *scopes;
	bool lanes;		/* some of them came by VLANs or tunnels */
	struct packet_filter filter;
	struct capture *capture;
	const struct sink *sink;
};

/* From the order to the connections. */
static bool take_ordered(void *ctx, struct captured *c)
{
	struct capture_source *s = ctx;
	bool copy = copies_is_copy(s->copies, c);

	c->scope = s->lanes ? scopes_find(s->scopes, c, copy) : 0;
	if (!copy)
		return capture_segment(s->capture, c, s->sink);
	capture_copy(s->capture, c);
	return true;
}

/* From the packets to the order. */
static bool take_segment(struct digger *g, void *ctx)
{
	struct capture_source *s = ctx;
	bool more;

	s->lanes |= g->to->lane != 0;
	copies_expect(s->copies, g->to);
	more = order_push(&s->order, !s->src.live);
	g->to = order_slot(&s->order);
	return more;
}

static enum source_state finish(struct capture_source *s)
{
	const struct capture_file *broken = s->files.broken;

	if (!dig_finish(&s->digger) || !order_flush(&s->order) ||
	    !capture_finish(s->capture, s->sink))
		return SOURCE_END;
	if (!broken || interrupted)
		return SOURCE_END;
	return source_fail(&s->src, "%s: broken at offset %llu: %s", broken->in->name,
			   (unsigned long long)broken->in->offset, s->files.wrong);
}

static enum source_state capture_read(struct source *src, const struct sink *sink)
{
	struct capture_source *s = (struct capture_source *)src;
	/* From a pipe, show what comes of a packet before waiting for the next. */
	unsigned int nr = s->src.live ? 1 : BATCH;
	struct packet pkt;

	s->sink = sink;
	while (nr--) {
		if (!capture_files_next(&s->files, &pkt))
			return finish(s);
		if (packet_filter_wants(&s->filter, &pkt) &&
		    !dig_packet(&s->digger, &pkt))
			return SOURCE_END;
	}
	return SOURCE_MORE;
}

static const char *const names[SYNFIN_CNT_NR] = {
#define X(name, text) \
	[SYNFIN_CNT_##name] = #name,
	SYNFIN_COUNTERS(X)
#undef X
};

static char *put_reason(char *p, const char **between, uint64_t nr, const char *what)
{
	bool first = true;

	if (!nr)
		return p;
	p = fmt_text(p, *between);
	p = fmt_grouped(p, nr);
	*p++ = ' ';
	for (; *what; what++) {
		/* One is not many: the first word loses its ending. */
		first = first && *what != ' ' && *what != '_';
		if (nr != 1 || !first || what[0] != 's' || (what[1] && what[1] != ' '))
			*p++ = *what == '_' ? '-' : *what;
	}
	*between = ", ";
	return p;
}

/* Why packets came to nothing; but what was not awaited is ordinary data. */
static char *put_passed(struct capture_source *s, char *p)
{
	const char *between = "; passed over: ";

	for (int i = 1; i < UNREAD_NR; i++)
		p = put_reason(p, &between, s->digger.unread[i],
			       dig_unread_text((enum unread)i));
	for (int i = 0; i < SYNFIN_CNT_NR; i++) {
		uint64_t nr = s->digger.passed[i] +
			capture_passed(s->capture, (enum synfin_counter)i);

		if (i != SYNFIN_NO_REASON && i != SYNFIN_CNT_not_awaited)
			p = put_reason(p, &between, nr, names[i]);
	}
	return p;
}

static void capture_remark(struct source *src, struct out *out)
{
	struct capture_source *s = (struct capture_source *)src;
	const char *between = "; ";
	char *p = out_room(out, OUT_ROOM);

	p = put_reason(p, &between, s->copies->nr, "packets captured twice");
	p = put_reason(p, &between, capture_files_lost(&s->files),
		       "packets lost by the capture");
	p = put_passed(s, p);
	out_used(out, p);
}

static void capture_close(struct source *src)
{
	struct capture_source *s = (struct capture_source *)src;

	packet_filter_close(&s->filter);
	capture_files_close(&s->files);
	order_free(&s->order);
	capture_free(s->capture);
	scopes_free(s->scopes);
	free(s->copies);
	inputs_close(s->inputs);
	free(s);
}

static int open_capture(struct capture_source *s, bool with_names)
{
	if (capture_files_open(&s->files, s->inputs->in, s->inputs->nr))
		return -1;
	s->capture = capture_new(with_names, s->src.live);
	s->copies = copies_new();
	s->scopes = scopes_new();
	if (!s->capture || !s->copies || !s->scopes)
		return -1;
	if (!order_init(&s->order))
		return complain("out of memory");
	s->digger.to = order_slot(&s->order);
	return 0;
}

/**
 * source_pcap_open() - read captures
 * @inputs: the files, at their beginnings; are closed with the source
 * @filter: an expression that packets must meet, or NULL
 * @with_names: tell the names that are in TLS
 *
 * Return: the source, NULL after a message.
 */
struct source *source_pcap_open(struct inputs *inputs, const char *filter, bool with_names)
{
	struct capture_source *s = calloc(1, sizeof(*s));

	if (!s) {
		complain("out of memory");
		inputs_close(inputs);
		return NULL;
	}
	s->inputs = inputs;
	s->src = (struct source){
		.read = capture_read,
		.close = capture_close,
		.remark = capture_remark,
		.live = inputs->nr == 1 && !inputs->in[0]->plain,
	};
	s->digger.take = take_segment;
	s->digger.ctx = s;
	s->order.take = take_ordered;
	s->order.ctx = s;
	if (open_capture(s, with_names) ||
	    (filter && packet_filter_open(&s->filter, filter, s->files.file[0].packets.link))) {
		capture_close(&s->src);
		return NULL;
	}
	return &s->src;
}
