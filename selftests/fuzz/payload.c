// SPDX-License-Identifier: GPL-2.0
/*
 * What strangers say first, cut as the input says: pieces, each a byte whose lowest bit is
 * its sender and whose others are how much of it comes again or is missing, a byte of
 * length, bytes. Each is read as FTP's control connection, too.
 */
#include "core/ftp.h"
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

/* Whatever is announced is in the text, or in a line that went on in it, and none is 0. */
static void read_ftp(struct synfin_payload *p, unsigned int from, uint32_t seq,
		     const uint8_t *bytes, uint32_t len)
{
	struct synfin_ftp_text text = { bytes, bytes + len };
	struct synfin_ftp_port port;

	if (!len || !synfin_ftp_follows(p, from, seq, len, seq * 3))
		return;
	while (synfin_ftp_next(p, &text, from, seq & 1 ? 4 : 6, &port)) {
		const uint8_t *line = p->lines->text[from];
		bool joined = port.address > line && port.address < line + SYNFIN_LINE_MAX;

		HOLDS(port.port && text.at > bytes && text.at <= text.end);
		HOLDS(port.length <= SYNFIN_FTP_ADDRESS_MAX);
		HOLDS(joined ? port.address + port.length < line + p->lines->nr[from] :
			       port.address > bytes && port.address + port.length < text.at);
	}
	HOLDS(text.at == text.end);
	if (seq & 2)
		synfin_ftp_unread(p, from, bytes[len - 1]);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct synfin_tls tls = {};
	struct synfin_lines lines = {};
	struct synfin_payload p, ftp;
	uint32_t next[2] = { 0, 0 };

	synfin_payload_init(&p, 0, 0, true);
	synfin_payload_init(&ftp, 0, 0, false);
	ftp.lines = &lines;
	while (size >= 2) {
		unsigned int from = data[0] & 1, len = data[1];
		uint32_t seq = next[from] + ((int8_t)data[0] >> 1) % 8;
		uint32_t more = data[0] & 0x40 ? data[0] & 0x3e : 0;

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		feed(&p, &tls, from, seq, data, len, more);
		read_ftp(&ftp, from, ftp.end[from].next + (seq != next[from]), data, len);
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
