// SPDX-License-Identifier: GPL-2.0
/*
 * Which records are wanted. Whether a connection failed is known only when it has
 * ended, so --failed is not judged here.
 */
#include <string.h>

#include "commands/options.h"

/**
 * filter_any() - may filter_head() turn a record down?
 * @f: the filter
 *
 * Return: false if it wants all.
 */
bool filter_any(const struct filter *f)
{
	return f->port || f->netns || f->family;
}

/**
 * filter_head() - is a record wanted?
 * @f: the filter
 * @head: of the record
 *
 * Return: true if it is.
 */
bool filter_head(const struct filter *f, const struct synfin_record_head *head)
{
	if (f->port && f->port != head->client_port &&
	    f->port != head->server_port)
		return false;
	if (f->netns && f->netns != head->netns)
		return false;
	if (!f->family)
		return true;
	return f->family == head->family &&
	       (!memcmp(f->host, head->client, sizeof(f->host)) ||
		!memcmp(f->host, head->server, sizeof(f->host)));
}
