/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the command line says.
 */
#ifndef _TOOLS_OPTIONS_H
#define _TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "commands/filter.h"
#include "connections/rfc_state.h"
#include "output/pack.h"
#include "uapi/synfin.h"

struct command;

/* Files that can be read together. */
#define OPTIONS_FILES	256u

/* How a time of day is shown. */
enum time_style { TIME_LOCAL, TIME_ISO, TIME_EPOCH, TIME_RELATIVE };

/* Options with times, which of a file count from its end. */
enum option_time { OPTION_LAST, OPTION_SINCE, OPTION_UNTIL, OPTION_TIMES };

/**
 * struct options - the command line
 * @command:	the command
 * @topic:	what "help" is asked about, or the shell of "completion"; or NULL
 * @file:	a recording or a capture to read, "-" for stdin, or NULL
 * @files:	all of them, if there are several
 * @nr_files:	how many, as -r said; 0 if it did not
 * @ring:	the file to map as the ring, or NULL
 * @proc:	the folder of the module's text files, or NULL
 * @columns:	what -o says of a table, or NULL
 * @output:	what -o says of a file that is to be made, or NULL
 * @sort:	the column that rows are in the order of, or NULL
 * @group_by:	what connections are counted by, or NULL
 * @filter:	which connections
 * @states:	of live connections
 * @older_ns:	live connections that are at least so old
 * @count:	end after so many, 0 for no limit
 * @seconds:	end after so long, 0 for no limit
 * @rotate_bytes: begin another file after so many bytes, 0 for never
 * @rotate_ns:	the same after so long
 * @keep:	files before it that are kept
 * @pack:	how a recording is compressed
 * @pack_given:	so it was said, not just by its name
 * @time:	how a time is shown
 * @time_given:	a time is asked for
 * @sni:	tell the names that are in a capture's TLS
 * @trace:	read the tracepoints instead of the ring
 * @follow:	wait for more
 * @follow_given: so it was said: --follow or --no-follow
 * @last:	what has been, and no more
 * @times:	what was given of each option with a time, or NULL
 * @json:	an object a line
 * @csv:	the same, with commas
 * @bare:	objects without their phases
 * @headings:	a line of them above a table
 * @quiet:	no closing line
 * @utf8:	the terminal can show more than ASCII
 * @color:	use colours
 * @numeric:	port numbers, not names
 * @absolute:	sequence numbers as on the wire
 * @explain:	say what each counter means
 * @batch:	top as text
 * @svg:	draw a picture
 * @pcapng:	record packets
 */
struct options {
	const struct command *command;
	const char *topic;
	const char *file;
	const char *files[OPTIONS_FILES];
	unsigned int nr_files;
	const char *ring;
	const char *proc;
	const char *columns;
	const char *output;
	const char *sort;
	const char *group_by;
	struct filter filter;
	struct rfc_filter states;
	uint64_t older_ns;
	uint64_t count;
	double seconds;
	uint64_t rotate_bytes;
	uint64_t rotate_ns;
	uint64_t keep;
	enum pack_format pack;
	bool pack_given;
	enum time_style time;
	bool time_given;
	bool sni;
	bool trace;
	bool follow;
	bool follow_given;
	bool last;
	const char *times[OPTION_TIMES];
	bool json;
	bool csv;
	bool bare;
	bool headings;
	bool quiet;
	bool utf8;
	bool color;
	bool numeric;
	bool absolute;
	bool explain;
	bool svg;
	bool pcapng;
	bool batch;
};

/**
 * struct option_row - an option: all that is known of it, in one place
 * @name:	after two dashes
 * @letter:	after one dash, or 0
 * @argument:	the name of its value in the help; NULL for a switch
 * @commands:	bits of the commands that take it
 * @section:	of the help
 * @help:	what it does
 * @words:	what its value can be, for completion: words with blanks between them,
 *		"FILE", "FOLDER", "COLUMNS" or "SORT"; or NULL
 * @many:	given again, it adds to what it said before
 * @optional:	its value may be left out
 * @take:	what is done with it; NULL for a switch at @offset
 * @offset:	of a bool in struct options
 * @value:	what that is set to, or what @take is told
 */
struct option_row {
	const char *name;
	char letter;
	const char *argument;
	uint32_t commands;
	const char *section;
	const char *help;
	const char *words;
	bool many;
	bool optional;
	int (*take)(struct options *opt, const struct option_row *row,
		    const char *value);
	uint16_t offset;
	int value;
};

/**
 * enum options_result - what options_parse() found
 * @OPTIONS_RUN:	go on
 * @OPTIONS_DONE:	help was wanted, and given
 * @OPTIONS_FAILED:	it could not be given
 * @OPTIONS_WRONG:	the usage was wrong
 */
enum options_result {
	OPTIONS_RUN,
	OPTIONS_DONE,
	OPTIONS_FAILED,
	OPTIONS_WRONG,
};

/* option_table.c: ends with a name of NULL */
extern const struct option_row option_table[];

/* options.c */
enum options_result options_parse(struct options *opt, int argc, char **argv);
void options_free(struct options *opt);

/* option_help.c */
int help_all(void);
int help_command(const struct command *command);
int help_version(void);
int help_said(void);

/* option_completion.c */
int help_completion(const char *shell);
const char *help_closest(const char *word, const char *(*next)(unsigned int *i));

/* option_times.c */
int option_times_settle(struct options *opt);

#endif /* _TOOLS_OPTIONS_H */
