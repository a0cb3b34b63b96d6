// SPDX-License-Identifier: GPL-2.0
/*
 * The command line: words that end with a zero byte. What it accepts is then asked
 * of records: the filter, and the columns of both tables.
 */
#include "commands/options.h"
#include "output/table.h"
#include "views/view_table.h"
#include "fuzz.h"

#define WORDS 24

int fuzz_one(const uint8_t *data, size_t size)
{
	char *argv[WORDS + 2] = { "synfin" };
	struct synfin_record_head head = { .family = 4, .client_port = 40000,
					   .server_port = 80 };
	struct options opt;
	struct table table;
	char *copy, *at;
	int argc = 1;

	copy = malloc(size + 1);
	HOLDS(copy);
	memcpy(copy, data, size);
	copy[size] = '\0';
	for (at = copy; argc <= WORDS && at < copy + size; at += strlen(at) + 1)
		argv[argc++] = at;
	if (options_parse(&opt, argc, argv) == OPTIONS_RUN) {
		HOLDS(!(opt.filter.families & ~(1 << 4 | 1 << 6)));
		HOLDS(opt.seconds >= 0 && opt.seconds <= 1e9);
		HOLDS(filter_head(&opt.filter, &head) || opt.filter.on_head);
		table_init(&table, table_conns, &opt);
		table_init(&table, table_phases, &opt);
	}
	options_free(&opt);
	free(copy);
	return 0;
}
