// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints synfin:synfin_phase and synfin:synfin_conn, in a tracefs
 * instance of our own, so that no one else's tracing is disturbed. Their fields
 * have the names of the records' fields, and make the same records again.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "output/complain.h"
#include "sources/merge.h"
#include "commands/interrupt.h"
#include "sources/absent.h"
#include "sources/trace_map.h"

/* A tracepoint fires a little after its record bears the time. */
#define MARGIN_NS	10000000ull
/* Waits in vain after which the clock must have been set back. */
#define PATIENCE	20u

struct trace {
	struct source src;
	struct tep_handle *tep;
	struct tep_event *phase;
	struct tep_event *conn;
	struct trace_map phase_map;
	struct trace_map conn_map;
	struct merge *merge;
	unsigned int nr_cpus;
	unsigned int waited;
	bool follow;
	/* While events are being read. */
	const struct sink *sink;
	bool enough;
};

/* One a process, so that it can be removed however that ends. */
static struct tracefs_instance *instance;

static void remove_instance(void)
{
	if (!instance)
		return;
	tracefs_event_disable(instance, "synfin", NULL);
	tracefs_instance_destroy(instance);
	tracefs_instance_free(instance);
	instance = NULL;
}

/* Room for a record; what waits makes way. */
static union synfin_record *slot(struct trace *t, struct merge_queue *q)
{
	union synfin_record *rec = merge_slot(q);

	if (!rec) {
		merge_deliver(t->merge, UINT64_MAX, t->sink, &t->enough);
		rec = merge_slot(q);
	}
	return t->enough ? NULL : rec;
}

static int on_event(struct tep_event *event, struct tep_record *data, int cpu,
		    void *ctx)
{
	struct trace *t = ctx;
	union synfin_record *rec;
	struct merge_queue *q;

	if ((event != t->phase && event != t->conn) ||
	    (unsigned int)cpu >= t->nr_cpus)
		return 0;
	q = merge_queue(t->merge, (unsigned int)cpu);
	rec = slot(t, q);
	if (rec && event == t->conn && trace_map_ftp(&t->conn_map, data->data, &rec->ftp)) {
		merge_push(t->merge, q);
		rec = slot(t, q);
	}
	if (!rec)
		return 1;
	trace_map_record(event == t->phase ? &t->phase_map : &t->conn_map, data->data, rec);
	merge_push(t->merge, q);
	return 0;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/*
 * All CPUs are read one after the other. What was written before that began is
 * complete and can be put in order; what came meanwhile waits for the next time.
 */
static enum source_state trace_read(struct source *src, const struct sink *sink)
{
	struct trace *t = (struct trace *)src;
	uint64_t until = t->follow ? now_ns() - MARGIN_NS : UINT64_MAX;
	size_t delivered;

	t->sink = sink;
	tracefs_iterate_raw_events(t->tep, instance, NULL, 0, on_event, t);
	if (t->waited >= PATIENCE)
		until = UINT64_MAX;
	delivered = merge_deliver(t->merge, until, sink, &t->enough);
	t->waited = delivered ? 0 : t->waited + 1;
	if (t->enough || !t->follow)
		return SOURCE_END;
	return delivered ? SOURCE_MORE : SOURCE_IDLE;
}

static void trace_wait(struct source *src)
{
	(void)src;
	interrupt_wait(-1, 100);
}

/* What the instance's buffers had no room for. */
static void trace_settle(struct source *src)
{
	struct trace *t = (struct trace *)src;
	unsigned long long lost;
	char path[64], *text, *line;

	src->lost = 0;
	for (unsigned int cpu = 0; cpu < t->nr_cpus; cpu++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", cpu);
		text = tracefs_instance_file_read(instance, path, NULL);
		if (!text)
			continue;
		line = strstr(text, "overrun:");
		if (line && sscanf(line, "overrun: %llu", &lost) == 1)
			src->lost += lost;
		line = strstr(text, "dropped events:");
		if (line && sscanf(line, "dropped events: %llu", &lost) == 1)
			src->lost += lost;
		free(text);
	}
}

static void trace_close(struct source *src)
{
	struct trace *t = (struct trace *)src;

	remove_instance();
	if (t->tep)
		tep_free(t->tep);
	merge_free(t->merge);
	free(t);
}

static struct tep_event *find_event(struct trace *t, const char *name)
{
	struct tep_event *event = tep_find_event_by_name(t->tep, "synfin", name);

	if (!event)
		complain("synfin:%s: no such tracepoint: %s", name, absent_advice());
	return event;
}

/* What a reader has left behind that was killed. */
static int remove_stale(const char *name, void *ctx)
{
	struct tracefs_instance *stale;
	int pid, end = 0;

	(void)ctx;
	if (sscanf(name, "synfin-%d%n", &pid, &end) != 1 || name[end] ||
	    !kill(pid, 0) || errno != ESRCH)
		return 0;
	stale = tracefs_instance_alloc(NULL, name);
	if (!stale)
		return 0;
	tracefs_event_disable(stale, "synfin", NULL);
	tracefs_instance_destroy(stale);
	tracefs_instance_free(stale);
	return 0;
}

static int enable(void)
{
	char name[32];

	tracefs_instances_walk(remove_stale, NULL);
	snprintf(name, sizeof(name), "synfin-%d", (int)getpid());
	instance = tracefs_instance_create(name);
	if (!instance)
		return complain_file("tracefs", errno,
				     errno == EACCES || errno == EPERM ?
				     "try: sudo" : NULL);
	atexit(remove_instance);
	if (tracefs_event_enable(instance, "synfin", "synfin_phase") ||
	    tracefs_event_enable(instance, "synfin", "synfin_conn"))
		return complain("synfin: its tracepoints cannot be enabled: %s",
				strerror(errno));
	return 0;
}

static int open_trace(struct trace *t)
{
	static const char *const systems[] = { "synfin", NULL };

	if (!tracefs_tracing_dir() || access(tracefs_tracing_dir(), R_OK | X_OK))
		return complain_file("tracefs", errno ? errno : ENOENT,
				     "try: sudo");
	t->tep = tracefs_local_events_system(NULL, systems);
	if (!t->tep)
		return complain("synfin: no such tracepoints: %s", absent_advice());
	t->phase = find_event(t, "synfin_phase");
	if (!t->phase ||
	    trace_map_bind(&t->phase_map, t->phase, SYNFIN_RECORD_PHASES))
		return -1;
	t->conn = find_event(t, "synfin_conn");
	if (!t->conn || trace_map_bind(&t->conn_map, t->conn, SYNFIN_RECORD_CONN))
		return -1;
	t->merge = merge_new(t->nr_cpus);
	return t->merge ? enable() : -1;
}

/**
 * source_trace_open() - read the tracepoints
 * @follow: go on for ever; or else end with what is there now, which is nothing,
 *	since they are enabled now
 *
 * Return: the source, NULL after a message.
 */
struct source *source_trace_open(bool follow)
{
	struct trace *t = calloc(1, sizeof(*t));

	if (!t) {
		complain("out of memory");
		return NULL;
	}
	t->src = (struct source){
		.read = trace_read,
		.wait = trace_wait,
		.settle = trace_settle,
		.close = trace_close,
		.live = follow,
	};
	t->follow = follow;
	t->nr_cpus = (unsigned int)sysconf(_SC_NPROCESSORS_CONF);
	if (open_trace(t)) {
		trace_close(&t->src);
		return NULL;
	}
	return &t->src;
}
