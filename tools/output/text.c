// SPDX-License-Identifier: GPL-2.0
/*
 * Characters of UTF-8, and which of them do nothing to a terminal.
 */
#include <string.h>

#include "output/fmt.h"
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

/* Nearly all is: ASCII that stands for itself in JSON. */
static inline bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* As \u009b: of a character of three bytes at most. */
static char *put_code(char *p, const unsigned char *c, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	unsigned int code = len == 1 ? c[0] : len == 2 ? (c[0] & 31u) << 6 | (c[1] & 63u) :
			    (c[0] & 15u) << 12 | (c[1] & 63u) << 6 | (c[2] & 63u);

	p = fmt_text(p, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4)
		*p++ = hex[code >> shift & 15];
	return p;
}

/**
 * text_json_character() - a character of a string of JSON
 * @p:		where to; TEXT_JSON_MAX bytes have room
 * @text:	it; moved behind it
 *
 * What would do something to a terminal is told by its number.
 *
 * Return: the end.
 */
char *text_json_character(char *p, const char **text)
{
	size_t len = text_character(*text);
	char c = **text;

	if (c == '"' || c == '\\') {
		*p++ = '\\';
		*p++ = c;
	} else if (len && !text_is_harmless(*text, len)) {
		p = put_code(p, (const unsigned char *)*text, len);
	} else if (len) {
		memcpy(p, *text, len);
		p += len;
	} else {
		p = fmt_text(p, "\xef\xbf\xbd");
	}
	*text += len ? len : 1;
	return p;
}

/**
 * text_json() - a string of JSON, without its quotation marks
 * @p: where to; six times the text must have room
 * @text: anything
 *
 * What is no UTF-8 is replaced.
 *
 * Return: the end.
 */
char *text_json(char *p, const char *text)
{
	while (*text) {
		if (is_plain(*text))
			*p++ = *text++;
		else
			p = text_json_character(p, &text);
	}
	return p;
}

/**
 * text_shown() - text for a person, or as a word for a program
 * @p: where to
 * @text: anything
 * @room: bytes there, more than three
 * @word: a blank is \040, as in /proc/mounts, so that it is one word
 *
 * What would do something to a terminal is a question mark.
 *
 * Return: the end.
 */
char *text_shown(char *p, const char *text, size_t room, bool word)
{
	const char *end = p + room - 4;

	while (*text && p < end) {
		size_t len = text_character(text);

		if (len && text_is_harmless(text, len)) {
			if (word && *text == ' ') {
				p = fmt_text(p, "\\040");
			} else {
				memcpy(p, text, len);
				p += len;
			}
		} else {
			*p++ = '?';
		}
		text += len ? len : 1;
	}
	return p;
}
