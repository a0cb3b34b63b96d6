/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A segment that crosses a namespace more than once is followed once.
 */
#ifndef _SYNFIN_DEDUP_H
#define _SYNFIN_DEDUP_H

#include <linux/types.h>

struct nf_hook_state;
struct synfin_net;
struct synfin_segment;

/* dedup.c */
bool synfin_dedup_again(const struct synfin_net *sn,
			const struct nf_hook_state *state,
			   const struct synfin_segment *seg);

#endif /* _SYNFIN_DEDUP_H */
