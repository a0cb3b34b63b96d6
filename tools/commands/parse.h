/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values of options: numbers, durations, times, ports.
 */
#ifndef _TOOLS_PARSE_H
#define _TOOLS_PARSE_H

#include <stdbool.h>
#include <stdint.h>

bool parse_whole(const char *text, uint64_t most, uint64_t *value);
bool parse_duration(const char *text, uint64_t *ns);
bool parse_time(const char *text, uint64_t now, uint64_t *ns);
bool parse_size(const char *text, uint64_t *bytes);
bool parse_ports(const char *text, uint16_t *low, uint16_t *high);
uint64_t parse_now(void);

#endif /* _TOOLS_PARSE_H */
