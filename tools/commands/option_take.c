// SPDX-License-Identifier: GPL-2.0
/*
 * How options are taken: where records come from, and how they are shown.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cmd.h"
#include "commands/option_take.h"
#include "commands/parse.h"
#include "output/complain.h"
#include "output/terminal.h"
#include "output/util.h"

/**
 * option_wrong() - say that an option has a value that it cannot have
 * @row:	the option
 * @value:	the value
 * @wanted:	what it can have
 *
 * Return: -1.
 */
int option_wrong(const struct option_row *row, const char *value, const char *wanted)
{
	return complain("--%s %s: %s", row->name, complain_value(value), wanted);
}

int take_text(struct options *opt, const struct option_row *row,
	      const char *value)
{
	*(const char **)((char *)opt + row->offset) = value;
	return *value ? 0 : option_wrong(row, value, "is empty");
}

int take_file(struct options *opt, const struct option_row *row,
	      const char *value)
{
	if (!*value)
		return option_wrong(row, value, "is empty");
	if (opt->nr_files == OPTIONS_FILES)
		return complain("-r: %u files are the most", OPTIONS_FILES);
	for (unsigned int i = 0; i < opt->nr_files && !strcmp(value, "-"); i++)
		if (!strcmp(opt->files[i], "-"))
			return complain("-r -: stdin can be read once");
	opt->files[opt->nr_files++] = value;
	opt->file = opt->files[0];
	return 0;
}

int take_count(struct options *opt, const struct option_row *row,
	       const char *value)
{
	(void)row;
	if (parse_whole(value, UINT64_MAX, &opt->count) && opt->count)
		return 0;
	return complain("-n %s: a number from 1 on is wanted", complain_value(value));
}

int take_seconds(struct options *opt, const struct option_row *row,
		 const char *value)
{
	uint64_t ns;
	char *end;

	(void)row;
	opt->seconds = strtod(value, &end);
	if (*end && parse_duration(value, &ns)) {
		opt->seconds = (double)ns / 1e9;
		end += strlen(end);
	}
	if (*end || end == value || !isfinite(opt->seconds) ||
	    opt->seconds <= 0 || opt->seconds > 1e9)
		return complain("-d %s: a number of seconds is wanted",
				complain_value(value));
	return 0;
}

int take_color(struct options *opt, const struct option_row *row,
	       const char *value)
{
	if (!strcmp(value, "always"))
		opt->color = true;
	else if (!strcmp(value, "never"))
		opt->color = false;
	else if (!strcmp(value, "auto"))
		opt->color = terminal_has_color();
	else
		return option_wrong(row, value, "auto, always or never is wanted");
	return 0;
}

int take_source(struct options *opt, const struct option_row *row,
		const char *value)
{
	opt->trace = !strcmp(value, "trace");
	if (!opt->trace && strcmp(value, "ring"))
		return option_wrong(row, value, "ring or trace is wanted");
	return 0;
}

int take_follow(struct options *opt, const struct option_row *row,
		const char *value)
{
	(void)value;
	opt->follow = row->value;
	opt->follow_given = true;
	return 0;
}

int take_time_style(struct options *opt, const struct option_row *row,
		    const char *value)
{
	static const char *const styles[] = {
		[TIME_LOCAL] = "local", [TIME_ISO] = "iso", [TIME_EPOCH] = "epoch",
		[TIME_RELATIVE] = "relative",
	};

	for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
		if (strcmp(styles[i], value))
			continue;
		opt->time = (enum time_style)i;
		opt->time_given = true;
		return 0;
	}
	return option_wrong(row, value, "local, iso, epoch or relative is wanted");
}

int take_time(struct options *opt, const struct option_row *row,
	      const char *value)
{
	uint64_t *ns = (uint64_t *)((char *)opt + row->offset);

	opt->filter.on_conn = true;
	opt->times[ns == &opt->filter.since_ns ? OPTION_SINCE : OPTION_UNTIL] = value;
	if (parse_time(value, parse_now(), ns))
		return 0;
	return option_wrong(row, value,
			    "a time is wanted, as 17:04 or 2026-11-28T17:04:05, or 10m ago");
}

int take_last(struct options *opt, const struct option_row *row,
	      const char *value)
{
	uint64_t ns, now = parse_now();

	opt->last = true;
	if (!value)
		return 0;
	if (!parse_duration(value, &ns) || !ns)
		return option_wrong(row, value, "a duration is wanted, as 10m");
	opt->times[OPTION_LAST] = value;
	opt->filter.since_ns = ns < now ? now - ns : 0;
	opt->filter.on_conn = true;
	return 0;
}

int take_from(struct options *opt, const struct option_row *row,
	      const char *value)
{
	if (strcmp(value, "now"))
		return option_wrong(row, value, "only now is known: try: --since");
	opt->filter.since_ns = parse_now();
	opt->filter.from_now = true;
	opt->filter.on_conn = true;
	return 0;
}

/* Smaller ones would push each other out before anybody has read them. */
#define ROTATE_BYTES	4096u
#define ROTATE_NS	100000000u

int take_rotate(struct options *opt, const struct option_row *row,
		const char *value)
{
	uint64_t *field = &opt->rotate_ns, least = ROTATE_NS, number;

	/* 10m is ten minutes, 10M ten mebibytes. */
	if (!parse_duration(value, &number)) {
		field = &opt->rotate_bytes;
		least = ROTATE_BYTES;
		if (!parse_size(value, &number))
			number = 0;
	}
	*field = number;
	if (number >= least)
		return 0;
	return option_wrong(row, value, number ? "4K or 100ms is the least" :
			    "a size or a duration is wanted, as 100M or 1h");
}

int take_keep(struct options *opt, const struct option_row *row,
	      const char *value)
{
	if (parse_whole(value, 100000, &opt->keep) && opt->keep)
		return 0;
	return option_wrong(row, value, "a number from 1 to 100000 is wanted");
}

int take_compress(struct options *opt, const struct option_row *row,
		  const char *value)
{
	opt->pack_given = true;
	if (!value) {
		opt->pack = PACK_ZSTD;
		return 0;
	}
	for (unsigned int i = 0; pack_word(i); i++) {
		if (strcmp(pack_word(i), value))
			continue;
		opt->pack = (enum pack_format)i;
		return 0;
	}
	return option_wrong(row, value, "gzip, zstd, xz, bzip2 or none is wanted");
}
