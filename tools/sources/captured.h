/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A segment, and what else the capture tells of the packet that carried it.
 */
#ifndef _TOOLS_CAPTURED_H
#define _TOOLS_CAPTURED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire.h"

/**
 * struct captured - a segment from a capture
 * @ns:		when, nanoseconds since 1970
 * @shift:	what was added to its time since the capture's clock was set back
 * @sender:	hash of its endpoints, in the order of its direction
 * @print:	hash of what is the same in its copies
 * @lane:	where: a hash of the VLANs and tunnels around it, 0 for none; both
 *		directions of a connection may have different ones
 * @stamp:	value of its time stamp option
 * @echo:	what it echoes; both 0 without the option
 * @scope:	tells its connection from others with the same endpoints, of 24 bits
 * @id:		of the IP packet; of IPv6 part of the flow label, and @weak
 * @interface:	where it was captured
 * @ttl:	how far it could still go
 * @way:	enum packet_way
 * @weak:	@id does not tell one packet from another
 * @room:	bytes of its payload that were captured, at @payload
 * @payload:	they last until the segment is handed on
 * @seg:	the segment
 */
struct captured {
	uint64_t ns;
	uint64_t shift;
	uint64_t sender;
	uint64_t print;
	uint64_t lane;
	uint32_t stamp;
	uint32_t echo;
	uint32_t scope;
	uint16_t id;
	uint16_t interface;
	uint8_t ttl;
	uint8_t way;
	bool weak;
	uint32_t room;
	const uint8_t *payload;
	struct synfin_segment seg;
};

#endif /* _TOOLS_CAPTURED_H */
