// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the command line by the table of options: first what is there, then, when the
 * command is known, what it means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/cmd.h"
#include "commands/options.h"
#include "output/complain.h"
#include "output/terminal.h"

#define GIVEN_MAX	256u

/* An option as it was typed. */
struct given {
	const struct option_row *row;
	char typed[32];
	const char *value;
};

struct line {
	struct given given[GIVEN_MAX];
	unsigned int nr;
	const char *word[3];
	unsigned int nr_words;
	bool help;
	bool version;
};

static const char *next_name(unsigned int *i)
{
	return option_table[(*i)++].name;
}

static bool takes_value(const struct option_row *row)
{
	return row->argument;
}

/* By its name, or by what no other name begins with; rows of one name are alike. */
static const struct option_row *find_long(const char *name, size_t len)
{
	const struct option_row *row, *found = NULL;
	const char *closest;
	char word[64];

	for (row = option_table; row->name; row++) {
		if (strncmp(row->name, name, len))
			continue;
		if (!row->name[len])
			return row;
		if (found && strcmp(found->name, row->name)) {
			complain("--%.*s: may be --%s or --%s", (int)len, name,
				 found->name, row->name);
			return NULL;
		}
		found = row;
	}
	if (found)
		return found;
	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	closest = help_closest(word, next_name);
	if (closest)
		complain("--%.*s: no such option: did you mean --%s?", (int)len,
			 name, closest);
	else
		complain("--%.*s: no such option", (int)len, name);
	return NULL;
}

static const struct option_row *find_short(char letter)
{
	for (const struct option_row *row = option_table; row->name; row++)
		if (row->letter == letter)
			return row;
	complain("-%c: no such option", letter);
	return NULL;
}

static int add(struct line *line, const struct option_row *row, const char *typed,
	       const char *value)
{
	struct given *g = &line->given[line->nr];

	line->help |= !strcmp(row->name, "help");
	line->version |= !strcmp(row->name, "version");
	if (line->help || line->version)
		return 0;
	if (line->nr == GIVEN_MAX)
		return complain("%s: more than %u options", typed, GIVEN_MAX);
	*g = (struct given){ .row = row, .value = value };
	snprintf(g->typed, sizeof(g->typed), "%s", typed);
	line->nr++;
	return 0;
}

/* Of two options with one letter, for other commands each, it may be either's. */
static int missing(const struct option_row *row, const char *typed)
{
	const struct option_row *other = option_table;

	while (other->name && (other == row || !row->letter ||
			       other->letter != row->letter))
		other++;
	if (other->name)
		return complain("%s: %s or %s is missing", typed, row->argument,
				other->argument);
	return complain("%s: %s is missing", typed, row->argument);
}

/* The value that follows as a word of its own. Returns how many words were taken. */
static int add_with_next(struct line *line, const struct option_row *row,
			 const char *typed, const char *next)
{
	if (row->optional && (!next || *next == '-'))
		return add(line, row, typed, NULL) ? -1 : 0;
	if (!next)
		return missing(row, typed);
	return add(line, row, typed, next) ? -1 : 1;
}

static int read_long(struct line *line, const char *word, const char *next)
{
	size_t len = strcspn(word + 2, "=");
	const struct option_row *row = find_long(word + 2, len);
	const char *value = word[2 + len] ? word + 3 + len : NULL;
	char typed[32];

	if (!row)
		return -1;
	snprintf(typed, sizeof(typed), "--%s", row->name);
	if (value && !takes_value(row))
		return complain("%s: takes no value", typed);
	if (value || !takes_value(row))
		return add(line, row, typed, value);
	return add_with_next(line, row, typed, next);
}

static int read_short(struct line *line, const char *word, const char *next)
{
	const struct option_row *row;
	char typed[3] = "-";

	for (const char *p = word + 1; *p; p++) {
		row = find_short(*p);
		if (!row)
			return -1;
		typed[1] = *p;
		if (!takes_value(row)) {
			if (add(line, row, typed, NULL))
				return -1;
			continue;
		}
		if (p[1])
			return add(line, row, typed, p + 1);
		return add_with_next(line, row, typed, next);
	}
	return 0;
}

static int read_words(struct line *line, int argc, char **argv)
{
	bool plain = false;
	int taken;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;

		if (!plain && !strcmp(word, "--")) {
			plain = true;
			continue;
		}
		if (plain || word[0] != '-' || !word[1]) {
			if (line->nr_words == 3)
				return complain("%s: is one word too many", word);
			line->word[line->nr_words++] = word;
			continue;
		}
		taken = word[1] == '-' ? read_long(line, word, next) :
					 read_short(line, word, next);
		if (taken < 0)
			return -1;
		i += taken;
	}
	return 0;
}

/* The row that this command means by the option; several may share a name. */
static const struct option_row *row_for(const struct given *g,
					const struct command *command)
{
	for (const struct option_row *row = option_table; row->name; row++)
		if (!strcmp(row->name, g->row->name) &&
		    row->commands & command->bit)
			return row;
	return NULL;
}

static int refuse(const struct given *g, const struct command *command)
{
	char text[256] = "";

	for (const struct command *c = command_table; c->name; c++)
		if (row_for(g, c))
			snprintf(text + strlen(text), sizeof(text) - strlen(text),
				 "%s%s", *text ? ", " : "", c->name);
	return complain("%s: has no use for %s, which is for %s", command->name,
			g->typed, text);
}

static int take_one(struct options *opt, const struct option_row *row,
		    const struct given *g)
{
	if (row->take)
		return row->take(opt, row, g->value);
	*(bool *)((char *)opt + row->offset) = row->value;
	return 0;
}

static int take_all(struct options *opt, const struct line *line)
{
	for (unsigned int i = 0; i < line->nr; i++) {
		const struct given *g = &line->given[i];
		const struct option_row *row = row_for(g, opt->command);

		if (!row)
			return refuse(g, opt->command);
		for (unsigned int j = 0; j < i && row->argument && !row->many; j++)
			if (line->given[j].row == g->row && g->value &&
			    line->given[j].value &&
			    strcmp(line->given[j].value, g->value))
				return complain("%s: %s or %s? it can be given once",
						g->typed, line->given[j].value,
						g->value);
		if (take_one(opt, row, g))
			return -1;
	}
	return 0;
}

static int read_command(struct options *opt, const struct line *line)
{
	/* Alone it is an overview; with options, as ever, the connections. */
	const char *name = line->nr_words ? line->word[0] :
			   line->nr ? "conns" : "overview";
	const struct command *c = command_find(name);

	if (!c)
		return -1;
	opt->command = c;
	if (line->nr_words > 1 && !c->topic)
		return complain("%s: one command is enough: is a -r missing?",
				line->word[1]);
	if (line->nr_words > 2)
		return complain("%s: is one word too many", line->word[2]);
	opt->topic = line->word[1];
	return 0;
}

/* What single options do not know of each other. */
static int check(const struct options *opt)
{
	const char *name = opt->command->name;

	if (opt->file && (opt->trace || opt->ring))
		return complain("-r: a file is no live source: leave out --source and --ring-file");
	if (opt->trace && opt->ring)
		return complain("--ring-file: --source trace reads no ring");
	if (opt->json && opt->csv)
		return complain("--csv: is it to be JSON or CSV?");
	if (opt->columns && (opt->json || opt->csv))
		return complain("-o: %s has all there is: leave out -o",
				opt->json ? "--json" : "--csv");
	if (opt->command->bit == CMD_RECORD && !opt->output)
		return complain("record: where to? try: synfin record -o FILE");
	if (opt->command->bit == CMD_REPORT && !opt->output)
		return complain("report: where to? try: synfin report -o report.html");
	if (opt->command->bit == CMD_TOP && opt->count && !opt->batch)
		return complain("-n: is for --batch, which prints so many tables");
	if (opt->keep && !opt->rotate_bytes && !opt->rotate_ns)
		return complain("--keep: is for --rotate");
	if (opt->rotate_bytes + opt->rotate_ns && !strcmp(opt->output, "-"))
		return complain("--rotate: stdout cannot be: try: -o FILE");
	if (opt->group_by && opt->bare)
		return complain("--no-phases: groups have none");
	if (opt->group_by && opt->time_given)
		return complain("--time: groups have none");
	if (opt->command->bit == CMD_LATENCY && !opt->headings && !opt->csv)
		return complain("--no-headings: is for --csv");
	if (opt->sort && opt->follow_given && opt->follow)
		return complain("--sort: needs an end: leave out --follow");
	if (opt->csv && opt->time_given)
		return complain("--time: --csv has seconds since 1970");
	if (opt->json && opt->time_given)
		return complain("--time: --json has seconds since 1970");
	if (opt->nr_files > 1 && opt->follow_given && opt->follow)
		return complain("--follow: of several files none goes on: name one with -r");
	if (opt->times[OPTION_LAST] && opt->times[OPTION_SINCE])
		return complain("--since: --last %s says since when: leave one out",
				opt->times[OPTION_LAST]);
	if (opt->filter.from_now && (opt->last || opt->times[OPTION_SINCE]))
		return complain("--from now: %s says since when: leave one out",
				opt->last ? "--last" : "--since");
	if (opt->file && opt->filter.from_now)
		return complain("--from now: a file is of the past: try: --since");
	if (opt->json && !opt->headings)
		return complain("--no-headings: --json has none");
	if (opt->bare && !opt->json)
		return complain("--no-phases: is for --json: try: synfin %s --json --no-phases",
				name);
	return 0;
}

static enum options_result usage_wrong(const struct options *opt)
{
	if (opt->command)
		fprintf(stderr, "Try: synfin %s --help\n", opt->command->name);
	else
		fputs("Try: synfin --help\n", stderr);
	return OPTIONS_WRONG;
}

/**
 * options_free() - free what they hold
 * @opt: of options_parse()
 */
void options_free(struct options *opt)
{
	filter_free(&opt->filter);
}

/**
 * options_parse() - read the command line
 * @opt: to be filled
 * @argc: of main()
 * @argv: of main()
 *
 * Return: whether to go on, or the reason why not, after a message.
 */
enum options_result options_parse(struct options *opt, int argc, char **argv)
{
	struct line line = { .nr = 0 };

	*opt = (struct options){
		.headings = true,
		.utf8 = terminal_has_utf8(),
		.color = terminal_has_color(),
	};
	if (read_words(&line, argc, argv))
		return usage_wrong(opt);
	if (line.version)
		return help_version() ? OPTIONS_FAILED : OPTIONS_DONE;
	if (line.help && !line.nr_words)
		return help_all() ? OPTIONS_FAILED : OPTIONS_DONE;
	if (read_command(opt, &line))
		return OPTIONS_WRONG;
	if (line.help)
		return help_command(opt->command) ? OPTIONS_FAILED : OPTIONS_DONE;
	if (take_all(opt, &line) || check(opt))
		return usage_wrong(opt);
	if (opt->command->bit == CMD_RECORD && !opt->pack_given)
		opt->pack = pack_format_of(opt->output);
	if (!opt->keep)
		opt->keep = 10;
	if (!opt->follow_given)
		opt->follow = !opt->file && !opt->last && !opt->sort &&
			      (!opt->group_by || opt->seconds);
	return OPTIONS_RUN;
}
