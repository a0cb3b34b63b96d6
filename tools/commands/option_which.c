// SPDX-License-Identifier: GPL-2.0
/*
 * How options are taken that say which connections.
 */
#include <stdio.h>
#include <string.h>

#include "commands/cmd.h"
#include "commands/option_take.h"
#include "commands/parse.h"
#include "output/words.h"
#include "output/words_first.h"

int take_ends(struct options *opt, const struct option_row *row,
	      const char *value)
{
	char option[32];

	snprintf(option, sizeof(option), "--%s", row->name);
	return filter_add_ends(&opt->filter, (enum filter_which)row->value, option,
			       value);
}

int take_netns(struct options *opt, const struct option_row *row,
	       const char *value)
{
	(void)row;
	return filter_add_netns(&opt->filter, value);
}

int take_family(struct options *opt, const struct option_row *row,
		const char *value)
{
	(void)value;
	opt->filter.families |= (uint8_t)(1 << row->value);
	opt->filter.on_head = true;
	return 0;
}

int take_filter(struct options *opt, const struct option_row *row,
		const char *value)
{
	(void)row;
	return filter_expr_parse(&opt->filter, value);
}

static const char *open_word(unsigned int i)
{
	return i < SYNFIN_OPEN_NR ? word_open(i)->text : NULL;
}

static const char *close_word(unsigned int i)
{
	return i < SYNFIN_CLOSE_NR ? word_close(i)->text : NULL;
}

static const char *closer_word(unsigned int i)
{
	return i <= SYNFIN_BY_BOTH ? word_closed_by(i)->text : NULL;
}

int take_open(struct options *opt, const struct option_row *row,
	      const char *value)
{
	(void)row;
	opt->filter.on_conn = true;
	return filter_add_words(&opt->filter.open, "--open", value, open_word);
}

int take_close(struct options *opt, const struct option_row *row,
	       const char *value)
{
	(void)row;
	opt->filter.on_conn = true;
	return filter_add_words(&opt->filter.close, "--close", value, close_word);
}

int take_closed_by(struct options *opt, const struct option_row *row,
		   const char *value)
{
	(void)row;
	opt->filter.on_conn = true;
	return filter_add_words(&opt->filter.closed_by, "--closed-by", value,
				closer_word);
}

static const char *drop_word(unsigned int i)
{
	return i < SYNFIN_DROP_NR ? word_drop(i)->text : NULL;
}

int take_dropped(struct options *opt, const struct option_row *row,
		 const char *value)
{
	(void)row;
	opt->filter.on_conn = true;
	if (!strcmp(value, "any")) {
		opt->filter.dropped.denied |= 1u << SYNFIN_DROP_NONE;
		return 0;
	}
	return filter_add_words(&opt->filter.dropped, "--dropped", value, drop_word);
}

int take_owner(struct options *opt, const struct option_row *row,
	       const char *value)
{
	return filter_add_owner(&opt->filter, (enum filter_owner)row->value, value);
}

int take_ftp_control(struct options *opt, const struct option_row *row,
		     const char *value)
{
	(void)row;
	return filter_add_ftp(&opt->filter, value);
}

static const char *protocol_word(unsigned int i)
{
	return i < SYNFIN_PROTOCOL_NR ? word_protocol(i)->text : NULL;
}

int take_protocol(struct options *opt, const struct option_row *row,
		  const char *value)
{
	(void)row;
	opt->filter.on_conn = true;
	return filter_add_words(&opt->filter.protocol, "--protocol", value,
				protocol_word);
}

int take_status(struct options *opt, const struct option_row *row,
		const char *value)
{
	(void)row;
	return filter_add_status(&opt->filter, value);
}

int take_failed(struct options *opt, const struct option_row *row,
		const char *value)
{
	(void)row;
	(void)value;
	opt->filter.failed = true;
	opt->filter.on_conn = true;
	return 0;
}

int take_slower(struct options *opt, const struct option_row *row,
		const char *value)
{
	(void)row;
	return filter_add_slower(&opt->filter, value);
}

int take_state(struct options *opt, const struct option_row *row,
	       const char *value)
{
	struct filter_words words = { opt->states.wanted, opt->states.denied };
	int err = filter_add_words(&words, "--state", value, rfc_word);

	(void)row;
	opt->states = (struct rfc_filter){ words.wanted, words.denied };
	return err;
}

int take_older(struct options *opt, const struct option_row *row,
	       const char *value)
{
	if (parse_duration(value, &opt->older_ns) && opt->older_ns)
		return 0;
	return option_wrong(row, value, "a duration is wanted, as 1m");
}
