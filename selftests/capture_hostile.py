# SPDX-License-Identifier: GPL-2.0
"""Captures that a stranger made to be slow, large or deep: each is read in bounded time
and memory, and what is wrong with it is said in one line.

Its tests are among those of capture_links.py.
"""
import gzip
import random
import struct
import time

from capture_lib import Shown, same, test
from capture_make import (
    MS, START, Ends, block, conversation, enhanced, ethernet, gre, interface, pcap, section)
from tun import ipv4

MEMORY = 256 << 20      # of address space
SECONDS = 20            # on a machine that is busy
MANY = 20_000
FRAME = ethernet()


def bounded(data, what):
    """What is shown of a file, of which some connections are to be seen."""
    began = time.monotonic()
    shown = Shown(data, limit=MEMORY)
    assert shown.status in (0, 1), f"{what}: {shown.status} {shown.said}"
    assert time.monotonic() - began < SECONDS, f"{what}: too slow"
    same(len(shown.errors()), shown.status, f"{what}: {shown.said}")
    text = "".join(shown.said)
    assert text.isprintable(), f"{what}: {text!r}"
    return shown


def syn(number=0):
    return Ends(x=number * 7919).up(0, None, "S")


@test
def many_on_one_pair():
    for what, frames, wanted in (
            ("attempts", (FRAME(syn(i)) for i in range(MANY)), MANY),
            ("answers", (FRAME(Ends(x=i * 13, y=i * 7919).down(0, 1, "SA"))
                         for i in range(MANY)), None),
            ("one after the other",
             (FRAME(ip) for i in range(2000)
              for ip in conversation(Ends(x=i * 100_000, y=i * 70_001))), 2000),
            ("VLANs", (b"\2" * 12 + struct.pack("!HHH", 0x8100, i % 4095, 0x800) + syn(i)
                       for i in range(MANY)), MANY),
            ("tunnels", (gre(i)(syn(i)) for i in range(MANY)), MANY)):
        shown = bounded(pcap(frames, step=1000), what)
        if wanted:
            same(len(shown.conns), wanted, what)


@test
def times_without_any_order():
    dice = random.Random(7)
    frames = [FRAME(Ends(cport=1000 + i).up(0, None, "S")) for i in range(MANY)]
    for what, when in (("at random", lambda i: dice.randrange(1 << 32)),
                       ("backwards", lambda i: MANY - i),
                       ("back and forth", lambda i: i if i % 2 else (1 << 31) - i),
                       ("the last", lambda i: 0xFFFFFFFF)):
        data = pcap([]) + b"".join(
            struct.pack("<IIII", when(i), 0xFFFFFFFF * (i % 2), len(f), len(f)) + f
            for i, f in enumerate(frames))
        assert bounded(data, what).conns, what


@test
def fragments_that_never_end():
    whole = Ends().up(1, 1, "A", b"x" * 1400)

    def part(ident, place):
        return FRAME(whole[:4] + struct.pack("!HH", ident & 0xFFFF, place) + whole[8:])
    for what, frames in (
            ("first ones", (part(i, 0x2000) for i in range(MANY))),
            ("last ones", (part(i, 185) for i in range(MANY))),
            ("of one packet", (part(1, 0x2000 | i % 8191) for i in range(MANY)))):
        bounded(pcap(frames, step=1000), what)


@test
def too_deep():
    inner = syn()
    deep = inner
    for _ in range(40):
        deep = ipv4("192.0.2.1", "192.0.2.2", deep, 4)
    chain = struct.pack("!IHBB", 6 << 28, 65000, 60, 9) + b"\1" * 32 + \
        b"\x3c\0\0\0\0\0\0\0" * 8000
    several = b"\x88\0\0\0" + b"\2" * 18 + b"\0\0\x80\0" + b"\2" * 12 + b"\0\0\0\0"
    for what, link, frame in (
            ("IP in IP", 1, FRAME(deep)),
            ("VLANs", 1, b"\2" * 12 + b"\x81\0\0\1" * 9000 + b"\x08\0" + inner),
            ("labels", 1, b"\2" * 12 + b"\x88\x47" + b"\0\0\x10\x40" * 9000 + inner),
            ("backbones", 1, (b"\2" * 12 + b"\x88\xe7\0\0\0\1") * 2000 + inner),
            ("extension headers", 1, FRAME(chain)),
            ("an 802.11 frame of nothing", 105, several + several[-16:] * 9000),
            ("PPI without end", 192, struct.pack("<HHI", 0, 0, 192) * 9),
            ("PKTAP of a negative link", 258, struct.pack("<IIi", 12, 0, -1) + inner),
            ("PKTAP without end", 258, struct.pack("<III", 0xFFFFFFFF, 0, 1) + inner)):
        shown = bounded(pcap([frame] * 500, link), what)
        same(shown.conns, [], what)
        assert "passed over" in shown.said[-1], shown.said


@test
def pcapng_of_much_that_is_not_asked_for():
    def option(code, length, data=b""):
        return struct.pack("<HH", code, length) + data
    packets = b"".join(enhanced(FRAME(ip), START + i * MS)
                       for i, ip in enumerate(conversation()))
    lost = block(5, struct.pack("<III", 0, 0, 0) + option(5, 8, b"\xff" * 8) +
                 option(7, 8, b"\xff" * 8))
    for what, data, conns in (
            ("sections", (section() + interface()) * MANY + packets, 1),
            ("a long block", section() + interface() + block(0xBAD, b"\x1b" * (20 << 20)) +
             packets, 1),
            ("options", section() + block(1, struct.pack("<HHI", 1, 0, 0) +
                                          option(2, 0) * MANY) + packets, 1),
            ("an option beyond its block", section() +
             block(1, struct.pack("<HHI", 1, 0, 0) + option(9, 60000)) + packets, 1),
            ("names", section() + block(1, struct.pack("<HHI", 1, 0, 0) + option(
                2, 12, b"\x1b]0;x\x07\x1b[2J\n\n")) + packets, 1)):
        same(len(bounded(data, what).conns), conns, what)
    shown = bounded(section() + interface() * 5000 + packets, "interfaces")
    assert "too many interfaces" in shown.errors()[0], shown.said
    # What is lost is added up, and never comes round.
    shown = bounded(section() + interface() * 2 + packets + lost + lost, "lost")
    assert f"{(1 << 64) - 1:,} packets lost" in shown.said[-1], shown.said


@test
def bombs():
    """Small files that are large when they are unpacked."""
    packets = pcap([FRAME(syn())])
    record = packets[24:]
    for what, data in (("zeros", packets + b"\0" * (100 << 20)),
                       ("one packet", packets + record * 500_000),
                       ("a block without end", section() + interface() + struct.pack(
                           "<II", 0xBAD, 0x7FFFFFF0) + b"\0" * (100 << 20))):
        bounded(gzip.compress(data, 1), what)
