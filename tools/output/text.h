/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text from elsewhere: names of files, what a file says of itself.
 */
#ifndef _TOOLS_TEXT_H
#define _TOOLS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a character may need in a string of JSON. */
#define TEXT_JSON_MAX	8u

size_t text_character(const char *text);
char *text_json_character(char *p, const char **text);
bool text_is_harmless(const char *text, size_t len);
char *text_json(char *p, const char *text);
char *text_shown(char *p, const char *text, size_t room, bool word);

#endif /* _TOOLS_TEXT_H */
