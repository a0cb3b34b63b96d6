// SPDX-License-Identifier: GPL-2.0
/*
 * The closing line.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/fmt.h"
#include "output/terminal.h"
#include "commands/totals.h"

/**
 * totals_conn() - a connection was shown
 * @t:	the totals
 * @c:	the connection
 */
void totals_conn(struct totals *t, const struct synfin_record_conn *c)
{
	t->conns++;
	t->outcomes[outcome_of(c)]++;
}

static char *put_number(char *p, uint64_t nr, const char *what)
{
	p = fmt_grouped(p, nr);
	*p++ = ' ';
	p = fmt_text(p, what);
	if (nr != 1)
		*p++ = 's';
	return p;
}

static char *put_outcomes(char *p, const struct totals *t)
{
	const char *between = ": ";

	/* What opened before what did not, as in the listing of stats. */
	for (unsigned int i = 0; i < OUTCOMES; i++) {
		unsigned int o = (i + SYNFIN_OPEN_NR) % OUTCOMES;

		if (!t->outcomes[o])
			continue;
		p = fmt_text(p, between);
		p = word_copy(p, outcome_word(o));
		*p++ = ' ';
		p = fmt_grouped(p, t->outcomes[o]);
		between = ", ";
	}
	return p;
}

/**
 * totals_put() - write the closing line
 * @t:		the totals
 * @src:	where the records came from: what it lost, and what it remarks
 * @out:	where to
 */
void totals_put(const struct totals *t, struct source *src, struct out *out)
{
	char *p = out_room(out, OUT_ROOM);

	if (t->phases)
		p = FMT_LITERAL(put_number(p, t->phases, "phase"), ", ");
	if (t->records)
		p = FMT_LITERAL(put_number(p, t->records, "record"), ", ");
	p = put_number(p, t->conns, "connection");
	p = put_outcomes(p, t);
	p = FMT_LITERAL(p, "; ");
	p = put_number(p, src->lost, "record");
	p = FMT_LITERAL(p, " lost");
	if (t->forgotten) {
		p = FMT_LITERAL(p, "; ");
		p = put_number(p, t->forgotten, "connection");
		p = FMT_LITERAL(p, " too many to be kept until the end");
	}
	out_used(out, p);
	if (src->remark)
		src->remark(src, out);
}

/* A line that is too long for the terminal goes on in the next, between its words. */
static void put_broken(struct out *out, const char *text)
{
	unsigned int used = 0, width = terminal_width_of(out->fd);

	while (*text) {
		size_t len = strcspn(text, " ");

		if (used && width && used + 1 + len > width) {
			out_text(out, "\n");
			used = 0;
		} else if (used) {
			out_text(out, " ");
			used++;
		}
		out_write(out, text, len);
		used += (unsigned int)len;
		text += len;
		text += strspn(text, " ");
	}
	out_text(out, "\n");
}

/**
 * closing_line() - say in the end what it was
 * @out:	stdout; the line goes there on a terminal, in a pipe to stderr
 * @format:	as of printf(), without a newline
 */
void closing_line(struct out *out, const char *format, ...)
{
	struct out err;
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return;
	if (terminal_is_terminal() && !out->closed) {
		put_broken(out, text);
	} else {
		out_flush(out);
		if (!out_open(&err, STDERR_FILENO, "stderr")) {
			put_broken(&err, text);
			out_close(&err);
		}
	}
	free(text);
}
