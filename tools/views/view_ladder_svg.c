// SPDX-License-Identifier: GPL-2.0
/*
 * Draws a ladder as SVG. Its words are those of the terminal's; what they look like is
 * in ladder.css.
 */
#include "views/view_ladder_svg.h"

#include <stdlib.h>
#include <string.h>

#include "output/fmt.h"
#include "output/markup.h"
#include "output/service.h"
#include "views/ladder_rungs.h"
#include "views/style.h"

#define LEFT	52
#define RIGHT	304
#define MIDDLE	((LEFT + RIGHT) / 2)
#define TIMES	(RIGHT + 14)

#define HEADING_HEIGHT	46
#define ENDS_HEIGHT	22
#define ARROW_HEIGHT	38
#define STATES_HEIGHT	26
#define TEXT_HEIGHT	30

/* How wide a letter is, in tenths, of names and of numbers. */
#define NAME_TENTHS	80
#define NUMBER_TENTHS	67

static const char *const moods[] = {
	[MOOD_PLAIN] = "plain", [MOOD_AGAIN] = "again", [MOOD_BAD] = "bad",
};

static int height_of(const struct rung *rung)
{
	switch (rung->kind) {
	case RUNG_ARROW:
		return ARROW_HEIGHT;
	case RUNG_STATES:
		return STATES_HEIGHT;
	default:
		return TEXT_HEIGHT;
	}
}

static int letters(const char *text)
{
	int nr = 0;

	for (; *text; text++)
		nr += (*text & 0xc0) != 0x80;
	return nr;
}

static void put_text(struct out *out, const char *class, int x, int y,
		     const char *text)
{
	if (!text || !*text)
		return;
	out_printf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
	markup_text(out, text);
	out_text(out, "</text>\n");
}

static void put_post(struct out *out, int x, int y, int height, bool gap)
{
	out_printf(out, "<path class=\"post%s\" d=\"M%d %dv%d\"/>\n", gap ? " gap" : "",
		   x, y, height);
}

static void put_times(struct out *out, const struct rung *rung, int y)
{
	put_text(out, "time", TIMES, y, rung->time);
	put_text(out, "remark", TIMES, rung->time[0] ? y + 14 : y, rung->remark[0]);
}

static void put_arrow(struct out *out, const struct rung *rung, int y)
{
	bool client = rung->from == SYNFIN_FROM_CLIENT;
	int from = client ? LEFT : RIGHT, to = client ? RIGHT : LEFT;
	int back = client ? -1 : 1;

	if (rung->wall) {
		out_printf(out, "<path class=\"shaft\" d=\"M%d %dH%dm0 -9v18\"/>\n", from, y,
			   to + back * 40);
		return;
	}
	out_printf(out, "<path class=\"shaft\" d=\"M%d %dH%d\"/>\n", from, y,
		   to + back * 7);
	out_printf(out, "<path class=\"head\" d=\"M%d %dl%d -4.5v9z\"/>\n", to + back, y,
		   back * 9);
}

/* The numbers get narrower rather than out of the drawing. */
static void put_numbers(struct out *out, const struct rung *rung, int x, int y)
{
	int room = RIGHT - 8 - x, need = letters(rung->numbers) * NUMBER_TENTHS / 10;

	if (!rung->numbers[0])
		return;
	out_printf(out, "<text class=\"numbers\" x=\"%d\" y=\"%d\"", x, y);
	if (need > room)
		out_printf(out, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"",
			   room);
	out_text(out, ">");
	markup_text(out, rung->numbers);
	out_text(out, "</text>\n");
}

static void draw_arrow(struct out *out, const struct rung *rung, int y)
{
	bool client = rung->from == SYNFIN_FROM_CLIENT;
	int line = y + 25, name = LEFT + 34, width = 10 + 6 * letters(rung->step);
	int at = client ? LEFT + 18 : RIGHT - 18;

	out_printf(out, "<g class=\"%s%s\">\n", moods[rung->mood],
		   rung->dotted ? " never" : "");
	put_arrow(out, rung, line);
	if (rung->step[0]) {
		out_printf(out, "<rect class=\"step-of\" x=\"%d\" y=\"%d\" width=\"%d\" "
				"height=\"16\" rx=\"8\"/>\n",
			   at - width / 2, line - 8, width);
		put_text(out, "step", at, line + 4, rung->step);
	}
	put_text(out, "name", name, line - 7, rung->name);
	put_numbers(out, rung, name + 8 + letters(rung->name) * NAME_TENTHS / 10,
		    line - 7);
	put_times(out, rung, line + (rung->remark[0] ? -3 : 4));
	out_text(out, "</g>\n");
}

static void draw_states(struct out *out, const struct rung *rung, int y)
{
	static const int at[] = { LEFT, RIGHT };

	for (int end = 0; end < 2; end++) {
		int width;

		if (!rung->state[end])
			continue;
		width = 14 + 7 * letters(rung->state[end]);
		out_printf(out, "<rect class=\"pill\" x=\"%d\" y=\"%d\" width=\"%d\" "
				"height=\"18\" rx=\"9\"/>\n",
			   at[end] - width / 2, y + 4, width);
		put_text(out, "state", at[end], y + 17, rung->state[end]);
	}
}

static void draw_rung(struct out *out, const struct rung *rung, int y)
{
	bool gap = rung->kind == RUNG_TEXT;

	put_post(out, LEFT, y, height_of(rung), gap);
	put_post(out, RIGHT, y, height_of(rung), gap);
	switch (rung->kind) {
	case RUNG_ARROW:
		draw_arrow(out, rung, y);
		break;
	case RUNG_STATES:
		draw_states(out, rung, y);
		break;
	case RUNG_TEXT:
		put_text(out, "words", MIDDLE, y + 20, rung->name);
		put_times(out, rung, y + 20);
		break;
	}
}

static char *put_end(char *p, const struct synfin_record_head *head, bool server)
{
	if (head->family == 6)
		*p++ = '[';
	p = fmt_addr(p, head->family, server ? head->server : head->client);
	if (head->family == 6)
		*p++ = ']';
	*p++ = ':';
	return fmt_u64(p, server ? head->server_port : head->client_port);
}

/**
 * ladder_svg_who() - write who both ends are
 * @out:	where to
 * @head:	of the connection
 * @numeric:	without the name of the service
 */
void ladder_svg_who(struct out *out, const struct synfin_record_head *head, bool numeric)
{
	const char *service = numeric ? NULL : service_name(head->server_port);
	char text[4 * FMT_ROOM], *p = put_end(text, head, false);

	p = FMT_LITERAL(p, " → ");
	*put_end(p, head, true) = '\0';
	markup_text(out, text);
	if (!service)
		return;
	out_text(out, " (");
	markup_text(out, service);
	out_text(out, ")");
}

/* The same for those who do not see it. */
static void describe(struct out *out, const struct ladder_svg *how, const struct rung *rungs,
		     unsigned int nr)
{
	out_printf(out, "<desc id=\"steps-%u\">", how->number);
	for (unsigned int i = 0; i < nr; i++) {
		const struct rung *rung = &rungs[i];

		if (rung->kind == RUNG_STATES)
			continue;
		if (rung->kind == RUNG_ARROW)
			out_printf(out, "%s%s: ", rung->from ? "Server" : "Client",
				   rung->dotted ? ", expected" : "");
		markup_text(out, rung->name);
		for (int j = 0; j < 2; j++) {
			const char *more = j ? rung->remark[0] : rung->time;

			if (more && *more) {
				out_text(out, ", ");
				markup_text(out, more);
			}
		}
		out_text(out, ". ");
	}
	out_text(out, "</desc>\n");
}

static void open_svg(struct out *out, const struct ladder_svg *how, int height)
{
	out_printf(out, "<svg class=\"ladder\" viewBox=\"0 0 %d %d\" role=\"img\" "
			"aria-labelledby=\"ladder-%u\" aria-describedby=\"steps-%u\"",
		   LADDER_SVG_WIDTH, height, how->number, how->number);
	if (how->y >= 0)
		out_printf(out, " x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"", how->y,
			   LADDER_SVG_WIDTH, height);
	out_printf(out, ">\n<title id=\"ladder-%u\">", how->number);
}

static int draw(struct out *out, const struct conn *c, const struct ladder_svg *how,
		const struct rung *rungs, unsigned int nr)
{
	int y = how->heading ? HEADING_HEIGHT : 0, height = y + ENDS_HEIGHT + 6;
	char outcome[FMT_ROOM];

	for (unsigned int i = 0; i < nr; i++)
		height += height_of(&rungs[i]);
	ladder_outcome(c, false, outcome, sizeof(outcome));
	open_svg(out, how, height);
	ladder_svg_who(out, &c->sum.head, how->ladder.numeric);
	out_text(out, ": ");
	markup_text(out, outcome);
	out_text(out, "</title>\n");
	describe(out, how, rungs, nr);
	if (how->heading) {
		out_text(out, "<text class=\"who\" x=\"8\" y=\"18\">");
		ladder_svg_who(out, &c->sum.head, how->ladder.numeric);
		out_text(out, "</text>\n");
		put_text(out, "outcome", 8, 36, outcome);
	}
	put_text(out, "end", LEFT, y + 14, "client");
	put_text(out, "end", RIGHT, y + 14, "server");
	y += ENDS_HEIGHT;
	for (unsigned int i = 0; i < nr; y += height_of(&rungs[i++]))
		draw_rung(out, &rungs[i], y);
	out_text(out, "</svg>\n");
	return height;
}

/**
 * ladder_svg_draw() - draw one connection
 * @out:	where to
 * @c:		the connection
 * @how:	how
 *
 * Return: how high it is; 0 if there was no memory.
 */
int ladder_svg_draw(struct out *out, const struct conn *c, const struct ladder_svg *how)
{
	struct ladder_row *rows = calloc(c->nr_phases + 1, sizeof(*rows));
	struct rung *rungs = calloc(rungs_max(c), sizeof(*rungs));
	int height = 0;

	if (rows && rungs)
		height = draw(out, c, how, rungs,
			      rungs_make(c, &how->ladder, rows, ladder_rows(c, rows),
					 rungs));
	free(rungs);
	free(rows);
	return height;
}

/**
 * ladder_svg_begin() - begin a picture of several, one below the other
 * @out:	where to
 * @height:	of all of them
 */
void ladder_svg_begin(struct out *out, int height)
{
	out_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
			"width=\"%d\" height=\"%d\" role=\"group\" "
			"aria-label=\"Ladders of connections\">\n<style>\n",
		   LADDER_SVG_WIDTH, height, LADDER_SVG_WIDTH, height);
	out_text(out, style_colours);
	out_text(out, style_ladder);
	out_printf(out, "</style>\n<rect width=\"%d\" height=\"%d\" fill=\"var(--card)\"/>\n",
		   LADDER_SVG_WIDTH, height);
}

/**
 * ladder_svg_end() - end it
 * @out: where to
 */
void ladder_svg_end(struct out *out)
{
	out_text(out, "</svg>\n");
}
