// SPDX-License-Identifier: GPL-2.0
/*
 * Style sheets, which are files of their own.
 */
#include "output/embed.h"
#include "views/style.h"

EMBED(style_colours, "views/colours.css");
EMBED(style_ladder, "views/ladder.css");
EMBED(style_report, "views/report.css");
