/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_JUDGE_H
#define _TOOLS_JUDGE_H

#include <stdint.h>

#include "connections/conn.h"

bool judge(struct conn *c, uint64_t end_ns);
void judge_count(struct synfin_record_conn *sum, unsigned int phase,
		 unsigned int tcp_flags, uint32_t nr);

#endif /* _TOOLS_JUDGE_H */
