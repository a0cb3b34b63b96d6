#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The reader on captures as they are in the field: packets that were captured twice, in
two places, out of order, by a clock that is wrong, in fragments.

CASES names a folder of such captures with what is right of them, expected.json. The rest
is as capture_lib.py says.
"""
import fcntl
import json
import os
import pty
import random
import struct
import subprocess
import sys
import termios

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
import capture_order  # noqa: E402,F401
from capture_lib import (  # noqa: E402
    SYNFIN, Skip, find_above, main, read, same, test)
from capture_make import (  # noqa: E402
    ACK, MS, START, SYN, SYN_ACK, Ends, block, conversation, cooked, enhanced,
    ethernet, geneve, gre, gtp, in_ip, labelled, outer, pcap, section,
    udp_header, vxlan, wifi)
from capture_textbook import (  # noqa: E402
    FOUR, FOUR_WAY, SECOND, SIX, TIMES, US, at_times, by_time, changed, file_of,
    numbered, one)
from tun import icmp_error  # noqa: E402

CASES = os.environ.get("CASES") or find_above("shared/cases")


@test
def every_packet_twice():
    for ends in (FOUR, SIX):
        for ident in ("same", "zero", "own"):
            packets = numbered(at_times(conversation(ends)), ident)
            for late in (0, 5 * US, MS, 9 * MS, 30 * MS):
                for hops in (0, 1):
                    copies = [(when + late, changed(ip, hops=hops))
                              for when, ip in packets]
                    what = f"{ends.client} {ident} {late} ns later, {hops} hops"
                    shown = read(file_of(by_time(packets + copies)))
                    one(shown, what, copies=11)
                    assert "11 packets captured twice" in shown.said[-1], shown.said


@test
def copies_of_a_crowd():
    """Of many connections at once, whatever their hashes are."""
    packets = []
    for i in range(400):
        ends = Ends(client=f"10.1.{i // 200}.{i % 200 + 1}", cport=2000 + i)
        packets += numbered(at_times(conversation(ends)), "same")
    copies = [(when + 9 * MS, ip) for when, ip in packets]
    shown = read(file_of(by_time(packets + copies)))
    same(sum(c["copies"] for c in shown.conns), 400 * 11, "copies")
    same({c["fin_count"] for c in shown.conns}, {2}, "FINs")
    # A clock that was never set says nothing of which is oldest.
    shown = read(file_of([(0, ip) for _, ip in packets[:330]] * 2))
    same(sum(c["copies"] for c in shown.conns), 330, "copies at time 0")


@test
def copies_in_other_places():
    tagged = ethernet(0x8100)
    for ident in ("same", "zero", "own"):
        packets = numbered(at_times(conversation()), ident)
        for what, first, second in (
                ("tag", (ethernet(), 0), (tagged, 0)),
                ("no tag", (tagged, 0), (ethernet(), 0)),
                ("interface", (ethernet(), 0), (ethernet(), 1)),
                ("tunnel", (vxlan(), 0), (ethernet(), 0))):
            for late in (10 * US, 2 * MS, 40 * MS):
                both = [(when + i * late, ip, link, which)
                        for when, ip in packets
                        for i, (link, which) in enumerate((first, second))]
                one(read(file_of(by_time(both))), f"{what}, {ident}, {late}", copies=11)
    # Both sides of a bridge, by the cooked capture of all interfaces.
    out = cooked()
    both = [(when + i * 3 * US, ip,
             (lambda ip: b"\0\4" + out(ip)[2:]) if i else out)
            for when, ip in at_times(conversation()) for i in range(2)]
    one(read(file_of(both, number=113)), "in and out")


@test
def copies_in_many_places():
    """On a host of containers a packet passes many interfaces; here and there by tunnel."""
    for ends in (FOUR, SIX):
        ips = conversation(ends)
        for ident in ("same", "zero", "own"):
            once = numbered(at_times(ips), ident)
            for places in (3, 5, 8, 12):
                for told_apart in True, False:
                    copies = [(when + i * 7 * US, changed(ip, hops=i * 2 // places), None,
                               i * told_apart) for when, ip in once for i in range(places)]
                    what = f"{ends.client} {ident}, {places} places, {told_apart}"
                    one(read(file_of(by_time(copies), interfaces=12)), what,
                        copies=11 * (places - 1))
    # What is sent again and again in no time is sent so, in whichever places.
    syns = [(START + i * 600 * US, ips[SYN]) for i in range(8)]
    both = [(when + which * 30 * US, ip, None, which) for when, ip in syns
            for which in range(2)]
    conn, = read(file_of(by_time(both))).conns
    same((conn["syn_count"], conn["copies"]), (8, 8), "SYNs in two places")
    # A traceroute: each goes a hop further.
    probes = [(START + i * 10 * MS, changed(ips[SYN], ident=7, hops=63 - i))
              for i in range(12)]
    conn, = read(file_of(probes)).conns
    same((conn["syn_count"], conn["copies"]), (12, 0), "a traceroute")


@test
def three_copies_and_some_lost():
    dice = random.Random(5)
    packets = numbered(at_times(conversation()), "own")
    for _ in range(20):
        copies = [(when + i * 7 * US, changed(ip, hops=i)) for when, ip in packets
                  for i in range(3) if not i or dice.random() < 0.6]
        one(read(file_of(by_time(copies))), "some lost")


@test
def a_fin_in_packets_of_two_sizes():
    """Before it is cut up by a network card, or after it was put together, and as it is
    on the wire."""
    for ends in (FOUR, SIX):
        whole = ends.up(1, 1, "FPA", b"u" * 5792)
        parts = [ends.up(1 + at, 1, "FPA" if at == 4344 else "PA", b"u" * 1448)
                 for at in range(0, 5792, 1448)]
        opened = at_times(conversation(ends)[:3])
        for whole_first in (True, False):
            sizes = [whole, *parts] if whole_first else [*parts, whole]
            fins = [(START + SECOND + i * 4 * US, ip, None, ip is not whole)
                    for i, ip in enumerate(sizes)]
            rest = [(START + SECOND + 20 * MS, ends.down(1, 5794, "FA")),
                    (START + SECOND + 21 * MS, ends.up(5794, 2, "A"))]
            conn, = read(file_of(numbered(opened, "own") + fins + rest)).conns
            same((conn["close"], conn["fin_count"], conn["bytes_client"]),
                 ("three-way", 2, 5792), f"{ends.client}, {whole_first}")
            # In the queue of another interface meanwhile.
            queued = [(when + 5 * MS * (ip is not sizes[0]), ip, *more)
                      for when, ip, *more in fins]
            conn, = read(file_of(opened + queued + rest)).conns
            same((conn["close"], conn["fin_count"]), ("three-way", 2), "queued")
            # At the other end, 40 ms and seven hops further.
            there = [(when + 40 * MS * (ip is not sizes[0]), changed(
                ip, hops=7 * (ip is not sizes[0])), None, 1) for when, ip, *_ in fins]
            later = [(when + 80 * MS, ip) for when, ip in rest]
            conn, = read(file_of(opened + there + later)).conns
            same((conn["close"], conn["fin_count"]), ("three-way", 2), "both ends")
            # Its last part is sent again.
            late = [(START + SECOND + 300 * MS, parts[-1])]
            rest = [(when + 400 * MS, ip) for when, ip in rest]
            conn, = read(file_of(opened + fins + late + rest)).conns
            same((conn["close"], conn["fin_count"]), ("three-way", 3), "sent again")


@test
def what_was_sent_again_is_no_copy():
    """By another identification, or as much later as it is sent again."""
    for ends in (FOUR, SIX):
        ips = conversation(ends)
        for ident in ("same", "zero", "own"):
            for later in (200 * MS, SECOND):
                packets = at_times(ips, [when + later for when in TIMES])
                again = (START, ips[SYN])
                shown = read(file_of(numbered([again, *packets], ident)))
                one(shown, f"a SYN {later} before", syn_count=2, server_rtt_ns=None)
                assert "twice" not in shown.said[-1], shown.said
        packets = at_times(ips)
        for later in (30 * MS, 200 * MS):
            again = (START + TIMES[9] + later, ips[9])
            one(read(file_of(by_time(packets + [again]))), f"a FIN {later} later",
                fin_count=3)
    # A fast one has an identification of its own.
    ips = conversation()
    packets = numbered(at_times(ips), "own")
    again = (START + TIMES[9] + 50 * US, changed(ips[9], 999))
    one(read(file_of(by_time(packets + [again]))), "a FIN soon after", fin_count=3)


@test
def both_ends_far_apart():
    """Merged, or one file behind the other: a packet is at the other end late, by hops."""
    for ends in (FOUR, SIX):
        for ident in ("zero", "own"):
            for way in (40, 120, 240):
                trip = 2 * way + 10
                times = [0, trip, trip + 1, trip + 2, 2 * trip, 2 * trip + 1, 2 * trip + 2,
                         4 * trip, 5 * trip, 5 * trip + 1, 5 * trip + 2]
                packets = numbered(at_times(conversation(ends),
                                            [t * MS for t in times]), ident)
                there = []
                for i, (when, ip) in enumerate(packets):
                    way_ns = -way * MS if i in (1, 4, 5, 8, 9) else way * MS
                    hops = 7 if way_ns > 0 else -7
                    there.append((when + way_ns, changed(ip, hops=hops), None, 1))
                what = f"{ends.client} {ident} {way} ms"
                for order, both in (("merged", by_time(packets + there)),
                                    ("behind", packets + there)):
                    one(read(file_of(both)), f"{what}, {order}", copies=11,
                        server_rtt_ns=way * MS + 10 * MS, client_rtt_ns=(way + 1) * MS)


@test
def an_answer_to_what_was_sent_again():
    """A SYN-ACK that has no identification, soon after itself: the SYN came again."""
    for ends in (FOUR, SIX):
        ips = [changed(ip, 0) for ip in conversation(ends)]
        for first in (985 * MS, 999 * MS):
            packets = [(START, ips[SYN]), (START + first, ips[SYN_ACK]),
                       (START + SECOND, ips[SYN]), (START + first + 20 * MS, ips[ACK]),
                       (START + first + 30 * MS, ips[SYN_ACK])]
            packets += at_times(ips[3:], TIMES[3:], START + 2 * SECOND)
            one(read(file_of(by_time(packets))), f"{first} ns", syn_count=2,
                syn_ack_count=2, server_rtt_ns=first, client_rtt_ns=20 * MS)


@test
def a_storm_is_no_copies():
    """The same again and again, in no time: it is sent so."""
    e = Ends()
    storm = [(START + MS + i * 500 * US, e.down(0, 1, "SA")) for i in range(3000)]
    conn = read(file_of([(START, e.up(0, None, "S")), *storm])).conns[0]
    same((conn["open"], conn["syn_ack_count"]), ("unacknowledged", 3000), "a storm")


@test
def two_answers_are_no_copies():
    """A RST for each of two segments, without any identification."""
    e = Ends()
    packets = numbered(at_times(conversation(e)[:7]), "zero")
    rst = changed(e.down(21, None, "R"), 0)
    packets += [(START + SECOND, e.up(11, 21, "PA", b"x" * 5)),
                (START + SECOND + 100 * US, e.up(16, 21, "PA", b"x" * 5)),
                (START + SECOND + 20 * MS, rst), (START + SECOND + 20 * MS + 5 * US, rst)]
    shown = read(file_of(packets))
    same(shown.ends(), [("established", "reset", "server")], "ends")
    same(shown.conns[0]["rst_count"], 2, "RSTs")
    assert "twice" not in shown.said[-1], shown.said
    # But if all packets come twice, they are.
    twice = [(when + late, ip) for when, ip in packets[:-1] for late in (0, 5 * US)]
    same(read(file_of(by_time(twice))).conns[0]["rst_count"], 1, "RSTs, twice")
    # A refusal, twice: nobody answers one SYN so.
    packets = [(START, e.up(0, None, "S")), (START + MS, changed(e.down(0, 1, "RA"), 0))]
    twice = [(when + late, ip) for when, ip in packets for late in (0, 5 * US)]
    same(read(file_of(by_time(twice))).conns[0]["rst_count"], 1, "refused")


def tag(*ids):
    def link(ip):
        head = b"\x02" * 12
        for i, ident in enumerate(ids):
            head += struct.pack("!HH", 0x88A8 if i + 1 < len(ids) else 0x8100, ident)
        return head + ethernet()(ip)[12:]
    return link


def two_at_once(first, second, number=1, numbers=(70_000_000, 900_000_000), later=MS):
    """The same endpoints in two places; links are by direction, up and down."""
    x, y = numbers
    a = at_times(conversation(Ends(x=1000, y=5000)))
    b = [(when, changed(ip, 300 + i)) for i, (when, ip) in enumerate(
        at_times(conversation(Ends(x=x, y=y), sent=7), start=START + later))]
    packets = [(when, ip, links[ip[12:16] != b"\x0a\0\0\x01"])
               for conv, links in ((a, first), (b, second)) for when, ip in conv]
    return read(file_of(by_time(packets), number=number))


@test
def same_endpoints_in_two_places():
    for what, first, second in (
            ("VLANs", (tag(10),) * 2, (tag(20),) * 2),
            ("with and without", (ethernet(),) * 2, (tag(20),) * 2),
            ("QinQ", (tag(5, 10),) * 2, (tag(6, 10),) * 2),
            ("VLANs by direction", (tag(10), tag(11)), (tag(20), tag(21))),
            ("crossed VLANs", (tag(10), tag(20)), (tag(20), tag(10))),
            ("labels", (labelled(300, 100), labelled(301, 101)),
             (labelled(300, 200), labelled(301, 201))),
            ("labels, spread", (labelled(300, 100, 7, 900), labelled(101)),
             (labelled(300, 200, 7, 900), labelled(201, 7, 900))),
            ("VXLAN", (vxlan(1),) * 2, (vxlan(2),) * 2),
            ("VXLAN, ends", (vxlan(1),) * 2,
             (vxlan(1, ends=("198.51.100.1", "198.51.100.3")),) * 2),
            ("Geneve", (geneve(1),) * 2, (geneve(2),) * 2),
            ("GRE", (gre(1),) * 2, (gre(2),) * 2),
            ("GRE with and without a key", (gre(),) * 2, (gre(2),) * 2),
            ("IP in IP", (in_ip,) * 2,
             (lambda ip: in_ip(ip, ("198.51.100.1", "198.51.100.3")),) * 2),
            ("GTP-U", (gtp(1, 2),) * 2, (gtp(3, 4),) * 2)):
        shown = two_at_once(first, second)
        same(shown.ends(), [FOUR_WAY, FOUR_WAY], what)
        same([conn["bytes_client"] for conn in shown.conns], [10, 7], what)
        same([conn["server_rtt_ns"] for conn in shown.conns], [20 * MS] * 2, what)
    # Numbers that are near each other, and segments of one behind ACKs of the other.
    for numbers in (1000, 5000), (1001, 5001), (1007, 4990), (1000, 5011), (990, 5000):
        for later in (MS, 10 * MS, 21 * MS, 35 * MS):
            for what, links in (("VLANs", (tag(10), tag(20))), ("VXLAN", (vxlan(1), vxlan(2))),
                                ("IP in IP", (in_ip, lambda ip: in_ip(
                                    ip, ("198.51.100.1", "198.51.100.3"))))):
                shown = two_at_once((links[0],) * 2, (links[1],) * 2, numbers=numbers,
                                    later=later)
                what = f"{what}, {numbers}, {later} ns"
                same(shown.ends(), [FOUR_WAY, FOUR_WAY], what)
                same([conn["bytes_client"] for conn in shown.conns], [10, 7], what)
                same([conn["half_close_ns"] for conn in shown.conns], [20 * MS] * 2, what)


@test
def tunnels_of_other_kinds_with_one_number():
    kinds = {"GRE": gre(1), "VXLAN": vxlan(1), "Geneve": geneve(1), "GTP-U": gtp(1, 1)}
    for what, link in kinds.items():
        for other, second in kinds.items():
            if what == other:
                continue
            packets = [(when, ip, link) for when, ip in at_times(conversation())]
            packets += [(when + 5 * SECOND, ip, second)
                        for when, ip in at_times(conversation())]
            same(read(file_of(packets)).ends(), [FOUR_WAY] * 2, f"{what}, {other}")


@test
def directions_in_two_places():
    for what, up, down in (
            ("VLANs", tag(10), tag(20)), ("one without", ethernet(), tag(20)),
            ("the other without", tag(20), ethernet()),
            ("labels", labelled(300, 100), labelled(101)),
            ("the popped label", labelled(300), ethernet()),
            ("tunnels", vxlan(1), vxlan(2)), ("GTP-U", gtp(1, 2), gtp(1, 2)),
            ("a tunnel one way", gre(1), ethernet())):
        packets = [(when, ip, down if ip[12:16] != b"\x0a\0\0\x01" else up)
                   for when, ip in at_times(conversation())]
        one(read(file_of(packets)), what)
        # From the middle on, and the other end closes.
        shown = read(file_of(packets[3:]))
        same(shown.ends(), [("midstream", "four-way", "client")], f"{what}, middle")
    # What says how to get there changes, or it is spread.
    packets = [(when, ip, labelled(300 + i, 100, 7, 999 + i))
               for i, (when, ip) in enumerate(at_times(conversation()))]
    one(read(file_of(packets)), "changing labels")
    # It changes its way while it is open, or is refused by the other.
    packets = [(when, ip, tag(20) if i > 4 else tag(10))
               for i, (when, ip) in enumerate(at_times(conversation()))]
    one(read(file_of(packets)), "another way")
    e = Ends()
    packets = [(START, e.up(0, None, "S"), tag(10)),
               (START + MS, e.down(0, 1, "RA"), tag(20))]
    same(read(file_of(packets)).ends(), [("refused", None, None)], "refused")


def options(*pairs):
    return b"".join(struct.pack("<HH", code, len(data)) + data + b"\0" * (-len(data) % 4)
                    for code, data in (*pairs, (0, b"")))


@test
def clocks_of_pcapng():
    ips = conversation()
    for what, resolution, per_second, offset in (
            ("of 2^-20", 0x80 | 20, 1 << 20, 0), ("of 2^-30", 0x80 | 30, 1 << 30, 0),
            ("of 10^-12", 12, 10**12, 1_599_999_000), ("offset", 6, 10**6, 1_500_000_000),
            ("offset back", 9, 10**9, -1000)):
        data = section() + block(1, struct.pack("<HHI", 1, 0, 0) + options(
            (9, bytes([resolution])), (14, struct.pack("<q", offset))))
        for when, ip in at_times(ips):
            ticks = (when - offset * SECOND) * per_second // SECOND
            frame = ethernet()(ip)
            data += block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF,
                                         len(frame), len(frame)) + frame)
        conn = read(data).conns[0]
        same(conn["open"], "established", what)
        assert abs(conn["ts"] - START / SECOND) < 1e-5, (what, conn["ts"])
        assert abs(conn["server_rtt_ns"] - 20 * MS) < 3 * US, (what, conn)


@test
def packets_that_the_capture_lost():
    data = file_of(at_times(conversation()))
    statistics = struct.pack("<III", 0, 0, 0)

    def lost(by_interface, by_system):
        return block(5, statistics + options((5, struct.pack("<Q", by_interface)),
                                             (7, struct.pack("<Q", by_system))))
    for blocks, wanted in ((lost(7, 5), 12), (lost(3, 0) + lost(8, 0), 8), (b"", 0),
                           (lost(1, 0) + data + lost(2, 0), 3)):
        said = read(data + blocks).said[-1]
        words = f"{wanted} packets lost by the capture"
        same(words in said, wanted > 0, f"{words}: {said}")


def cut_up(ip, size, ident=7):
    """The fragments of an IPv4 packet."""
    body = ip[20:]
    parts = []
    for at in range(0, len(body), size):
        more = 0x2000 if at + size < len(body) else 0
        part = bytearray(ip[:20] + body[at:at + size])
        part[2:4] = struct.pack("!H", len(part))
        part[4:8] = struct.pack("!HH", ident, more | at // 8)
        parts.append(bytes(part))
    return parts


def cut_up_six(ip, size, ident=7):
    body = ip[40:]
    parts = []
    for at in range(0, len(body), size):
        part = body[at:at + size]
        head = bytearray(ip[:40])
        head[4:6] = struct.pack("!H", 8 + len(part))
        head[6] = 44
        parts.append(bytes(head) + struct.pack("!BBHI", 6, 0, at |
                                               (at + size < len(body)), ident) + part)
    return parts


@test
def fragments():
    for ends, cut in ((FOUR, cut_up), (SIX, cut_up_six)):
        ips = conversation(ends, sent=3000, replied=5000)
        # The second message ends its sender's stream: a FIN with data.
        ips[5] = ends.down(1, 3001, "PA", b"d" * 5000)
        packets, loose = [], []
        for i, (when, ip) in enumerate(at_times(ips)):
            parts = cut(ip, 1480, 100 + i) if len(ip) > 1500 else [ip]
            packets += [(when + j * US, part) for j, part in enumerate(parts)]
            loose += [(when + j * US, part) for j, part in enumerate(parts[::-1])]
        wanted = {"bytes_client": 3000, "bytes_server": 5000}
        one(read(file_of(packets)), "fragments", **wanted)
        one(read(file_of(loose)), "the last one first", **wanted)
        # A FIN whose place is behind the data of all fragments.
        fin = ends.up(1, 1, "FPA", b"u" * 4000)
        short = conversation(ends)[:3] + cut(fin, 1480) + [
            ends.down(1, 4002, "FA"), ends.up(4002, 2, "A")]
        shown = read(file_of([(START + i * MS, ip) for i, ip in enumerate(short)]))
        same(shown.ends(), [("established", "three-way", "client")], "a FIN")
        same(shown.conns[0]["bytes_client"], 4000, "a FIN")
    # Filters let the first ones pass only.
    first = [cut_up(ip, 1480)[0] for ip in conversation(sent=3000)]
    one(read(file_of(at_times(first))), "first parts only", bytes_client=3000)
    said = read(file_of(at_times([cut_up(FOUR.up(1, 1, "A", b"x" * 3000), 1480)[1]] * 3)))
    assert "fragment" in said.said[-1], said.said


@test
def what_stays_unread_is_named():
    e = Ends()
    frame = ethernet()
    arp = b"\xff" * 12 + b"\x08\x06" + b"\0" * 28
    broken = outer(udp_header(4789, b"\0" * 40), 17, True)
    for what, frames, link, words in (
            ("ARP", [arp] * 3, 1, "3 frames of ARP"),
            ("VXLAN", [broken] * 12, 1, "12 packets in VXLAN"),
            ("UDP", [outer(udp_header(53, b"x" * 20), 17, True)], 1, "1 packet of UDP"),
            ("GRE", [outer(b"\0\0\x12\x34" + b"x" * 40, 47, True)], 1, "1 packet in GRE"),
            ("ESP", [outer(b"\0" * 60, 50, True)] * 2, 1, "2 packets in ESP"),
            ("L2TP over IP", [outer(b"\0\0\0\7" * 9, 115, True)] * 2, 1,
             "2 packets in L2TP"),
            ("GUE", [outer(udp_header(6080, b"\x20" * 40), 17, True)], 1,
             "1 packet in GUE"),
            ("MACsec", [b"\2" * 12 + b"\x88\xe5\x0c" + b"\0" * 60], 1,
             "1 packet in MACsec"),
            ("CAPWAP", [outer(udp_header(5247, b"\1" + b"\0" * 60), 17, True)] * 3, 1,
             "3 packets in CAPWAP"),
            ("PPI in PPI", [struct.pack("<HHI", 0, 8, 192) * 3], 192,
             "1 packet of a link type that is not known"),
            ("802.11", [bytes([8, 0x41]) + b"\2" * 90] * 4, 105,
             "4 frames of 802.11 encrypted"),
            ("beacons", [bytes([0x80, 0]) + b"\2" * 60], 105,
             "1 frame of 802.11 without data")):
        same(read(pcap(frames, link)).ends(), [], what)
        said = read(pcap(frames, link)).said[-1]
        assert words in said, (what, said)
    # Around it, connections are read.
    mixed = [frame(ip) for ip in conversation(e)]
    mixed[3:3] = [broken] * 5
    shown = read(pcap(mixed))
    same(shown.ends(), [FOUR_WAY], "beside VXLAN")
    assert "5 packets in VXLAN" in shown.said[-1], shown.said
    shown = read(pcap(map(wifi(), conversation(e)), 105))
    assert "passed over" not in shown.said[-1], shown.said


@test
def what_the_end_cuts_off():
    """A SYN just before it is no failure, a FIN no half close, until it is overdue."""
    ips = conversation()
    later = ethernet()(Ends("10.0.0.7", 7).up(0, None, "S"))

    def judged(last, elapsed, *more):
        packets = at_times(ips[:last + 1]) + [*more]
        end = packets[-1][0] + elapsed
        shown = read(file_of(packets) + enhanced(later, end))
        return [c for c in shown.conns if c["client"] == "10.0.0.1"][0]
    for last, early, late in (
            (SYN, ("opening", None), ("unanswered", None)),
            (SYN_ACK, ("unacknowledged", None), ("unacknowledged", None)),
            (ACK, ("established", "open"), ("established", "open")),
            (7, ("established", "open"), ("established", "half-closed")),
            (8, ("established", "half-closed"), ("established", "half-closed"))):
        for elapsed, wanted in ((10 * US, early), (900 * MS, early),
                                (1100 * MS, late), (60 * SECOND, late)):
            conn = judged(last, elapsed)
            same((conn["open"], conn["close"]), wanted, f"{last}, {elapsed} before")
    # What had to be sent again has failed once.
    conn = judged(SYN, 10 * US, (START + SECOND, ips[SYN]))
    same((conn["open"], conn["syn_count"]), ("unanswered", 2), "a SYN, twice")


def on_terminal(columns, *args):
    """What the reader shows there."""
    main_end, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    run = subprocess.run([SYNFIN, *args], stdin=end, stdout=end, stderr=subprocess.DEVNULL,
                         env={**os.environ, "TERM": "xterm", "COLUMNS": str(columns)},
                         check=True)
    os.close(end)
    text = b""
    try:
        while more := os.read(main_end, 65536):
            text += more
    except OSError:
        pass
    os.close(main_end)
    same(run.returncode, 0, "status")
    return text.decode()


@test
def an_icmp_error_says_why_and_who():
    routers = {FOUR: ("10.0.9.254", 3, 13, "prohibited by a filter (ICMP 3/13 from"),
               SIX: ("2001:db8:9::1", 1, 0, "no route (ICMPv6 1/0 from")}
    for ends, (router, kind, code, words) in routers.items():
        syn = ends.up(0, None, "S")
        packets = [(START, syn),
                   (START + MS, icmp_error(router, ends.client, syn, kind, code))]
        shown = read(file_of(packets))
        conn, = shown.conns
        same((conn["open"], conn["icmp_type"], conn["icmp_code"], conn["icmp_from"]),
             ("unreachable", kind, code, router), "the connection")
        same((conn["phases"][-1]["icmp_type"], conn["phases"][-1]["icmp_code"]),
             (kind, code), "its last phase")
        for command, wanted in ((["ladder"], f"{words} {router})"),
                                (["conns", "-o", "icmp"], f"{kind}/{code}@{router}"),
                                (["conns", "--csv"], f",{kind},{code},{router},")):
            text = subprocess.run([SYNFIN, *command, "-r", shown.path],
                                  capture_output=True, text=True, check=True).stdout
            assert wanted in text, text
        text = on_terminal(160, "conns", "--failed", "-r", shown.path)
        assert f"{words.split(' (')[0]}: {router} (ICMP {kind}/{code})" in text, text
    # What answered is taken back where the next SYN is answered: nobody was unreachable.
    packets = at_times(conversation(FOUR))
    packets.insert(1, (START + 10 * US, icmp_error("10.0.9.254", FOUR.client,
                                                   FOUR.up(0, None, "S"))))
    conn, = read(file_of(packets)).conns
    same(conn["open"], "established", "answered after all")


@test
def what_is_kept_to_be_sorted_keeps_all():
    """TLS and ICMP stand in memory of their own."""
    packets = []
    for i in range(3):
        ends = Ends(f"10.0.0.{i + 1}", 40000 + i)
        syn = ends.up(0, None, "S")
        packets += [(START + i * MS, syn), (START + i * MS + US, icmp_error(
            f"10.0.9.{i + 1}", ends.client, syn))]
    data = file_of(packets)
    for options in (), ("--sort", "time"), ("--sort", "time", "--no-phases"):
        same(sorted((c["client"][-1], c["icmp_from"][-1])
                    for c in read(data, *options).conns),
             [("1", "1"), ("2", "2"), ("3", "3")], options)


@test
def cases_of_others():
    """Compared as the checker beside them does; those of this file's kinds must be right."""
    check = os.path.join(CASES, "check")
    if not os.path.exists(check):
        raise Skip("shared/cases is absent; CASES= names another folder")
    with open(os.path.join(CASES, "expected.json"), encoding="utf-8") as file:
        names = json.load(file)
    run = subprocess.run(["python3", check, SYNFIN, os.path.join(CASES, "expected.json")],
                         capture_output=True, text=True, check=False)
    wrong = [line for line in run.stdout.splitlines() if line in names]
    for name in wrong:
        print(f"# {name}: wrong")
    kinds = ("13-", "38c-", "56b-", "70-")
    same([name for name in wrong if name.startswith(kinds)], [], "wrong ones")


main()
