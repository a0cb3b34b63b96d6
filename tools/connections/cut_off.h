/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that the end of a capture, or of a recording, cuts off: a SYN that was
 * sent just before it is no failure, nor is a FIN a half close.
 */
#ifndef _TOOLS_CUT_OFF_H
#define _TOOLS_CUT_OFF_H

#include <stdint.h>

#include "core/phase.h"

/**
 * enum cut_off - what the end came between
 * @CUT_OFF_NOTHING:	the connection can be judged as it is
 * @CUT_OFF_OPENING:	a SYN and its answer
 * @CUT_OFF_CLOSING:	a FIN and its answer
 */
enum cut_off {
	CUT_OFF_NOTHING,
	CUT_OFF_OPENING,
	CUT_OFF_CLOSING,
};

enum cut_off cut_off_by(const struct synfin_conn *conn, uint64_t end_ns);
void cut_off_summary(enum cut_off cut, struct synfin_record_conn *sum);

#endif /* _TOOLS_CUT_OFF_H */
