# SPDX-License-Identifier: GPL-2.0
"""The reader on captures whose packets are out of order, and whose clocks are wrong. A part
of capture_cases.py.
"""
import random

from capture_lib import Shown, read, same, test
from capture_make import MS, START, Ends, conversation, is_six
from capture_textbook import (
    DAY, FOUR, FOUR_WAY, SECOND, SIX, TIMES, US, at_times, by_time, changed, file_of,
    numbered, one)


@test
def one_time_a_direction():
    """The file's order is right, the times are made up."""
    ips = conversation()
    for what, times in (
            ("server later", lambda i, up: 0 if up else 27 * US),
            ("client later", lambda i, up: 27 * US if up else 0),
            ("seconds apart", lambda i, up: 0 if up else 5 * SECOND),
            ("backwards", lambda i, up: -i * MS),
            ("backwards by far", lambda i, up: -i * SECOND),
            ("none", lambda i, up: 0)):
        packets = [(START + times(i, ip[12:16] == b"\x0a\0\0\x01"), ip)
                   for i, ip in enumerate(ips)]
        one(read(file_of(packets)), what, server_rtt_ns=read(file_of(packets))
            .conns[0]["server_rtt_ns"], client_rtt_ns=read(file_of(packets))
            .conns[0]["client_rtt_ns"])


@test
def interfaces_that_were_merged_late():
    """The times are right, the file's order is not."""
    for ends in (FOUR, SIX):
        packets = at_times(conversation(ends))
        up = [p for i, p in enumerate(packets) if i not in (1, 4, 5, 8, 9)]
        down = [p for i, p in enumerate(packets) if i in (1, 4, 5, 8, 9)]
        one(read(file_of(up + down)), "one direction first")
        one(read(file_of(down + up)), "the other first")
        for late in (MS, 30 * MS, 300 * MS):
            mixed = [p for p, _ in sorted(
                [(p, p[0]) for p in up] + [(p, p[0] + late) for p in down],
                key=lambda pair: pair[1])]
            one(read(file_of(mixed)), f"{late} late")
    # Long pauses look like a clock that is wrong.
    times = [when * 60 for when in TIMES]
    packets = at_times(conversation(), times)
    up = [p for i, p in enumerate(packets) if i not in (1, 4, 5, 8, 9)]
    down = [p for i, p in enumerate(packets) if i in (1, 4, 5, 8, 9)]
    one(read(file_of(up + down)), "long", server_rtt_ns=1200 * MS, client_rtt_ns=6 * MS)


def sent_again(ends):
    """Most of it is sent more than once, by timers; and the connection is kept alive."""
    e, s = ends, 1000
    return [
        (0, e.up(0, None, "S")), (s, e.up(0, None, "S")), (3 * s, e.up(0, None, "S")),
        (3020, e.down(0, 1, "SA")), (3021, e.up(1, 1, "A")),
        (3100, e.up(1, 1, "PA", b"u" * 10)), (3120, e.down(1, 11, "A")),
        (20 * s, e.down(0, 11, "A", b"k")), (20001, e.up(11, 1, "A")),
        (30 * s, e.down(0, 11, "A", b"k")), (30001, e.up(11, 1, "A")),
        (60 * s, e.up(11, 1, "FA")), (60300, e.up(11, 1, "FA")), (60900, e.up(11, 1, "FA")),
        (62100, e.up(11, 1, "FA")), (62120, e.down(1, 12, "A")),
        (62200, e.down(1, 12, "FA")), (63200, e.down(1, 12, "FA")),
        (65200, e.down(1, 12, "FA")), (65201, e.up(12, 2, "A"))]


def by_server(ip):
    port = ip[40:42] if is_six(ip) else ip[20:22]
    return int.from_bytes(port, "big") < 1024


@test
def what_another_interface_saw_behind_all():
    """The second interface's packets, or one direction's, behind those of the first."""
    for ends, other in ((FOUR, Ends("10.0.0.9", 41000, x=77, y=99)),
                        (SIX, Ends("2001:db8::9", 41000, "2001:db8::2", 443, 77, 99))):
        for ident in ("zero", "own"):
            first = [(START + when * MS, ip) for when, ip in sent_again(ends)]
            last = at_times(conversation(other), TIMES[:7] + [t + 60 * SECOND
                                                              for t in TIMES[7:]],
                            START + 40 * SECOND)
            packets = numbered(by_time(first + last), ident)
            wanted = read(file_of(packets)).conns
            same([(c["open"], c["close"], c["syn_count"], c["fin_count"]) for c in wanted],
                 [("established", "four-way", 3, 7), ("established", "four-way", 1, 2)],
                 "once")
            for which in 0, 1:
                for hops in 0, 1:
                    again = [(when + 30 * US, changed(ip, hops=hops), None, which)
                             for when, ip in packets]
                    shown = read(file_of(packets + again))
                    same([{**conn, "copies": 0} for conn in shown.conns], wanted,
                         f"{ends.client} {ident} interface {which}, {hops} hops")
            up = [packet for packet in packets if not by_server(packet[1])]
            down = [packet for packet in packets if by_server(packet[1])]
            for one_way, other_way in (up, down), (down, up):
                split = one_way + [(when, ip, None, 1) for when, ip in other_way]
                same(read(file_of(split)).conns, wanted, f"{ends.client} {ident} split")


@test
def clocks_of_interfaces_that_differ():
    """What each end says comes by an interface of its own, whose clock is off."""
    for off in (-3600 * SECOND, -40 * SECOND, 40 * SECOND, 3600 * SECOND):
        for which in 0, 1:
            packets = [(when + off * by_server(ip), ip, None, which * by_server(ip))
                       for when, ip in at_times(conversation())]
            conn = one(read(file_of(packets)), f"{off} {which}", server_rtt_ns=0,
                       client_rtt_ns=20 * MS + 100 * US)
            same(conn["duration_ns"], TIMES[10], f"{off} {which}")


@test
def a_rst_on_another_interface():
    """Somebody made it up, and only one interface saw it: its time is right."""
    for ends in (FOUR, SIX):
        packets = at_times(conversation(ends), TIMES[:7] + [t + 90 * SECOND
                                                            for t in TIMES[7:]])
        for rst in ends.down(1, 1, "RA"), ends.down(30000, None, "R"), ends.up(1, None, "R"):
            forged = [(START + SECOND, rst, None, 1)]
            same(read(file_of(packets + forged)).conns,
                 read(file_of(by_time(packets + forged))).conns, f"{ends.client}")


@test
def a_second_interface_behind_a_long_capture():
    """More than can be held back to be sorted."""
    for sections in 1, 3:
        packets = []
        for i in range(300):
            ends = Ends(f"10.1.{i // 200}.{i % 200 + 1}", 2000 + i, x=1000 * i, y=99 * i)
            packets += at_times(conversation(ends), start=START + i * 5 * MS)
        packets = by_time(packets)
        behind = [(when + 30 * US * which, changed(ip, hops=which), None, which)
                  for which in range(sections + 1) for when, ip in packets]
        wanted = read(file_of(packets)).conns
        shown = read(file_of(behind, interfaces=sections + 1))
        same([{**conn, "copies": 0} for conn in shown.conns], wanted, f"{sections} more")
        same({conn["copies"] for conn in shown.conns}, {11 * sections}, "copies")
    # What is lost is counted once; a file that is cut off is read up to there.
    shown = Shown(file_of(behind, interfaces=4)[:-10])
    assert shown.status and len(shown.errors()) == 1, shown.said
    same(len(shown.conns), 300, "cut off")


def beside(packets):
    """Another connection, half open for a moment, around all of them."""
    f = Ends("10.0.0.9", 41000, x=77, y=99)
    ips = conversation(f)
    return [(packets[0][0] - MS, ips[0])], [(packets[-1][0] + (i + 1) * MS, ip)
                                            for i, ip in enumerate(ips[1:])]


@test
def a_time_that_is_far_off():
    for ends in (FOUR, SIX):
        right = at_times(conversation(ends))
        for far in (DAY, -DAY, 3600 * SECOND, -3600 * SECOND, -START + SECOND):
            for i in range(len(right)):
                packets = list(right)
                packets[i] = (max(0, packets[i][0] + far), packets[i][1])
                before, after = beside(right)
                shown = read(file_of(before + packets + after))
                what = f"{far} at {i}"
                same(sorted(shown.ends()), [FOUR_WAY, FOUR_WAY], what)
                for conn in shown.conns:
                    assert abs(conn["ts"] - START / SECOND) < 1, (what, conn["ts"])
                    assert conn["duration_ns"] < 2 * SECOND, what
                    same([step["phase"] for step in conn["phases"]],
                         ["syn", "syn-ack", "ack", "fin-1", "ack-1", "fin-2", "ack-2"],
                         what)


@test
def a_clock_that_is_set():
    """Back or forth, at any place: nothing is split, and the SYN comes first."""
    right = at_times(conversation())
    for far in (3600 * SECOND, DAY, 20 * SECOND):
        for i in range(1, len(right)):
            packets = [(when - far * (j >= i), ip)
                       for j, (when, ip) in enumerate(right)]
            before, after = beside(right)
            shown = read(file_of(before + packets +
                                 [(when - far, ip) for when, ip in after]))
            same(sorted(shown.ends()), [FOUR_WAY, FOUR_WAY], f"{far} at {i}")
            for conn in shown.conns:
                steps = conn["phases"]
                same([step["phase"] for step in steps],
                     ["syn", "syn-ack", "ack", "fin-1", "ack-1", "fin-2", "ack-2"],
                     f"{far} at {i}")
                same(sorted(step["t_ns"] for step in steps),
                     [step["t_ns"] for step in steps], f"{far} at {i}")


@test
def what_lasts_while_a_clock_is_set():
    """As long as it did, but for the moment in which that happened."""
    right = at_times(conversation())
    for far in (300 * MS, 900 * MS, 5 * SECOND, 3600 * SECOND, DAY):
        for i in range(1, len(right)):
            # In a longer pause nothing shows it.
            if TIMES[i] - TIMES[i - 1] + 250 * MS > far:
                continue
            packets = [(when - far * (j >= i), ip)
                       for j, (when, ip) in enumerate(right)]
            lasted = TIMES[10] - (TIMES[i] - TIMES[i - 1])
            conn, = read(file_of(packets)).conns
            assert abs(conn["duration_ns"] - lasted) < MS, (far, i, conn["duration_ns"])
    # Amid others: each goes on by the new clock.
    dice = random.Random(7)
    starts = [dice.randrange(8000) * MS for _ in range(100)]
    packets = by_time([packet for i, start in enumerate(starts) for packet in at_times(
        conversation(Ends(f"10.1.0.{i}", 2000 + i, x=dice.randrange(1 << 32))),
        start=START + start)])
    for far in (300 * MS, 900 * MS, 5 * SECOND, 3600 * SECOND):
        half = len(packets) // 2
        shown = read(file_of([(when - far * (i >= half), ip)
                              for i, (when, ip) in enumerate(packets)]))
        same(shown.ends(), [FOUR_WAY] * 100, f"{far}: ends")
        off = [abs(c["duration_ns"] - TIMES[10]) for c in shown.conns]
        assert sorted(off)[95] < 60 * MS, (far, sorted(off)[90:])
    # A processor that is late with some packets does not set the clock.
    late = [(when - 400 * MS * (i % 40 == 20), ip) for i, (when, ip) in enumerate(packets)]
    shown = read(file_of(late))
    same(shown.ends(), [FOUR_WAY] * 100, "late: ends")
    off = [abs(c["duration_ns"] - TIMES[10]) for c in shown.conns]
    assert sorted(off)[80] < 60 * MS, sorted(off)[70:]


@test
def a_pause_is_none_of_these():
    """Hours between two connections, or within one, are hours."""
    first, second = conversation(), conversation(SIX)
    packets = at_times(first) + at_times(second, start=START + DAY)
    shown = read(file_of(packets))
    same(shown.ends(), [FOUR_WAY, FOUR_WAY], "a day later")
    same(shown.conns[1]["ts"] - shown.conns[0]["ts"], 86400, "a day later")
    times = TIMES[:7] + [when + 7200 * SECOND for when in TIMES[7:]]
    conn = one(read(file_of(at_times(first, times))), "two hours")
    same(conn["duration_ns"], 7200 * SECOND + TIMES[10], "two hours")
