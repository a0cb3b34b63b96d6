// SPDX-License-Identifier: GPL-2.0
/*
 * The one place where the tracepoints' code is made.
 *
 * In: records, from emit.c, after the flow's lock is released. Out: events. The
 * tracing core locks.
 */
#include <linux/build_bug.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * synfin_trace_at() - address and port as %pISpc prints them
 * @at:		where the struct sockaddr_in or sockaddr_in6 goes; room for the
 *		larger one
 * @family:	4 or 6
 * @address:	of the record
 * @port:	of the record
 *
 * Context: Any, while an event is written. No locks.
 */
void synfin_trace_at(__u8 *at, __u8 family, const __u8 *address, __u16 port)
{
	struct sockaddr_in v4 = {
		.sin_family	= AF_INET,
		.sin_port	= htons(port),
	};
	struct sockaddr_in6 v6 = {
		.sin6_family	= AF_INET6,
		.sin6_port	= htons(port),
	};

	static_assert(sizeof(v6) == sizeof_field(struct trace_event_raw_synfin_phase,
						 client_at));
	if (family == 4) {
		memcpy(&v4.sin_addr, address, sizeof(v4.sin_addr));
		memset(at, 0, sizeof(v6));
		memcpy(at, &v4, sizeof(v4));
	} else {
		memcpy(&v6.sin6_addr, address, sizeof(v6.sin6_addr));
		memcpy(at, &v6, sizeof(v6));
	}
}
