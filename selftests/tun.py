# SPDX-License-Identifier: GPL-2.0
"""Packets by hand, and a TUN device to send and receive them through.

A packet is bytes, an IP header first. The helpers set what is right; to make
something wrong, change the bytes, or say so by a named argument.
"""
import fcntl
import os
import select
import socket
import struct
import subprocess

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_TAP, IFF_NO_PI = 1, 2, 0x1000
IFF_NAPI, IFF_NAPI_FRAGS = 0x10, 0x20
HOP, ROUTING, FRAGMENT, DEST = 0, 43, 44, 60


def flags_of(letters):
    return sum(FLAGS[letter] for letter in letters)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def raw(address):
    return socket.inet_pton(family(address), address)


def tcp(sport, dport, seq=0, ack=0, flags="S", window=8192, payload=b"",
        options=b"", offset=None):
    if offset is None:
        offset = 5 + len(options) // 4
    return struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF,
                       ack & 0xFFFFFFFF, offset << 4, flags_of(flags),
                       window, 0, 0) + options + payload


def pseudo(src, dst, length, protocol):
    if family(src) == socket.AF_INET:
        return raw(src) + raw(dst) + struct.pack("!BBH", 0, protocol, length)
    return raw(src) + raw(dst) + struct.pack("!II", length, protocol)


def checksum_at(src, dst, data, protocol, at):
    """The same data with its checksum, at an offset, set."""
    if len(data) < at + 2:
        return data
    data = data[:at] + b"\0\0" + data[at + 2:]
    total = checksum(pseudo(src, dst, len(data), protocol) + data)
    return data[:at] + struct.pack("!H", total) + data[at + 2:]


def checksum_tcp(src, dst, segment):
    return checksum_at(src, dst, segment, socket.IPPROTO_TCP, 16)


def ipv4(src, dst, payload, protocol=socket.IPPROTO_TCP, options=b"", ttl=64,
         frag=0, ident=1):
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH", 0x40 | words, 0, words * 4 + len(payload),
                       ident, frag, ttl, protocol, 0)
    head += raw(src) + raw(dst) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(src, dst, payload, protocol=socket.IPPROTO_TCP, hops=64,
         extensions=()):
    """extensions: pairs of a header's number and its bytes but the first."""
    chain, following = b"", protocol
    for number, body in reversed(extensions):
        chain = bytes([following]) + body + chain
        following = number
    return struct.pack("!IHBB", 6 << 28, len(chain) + len(payload), following,
                       hops) + raw(src) + raw(dst) + chain + payload


def extension(number, options=b"\x01\x04\0\0\0\0"):
    """A header of options; PadN fills it."""
    return number, bytes([(len(options) + 2) // 8 - 1]) + options


def routing(segments_left=0):
    """Of type 4, nothing left to visit: ignored by who does not know it."""
    return ROUTING, bytes([0, 253, segments_left]) + b"\0" * 4


def fragment(offset=0, more=False, ident=1):
    """offset in bytes"""
    return FRAGMENT, struct.pack("!BHI", 0, offset | more, ident)


def packet(src, dst, segment, **more):
    """TCP in IP of either family, checksum set."""
    segment = checksum_tcp(src, dst, segment)
    if family(src) == socket.AF_INET:
        return ipv4(src, dst, segment, **more)
    return ipv6(src, dst, segment, **more)


def icmp_error(src, dst, quoted, kind=None, code=1):
    """Destination unreachable, quoting the beginning of a packet."""
    if family(src) == socket.AF_INET:
        body = struct.pack("!BBHI", 3 if kind is None else kind, code, 0, 0)
        body += quoted[:28]
        body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        return ipv4(src, dst, body, protocol=socket.IPPROTO_ICMP)
    body = struct.pack("!BBHI", 1 if kind is None else kind, code, 0, 0)
    body = checksum_at(src, dst, body + quoted[:1000], 58, 2)
    return ipv6(src, dst, body, protocol=58)


def hop_later(sent):
    """What a router makes of a packet: one hop less, IPv4's checksum new."""
    if sent[0] >> 4 == 6:
        return sent[:7] + bytes([sent[7] - 1]) + sent[8:]
    words = (sent[0] & 15) * 4
    head = sent[:8] + bytes([sent[8] - 1]) + sent[9:10] + b"\0\0" + \
        sent[12:words]
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + \
        sent[words:]


class Segment:
    """What a packet that came says."""

    def __init__(self, data):
        self.data = data
        four = data[0] >> 4 == 4
        self.protocol = data[9] if four else data[6]
        self.tcp = data[(data[0] & 15) * 4 if four else 40:]
        self.flags, self.payload = 0, b""
        if self.protocol != socket.IPPROTO_TCP or len(self.tcp) < 20:
            return
        (self.sport, self.dport, self.seq, self.ack, offset, self.flags,
         self.window) = struct.unpack("!HHIIBBH", self.tcp[:16])
        self.payload = self.tcp[(offset >> 4) * 4:]

    def has(self, letters):
        return self.flags & 0x17 == flags_of(letters)


class Device:
    """A TUN device; the host has the addresses, and we are everybody else."""

    def __init__(self, name, addresses, mode=IFF_TUN):
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        request = struct.pack("16sH22x", name.encode(), mode | IFF_NO_PI)
        fcntl.ioctl(self.fd, TUNSETIFF, request)
        with open(f"/proc/sys/net/ipv6/conf/{name}/accept_dad", "w",
                  encoding="ascii") as conf:
            conf.write("0")
        for address in addresses:
            ip("address", "add", address, "dev", name)
        ip("link", "set", name, "up")

    def send(self, data):
        os.write(self.fd, data)

    def receive(self, wanted, seconds=60):
        """The next packet of which wanted(Segment) is true, or None."""
        while select.select([self.fd], [], [], seconds)[0]:
            segment = Segment(os.read(self.fd, 65536))
            if wanted(segment):
                return segment
        return None

    def close(self):
        os.close(self.fd)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)
