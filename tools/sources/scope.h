/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections of the same endpoints that were captured in different places: in two
 * VLANs, or tunnels, at once. But a connection's two directions may have different tags,
 * and one of them may change its way.
 */
#ifndef _TOOLS_SCOPE_H
#define _TOOLS_SCOPE_H

#include "sources/captured.h"

struct scopes;

struct scopes *scopes_new(void);
void scopes_free(struct scopes *s);
uint32_t scopes_find(struct scopes *s, const struct captured *c, bool copy);

#endif /* _TOOLS_SCOPE_H */
