/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Style sheets of pictures and pages, as the files of these names have them.
 */
#ifndef _TOOLS_STYLE_H
#define _TOOLS_STYLE_H

extern const char style_colours[];
extern const char style_ladder[];
extern const char style_report[];

#endif /* _TOOLS_STYLE_H */
