/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks of a namespace.
 */
#ifndef _SYNFIN_HOOK_H
#define _SYNFIN_HOOK_H

struct synfin_net;

/* hook.c */
int synfin_hook_init(struct synfin_net *sn);
void synfin_hook_clean(struct synfin_net *sn);
void synfin_hook_free(struct synfin_net *sn);

#endif /* _SYNFIN_HOOK_H */
