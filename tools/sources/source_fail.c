// SPDX-License-Identifier: GPL-2.0
/*
 * What sources have in common.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sources/source.h"

/**
 * source_fail() - the source cannot go on
 * @src: the source
 * @format: as of printf(): what is wrong
 *
 * Return: SOURCE_FAILED.
 */
enum source_state source_fail(struct source *src, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(src->error, sizeof(src->error), format, args);
	va_end(args);
	return SOURCE_FAILED;
}
