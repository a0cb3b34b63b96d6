// SPDX-License-Identifier: GPL-2.0
/*
 * Text in HTML and in SVG: whatever it says, it is text. It may stand between tags or
 * between quotes.
 */
#include "output/fmt.h"
#include "output/markup.h"
#include "output/text.h"
#include "uapi/synfin.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/**
 * markup_text() - write text
 * @out:  where to
 * @text: from anywhere; what cannot be shown is a question mark on a lozenge
 */
void markup_text(struct out *out, const char *text)
{
	while (*text) {
		size_t len = text_character(text);

		if (len == 1 && entity(*text))
			out_text(out, entity(*text));
		else if (len && text_is_harmless(text, len))
			out_write(out, text, len);
		else
			out_text(out, "\xef\xbf\xbd");
		text += len ? len : 1;
	}
}

/**
 * markup_ns() - write a duration
 * @out: where to
 * @ns:	 the duration, SYNFIN_NS_NONE if it is not known
 */
void markup_ns(struct out *out, uint64_t ns)
{
	char text[FMT_ROOM] = "–";

	if (ns != SYNFIN_NS_NONE)
		*fmt_long_duration(text, ns, false) = '\0';
	out_text(out, text);
}

/**
 * markup_number() - write a number, in groups of three digits
 * @out:    where to
 * @number: the number
 */
void markup_number(struct out *out, uint64_t number)
{
	char text[FMT_ROOM];

	*fmt_grouped(text, number) = '\0';
	out_text(out, text);
}

/**
 * markup_share() - write what part of a whole something is
 * @out: where to
 * @nr:	 that
 * @of:	 the whole, not 0
 */
void markup_share(struct out *out, uint64_t nr, uint64_t of)
{
	double share = 100 * (double)nr / (double)of;

	if (nr && share < 0.1)
		out_text(out, "&lt;0.1 %");
	else
		out_printf(out, "%.1f %%", nr < of && share > 99.9 ? 99.9 : share);
}

/**
 * markup_tick() - begin a tick of an axis, whose label follows: right of it, or left of
 *		   it where the axis ends
 * @out:    where to
 * @place:  how far from the left, in hundredths of the axis
 * @width:  of the label, likewise
 * @narrow: the same on a narrow screen
 */
void markup_tick(struct out *out, double place, double width, double narrow)
{
	const char *class = place + width > 100 ? " class=\"last\"" :
			    place + narrow > 100 ? " class=\"late\"" : "";

	out_printf(out, "<span%s style=\"left:%.2f%%\">", class, place);
}
