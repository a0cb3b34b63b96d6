// SPDX-License-Identifier: GPL-2.0
/*
 * A capture, read by libpcap: packets in, the records that the module would have
 * written out.
 */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "sources/capture.h"
#include "output/complain.h"
#include "output/fmt.h"
#include "sources/input.h"
#include "sources/pcap_link.h"
#include "sources/reorder.h"
#include "commands/stop.h"
#include "output/util.h"

#define BATCH	4096u

struct capture_source {
	struct source src;
	struct input *in;
	FILE *stream;
	pcap_t *pcap;
	int link;
	bool filtered;
	struct bpf_program filter;
	uint64_t not_ip;
	struct capture *capture;
	struct reorder held;
};

/* Of a packet; but for a capture of several interfaces, that of all. */
static int link_of(struct capture_source *c)
{
	int type = pcapng_link(&c->in->blocks);

	return type < 0 ? c->link : pcap_link_dlt(type);
}

static bool take_packet(struct capture_source *c, const struct pcap_pkthdr *head,
			const uint8_t *packet, const struct sink *sink)
{
	int at = pcap_link_skip(link_of(c), packet, head->caplen);
	struct synfin_segment seg;
	enum synfin_counter reason;
	uint64_t ns;

	if (at < 0 || head->len < head->caplen) {
		c->not_ip++;
		return true;
	}
	memset(&seg, 0, sizeof(seg));
	reason = synfin_wire_ip(packet + at, head->caplen - (uint32_t)at,
				head->len - (uint32_t)at, &seg);
	if (reason != SYNFIN_NO_REASON) {
		capture_pass(c->capture, reason);
		return true;
	}
	/* With the precision that was asked for, tv_usec is nanoseconds. */
	ns = (uint64_t)head->ts.tv_sec * 1000000000ull +
	     (uint64_t)head->ts.tv_usec;
	if (!c->in->plain)
		return capture_segment(c->capture, &seg, ns, sink);
	return reorder_push(&c->held, c->capture, &seg, ns, sink);
}

static enum source_state capture_read(struct source *src,
				      const struct sink *sink)
{
	struct capture_source *c = (struct capture_source *)src;
	/* From a pipe, show what comes of a packet before waiting for the next. */
	unsigned int nr = c->in->plain ? BATCH : 1;
	struct pcap_pkthdr *head;
	const uint8_t *packet;
	off_t offset;
	int found;

	while (nr--) {
		offset = ftello(c->stream);
		found = pcap_next_ex(c->pcap, &head, &packet);
		if (found == 1 && c->filtered &&
		    !pcap_offline_filter(&c->filter, head, packet))
			continue;
		if (found == 1 && take_packet(c, head, packet, sink))
			continue;
		if (found == 1)
			return SOURCE_END;
		if (!reorder_flush(&c->held, c->capture, sink) ||
		    !capture_finish(c->capture, sink))
			return SOURCE_END;
		if (found == PCAP_ERROR_BREAK || stop_asked)
			return SOURCE_END;
		return source_fail(src, "%s: broken at offset %lld: %s",
				   c->in->name, (long long)offset,
				   pcap_geterr(c->pcap));
	}
	return SOURCE_MORE;
}

static const char *const names[SYNFIN_CNT_NR] = {
#define X(name, text) \
	[SYNFIN_CNT_##name] = #name,
	SYNFIN_COUNTERS(X)
#undef X
};

static char *put_reason(char *p, const char **between, const char *name,
			uint64_t nr)
{
	if (!nr)
		return p;
	p = fmt_text(p, *between);
	for (; *name; name++)
		*p++ = *name == '_' ? '-' : *name;
	*p++ = ' ';
	*between = ", ";
	return fmt_grouped(p, nr);
}

/* Why packets came to nothing; but what was not awaited is ordinary data. */
static void capture_remark(struct source *src, struct out *out)
{
	struct capture_source *c = (struct capture_source *)src;
	const char *between = "; passed over: ";
	char *p = out_room(out, OUT_ROOM);

	p = put_reason(p, &between, "not_ip", c->not_ip);
	for (int i = 0; i < SYNFIN_CNT_NR; i++)
		if (i != SYNFIN_NO_REASON && i != SYNFIN_CNT_not_awaited)
			p = put_reason(p, &between, names[i],
				       capture_passed(c->capture,
						      (enum synfin_counter)i));
	out_used(out, p);
}

static void capture_close(struct source *src)
{
	struct capture_source *c = (struct capture_source *)src;

	if (c->filtered)
		pcap_freecode(&c->filter);
	/* libpcap closes the stream, but for one that it could not open. */
	if (c->pcap)
		pcap_close(c->pcap);
	else if (c->stream)
		fclose(c->stream);
	capture_free(c->capture);
	input_close(c->in);
	free(c);
}

static pcap_t *open_nano(FILE *stream, char *error)
{
	return pcap_fopen_offline_with_tstamp_precision(stream,
							PCAP_TSTAMP_PRECISION_NANO,
							error);
}

/* Who can undo it; NULL if the file is not compressed. */
static const char *compressed_by(struct input *in)
{
	static const struct {
		const char *program;
		const char *magic;
	} programs[] = {
		{ "gzip", "\x1f\x8b" },
		{ "zstd", "\x28\xb5\x2f\xfd" },
		{ "xz", "\xfd" "7zXZ" },
	};
	size_t len, i, room = input_fill(in, 8);

	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		len = strlen(programs[i].magic);
		if (room >= len && !memcmp(input_data(in), programs[i].magic, len))
			return programs[i].program;
	}
	return NULL;
}

static int open_capture(struct capture_source *c)
{
	const char *program = compressed_by(c->in);
	char error[PCAP_ERRBUF_SIZE];

	if (program)
		return complain("%s: it is compressed: try: %s -dc %s | synfin conns -r -",
				c->in->name, program, c->in->name);
	c->stream = input_stream(c->in);
	c->capture = capture_new();
	if (!c->stream || !c->capture)
		return -1;
	c->pcap = open_nano(c->stream, error);
	if (!c->pcap)
		return complain("%s: neither a recording nor a capture: %s",
				c->in->name, error);
	c->link = pcap_datalink(c->pcap);
	if (!pcap_link_known(c->link))
		return complain("%s: a capture of %s, of which the headers are not known",
				c->in->name,
				pcap_datalink_val_to_description_or_dlt(c->link));
	return 0;
}

static int set_filter(struct capture_source *c, const char *filter)
{
	if (!pcap_compile(c->pcap, &c->filter, filter, 1, PCAP_NETMASK_UNKNOWN)) {
		c->filtered = true;
		return 0;
	}
	return complain("--filter '%s': %s", filter, pcap_geterr(c->pcap));
}

/**
 * source_pcap_open() - read a capture
 * @in: the file, at its beginning; is closed with the source
 * @filter: an expression that packets must meet, or NULL
 *
 * Return: the source, NULL after a message.
 */
struct source *source_pcap_open(struct input *in, const char *filter)
{
	struct capture_source *c = calloc(1, sizeof(*c));

	if (!c) {
		complain("out of memory");
		input_close(in);
		return NULL;
	}
	c->in = in;
	c->src = (struct source){
		.read = capture_read,
		.close = capture_close,
		.remark = capture_remark,
		.live = !in->plain,
	};
	if (open_capture(c) || (filter && set_filter(c, filter))) {
		capture_close(&c->src);
		return NULL;
	}
	return &c->src;
}
