/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From an skb, which may be non-linear, to a segment; see core/wire.h.
 */
#ifndef _SYNFIN_SEGMENT_H
#define _SYNFIN_SEGMENT_H

#include <linux/tcp.h>

#include "core/wire.h"

struct sk_buff;

enum synfin_counter synfin_segment_read(const struct sk_buff *skb, __u8 pf,
					struct synfin_segment *seg);
enum synfin_counter synfin_segment_at(const struct sk_buff *skb, __u8 pf,
				      const struct tcphdr *th,
				      struct synfin_segment *seg);
const struct tcphdr *synfin_segment_header(const struct sk_buff *skb, __u8 pf,
					   struct tcphdr *buf);

#endif /* _SYNFIN_SEGMENT_H */
