/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What to do when the module is not there.
 */
#ifndef _TOOLS_ABSENT_H
#define _TOOLS_ABSENT_H

const char *absent_advice(void);

#endif /* _TOOLS_ABSENT_H */
