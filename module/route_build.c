// SPDX-License-Identifier: GPL-2.0
/*
 * The route of a segment as one object, see hook.c. Its steps are small, and a call
 * costs as much as what many of them do: the slow path is a sixth shorter so.
 */
#include "segment.c"
#include "wire.c"
#include "phase.c"
#include "phase_open.c"
#include "phase_close.c"
#include "phase_end.c"
#include "ring.c"
#include "emit.c"
#include "flow_stock.c"
#include "flow.c"
#include "socket.c"
#include "hook.c"
