// SPDX-License-Identifier: GPL-2.0
/*
 * A line of a drawing, cell by cell.
 */
#include "views/ladder_canvas.h"

#include <string.h>

static const char * const sgr[] = {
	[PLAIN]		= "",
	[BOLD]		= "1",
	[DIM]		= "2",
	[RED]		= "31",
	[YELLOW]	= "33",
	[CYAN]		= "36",
};

/* Does this byte go on with a character of UTF-8? */
static bool goes_on(char byte)
{
	return (byte & 0xc0) == 0x80;
}

/**
 * canvas_columns() - how wide a text is
 * @text: the text, of characters one column wide
 *
 * Return: its columns.
 */
int canvas_columns(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += !goes_on(*text);
	return n;
}

/**
 * canvas_put() - draw a text
 * @canvas:	the line
 * @col:	its first column
 * @end:	the column that it may not reach
 * @text:	the text
 * @style:	how
 *
 * Return: the column after the text, drawn or not.
 */
int canvas_put(struct canvas *canvas, int col, int end, const char *text,
	       enum style style)
{
	if (end > canvas->width)
		end = canvas->width;
	while (*text) {
		size_t len = 1;

		while (goes_on(text[len]))
			len++;
		if (col >= 0 && col < end &&
		    len < sizeof(canvas->cells[col].text)) {
			memcpy(canvas->cells[col].text, text, len);
			canvas->cells[col].text[len] = '\0';
			canvas->cells[col].style = style;
		}
		text += len;
		col++;
	}
	return col;
}

/**
 * canvas_center() - draw a text around a column
 * @canvas:	the line
 * @col:	the column
 * @text:	the text
 * @style:	how
 */
void canvas_center(struct canvas *canvas, int col, const char *text,
		   enum style style)
{
	canvas_put(canvas, col - (canvas_columns(text) - 1) / 2, canvas->width,
		   text, style);
}

static void change(const struct canvas *canvas, enum style *now,
		   enum style style)
{
	if (!canvas->color || *now == style)
		return;
	if (*now != PLAIN)
		fputs("\033[0m", canvas->out);
	if (style != PLAIN)
		fprintf(canvas->out, "\033[%sm", sgr[style]);
	*now = style;
}

/**
 * canvas_end_line() - write the line and begin the next
 * @canvas: the line
 */
void canvas_end_line(struct canvas *canvas)
{
	int col, last = canvas->width;
	enum style now = PLAIN;

	while (last && strspn(canvas->cells[last - 1].text, " ") ==
		       strlen(canvas->cells[last - 1].text))
		last--;
	for (col = 0; col < last; col++) {
		if (!canvas->cells[col].text[0]) {
			fputc(' ', canvas->out);
			continue;
		}
		change(canvas, &now, canvas->cells[col].style);
		fputs(canvas->cells[col].text, canvas->out);
	}
	change(canvas, &now, PLAIN);
	fputc('\n', canvas->out);
	memset(canvas->cells, 0, sizeof(canvas->cells));
}
