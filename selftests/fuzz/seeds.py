#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes what the fuzzers begin with: what is valid, of each kind, and what was found.

Usage: seeds.py FOLDER RING_SEED READER
"""
import pathlib
import ssl
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))

from capture_make import (LINKS, Ends, conversation, enhanced,  # noqa: E402
                          ethernet, interface, pcap, pcapng, section)
from tun import (HOP, DEST, extension, fragment, icmp_error,  # noqa: E402
                 ipv4, ipv6, packet, routing, tcp)

WAYS = 12

# Moves of machine.c: who and which flags, number, acknowledgment, time and payload.
# A number's code is 4 more than what it is beyond the initial one, or 0x54 more than
# what it is beyond the highest one sent; flags are numbered as in its table.
SYN, SYN_ACK, ACK, FIN, RST, ICMP = 0, 1, 2, 4, 5, 15
SERVER = 0x80
OPENED = [(SYN, 4, 0, 0), (SERVER | SYN_ACK, 4, 5, 0), (ACK, 0x54, 0x54, 0)]
DIALOGUES = {
    "four": OPENED + [(3, 0x54, 0x54, 4), (FIN, 0x54, 0x54, 0),
                      (SERVER | ACK, 0x54, 0x54, 0), (SERVER | FIN, 0x54, 0x54, 0),
                      (ACK, 0x54, 0x54, 0)],
    "three": OPENED + [(FIN, 0x54, 0x54, 0), (SERVER | FIN, 0x54, 0x54, 0),
                       (ACK, 0x54, 0x54, 0)],
    "both": OPENED + [(FIN, 0x54, 0x54, 0), (SERVER | FIN, 0x54, 0x53, 0),
                      (ACK, 0x54, 0x54, 0), (SERVER | ACK, 0x54, 0x54, 0)],
    "reset": OPENED + [(SERVER | 6, 0x54, 0x54, 0)],
    "refused": [(SYN, 4, 0, 0), (SERVER | 6, 4, 5, 0)],
    "unreachable": [(SYN, 4, 0, 0), (ICMP, 4, 0, 0)],
    "again": OPENED + [(RST, 0x54, 0, 0), (SYN, 0x58, 0, 0x80),
                       (SERVER | SYN_ACK, 0x58, 0x54, 0), (ACK, 0x54, 0x54, 0)],
    "crossed": [(SYN, 4, 0, 0), (SERVER | SYN, 4, 0, 0), (SYN_ACK, 4, 5, 0),
                (SERVER | SYN_ACK, 4, 5, 0)],
    "midstream": [(ACK, 0x54, 0x54, 4), (FIN, 0x54, 0x54, 0),
                  (SERVER | ACK, 0x54, 0x54, 0)],
    "repeated": [(SYN, 4, 0, 0), (SYN, 4, 0, 0x80), (SERVER | SYN_ACK, 4, 5, 0),
                 (SERVER | SYN_ACK, 4, 5, 0x80), (ACK, 5, 5, 0)],
}

COMMANDS = [
    ["conns", "--json"], ["phases", "--failed", "--port", "80"],
    ["ladder", "--host", "10.0.0.1", "--ascii"], ["-o", "TIME,CLIENT,OUTCOME"],
    ["conns", "--host", "::1", "-n", "5", "-d", "0.5"],
    ["record", "-o", "FILE", "--source", "trace"], ["--netns", "4026531840"],
    ["--color", "always", "--utf8", "--no-headings", "--numeric"],
    ["stats", "--explain"], ["--help"], ["--version"], ["-r", "-", "--follow"],
    ["phases", "-o", "TIME,PHASE", "--relative", "--absolute", "--no-follow"],
]


class Folder:
    """The seeds of a target."""

    def __init__(self, root, target):
        self.path = pathlib.Path(root) / target
        self.path.mkdir(parents=True, exist_ok=True)
        for old in self.path.iterdir():
            old.unlink()
        for hexed in here.glob(f"found/{target}-*.hex"):
            self.add(hexed.stem, bytes.fromhex(hexed.read_text("ascii")))

    def add(self, name, data):
        (self.path / name).write_bytes(data)


def packets():
    four, six = ("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")
    for src, dst in (four, six):
        ends = Ends(src, 40000, dst, 80)
        for i, one in enumerate(conversation(ends)):
            yield f"{len(src)}-{i}", one
        syn = packet(src, dst, tcp(1, 2, 3, 4, "S", options=b"\x02\x04\x05\xb4"))
        yield f"{len(src)}-options", syn
        yield f"{len(src)}-icmp", icmp_error(dst, src, syn)
        yield f"{len(src)}-reset", packet(src, dst, tcp(1, 2, 3, 4, "RA"))
    yield "ip-options", ipv4(*four, tcp(1, 2, 3, 4), options=b"\x01\x01\x01\0")
    yield "fragment-4", ipv4(*four, tcp(1, 2, 3, 4), frag=0x2000)
    yield "later-4", ipv4(*four, tcp(1, 2, 3, 4), frag=1)
    for name, chain in {
            "hop": [extension(HOP)], "dest": [extension(DEST)],
            "routing": [routing()], "fragment": [fragment()],
            "later": [fragment(8, True)],
            "all": [extension(HOP), routing(), fragment(), extension(DEST)],
    }.items():
        yield name, ipv6(*six, tcp(1, 2, 3, 4), extensions=chain)


def captures():
    talk = conversation()
    odd = conversation(Ends("fd00::1", 40000, "fd00::2", 443))
    for name, (number, link) in LINKS.items():
        yield name.replace(" ", "-"), pcap([link(ip) for ip in talk], number)
    frames = [ethernet()(ip) for ip in talk + odd]
    yield "big-endian", pcap(frames, order=">")
    yield "nano", pcap(frames, nano=True)
    yield "cut", pcap(frames, cut=60)
    yield "ng", pcapng(frames)
    yield "ng-big-endian", pcapng(frames, order=">")
    yield "ng-two", section() + interface(1) + interface(101) + b"".join(
        enhanced(frame if i % 2 else frame[14:], 10**18 + i * 10**6, 1 - i % 2)
        for i, frame in enumerate(frames))


def hello():
    """What a client of TLS says first, and a server that has no certificate."""
    said = [ssl.MemoryBIO() for _ in range(2)]
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    ends = (context.wrap_bio(said[1], said[0], server_hostname="example.org"),
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).wrap_bio(said[0], said[1], True))
    words = []
    for end, out in zip(ends, said):
        try:
            end.do_handshake()
        except ssl.SSLError:
            pass
        words.append(out.read())
        out.write(words[-1])
    return words


def first_bytes():
    yield "http", (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 404 Not Found\r\n\r\n")
    yield "http2", (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", b"\0\0\0\4\0")
    yield "ssh", (b"SSH-2.0-a\r\n", b"SSH-2.0-b\r\n")
    yield "smtp", (b"", b"220 a ESMTP\r\n")
    yield "ftp", (b"PORT 10,0,0,1,156,64\r\nEPRT |2|fd00::1|40000|\r\n"
                  b"EPRT |1|10.0.0.1|40000|\r\n",
                  b"220 (vsFTPd)\r\n227 Passive (10,0,0,2,156,64).\r\n229 x (|||40000|)\r\n")
    yield "tls", hello()


def pieces(words, length):
    """Moves of payload.c: one end after the other, so many bytes at a time."""
    return b"".join(bytes([end, len(word[i:i + length])]) + word[i:i + length]
                    for end, word in enumerate(words)
                    for i in range(0, len(word), length))


def main(root, ring_seed, reader):
    wire, machine = Folder(root, "wire"), Folder(root, "machine")
    file, options = Folder(root, "file"), Folder(root, "options")
    for name, data in packets():
        wire.add(name, b"\0\0" + data)
    for name, moves in DIALOGUES.items():
        for start in range(8):
            machine.add(f"{name}-{start}",
                        bytes([start]) + b"".join(map(bytes, moves)))
    payload = Folder(root, "payload")
    for name, words in first_bytes():
        for length in (255, 7):
            payload.add(f"{name}-{length}", pieces(words, length))
    for i, words in enumerate(COMMANDS):
        options.add(str(i), b"\0".join(w.encode() for w in words) + b"\0")
    for i, (name, data) in enumerate(captures()):
        file.add(name, bytes([i % 8]) + data)
        recording = subprocess.run([reader, "record", "-o", "-", "-r", "-"],
                                   input=data, capture_output=True, check=True)
        file.add(name + "-recording", bytes([i % 8]) + recording.stdout)
        ring = subprocess.run([ring_seed], input=recording.stdout,
                              capture_output=True, check=True)
        file.add(name + "-ring", bytes([8 + i % 4]) + ring.stdout)


main(*sys.argv[1:])
