/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From an skb, which may be non-linear, to a segment; see core/wire.h.
 */
#ifndef _SYNFIN_SEGMENT_H
#define _SYNFIN_SEGMENT_H

#include "core/wire.h"

struct sk_buff;
struct tcphdr;

enum synfin_counter synfin_segment_read(const struct sk_buff *skb, __u8 pf,
					struct synfin_segment *seg);
enum synfin_counter synfin_segment_at(const struct sk_buff *skb, __u8 pf,
				      const struct tcphdr *th,
				      struct synfin_segment *seg);

#endif /* _SYNFIN_SEGMENT_H */
