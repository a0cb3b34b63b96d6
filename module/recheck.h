/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A RST that its receiver seemed not to accept is looked at once more.
 */
#ifndef _SYNFIN_RECHECK_H
#define _SYNFIN_RECHECK_H

struct nf_hook_state;
struct sk_buff;
struct synfin_net;
struct synfin_segment;

/* recheck.c */
void synfin_recheck_later(struct synfin_net *sn, const struct sk_buff *skb,
			  const struct nf_hook_state *state,
			  const struct synfin_segment *seg);
void synfin_recheck_flush(void);
void synfin_recheck_setup(void);

#endif /* _SYNFIN_RECHECK_H */
