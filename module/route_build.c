// SPDX-License-Identifier: GPL-2.0
/*
 * The route of a segment as one object, see hook.c and route.c. Its steps are small, and a call
 * costs as much as what many of them do: the slow path is a sixth shorter so.
 */
#include "segment.c"
#include "wire.c"
#include "phase.c"
#include "phase_step.c"
#include "phase_open.c"
#include "phase_cross.c"
#include "phase_fail.c"
#include "phase_next.c"
#include "phase_close.c"
#include "phase_reset.c"
#include "phase_end.c"
#include "phase_record.c"
#include "ring.c"
#include "emit.c"
#include "flow_stock.c"
#include "flow_budget.c"
#include "flow.c"
#include "socket.c"
#include "route.c"
#include "hook.c"
