// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on stderr, each one line that begins with the program's name.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "output/complain.h"

/* U+200B to U+200F, U+2028 to U+202E and U+2066 to U+2069 are seen by what they do. */
static bool hides(const unsigned char *text)
{
	if (text[1] == 0x80)
		return (text[2] >= 0x8b && text[2] <= 0x8f) ||
		       (text[2] >= 0xa8 && text[2] <= 0xae);
	return text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9;
}

/* Bytes of the character at @text that may be shown as it is, 0 for none. */
static size_t harmless(const unsigned char *text)
{
	size_t more, i;

	if (*text < 0x80)
		return *text >= ' ' && *text != 0x7f;
	more = *text >= 0xf0 ? 3 : *text >= 0xe0 ? 2 : 1;
	/* No half of a character, no overlong one, and none of the controls C1. */
	if (*text < 0xc2 || *text > 0xf4 || (*text == 0xc2 && text[1] < 0xa0))
		return 0;
	if (*text == 0xe2 && hides(text))
		return 0;
	for (i = 1; i <= more; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return 1 + more;
}

/*
 * A name of a file, or what a file says of itself, may be made to do things to a
 * terminal, or to look like another line of this program.
 */
static void put_harmless(const char *text)
{
	while (*text) {
		size_t len = harmless((const unsigned char *)text);

		if (len)
			fwrite(text, 1, len, stderr);
		else
			fprintf(stderr, "\\x%02x", (unsigned char)*text);
		text += len ? len : 1;
	}
}

/**
 * complain() - say what went wrong
 * @format: as of printf(), no newline
 *
 * Return: -1, for the caller to hand on.
 */
int complain(const char *format, ...)
{
	char text[8192];
	va_list args;

	fflush(stdout);
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fputs("synfin: ", stderr);
	put_harmless(text);
	fputc('\n', stderr);
	return -1;
}

/**
 * complain_version() - say that a file is of a version that is not known
 * @name:	of the file
 * @version:	of it
 * @known:	the version that is known
 * @advice:	what to do
 *
 * Return: -1.
 */
int complain_version(const char *name, unsigned int version, unsigned int known,
		     const char *advice)
{
	return complain("%s: version %u, and this reader knows version %u: %s",
			name, version, known, advice);
}

/* strerror() says "Permission denied"; a message goes on in lower case. */
static const char *reason(int error)
{
	switch (error) {
	case ENOENT:
		return "no such file";
	case EACCES:
	case EPERM:
		return "permission denied";
	case EISDIR:
		return "is a folder";
	default:
		return strerror(error);
	}
}

/**
 * complain_file() - say that a file could not be used
 * @name: of the file
 * @error: an errno
 * @advice: what to do, or NULL
 *
 * Return: -1.
 */
int complain_file(const char *name, int error, const char *advice)
{
	if (advice)
		return complain("%s: %s: %s", name, reason(error), advice);
	return complain("%s: %s", name, reason(error));
}
