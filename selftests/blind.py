#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A connection through a router, and somebody who guesses its numbers.

    blind.py KIND ADDRESS

In the namespaces a and b of where_lib.sh's line. KIND is rst or fin; or odd, which is
whatever else somebody may send who does not see the numbers. 4,096 guesses,
spread evenly over all numbers, are sent at once in the midst of traffic, as many when
the connection has been idle for three seconds, and some more with a second between.
What is guessed has 32 hops left when it is forwarded, so that b can drop it. Then the
connection goes on, and the server closes it. Out: how many guesses there were.
"""
import ctypes
import os
import random
import socket
import sys
import time

from tun import icmp_error, packet, tcp

LIBC = ctypes.CDLL(None, use_errno=True)
GUESSES = 4096
HOPS = 33


def enter(name):
    with open(f"/run/netns/{name}", "rb") as namespace:
        if LIBC.setns(namespace.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), name)


def read_all(sock, nr):
    while nr:
        data = sock.recv(min(nr, 65536))
        if not data:
            raise EOFError
        nr -= len(data)


def exchange(client, server):
    for sender, receiver in ((client, server), (server, client)):
        sender.sendall(bytes(3000))
        read_all(receiver, 3000)


class Guesser:
    """In a: what it sends goes to the router like the client's own."""

    def __init__(self, kind, client, server):
        self.flags = {"rst": "R", "fin": "FA", "odd": None}[kind]
        self.ends = client.getsockname()[:2], server.getsockname()[:2]
        six = ":" in self.ends[0][0]
        self.six = six
        self.out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.out.bind(("eth0", 0))
        self.head = router_mac(self.ends[1][0]) + self.out.getsockname()[4] + \
            (b"\x86\xdd" if six else b"\x08\0")
        self.sent = 0

    def put(self, data):
        self.out.send(self.head + data)
        self.sent += 1

    def packet(self, ends, seq, flags, **more):
        (src, sport), (dst, dport) = ends
        segment = tcp(sport, dport, seq=seq, ack=random.getrandbits(32),
                      flags=flags, window=random.choice((0, 1, 65535)), **more)
        hops = {"hops": HOPS} if self.six else {"ttl": HOPS}
        return packet(src, dst, segment, **hops)

    def guess(self, seq):
        if self.flags:
            self.put(self.packet(self.ends, seq, self.flags))
        else:
            self.odd(seq)

    def odd(self, seq):
        """Of either end; some with options that lie, some about no connection at all."""
        there, back = self.ends, self.ends[::-1]
        ends = random.choice((there, back))
        flags = random.choice(("S", "SA", "R", "RA", "FA", "A", "PA", "SF", "SR", "",
                               "SFRPAU", "F"))
        what = random.randrange(8)
        if what == 0:
            quoted = self.packet(ends[::-1], seq, "A")
            self.put(icmp_error(ends[0][0], ends[1][0], quoted,
                                code=random.choice((0, 1, 3))))
        elif what == 1:
            options = random.choice((b"\x08\x0a" + random.randbytes(10), b"\x03\x03\xff\0",
                                     b"\x08\0\x08\0", b"\x05\xff\0\0",
                                     random.randbytes(40)))
            self.put(self.packet(ends, seq, flags, options=options))
        elif what == 2:
            self.put(self.packet(ends, seq, flags, offset=random.choice((0, 4, 15))))
        elif what == 3:
            zero = random.choice((((ends[0][0], 0), ends[1]), (ends[0], (ends[1][0], 0)),
                                  (ends[0], ends[0]), (ends[1], ends[1])))
            self.put(self.packet(zero, seq, flags))
        elif what == 4:
            far = "ff02::1" if self.six else random.choice(("224.0.0.1",
                                                            "255.255.255.255"))
            self.put(self.packet((ends[0], (far, ends[1][1])), seq, flags))
        elif what == 5:
            self.put(self.packet(ends, seq, "R"))
            self.put(self.packet(ends, seq + 1, "S"))
        else:
            self.put(self.packet(ends, seq, flags, payload=bytes(random.choice((0, 1)))))

    def sweep(self, nr, pause=0.0):
        start = random.getrandbits(32)
        for i in range(nr):
            self.guess(start + i * (2 ** 32 // nr))
            time.sleep(pause)


def router_mac(address):
    """Whoever the way to an address leads over: the neighbours have been asked."""
    family = "-6" if ":" in address else "-4"
    with os.popen(f"ip {family} route get {address}") as route:
        words = route.read().split()
    via = words[words.index("via") + 1]
    with os.popen(f"ip {family} neigh show {via}") as neighbour:
        words = neighbour.read().split()
    return bytes.fromhex(words[words.index("lladdr") + 1].replace(":", ""))


def main():
    kind, address = sys.argv[1], sys.argv[2]
    random.seed(1)
    enter("b")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, 80), family=family)
    enter("a")
    client = socket.create_connection((address, 80), timeout=60)
    server = listener.accept()[0]
    server.settimeout(60)
    exchange(client, server)
    guesser = Guesser(kind, client, server)
    guesser.sweep(GUESSES)
    exchange(client, server)
    time.sleep(3)
    guesser.sweep(GUESSES)
    exchange(client, server)
    for _ in range(4):
        time.sleep(1)
        guesser.sweep(64)
    time.sleep(1)
    exchange(client, server)
    server.shutdown(socket.SHUT_WR)
    if client.recv(1):
        sys.exit("more than was sent")
    time.sleep(0.2)
    client.shutdown(socket.SHUT_WR)
    if server.recv(1):
        sys.exit("more than was sent")
    client.close()
    print(guesser.sent)


if __name__ == "__main__":
    main()
