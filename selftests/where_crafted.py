#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends conversations through this host, which routes between two TUN devices,
with what stacks rarely put into IP headers.

    where_crafted.py

For each conversation a line: its number, client, port, server, port.
"""
import sys

from capture_make import Ends, conversation
from tun import (DEST, HOP, Device, Segment, extension, fragment, ip, ipv4,
                 ipv6, raw, routing)

LEFT = ("10.1.0.1/24", "fd01::1/64")
RIGHT = ("10.2.0.1/24", "fd02::1/64")
NOP, ALERT = b"\1\1\1\0", b"\x94\4\0\0"
RECORD = b"\7\x0b\4" + b"\0" * 8 + b"\0"
STAMP = b"\x44\x0c\5\0" + b"\0" * 8

# What stands between the IP header and TCP.
FOUR = [{"options": NOP}, {"options": ALERT}, {"options": RECORD},
        {"options": STAMP}, {"options": RECORD + STAMP + ALERT}]
SIX = [[extension(DEST)], [extension(HOP)], [routing()], [fragment()],
       [extension(HOP), extension(DEST), routing(), fragment(),
        extension(DEST, b"\x01\x0c" + b"\0" * 12)],
       [extension(DEST, b"\x01\xfc" + b"\0" * 252)]]


def rewrap(packet, more):
    """The same TCP in another IP packet."""
    if packet[0] >> 4 == 4:
        return ipv4(text(packet[12:16]), text(packet[16:20]), packet[20:],
                    **more)
    return ipv6(text(packet[8:24]), text(packet[24:40]), packet[40:],
                extensions=more)


def text(address):
    for known in ADDRESSES:
        if raw(known) == address:
            return known
    raise KeyError(address)


def cut_up(packet):
    """In two fragments, if it carries more than a header."""
    four = packet[0] >> 4 == 4
    head, tcp = (packet[:20], packet[20:]) if four else \
        (packet[:40], packet[40:])
    if len(tcp) <= 40:
        return [packet]
    first, rest = tcp[:32], tcp[32:]
    if four:
        ends = text(head[12:16]), text(head[16:20])
        return [ipv4(*ends, first, frag=0x2000, ident=len(tcp)),
                ipv4(*ends, rest, frag=len(first) // 8, ident=len(tcp))]
    ends = text(head[8:24]), text(head[24:40])
    return [ipv6(*ends, first, extensions=[fragment(0, True, len(tcp))]),
            ipv6(*ends, rest, extensions=[fragment(len(first), False,
                                                   len(tcp))])]


ADDRESSES = ("10.1.0.2", "10.2.0.2", "fd01::2", "fd02::2")
FRAGMENTED = "cut up"


def cases():
    port = 40000
    for client, server, kinds in (("10.1.0.2", "10.2.0.2", FOUR),
                                  ("fd01::2", "fd02::2", SIX)):
        for kind in (*kinds, FRAGMENTED):
            port += 1
            yield Ends(client, port, server, 80), kind


def main():
    ip("link", "set", "lo", "up")
    left, right = Device("left", LEFT), Device("right", RIGHT)
    for ends, kind in cases():
        for packet in conversation(ends, 100, 200):
            up = packet[12:16] == raw("10.1.0.2") or \
                packet[8:24] == raw("fd01::2")
            pieces = cut_up(packet) if kind == FRAGMENTED else \
                [rewrap(packet, kind)]
            for piece in pieces:
                (left if up else right).send(piece)
            # Of fragments one at least; conntrack puts them together.
            if not (right if up else left).receive(
                    lambda segment: is_like(segment, packet)):
                sys.exit(f"{kind}: a packet did not come through")
        print(ends.client, ends.cport, ends.server, ends.sport, ends.client,
              ends.cport, ends.server, ends.sport, "client", 0)


def is_like(segment: Segment, packet):
    """Forwarded, as far as the addresses say."""
    data = segment.data
    if data[0] >> 4 != packet[0] >> 4:
        return False
    return data[12:20] == packet[12:20] if data[0] >> 4 == 4 else \
        data[8:40] == packet[8:40]


main()
