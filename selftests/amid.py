#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Connections whose answers come only after a flood, made by hand.

    amid.py FAMILY KIND COUNT

In the line of where_lib.sh, of which floods_are_carried() of amid.sh has made a world:
from a, to b through the router or to the router itself. FAMILY is 4 or 6; KIND and
COUNT are the flood's, as spoof has them, after each step of each connection. Out: for
each "PORT SERVER_RTT CLIENT_RTT", nanoseconds.
"""
import socket
import subprocess
import sys
import time

from blind import enter, router_mac
from tun import Segment, packet, tcp

CLIENT = {4: "10.1.0.99", 6: "fd01::99"}
BEYOND = {4: "10.2.0.99", 6: "fd02::99"}
ROUTER = {4: "10.1.0.1", 6: "fd01::1"}
STAMPS = b"\x01\x01\x08\x0a"


class Side:
    """A device in a namespace, from which the router is reached."""

    def __init__(self, name, family):
        enter(name)
        self.mac = router_mac({"a": BEYOND, "b": CLIENT}[name][family])
        self.heard = None
        self.out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.out.bind(("eth0", 0))
        self.head = self.mac + self.out.getsockname()[4] + \
            (b"\x08\0" if family == 4 else b"\x86\xdd")

    def send(self, src, dst, segment):
        self.out.send(self.head + packet(src, dst, segment))
        return time.monotonic_ns()

    def listen(self):
        """From now on: a flood's frames would fill the socket."""
        enter("a")
        self.heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)
        self.heard.bind(("eth0", 3))
        self.heard.settimeout(20)

    def receive(self, port):
        """The next segment from the server for a port."""
        while True:
            frame = self.heard.recv(4096)
            if frame[:6] != self.head[6:12]:
                continue
            segment = Segment(frame[14:])
            if segment.protocol == socket.IPPROTO_TCP and segment.flags and \
                    segment.dport == port:
                return segment


def backlog():
    """Packets that wait for a processor: what comes to too many is dropped."""
    with open("/proc/net/softnet_stat", encoding="ascii") as file:
        return sum(int(line.split()[11], 16) for line in file)


class Flood:
    def __init__(self, family, kind, count, mac):
        self.options = ["-6"] if family == 6 else []
        self.kind, self.count, self.sent = kind, count, 0
        self.mac = ":".join(f"{byte:02x}" for byte in mac)

    def pour(self, address):
        enter("a")
        subprocess.run(
            ["spoof", *self.options, "-k", self.kind, "-n", str(self.count), "-s",
             str(self.sent), "eth0", self.mac, address, "8000"],
            check=True, stdout=subprocess.DEVNULL)
        self.sent += self.count
        while backlog():
            time.sleep(0.01)


def stamps(value, echo):
    return STAMPS + value.to_bytes(4, "big") + echo.to_bytes(4, "big")


def shake(left, right, flood, ends, port, tries=1):
    """Through the router; both ends' next numbers, and what took how long."""
    client, server = ends
    x, y = 1000 * port, 77 * port
    for attempt in range(tries):
        asked = left.send(client, server, tcp(port, 8000, seq=x, options=stamps(
            7 + attempt, 0), window=50000))
        flood.pour(server)
    answered = right.send(server, client, tcp(
        8000, port, seq=y, ack=x + 1, flags="SA", options=stamps(5, 6 + tries),
        window=40000))
    flood.pour(server)
    done = left.send(client, server, tcp(port, 8000, seq=x + 1, ack=y + 1, flags="A"))
    print(port, answered - asked, done - answered)
    return x + 1, y + 1


def close(left, right, ends, port, x, y):
    client, server = ends
    left.send(client, server, tcp(port, 8000, seq=x, ack=y, flags="FA"))
    right.send(server, client, tcp(8000, port, seq=y, ack=x + 1, flags="A"))
    right.send(server, client, tcp(8000, port, seq=y, ack=x + 1, flags="FA"))
    left.send(client, server, tcp(port, 8000, seq=x + 1, ack=y + 1, flags="A"))


def refused(left, right, flood, ends, port):
    client, server = ends
    asked = left.send(client, server, tcp(port, 8000, seq=9))
    flood.pour(server)
    done = right.send(server, client, tcp(8000, port, seq=0, ack=10, flags="RA"))
    print(port, done - asked, 0)


def to_the_router(left, flood, ends, port):
    """Its answer comes at once; our ACK does not."""
    client, server = ends
    left.listen()
    asked = left.send(client, server, tcp(port, 8000, seq=5))
    answer = left.receive(port)
    answered = time.monotonic_ns()
    flood.pour(server)
    done = left.send(client, server, tcp(port, 8000, seq=6, ack=answer.seq + 1,
                                         flags="A"))
    print(port, answered - asked, done - answered)
    left.listen()
    left.send(client, server, tcp(port, 8000, seq=6, ack=answer.seq + 1, flags="FA"))
    while not answer.flags & 1:
        answer = left.receive(port)
    left.send(client, server, tcp(port, 8000, seq=7, ack=answer.seq + 1, flags="A"))


def main():
    family, kind, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    ends = CLIENT[family], BEYOND[family]
    right, left = Side("b", family), Side("a", family)
    flood = Flood(family, kind, count, left.mac)
    # A worker takes the memory, which here is wanted within milliseconds.
    flood.pour(ends[1])
    time.sleep(1)
    for port, tries in ((2001, 1), (2002, 2), (2003, 3)):
        numbers = shake(left, right, flood, ends, port, tries)
        close(left, right, ends, port, *numbers)
    refused(left, right, flood, ends, 2004)
    to_the_router(left, flood, (CLIENT[family], ROUTER[family]), 2005)


main()
