// SPDX-License-Identifier: GPL-2.0
/*
 * Draws a ladder, line by line.
 */
#include "views/view_ladder.h"

#include <stdlib.h>
#include <string.h>

#include "output/fmt.h"
#include "views/first_data.h"
#include "views/ladder_canvas.h"
#include "views/ladder_columns.h"
#include "views/ladder_rungs.h"
#include "views/wireshark.h"
#include "output/service.h"
#include "output/words.h"

/* What lines and arrows are made of. */
struct glyphs {
	const char *shaft;
	const char *dots;
	const char *post;	/* the life of an end */
	const char *gap;	/* the same, while nothing is drawn */
	const char *leave[2];	/* a segment leaves the post of this end */
	const char *tip[2];	/* a segment of this end arrives */
	const char *wall;	/* where this host dropped a segment */
	const char *to;
	const char *cut;	/* something did not fit */
};

static const struct glyphs glyph_sets[] = {
	{ "─", "┄", "│", "┊", { "├", "┤" }, { "►", "◄" }, "┃", "→", "…" },
	{ "-", ".", "|", ":", { "|", "|" }, { ">", "<" }, "X", ">", "~" },
};

/* A drawing. */
struct drawing {
	struct canvas canvas;
	const struct conn *c;
	const struct ladder_options *opt;
	const struct glyphs *glyphs;
	struct ladder_columns at;
};

static int put(struct drawing *v, int col, const char *text, enum style style)
{
	return canvas_put(&v->canvas, col, v->canvas.width, text, style);
}

/* A line of text; one that does not fit ends in a mark. */
static void put_line(struct drawing *v, int col, const char *text,
		     enum style style)
{
	int last = v->canvas.width - 1;

	if (put(v, col, text, style) > last + 1)
		put(v, last, v->glyphs->cut, style);
	canvas_end_line(&v->canvas);
}

static void put_times(struct drawing *v, const struct rung *rung)
{
	const char *remark = rung->remark[v->at.brief];
	int col = v->at.right + 3 + v->at.time;

	if (v->at.time)
		put(v, col - canvas_columns(rung->time), rung->time, PLAIN);
	if (v->at.remark && remark)
		put(v, col + 2, remark, DIM);
}

static void put_shaft(struct drawing *v, const struct rung *rung, enum style style)
{
	const struct glyphs *g = v->glyphs;
	bool client = rung->from == SYNFIN_FROM_CLIENT;
	/* A wall leaves room behind it: that is where the segment never came. */
	int left = v->at.left + 1 + (rung->wall && !client ? LADDER_WALL_ROOM : 0);
	int right = v->at.right - (rung->wall && client ? LADDER_WALL_ROOM : 0);
	int col;

	put(v, v->at.left, g->post, PLAIN);
	put(v, v->at.right, g->post, PLAIN);
	if (!rung->dotted)
		put(v, client ? v->at.left : v->at.right, g->leave[rung->from],
		    PLAIN);
	for (col = left; col < right; col++)
		put(v, col, rung->dotted ? g->dots : g->shaft, style);
	put(v, client ? right - 1 : left, rung->wall ? g->wall : g->tip[rung->from],
	    style);
}

/* Number, name and sequence numbers, on the shaft, in columns of their own. */
static void put_label(struct drawing *v, const struct rung *rung, enum style style)
{
	struct canvas *canvas = &v->canvas;
	int name = v->at.left + LADDER_LABEL_AT + 1 +
		   (ladder_has_step(&v->at, rung) ? v->at.step + 2 : 0);
	int end = v->at.right - 2 - (rung->wall ? LADDER_WALL_ROOM : 0);
	int step = name - 2 - canvas_columns(rung->step), col;

	if (rung->step[0]) {
		col = canvas_put(canvas, step - 1, end, " ", PLAIN);
		col = canvas_put(canvas, col, end, rung->step, PLAIN);
		canvas_put(canvas, col, end, " ", PLAIN);
	}
	canvas_put(canvas, name - 1, end, " ", PLAIN);
	col = canvas_put(canvas, name, end, rung->name, style);
	if (v->at.numbers && rung->numbers[0]) {
		while (col < name + v->at.name + 2)
			col = canvas_put(canvas, col, end, " ", PLAIN);
		col = canvas_put(canvas, col, end, rung->numbers, PLAIN);
	}
	canvas_put(canvas, col, end, " ", PLAIN);
}

static void draw_arrow(struct drawing *v, const struct rung *rung)
{
	static const enum style shafts[] = {
		[MOOD_PLAIN] = PLAIN, [MOOD_AGAIN] = PLAIN, [MOOD_BAD] = RED,
	};
	static const enum style names[] = {
		[MOOD_PLAIN] = CYAN, [MOOD_AGAIN] = YELLOW, [MOOD_BAD] = RED,
	};

	put_shaft(v, rung, shafts[rung->mood]);
	put_label(v, rung, names[rung->mood]);
	put_times(v, rung);
}

static void draw_states(struct drawing *v, const struct rung *rung)
{
	int at[] = { v->at.left, v->at.right };
	int end;

	for (end = 0; end < 2; end++) {
		if (rung->state[end])
			canvas_center(&v->canvas, at[end], rung->state[end],
				      DIM);
		else
			put(v, at[end], v->glyphs->post, PLAIN);
	}
}

static void draw_text(struct drawing *v, const struct rung *rung)
{
	const char *text = ladder_text_of(rung, v->at.numbers);

	/* Half a number would be another number. */
	if (canvas_columns(text) < v->at.right - v->at.left)
		canvas_center(&v->canvas, (v->at.left + v->at.right) / 2, text, PLAIN);
	put(v, v->at.left, v->glyphs->gap, PLAIN);
	put(v, v->at.right, v->glyphs->gap, PLAIN);
	put_times(v, rung);
}

static void draw_rung(struct drawing *v, const struct rung *rung)
{
	switch (rung->kind) {
	case RUNG_ARROW:
		draw_arrow(v, rung);
		break;
	case RUNG_STATES:
		draw_states(v, rung);
		break;
	case RUNG_TEXT:
		draw_text(v, rung);
		break;
	}
	canvas_end_line(&v->canvas);
}

static char *put_endpoint(char *p, const struct synfin_record_head *head,
			  bool server)
{
	if (head->family == 6)
		*p++ = '[';
	p = fmt_addr(p, head->family, server ? head->server : head->client);
	if (head->family == 6)
		*p++ = ']';
	*p++ = ':';
	return fmt_u64(p, server ? head->server_port : head->client_port);
}

/* Who, on one line or on two; returns the column after it, in the last one. */
static int put_who(struct drawing *v)
{
	const struct synfin_record_head *head = &v->c->sum.head;
	const char *service = v->opt->numeric ? NULL :
			      service_name(head->server_port);
	char client[FMT_ROOM], server[2 * FMT_ROOM], *p;
	int col;

	*put_endpoint(client, head, false) = '\0';
	p = put_endpoint(server, head, true);
	*p = '\0';
	if (service)
		snprintf(p, FMT_ROOM, " (%s)", service);

	col = put(v, 0, client, BOLD) + 1;
	col = put(v, col, v->glyphs->to, BOLD) + 1;
	if (col + canvas_columns(server) > v->canvas.width) {
		canvas_end_line(&v->canvas);
		col = 2;
	}
	return put(v, col, server, BOLD);
}

/* Who, and what came of it, beside or below. */
static void draw_heading(struct drawing *v)
{
	static const enum style styles[] = {
		[OUTCOME_ORDINARY] = PLAIN, [OUTCOME_ODD] = YELLOW,
		[OUTCOME_FAILED] = RED,
	};
	enum style style = styles[outcome_class(&v->c->sum)];
	char outcome[FMT_ROOM];
	int col = put_who(v);

	ladder_outcome(v->c, v->opt->ascii, outcome, sizeof(outcome));
	if (col + 2 + canvas_columns(outcome) <= v->at.total) {
		put_line(v, v->at.total - canvas_columns(outcome), outcome, style);
	} else {
		put_line(v, col, "", PLAIN);
		put_line(v, 0, outcome, style);
	}
	canvas_end_line(&v->canvas);
	canvas_center(&v->canvas, v->at.left, "client", BOLD);
	canvas_center(&v->canvas, v->at.right, "server", BOLD);
	canvas_end_line(&v->canvas);
}

static void put_left_out(struct drawing *v, unsigned int nr, const char *why)
{
	char text[64];

	if (!nr)
		return;
	snprintf(text, sizeof(text), "%u phase%s %s", nr, nr == 1 ? "" : "s", why);
	put_line(v, v->at.indent, text, YELLOW);
}

/* Where the time went: on one line, or a line for each part. */
static void draw_spent(struct drawing *v)
{
	char text[96], *part = text, *next;

	first_spent(v->c, v->opt->ascii, text, sizeof(text));
	if (v->at.indent + canvas_columns(text) <= v->canvas.width) {
		if (text[0])
			put_line(v, v->at.indent, text, PLAIN);
		return;
	}
	for (; part; part = next) {
		next = strstr(part, ", ");
		if (next) {
			*next = '\0';
			next += 2;
		}
		put_line(v, v->at.indent, part, PLAIN);
	}
}

/* What x and y are, and what the drawing does not show. */
static void draw_notes(struct drawing *v)
{
	const struct synfin_record_conn *sum = &v->c->sum;
	int col = v->at.indent;
	char x[24] = "", y[24] = "", text[96];

	if (sum->flags & SYNFIN_CONN_CLIENT_ISN)
		snprintf(x, sizeof(x), "x = %u   ", sum->client_isn);
	if (sum->flags & SYNFIN_CONN_SERVER_ISN)
		snprintf(y, sizeof(y), "y = %u", sum->server_isn);
	if (v->at.numbers && !v->opt->absolute && (x[0] || y[0])) {
		snprintf(text, sizeof(text), "%s%s", x, y);
		put_line(v, col, text, DIM);
	}
	if (sum->flags & SYNFIN_CONN_FLIPPED)
		put_line(v, col, "which end is the client is a guess", YELLOW);
	draw_spent(v);
	first_alert(v->c, text, sizeof(text));
	if (text[0])
		put_line(v, col, text, RED);
	put_left_out(v, v->c->lost_phases, "missing, overwritten in the ring");
	put_left_out(v, v->c->skipped_phases, "not shown, too many to keep");
}

/* What finds it in Wireshark; on as many lines as it takes. */
static void draw_filter(struct drawing *v)
{
	char part[WIRESHARK_PARTS][FMT_ROOM], line[2 * CANVAS_MAX] = "Wireshark:";
	unsigned int i, nr = wireshark_filter(part, &v->c->sum.head);

	for (i = 0; i < nr; i++) {
		size_t len = strlen(line);

		if (len + strlen(part[i]) + 4 + (size_t)v->at.indent >
		    (size_t)v->canvas.width && i) {
			put_line(v, v->at.indent, line, DIM);
			len = 0;
		}
		snprintf(line + len, sizeof(line) - len, "%s%s%s", len ? " " : "",
			 i ? "&& " : "", part[i]);
	}
	put_line(v, v->at.indent, line, DIM);
}

static void draw(struct drawing *v, const struct rung *rungs, unsigned int nr)
{
	unsigned int i;

	ladder_columns(&v->at, v->canvas.width, rungs, nr);
	draw_heading(v);
	for (i = 0; i < nr; i++)
		draw_rung(v, &rungs[i]);
	draw_notes(v);
	if (v->opt->filter)
		draw_filter(v);
}

/**
 * ladder_draw() - draw one connection
 * @out:	where to
 * @c:		the connection
 * @opt:	how
 */
void ladder_draw(FILE *out, const struct conn *c,
		 const struct ladder_options *opt)
{
	struct ladder_row *rows = calloc(c->nr_phases + 1, sizeof(*rows));
	struct rung *rungs = calloc(rungs_max(c), sizeof(*rungs));
	struct drawing v = {
		.canvas.out = out,
		.canvas.color = opt->color,
		.canvas.width = opt->width > 0 ? opt->width : 80,
		.glyphs = &glyph_sets[opt->ascii],
		.c = c,
		.opt = opt,
	};

	if (v.canvas.width > CANVAS_MAX)
		v.canvas.width = CANVAS_MAX;
	if (rows && rungs)
		draw(&v, rungs, rungs_make(c, opt, rows, ladder_rows(c, rows),
					   rungs));
	else
		fputs("out of memory\n", out);
	free(rungs);
	free(rows);
}
