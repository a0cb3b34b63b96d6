// SPDX-License-Identifier: GPL-2.0
/*
 * The phase machine as one object: its cells are small, and a call costs as much as
 * what many of them do.
 */
#include "phase.c"
#include "phase_open.c"
#include "phase_close.c"
#include "phase_end.c"
