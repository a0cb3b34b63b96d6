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

#define SYNFIN_ABI_SIZE(type, size) \
	static_assert(sizeof(type) == (size), "size of " #type)
#define SYNFIN_ABI_FIELD(type, field, offset) \
	static_assert(offsetof(type, field) == (offset), #type "." #field)

SYNFIN_ABI_SIZE(struct synfin_record_head, 64);
SYNFIN_ABI_FIELD(struct synfin_record_head, type, 0);
SYNFIN_ABI_FIELD(struct synfin_record_head, family, 1);
SYNFIN_ABI_FIELD(struct synfin_record_head, client_port, 2);
SYNFIN_ABI_FIELD(struct synfin_record_head, server_port, 4);
SYNFIN_ABI_FIELD(struct synfin_record_head, reserved0, 6);
SYNFIN_ABI_FIELD(struct synfin_record_head, netns, 8);
SYNFIN_ABI_FIELD(struct synfin_record_head, reserved1, 12);
SYNFIN_ABI_FIELD(struct synfin_record_head, id, 16);
SYNFIN_ABI_FIELD(struct synfin_record_head, time_ns, 24);
SYNFIN_ABI_FIELD(struct synfin_record_head, client, 32);
SYNFIN_ABI_FIELD(struct synfin_record_head, server, 48);

SYNFIN_ABI_SIZE(struct synfin_record_phase, 96);
SYNFIN_ABI_FIELD(struct synfin_record_phase, head, 0);
SYNFIN_ABI_FIELD(struct synfin_record_phase, phase, 64);
SYNFIN_ABI_FIELD(struct synfin_record_phase, from, 65);
SYNFIN_ABI_FIELD(struct synfin_record_phase, count, 66);
SYNFIN_ABI_FIELD(struct synfin_record_phase, window, 68);
SYNFIN_ABI_FIELD(struct synfin_record_phase, tcp_flags, 70);
SYNFIN_ABI_FIELD(struct synfin_record_phase, reserved0, 71);
SYNFIN_ABI_FIELD(struct synfin_record_phase, seq, 72);
SYNFIN_ABI_FIELD(struct synfin_record_phase, ack, 76);
SYNFIN_ABI_FIELD(struct synfin_record_phase, len, 80);
SYNFIN_ABI_FIELD(struct synfin_record_phase, reserved1, 84);
SYNFIN_ABI_FIELD(struct synfin_record_phase, since_ns, 88);

SYNFIN_ABI_SIZE(struct synfin_record_conn, 160);
SYNFIN_ABI_FIELD(struct synfin_record_conn, head, 0);
SYNFIN_ABI_FIELD(struct synfin_record_conn, opening, 64);
SYNFIN_ABI_FIELD(struct synfin_record_conn, closing, 65);
SYNFIN_ABI_FIELD(struct synfin_record_conn, closed_by, 66);
SYNFIN_ABI_FIELD(struct synfin_record_conn, completeness, 67);
SYNFIN_ABI_FIELD(struct synfin_record_conn, flags, 68);
SYNFIN_ABI_FIELD(struct synfin_record_conn, syn_count, 72);
SYNFIN_ABI_FIELD(struct synfin_record_conn, syn_ack_count, 74);
SYNFIN_ABI_FIELD(struct synfin_record_conn, fin_count, 76);
SYNFIN_ABI_FIELD(struct synfin_record_conn, rst_count, 78);
SYNFIN_ABI_FIELD(struct synfin_record_conn, client_isn, 80);
SYNFIN_ABI_FIELD(struct synfin_record_conn, server_isn, 84);
SYNFIN_ABI_FIELD(struct synfin_record_conn, handshake_ns, 88);
SYNFIN_ABI_FIELD(struct synfin_record_conn, server_rtt_ns, 96);
SYNFIN_ABI_FIELD(struct synfin_record_conn, client_rtt_ns, 104);
SYNFIN_ABI_FIELD(struct synfin_record_conn, duration_ns, 112);
SYNFIN_ABI_FIELD(struct synfin_record_conn, close_ns, 120);
SYNFIN_ABI_FIELD(struct synfin_record_conn, half_close_ns, 128);
SYNFIN_ABI_FIELD(struct synfin_record_conn, bytes_client, 136);
SYNFIN_ABI_FIELD(struct synfin_record_conn, bytes_server, 144);
SYNFIN_ABI_FIELD(struct synfin_record_conn, history, 152);

SYNFIN_ABI_SIZE(union synfin_record, 184);
SYNFIN_ABI_SIZE(struct synfin_slot, 192);
SYNFIN_ABI_FIELD(struct synfin_slot, seq, 0);
SYNFIN_ABI_FIELD(struct synfin_slot, record, 8);

SYNFIN_ABI_SIZE(struct synfin_ring_header, 64);
SYNFIN_ABI_FIELD(struct synfin_ring_header, magic, 0);
SYNFIN_ABI_FIELD(struct synfin_ring_header, version, 8);
SYNFIN_ABI_FIELD(struct synfin_ring_header, slot_size, 12);
SYNFIN_ABI_FIELD(struct synfin_ring_header, nr_cpus, 16);
SYNFIN_ABI_FIELD(struct synfin_ring_header, nr_slots, 20);
SYNFIN_ABI_FIELD(struct synfin_ring_header, cpu_offset, 24);
SYNFIN_ABI_FIELD(struct synfin_ring_header, cpu_stride, 32);
SYNFIN_ABI_FIELD(struct synfin_ring_header, boot_id, 40);
SYNFIN_ABI_FIELD(struct synfin_ring_header, reserved, 48);

SYNFIN_ABI_SIZE(struct synfin_ring_cpu, 16);
SYNFIN_ABI_FIELD(struct synfin_ring_cpu, head, 0);
SYNFIN_ABI_FIELD(struct synfin_ring_cpu, cpu, 8);
SYNFIN_ABI_FIELD(struct synfin_ring_cpu, reserved, 12);

SYNFIN_ABI_SIZE(struct synfin_file_header, 32);
SYNFIN_ABI_FIELD(struct synfin_file_header, magic, 0);
SYNFIN_ABI_FIELD(struct synfin_file_header, version, 8);
SYNFIN_ABI_FIELD(struct synfin_file_header, header_size, 12);
SYNFIN_ABI_FIELD(struct synfin_file_header, reserved, 16);

#endif /* _SYNFIN_ABI_H */
