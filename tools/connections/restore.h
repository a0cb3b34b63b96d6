/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the summary of a connection tells of its handshake.
 */
#ifndef _TOOLS_RESTORE_H
#define _TOOLS_RESTORE_H

#include "uapi/synfin.h"

#define RESTORE_MAX	4

unsigned int restore_handshake(const struct synfin_record_conn *sum,
			       struct synfin_record_step step[RESTORE_MAX]);

#endif /* _TOOLS_RESTORE_H */
