/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ladder as a picture, SVG.
 *
 *	ladder_rungs (words) -> view_ladder_svg (places, lines)
 */
#ifndef _TOOLS_VIEW_LADDER_SVG_H
#define _TOOLS_VIEW_LADDER_SVG_H

#include "output/out.h"
#include "views/view_ladder.h"

/* Units across. */
#define LADDER_SVG_WIDTH	430

/**
 * struct ladder_svg - how to draw
 * @ladder:	as for a terminal: @absolute and @numeric
 * @heading:	with who it is, and what came of it
 * @y:		where it is in the picture that it is a part of, -1 if it is all
 * @number:	tells its titles from those of others on a page
 */
struct ladder_svg {
	struct ladder_options ladder;
	bool heading;
	int y;
	unsigned int number;
};

int ladder_svg_draw(struct out *out, const struct conn *c,
		    const struct ladder_svg *how);
void ladder_svg_who(struct out *out, const struct synfin_record_head *head,
		    bool numeric);
void ladder_svg_begin(struct out *out, int height);
void ladder_svg_end(struct out *out);

#endif /* _TOOLS_VIEW_LADDER_SVG_H */
