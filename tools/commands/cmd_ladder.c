// SPDX-License-Identifier: GPL-2.0
/*
 * synfin ladder: drawings, in text as they come, or one picture of all.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "commands/cmd.h"
#include "commands/pipeline.h"
#include "output/complain.h"
#include "output/terminal.h"
#include "views/view_ladder.h"
#include "views/view_ladder_svg.h"

#define PICTURE_LADDERS	10u	/* if nothing is said */

/* What is drawn with, and, of a picture, what has been drawn. */
struct ladder {
	struct ladder_options opt;
	FILE *stream;
	struct out picture;
	int height;
	unsigned int nr;
};

static bool draw_text(struct pipeline *w, const struct conn *c)
{
	struct ladder *ladder = w->ctx;

	ladder_draw(ladder->stream, c, &ladder->opt);
	fputc('\n', ladder->stream);
	fflush(ladder->stream);
	return true;
}

static int run_text(struct pipeline *w, struct ladder *ladder)
{
	static const struct view view = { .conn = draw_text };
	int status;

	ladder->stream = out_stream(&w->out);
	if (!ladder->stream)
		return EXIT_FAILURE;
	w->view = &view;
	w->src = source_open(w->opt);
	if (!w->src) {
		fclose(ladder->stream);
		return EXIT_FAILURE;
	}
	status = pipeline_run(w);
	fclose(ladder->stream);
	return status;
}

/* --- a picture --- */

static bool draw_picture(struct pipeline *w, const struct conn *c)
{
	struct ladder *ladder = w->ctx;
	struct ladder_svg how = {
		.ladder = ladder->opt,
		.heading = true,
		.y = ladder->height,
		.number = ++ladder->nr,
	};

	ladder->height += ladder_svg_draw(&ladder->picture, c, &how);
	return !ladder->picture.failed;
}

/* How high all of it is stands at its beginning: so it is put together here. */
static void put_picture(struct pipeline *w)
{
	struct ladder *ladder = w->ctx;
	char buf[16 * 1024];
	ssize_t len;

	if (out_flush(&ladder->picture) || lseek(ladder->picture.fd, 0, SEEK_SET))
		return;
	ladder_svg_begin(&w->out, ladder->height ? ladder->height : 1);
	while ((len = read(ladder->picture.fd, buf, sizeof(buf))) > 0)
		out_write(&w->out, buf, (size_t)len);
	ladder_svg_end(&w->out);
}

static int run_picture(struct pipeline *w, struct ladder *ladder, struct options *opt)
{
	static const struct view view = { .conn = draw_picture, .end = put_picture };
	int fd = memfd_create("ladders", MFD_CLOEXEC), status = EXIT_FAILURE;

	if (fd < 0 || out_open(&ladder->picture, fd, "memory"))
		return complain("out of memory"), EXIT_FAILURE;
	/* What there is now, unless it is told to wait for more. */
	if (!opt->follow_given && !opt->seconds)
		opt->follow = false;
	if (!opt->count)
		opt->count = PICTURE_LADDERS;
	w->view = &view;
	w->src = source_open(opt);
	if (w->src)
		status = pipeline_run(w);
	if (ladder->picture.failed)
		status = EXIT_FAILURE;
	out_close(&ladder->picture);
	close(fd);
	return status;
}

/**
 * cmd_ladder() - a drawing of each connection that has ended
 * @opt: the command line
 *
 * Return: the exit status.
 */
int cmd_ladder(const struct options *opt)
{
	struct options own = *opt;
	struct ladder ladder = { .height = 0 };
	struct pipeline w = { .opt = &own, .ctx = &ladder };
	bool bounded;
	int status;

	ladder.opt = (struct ladder_options){
		.ascii = !opt->utf8 && !opt->svg,
		.absolute = opt->absolute,
		.color = opt->color,
		.width = (int)terminal_width(&bounded),
		.numeric = opt->numeric,
		.filter = true,
	};
	if (out_open(&w.out, STDOUT_FILENO, "stdout"))
		return EXIT_FAILURE;
	status = opt->svg ? run_picture(&w, &ladder, &own) : run_text(&w, &ladder);
	if (!w.src)
		out_close(&w.out);
	return status;
}
