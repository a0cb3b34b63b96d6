// SPDX-License-Identifier: GPL-2.0
/*
 * From the fields of a tracepoint to the record that it was made of. The fields
 * have the names and sizes of the record's; where they are, its format says.
 */
#include <stddef.h>
#include <string.h>

#include "core/record.h"
#include "output/complain.h"
#include "sources/trace_map.h"

#define ANY	((union synfin_record *)0)

struct field {
	const char *name;
	uint16_t offset;
	uint16_t size;
};

static const struct field head_fields[] = {
	{ "family", offsetof(union synfin_record, head.family),
	  sizeof(ANY->head.family) },
	{ "client_port", offsetof(union synfin_record, head.client_port),
	  sizeof(ANY->head.client_port) },
	{ "server_port", offsetof(union synfin_record, head.server_port),
	  sizeof(ANY->head.server_port) },
	{ "netns", offsetof(union synfin_record, head.netns),
	  sizeof(ANY->head.netns) },
	{ "id", offsetof(union synfin_record, head.id),
	  sizeof(ANY->head.id) },
	{ "time_ns", offsetof(union synfin_record, head.time_ns),
	  sizeof(ANY->head.time_ns) },
	{ "client", offsetof(union synfin_record, head.client),
	  sizeof(ANY->head.client) },
	{ "server", offsetof(union synfin_record, head.server),
	  sizeof(ANY->head.server) },
};

static const struct field phase_fields[] = {
	{ "phase", offsetof(union synfin_record, phases.step[0].phase),
	  sizeof(ANY->phases.step[0].phase) },
	{ "from", offsetof(union synfin_record, phases.step[0].from),
	  sizeof(ANY->phases.step[0].from) },
	{ "window", offsetof(union synfin_record, phases.step[0].window),
	  sizeof(ANY->phases.step[0].window) },
	{ "tcp_flags", offsetof(union synfin_record, phases.step[0].tcp_flags),
	  sizeof(ANY->phases.step[0].tcp_flags) },
	{ "seq", offsetof(union synfin_record, phases.step[0].seq),
	  sizeof(ANY->phases.step[0].seq) },
	{ "ack", offsetof(union synfin_record, phases.step[0].ack),
	  sizeof(ANY->phases.step[0].ack) },
	{ "reason", offsetof(union synfin_record, phases.step[0].reason),
	  sizeof(ANY->phases.step[0].reason) },
	{ "hook", offsetof(union synfin_record, phases.step[0].hook),
	  sizeof(ANY->phases.step[0].hook) },
	{ "len", offsetof(union synfin_record, phases.step[0].len),
	  sizeof(ANY->phases.step[0].len) },
	{ "count", offsetof(union synfin_record, phases.step[0].count),
	  sizeof(ANY->phases.step[0].count) },
	{ "since_ns", offsetof(union synfin_record, phases.step[0].since_ns),
	  sizeof(ANY->phases.step[0].since_ns) },
	{ "time_ns", offsetof(union synfin_record, phases.step[0].time_ns),
	  sizeof(ANY->phases.step[0].time_ns) },
};

static const struct field conn_fields[] = {
	{ "opening", offsetof(union synfin_record, conn.opening),
	  sizeof(ANY->conn.opening) },
	{ "closing", offsetof(union synfin_record, conn.closing),
	  sizeof(ANY->conn.closing) },
	{ "closed_by", offsetof(union synfin_record, conn.closed_by),
	  sizeof(ANY->conn.closed_by) },
	{ "completeness", offsetof(union synfin_record, conn.completeness),
	  sizeof(ANY->conn.completeness) },
	{ "flags", offsetof(union synfin_record, conn.flags),
	  sizeof(ANY->conn.flags) },
	{ "syn_count", offsetof(union synfin_record, conn.syn_count),
	  sizeof(ANY->conn.syn_count) },
	{ "syn_ack_count", offsetof(union synfin_record, conn.syn_ack_count),
	  sizeof(ANY->conn.syn_ack_count) },
	{ "fin_count", offsetof(union synfin_record, conn.fin_count),
	  sizeof(ANY->conn.fin_count) },
	{ "rst_count", offsetof(union synfin_record, conn.rst_count),
	  sizeof(ANY->conn.rst_count) },
	{ "client_isn", offsetof(union synfin_record, conn.client_isn),
	  sizeof(ANY->conn.client_isn) },
	{ "server_isn", offsetof(union synfin_record, conn.server_isn),
	  sizeof(ANY->conn.server_isn) },
	{ "handshake_ns", offsetof(union synfin_record, conn.handshake_ns),
	  sizeof(ANY->conn.handshake_ns) },
	{ "server_rtt_ns", offsetof(union synfin_record, conn.server_rtt_ns),
	  sizeof(ANY->conn.server_rtt_ns) },
	{ "client_rtt_ns", offsetof(union synfin_record, conn.client_rtt_ns),
	  sizeof(ANY->conn.client_rtt_ns) },
	{ "duration_ns", offsetof(union synfin_record, conn.duration_ns),
	  sizeof(ANY->conn.duration_ns) },
	{ "close_ns", offsetof(union synfin_record, conn.close_ns),
	  sizeof(ANY->conn.close_ns) },
	{ "half_close_ns", offsetof(union synfin_record, conn.half_close_ns),
	  sizeof(ANY->conn.half_close_ns) },
	{ "bytes_client", offsetof(union synfin_record, conn.bytes_client),
	  sizeof(ANY->conn.bytes_client) },
	{ "bytes_server", offsetof(union synfin_record, conn.bytes_server),
	  sizeof(ANY->conn.bytes_server) },
	{ "history", offsetof(union synfin_record, conn.history),
	  sizeof(ANY->conn.history) },
	{ "phase_count", offsetof(union synfin_record, conn.phase_count),
	  sizeof(ANY->conn.phase_count) },
	{ "drop_reason", offsetof(union synfin_record, conn.drop_reason),
	  sizeof(ANY->conn.drop_reason) },
	{ "drop_count", offsetof(union synfin_record, conn.drop_count),
	  sizeof(ANY->conn.drop_count) },
	{ "drop_hook", offsetof(union synfin_record, conn.drop_hook),
	  sizeof(ANY->conn.drop_hook) },
	{ "process", offsetof(union synfin_record, conn.process),
	  sizeof(ANY->conn.process) },
	{ "pid", offsetof(union synfin_record, conn.pid),
	  sizeof(ANY->conn.pid) },
	{ "comm", offsetof(union synfin_record, conn.comm),
	  sizeof(ANY->conn.comm) },
	{ "cgroup", offsetof(union synfin_record, conn.cgroup),
	  sizeof(ANY->conn.cgroup) },
	{ "socket", offsetof(union synfin_record, conn.socket),
	  sizeof(ANY->conn.socket) },
	{ "protocol", offsetof(union synfin_record, conn.protocol),
	  sizeof(ANY->conn.protocol) },
	{ "method", offsetof(union synfin_record, conn.method),
	  sizeof(ANY->conn.method) },
	{ "status", offsetof(union synfin_record, conn.status),
	  sizeof(ANY->conn.status) },
	{ "tls_version", offsetof(union synfin_record, conn.tls_version),
	  sizeof(ANY->conn.tls_version) },
	{ "tls_flags", offsetof(union synfin_record, conn.tls_flags),
	  sizeof(ANY->conn.tls_flags) },
	{ "tls_alert", offsetof(union synfin_record, conn.tls_alert),
	  sizeof(ANY->conn.tls_alert) },
	{ "first_request_ns", offsetof(union synfin_record, conn.first_request_ns),
	  sizeof(ANY->conn.first_request_ns) },
	{ "first_response_ns", offsetof(union synfin_record, conn.first_response_ns),
	  sizeof(ANY->conn.first_response_ns) },
	{ "tls_handshake_ns", offsetof(union synfin_record, conn.tls_handshake_ns),
	  sizeof(ANY->conn.tls_handshake_ns) },
};

static int find(struct tep_event *event, const char *name, int size, uint16_t *offset)
{
	struct tep_format_field *found = tep_find_field(event, name);

	if (!found || found->size != size)
		return complain("synfin:%s: no %s that this reader knows: is it older?",
				event->name, name);
	*offset = (uint16_t)found->offset;
	return 0;
}

static int bind(struct trace_map *map, struct tep_event *event,
		const struct field *fields, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct field *f = &fields[i];

		if (find(event, f->name, f->size, &map->move[map->nr].from))
			return -1;
		map->move[map->nr].to = f->offset;
		map->move[map->nr++].size = f->size;
	}
	return 0;
}

/**
 * trace_map_bind() - look up where the fields of a tracepoint are
 * @map:	to be filled
 * @event:	the tracepoint
 * @type:	the record that its fields make
 *
 * Return: 0, or -1 after a message.
 */
int trace_map_bind(struct trace_map *map, struct tep_event *event, uint8_t type)
{
	map->type = type;
	map->nr = 0;
	if (bind(map, event, head_fields, ARRAY_SIZE(head_fields)))
		return -1;
	if (type == SYNFIN_RECORD_PHASES)
		return bind(map, event, phase_fields, ARRAY_SIZE(phase_fields));
	return bind(map, event, conn_fields, ARRAY_SIZE(conn_fields)) ||
	       find(event, "ftp_control", sizeof(uint64_t), &map->ftp) ? -1 : 0;
}

/**
 * trace_map_record() - make a record of an event
 * @map:	of its tracepoint
 * @data:	the event
 * @rec:	to be filled
 */
void trace_map_record(const struct trace_map *map, const void *data,
		      union synfin_record *rec)
{
	size_t size = map->type == SYNFIN_RECORD_CONN ? sizeof(rec->conn) :
		      offsetof(struct synfin_record_phases, step[1]);

	memset(rec, 0, size);
	if (map->type == SYNFIN_RECORD_CONN)
		synfin_record_extras(&rec->conn);
	rec->head.type = map->type;
	rec->head.words = (uint8_t)(size / sizeof(rec->words[0]));
	for (unsigned int i = 0; i < map->nr; i++)
		memcpy((char *)rec + map->move[i].to,
		       (const char *)data + map->move[i].from,
		       map->move[i].size);
}

/**
 * trace_map_ftp() - make a record of who announced a connection
 * @map:	of the tracepoint for those that have ended
 * @data:	the event
 * @rec:	to be filled
 *
 * Return: false if nobody did.
 */
bool trace_map_ftp(const struct trace_map *map, const void *data,
		   struct synfin_record_ftp *rec)
{
	union synfin_record conn;

	memcpy(&rec->control, (const char *)data + map->ftp, sizeof(rec->control));
	if (!rec->control)
		return false;
	trace_map_record(map, data, &conn);
	rec->head = conn.head;
	rec->head.type = SYNFIN_RECORD_FTP;
	rec->head.words = sizeof(*rec) / sizeof(conn.words[0]);
	return true;
}
