// SPDX-License-Identifier: GPL-2.0
/*
 * From bytes to a segment: golden packets of both families, and whatever is odd,
 * short or cut off.
 *
 * Each packet is copied into a buffer of exactly its size, so that a read beyond
 * its end is one that AddressSanitizer sees.
 */
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"
#include "tap.h"
#include "wire_bytes.h"

static struct synfin_segment seg;

/* Reads the first room bytes of a packet that had len on the wire. */
static enum synfin_counter read_cut(const __u8 *bytes, __u32 room, __u32 len)
{
	__u8 *copy = malloc(room);
	enum synfin_counter reason;

	memcpy(copy, bytes, room);
	memset(&seg, 0xee, sizeof(seg));
	reason = synfin_wire_ip(copy, room, len, &seg);
	free(copy);
	return reason;
}

#define READ(bytes) read_cut(bytes, sizeof(bytes), sizeof(bytes))

static void hold_syn(__u8 family, __u32 seq, __u32 len)
{
	TAP_EQUAL(seg.family, family);
	TAP_EQUAL(seg.kind, SYNFIN_KIND_SYN);
	TAP_EQUAL(seg.flags, 0xc2);
	TAP_EQUAL(seg.sport, 40000);
	TAP_EQUAL(seg.dport, 443);
	TAP_EQUAL(seg.seq, seq);
	TAP_EQUAL(seg.ack, 0);
	TAP_EQUAL(seg.window, 64240);
	TAP_EQUAL(seg.len, len);
}

static void tcp_over_ipv4(void)
{
	static const __u8 none[12];

	TAP_EQUAL(READ(ipv4_syn), SYNFIN_NO_REASON);
	hold_syn(4, 0xdeadbeef, 0);
	TAP_IS(!memcmp(&seg.src, "\xc0\x00\x02\x01", 4));
	TAP_IS(!memcmp(&seg.dst, "\xc6\x33\x64\x02", 4));
	TAP_IS(!memcmp(&seg.src.w[1], none, 12));
	TAP_IS(!memcmp(&seg.dst.w[1], none, 12));
}

static void tcp_over_ipv4_with_ip_options(void)
{
	TAP_EQUAL(READ(ipv4_options), SYNFIN_NO_REASON);
	TAP_EQUAL(seg.kind, SYNFIN_KIND_PLAIN);
	TAP_EQUAL(seg.sport, 443);
	TAP_EQUAL(seg.dport, 40000);
	TAP_EQUAL(seg.seq, 0x01020304);
	TAP_EQUAL(seg.ack, 0xdeadbef0);
	TAP_EQUAL(seg.len, 3);
}

static void ethernet_padding_is_no_payload(void)
{
	__u8 padded[sizeof(ipv4_syn) + 6] = { 0 };

	memcpy(padded, ipv4_syn, sizeof(ipv4_syn));
	TAP_EQUAL(READ(padded), SYNFIN_NO_REASON);
	hold_syn(4, 0xdeadbeef, 0);
}

static void total_length_zero_is_a_super_packet(void)
{
	__u8 big[sizeof(ipv4_syn) + 100] = { 0 };

	memcpy(big, ipv4_syn, sizeof(ipv4_syn));
	big[2] = 0;
	big[3] = 0;
	TAP_EQUAL(read_cut(big, sizeof(big), 90000), SYNFIN_NO_REASON);
	TAP_EQUAL(seg.len, 90000 - sizeof(ipv4_syn));
}

static void jumbogram_takes_its_length_from_the_wire(void)
{
	__u8 big[sizeof(ipv6_syn)];

	memcpy(big, ipv6_syn, sizeof(big));
	big[4] = 0;
	big[5] = 0;
	TAP_EQUAL(read_cut(big, sizeof(big), 100000), SYNFIN_NO_REASON);
	TAP_EQUAL(seg.len, 100000 - sizeof(ipv6_syn));
}

static void tcp_over_ipv6(void)
{
	TAP_EQUAL(READ(ipv6_syn), SYNFIN_NO_REASON);
	hold_syn(6, 0xdeadbeef, 0);
	TAP_IS(!memcmp(&seg.src, ipv6_syn + 8, 16));
	TAP_IS(!memcmp(&seg.dst, ipv6_syn + 24, 16));
}

static void tcp_behind_extension_headers(void)
{
	TAP_EQUAL(READ(ipv6_extensions), SYNFIN_NO_REASON);
	hold_syn(6, 0xdeadbeef, 0);
}

static void tcp_in_an_atomic_fragment(void)
{
	TAP_EQUAL(READ(ipv6_atomic), SYNFIN_NO_REASON);
	hold_syn(6, 0xdeadbeef, 0);
}

/* An atomic fragment header inside a first fragment makes it no whole one. */
static void atomic_header_behind_a_first_fragment(void)
{
	__u8 bytes[sizeof(ipv6_atomic) + 8];

	memcpy(bytes, ipv6_atomic, 48);
	memcpy(bytes + 48, ipv6_atomic + 40, sizeof(ipv6_atomic) - 40);
	bytes[5] += 8;
	bytes[40] = 44;
	bytes[43] = 1;
	TAP_EQUAL(READ(bytes), SYNFIN_CNT_fragment);
}

static void fragments_of_ipv4(void)
{
	static const __u16 fields[] = { 0x2000, 0x0001, 0x2001, 0x1fff, 0x3fff };
	__u8 bytes[sizeof(ipv4_syn)];
	unsigned int i;

	memcpy(bytes, ipv4_syn, sizeof(bytes));
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		bytes[6] = fields[i] >> 8;
		bytes[7] = fields[i];
		TAP_EQUAL(READ(bytes), SYNFIN_CNT_fragment);
	}
	/* "Do not fragment" and the evil bit (RFC 3514) cut nothing. */
	bytes[6] = 0xc0;
	bytes[7] = 0;
	TAP_EQUAL(READ(bytes), SYNFIN_NO_REASON);
}

static void fragments_of_ipv6(void)
{
	static const __u16 fields[] = { 0x0001, 0x0008, 0x0009, 0xfff8, 0xfff9 };
	__u8 bytes[sizeof(ipv6_atomic)];
	unsigned int i;

	memcpy(bytes, ipv6_atomic, sizeof(bytes));
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		bytes[42] = fields[i] >> 8;
		bytes[43] = fields[i];
		TAP_EQUAL(READ(bytes), SYNFIN_CNT_fragment);
	}
	/* The two reserved bits. */
	bytes[42] = 0;
	bytes[43] = 6;
	TAP_EQUAL(READ(bytes), SYNFIN_NO_REASON);
}

/* Whole up to the 20 bytes that matter: then options and payload may be cut. */
static void cut(const __u8 *bytes, __u32 len, __u32 enough, const char *what)
{
	enum synfin_counter reason;
	__u32 room;

	for (room = 0; room <= len; room++) {
		reason = read_cut(bytes, room, len);
		if (reason != (room < enough ? SYNFIN_CNT_short :
					       SYNFIN_NO_REASON))
			tap_wrong("%s, %u bytes of %u: %d", what, room, len,
				  reason);
	}
}

static void truncated_at_every_length(void)
{
	cut(ipv4_syn, sizeof(ipv4_syn), 20 + 20, "IPv4");
	cut(ipv4_options, sizeof(ipv4_options), 32 + 20, "IPv4 with options");
	cut(ipv6_syn, sizeof(ipv6_syn), 40 + 20, "IPv6");
	cut(ipv6_extensions, sizeof(ipv6_extensions),
	    sizeof(ipv6_extensions) - 20, "IPv6 with extensions");
	cut(ipv6_atomic, sizeof(ipv6_atomic), 48 + 20, "atomic fragment");
}

static void errors_truncated_at_every_length(void)
{
	enum synfin_counter reason;
	__u32 room;

	for (room = 0; room <= sizeof(icmp4_unreachable); room++) {
		reason = read_cut(icmp4_unreachable, room,
				  sizeof(icmp4_unreachable));
		TAP_IS((room < 20 + 8 + 20 + 8) == (reason != SYNFIN_NO_REASON));
	}
	for (room = 0; room <= sizeof(icmp6_unreachable); room++) {
		reason = read_cut(icmp6_unreachable, room,
				  sizeof(icmp6_unreachable));
		TAP_IS((room < 40 + 8 + 40 + 8) == (reason != SYNFIN_NO_REASON));
	}
}

static void every_data_offset(void)
{
	__u8 bytes[40 + 40];
	unsigned int offset, more;

	memset(bytes, 1, sizeof(bytes));
	memcpy(bytes, ipv4_syn, 40);
	for (more = 0; more <= 40; more++) {
		bytes[3] = 40 + more;
		for (offset = 0; offset < 16; offset++) {
			enum synfin_counter reason;

			bytes[20 + 12] = offset << 4;
			reason = read_cut(bytes, 40 + more, 40 + more);
			if (offset < 5 || offset * 4 > 20 + more) {
				TAP_EQUAL(reason, SYNFIN_CNT_bad_offset);
				continue;
			}
			TAP_EQUAL(reason, SYNFIN_NO_REASON);
			TAP_EQUAL(seg.len, 20 + more - offset * 4);
		}
	}
}

/* What the flags mean (RFC 9293, 3.10.7.4), in the order receivers look. */
static int kind_meant(unsigned int flags)
{
	bool fin = flags & 1, syn = flags & 2, rst = flags & 4, ack = flags & 16;

	if (syn && (rst || (fin && !ack)))
		return -1;
	if (rst)
		return SYNFIN_KIND_RST;
	if (syn)
		return ack ? SYNFIN_KIND_SYN_ACK : SYNFIN_KIND_SYN;
	if (fin)
		return SYNFIN_KIND_FIN;
	return ack ? SYNFIN_KIND_PLAIN : -1;
}

static void every_value_of_the_flags(void)
{
	__u8 bytes[sizeof(ipv4_syn)];
	unsigned int flags;

	memcpy(bytes, ipv4_syn, sizeof(bytes));
	for (flags = 0; flags < 256; flags++) {
		enum synfin_counter reason;

		bytes[20 + 13] = flags;
		reason = READ(bytes);
		if (kind_meant(flags) < 0) {
			TAP_EQUAL(reason, SYNFIN_CNT_bad_flags);
			continue;
		}
		TAP_EQUAL(reason, SYNFIN_NO_REASON);
		TAP_EQUAL(seg.kind, kind_meant(flags));
		TAP_EQUAL(seg.flags, flags);
	}
}

static void header_lengths_that_cannot_be(void)
{
	__u8 bytes[sizeof(ipv4_syn)];
	unsigned int words;

	memcpy(bytes, ipv4_syn, sizeof(bytes));
	for (words = 0; words < 5; words++) {
		bytes[0] = 0x40 | words;
		TAP_EQUAL(READ(bytes), SYNFIN_CNT_short);
	}
	/* A total length below the header's. */
	bytes[0] = 0x45;
	for (bytes[3] = 1; bytes[3] < 20; bytes[3]++)
		TAP_EQUAL(READ(bytes), SYNFIN_CNT_short);
	/* And one that leaves no room for TCP. */
	for (; bytes[3] < 40; bytes[3]++)
		TAP_EQUAL(READ(bytes), SYNFIN_CNT_short);
}

static void what_is_no_tcp(void)
{
	__u8 bytes[sizeof(ipv4_syn)];
	unsigned int i;

	memcpy(bytes, ipv4_syn, sizeof(bytes));
	for (i = 0; i < 256; i++) {
		bytes[9] = i;
		if (i != 6 && i != 1)
			TAP_EQUAL(READ(bytes), SYNFIN_CNT_not_tcp);
	}
	for (i = 0; i < 16; i++) {
		memcpy(bytes, ipv4_syn, sizeof(bytes));
		bytes[0] = i << 4 | 5;
		if (i != 4 && i != 6)
			TAP_EQUAL(READ(bytes), SYNFIN_CNT_not_tcp);
	}
}

static void icmp_error_quotes_a_syn(void)
{
	TAP_EQUAL(READ(icmp4_unreachable), SYNFIN_NO_REASON);
	TAP_EQUAL(seg.kind, SYNFIN_KIND_ICMP);
	TAP_EQUAL(seg.family, 4);
	TAP_EQUAL(seg.flags, 0);
	TAP_EQUAL(seg.sport, 40000);
	TAP_EQUAL(seg.dport, 443);
	TAP_EQUAL(seg.seq, 0xdeadbeef);
	TAP_EQUAL(seg.len, 0);
	TAP_IS(!memcmp(&seg.src, "\xc0\x00\x02\x01", 4));
	TAP_IS(!memcmp(&seg.dst, "\xc6\x33\x64\x02", 4));
}

static void icmpv6_error_quotes_a_syn(void)
{
	TAP_EQUAL(READ(icmp6_unreachable), SYNFIN_NO_REASON);
	TAP_EQUAL(seg.kind, SYNFIN_KIND_ICMP);
	TAP_EQUAL(seg.family, 6);
	TAP_EQUAL(seg.sport, 40000);
	TAP_EQUAL(seg.dport, 443);
	TAP_EQUAL(seg.seq, 0xdeadbeef);
	TAP_IS(!memcmp(&seg.src, ipv6_syn + 8, 16));
}

static void icmp_types_that_are_errors(void)
{
	__u8 bytes[sizeof(icmp4_unreachable)];
	unsigned int type, code;

	memcpy(bytes, icmp4_unreachable, sizeof(bytes));
	for (type = 0; type < 256; type++)
		for (code = 0; code < 16; code++) {
			/* Unreachable, time exceeded, parameter problem. */
			bool error = (type == 3 && code != 4) || type == 11 ||
				     type == 12;

			bytes[20] = type;
			bytes[21] = code;
			TAP_EQUAL(READ(bytes), error ? SYNFIN_NO_REASON :
						       SYNFIN_CNT_not_tcp);
			TAP_EQUAL(synfin_wire_icmp_is_error(4, type, code), error);
		}
}

static void icmpv6_types_that_are_errors(void)
{
	unsigned int type;

	for (type = 0; type < 256; type++)
		TAP_EQUAL(synfin_wire_icmp_is_error(6, type, 0),
			  type == 1 || type == 3 || type == 4);
}

static void quotes_of_no_use(void)
{
	__u8 bytes[sizeof(icmp4_unreachable)];

	memcpy(bytes, icmp4_unreachable, sizeof(bytes));
	bytes[28 + 9] = 17;
	TAP_EQUAL(READ(bytes), SYNFIN_CNT_not_tcp);
	bytes[28 + 9] = 6;
	bytes[28 + 7] = 1;
	TAP_EQUAL(READ(bytes), SYNFIN_CNT_icmp_other);
	/* A first fragment holds the ports. */
	bytes[28 + 7] = 0;
	bytes[28 + 6] = 0x20;
	TAP_EQUAL(READ(bytes), SYNFIN_NO_REASON);
}

/* An IPv4 error about an IPv6 packet answers nothing. */
static void quote_of_the_other_family(void)
{
	__u8 bytes[28 + sizeof(ipv6_syn)];

	memcpy(bytes, icmp4_unreachable, 28);
	memcpy(bytes + 28, ipv6_syn, sizeof(ipv6_syn));
	bytes[3] = sizeof(bytes);
	TAP_IS(READ(bytes) != SYNFIN_NO_REASON);
}

/* A header with those options, of which so many bytes more than the 20 were captured. */
static void read_options(const char *options, __u32 bytes, __u32 captured)
{
	__u8 *header = calloc(1, 20 + bytes), *copy = malloc(20 + captured);

	header[12] = (20 + bytes) / 4 << 4;
	memcpy(header + 20, options, bytes);
	memcpy(copy, header, 20 + captured);
	seg = (struct synfin_segment) {};
	synfin_wire_options(copy, 20 + captured, &seg);
	free(copy);
	free(header);
}

static void hold_options(__u8 scale, __u32 tsval, __u32 tsecr)
{
	TAP_EQUAL(seg.scale, scale);
	TAP_EQUAL(seg.stamped, tsval != 0);
	TAP_EQUAL(seg.tsval, tsval);
	TAP_EQUAL(seg.tsecr, tsecr);
}

#define MSS	"\2\4\5\xb4"
#define SACK_OK	"\4\2"
#define STAMP	"\x08\x0a\1\2\3\4\5\6\7\x08"
#define NOP	"\1"
#define SCALE(by) "\3\3" by

static void options_as_linux_lays_them_out(void)
{
	read_options(MSS SACK_OK STAMP NOP SCALE("\7"), 20, 20);
	hold_options(7, 0x01020304, 0x05060708);
	read_options(MSS SACK_OK STAMP NOP SCALE("\x0f"), 20, 20);
	hold_options(14, 0x01020304, 0x05060708);
	read_options(NOP NOP STAMP, 12, 12);
	hold_options(SYNFIN_SCALE_NONE, 0x01020304, 0x05060708);
}

/* Of the same length, with one thing in another place. */
static void options_in_another_order(void)
{
	read_options(MSS STAMP SACK_OK NOP SCALE("\7"), 20, 20);
	hold_options(7, 0x01020304, 0x05060708);
	read_options(MSS SACK_OK STAMP SCALE("\7") NOP, 20, 20);
	hold_options(7, 0x01020304, 0x05060708);
	read_options(NOP NOP NOP NOP SACK_OK STAMP NOP SCALE("\x0f"), 20, 20);
	hold_options(14, 0x01020304, 0x05060708);
	read_options(STAMP NOP NOP, 12, 12);
	hold_options(SYNFIN_SCALE_NONE, 0x01020304, 0x05060708);
	read_options(NOP SCALE("\2"), 4, 4);
	hold_options(2, 0, 0);
	read_options(MSS "\0\3\3\7", 8, 8);
	hold_options(SYNFIN_SCALE_NONE, 0, 0);
}

static void options_that_lie(void)
{
	/* Too short, beyond the header, and of a length that is not theirs. */
	read_options("\3\0\0\0", 4, 4);
	hold_options(SYNFIN_SCALE_NONE, 0, 0);
	read_options("\3\1\0\0", 4, 4);
	hold_options(SYNFIN_SCALE_NONE, 0, 0);
	read_options(NOP "\3\4\7", 4, 4);
	hold_options(SYNFIN_SCALE_NONE, 0, 0);
	read_options("\3\4\7\1", 4, 4);
	hold_options(SYNFIN_SCALE_NONE, 0, 0);
	read_options("\x08\4\1\1", 4, 4);
	hold_options(SYNFIN_SCALE_NONE, 0, 0);
}

/* What was not captured may have been there. */
static void options_cut_off(void)
{
	read_options(MSS SACK_OK STAMP NOP SCALE("\7"), 20, 16);
	hold_options(SYNFIN_SCALE_UNKNOWN, 0x01020304, 0x05060708);
	read_options(MSS SACK_OK STAMP NOP SCALE("\7"), 20, 18);
	hold_options(SYNFIN_SCALE_UNKNOWN, 0x01020304, 0x05060708);
	read_options(MSS SACK_OK STAMP NOP SCALE("\7"), 20, 12);
	hold_options(SYNFIN_SCALE_UNKNOWN, 0, 0);
	read_options(NOP NOP STAMP, 12, 3);
	hold_options(SYNFIN_SCALE_UNKNOWN, 0, 0);
	read_options(NOP SCALE("\2") STAMP NOP NOP, 16, 8);
	hold_options(2, 0, 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(tcp_over_ipv4),
	TAP_TEST(tcp_over_ipv4_with_ip_options),
	TAP_TEST(options_as_linux_lays_them_out),
	TAP_TEST(options_in_another_order),
	TAP_TEST(options_that_lie),
	TAP_TEST(options_cut_off),
	TAP_TEST(ethernet_padding_is_no_payload),
	TAP_TEST(total_length_zero_is_a_super_packet),
	TAP_TEST(jumbogram_takes_its_length_from_the_wire),
	TAP_TEST(tcp_over_ipv6),
	TAP_TEST(tcp_behind_extension_headers),
	TAP_TEST(tcp_in_an_atomic_fragment),
	TAP_TEST(atomic_header_behind_a_first_fragment),
	TAP_TEST(fragments_of_ipv4),
	TAP_TEST(fragments_of_ipv6),
	TAP_TEST(truncated_at_every_length),
	TAP_TEST(errors_truncated_at_every_length),
	TAP_TEST(every_data_offset),
	TAP_TEST(every_value_of_the_flags),
	TAP_TEST(header_lengths_that_cannot_be),
	TAP_TEST(what_is_no_tcp),
	TAP_TEST(icmp_error_quotes_a_syn),
	TAP_TEST(icmpv6_error_quotes_a_syn),
	TAP_TEST(icmp_types_that_are_errors),
	TAP_TEST(icmpv6_types_that_are_errors),
	TAP_TEST(quotes_of_no_use),
	TAP_TEST(quote_of_the_other_family),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
