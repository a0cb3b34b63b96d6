/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_RECONSTRUCT_H
#define _TOOLS_RECONSTRUCT_H

#include <stdint.h>

#include "connections/conn.h"

bool reconstruct(struct conn *c, uint64_t end_ns);
void reconstruct_count(struct synfin_record_conn *sum, unsigned int phase,
		       unsigned int tcp_flags, uint32_t nr);

#endif /* _TOOLS_RECONSTRUCT_H */
