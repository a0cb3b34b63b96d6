/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks of a namespace; the one place that knows the route of a segment.
 */
#ifndef _SYNFIN_HOOK_H
#define _SYNFIN_HOOK_H

struct synfin_flow;
struct synfin_net;
struct synfin_result;

/* hook.c */
int synfin_hook_init(struct synfin_net *sn);
void synfin_hook_clean(struct synfin_net *sn);
void synfin_hook_free(struct synfin_net *sn);
void synfin_hook_report(struct synfin_flow *flow,
			const struct synfin_result *res);

#endif /* _SYNFIN_HOOK_H */
