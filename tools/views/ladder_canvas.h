/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line of a drawing: an array of cells, each a character and a style. So what
 * is drawn is where it is meant to be whatever its encoding, and nothing is
 * wider than the terminal.
 */
#ifndef _TOOLS_LADDER_CANVAS_H
#define _TOOLS_LADDER_CANVAS_H

#include <stdbool.h>
#include <stdio.h>

#define CANVAS_MAX	256

/**
 * enum style - how a character looks, if colours are wanted
 * @PLAIN:	as it comes
 * @BOLD:	who
 * @DIM:	states and remarks
 * @RED:	failed
 * @YELLOW:	odd
 * @CYAN:	a segment's name
 */
enum style {
	PLAIN,
	BOLD,
	DIM,
	RED,
	YELLOW,
	CYAN,
};

/**
 * struct canvas - the line that is being drawn
 * @out:	where it goes
 * @color:	write styles
 * @width:	columns, CANVAS_MAX at most
 * @cells:	its characters; an empty one is a blank
 */
struct canvas {
	FILE *out;
	bool color;
	int width;
	struct {
		char text[5];
		enum style style;
	} cells[CANVAS_MAX];
};

int canvas_columns(const char *text);
int canvas_put(struct canvas *canvas, int col, int end, const char *text,
	       enum style style);
void canvas_center(struct canvas *canvas, int col, const char *text,
		   enum style style);
void canvas_end_line(struct canvas *canvas);

#endif /* _TOOLS_LADDER_CANVAS_H */
