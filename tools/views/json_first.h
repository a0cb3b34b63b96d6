/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a connection's object that its first bytes tell.
 */
#ifndef _TOOLS_JSON_FIRST_H
#define _TOOLS_JSON_FIRST_H

#include "connections/conn.h"

/* Bytes that json_first() writes at most. */
#define JSON_FIRST_ROOM	1600

char *json_first(char *p, const struct conn *c, bool bare);

#endif /* _TOOLS_JSON_FIRST_H */
