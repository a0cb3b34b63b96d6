/* SPDX-License-Identifier: GPL-2.0 */
/*
 * synfin ask: puts one of the questions to ClickHouse.
 */
#ifndef _TOOLS_ASK_H
#define _TOOLS_ASK_H

int ask(int argc, char **argv);

#endif /* _TOOLS_ASK_H */
