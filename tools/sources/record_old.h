/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records as earlier versions wrote them, so that old recordings can still be read.
 */
#ifndef _TOOLS_RECORD_OLD_H
#define _TOOLS_RECORD_OLD_H

#include <stddef.h>

#include "uapi/synfin.h"

size_t record_v1_size(__u8 type);
void record_v1_convert(const void *old, union synfin_record *rec);

size_t record_v2_size(const struct synfin_record_head *head);
void record_v2_convert(const void *old, union synfin_record *rec);

#endif /* _TOOLS_RECORD_OLD_H */
