// SPDX-License-Identifier: GPL-2.0
/*
 * What strangers say first, cut as the input says: pieces, each a byte whose lowest bit is
 * its sender and whose others are how much of it comes again or is missing, a byte of
 * length, bytes.
 */
#include "core/payload.h"
#include "fuzz.h"

static void feed(struct synfin_payload *p, struct synfin_tls *tls, unsigned int from,
		 uint32_t seq, const uint8_t *bytes, uint32_t len, uint32_t more)
{
	uint32_t offset = synfin_payload_begin(p, from, seq, len + more, ++p->first_ns[0]);

	HOLDS(offset <= len + more);
	if (offset == len + more)
		return;
	while (offset < len) {
		uint32_t skipped = synfin_payload_skip(p, from, len - offset);

		HOLDS(skipped <= len - offset);
		offset += skipped;
		if (offset == len)
			break;
		if (synfin_payload_may_be_tls(p, from, bytes[offset]))
			p->tls = tls;
		synfin_payload_feed(p, from, bytes + offset, len - offset, 1);
		break;
	}
	if (offset < len)
		offset = len;
	synfin_payload_end(p, from, len + more - offset);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct synfin_tls tls = {};
	struct synfin_payload p;
	uint32_t next[2] = { 0, 0 };

	synfin_payload_init(&p, 0, 0, true);
	while (size >= 2) {
		unsigned int from = data[0] & 1, len = data[1];
		uint32_t seq = next[from] + ((int8_t)data[0] >> 1) % 8;
		uint32_t more = data[0] & 0x40 ? data[0] & 0x3e : 0;

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		feed(&p, &tls, from, seq, data, len, more);
		next[from] = seq + len;
		data += len;
		size -= len;
		HOLDS(tls.sni_len <= SYNFIN_SNI_MAX && tls.alpn_len <= SYNFIN_ALPN_MAX);
		HOLDS(p.protocol < SYNFIN_PROTOCOL_NR && p.method < SYNFIN_METHOD_NR);
		HOLDS(p.end[0].nr <= sizeof(p.end[0].said));
		HOLDS(p.status < 1000);
	}
	return 0;
}
