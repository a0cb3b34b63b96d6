/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How options are taken: each by one of these, which the table names. All return 0, or
 * -1 after a message.
 */
#ifndef _TOOLS_OPTION_TAKE_H
#define _TOOLS_OPTION_TAKE_H

#include "commands/options.h"

typedef int option_take(struct options *opt, const struct option_row *row,
			const char *value);

/* option_take.c: where from, and how it is shown */
option_take take_text;
option_take take_file;
option_take take_count;
option_take take_seconds;
option_take take_color;
option_take take_source;
option_take take_follow;
option_take take_time_style;
option_take take_time;
option_take take_last;
option_take take_from;
option_take take_rotate;
option_take take_keep;
option_take take_compress;

/* option_which.c: which connections */
option_take take_ends;
option_take take_netns;
option_take take_family;
option_take take_filter;
option_take take_open;
option_take take_close;
option_take take_closed_by;
option_take take_dropped;
option_take take_owner;
option_take take_ftp_control;
option_take take_protocol;
option_take take_status;
option_take take_failed;
option_take take_slower;
option_take take_state;
option_take take_older;

int option_wrong(const struct option_row *row, const char *value, const char *wanted);

#endif /* _TOOLS_OPTION_TAKE_H */
