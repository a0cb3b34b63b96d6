// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on stderr, each one line that begins with the program's name.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output/complain.h"
#include "output/text.h"

/*
 * A name of a file, or what a file says of itself, may be made to do things to a
 * terminal, or to look like another line of this program.
 */
static void put_harmless(const char *text)
{
	while (*text) {
		size_t len = text_character(text);

		if (len && text_is_harmless(text, len))
			fwrite(text, 1, len, stderr);
		else
			for (size_t i = 0; i < (len ? len : 1); i++)
				fprintf(stderr, "\\x%02x", (unsigned char)text[i]);
		text += len ? len : 1;
	}
}

/* Where messages go instead, by thread. */
static _Thread_local struct {
	char *buf;
	size_t size;
} instead;

/**
 * complain_into() - from now on put messages elsewhere
 * @buf:	takes the first one, as a string; NULL for stderr again
 * @size:	of @buf
 */
void complain_into(char *buf, size_t size)
{
	instead.buf = buf;
	instead.size = size;
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

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (instead.buf) {
		if (!*instead.buf)
			snprintf(instead.buf, instead.size, "%s", text);
		return -1;
	}
	fflush(stdout);
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

/**
 * complain_reason() - what went wrong, in words; those of strerror() begin a sentence
 * @error: an errno
 *
 * Return: the words; good until this thread asks again.
 */
const char *complain_reason(int error)
{
	static _Thread_local char text[64];

	switch (error) {
	case ENOENT:
		return "no such file";
	case EACCES:
	case EPERM:
		return "permission denied";
	case EISDIR:
		return "is a folder";
	default:
		snprintf(text, sizeof(text), "%s", strerror(error));
		if (islower((unsigned char)text[1]))
			text[0] = (char)tolower((unsigned char)text[0]);
		return text;
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
		return complain("%s: %s: %s", name, complain_reason(error), advice);
	return complain("%s: %s", name, complain_reason(error));
}
