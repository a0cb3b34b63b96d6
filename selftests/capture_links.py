#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The reader on capture files: what is there is judged, whatever precedes it,
cuts it short or breaks it.

CAPTURES names a folder of real captures; the rest is as capture_lib.py says.
"""
import bz2
import gzip
import json
import lzma
import os
import random
import re
import shutil
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from capture_lib import (  # noqa: E402
    HERE, SYNFIN, Shown, Skip, find_above, main, read, require, same, test, tmp)
from capture_make import (  # noqa: E402
    ACK, ACK_1, ACK_2, DOWN, DOWN_ACK, FIN_1, FIN_2, LINKS, MS, START, SYN,
    SYN_ACK, UP, UP_ACK, Ends, block, conversation, enhanced, ethernet, flood,
    interface, many, pcap, pcapng, section)
import capture_hostile  # noqa: E402,F401 its tests are among these

CAPTURES = os.environ.get("CAPTURES") or find_above("shared/pcap")
MEMORY = 512 << 20      # of address space, for a capture of any size

FOUR_WAY = ("established", "four-way", "client")
BOTH = [Ends(), Ends("2001:db8::1", 40001, "2001:db8::2", 443)]


def check_both(shown, what):
    """Two conversations, as they were made."""
    same(shown.ends(), [FOUR_WAY, FOUR_WAY], what)
    for conn, ends in zip(shown.conns, BOTH):
        same((conn["client"], conn["client_port"], conn["server"],
              conn["server_port"]),
             (ends.client, ends.cport, ends.server, ends.sport), what)
        same((conn["bytes_client"], conn["bytes_server"]), (10, 20), what)
        same(conn["bytes_partial"], False, what)
        same(conn["history"], "ShAFaf", what)


def both():
    return conversation(BOTH[0]) + conversation(BOTH[1])


@test
def each_link_type():
    for name, (number, link) in LINKS.items():
        for data in (pcap(map(link, both()), number),
                     pcapng(map(link, both()), number)):
            check_both(read(data), name)


@test
def link_types_that_differ():
    """Each with the one after it: packets of both ways, of two sections."""
    pairs = list(LINKS.items())
    for order in "<>":
        for (name, first), (other, second) in zip(pairs, pairs[1:] + pairs[:1]):
            data = b""
            for ends in range(2):
                data += section(order) + interface(first[0], order=order) + \
                    interface(second[0], order=order)
                for i, ip in enumerate(conversation(BOTH[ends])):
                    which = (i + ends) % 2
                    frame = (first, second)[which][1](ip)
                    now = START + (100 * ends + i) * MS
                    data += enhanced(frame, now, which, order=order)
            check_both(read(data), f"{name} with {other}, {order}")


@test
def each_file_format():
    frames = list(map(ethernet(), both()))
    for order in "<>":
        for nano in (False, True):
            check_both(read(pcap(frames, nano=nano, order=order)),
                       f"pcap {order} {nano}")
        for resolution in (3, 6, 9):
            check_both(read(pcapng(frames, resolution=resolution,
                                   order=order)), f"pcapng {order} {resolution}")
    # Two sections, two interfaces, and blocks that are of no interest.
    data = section() + interface() + block(5, b"\0" * 12)
    half = len(frames) // 2
    for i, frame in enumerate(frames[:half]):
        data += enhanced(frame, START + i * MS) + block(0xBAD, b"x" * 7)
    data += section() + interface() + interface()
    for i, frame in enumerate(frames[half:]):
        data += enhanced(frame, START + (i + half) * MS, which=i % 2)
    check_both(read(data), "two sections")


@test
def nanoseconds_are_kept():
    frames = list(map(ethernet(), conversation()))
    for data in (pcap(frames, nano=True, step=123_456_789, start=START + 7),
                 pcapng(frames, step=123_456_789, start=START + 7)):
        conn = read(data).conns[0]
        same(conn["server_rtt_ns"], 123_456_789, "server_rtt_ns")
        same(conn["duration_ns"], 10 * 123_456_789, "duration_ns")
        same([phase["t_ns"] for phase in conn["phases"]],
             [123_456_789 * i for i in (0, 1, 2, 7, 8, 9, 10)], "t_ns")


@test
def snap_lengths():
    four, six = ([ethernet()(ip) for ip in conversation(ends)] for ends in BOTH)
    for cut in (54, 60, 74, 96):
        for data in (pcap(four, cut=cut), pcapng(four, cut=cut)):
            conn = read(data).conns[0]
            same((conn["bytes_client"], conn["bytes_server"]), (10, 20), cut)
            same(read(data).ends(), [FOUR_WAY], cut)
    for cut in (74, 96):
        same(read(pcap(six, cut=cut)).ends(), [FOUR_WAY], cut)
    # Too short for a TCP header: nothing to judge, and nothing is wrong.
    for frames, cuts in ((four, (1, 13, 14, 33, 40, 53)), (six, (15, 60, 73))):
        for cut in cuts:
            shown = read(pcap(frames, cut=cut))
            same(shown.ends(), [], cut)
            assert "passed over" in shown.said[-1], shown.said


def without(*missing):
    """What is shown of a conversation that lacks some of its segments."""
    frames = [ethernet()(ip) for i, ip in enumerate(conversation())
              if i not in missing]
    shown = read(pcap(frames))
    same(len(shown.conns), 1, f"connections without {missing}")
    conn = shown.conns[0]
    same((conn["client"], conn["client_port"]), ("10.0.0.1", 40000),
         f"the client without {missing}")
    return shown


@test
def captures_that_end_in_the_middle():
    for last, wanted in (
            (SYN, ("opening", None, None)),
            (SYN_ACK, ("unacknowledged", None, None)),
            (ACK, ("established", "open", None)),
            (UP, ("established", "open", None)),
            (DOWN, ("established", "open", None)),
            (DOWN_ACK, ("established", "open", None)),
            (FIN_1, ("established", "open", None)),
            (ACK_1, ("established", "half-closed", "client")),
            (FIN_2, FOUR_WAY),
            (ACK_2, FOUR_WAY)):
        shown = without(*range(last + 1, 11))
        same(shown.ends(), [wanted], f"ends after {last}")


@test
def captures_that_begin_in_the_middle():
    # A SYN-ACK, and its ACK, show that there was a SYN.
    for first, wanted in (
            (SYN_ACK, FOUR_WAY),
            (ACK, ("midstream", "four-way", "client")),
            (UP, ("midstream", "four-way", "client")),
            (UP_ACK, ("midstream", "four-way", "client")),
            (DOWN_ACK, ("midstream", "four-way", "client")),
            (FIN_1, ("midstream", "four-way", "client")),
            (ACK_1, ("midstream", "half-closed", "server")),
            (FIN_2, ("midstream", "half-closed", "server")),
            (ACK_2, ("midstream", "open", None))):
        shown = without(*range(first))
        same(shown.ends(), [wanted], f"begins with {first}")
        if SYN_ACK < first < FIN_1:
            same(shown.conns[0]["bytes_partial"], True, f"bytes from {first}")


@test
def each_segment_missing():
    for missing, wanted in (
            (SYN, FOUR_WAY),
            (SYN_ACK, FOUR_WAY),
            (ACK, FOUR_WAY),            # the data is as good
            (UP, FOUR_WAY), (UP_ACK, FOUR_WAY),
            (DOWN, FOUR_WAY), (DOWN_ACK, FOUR_WAY),
            (FIN_1, ("established", "half-closed", "server")),
            (ACK_1, ("established", "three-way", "client")),
            (FIN_2, ("established", "half-closed", "client")),
            (ACK_2, FOUR_WAY)):
        shown = without(missing)
        same(shown.ends(), [wanted], f"without {missing}")
        if missing in (UP, DOWN, ACK):
            conn = shown.conns[0]
            same((conn["bytes_client"], conn["bytes_server"]), (10, 20),
                 f"bytes without {missing}")


@test
def syn_ack_before_its_syn():
    frames = [ethernet()(ip) for ip in conversation()]
    frames[0], frames[1] = frames[1], frames[0]
    shown = read(pcap(frames))
    same(shown.ends(), [FOUR_WAY], "order of capture")
    same(shown.conns[0]["client"], "10.0.0.1", "client")
    frames[1], frames[2] = frames[2], frames[1]
    same(read(pcap(frames)).ends(), [FOUR_WAY], "the SYN last")


def timed(frames):
    """A capture of (time, frame), as they come."""
    return b"".join([section(), interface()] +
                    [enhanced(frame, now) for now, frame in frames])


@test
def out_of_order_and_the_times_tell():
    e = Ends("10.0.0.3", 40002)
    ips = conversation() + [e.up(0, None, "S"), e.down(0, 1, "RA")]
    frames = [(START + i * MS, ethernet()(ip)) for i, ip in enumerate(ips)]
    for seed in range(20):
        random.Random(seed).shuffle(frames)
        shown = read(timed(frames))
        same(shown.ends(), [FOUR_WAY, ("refused", None, None)], f"shuffle {seed}")
        same([shown.conns[0][key] for key in ("history", "server_rtt_ns",
                                              "client_rtt_ns")],
             ["ShAFaf", MS, MS], f"shuffle {seed}")


@test
def a_clock_that_is_set_back():
    frames = [(START + i * MS, ethernet()(ip))
              for i, ip in enumerate(conversation())]
    back = [(START - 3600 * 1000 * MS + i * MS, ethernet()(ip))
            for i, ip in enumerate(conversation(BOTH[1]))]
    same(read(timed(frames + back)).ends(), [FOUR_WAY, FOUR_WAY], "set back")


@test
def same_endpoints_again_and_again():
    ips = []
    for i in range(20):
        ips += conversation(Ends(x=1000 + i * 100_000, y=i * 70_000),
                            sent=10 + i)
    shown = read(pcap(map(ethernet(), ips)))
    same(shown.ends(), [FOUR_WAY] * 20, "twenty")
    same([c["bytes_client"] for c in shown.conns],
         [10 + i for i in range(20)], "their bytes")
    same([c["ts"] for c in shown.conns], sorted(c["ts"] for c in shown.conns),
         "their order")
    # The one before was reset, or never ended, or never answered.
    e, f = Ends(), Ends(x=900_000, y=800_000)
    for first, wanted in (
            ([*conversation(e)[:UP], e.up(1, 1, "RA")],
             ("established", "reset", "client")),
            (conversation(e)[:UP], ("established", "open", None)),
            (conversation(e)[:1], ("unanswered", None, None)),
            ([e.up(0, None, "S"), e.down(0, 1, "RA")],
             ("refused", None, None))):
        shown = read(pcap(map(ethernet(), first + conversation(f))))
        same(shown.ends(), [wanted, FOUR_WAY], wanted)


@test
def numbers_that_wrap():
    for x, y in ((2**32 - 1, 2**32 - 1), (2**32 - 5, 2**31), (2**31, 2**32 - 8),
                 (0, 0)):
        shown = read(pcap(map(ethernet(), conversation(Ends(x=x, y=y)))))
        same(shown.ends(), [FOUR_WAY], (x, y))
        same((shown.conns[0]["bytes_client"], shown.conns[0]["bytes_server"]),
             (10, 20), (x, y))


@test
def frames_of_no_interest():
    frames = [ethernet()(ip) for ip in conversation()]
    arp = b"\xff" * 12 + b"\x08\x06" + b"\0" * 28
    odd = [arp, b"", b"\x02", b"\x02" * 14, b"\x02" * 12 + b"\x08\0",
           b"\x02" * 12 + b"\x81\0", b"\x02" * 12 + b"\x08\0\x45",
           b"\x02" * 12 + b"\x08\0" + b"\x45" * 20,
           b"\x02" * 12 + b"\x86\xdd" + b"\x60" * 41,
           b"\x02" * 12 + b"\x08\0" + b"\x4f" + b"\0" * 70,
           b"\x02" * 12 + b"\x81\0\0\x07" * 10]
    mixed = [other for frame in frames for other in (*odd, frame)]
    same(read(pcap(mixed)).ends(), [FOUR_WAY], "among others")
    # Padding of short frames is no payload.
    shown = read(pcap([frame + b"\0" * 18 for frame in frames]))
    same((shown.conns[0]["bytes_client"], shown.conns[0]["bytes_server"]),
         (10, 20), "padded")


def check_broken(data, wanted, offset, what, under=()):
    """What is good is shown, then one error, with where it is."""
    shown = Shown(data, under=under)
    same(shown.status, 1, f"{what}: status, {shown.said}")
    if wanted is not None:
        same(shown.ends(), wanted, what)
    errors = shown.errors()
    same(len(errors), 1, f"{what}: errors in {shown.said}")
    assert shown.path in errors[0], errors
    if offset is not None:
        assert re.search(rf"\b{offset}\b", errors[0]), (what, offset, errors)


def broken_captures():
    """Name, bytes, what is shown, where it breaks."""
    good = pcap(map(ethernet(), conversation()))
    shown = [FOUR_WAY]
    end = len(good)
    yield "cut in a packet's header", good + good[24:32], shown, end
    yield "cut behind a packet's header", good + good[24:40], shown, end
    yield "cut in a packet", good + good[24:60], shown, end
    for length in (0x7FFFFFFF, 0xFFFFFFFF, 300_000_000):
        head = struct.pack("<IIII", 1, 1, length, length)
        yield f"a length of {length:#x}", good + head + b"x" * 50, shown, end
    half = 24 + (16 + 54) * 3
    yield "cut in the middle", good[:half + 20], \
        [("established", "open", None)], half

    good = pcapng(map(ethernet(), conversation()))
    end = len(good)
    yield "pcapng, cut in a block", good + good[-60:-30], shown, None
    for length in (0, 4, 11, 0x7FFFFFF0, 0xFFFFFFFC):
        yield f"pcapng, a block of {length:#x}", \
            good + struct.pack("<II", 6, length) + b"x" * 20, shown, end
    yield "pcapng, lengths that differ", \
        good + struct.pack("<II", 0xBAD, 16) + b"xxxx" + \
        struct.pack("<I", 20), shown, end
    yield "pcapng, no such interface", \
        good + enhanced(b"x" * 60, START, which=9), shown, end
    yield "pcapng, a packet beyond its block", \
        good + block(6, struct.pack("<IIIII", 0, 0, 0, 5000, 5000) +
                     b"x" * 20), shown, end

    good = pcap([])
    yield "a header, cut", good[:10], [], None
    yield "a header, nearly whole", good[:23], [], None
    yield "a header of pcapng, cut", section()[:14], [], None
    yield "an empty file", b"", [], None
    yield "one byte", b"\xd4", [], None
    yield "a text", b"Once upon a time there was a handshake.\n" * 50, [], None
    yield "another magic", b"\xa1\xb2\xc3\xff" + good[4:], [], None
    yield "another version", good[:4] + b"\x09\0\x09\0" + good[8:], [], None
    yield "an unknown link type", pcap([b"x" * 60], link=147), [], None
    yield "zeros", b"\0" * 500, [], None


@test
def broken_files():
    for what, data, wanted, offset in broken_captures():
        check_broken(data, wanted, offset, what)


@test
def no_such_file():
    shown = Shown(None, name="absent")
    same((shown.status, len(shown.errors())), (1, 1), shown.said)
    shown = Shown(None, name=".")
    same((shown.status, len(shown.errors())), (1, 1), shown.said)


@test
def interfaces_of_several_snap_lengths():
    frames = list(map(ethernet(), both()))
    for order in "<>":
        blocks = [section(order), interface(order=order, snap=96)]
        for i, frame in enumerate(frames):
            blocks.append(enhanced(frame, START + i * MS, 0, order=order))
        blocks.insert(len(blocks) // 2, interface(order=order, snap=262144))
        check_both(read(b"".join(blocks)), f"order {order}")


@test
def compressed():
    """Read as they are, and nothing but good ones are taken for whole."""
    data = pcap(map(ethernet(), both()))
    packed = {"gzip": gzip.compress(data), "bzip2": bz2.compress(data),
              "xz": lzma.compress(data)}
    if shutil.which("zstd"):
        packed["zstd"] = subprocess.run(["zstd", "-qc"], input=data, check=True,
                                        capture_output=True).stdout
    for program, packet in packed.items():
        check_both(read(packet), program)
        check_broken(packet[:-9], None, None, f"{program}, cut off")
        check_broken(packet[:20], [], None, f"{program}, its beginning")
    check_both(read(gzip.compress(data[:100]) + gzip.compress(data[100:])),
               "two in a row")
    check_broken(gzip.compress(b""), [], None, "of nothing")
    check_broken(lzma.compress(b"nothing"), [], None, "of a text")


@test
def from_a_pipe():
    with open(os.path.join(tmp, "piped"), "wb+") as file:
        file.write(pcap(map(ethernet(), both())))
        file.seek(0)
        run = subprocess.run(f"cat | {SYNFIN} conns -r - --json", shell=True,
                             stdin=file, capture_output=True, text=True,
                             check=True)
    same(len(run.stdout.splitlines()), 2, "connections")


@test
def memory_is_read_where_it_is():
    require("valgrind")
    under = ("valgrind", "-q", "--error-exitcode=99", "--leak-check=full")
    for i, (what, data, wanted, offset) in enumerate(broken_captures()):
        if i % 3 == 0:
            check_broken(data, wanted, offset, what, under=under)
    frames = list(map(ethernet(0x88A8, 0x8100), both()))
    for cut in (17, 40, 61, None):
        shown = Shown(pcap(frames, cut=cut), under=under)
        same(shown.status, 0, shown.said)


@test
def damaged_anywhere():
    """Nothing but an answer or an error comes of bytes that were changed."""
    dice = random.Random(793)
    files = [pcap(map(ethernet(), both())), pcapng(map(ethernet(), both())),
             pcap(map(LINKS["SLL with QinQ"][1], both()), 113)]
    for i in range(240):
        data = bytearray(dice.choice(files))
        for _ in range(dice.choice((1, 1, 2, 10, 100))):
            data[dice.randrange(4, len(data))] = dice.choice(
                (0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        shown = Shown(bytes(data))
        assert shown.status in (0, 1), f"{i}: {shown.status} {shown.said}"
        same(len(shown.errors()), shown.status, f"{i}: {shown.said}")


@test
def a_million_packets():
    many(os.path.join(tmp, "many"), 100_000, together=2000)
    shown = read(None, name="many", limit=MEMORY)
    same(len(shown.conns), 100_000, "connections")
    same(set(shown.ends()), {FOUR_WAY}, "each")
    same(len({(c["client"], c["client_port"]) for c in shown.conns}), 100_000,
         "clients")
    same((sum(c["bytes_client"] for c in shown.conns),
          sum(c["bytes_server"] for c in shown.conns)),
         (100 * 100_000, 1000 * 100_000), "bytes")


@test
def a_flood_of_syns():
    flood(os.path.join(tmp, "flood"), 600_000)
    shown = read(None, name="flood", limit=MEMORY)
    same(len(shown.conns), 600_000, "connections")
    # The last ones may still be answered; the first had to make room.
    same({c["open"] for c in shown.conns}, {"unanswered", "opening"}, "each")


@test
def real_captures():
    if not os.path.isdir(CAPTURES):
        raise Skip("shared/pcap is absent; CAPTURES= names another folder")
    with open(os.path.join(HERE, "capture_real.json"), encoding="utf-8") as file:
        expected = json.load(file)
    for name in sorted(expected):
        path = os.path.join(CAPTURES, name)
        if not os.path.exists(path):
            print(f"# {name} is absent")
            continue
        shown = Shown(None, name=path).good()
        same(len(shown.conns), len(expected[name]), f"{name}: connections")
        for conn, wanted in zip(shown.conns, expected[name]):
            for what, value in wanted.items():
                same(conn[what], value, f"{name}: {what}")


main()
