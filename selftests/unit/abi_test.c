// SPDX-License-Identifier: GPL-2.0
/*
 * The records as they lie in the ring and in a recording, byte by byte.
 *
 * Written for a little-endian machine; on another the fields turn, the offsets do
 * not.
 */
#include <stddef.h>
#include <string.h>

#include "uapi/synfin.h"
#include "tap.h"

#define AT(type, field, offset)	TAP_EQUAL(offsetof(type, field), offset)

static void sizes(void)
{
	TAP_EQUAL(sizeof(struct synfin_record_head), 64);
	TAP_EQUAL(sizeof(struct synfin_record_step), 40);
	TAP_EQUAL(sizeof(struct synfin_record_phases), 224);
	TAP_EQUAL(sizeof(struct synfin_record_conn), 248);
	TAP_EQUAL(sizeof(union synfin_record), 248);
	TAP_EQUAL(sizeof(struct synfin_slot), 256);
	TAP_EQUAL(sizeof(struct synfin_ring_place), 16);
	TAP_EQUAL(sizeof(struct synfin_ring_header), 128);
	TAP_EQUAL(sizeof(struct synfin_ring_cpu), 64);
	TAP_EQUAL(sizeof(struct synfin_file_header), 32);
	TAP_EQUAL(SYNFIN_STEPS_MAX, 4);
	TAP_EQUAL(SYNFIN_WORDS_MAX, 31);
	TAP_EQUAL(SYNFIN_RINGS_MAX, 4);
}

/* Whatever a file says, no more than there is room for. */
static void steps_of_a_record(void)
{
	static const struct { __u8 words, steps; } cases[] = {
		{ 0, 0 }, { 7, 0 }, { 8, 0 }, { 12, 0 }, { 13, 1 }, { 17, 1 },
		{ 18, 2 }, { 23, 3 }, { 28, 4 }, { 33, 4 }, { 255, 4 },
	};
	struct synfin_record_head h = { .type = SYNFIN_RECORD_PHASES };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		h.words = cases[i].words;
		TAP_EQUAL(synfin_record_steps(&h), cases[i].steps);
	}
}

static void offsets_of_the_head(void)
{
	AT(struct synfin_record_head, type, 0);
	AT(struct synfin_record_head, family, 1);
	AT(struct synfin_record_head, client_port, 2);
	AT(struct synfin_record_head, server_port, 4);
	AT(struct synfin_record_head, words, 6);
	AT(struct synfin_record_head, netns, 8);
	AT(struct synfin_record_head, id, 16);
	AT(struct synfin_record_head, time_ns, 24);
	AT(struct synfin_record_head, client, 32);
	AT(struct synfin_record_head, server, 48);
}

static void offsets_of_a_phase(void)
{
	AT(struct synfin_record_step, phase, 0);
	AT(struct synfin_record_step, from, 1);
	AT(struct synfin_record_step, window, 4);
	AT(struct synfin_record_step, icmp, 4);
	AT(struct synfin_record_step, tcp_flags, 6);
	AT(struct synfin_record_step, seq, 8);
	AT(struct synfin_record_step, ack, 12);
	AT(struct synfin_record_step, len, 16);
	AT(struct synfin_record_step, count, 20);
	AT(struct synfin_record_step, since_ns, 24);
	AT(struct synfin_record_step, time_ns, 32);
}

static void offsets_of_a_connection(void)
{
	AT(struct synfin_record_conn, head, 0);
	AT(struct synfin_record_conn, opening, 64);
	AT(struct synfin_record_conn, closing, 65);
	AT(struct synfin_record_conn, closed_by, 66);
	AT(struct synfin_record_conn, completeness, 67);
	AT(struct synfin_record_conn, flags, 68);
	AT(struct synfin_record_conn, syn_count, 72);
	AT(struct synfin_record_conn, syn_ack_count, 76);
	AT(struct synfin_record_conn, fin_count, 80);
	AT(struct synfin_record_conn, rst_count, 84);
	AT(struct synfin_record_conn, client_isn, 88);
	AT(struct synfin_record_conn, server_isn, 92);
	AT(struct synfin_record_conn, handshake_ns, 96);
	AT(struct synfin_record_conn, server_rtt_ns, 104);
	AT(struct synfin_record_conn, client_rtt_ns, 112);
	AT(struct synfin_record_conn, duration_ns, 120);
	AT(struct synfin_record_conn, close_ns, 128);
	AT(struct synfin_record_conn, half_close_ns, 136);
	AT(struct synfin_record_conn, bytes_client, 144);
	AT(struct synfin_record_conn, bytes_server, 152);
	AT(struct synfin_record_conn, history, 160);
	AT(struct synfin_record_conn, phase_count, 168);
	AT(struct synfin_record_conn, copies, 170);
	AT(struct synfin_record_conn, drop_reason, 172);
	AT(struct synfin_record_conn, drop_count, 174);
	AT(struct synfin_record_conn, pid, 176);
	AT(struct synfin_record_conn, process, 180);
	AT(struct synfin_record_conn, drop_hook, 181);
	AT(struct synfin_record_conn, protocol, 182);
	AT(struct synfin_record_conn, method, 183);
	AT(struct synfin_record_conn, comm, 184);
	AT(struct synfin_record_conn, cgroup, 200);
	AT(struct synfin_record_conn, socket, 208);
	AT(struct synfin_record_conn, first_request_ns, 216);
	AT(struct synfin_record_conn, first_response_ns, 224);
	AT(struct synfin_record_conn, tls_handshake_ns, 232);
	AT(struct synfin_record_conn, status, 240);
	AT(struct synfin_record_conn, tls_version, 242);
	AT(struct synfin_record_conn, tls_flags, 244);
	AT(struct synfin_record_conn, tls_alert, 246);
}

static void offsets_of_the_ring(void)
{
	AT(struct synfin_slot, seq, 0);
	AT(struct synfin_slot, record, 8);
	AT(struct synfin_ring_place, kind, 0);
	AT(struct synfin_ring_place, nr_slots, 4);
	AT(struct synfin_ring_place, offset, 8);
	AT(struct synfin_ring_header, magic, 0);
	AT(struct synfin_ring_header, version, 8);
	AT(struct synfin_ring_header, slot_size, 12);
	AT(struct synfin_ring_header, nr_cpus, 16);
	AT(struct synfin_ring_header, nr_rings, 20);
	AT(struct synfin_ring_header, head_offset, 24);
	AT(struct synfin_ring_header, head_stride, 32);
	AT(struct synfin_ring_header, cpu_offset, 40);
	AT(struct synfin_ring_header, cpu_stride, 48);
	AT(struct synfin_ring_header, boot_id, 56);
	AT(struct synfin_ring_header, ring, 64);
	AT(struct synfin_ring_cpu, head, 0);
	AT(struct synfin_ring_cpu, cpu, 32);
	AT(struct synfin_ring_cpu, present, 36);
	AT(struct synfin_file_header, magic, 0);
	AT(struct synfin_file_header, version, 8);
	AT(struct synfin_file_header, header_size, 12);
	AT(struct synfin_file_header, begun_ns, 16);
}

/* Numbers that are in files and in other programs: none may ever change. */
static void numbers_of_names(void)
{
	TAP_EQUAL(SYNFIN_RECORD_PHASES, 1);
	TAP_EQUAL(SYNFIN_RECORD_CONN, 2);
	TAP_EQUAL(SYNFIN_RECORD_TLS, 3);
	TAP_EQUAL(SYNFIN_RECORD_ICMP, 4);
	TAP_EQUAL(SYNFIN_RECORD_FTP, 5);
	TAP_EQUAL(SYNFIN_RING_CLOSED, 0);
	TAP_EQUAL(SYNFIN_RING_OPENED, 1);
	TAP_EQUAL(SYNFIN_RING_UNPROVED, 2);
	TAP_EQUAL(SYNFIN_VERSION, 3);
	TAP_EQUAL(SYNFIN_FROM_SERVER, 1);
	TAP_EQUAL(SYNFIN_PHASE_SYN, 0);
	TAP_EQUAL(SYNFIN_PHASE_SYN_ACK, 1);
	TAP_EQUAL(SYNFIN_PHASE_ACK, 2);
	TAP_EQUAL(SYNFIN_PHASE_FIN_1, 3);
	TAP_EQUAL(SYNFIN_PHASE_ACK_1, 4);
	TAP_EQUAL(SYNFIN_PHASE_FIN_2, 5);
	TAP_EQUAL(SYNFIN_PHASE_ACK_2, 6);
	TAP_EQUAL(SYNFIN_PHASE_RST, 7);
	TAP_EQUAL(SYNFIN_PHASE_TIMEOUT, 8);
	TAP_EQUAL(SYNFIN_OPEN_ESTABLISHED, 0);
	TAP_EQUAL(SYNFIN_OPEN_MIDSTREAM, 7);
	TAP_EQUAL(SYNFIN_CLOSE_NONE, 0);
	TAP_EQUAL(SYNFIN_CLOSE_EVICTED, 7);
	TAP_EQUAL(SYNFIN_BY_BOTH, 3);
	TAP_EQUAL(SYNFIN_SEEN_RST, 0x20);
	TAP_EQUAL(SYNFIN_CONN_SERVER_ISN, 0x10);
}

static void magic_is_text(void)
{
	__u64 ring = SYNFIN_RING_MAGIC, file = SYNFIN_FILE_MAGIC;

	TAP_IS(!memcmp(&ring, "SYNFRING", 8));
	TAP_IS(!memcmp(&file, "SYNFFILE", 8));
}

static const struct synfin_record_head head = {
	.type = SYNFIN_RECORD_PHASES,
	.family = 4,
	.client_port = 0x9c40,
	.server_port = 0x01bb,
	.netns = 0xf0000098,
	.id = 0x1122334455667788,
	.time_ns = 0x17a1b2c3d4e5f607,
	.client = { 192, 0, 2, 1 },
	.server = { 198, 51, 100, 2 },
};

#define HEAD_BYTES(type, words)						\
	type "\x04\x40\x9c\xbb\x01" words "\0\x98\0\0\xf0\0\0\0\0"	\
	"\x88\x77\x66\x55\x44\x33\x22\x11\x07\xf6\xe5\xd4\xc3\xb2\xa1\x17" \
	"\xc0\0\x02\x01\0\0\0\0\0\0\0\0\0\0\0\0"			\
	"\xc6\x33\x64\x02\0\0\0\0\0\0\0\0\0\0\0\0"

static void phases_as_bytes(void)
{
	static const char golden[] = HEAD_BYTES("\x01", "\x12")
		"\x01\x01\0\0\xf0\xfa\x12\0\xef\xbe\xad\xde\x01\x02\x03\x04"
		"\x64\0\0\0\x02\0\x01\0\x80\x96\x98\0\0\0\0\0"
		"\x07\xf6\xe5\xd4\xc3\xb2\xa1\x17"
		"\x07\0\0\0\0\0\x04\0\x05\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0"
		"\xff\xff\xff\xff\xff\xff\xff\xff\x08\xf6\xe5\xd4\xc3\xb2\xa1\x17";
	struct synfin_record_phases rec = {
		.head = head,
		.step[0] = {
			.phase = SYNFIN_PHASE_SYN_ACK,
			.from = SYNFIN_FROM_SERVER,
			.count = 65538,
			.window = 64240,
			.tcp_flags = 0x12,
			.seq = 0xdeadbeef,
			.ack = 0x04030201,
			.len = 100,
			.since_ns = 10000000,
			.time_ns = 0x17a1b2c3d4e5f607,
		},
		.step[1] = {
			.phase = SYNFIN_PHASE_RST,
			.from = SYNFIN_FROM_CLIENT,
			.count = 1,
			.tcp_flags = 0x04,
			.seq = 5,
			.since_ns = SYNFIN_NS_NONE,
			.time_ns = 0x17a1b2c3d4e5f608,
		},
	};

	rec.head.words = 18;
	TAP_EQUAL(sizeof(golden) - 1, rec.head.words * 8);
	TAP_EQUAL(synfin_record_steps(&rec.head), 2);
	TAP_IS(!memcmp(&rec, golden, sizeof(golden) - 1));
}

static void connection_as_bytes(void)
{
	static const char golden[] = HEAD_BYTES("\x02", "\x1f")
		"\0\x02\x01\x1f\x18\0\0\0\x03\0\x01\0\x02\0\0\0"
		"\x04\0\0\0\x05\0\0\0\xef\xbe\xad\xde\x01\x02\x03\x04"
		"\x06\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0"
		"\x09\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
		"\x0b\0\0\0\0\0\0\0\x0c\0\0\0\0\0\0\0\x0d\0\0\0\0\0\0\0"
		"\xa1\xb4\xc4\x03\0\0\0\0"
		"\x0e\0\x0f\0\x10\0\x11\0\x12\0\0\0\x13\x14\x15\x16"
		"nginx\0\0\0\0\0\0\0\0\0\0\0"
		"\x17\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0"
		"\x19\0\0\0\0\0\0\0\x1a\0\0\0\0\0\0\0\x1b\0\0\0\0\0\0\0"
		"\xc8\0\x04\x03\x1c\0\x1d\0";
	struct synfin_record_conn conn = {
		.head = head,
		.opening = SYNFIN_OPEN_ESTABLISHED,
		.closing = SYNFIN_CLOSE_FOUR_WAY,
		.closed_by = SYNFIN_BY_CLIENT,
		.completeness = 0x1f,
		.flags = SYNFIN_CONN_CLIENT_ISN | SYNFIN_CONN_SERVER_ISN,
		.syn_count = 65539,
		.syn_ack_count = 2,
		.fin_count = 4,
		.rst_count = 5,
		.client_isn = 0xdeadbeef,
		.server_isn = 0x04030201,
		.handshake_ns = 6,
		.server_rtt_ns = 7,
		.client_rtt_ns = 8,
		.duration_ns = 9,
		.close_ns = SYNFIN_NS_NONE,
		.half_close_ns = 11,
		.bytes_client = 12,
		.bytes_server = 13,
		.history = 0x3c4b4a1,
		.phase_count = 14,
		.copies = 15,
		.drop_reason = 16,
		.drop_count = 17,
		.pid = 18,
		.process = 19,
		.drop_hook = 20,
		.protocol = 21,
		.method = 22,
		.comm = "nginx",
		.cgroup = 23,
		.socket = 24,
		.first_request_ns = 25,
		.first_response_ns = 26,
		.tls_handshake_ns = 27,
		.status = 200,
		.tls_version = 0x0304,
		.tls_flags = 28,
		.tls_alert = 29,
	};

	conn.head.type = SYNFIN_RECORD_CONN;
	conn.head.words = 31;
	TAP_EQUAL(sizeof(golden) - 1, sizeof(conn));
	TAP_EQUAL(sizeof(conn), conn.head.words * 8);
	TAP_IS(!memcmp(&conn, golden, sizeof(conn)));
}

static const struct tap_test tests[] = {
	TAP_TEST(sizes),
	TAP_TEST(steps_of_a_record),
	TAP_TEST(offsets_of_the_head),
	TAP_TEST(offsets_of_a_phase),
	TAP_TEST(offsets_of_a_connection),
	TAP_TEST(offsets_of_the_ring),
	TAP_TEST(numbers_of_names),
	TAP_TEST(magic_is_text),
	TAP_TEST(phases_as_bytes),
	TAP_TEST(connection_as_bytes),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
