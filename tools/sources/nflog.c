// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that netfilter has logged (nfnetlink_log): attributes, one of them the packet.
 */
#include "sources/layers.h"

#define PAYLOAD	9u

static unsigned int nflog_half(const struct dig *d, const uint8_t *at)
{
	uint16_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return d->swapped ? __builtin_bswap16(value) : value;
}

/* Where the payload is among the attributes; NULL if they make no sense. */
static const uint8_t *nflog_payload(const struct dig *d)
{
	const uint8_t *at = d->at, *end = d->at + d->room;

	while (end - at >= 4) {
		unsigned int len = nflog_half(d, at), padded = (len + 3) / 4 * 4;

		if (len >= 4 && nflog_half(d, at + 2) == PAYLOAD)
			return at;
		if (len < 4 || (size_t)(end - at) < padded)
			break;
		at += padded;
	}
	return NULL;
}

/**
 * nflog_header() - the attributes of a packet that netfilter has logged
 * @d: the packet
 *
 * They are in the byte order of the machine that wrote them, or of the file.
 *
 * Return: what comes next.
 */
enum layer nflog_header(struct dig *d)
{
	const uint8_t *payload;
	unsigned int len;

	if (!dig_skip(d, 4))
		return LAYER_NONE;
	payload = nflog_payload(d);
	if (!payload) {
		d->swapped = !d->swapped;
		payload = nflog_payload(d);
	}
	if (!payload)
		return layer_none(d, UNREAD_NFLOG);
	len = nflog_half(d, payload) - 4;
	dig_skip(d, (uint32_t)(payload + 4 - d->at));
	if (len > d->room)
		d->len = len;
	return d->room ? LAYER_IP : layer_none(d, UNREAD_CUT);
}
