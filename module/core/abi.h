/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What uapi/synfin.h lays out, held to the byte: size and every offset.
 *
 * Included once by the module and once by the reader, so that neither compiles
 * if a field has moved. A line here changes only together with SYNFIN_VERSION;
 * fields are appended into the reserved room.
 */
#ifndef _SYNFIN_ABI_H
#define _SYNFIN_ABI_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/stddef.h>
#else
#include <assert.h>
#include <stddef.h>
#endif

#include "uapi/synfin.h"

/* Recordings go from one machine to another as they are. */
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "synfin is for little-endian processors");

#define SYNFIN_ABI_SIZE(type, size) \
	static_assert(sizeof(type) == (size), "size of " #type)
#define SYNFIN_ABI_FIELD(type, field, offset) \
	static_assert(offsetof(type, field) == (offset), #type "." #field)

SYNFIN_ABI_SIZE(struct synfin_record_head, 64);
SYNFIN_ABI_FIELD(struct synfin_record_head, type, 0);
SYNFIN_ABI_FIELD(struct synfin_record_head, family, 1);
SYNFIN_ABI_FIELD(struct synfin_record_head, client_port, 2);
SYNFIN_ABI_FIELD(struct synfin_record_head, server_port, 4);
SYNFIN_ABI_FIELD(struct synfin_record_head, words, 6);
SYNFIN_ABI_FIELD(struct synfin_record_head, reserved0, 7);
SYNFIN_ABI_FIELD(struct synfin_record_head, netns, 8);
SYNFIN_ABI_FIELD(struct synfin_record_head, reserved1, 12);
SYNFIN_ABI_FIELD(struct synfin_record_head, id, 16);
SYNFIN_ABI_FIELD(struct synfin_record_head, time_ns, 24);
SYNFIN_ABI_FIELD(struct synfin_record_head, client, 32);
SYNFIN_ABI_FIELD(struct synfin_record_head, server, 48);

SYNFIN_ABI_SIZE(struct synfin_record_step, 40);
SYNFIN_ABI_FIELD(struct synfin_record_step, phase, 0);
SYNFIN_ABI_FIELD(struct synfin_record_step, from, 1);
SYNFIN_ABI_FIELD(struct synfin_record_step, reason, 2);
SYNFIN_ABI_FIELD(struct synfin_record_step, window, 4);
SYNFIN_ABI_FIELD(struct synfin_record_step, icmp, 4);
SYNFIN_ABI_FIELD(struct synfin_record_step, tcp_flags, 6);
SYNFIN_ABI_FIELD(struct synfin_record_step, hook, 7);
SYNFIN_ABI_FIELD(struct synfin_record_step, seq, 8);
SYNFIN_ABI_FIELD(struct synfin_record_step, ack, 12);
SYNFIN_ABI_FIELD(struct synfin_record_step, len, 16);
SYNFIN_ABI_FIELD(struct synfin_record_step, count, 20);
SYNFIN_ABI_FIELD(struct synfin_record_step, since_ns, 24);
SYNFIN_ABI_FIELD(struct synfin_record_step, time_ns, 32);

SYNFIN_ABI_SIZE(struct synfin_record_phases, 224);
SYNFIN_ABI_FIELD(struct synfin_record_phases, head, 0);
SYNFIN_ABI_FIELD(struct synfin_record_phases, step, 64);

SYNFIN_ABI_SIZE(struct synfin_record_conn, 248);
SYNFIN_ABI_FIELD(struct synfin_record_conn, head, 0);
SYNFIN_ABI_FIELD(struct synfin_record_conn, opening, 64);
SYNFIN_ABI_FIELD(struct synfin_record_conn, closing, 65);
SYNFIN_ABI_FIELD(struct synfin_record_conn, closed_by, 66);
SYNFIN_ABI_FIELD(struct synfin_record_conn, completeness, 67);
SYNFIN_ABI_FIELD(struct synfin_record_conn, flags, 68);
SYNFIN_ABI_FIELD(struct synfin_record_conn, syn_count, 72);
SYNFIN_ABI_FIELD(struct synfin_record_conn, syn_ack_count, 76);
SYNFIN_ABI_FIELD(struct synfin_record_conn, fin_count, 80);
SYNFIN_ABI_FIELD(struct synfin_record_conn, rst_count, 84);
SYNFIN_ABI_FIELD(struct synfin_record_conn, client_isn, 88);
SYNFIN_ABI_FIELD(struct synfin_record_conn, server_isn, 92);
SYNFIN_ABI_FIELD(struct synfin_record_conn, handshake_ns, 96);
SYNFIN_ABI_FIELD(struct synfin_record_conn, server_rtt_ns, 104);
SYNFIN_ABI_FIELD(struct synfin_record_conn, client_rtt_ns, 112);
SYNFIN_ABI_FIELD(struct synfin_record_conn, duration_ns, 120);
SYNFIN_ABI_FIELD(struct synfin_record_conn, close_ns, 128);
SYNFIN_ABI_FIELD(struct synfin_record_conn, half_close_ns, 136);
SYNFIN_ABI_FIELD(struct synfin_record_conn, bytes_client, 144);
SYNFIN_ABI_FIELD(struct synfin_record_conn, bytes_server, 152);
SYNFIN_ABI_FIELD(struct synfin_record_conn, history, 160);
SYNFIN_ABI_FIELD(struct synfin_record_conn, phase_count, 168);
SYNFIN_ABI_FIELD(struct synfin_record_conn, copies, 170);
SYNFIN_ABI_FIELD(struct synfin_record_conn, drop_reason, 172);
SYNFIN_ABI_FIELD(struct synfin_record_conn, drop_count, 174);
SYNFIN_ABI_FIELD(struct synfin_record_conn, pid, 176);
SYNFIN_ABI_FIELD(struct synfin_record_conn, process, 180);
SYNFIN_ABI_FIELD(struct synfin_record_conn, drop_hook, 181);
SYNFIN_ABI_FIELD(struct synfin_record_conn, protocol, 182);
SYNFIN_ABI_FIELD(struct synfin_record_conn, method, 183);
SYNFIN_ABI_FIELD(struct synfin_record_conn, comm, 184);
SYNFIN_ABI_FIELD(struct synfin_record_conn, cgroup, 200);
SYNFIN_ABI_FIELD(struct synfin_record_conn, socket, 208);
SYNFIN_ABI_FIELD(struct synfin_record_conn, first_request_ns, 216);
SYNFIN_ABI_FIELD(struct synfin_record_conn, first_response_ns, 224);
SYNFIN_ABI_FIELD(struct synfin_record_conn, tls_handshake_ns, 232);
SYNFIN_ABI_FIELD(struct synfin_record_conn, status, 240);
SYNFIN_ABI_FIELD(struct synfin_record_conn, tls_version, 242);
SYNFIN_ABI_FIELD(struct synfin_record_conn, tls_flags, 244);
SYNFIN_ABI_FIELD(struct synfin_record_conn, tls_alert, 246);
SYNFIN_ABI_FIELD(struct synfin_record_conn, reserved, 247);

SYNFIN_ABI_SIZE(struct synfin_record_tls, 248);
SYNFIN_ABI_FIELD(struct synfin_record_tls, head, 0);
SYNFIN_ABI_FIELD(struct synfin_record_tls, hello_ns, 64);
SYNFIN_ABI_FIELD(struct synfin_record_tls, server_hello_ns, 72);
SYNFIN_ABI_FIELD(struct synfin_record_tls, secured_ns, 80);
SYNFIN_ABI_FIELD(struct synfin_record_tls, request_ns, 88);
SYNFIN_ABI_FIELD(struct synfin_record_tls, response_ns, 96);
SYNFIN_ABI_FIELD(struct synfin_record_tls, sni_len, 104);
SYNFIN_ABI_FIELD(struct synfin_record_tls, alpn_len, 105);
SYNFIN_ABI_FIELD(struct synfin_record_tls, reserved, 106);
SYNFIN_ABI_FIELD(struct synfin_record_tls, alpn, 112);
SYNFIN_ABI_FIELD(struct synfin_record_tls, sni, 128);

SYNFIN_ABI_SIZE(struct synfin_record_ftp, 72);
SYNFIN_ABI_FIELD(struct synfin_record_ftp, head, 0);
SYNFIN_ABI_FIELD(struct synfin_record_ftp, control, 64);

SYNFIN_ABI_SIZE(struct synfin_record_icmp, 88);
SYNFIN_ABI_FIELD(struct synfin_record_icmp, head, 0);
SYNFIN_ABI_FIELD(struct synfin_record_icmp, router, 64);
SYNFIN_ABI_FIELD(struct synfin_record_icmp, type, 80);
SYNFIN_ABI_FIELD(struct synfin_record_icmp, code, 81);
SYNFIN_ABI_FIELD(struct synfin_record_icmp, reserved, 82);

SYNFIN_ABI_SIZE(union synfin_record, 248);

SYNFIN_ABI_SIZE(struct synfin_slot, 256);
SYNFIN_ABI_FIELD(struct synfin_slot, seq, 0);
SYNFIN_ABI_FIELD(struct synfin_slot, record, 8);

SYNFIN_ABI_SIZE(struct synfin_ring_place, 16);
SYNFIN_ABI_FIELD(struct synfin_ring_place, kind, 0);
SYNFIN_ABI_FIELD(struct synfin_ring_place, nr_slots, 4);
SYNFIN_ABI_FIELD(struct synfin_ring_place, offset, 8);

SYNFIN_ABI_SIZE(struct synfin_ring_header, 128);
SYNFIN_ABI_FIELD(struct synfin_ring_header, magic, 0);
SYNFIN_ABI_FIELD(struct synfin_ring_header, version, 8);
SYNFIN_ABI_FIELD(struct synfin_ring_header, slot_size, 12);
SYNFIN_ABI_FIELD(struct synfin_ring_header, nr_cpus, 16);
SYNFIN_ABI_FIELD(struct synfin_ring_header, nr_rings, 20);
SYNFIN_ABI_FIELD(struct synfin_ring_header, head_offset, 24);
SYNFIN_ABI_FIELD(struct synfin_ring_header, head_stride, 32);
SYNFIN_ABI_FIELD(struct synfin_ring_header, cpu_offset, 40);
SYNFIN_ABI_FIELD(struct synfin_ring_header, cpu_stride, 48);
SYNFIN_ABI_FIELD(struct synfin_ring_header, boot_id, 56);
SYNFIN_ABI_FIELD(struct synfin_ring_header, ring, 64);

SYNFIN_ABI_SIZE(struct synfin_ring_cpu, 64);
SYNFIN_ABI_FIELD(struct synfin_ring_cpu, head, 0);
SYNFIN_ABI_FIELD(struct synfin_ring_cpu, cpu, 32);
SYNFIN_ABI_FIELD(struct synfin_ring_cpu, present, 36);
SYNFIN_ABI_FIELD(struct synfin_ring_cpu, reserved, 40);

SYNFIN_ABI_SIZE(struct synfin_file_header, 32);
SYNFIN_ABI_FIELD(struct synfin_file_header, magic, 0);
SYNFIN_ABI_FIELD(struct synfin_file_header, version, 8);
SYNFIN_ABI_FIELD(struct synfin_file_header, header_size, 12);
SYNFIN_ABI_FIELD(struct synfin_file_header, begun_ns, 16);
SYNFIN_ABI_FIELD(struct synfin_file_header, reserved, 24);

#endif /* _SYNFIN_ABI_H */
