# SPDX-License-Identifier: GPL-2.0
"""A textbook's conversation, its packets at their times, and what is right of it."""
import struct

from capture_lib import same
from capture_make import MS, START, Ends, enhanced, ethernet, interface, section

FOUR_WAY = ("established", "four-way", "client")
US = 1000
SECOND = 1000 * MS
DAY = 86400 * SECOND

# When each step of a conversation() passes.
TIMES = [0, 20 * MS, 20 * MS + 100 * US, 50 * MS, 70 * MS, 80 * MS, 90 * MS, SECOND,
         SECOND + 20 * MS, SECOND + 40 * MS, SECOND + 40 * MS + 100 * US]
FOUR, SIX = Ends(), Ends("2001:db8::1", 40001, "2001:db8::2", 443)


def changed(ip, ident=None, hops=0):
    """The packet with another identification, or so many hops further."""
    ip = bytearray(ip)
    if ip[0] >> 4 == 6:
        ip[7] -= hops
        return bytes(ip)
    ip[8] -= hops
    if ident is not None:
        ip[4:6] = struct.pack("!H", ident)
        ip[6] |= 0x40 * (not ident)
    return bytes(ip)


def at_times(ips, times=None, start=START):
    return [(start + when, ip) for when, ip in zip(times or TIMES, ips)]


def numbered(packets, ident):
    """Identifications of a kind: "same", "zero", or each its own."""
    if ident == "same":
        return packets
    return [(when, changed(ip, 0 if ident == "zero" else 100 + i))
            for i, (when, ip) in enumerate(packets)]


def file_of(packets, link=ethernet(), number=1, interfaces=2):
    """A capture of (time, packet), or (time, packet, link), or (…, interface)."""
    out = [section(), *[interface(number)] * interfaces]
    for packet in packets:
        when, ip, how, which = (*packet, None, None)[:4] if len(packet) < 4 else packet
        out.append(enhanced((how or link)(ip), when, which or 0))
    return b"".join(out)


def one(shown, what, **wanted):
    """The one connection of a capture: a textbook's, but for what is said."""
    same(shown.ends(), [FOUR_WAY], what)
    conn = shown.conns[0]
    for key, value in {"syn_count": 1, "syn_ack_count": 1, "fin_count": 2,
                       "rst_count": 0, "bytes_client": 10, "bytes_server": 20,
                       "server_rtt_ns": 20 * MS, "client_rtt_ns": 100 * US,
                       "completeness": 31, **wanted}.items():
        same(conn[key], value, f"{what}: {key}")
    return conn


def by_time(packets):
    return sorted(packets, key=lambda packet: packet[0])
