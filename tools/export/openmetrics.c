// SPDX-License-Identifier: GPL-2.0
/*
 * Names and units by Prometheus's conventions: seconds and bytes, counters end in
 * _total. What never happened has no line, but for a family's heading; labels have
 * values that this file, the module or the limit of services bounds.
 */
#include <string.h>

#include "export/openmetrics.h"
#include "output/util.h"
#include "output/words.h"

struct text {
	FILE *f;
	bool old;
	bool by_netns;
};

static const char *const sides[2] = { "client", "server" };

/* OpenMetrics names a counter's family without its _total. */
static void family(const struct text *t, const char *name, const char *type,
		   const char *unit, const char *help)
{
	const char *suffix = t->old && !strcmp(type, "counter") ? "_total" : "";

	fprintf(t->f, "# HELP synfin_%s%s %s\n", name, suffix, help);
	fprintf(t->f, "# TYPE synfin_%s%s %s\n", name, suffix, type);
	if (unit && !t->old)
		fprintf(t->f, "# UNIT synfin_%s %s\n", name, unit);
}

/* The labels that every sample of a service has. */
static void service_labels(const struct text *t, const struct tally_service *s)
{
	if (s->port)
		fprintf(t->f, "server_port=\"%u\"", s->port);
	else
		fputs("server_port=\"other\"", t->f);
	if (t->by_netns && s->port)
		fprintf(t->f, ",netns=\"%u\"", s->netns);
	else if (t->by_netns)
		fputs(",netns=\"other\"", t->f);
}

/* What most come to has a series before it happens: or a rate would not see the first one. */
static bool is_usual(unsigned int open, unsigned int close, unsigned int by)
{
	if (close == SYNFIN_CLOSE_NONE)
		return by == SYNFIN_BY_NOBODY && open >= SYNFIN_OPEN_REFUSED &&
		       open <= SYNFIN_OPEN_ABORTED;
	return open == SYNFIN_OPEN_ESTABLISHED &&
	       (by == SYNFIN_BY_CLIENT || by == SYNFIN_BY_SERVER) &&
	       (close == SYNFIN_CLOSE_FOUR_WAY || close == SYNFIN_CLOSE_THREE_WAY ||
		close == SYNFIN_CLOSE_RESET || close == SYNFIN_CLOSE_HALF_CLOSED);
}

static void connections_of(const struct text *t, const struct tally_service *s)
{
	for (unsigned int o = 0; o < SYNFIN_OPEN_NR; o++)
		for (unsigned int c = 0; c < SYNFIN_CLOSE_NR; c++)
			for (unsigned int by = 0; by < TALLY_BY; by++) {
				if (!s->conns[o][c][by] && !is_usual(o, c, by))
					continue;
				fputs("synfin_connections_total{", t->f);
				service_labels(t, s);
				fprintf(t->f, ",open=\"%s\",close=\"%s\",closed_by=\"%s\"} %llu\n",
					word_open(o)->text,
					c == SYNFIN_CLOSE_NONE ? "" :
					word_close(c)->text,
					by == SYNFIN_BY_NOBODY ? "" :
					word_closed_by(by)->text,
					(unsigned long long)s->conns[o][c][by]);
			}
}

static void sides_of(const struct text *t, const struct tally_service *s,
		     const char *name, const uint64_t value[2])
{
	for (unsigned int side = 0; side < 2; side++) {
		fprintf(t->f, "synfin_%s_total{", name);
		service_labels(t, s);
		fprintf(t->f, ",side=\"%s\"} %llu\n", sides[side],
			(unsigned long long)value[side]);
	}
}

static void unaccepted_of(const struct text *t, const struct tally_service *s)
{
	fputs("synfin_unaccepted_connections_total{", t->f);
	service_labels(t, s);
	fprintf(t->f, "} %llu\n", (unsigned long long)s->unaccepted);
}

static void drops_of(const struct text *t, const struct tally_service *s)
{
	for (unsigned int reason = SYNFIN_DROP_NONE + 1; reason < SYNFIN_DROP_NR; reason++) {
		fputs("synfin_drops_total{", t->f);
		service_labels(t, s);
		fprintf(t->f, ",reason=\"%s\"} %llu\n", word_drop(reason)->text,
			(unsigned long long)s->drops[reason]);
	}
}

static void histogram_of(const struct text *t, const struct tally_service *s,
			 const char *name, enum tally_time kind)
{
	const struct tally_histogram *h = &s->time[kind];
	uint64_t count = 0;

	for (unsigned int i = 0; i <= TALLY_BUCKETS; i++)
		count += h->bucket[i];
	if (!count)
		return;
	count = 0;
	for (unsigned int i = 0; i <= TALLY_BUCKETS; i++) {
		count += h->bucket[i];
		fprintf(t->f, "synfin_%s_bucket{", name);
		service_labels(t, s);
		if (i == TALLY_BUCKETS)
			fputs(",le=\"+Inf\"", t->f);
		else
			/* OpenMetrics wants 1.0, and 1 of others is the same. */
			fprintf(t->f, tally_bounds[kind][i] % 1000000000 ?
				",le=\"%g\"" : ",le=\"%.1f\"",
				(double)tally_bounds[kind][i] / 1e9);
		fprintf(t->f, "} %llu\n", (unsigned long long)count);
	}
	fprintf(t->f, "synfin_%s_sum{", name);
	service_labels(t, s);
	fprintf(t->f, "} %.9f\n", (double)h->sum / 1e9);
	fprintf(t->f, "synfin_%s_count{", name);
	service_labels(t, s);
	fprintf(t->f, "} %llu\n", (unsigned long long)count);
}

static void write_services(const struct text *t, const struct tally *tally)
{
	static const struct {
		const char *name;
		const char *help;
	} times[TALLY_TIMES] = {
		[TALLY_HANDSHAKE] = { "handshake_seconds",
			"From the first SYN to the ACK of the handshake." },
		[TALLY_SERVER_RTT] = { "server_rtt_seconds",
			"From the last SYN to the SYN-ACK: to the server and back." },
		[TALLY_CLIENT_RTT] = { "client_rtt_seconds",
			"From the SYN-ACK to the ACK: to the client and back." },
		[TALLY_CLOSE] = { "close_seconds",
			"From the first FIN to the last ACK." },
		[TALLY_LIFE] = { "connection_duration_seconds",
			"From the first segment to the last." },
		[TALLY_TLS] = { "tls_handshake_seconds",
			"From the ClientHello to the end of the handshake of TLS." },
		[TALLY_RESPONSE] = { "first_response_seconds",
			"To the server's first byte: from the client's, or from the handshake." },
	};
	const struct tally_service *s, *end = tally->service + tally->nr;

	family(t, "connections", "counter", NULL,
	       "Connections that have ended, by how they opened and closed.");
	for (s = tally->service; s < end; s++)
		connections_of(t, s);
	family(t, "sent_bytes", "counter", "bytes",
	       "Payload of connections that have ended, by who sent it.");
	for (s = tally->service; s < end; s++)
		sides_of(t, s, "sent_bytes", s->bytes);
	family(t, "handshake_repeats", "counter", NULL,
	       "SYNs (client) and SYN-ACKs (server) that were sent again.");
	for (s = tally->service; s < end; s++)
		sides_of(t, s, "handshake_repeats", s->repeats);
	family(t, "unaccepted_connections", "counter", NULL,
	       "Established for the client, and never seen by the server's program.");
	for (s = tally->service; s < end; s++)
		unaccepted_of(t, s);
	family(t, "drops", "counter", NULL,
	       "Segments of connections that have ended which this host dropped, by why.");
	for (s = tally->service; s < end; s++)
		drops_of(t, s);
	for (unsigned int kind = 0; kind < TALLY_TIMES; kind++) {
		family(t, times[kind].name, "histogram", "seconds",
		       times[kind].help);
		for (s = tally->service; s < end; s++)
			histogram_of(t, s, times[kind].name, kind);
	}
}

/* Values of the module that go up and down, or are limits; their names here. */
static const struct {
	const char *counter;
	const char *gauge;
	const char *label;
	const char *help;
} gauges[] = {
	{ "flows_opening", "flows", "{state=\"opening\"}",
	  "Connections followed now in the exporter's network namespace." },
	{ "flows_open", "flows", "{state=\"established\"}", NULL },
	{ "flows_closing", "flows", "{state=\"closing\"}", NULL },
	{ "flows_lingering", "flows", "{state=\"lingering\"}", NULL },
	{ "flows_live", NULL, NULL, NULL },
	{ "flows_total", "table_flows", "",
	  "Connections followed now in all network namespaces." },
	{ "flows_embryonic", "table_embryonic_flows", "",
	  "Of these, those whose handshake no ACK has proved." },
	{ "max_flows", "table_limit_flows", "",
	  "Connections that can be followed at once." },
	{ "ring_records", "ring_capacity_records", "",
	  "Records that the ring of a CPU holds." },
	{ "ring_cpus", "ring_cpus", "", "CPUs that have a ring." },
};

static bool is_gauge(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(gauges); i++)
		if (!strcmp(gauges[i].counter, name))
			return true;
	return false;
}

static bool has(const struct counters *counters, const char *name)
{
	for (unsigned int i = 0; i < counters->nr; i++)
		if (!strcmp(counters->counter[i].name, name))
			return true;
	return false;
}

static void write_gauges(const struct text *t, const struct counters *counters)
{
	for (size_t i = 0; i < ARRAY_SIZE(gauges); i++) {
		if (!gauges[i].gauge || !has(counters, gauges[i].counter))
			continue;
		if (gauges[i].help)
			family(t, gauges[i].gauge, "gauge", NULL, gauges[i].help);
		fprintf(t->f, "synfin_%s%s %llu\n", gauges[i].gauge,
			gauges[i].label, (unsigned long long)
			counters_get(counters, gauges[i].counter));
	}
}

#define DROP	"drop_"

static bool is_drop(const char *name)
{
	return !strncmp(name, DROP, sizeof(DROP) - 1);
}

/* The module's names have underlines where words have hyphens. */
static void write_drop(const struct text *t, const struct counter *counter)
{
	char name[sizeof(counter->name)];

	strcpy(name, counter->name + sizeof(DROP) - 1);
	for (char *p = name; (p = strchr(p, '_'));)
		*p = '-';
	fprintf(t->f, "synfin_module_dropped_segments_total{reason=\"%s\"} %llu\n", name,
		(unsigned long long)counter->value);
}

/* What has a reason is one family, in which the reason is a label. */
static void write_reasons(const struct text *t, const struct counters *counters)
{
	unsigned int i;

	family(t, "module_ignored_segments", "counter", NULL,
	       "Segments that were recorded nowhere, by the reason.");
	for (i = 0; i < counters->nr; i++)
		if (counters_is_reason(counters->counter[i].name))
			fprintf(t->f, "synfin_module_ignored_segments_total{reason=\"%s\"} %llu\n",
				counters->counter[i].name,
				(unsigned long long)counters->counter[i].value);
	family(t, "module_dropped_segments", "counter", NULL,
	       "Segments of handshakes and closes that this host dropped, by the reason.");
	for (i = 0; i < counters->nr; i++)
		if (is_drop(counters->counter[i].name))
			write_drop(t, &counters->counter[i]);
}

/* Each counter of the module, but for reasons. */
static void write_counters(const struct text *t, const struct counters *counters)
{
	char name[64];

	for (unsigned int i = 0; i < counters->nr; i++) {
		const struct counter *counter = &counters->counter[i];
		const char *help = counters_meaning(counter->name);

		if (is_gauge(counter->name) || is_drop(counter->name) ||
		    counters_is_reason(counter->name))
			continue;
		snprintf(name, sizeof(name), "module_%s", counter->name);
		family(t, name, "counter", NULL,
		       *help ? help : "a counter that only a newer module has");
		fprintf(t->f, "synfin_%s_total %llu\n", name,
			(unsigned long long)counter->value);
	}
	write_reasons(t, counters);
}

/**
 * openmetrics_write() - write all metrics
 * @f: where to
 * @m: what they are
 * @old: in the format before OpenMetrics
 */
void openmetrics_write(FILE *f, const struct metrics *m, bool old)
{
	const struct text t = { .f = f, .old = old, .by_netns = m->tally->by_netns };

	write_services(&t, m->tally);
	family(&t, "reader_lost_records", "counter", NULL,
	       "Records that were overwritten before the exporter read them.");
	fprintf(f, "synfin_reader_lost_records_total %llu\n",
		(unsigned long long)m->lost);
	if (m->live) {
		family(&t, "module_loaded", "gauge", NULL,
		       "Whether the kernel module is there.");
		fprintf(f, "synfin_module_loaded %d\n", m->loaded);
	}
	if (m->loaded) {
		write_gauges(&t, m->counters);
		write_counters(&t, m->counters);
	}
	if (!old)
		fputs("# EOF\n", f);
}
