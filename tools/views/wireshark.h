/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What finds a connection in Wireshark.
 */
#ifndef _TOOLS_WIRESHARK_H
#define _TOOLS_WIRESHARK_H

#include "output/fmt.h"
#include "uapi/synfin.h"

/* Two addresses and two ports. */
#define WIRESHARK_PARTS	4

unsigned int wireshark_filter(char part[WIRESHARK_PARTS][FMT_ROOM],
			      const struct synfin_record_head *h);

#endif /* _TOOLS_WIRESHARK_H */
