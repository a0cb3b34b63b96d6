// SPDX-License-Identifier: GPL-2.0
/*
 * Characters of UTF-8, and which of them do nothing to a terminal.
 */
#include "output/text.h"

/**
 * text_character() - how long a character is
 * @text: not empty
 *
 * Return: its bytes, 0 if it is no character of UTF-8.
 */
size_t text_character(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t more, i;

	if (*p < 0x80)
		return 1;
	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
	for (i = 1; i <= more; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong ones, halves of a pair, and what is beyond the last. */
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return 1 + more;
}

/**
 * text_is_harmless() - may a character be shown?
 * @text: of text_character()
 * @len: its bytes
 *
 * Return: false for controls, and for what hides or turns around other text.
 */
bool text_is_harmless(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	if (len == 1)
		return *p >= ' ' && *p != 0x7f;
	if (len == 2)
		return *p != 0xc2 || p[1] >= 0xa0;
	/* U+200B to U+200F, U+2028 to U+202E, U+2066 to U+2069 */
	if (len == 3 && *p == 0xe2 && p[1] == 0x80)
		return p[2] < 0x8b || (p[2] > 0x8f && p[2] < 0xa8) || p[2] > 0xae;
	return len != 3 || *p != 0xe2 || p[1] != 0x81 || p[2] < 0xa6 || p[2] > 0xa9;
}
