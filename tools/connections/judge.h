/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TOOLS_JUDGE_H
#define _TOOLS_JUDGE_H

#include "connections/conn.h"

bool judge(struct conn *c);

#endif /* _TOOLS_JUDGE_H */
