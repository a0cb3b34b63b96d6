// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the module's figures from /proc/net/synfin and from the ring's header.
 */
#include <string.h>
#include <unistd.h>

#include "commands/counters.h"
#include "sources/proc.h"
#include "sources/ring_map.h"
#include "output/util.h"

static const struct {
	const char *name;
	const char *meaning;
	bool reason;
} known[] = {
#define X(name, text) { #name, text, false },
	SYNFIN_TALLIES(X)
#undef X
#define X(name, text) { #name, text, true },
	SYNFIN_REASONS(X)
#undef X
	{ "flows_live", "flows that have not ended", false },
	{ "flows_opening", "of these, in their handshake", false },
	{ "flows_open", "of these, established", false },
	{ "flows_closing", "of these, after their first FIN", false },
	{ "flows_lingering", "flows that have ended and wait for late segments", false },
	{ "flows_total", "flows of all network namespaces in the table", false },
	{ "flows_embryonic", "of these, whose handshake no ACK has proved", false },
	{ "max_flows", "flows that the table may hold", false },
	{ "ring_records", "records that a CPU's first ring holds, of three", false },
	{ "ring_cpus", "CPUs that there may be", false },
	{ "records", "records written to the rings", false },
	{ "records_gone", "records written for namespaces that are gone", false },
};

/**
 * counters_meaning() - what a counter means
 * @name: of the counter
 *
 * Return: a few words, none for a counter that only a newer module has.
 */
const char *counters_meaning(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return known[i].meaning;
	return "";
}

/**
 * counters_is_reason() - does a counter say why segments were recorded nowhere?
 * @name: of the counter
 *
 * Return: true if it does.
 */
bool counters_is_reason(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return known[i].reason;
	return false;
}

/* What a counter, or a histogram, can be called: of a copy somebody else may have made it. */
static bool is_name(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

/* Of two with one name the first counts; two names are of objects in JSON. */
static bool is_known(const struct counters *f, const char *name)
{
	for (unsigned int i = 0; i < f->nr; i++)
		if (!strcmp(f->counter[i].name, name))
			return true;
	return !strcmp(name, "latency") || !strcmp(name, "ring");
}

/**
 * counters_read_numbers() - read the numbers, and no durations
 * @f: to be filled
 *
 * Return: 0, or -1 after a message.
 */
int counters_read_numbers(struct counters *f)
{
	FILE *file = proc_open(PROC_STATS);
	unsigned long long value;
	char line[256];

	memset(f, 0, sizeof(*f));
	if (!file)
		return -1;
	while (f->nr < COUNTERS_MAX && fgets(line, sizeof(line), file)) {
		struct counter *counter = &f->counter[f->nr];

		if (sscanf(line, "%31s %llu", counter->name, &value) != 2 ||
		    !is_name(counter->name) || is_known(f, counter->name))
			continue;
		counter->value = value;
		f->nr++;
	}
	return proc_close(file, PROC_STATS);
}

static struct histogram *histogram_of(struct counters *f, const char *name)
{
	struct histogram *h;
	unsigned int i;

	for (i = 0; i < f->nr_histograms; i++)
		if (!strcmp(f->histogram[i].name, name))
			return &f->histogram[i];
	if (i == ARRAY_SIZE(f->histogram))
		return NULL;
	h = &f->histogram[f->nr_histograms++];
	strcpy(h->name, name);
	return h;
}

static int read_latency(struct counters *f)
{
	FILE *file = proc_open(PROC_LATENCY);
	unsigned long long lower, upper, count;
	char line[256], name[32];
	struct histogram *h;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31s %llu %llu %llu", name, &lower, &upper,
			   &count) != 4 || !is_name(name))
			continue;
		h = histogram_of(f, name);
		if (!h || h->nr == COUNTERS_BUCKETS)
			continue;
		h->bucket[h->nr].lower = lower;
		h->bucket[h->nr].upper = upper;
		h->bucket[h->nr++].count = count;
		h->total += count;
	}
	return proc_close(file, PROC_LATENCY);
}

/* The first record of a ring that is whole; a writer may be about to take it. */
static uint64_t oldest_of(const struct ring_map *map, unsigned int ring,
			  uint64_t head)
{
	const uint8_t *slots = ring_map_slots(map, ring);
	uint32_t nr = ring_map_nr_slots(map, ring);

	for (uint64_t n = ring_map_first(map, ring, head); n < head; n++) {
		const struct synfin_slot *slot = ring_map_slot(map, slots, nr, n);
		uint64_t seq = __atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE);
		uint64_t time;

		time = __atomic_load_n(&slot->record.head.time_ns,
				       __ATOMIC_RELAXED);
		/* As in source_ring.c: the copy stays before the second look. */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (seq == 2 * (n + 1) &&
		    __atomic_load_n(&slot->seq, __ATOMIC_RELAXED) == seq)
			return time;
	}
	return 0;
}

/* What only root can read is left out for others. */
static void read_ring(struct counters *f, const struct options *opt)
{
	const char *path = opt->ring ? opt->ring : RING_PATH;
	struct ring_map map;
	unsigned int cpus = 0;
	uint64_t head, oldest;

	if (access(path, R_OK) || ring_map_open(&map, path))
		return;
	f->ring_known = true;
	for (unsigned int ring = 0; ring < map.nr_rings; ring++) {
		head = ring_map_head(&map, ring);
		if (!head)
			continue;
		/* Numbered from 1, as 0 is none. */
		f->ring_cpus += cpus != ring / map.h.nr_rings + 1;
		cpus = ring / map.h.nr_rings + 1;
		f->ring_kept += head - ring_map_first(&map, ring, head);
		oldest = oldest_of(&map, ring, head);
		if (oldest && (!f->ring_oldest_ns || oldest < f->ring_oldest_ns))
			f->ring_oldest_ns = oldest;
	}
	ring_map_close(&map);
}

/**
 * counters_read() - read all of them
 * @f:	to be filled
 * @opt: the command line
 *
 * Return: 0, or -1 after a message.
 */
int counters_read(struct counters *f, const struct options *opt)
{
	if (counters_read_numbers(f) || read_latency(f))
		return -1;
	read_ring(f, opt);
	return 0;
}

/**
 * counters_get() - a counter
 * @f:	the counters
 * @name: its name
 *
 * Return: its value, 0 if there is none.
 */
uint64_t counters_get(const struct counters *f, const char *name)
{
	for (unsigned int i = 0; i < f->nr; i++)
		if (!strcmp(f->counter[i].name, name))
			return f->counter[i].value;
	return 0;
}

/**
 * counters_histogram() - a histogram
 * @f:	the counters
 * @name: its name
 *
 * Return: it, NULL if it is not there or empty.
 */
const struct histogram *counters_histogram(const struct counters *f,
					   const char *name)
{
	for (unsigned int i = 0; i < f->nr_histograms; i++)
		if (!strcmp(f->histogram[i].name, name) && f->histogram[i].total)
			return &f->histogram[i];
	return NULL;
}

/**
 * counters_percentile() - below how much so many in a hundred durations are
 * @h:	the histogram, not empty
 * @percent: how many
 *
 * Return: nanoseconds, by straight line inside of the bucket.
 */
uint64_t counters_percentile(const struct histogram *h, unsigned int percent)
{
	uint64_t rank = (h->total * percent + 99) / 100, before = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		uint64_t count = h->bucket[i].count;
		uint64_t lower = h->bucket[i].lower, upper = h->bucket[i].upper;

		if (before + count < rank) {
			before += count;
			continue;
		}
		/* The last bucket has no end. */
		if (upper == UINT64_MAX || !count)
			return lower;
		return lower + (uint64_t)((double)(upper - lower) *
					  ((double)(rank - before) - 0.5) /
					  (double)count);
	}
	return 0;
}
