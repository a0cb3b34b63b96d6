// SPDX-License-Identifier: GPL-2.0
/*
 * 802.11, and the headers in which radios say how they received it (radiotap.org).
 */
#include "sources/layers.h"

#define KIND_DATA	2u
#define SUBTYPE_NULL	4u	/* without data */
#define SUBTYPE_QOS	8u

/* Second byte of frame control. */
#define BOTH_DS		0x03u
#define PROTECTED	0x40u
#define ORDER		0x80u

#define QOS_AMSDU	0x80u	/* of QoS control's first byte */

/* Of radiotap's bits that say what is there. */
#define HAS_CLOCK	0x00000001u
#define HAS_FLAGS	0x00000002u
#define HAS_MORE	0x80000000u
#define FLAG_PADDED	0x20u

#define PRISM_HEADER	144u
#define AVS_MAGIC	0x80211000u

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 |
		p[0];
}

/* Whether the 802.11 header is padded to whole words. */
static bool says_padded(const uint8_t *at, uint32_t len)
{
	uint32_t first = le32(at + 4), pos = 4;

	do {
		pos += 4;
		if (pos > len)
			return false;
	} while (le32(at + pos - 4) & HAS_MORE);
	if (first & HAS_CLOCK)
		pos = (pos + 7) / 8 * 8 + 8;
	return first & HAS_FLAGS && pos < len && at[pos] & FLAG_PADDED;
}

/**
 * wifi_radiotap() - radiotap's header
 * @d: the packet
 *
 * Return: what comes next.
 */
enum layer wifi_radiotap(struct dig *d)
{
	uint32_t len;

	if (d->room < 8)
		return layer_none(d, UNREAD_CUT);
	len = (uint32_t)d->at[2] | (uint32_t)d->at[3] << 8;
	if (len < 8 || len > d->room)
		return layer_none(d, UNREAD_CUT);
	d->padded = says_padded(d->at, len);
	dig_skip(d, len);
	return LAYER_WIFI;
}

/**
 * wifi_avs() - the header of AVS's drivers
 * @d: the packet
 *
 * Return: what comes next.
 */
enum layer wifi_avs(struct dig *d)
{
	if (d->room < 8)
		return layer_none(d, UNREAD_CUT);
	return dig_skip(d, be32(d->at + 4)) ? LAYER_WIFI : LAYER_NONE;
}

/**
 * wifi_prism() - the header of Prism's drivers, or AVS's in its place
 * @d: the packet
 *
 * Return: what comes next.
 */
enum layer wifi_prism(struct dig *d)
{
	if (d->room >= 4 && (be32(d->at) & 0xfffff000u) == AVS_MAGIC)
		return wifi_avs(d);
	return dig_skip(d, PRISM_HEADER) ? LAYER_WIFI : LAYER_NONE;
}

/* One of several in a frame: addresses, length, LLC. */
static enum layer one_of_many(struct dig *d, const uint8_t **next, uint32_t *left)
{
	uint32_t len, padded;

	if (d->room < 14)
		return layer_none(d, UNREAD_CUT);
	len = be16(d->at + 12);
	padded = (14 + len + 3) / 4 * 4;
	*next = d->room > padded ? d->at + padded : NULL;
	*left = d->room > padded ? d->room - padded : 0;
	dig_skip(d, 14);
	if (d->room > len)
		d->room = len;
	d->len = len > d->room ? len : d->room;
	return LAYER_LLC;
}

/**
 * wifi_header() - an 802.11 header
 * @d:		the packet
 * @next:	the next packet of those in one frame, or NULL; if it is not NULL before,
 *		this is such a one
 * @left:	bytes of it that are there
 *
 * Return: what comes next.
 */
enum layer wifi_header(struct dig *d, const uint8_t **next, uint32_t *left)
{
	unsigned int kind, subtype, flags;
	uint32_t header = 24;
	bool many = false;

	if (*next)
		return one_of_many(d, next, left);
	if (d->room < 24)
		return layer_none(d, d->room >= 10 ? UNREAD_WIFI_OTHER : UNREAD_CUT);
	kind = d->at[0] >> 2 & 3;
	subtype = d->at[0] >> 4;
	flags = d->at[1];
	if (kind != KIND_DATA || subtype & SUBTYPE_NULL)
		return layer_none(d, UNREAD_WIFI_OTHER);
	if (flags & PROTECTED)
		return layer_none(d, UNREAD_WIFI_CRYPT);
	if ((flags & BOTH_DS) == BOTH_DS)
		header += 6;
	if (subtype & SUBTYPE_QOS) {
		if (d->room < header + 2)
			return layer_none(d, UNREAD_CUT);
		many = d->at[header] & QOS_AMSDU;
		header += flags & ORDER ? 6 : 2;
	}
	if (d->padded)
		header = (header + 3) / 4 * 4;
	if (!dig_skip(d, header))
		return LAYER_NONE;
	return many ? one_of_many(d, next, left) : LAYER_LLC;
}
