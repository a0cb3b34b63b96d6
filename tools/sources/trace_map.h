/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the fields of a tracepoint to the record that it was made of.
 */
#ifndef _TOOLS_TRACE_MAP_H
#define _TOOLS_TRACE_MAP_H

#include <event-parse.h>
#include <stdbool.h>
#include <stdint.h>

#include "uapi/synfin.h"

/**
 * struct trace_map - where the fields of a tracepoint go
 * @type:	of the record
 * @nr:		fields
 * @ftp:		where in the event is which connection announced this one, if there is one
 * @move:	@size bytes at @from in the event go to @to in the record
 */
struct trace_map {
	uint8_t type;
	unsigned int nr;
	uint16_t ftp;
	struct {
		uint16_t from;
		uint16_t to;
		uint16_t size;
	} move[64];
};

int trace_map_bind(struct trace_map *map, struct tep_event *event, uint8_t type);
void trace_map_record(const struct trace_map *map, const void *data,
		      union synfin_record *rec);
bool trace_map_ftp(const struct trace_map *map, const void *data,
		   struct synfin_record_ftp *rec);

#endif /* _TOOLS_TRACE_MAP_H */
